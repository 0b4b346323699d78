"""Signs requests with the vendors' own clients: one JSON object per line in, one authorization header per line out."""

import calendar
import json
import sys
import time
from unittest import mock

import requests
from alibabacloud_tea_openapi.utils import Utils
from darabonba.request import DaraRequest
from mns import mns_client
from mns.mns_http import RequestInternal as MnsRequest
from qcloud_cos import CosConfig
from qcloud_cos.cos_auth import CosS3Auth
from tencentcloud.common import credential
from tencentcloud.common.abstract_client import AbstractClient
from tencentcloud.common.http.request import RequestInternal as TencentRequest
from tencentcloud.common.profile.client_profile import ClientProfile
from tencentcloud.common.profile.http_profile import HttpProfile


def tencent(case):
    client = AbstractClient(
        credential.Credential(case["id"], case["key"], case["token"]),
        "",
        ClientProfile(httpProfile=HttpProfile(endpoint=case["host"])),
    )
    client._service = "vod"
    client._apiVersion = "2018-07-17"
    request = TencentRequest(case["host"], "POST", "/")
    # The client writes the body itself, with blanks; what is compared is how it signs one.
    with mock.patch("time.time", return_value=case["time"]), mock.patch("json.dumps", return_value=case["body"]):
        client._build_req_with_tc3_signature("PullEvents", {}, request)
    return request.header["Authorization"]


def mns(case):
    client = mns_client.MNSClient("https://" + case["host"], case["id"], case["key"], security_token=case["token"])
    request = MnsRequest(case["method"], case["resource"])
    request.data = case["body"].encode() if case["body"] else ""
    now = time.gmtime(case["time"])
    assert calendar.timegm(now) == case["time"]
    with mock.patch("time.gmtime", return_value=now):
        client.build_header(mock.Mock(request_id=None), request)
    return request.header["Authorization"]


def aliyun(case):
    request = DaraRequest()
    request.method = "POST"
    request.pathname = "/"
    request.query = dict(case["parameters"])
    request.headers = dict(case["headers"])
    empty = Utils.hex_encode(Utils.hash(b"", "ACS3-HMAC-SHA256"))
    assert request.headers["x-acs-content-sha256"] == empty
    return Utils.get_authorization(request, "ACS3-HMAC-SHA256", empty, case["id"], case["key"])


def cos(case):
    configuration = CosConfig(Region="ap-beijing", SecretId=case["id"], SecretKey=case["key"])
    sign = CosS3Auth(configuration, case["path"], params=dict(case["parameters"]), expire=case["validity"] - 60)
    # Hosts of all forms are in the header, which is what is signed.
    request = requests.Request("GET", "https://example.com/", headers=dict(case["headers"])).prepare()
    # The client signs from a minute ago.
    with mock.patch("time.time", return_value=case["time"] + 60):
        sign(request)
    return request.headers["Authorization"]


SIGN = {"tencent": tencent, "mns": mns, "aliyun": aliyun, "cos": cos}

for line in sys.stdin:
    case = json.loads(line)
    print(SIGN[case["vendor"]](case))

"""Signs requests with the vendors' own clients: one JSON object per line in, one authorization header per line out."""

import calendar
import json
import sys
import time
from unittest import mock

from mns import mns_client
from mns.mns_http import RequestInternal as MnsRequest
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


SIGN = {"tencent": tencent, "mns": mns}

for line in sys.stdin:
    case = json.loads(line)
    print(SIGN[case["vendor"]](case))

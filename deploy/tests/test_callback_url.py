"""`make token` prints a URL that a vendor can be given."""

import contextlib
import io
import json
import runpy
import sys
import unittest

import boto3
from moto import mock_aws
from stack import ROOT

TEMPLATE = {
    "Resources": {"Queue": {"Type": "AWS::SQS::Queue"}},
    "Outputs": {
        "TencentCiUrl": {"Value": "https://example.lambda-url.eu-central-1.on.aws/"},
        "TencentCiSecretName": {"Value": "mediahook/tencent-ci"},
    },
}


class CallbackUrl(unittest.TestCase):
    def run_for(self, function, tokens):
        with mock_aws():
            boto3.client("cloudformation").create_stack(StackName="mediahook", TemplateBody=json.dumps(TEMPLATE))
            boto3.client("secretsmanager").create_secret(Name="mediahook/tencent-ci", SecretString=json.dumps({"tokens": tokens}))
            printed = io.StringIO()
            arguments, sys.argv = sys.argv, ["callback-url.py", "mediahook", function]
            try:
                with contextlib.redirect_stdout(printed):
                    runpy.run_path(str(ROOT / "deploy/callback-url.py"), run_name="__main__")
            finally:
                sys.argv = arguments
            return printed.getvalue()

    def test_it_has_the_newest_token(self):
        for tokens in ("new", ["old", "new"], "old new"):
            expected = "https://example.lambda-url.eu-central-1.on.aws/?token=new\n"
            self.assertEqual(self.run_for("tencent-ci", tokens), expected)

    def test_a_product_that_is_not_received_is_an_error(self):
        with self.assertRaisesRegex(SystemExit, "AliyunVod=true"):
            self.run_for("aliyun-vod", "new")


if __name__ == "__main__":
    unittest.main()

"""AWS, a stack and its functions on this machine, for the commands of the documents."""

import base64
import json
import logging
import os
import platform
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.util import find_spec
from pathlib import Path

import boto3
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import make_server

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "deploy/tests"))
from stack import Stack  # noqa: E402

# The server of moto writes a line for each call.
logging.getLogger("werkzeug").setLevel(logging.ERROR)

REGION = "eu-central-1"
PRODUCTS = {"aliyun-vod": "AliyunVod", "aliyun-ims": "AliyunIms", "tencent-ci": "TencentCi", "tencent-vod": "TencentVod"}
PARAMETERS = {
    **dict.fromkeys(PRODUCTS.values(), "true"),
    "TencentVodPullEndpoint": "https://vod.tencentcloudapi.com",
    "AliyunMnsEndpoint": "https://1234567890123456.mns.cn-shanghai.aliyuncs.com",
    "AliyunMnsQueues": "ice-callback-events",
    "ConfirmTencentCi": "moderation",
    "TencentCiBuckets": "media-1250000000/ap-guangzhou",
    "ArchiveDays": "30",
    "ExampleRule": "true",
}
# What moto makes of the template. The functions run here, and what belongs to them is not needed.
STORES = {
    "AWS::DynamoDB::Table",
    "AWS::Events::Archive",
    "AWS::Events::EventBus",
    "AWS::S3::Bucket",
    "AWS::SQS::Queue",
}
# What a person types where a command reads a secret from the terminal.
TYPED = "Aa1typedByAPerson00000000000000"


class Aws:
    """The AWS APIs: moto, whose server serves one request at a time, since its stores have no locks."""

    def __init__(self):
        self.server = make_server("127.0.0.1", 0, DomainDispatcherApplication(create_backend_app), threaded=False)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.environment = {
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{self.server.port}",
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_PAGER": "",
            # The AWS CLI takes an old host of SQS otherwise, whatever the endpoint.
            "BOTO_DISABLE_COMMONNAME": "true",
        }

    def client(self, service):
        return boto3.client(
            service, endpoint_url=self.environment["AWS_ENDPOINT_URL"], region_name=REGION, aws_access_key_id="test", aws_secret_access_key="test"
        )

    def close(self):
        self.server.shutdown()


class Functions:
    """The receivers of a stack, each on a URL of its own."""

    def __init__(self, aws, programs):
        self.aws, self.programs = aws, programs
        self.started = []
        self.urls = {slug: self._serve(slug) for slug in PRODUCTS}

    def _serve(self, slug):
        function = _Function(self)
        server = ThreadingHTTPServer(("127.0.0.1", 0), type("Url", (_Url,), {"function": function}))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        function.slug, function.server = slug, server
        self.started.append(function)
        return f"http://127.0.0.1:{server.server_port}/"

    def start(self, queue):
        for function in self.started:
            function.start(queue)

    def close(self):
        for function in self.started:
            function.close()


class _Function:
    def __init__(self, functions):
        self.functions = functions
        self.process = None
        self.slug = self.server = None
        self.lock = threading.Lock()

    def start(self, queue):
        self.port, runtime = free_port(), free_port()
        rapid = Path(find_spec("samcli").submodule_search_locations[0]) / "local/rapid"
        emulator = rapid / f"aws-lambda-rie-{'arm64' if platform.machine() == 'aarch64' else 'x86_64'}"
        environment = self.functions.aws.environment | {
            "PATH": os.environ["PATH"],
            "AWS_LAMBDA_FUNCTION_NAME": self.slug,
            "MEDIAHOOK_INTAKE": f"sqs:{queue}",
            "MEDIAHOOK_SECRET_ID": f"mediahook/{self.slug}",
            # A person waits five minutes, and the test a second.
            "MEDIAHOOK_SECRET_MAX_AGE": "1",
        }
        command = [emulator, "--log-level", "error", "--runtime-interface-emulator-address", f"127.0.0.1:{self.port}"]
        command += ["--runtime-api-address", f"127.0.0.1:{runtime}", self.functions.programs / self.slug]
        self.process = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_for(self.port)

    def invoke(self, event):
        url = f"http://127.0.0.1:{self.port}/2015-03-31/functions/function/invocations"
        # The emulator takes one invocation at a time.
        with self.lock, urllib.request.urlopen(url, data=json.dumps(event).encode()) as response:
            return json.loads(response.read())

    def close(self):
        self.server.shutdown()
        if self.process:
            self.process.terminate()
            self.process.wait()


class _Url(BaseHTTPRequestHandler):
    """What a function URL makes of a request."""

    function = None
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        path, _, query = self.path.partition("?")
        response = self.function.invoke(
            {
                "version": "2.0",
                "routeKey": "$default",
                "rawPath": path,
                "rawQueryString": query,
                "headers": {name.lower(): value for name, value in self.headers.items()},
                "requestContext": {
                    "accountId": "anonymous",
                    "apiId": "function",
                    "domainName": "localhost",
                    "domainPrefix": "function",
                    "http": {"method": self.command, "path": path, "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1", "userAgent": "test"},
                    "requestId": "00000000-0000-4000-8000-000000000000",
                    "routeKey": "$default",
                    "stage": "$default",
                    "time": "02/Jan/2026:03:04:05 +0000",
                    "timeEpoch": int(time.time() * 1000),
                },
                "body": base64.b64encode(body).decode(),
                "isBase64Encoded": True,
            }
        )
        content = response.get("body", "").encode()
        self.send_response(response.get("statusCode", 502))
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST

    def log_message(self, *_):
        pass


def deploy(aws, functions, name="mediahook"):
    """Creates a stack: the stores, secrets and outputs of template.yaml, with the URLs of the functions here."""
    stack = Stack(PARAMETERS)
    resources = {key: each for key, each in stack.resources.items() if each["Type"] in STORES}
    outputs = {}
    for key, output in stack.outputs.items():
        product = key.removesuffix("Url")
        slug = next((slug for slug, prefix in PRODUCTS.items() if prefix == product), None)
        value = functions.urls[slug] if slug and key.endswith("Url") else output["Value"]
        if value == {"Ref": "EventBus"}:
            # moto returns an object.
            value = name
        if not any(each not in resources for each in _names(value)):
            outputs[key] = {"Value": value}
    for resource in resources.values():
        # Conditions are resolved.
        resource.pop("Condition", None)
        resource.pop("DependsOn", None)
        # moto wants a pattern as text.
        if "EventPattern" in resource["Properties"]:
            resource["Properties"]["EventPattern"] = json.dumps(resource["Properties"]["EventPattern"])
    template = {"AWSTemplateFormatVersion": "2010-09-09", "Resources": resources, "Outputs": outputs}
    aws.client("cloudformation").create_stack(StackName=name, TemplateBody=json.dumps(template))
    for secret in stack.of_type("AWS::SecretsManager::Secret").values():
        create_secret(aws, name, secret["Properties"])
    [description] = aws.client("cloudformation").describe_stacks(StackName=name)["Stacks"]
    return {output["OutputKey"]: output["OutputValue"] for output in description["Outputs"]}


def create_secret(aws, stack, properties):
    """What CloudFormation makes of a secret, which moto's does not know."""
    text = properties.get("SecretString")
    if generated := properties.get("GenerateSecretString"):
        password = aws.client("secretsmanager").get_random_password(PasswordLength=generated["PasswordLength"], ExcludePunctuation=True)
        text = json.dumps(json.loads(generated["SecretStringTemplate"]) | {generated["GenerateStringKey"]: password["RandomPassword"]})
    secret = properties["Name"]["Fn::Sub"].replace("${AWS::StackName}", stack)
    aws.client("secretsmanager").create_secret(Name=secret, SecretString=text)


def _names(value):
    """The resources that a value refers to."""
    if isinstance(value, list):
        return [name for each in value for name in _names(each)]
    if isinstance(value, dict):
        if "Ref" in value and not value["Ref"].startswith("AWS::"):
            return [value["Ref"]]
        if "Fn::GetAtt" in value:
            return [value["Fn::GetAtt"][0] if isinstance(value["Fn::GetAtt"], list) else value["Fn::GetAtt"].split(".")[0]]
        return [name for each in value.values() for name in _names(each)]
    return []


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def wait_for(port):
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise TimeoutError(port)

"""What `make package` makes, as `sam package` and `sam deploy` of a downloaded release take it. The programs are stand-ins."""

import hashlib
import logging
import os
import subprocess
import sys
import tarfile
import tempfile
import unittest
import zipfile
from pathlib import Path

import boto3
from moto.server import ThreadedMotoServer
from stack import ROOT, Stack, read
from test_template import ALL, CONFIRMS, RECONCILES

FUNCTIONS = sorted(path.name for path in (ROOT / "functions").iterdir())
OTHERS = {"template.yaml", "monitoring.yaml", "schemas.yaml", "samconfig.toml", "callback-url.py", "deployer-policy.json", "LICENSE-MIT", "LICENSE-APACHE"}
BUCKET, REGION = "artifacts", "eu-central-1"
# The stand-in of S3 logs each request.
logging.getLogger("werkzeug").setLevel(logging.ERROR)


def package(programs, output, architecture):
    command = [sys.executable, ROOT / "deploy/package.py", "--version", "1.2.3", "--architecture", architecture]
    subprocess.run([*command, "--programs", programs, "--output", output, *FUNCTIONS], check=True, capture_output=True)
    return output / f"mediahook-1.2.3-{architecture}.tar.gz"


class Checks:
    """Checks of an archive, for any programs."""

    @classmethod
    def setUpClass(cls):
        cls.folder = Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        cls.archive = cls.made(cls.folder)
        with tarfile.open(cls.archive) as archive:
            archive.extractall(cls.folder, filter="data")
        cls.release = cls.folder / cls.archive.name.removesuffix(".tar.gz")
        cls.architecture = cls.release.name.rsplit("-", 1)[1]
        cls.upload()

    @classmethod
    def upload(cls):
        """Puts the files into a bucket, as the SAM CLI does when it deploys."""
        server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
        server.start()
        cls.addClassCleanup(server.stop)
        url = "http://{}:{}".format(*server.get_host_and_port())
        account = {"AWS_ENDPOINT_URL": url, "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": REGION}
        cls.s3 = boto3.client("s3", endpoint_url=url, region_name=REGION, aws_access_key_id="test", aws_secret_access_key="test")
        cls.s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
        cls.packaged = cls.folder / "packaged.yaml"
        command = ["sam", "package", "--s3-bucket", BUCKET, "--output-template-file", cls.packaged]
        environment = {**os.environ, **account, "SAM_CLI_TELEMETRY": "0", "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
        subprocess.run(command, cwd=cls.release, env=environment, check=True, capture_output=True)

    def object(self, key):
        return self.s3.get_object(Bucket=BUCKET, Key=key)["Body"].read()

    def test_its_checksum_is_beside_it(self):
        subprocess.run(["sha256sum", "--check", f"{self.archive.name}.sha256"], cwd=self.archive.parent, check=True, capture_output=True)

    def test_it_has_what_a_deployment_needs(self):
        files = {str(path.relative_to(self.release)) for path in self.release.rglob("*") if path.is_file()}
        modules = {f"terraform/{path.name}" for path in (ROOT / "deploy/terraform").glob("*.tf")}
        self.assertEqual(files, {f"{function}.zip" for function in FUNCTIONS} | modules | OTHERS | self.OF_TOOLS)

    def test_a_program_may_be_run(self):
        for function in FUNCTIONS:
            with zipfile.ZipFile(self.release / f"{function}.zip") as archive:
                [entry] = archive.infolist()
                self.assertEqual((entry.filename, entry.external_attr >> 16), ("bootstrap", 0o100755), function)

    def test_the_default_architecture_is_that_of_the_programs(self):
        self.assertEqual(read(self.release / "template.yaml")["Parameters"]["Architecture"]["Default"], self.architecture)

    def test_each_function_has_its_own_zip(self):
        functions = Stack({**ALL, **CONFIRMS["TencentCi"], **RECONCILES["TencentCi"]}, self.packaged, code=None).of_type("AWS::Lambda::Function")
        slugs = {in_slugs(name): function["Properties"]["Code"] for name, function in functions.items()}
        self.assertEqual(sorted(slugs), FUNCTIONS)
        for slug, code in slugs.items():
            self.assertEqual(code["S3Bucket"], BUCKET)
            self.assertEqual(self.object(code["S3Key"]), (self.release / f"{slug}.zip").read_bytes(), slug)

    def test_nothing_else_differs_from_the_checkout(self):
        packaged, checkout = Stack(ALL, self.packaged, code=None), Stack({**ALL, "Architecture": self.architecture})
        location = packaged.resources["Monitoring"]["Properties"].pop("TemplateURL")
        checkout.resources["Monitoring"]["Properties"].pop("TemplateURL")
        (self.folder / "monitoring.yaml").write_bytes(self.object(location.rsplit("/", 1)[1]))
        uploaded = read(self.folder / "monitoring.yaml")["Resources"]
        self.assertEqual(comparable(uploaded), comparable(read("monitoring.yaml")["Resources"]))
        self.assertEqual(comparable(packaged.resources), comparable(checkout.resources))
        self.assertEqual(packaged.outputs, checkout.outputs)


class StandIns(Checks, unittest.TestCase):
    # Licences and bill of materials are made by tools that have to be compiled: `make test-package`.
    OF_TOOLS = frozenset()

    @classmethod
    def made(cls, folder):
        cls.programs = folder / "programs"
        for function in FUNCTIONS:
            (cls.programs / function).mkdir(parents=True)
            (cls.programs / function / "bootstrap").write_text(f"#!/bin/sh\necho {function}\n")
        return package(cls.programs, folder / "made", "arm64")

    def test_a_zip_has_the_program(self):
        for function in FUNCTIONS:
            with zipfile.ZipFile(self.release / f"{function}.zip") as archive:
                self.assertEqual(archive.read("bootstrap"), (self.programs / function / "bootstrap").read_bytes())

    def test_the_same_programs_make_the_same_bytes(self):
        again = package(self.programs, self.folder / "again", "arm64")
        self.assertEqual(hashlib.sha256(again.read_bytes()).digest(), hashlib.sha256(self.archive.read_bytes()).digest())


def in_slugs(name):
    """`aliyun-vod` of `AliyunVodFunction`."""
    return "".join(f"-{letter.lower()}" if letter.isupper() else letter for letter in name.removesuffix("Function")).strip("-")


# What follows from where the code is.
OF_CODE = {"AWS::Lambda::Function": "Code", "AWS::Lambda::Alias": "FunctionVersion"}


def comparable(resources):
    """Resources without what follows from where the code is, and without the SAM CLI's notes."""
    compared = {}
    for name, resource in resources.items():
        if resource["Type"] == "AWS::Lambda::Version":
            # Its name ends with a checksum of the code.
            name = name.split("Version")[0]
        properties = {key: value for key, value in resource["Properties"].items() if key != OF_CODE.get(resource["Type"])}
        compared[name] = {**resource, "Properties": properties, "Metadata": None}
    return compared


if __name__ == "__main__":
    unittest.main()

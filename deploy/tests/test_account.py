"""`make deploy` says what is missing before it builds anything."""

import contextlib
import io
import os
import runpy
import subprocess
import sys
import unittest
from unittest import mock

from moto import mock_aws
from stack import ROOT

NOTHING = {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull, "AWS_EC2_METADATA_DISABLED": "true"}
KEY = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}


class Account(unittest.TestCase):
    def run_with(self, environment, *flags):
        printed = io.StringIO()
        with mock.patch.dict(os.environ, NOTHING | environment, clear=True), mock.patch.object(sys, "argv", ["account.py", *flags]):
            with contextlib.redirect_stdout(printed):
                try:
                    runpy.run_path(str(ROOT / "deploy/account.py"), run_name="__main__")
                except SystemExit as ended:
                    return str(ended.code)
        return printed.getvalue()

    def test_account_and_region_are_told(self):
        with mock_aws():
            for environment, flags, region in [
                ({"AWS_DEFAULT_REGION": "eu-central-1"}, [], "eu-central-1"),
                ({"AWS_DEFAULT_REGION": "eu-central-1"}, ["--guided", "--region", "us-east-1", "--tags", "a=b"], "us-east-1"),
            ]:
                told = self.run_with(KEY | environment, *flags)
                self.assertEqual(told, f"account 123456789012, region {region}\n")

    def test_what_is_missing_is_told_with_its_cure(self):
        self.assertIn("set AWS_REGION", self.run_with(KEY))
        self.assertIn("set AWS_PROFILE", self.run_with({"AWS_DEFAULT_REGION": "eu-central-1"}))
        self.assertIn("set AWS_PROFILE", self.run_with({"AWS_DEFAULT_REGION": "eu-central-1"}, "--profile", "nobody"))

    def make(self, *arguments, **environment):
        process = subprocess.run(
            ["make", f"--assume-old={ROOT / '.venv/build.ready'}", *arguments],
            cwd=ROOT, env={"PATH": os.environ["PATH"]} | NOTHING | environment, capture_output=True, text=True, check=False,
        )
        return process.returncode, process.stdout + process.stderr

    def test_nothing_is_built_without_a_region(self):
        code, output = self.make("deploy", **KEY)
        self.assertNotEqual(code, 0)
        self.assertIn("set AWS_REGION", output)
        self.assertNotIn("sam build", output)

    def test_the_two_variables_of_the_region_are_one(self):
        for environment in ({"AWS_REGION": "eu-west-1"}, {"AWS_DEFAULT_REGION": "eu-west-1"},
                            {"AWS_REGION": "eu-west-1", "AWS_DEFAULT_REGION": "us-east-1"}):
            _, output = self.make("--eval=regions: ; @env", "regions", **environment)
            for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
                self.assertIn(f"{name}=eu-west-1\n", output)


if __name__ == "__main__":
    unittest.main()

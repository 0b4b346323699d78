"""The example in Python does its work once per event."""

import contextlib
import io
import json
import os
import runpy
import unittest
from unittest import mock

import boto3
from moto import mock_aws
from stack import ROOT, Stack

EVENT = {
    "detail": {
        "id": "6d8f490b583f33e3ec8b9ddfcfa4140d",
        "source": "/tencent/ci",
        "type": "media.transcode.failed",
        "data": {"error": {"code": "InvalidFormat"}, "steps": [{"name": "sd", "outcome": "failed"}, {"name": "hd", "outcome": "succeeded"}]},
    }
}


class Python(unittest.TestCase):
    def setUp(self):
        self.enterContext(mock_aws())
        self.enterContext(mock.patch.dict(os.environ, {"TABLE": "done"}))
        table = Stack(template="examples/python/template.yaml").resources["Done"]["Properties"]
        keys = {name: table[name] for name in ("AttributeDefinitions", "KeySchema", "BillingMode")}
        boto3.client("dynamodb").create_table(TableName="done", **keys)
        self.module = runpy.run_path(str(ROOT / "examples/python/failures.py"))

    def handle(self, event):
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            self.module["handler"](event, None)
        return [json.loads(line) for line in printed.getvalue().splitlines()]

    def test_an_event_that_comes_twice_is_told_of_once(self):
        expected = {"type": "media.transcode.failed", "subject": None, "error": {"code": "InvalidFormat"}, "steps": ["sd"]}
        self.assertEqual(self.handle(EVENT), [expected])
        self.assertEqual(self.handle(EVENT), [])

    def test_an_event_that_could_not_be_told_of_is_not_done(self):
        with self.assertRaises(AttributeError):
            self.handle({"detail": {**EVENT["detail"], "data": []}})
        self.assertEqual(len(self.handle(EVENT)), 1)


if __name__ == "__main__":
    unittest.main()

"""The recipes, over the events of all samples: patterns match what they say, and the code does what it says."""

import contextlib
import io
import itertools
import json
import os
import random
import re
import subprocess
import sys
import unittest
from pathlib import Path
from unittest import mock

import boto3
from moto import mock_aws
from moto.events.models import EventPattern

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT / "python"), str(ROOT / "deploy/tests")]
from stack import Stack, read  # noqa: E402

PROGRAMS = Path(os.environ.get("PROGRAMS", ROOT / "target/debug"))
RECIPES = (ROOT / "docs/recipes.md").read_text()


def samples():
    """What a rule's target receives of each sample."""
    printed = subprocess.run([PROGRAMS / "mediahook", "samples", "--decoded"], check=True, stdout=subprocess.PIPE, text=True).stdout
    for line in printed.splitlines():
        event = json.loads(line)
        yield {
            "version": "0",
            "id": "7e5ae8ac-5a9a-4a4b-8d8e-1c4d1a2b3c4d",
            "detail-type": event["type"],
            "source": f"mediahook.{event['source'].strip('/').replace('/', '-')}",
            "account": "123456789012",
            "time": "2026-11-24T10:00:00Z",
            "region": "eu-central-1",
            "resources": [],
            "detail": event,
        }


SAMPLES = list(samples())


def section(title):
    [text] = re.findall(rf"^## {re.escape(title)}\n(.*?)(?=^## |\Z)", RECIPES, re.M | re.S)
    return text


def blocks(title, language):
    return re.findall(rf"^```{language}\n(.*?)^```", section(title), re.M | re.S)


def matching(pattern):
    """The samples that a pattern matches, as EventBridge matches."""
    loaded = EventPattern.load(pattern if isinstance(pattern, str) else json.dumps(pattern))
    return [event for event in SAMPLES if loaded.matches_event(event)]


def data(event):
    return event["detail"].get("data", {})


def files(event):
    return [*data(event).get("outputs", []), *(file for step in data(event).get("steps", []) for file in step.get("outputs", []))]


def address(file):
    return file.get("url") or file.get("object") or file.get("id")


def fails(event):
    """Whether something in the event failed."""
    parts = [data(event), *data(event).get("steps", [])]
    return any(part.get("outcome") in ("failed", "partial") for part in parts)


class Patterns(unittest.TestCase):
    def check(self, pattern, expected):
        matched = matching(pattern)
        self.assertEqual([each["detail"]["id"] for each in matched], [each["detail"]["id"] for each in SAMPLES if expected(each)])
        self.assertTrue(matched)
        self.assertLess(len(matched), len(SAMPLES))

    def test_alerts_miss_nothing_that_failed(self):
        failed, unread = blocks("Alert on what failed", "json")
        rules = [
            json.loads(failed),
            Stack({"ExampleRule": "true"}).resources["FailedMediaRule"]["Properties"]["EventPattern"],
            read("examples/python/template.yaml")["Resources"]["FailuresFunction"]["Properties"]["Events"]["Failed"]["Properties"]["Pattern"],
            json.loads(re.search(r"```json\n(.*?)```", (ROOT / "docs/delivery.md").read_text(), re.S)[1]),
        ]
        for rule in rules:
            self.check(rule, fails)
        self.check(unread, lambda event: event["detail-type"].split(".")[1] in ("unreadable", "unknown"))
        # Why `.failed` does not do.
        missed = [event for event in SAMPLES if fails(event) and not event["detail-type"].endswith(".failed")]
        self.assertTrue(any(step["kind"] == "transcode" and step["outcome"] == "failed" for event in missed for step in data(event).get("steps", [])))

    def test_moderation(self):
        [pattern] = blocks("Block what moderation blocked", "json")
        self.check(pattern, lambda event: data(event).get("review", {}).get("verdict") in ("block", "review"))
        self.assertTrue(any(event["detail-type"].startswith("media.workflow.") for event in matching(pattern)))
        self.assertTrue(any(event["detail-type"] == "media.moderation.succeeded" for event in matching(pattern)))

    def test_ends_of_jobs(self):
        [pattern] = blocks("Wait for one job", "json")
        example = read("examples/step-functions/template.yaml")["Resources"]["Resume"]["Properties"]["Events"]["JobEnded"]["Properties"]["Pattern"]
        for each in (pattern, example):
            self.check(each, lambda event: data(event).get("job", {}).get("id") and data(event)["outcome"] not in ("running", "unknown"))

    def test_environments(self):
        text = section("Development, staging and production")
        account, bucket, user_data = (json.loads(each) for each in re.findall(r"\| `(\{.*?\})` \|", text))
        self.check(account, lambda event: data(event).get("account") == "1833202230108645")
        bucket["detail"]["data"]["media"]["bucket"] = [{"prefix": "test-"}]
        self.check(bucket, lambda event: data(event).get("media", {}).get("bucket", "").startswith("test-"))
        event = json.loads(json.dumps(SAMPLES[0]))
        event["detail"]["data"]["user_data"] = {"env": "staging"}
        self.assertTrue(EventPattern.load(json.dumps(user_data)).matches_event(event))
        self.assertEqual(matching(user_data), [])
        [production] = blocks("Development, staging and production", "json")
        self.assertEqual(len(matching(production)), len(SAMPLES))
        event["detail"]["mediahooktest"] = True
        self.assertFalse(EventPattern.load(production).matches_event(event))


class Code(unittest.TestCase):
    def setUp(self):
        self.enterContext(mock.patch.dict(os.environ, {"AWS_DEFAULT_REGION": "eu-central-1", "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}))
        self.enterContext(mock_aws())
        dynamodb = boto3.client("dynamodb")
        for table, keys in {"videos": ["id"], "states": ["media", "kind"]}.items():
            dynamodb.create_table(
                TableName=table,
                BillingMode="PAY_PER_REQUEST",
                AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"} for key in keys],
                KeySchema=[{"AttributeName": key, "KeyType": kind} for key, kind in zip(keys, ("HASH", "RANGE"))],
            )

    def handler(self, title):
        [code] = blocks(title, "python")
        module = {}
        exec(compile(code, title, "exec"), module)
        return module["handler"]

    def items(self, table):
        return boto3.resource("dynamodb").Table(table).scan()["Items"]

    def matched(self, title):
        return matching(blocks(title, "json")[0])

    def test_a_video_is_marked_ready_with_its_files(self):
        handler, events = self.handler("Mark a video ready"), self.matched("Mark a video ready")
        ready = {}
        for event in events:
            handler(event, None)
            if made := [address(file) for file in files(event) if file["role"] in ("video", "playlist")]:
                ready[event["detail"]["subject"]] = made
        handler({**events[0], "detail": {**events[0]["detail"], "mediahooktest": True, "subject": "test"}}, None)
        self.assertEqual({item["id"]: item["files"] for item in self.items("videos") if item["ready"]}, ready)
        self.assertLess(len({event["detail"]["subject"] for event in events if not files(event)} & set(ready)), len(events))

    def test_a_large_event_marks_a_video_ready(self):
        title = "Mark a video ready"
        [event, *_] = [each for each in self.matched(title) if any(file["role"] == "video" for file in files(each))]
        s3 = boto3.client("s3", region_name="us-east-1")
        s3.create_bucket(Bucket="large")
        s3.put_object(Bucket="large", Key="data", Body=json.dumps(data(event)))
        detail = {key: value for key, value in event["detail"].items() if key != "data"} | {"dataref": "s3://large/data"}
        self.handler(title)({**event, "detail": detail}, None)
        self.assertEqual(len(self.items("videos")), 1)

    def test_alerts_name_what_failed(self):
        handler, events = self.handler("Alert on what failed"), self.matched("Alert on what failed")
        for event in events:
            printed = io.StringIO()
            with contextlib.redirect_stdout(printed):
                handler(event, None)
            lines = printed.getvalue().splitlines()
            failed = [step for step in data(event).get("steps", []) if step["outcome"] == "failed"]
            self.assertEqual(len(lines), max(len(failed), 1))
            for step, line in zip(failed, lines):
                self.assertTrue(line.startswith(f"{event['detail']['subject']}: {step['kind']} failed: "), line)

    def test_the_poster_is_the_first_image(self):
        handler, events = self.handler("Keep the poster"), self.matched("Keep the poster")
        posters = {}
        for event in itertools.chain(events, events):
            handler(event, None)
            if images := [address(file) for file in files(event) if file["role"] == "image"]:
                posters.setdefault(event["detail"]["subject"], images[0])
        self.assertTrue(posters)
        self.assertEqual({item["id"]: item["poster"] for item in self.items("videos")}, posters)

    def test_what_moderation_blocked_is_hidden(self):
        handler, events = self.handler("Block what moderation blocked"), self.matched("Block what moderation blocked")
        for event in events:
            handler(event, None)
        self.assertEqual({item["id"] for item in self.items("videos") if item["blocked"]}, {event["detail"]["subject"] for event in events})

    def test_the_table_of_states_ends_the_same_in_any_order(self):
        title = "A table of media states"
        handler, events = self.handler(title), self.matched(title)
        self.assertEqual(len(events), len(SAMPLES))
        random.seed(1)
        events = random.sample(events, 60)
        # Times of the same second, with and without fractions, and work that is still running.
        subject = {**events[0]["detail"], "subject": "same"}
        for number, (time, outcome) in enumerate([("10:00:00Z", "running"), ("10:00:00Z", "failed"), ("10:00:00.5Z", "succeeded"), ("09:59:59.9Z", "partial")]):
            detail = {**subject, "id": f"{number:032x}", "time": f"2026-01-01T{time}", "type": f"media.transcode.{outcome}"}
            events.append({**events[0], "detail": detail})
        tables = []
        for _ in range(3):
            for event in [*events, *random.sample(events, 20)]:
                handler(event, None)
            tables.append(sorted(self.items("states"), key=lambda item: (item["media"], item["kind"])))
            for item in tables[-1]:
                boto3.resource("dynamodb").Table("states").delete_item(Key={"media": item["media"], "kind": item["kind"]})
            random.shuffle(events)
        self.assertEqual(tables[0], tables[1])
        self.assertEqual(tables[0], tables[2])
        self.assertEqual([item["outcome"] for item in tables[0] if item["media"] == "same"], ["succeeded"])


if __name__ == "__main__":
    unittest.main()

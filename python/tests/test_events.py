"""The models over the events of all samples, and the package as it is built and installed."""

import json
import os
import subprocess
import sys
import tempfile
import unittest
import zipfile
from pathlib import Path

import boto3
from moto import mock_aws
from pydantic import ValidationError

from mediahook_events import CloudEvent, EventBridgeEvent, MediaEvent, fetch_data, files, is_test

FOLDER = Path(__file__).parents[1]


def samples():
    """The events of all samples, which the tool prints."""
    tool = os.environ.get("MEDIAHOOK", FOLDER.parent / "target/debug/mediahook")
    printed = subprocess.run([tool, "samples", "--decoded"], check=True, stdout=subprocess.PIPE, text=True).stdout
    return [json.loads(line) for line in printed.splitlines()]


SAMPLES = samples()
READ = [each for each in SAMPLES if "data" in each]


def on_bus(event):
    """What a rule's target receives."""
    product = event["source"].strip("/").replace("/", "-")
    return {
        "version": "0",
        "id": "7e5ae8ac-5a9a-4a4b-8d8e-1c4d1a2b3c4d",
        "detail-type": event["type"],
        "source": f"mediahook.{product}",
        "account": "123456789012",
        "time": "2026-11-24T10:00:00Z",
        "region": "eu-central-1",
        "resources": [],
        "detail": event,
    }


def with_role(value):
    """All objects that have a `role`, wherever they are: what `files` has to find, found in another way."""
    if isinstance(value, list):
        return [found for each in value for found in with_role(each)]
    if not isinstance(value, dict):
        return []
    if "role" in value:
        return [value]
    return [found for key, each in value.items() if key not in ("vendor", "user_data") for found in with_role(each)]


class Models(unittest.TestCase):
    def test_every_member_of_every_sample_is_read(self):
        self.assertGreater(len(READ), 400)
        for event in SAMPLES:
            with self.subTest(event["id"]):
                read = EventBridgeEvent.model_validate(on_bus(event)).detail
                written = read.model_dump(mode="json", exclude_none=True, exclude_unset=True)
                # Times are written in another form: what is compared is what they are.
                self.assertEqual(CloudEvent.model_validate(event), CloudEvent.model_validate(written))
                self.assertEqual(shape(event), shape(written))

    def test_words_of_later_versions_are_unknown(self):
        later = json.loads(json.dumps(READ[0]))
        later["data"] |= {"kind": "hologram", "outcome": "paused", "outputs": [{"role": "scent"}], "review": {"verdict": "warn"}, "new": 1}
        later |= {"type": "media.hologram.paused", "source": "/other/vod"}
        data = CloudEvent.model_validate(later).data
        self.assertEqual((data.kind, data.outcome, data.outputs[0].role, data.review.verdict), ("unknown", "unknown", "other", "review"))

    def test_what_is_no_event_is_refused(self):
        for change in ({"id": "ABC"}, {"specversion": "0.3"}, {"dataschema": "urn:mediahook:event:2"}, {"time": "yesterday"}, {"data": {"kind": 7}}):
            with self.subTest(change), self.assertRaises(ValidationError):
                CloudEvent.model_validate(READ[0] | change)


def shape(value):
    """The members of a value, without its times."""
    if isinstance(value, list):
        return [shape(each) for each in value]
    if isinstance(value, dict):
        return {key: shape(each) for key, each in value.items() if key != "time" and not key.endswith("_at")}
    return value


class Helpers(unittest.TestCase):
    def test_files_are_those_of_the_event_and_of_its_steps(self):
        self.assertTrue(any(step.get("outputs") for event in READ for step in event["data"].get("steps", [])))
        for event in READ:
            with self.subTest(event["id"]):
                found = [file.model_dump(mode="json", exclude_unset=True) for file in files(CloudEvent.model_validate(event))]
                key = lambda file: json.dumps(file, sort_keys=True)  # noqa: E731
                self.assertEqual(sorted(map(key, map(shape, found))), sorted(map(key, map(shape, with_role(event["data"])))))

    @mock_aws
    def test_data_of_a_large_event_is_fetched(self):
        s3 = boto3.client("s3", region_name="us-east-1")
        s3.create_bucket(Bucket="large")
        for event in READ[:20]:
            s3.put_object(Bucket="large", Key=f"p/{event['id']}", Body=json.dumps(event["data"]))
            inline = CloudEvent.model_validate(event)
            large = CloudEvent.model_validate({key: each for key, each in event.items() if key != "data"} | {"dataref": f"s3://large/p/{event['id']}"})
            self.assertEqual(fetch_data(large, s3), inline.data)
            self.assertEqual(fetch_data(inline, s3), inline.data)
            self.assertIsInstance(fetch_data(large, s3), MediaEvent)
            with self.assertRaisesRegex(ValueError, "fetch_data"):
                files(large)
        with self.assertRaisesRegex(ValueError, "dataref"):
            fetch_data(large.model_copy(update={"dataref": "https://example.com/"}), s3)

    def test_an_unreadable_event_has_no_data(self):
        event = {key: each for key, each in READ[0].items() if key not in ("data", "dataschema")}
        event |= {"type": "media.unreadable.unknown", "datacontenttype": "application/octet-stream", "unreadable": "broken JSON at byte 1"}
        for content in ({"data_base64": "ew=="}, {"dataref": "s3://large/key"}):
            unreadable = CloudEvent.model_validate(event | content)
            self.assertIsNone(fetch_data(unreadable, None))
            self.assertEqual(files(unreadable), [])

    def test_what_the_vendor_says_is_told(self):
        self.assertIsNone(CloudEvent.model_validate(READ[0]).confirmation)
        for word, known in (("confirmed", "confirmed"), ("contradicted", "contradicted"), ("doubted", "unverifiable")):
            self.assertEqual(CloudEvent.model_validate(READ[0] | {"confirmation": word}).confirmation, known)

    def test_how_an_event_came_is_told(self):
        self.assertIsNone(CloudEvent.model_validate(READ[0]).origin)
        for word, known in (("queue", "queue"), ("reconciled", "reconciled"), ("carrier pigeon", "callback")):
            event = CloudEvent.model_validate(READ[0] | {"origin": word, "jobend": "tencent-vod/task/1/succeeded"})
            self.assertEqual((event.origin, event.jobend), (known, "tencent-vod/task/1/succeeded"))

    def test_a_test_event_is_told(self):
        self.assertFalse(is_test(CloudEvent.model_validate(READ[0])))
        self.assertTrue(is_test(CloudEvent.model_validate(READ[0] | {"mediahooktest": True})))


class Package(unittest.TestCase):
    def setUp(self):
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))

    def test_the_models_are_in_step(self):
        subprocess.run([sys.executable, FOLDER / "generate.py", self.folder], check=True)
        for name in ("words.py", "model.py"):
            self.assertEqual((self.folder / name).read_text(), (FOLDER / "mediahook_events" / name).read_text(), f"run `make events`: {name} differs")

    def test_type_checkers_read_the_models(self):
        checked = subprocess.run([sys.executable, "-m", "mypy", f"--cache-dir={self.folder}"], cwd=FOLDER, stdout=subprocess.PIPE, text=True)
        self.assertEqual(checked.returncode, 0, checked.stdout)

    def test_the_wheel_has_the_modules_and_their_types(self):
        build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", f"--wheel-dir={self.folder}", FOLDER]
        subprocess.run(build, check=True)
        [wheel] = self.folder.glob("*.whl")
        names = {name for name in zipfile.ZipFile(wheel).namelist() if name.startswith("mediahook_events/")}
        self.assertEqual(names, {f"mediahook_events/{name}" for name in ("__init__.py", "model.py", "words.py", "py.typed")})
        # A wheel can be imported as it is.
        program = "import mediahook_events; print(mediahook_events.__file__)"
        run = subprocess.run([sys.executable, "-P", "-c", program], env={"PYTHONPATH": str(wheel)}, cwd=self.folder, check=True, stdout=subprocess.PIPE, text=True)
        self.assertTrue(run.stdout.startswith(str(wheel)), run.stdout)


if __name__ == "__main__":
    unittest.main()

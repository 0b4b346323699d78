"""Runs the commands that the documents show, as they stand, and compares what they print with what the documents say.

The functions run in Lambda's runtime interface emulator, AWS is moto, the AWS CLI is real, and so is `mediahook`. What cannot run here
is in commands/: there is what stands in for it, and what is checked of it.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import unittest
from datetime import datetime, timedelta
from hashlib import md5, sha256
from pathlib import Path

from aws_here import PRODUCTS, ROOT, TYPED, Aws, Functions, deploy
from statements import PLACEHOLDER, body_of, documents, statements

PROGRAMS = Path(os.environ.get("PROGRAMS", ROOT / "target/debug"))
AWS_CLI = os.environ.get("AWS_CLI", ROOT / ".venv/awscli/bin/aws")
# Seconds for all commands of a document.
TIMEOUT = 900
# Seconds after which a function has read a changed secret.
SECRET_READ = 1.5

sys.path.insert(0, str(ROOT / "deploy"))
import package  # noqa: E402


class Here:
    """The environment of the commands."""

    def __init__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="mediahook-documents-"))
        (self.folder / "read-before").mkdir()
        self.aws = Aws()
        self.functions = Functions(self.aws, PROGRAMS)
        self.outputs = deploy(self.aws, self.functions)
        # The data of a large event.
        key = "aliyun-ims/0123456789abcdef0123456789abcdef"
        self.aws.client("s3").put_object(Bucket=self.outputs["OverflowBucketName"], Key=key, Body=b"{}")
        published(self.aws, self.outputs["LedgerTableName"], "2026-11-24T10:30:00+00:00")
        self.downloads = self.folder / "downloads"
        download(self.downloads)
        self.reset([])
        self.functions.start(self.outputs["IntakeQueueUrl"])

    def close(self):
        self.functions.close()
        self.aws.close()
        shutil.rmtree(self.folder)

    def reset(self, keys):
        """The secrets as a new stack has them, with a token that is known here; and keys of Tencent Cloud VOD."""
        secrets = self.aws.client("secretsmanager")
        for slug in PRODUCTS:
            for token in ("previous", TYPED):
                value = {"tokens": token, "keys": keys if slug == "tencent-vod" else [], "callback_urls": []}
                secrets.put_secret_value(SecretId=f"mediahook/{slug}", SecretString=json.dumps(value))

    def checkout(self, name):
        """A folder in which a document's commands run: the checkout, and what a reader has beside it."""
        folder = self.folder / name.replace("/", "-")
        folder.mkdir()
        for path in ROOT.iterdir():
            if path.name not in (".git", "target"):
                (folder / path.name).symlink_to(path)
        for file, product, case in (("body.json", "tencent-vod", "procedure-state-changed"), ("body.xml", "tencent-ci", "task-finish-transcode-xml")):
            (folder / file).write_text(body_of(product, case))
        for file, content in refused().items():
            (folder / file).write_text(json.dumps(content))
        for path in self.downloads.iterdir():
            (folder / path.name).symlink_to(path)
        return folder

    def run(self, name, found):
        """Runs statements in one shell, and returns the status and output of each."""
        folder = self.checkout(name)
        results = folder / "results"
        results.mkdir()
        script = ["set -o pipefail"]
        for number, statement in enumerate(found):
            if statement.inline:
                script += [f"cd {folder}"]
            command = f"mention {statement.text}" if statement.is_mention else filled(statement.text, self)
            script += [f"{{ {command}", f"}} >{results}/{number} 2>&1", f"echo $? >{results}/{number}.status"]
            if re.search(r"\bstore\b|put-secret-value", command):
                script += [f"sleep {SECRET_READ}"]
        environment = self.aws.environment | {
            "PATH": f"{ROOT}/docs/tests/commands:{Path(sys.executable).parent}:{os.environ['PATH']}",
            "REAL_PATH": os.environ["PATH"],
            "HOME": str(folder),
            "CHECKOUT": str(ROOT),
            "PROGRAMS": str(PROGRAMS),
            "AWS_CLI": str(AWS_CLI),
            "READ_BEFORE": str(self.folder / "read-before"),
            "PYTHONPATH": os.pathsep.join(each for each in sys.path if "site-packages" in each),
            "SAM_CLI_TELEMETRY": "0",
            "EDITOR": "true",
            "MEDIAHOOK_TOKEN": TYPED,
        }
        # What a person types, once for each command that asks.
        typed = f"{TYPED}\n" * 50
        subprocess.run([shutil.which("bash"), "-c", "\n".join(script)], cwd=folder, env=environment, input=typed, text=True, timeout=TIMEOUT)
        for number in range(len(found)):
            status = results / f"{number}.status"
            output = results / str(number)
            yield int(status.read_text()) if status.exists() else None, output.read_text() if output.exists() else ""


def download(folder):
    """What a reader downloads: the archive of a release, with a checksum, and the packages for consumers."""
    folder.mkdir()
    pack = ["npm", "pack", "--silent", f"--pack-destination={folder}", ROOT / "types"]
    subprocess.run(pack, check=True, stdout=subprocess.DEVNULL)
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", f"--wheel-dir={folder}", ROOT / "python"]
    subprocess.run(build, check=True)
    name = "mediahook-0.1.0-arm64"
    content = folder.with_name(name)
    content.mkdir()
    (content / "template.yaml").write_text(package.packaged_template("arm64"))
    shutil.copy(ROOT / "deploy/samconfig.toml", content)
    shutil.copy(ROOT / "deploy/callback-url.py", content)
    with tarfile.open(folder / f"{name}.tar.gz", "w:gz") as archive:
        archive.add(content, name)
    checksum = sha256((folder / f"{name}.tar.gz").read_bytes()).hexdigest()
    (folder / f"{name}.tar.gz.sha256").write_text(f"{checksum}  {name}.tar.gz\n")


def published(aws, table, time):
    """Writes to the ledger that an event was published at this time, which it remembers for 45 days."""
    expiry = int((datetime.fromisoformat(time) + timedelta(days=45)).timestamp())
    item = {"id": {"S": "0123456789abcdef0123456789abcdef"}, "state": {"S": "completed"}, "expires_at": {"N": str(expiry)}}
    aws.client("dynamodb").put_item(TableName=table, Item=item)


def refused():
    """A request that a function has refused, whose URL was signed without its slash, and the function's secret."""
    request = json.loads((ROOT / "events/aliyun-ims/snapshot-complete.json").read_text())
    host, query, key = "hooks.example.com", "token=secret", "TheKey1"
    signed, arrived = (datetime.fromisoformat(f"2026-11-26T{time}+00:00").timestamp() for time in ("04:38:59", "04:45:51.551"))
    digest = md5(f"https://{host}/ims?{query}|{int(signed)}|{key}".encode()).hexdigest()
    request["headers"] |= {"host": host, "x-ice-timestamp": str(int(signed)), "x-ice-signature": digest}
    request["requestContext"]["timeEpoch"] = round(arrived * 1000)
    request |= {"rawPath": "/ims", "rawQueryString": query}
    secret = {"keys": [key], "tokens": ["another", "secret"], "callback_urls": [f"https://{host}/ims/?{query}"]}
    return {"request.json": request, "secret.json": secret}


# What a reader puts in the place of what the documents leave open.
def placeholders(here):
    urls = here.functions.urls
    return {
        "URL=https://….lambda-url.….on.aws/       # AliyunVodUrl": f"URL={urls['aliyun-vod']}",
        "URL=https://….lambda-url.….on.aws/       # AliyunImsUrl": f"URL={urls['aliyun-ims']}",
        "URL=https://….lambda-url.….on.aws/       # TencentCiUrl": f"URL={urls['tencent-ci']}",
        "URL=https://….lambda-url.….on.aws/       # TencentVodUrl": f"URL={urls['tencent-vod']}",
        "http://localhost:9000/lambda-url/aliyun-ims/": urls["aliyun-ims"],
        "https://….on.aws/": urls["tencent-vod"],
        "<name of the function>": "mediahook-TencentCiFunction",
        "<the ARN's last part>": here.outputs["EventArchiveArn"].rsplit("/", 1)[-1],
        "<EventBusName>": here.outputs["EventBusName"],
        "<DeadLetterQueueUrl>": here.outputs["DeadLetterQueueUrl"],
        "<OverflowBucketName>": here.outputs["OverflowBucketName"],
        "aliyun-ims/<id>": "aliyun-ims/0123456789abcdef0123456789abcdef",
    }


def filled(command, here):
    for left_open, value in placeholders(here).items():
        command = command.replace(left_open, value)
    without_comments = re.sub(r"\s#\s.*", "", command)
    if "…" in without_comments or PLACEHOLDER.search(without_comments):
        raise ValueError(f"who runs this has to know what to put in: {command}")
    return command


def shows(printed, expected):
    """Whether the output is what the document shows. `…` stands for anything, and times differ."""
    pattern = re.escape(expected.strip()).replace("…", ".*")
    pattern = re.sub(r"\d{4}\\-\d\d\\-\d\dT\d\d:\d\d:\d\d(\\\.\d+)?Z", r"\\d{4}-\\d\\d-\\d\\dT[\\d:.]+Z", pattern)
    pattern = re.sub(r"\d+\\\.\d(\\ ms)", r"\\d+\\.\\d\1", pattern)
    return re.fullmatch(pattern, printed.strip(), re.DOTALL) is not None


def problem(statement, status, output):
    """What is wrong with the result of a command, if something is."""
    told = f"{statement.text!r} ended with {status}: {output.strip()[-600:]}"
    if statement.statuses:
        expected = statement.statuses[0]
        if not re.search(rf"\b{expected}\b", output) or (expected == "200" and status != 0):
            return f"expected {expected}; {told}"
    elif status != 0 and not (statement.console and statement.output):
        return told
    if statement.output is not None and not shows(output, statement.output):
        return f"expected to print\n{statement.output}\n{told}"
    return None


HERE = None


def setUpModule():
    global HERE
    HERE = Here()


def tearDownModule():
    HERE.close()


def problems(document, found, name=None):
    """What is wrong with a document's commands."""
    # The README sends to a function whose vendor signs already.
    HERE.reset([TYPED] if document == "README.md" else [])
    results = HERE.run(name or document, found)
    for statement, (status, output) in zip(found, results, strict=True):
        if wrong := problem(statement, status, output):
            yield f"{statement.place}: {wrong}"


# Commands in `console` blocks that are broken, or do not print what is shown, each with what it replaces.
BROKEN_CONSOLE = {
    "$ mediahook decode aliyun-vod": "$ mediahook decod aliyun-vod",
    "$ mediahook explain aliyun-ims request.json": "$ mediahook explain aliyun-vod request.json",
    "got no response": "got 200",
    "would replay 1 event": "would replay 2 events",
}

# Commands that are broken, each with what it replaces in a guide.
BROKEN = {
    "stored | mediahook secret rotate tencent-vod token | store": "stored | mediahook secret rotat tencent-vod token | store",
    '--url "$URL" --tamper signature   # 401': '--url "$URL" --tamper sign   # 401',
    "--skew -3600         # 401: expired": "--skew -3600         # 200",
    'procedure-state-changed --url "$URL" --expect 401': 'no-such-sample --url "$URL" --expect 401',
    "--name TencentVodFunction": "--nama TencentVodFunction",
}


class Documents(unittest.TestCase):
    def test_the_commands_run_and_print_what_is_shown(self):
        count = 0
        # What documents name again in their text is run once.
        known = set()
        for document in documents():
            found = [each for each in statements(document) if not each.inline or each.text not in known]
            known |= {each.text for each in found if each.inline}
            count += len(found)
            with self.subTest(document):
                wrong = "\n\n".join(problems(document, found)) if found else ""
                self.assertFalse(wrong, f"\n\n{wrong}")
        self.assertGreater(count, 150)

    def test_a_broken_command_is_noticed(self):
        document = "docs/setup/tencent-vod.md"
        text = (ROOT / document).read_text()
        for command, broken in BROKEN.items():
            self.assertIn(command, text)
            text = text.replace(command, broken)
        found = [each for each in statements(document, text) if not each.inline]
        broken = {each.place for each in found if any(text in each.text for text in BROKEN.values())}
        noticed = {wrong.split(": ")[0] for wrong in problems(document, found, "broken")}
        self.assertEqual(len(broken), len(BROKEN))
        self.assertLessEqual(broken, noticed)

    def test_a_broken_console_is_noticed(self):
        document = "docs/cli.md"
        text = (ROOT / document).read_text()
        for shown, broken in BROKEN_CONSOLE.items():
            self.assertIn(shown, text)
            text = text.replace(shown, broken)
        found = [each for each in statements(document, text) if each.console]
        self.assertEqual(len(found), len(BROKEN_CONSOLE))
        noticed = {wrong.split(": ")[0] for wrong in problems(document, found, "broken-console")}
        self.assertEqual(noticed, {each.place for each in found})

    def test_what_is_not_filled_in_is_noticed(self):
        for command in ("aws s3 ls s3://<bucket>", "mediahook send tencent-vod body.json --url https://…/"):
            [statement] = statements("broken.md", f"```sh\n{command}\n```")
            with self.assertRaises(ValueError):
                filled(statement.text, HERE)
        with self.assertRaises(ValueError):
            statements("broken.md", "```sh\nif true; then\n```")
        [statement] = statements("broken.md", "```sh\necho one\n```\n\n```text\ntwo\n```")
        self.assertIsNotNone(problem(statement, 0, "one\n"))
        self.assertIsNone(problem(statement, 0, "two\n"))
        one, other = statements("console.md", "```console\n$ echo one \\\n  two\none two\n$ true\n```")
        self.assertEqual((one.text, one.output, other.text, other.output), ("echo one \\\n  two", "one two", "true", None))
        self.assertIsNotNone(problem(other, 1, ""))
        with self.assertRaises(ValueError):
            statements("broken.md", "```console\nprinted by nothing\n```")


if __name__ == "__main__":
    unittest.main()

"""What the README and other documents show beside commands: events, tables of events, and code in TypeScript."""

import json
import os
import re
import subprocess
import tempfile
import unittest
from pathlib import Path

from statements import ROOT, body_of, documents

PROGRAMS = Path(os.environ.get("PROGRAMS", ROOT / "target/debug"))
README = (ROOT / "README.md").read_text()


def decoded(product, case):
    printed = subprocess.run([PROGRAMS / "mediahook", "decode", product, case], check=True, stdout=subprocess.PIPE, text=True).stdout
    return json.loads(printed.splitlines()[0])


def blocks(text, language):
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.M | re.S)


class Shown(unittest.TestCase):
    def assert_part(self, shown, whole, place="event"):
        """What is shown is a part of what there is."""
        if isinstance(shown, dict):
            for key, value in shown.items():
                if key != "…":
                    self.assertIn(key, whole, place)
                    self.assert_part(value, whole[key], f"{place}.{key}")
        elif isinstance(shown, list):
            self.assertEqual(len(shown), len(whole), place)
            for number, (one, other) in enumerate(zip(shown, whole)):
                self.assert_part(one, other, f"{place}.{number}")
        else:
            self.assertEqual(shown, whole, place)

    def test_the_event_is_what_the_tool_prints(self):
        shown = [json.loads(block) for block in blocks(README, "json") if "specversion" in block]
        self.assertEqual(len(shown), 1)
        self.assert_part(shown[0], decoded("tencent-ci", "task-finish-transcode-xml"))

    def test_the_body_is_that_of_the_sample(self):
        [shown] = blocks(README, "xml")
        body = body_of("tencent-ci", "task-finish-transcode-xml")
        for element in re.findall(r"<(\w+)>([^<>\s][^<>]*)</\1>", shown):
            self.assertIn("<{0}>{1}</{0}>".format(*element), body)

    def test_the_demo_shows_events_of_samples(self):
        rows = re.findall(r"^((?:aliyun|tencent)-\w+) +(\S+) +(\w+) +(\w+) +200 ", README, re.M)
        self.assertGreater(len(rows), 3)
        for product, case, kind, outcome in rows:
            self.assertEqual(decoded(product, case)["type"], f"media.{kind}.{outcome}")

    def test_typescript_compiles(self):
        found = [(name, code) for name in documents() for code in blocks((ROOT / name).read_text(), "ts") if "mediahook-events" in code]
        self.assertEqual({name for name, _ in found}, {"README.md", "types/README.md"})
        with tempfile.TemporaryDirectory() as folder:
            folder = Path(folder)
            (folder / "node_modules").symlink_to(ROOT / "types/node_modules")
            (folder / "package.json").write_text('{"type": "module"}')
            options = {"paths": {"mediahook-events": [str(ROOT / "types/src/index.ts")]}, "noEmit": True}
            settings = {"extends": str(ROOT / "types/tsconfig.json"), "compilerOptions": options, "include": ["*.ts"]}
            (folder / "tsconfig.json").write_text(json.dumps(settings))
            for number, (_, code) in enumerate(found):
                (folder / f"{number}.ts").write_text(code)
            compiler = [ROOT / "types/node_modules/.bin/tsc", "--project", folder]
            compiled = subprocess.run(compiler, stdout=subprocess.PIPE, text=True)
            self.assertEqual(compiled.returncode, 0, compiled.stdout)

    def test_links_lead_to_files(self):
        for name in documents():
            for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", (ROOT / name).read_text()):
                if "://" not in target:
                    self.assertTrue((ROOT / name).parent.joinpath(target).exists(), f"{name}: {target}")

    def test_links_lead_to_headings(self):
        for name in documents():
            for target, heading in re.findall(r"\]\(([^)#\s:]*)#([^)\s]+)\)", (ROOT / name).read_text()):
                path = (ROOT / name).parent / target if target else ROOT / name
                if path.suffix == ".md":
                    self.assertIn(heading, headings(path.read_text()), f"{name}: {target}#{heading}")


def headings(text):
    """The anchors of a document's headings."""
    titles = re.findall(r"^#+ (.*)$", re.sub(r"^( *)```.*?^\1```", "", text, flags=re.M | re.S), re.M)
    return {re.sub(r"[^\w\- ]", "", re.sub(r"[`*]", "", title).lower()).replace(" ", "-") for title in titles}


if __name__ == "__main__":
    unittest.main()

"""A release of `make package`, in `PACKAGE_ARCHIVE`: what the programs need, whose work is in them. `make test-package` runs it."""

import json
import os
import re
import subprocess
import unittest
import zipfile
from pathlib import Path

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from stack import ROOT
from test_package import FUNCTIONS, Checks

# Lambda's limit of a zip that is uploaded with the call, and what its C library is.
ZIP_LIMIT = 50 * 1024 * 1024
GLIBC = (2, 34)
# Bytes that a program may have: 5 % more than the largest had for x86_64, which are no smaller than those for arm64.
PROGRAM_LIMIT = 13_900_000
# Where an ELF file names its processor, and the numbers of those.
MACHINE = slice(18, 20)
MACHINES = {"x86_64": b"\x3e\x00", "arm64": b"\xb7\x00"}
TARGETS = {"x86_64": "x86_64-unknown-linux-gnu", "arm64": "aarch64-unknown-linux-gnu"}


class Release(Checks, unittest.TestCase):
    OF_TOOLS = frozenset({"THIRD_PARTY.txt", "sbom.cdx.json"})

    @classmethod
    def made(cls, _folder):
        return Path(os.environ["PACKAGE_ARCHIVE"])

    def programs(self):
        for function in FUNCTIONS:
            with zipfile.ZipFile(self.release / f"{function}.zip") as archive:
                yield function, archive.read("bootstrap")

    def test_lambda_can_run_the_programs(self):
        for function, program in self.programs():
            self.assertEqual((program[:4], program[MACHINE]), (b"\x7fELF", MACHINES[self.architecture]), function)
            needed = {tuple(map(int, version.split(b"."))) for version in re.findall(rb"GLIBC_(\d+\.\d+)", program)}
            self.assertTrue(needed, function)
            self.assertLessEqual(max(needed), GLIBC, function)

    def test_a_zip_is_small_enough(self):
        for function in FUNCTIONS:
            self.assertLess((self.release / f"{function}.zip").stat().st_size, ZIP_LIMIT, function)

    def test_no_program_has_grown(self):
        grown = {function: len(program) for function, program in self.programs() if len(program) > PROGRAM_LIMIT}
        self.assertEqual(grown, {}, "find out why (docs/adr/0012-release-profile.md)")

    def crates(self):
        """Names and versions of the crates of others in the programs, as cargo resolves them."""
        command = ["cargo", "tree", "--locked", "--offline", "--package", "lambda", "--edges", "normal", "--target", TARGETS[self.architecture]]
        tree = subprocess.run([*command, "--prefix", "none", "--format", "{p}"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
        lines = {line.removesuffix(" (*)") for line in tree.splitlines()}
        # Those of this workspace have a path, macros a mark.
        found = {tuple(line.replace(" v", " ", 1).split(" ")[:2]) for line in lines if f"({ROOT}" not in line and "(proc-macro)" not in line}
        self.assertGreater(len(found), 50)
        return found

    def test_the_bill_of_materials_is_valid_and_lists_all_crates(self):
        text = (self.release / "sbom.cdx.json").read_text()
        bill = json.loads(text)
        version = SchemaVersion.from_version(bill["specVersion"])
        self.assertIsNone(JsonStrictValidator(version).validate_str(text))
        listed = {(component["name"], component["version"]) for component in bill["components"]}
        self.assertEqual(self.crates() - listed, set())

    def test_the_licences_of_all_crates_are_there(self):
        text = (self.release / "THIRD_PARTY.txt").read_text()
        for name, version in self.crates():
            self.assertIn(f"\n  {name} {version} ", text)


if __name__ == "__main__":
    unittest.main()

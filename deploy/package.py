"""Makes the files of a release out of built functions: package.py --version … --architecture … <function> …

A folder with a zip for each function, the templates, the Terraform module, licences and a bill of materials; an archive of the
folder; and a line with its checksum. The same input makes the same bytes.
"""

import argparse
import gzip
import hashlib
import json
import re
import shutil
import subprocess
import tarfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
# Zip knows no earlier one.
TIMESTAMP = (1980, 1, 1, 0, 0, 0)


def zip_program(program, target):
    entry = zipfile.ZipInfo("bootstrap", TIMESTAMP)
    entry.compress_type = zipfile.ZIP_DEFLATED
    # A regular file that everyone may read and run, as Unix writes it.
    entry.external_attr = 0o100755 << 16
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr(entry, program.read_bytes())


def packaged_template(architecture):
    """The template with zips in place of folders that SAM would have to build."""
    text = (ROOT / "template.yaml").read_text()
    text, built = re.subn(r"    Metadata:\n      BuildMethod: makefile\n", "", text)
    text, globals_ = re.subn(r"    CodeUri: \.\n", "", text)
    text, functions = re.subn(
        r"^  (\w+)Function:\n    Type: AWS::Serverless::Function\n((?:    Condition: \w+\n)?)    Properties:\n",
        lambda match: f"{match[0]}      CodeUri: {slug(match[1])}.zip\n",
        text,
        flags=re.MULTILINE,
    )
    text, defaults = re.subn(r"(  Architecture:\n    Type: String\n    Default: )\w+", rf"\g<1>{architecture}", text)
    assert built == functions > 0 and globals_ == defaults == 1, (built, functions, globals_, defaults)
    return text


def slug(name):
    """`aliyun-vod` of `AliyunVod`."""
    return re.sub(r"(?<!^)(?=[A-Z])", "-", name).lower()


def third_party(tools):
    """The licences of all crates that the functions are made of, from the crates themselves: no server is asked."""
    command = [tools / "cargo-about", "generate", "--frozen", "--fail", "--manifest-path", "shared/lambda/Cargo.toml"]
    command += ["--config", "deploy/about.toml", "deploy/about.hbs"]
    return subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout


def bill_of_materials(tools):
    """What dispatch and the receivers are made of. All of them depend on `lambda` and on nothing else."""
    name = "mediahook-sbom"
    manifest = ROOT / "shared/lambda/Cargo.toml"
    command = [tools / "cargo-cyclonedx", "cyclonedx", "--manifest-path", manifest, "--format", "json", "--override-filename", name]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    # It writes one beside the manifest of each member of the workspace.
    files = {path.parent: path for path in ROOT.glob(f"*/*/{name}.json")}
    text = json.loads(files[manifest.parent].read_text())
    for path in files.values():
        path.unlink()
    # Neither says what it is made of, and each run has others.
    del text["serialNumber"], text["metadata"]["timestamp"]
    return json.dumps(text, indent=2) + "\n"


def archive(folder, target):
    def anonymous(entry):
        entry.uid = entry.gid = entry.mtime = 0
        entry.uname = entry.gname = ""
        return entry

    # The zips, which are nearly all of it, are compressed already.
    with open(target, "wb") as file, gzip.GzipFile("", "wb", compresslevel=1, mtime=0, fileobj=file) as packed:
        with tarfile.open(mode="w", fileobj=packed) as tar:
            for path in sorted(folder.rglob("*")):
                tar.add(path, f"{folder.name}/{path.relative_to(folder)}", recursive=False, filter=anonymous)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--version", required=True)
    parser.add_argument("--architecture", required=True, choices=["arm64", "x86_64"])
    parser.add_argument("--programs", required=True, type=Path)
    parser.add_argument("--tools", type=Path, help="folder of cargo-about and cargo-cyclonedx; without it licences and bill are left out, for tests")
    parser.add_argument("--output", required=True, type=Path)
    parser.add_argument("functions", nargs="+")
    arguments = parser.parse_args()

    folder = arguments.output / f"mediahook-{arguments.version}-{arguments.architecture}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for function in arguments.functions:
        zip_program(arguments.programs / function / "bootstrap", folder / f"{function}.zip")
    (folder / "template.yaml").write_text(packaged_template(arguments.architecture))
    (folder / "samconfig.toml").write_text((ROOT / "deploy/samconfig.toml").read_text())
    if arguments.tools:
        (folder / "THIRD_PARTY.txt").write_text(third_party(arguments.tools))
        (folder / "sbom.cdx.json").write_text(bill_of_materials(arguments.tools))
    for name in ("monitoring.yaml", "schemas.yaml", "LICENSE-MIT", "LICENSE-APACHE", "deploy/callback-url.py", "deploy/deployer-policy.json"):
        shutil.copy(ROOT / name, folder)
    shutil.copytree(ROOT / "deploy/terraform", folder / "terraform", ignore=shutil.ignore_patterns("README.md", ".terraform*"))

    packed = arguments.output / f"{folder.name}.tar.gz"
    archive(folder, packed)
    checksum = hashlib.sha256(packed.read_bytes()).hexdigest()
    (arguments.output / f"{packed.name}.sha256").write_text(f"{checksum}  {packed.name}\n")
    print(packed)


if __name__ == "__main__":
    main()

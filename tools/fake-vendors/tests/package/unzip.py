"""Unpacks the zips of a folder, each into a folder of its name, with the permissions that they have in there."""

import sys
import zipfile
from pathlib import Path

release, target = map(Path, sys.argv[1:])
for path in release.glob("*.zip"):
    with zipfile.ZipFile(path) as archive:
        [entry] = archive.infolist()
        program = Path(archive.extract(entry, target / path.stem))
        program.chmod(entry.external_attr >> 16 & 0o777)

"""Writes what the vendor's SDK says about the events of Tencent Cloud VOD: names, bodies in which every field is set, and
what of each body an event has to tell.

    python tencent_vod.py

The SDK (`tencentcloud-sdk-python-vod`) is the one that this Python imports. Its class `EventContent` is what a callback
holds; the docstrings of the constructors have the types and the words that a field may have. `make drift` and the test
in `shared/callbacks/src/tencent/vod/drift.rs` read the output.
"""

import importlib.metadata
import json
import re
from datetime import datetime, timezone

from tencentcloud.vod.v20180717 import models

PARAM = re.compile(r":param _(\w+): (.*?)\n\s*:type \w+: ([^\n]+)", re.DOTALL)
CLASS = re.compile(r"(?:list of |:class:`[\w.]+\.)(\w+)`?$")
EVENT_NAME = re.compile(r"事件类型为\s*([A-Za-z0-9]+)\s*时有效")
LISTED = re.compile(r"<li>\s*([A-Za-z0-9_.]+)\s*：")
STATUS_WORDS = re.compile(r"(?<![A-Za-z])[A-Z][A-Za-z]{3,}(?![A-Za-z])")

# An error in every part, or in none.
SUCCESS, FAILURE = "success", "failure"


def fields(struct):
    """The fields of a structure: name, documentation, type."""
    documentation = getattr(models, struct).__init__.__doc__ or ""
    return [(name, text, kind.strip()) for name, text, kind in PARAM.findall(documentation)]


def struct_of(kind):
    match = CLASS.match(kind)
    name = match.group(1) if match else ""
    return name if hasattr(models, name) else None


class Body:
    """Makes one body. Each value stands in it once, so that it can be found in the event."""

    def __init__(self, outcome):
        self.outcome = outcome
        self.number = 1000
        self.told = []

    def struct(self, struct, path):
        own = fields(struct)
        has_text_code = any(name == "ErrCodeExt" for name, _, _ in own)
        content = {}
        for name, text, kind in own:
            # The code as text counts before the number, which is looked for only where there is no text.
            is_looked_for = not (name == "ErrCode" and has_text_code)
            content[name] = self.value(name, text, kind, f"{path}.{name}", is_looked_for)
        return content

    def value(self, name, text, kind, path, is_looked_for):
        inner = struct_of(kind)
        if kind.startswith("list of "):
            items = range(2)
            if inner:
                return [self.struct(inner, path) for _ in items]
            kind = kind.removeprefix("list of ")
            return [self.leaf(name, text, kind, path, is_looked_for) for _ in items]
        return self.struct(inner, path) if inner else self.leaf(name, text, kind, path, is_looked_for)

    def leaf(self, name, text, kind, path, is_looked_for):
        self.number += 1
        what, value = self.said(name, text, kind)
        if what and is_looked_for:
            is_seconds = what == "expiry" and isinstance(value, int)
            told = datetime.fromtimestamp(value, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ") if is_seconds else value
            self.told.append({"path": path, "what": what, "value": told})
        return value

    def said(self, name, text, kind):
        """What the field tells, if it is one of the things that an event must not lose, and a value for it."""
        failed = self.outcome == FAILURE
        number = self.number
        if name == "ErrCode" and kind == "int":
            return ("error", number) if failed else (None, 0)
        if name in ("ErrCodeExt", "ErrCode"):
            return ("error", f"InternalError.{number}") if failed else (None, "")
        if name == "Message":
            return ("error", f"message {number}") if failed else (None, "SUCCESS")
        if name == "Status" and kind == "str":
            return None, "FAIL" if failed else "FINISH" if "FINISH" in text else "SUCCESS"
        if name == "Status":
            return None, number if failed else 0
        if name in ("WechatStatus", "PublishResult"):
            return None, "FAIL" if failed else "SUCCESS"
        if kind == "int":
            if re.search(r"Expire[d]?Time(Stamp)?$", name):
                return "expiry", 1900000000 + number
            return ("size" if name in ("Size", "Width", "Height", "Bitrate") else None), number
        if kind == "float":
            return ("duration" if name == "Duration" else None), number + 0.5
        if kind == "bool":
            return None, True
        if re.search(r"Url(Set|s)?$|^FaceImage$", name):
            return "url", f"https://media.example.com/{number}/{name}"
        if name == "FileId" or name == "FileIdSet":
            return "file id", f"5285890{number:012}"
        if name.endswith("TaskId") or name.endswith("TaskIds"):
            return "task id", f"1250000000-Task-{number}"
        if re.search(r"Expire[d]?Time$", name):
            return "expiry", f"2031-02-03T{number // 3600 % 24:02}:{number // 60 % 60:02}:{number % 60:02}Z"
        if name == "SourceType":
            return None, "Upload"
        if name.endswith("Time"):
            return None, f"2026-02-03T{number // 3600 % 24:02}:{number // 60 % 60:02}:{number % 60:02}Z"
        if name == "Suggestion":
            return None, "block"
        if name in ("Md5", "VoiceId", "ElementId", "SourceContext", "SessionContext"):
            return name, f"{name}-{number}"
        listed = LISTED.search(text)
        return None, listed.group(1) if listed else f"{name} {number}"


def events():
    listed = dict((name, text) for name, text, _ in fields("EventContent"))["EventType"]
    names = LISTED.findall(listed)
    for key, text, kind in fields("EventContent"):
        struct = struct_of(kind)
        if not struct:
            continue
        name = EVENT_NAME.search(text)
        name = name.group(1) if name else None
        if name in names:
            names.remove(name)
        bodies = {}
        for outcome in (SUCCESS, FAILURE):
            body = Body(outcome)
            content = {key: body.struct(struct, key)}
            bodies[outcome] = {"body": {"EventType": name, **content} if name else content, "tells": body.told}
        yield {"name": name, "key": key, "struct": struct, **bodies}
    for name in names:
        yield {"name": name, "key": None}


def status_words():
    """The words that the SDK has for how something ended, each with the field that has it."""
    words, seen, waiting = {}, set(), ["EventContent"]
    while waiting:
        struct = waiting.pop()
        if struct in seen:
            continue
        seen.add(struct)
        for name, text, kind in fields(struct):
            if struct_of(kind):
                waiting.append(struct_of(kind))
            elif name in ("Status", "WechatStatus", "PublishResult") and kind == "str":
                for word in STATUS_WORDS.findall(re.sub(r"<[^>]*>", " ", text)):
                    words.setdefault(word, f"{struct}.{name}")
    return words


if __name__ == "__main__":
    version = importlib.metadata.version("tencentcloud-sdk-python-vod")
    print(json.dumps({"sdk": version, "events": list(events()), "status_words": status_words()}, indent=1))

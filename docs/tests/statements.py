"""The commands that the documents show: those in their `sh` and `console` blocks, and those in their text."""

import json
import re
import shutil
import subprocess
from base64 import b64decode
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
FOLDERS = ["", "docs", "docs/adr", "docs/setup", "examples", "examples/*", "deploy/terraform", "types", "python"]
# What a reader has to put in.
PLACEHOLDER = re.compile(r"<[A-Za-z][A-Za-z' ]*>")
# Commands in the text begin with one of these.
TOOLS = ("aliyun ", "aws ", "cargo ", "jq ", "make ", "mediahook ", "npm ", "pip ", "sam ", "stored ", "tccli ")


@dataclass
class Statement:
    """A command of a document, or several that the shell reads as one."""

    document: str
    line: int
    text: str
    # Whether it is in the text.
    inline: bool = False
    # Whether it is in a `console` block. What it prints says how it ends.
    console: bool = False
    # What the block after it, or the lines after it in a `console` block, say that it prints.
    output: str | None = None

    @property
    def is_mention(self):
        """Whether it only names a command, without the arguments that it needs."""
        return self.inline and len(self.text.split()) == 2

    @property
    def place(self):
        return f"{self.document}:{self.line}"

    @property
    def statuses(self):
        """The statuses that a comment at the end of the command says, in their order."""
        comment = re.search(r"\s#\s(.*)$", self.text)
        return re.findall(r"\b([2345]\d\d)\b", comment[1]) if comment else []


def body_of(product, case):
    """The body of a sample."""
    request = json.loads((ROOT / f"events/{product}/{case}.json").read_text())
    return b64decode(request["body"]).decode() if request["isBase64Encoded"] else request["body"]


def documents():
    return sorted(str(path.relative_to(ROOT)) for folder in FOLDERS for path in ROOT.glob(f"{folder}/*.md" if folder else "*.md"))


def statements(document, text=None):
    """The statements of a document in their order; those in its text come last."""
    text = (ROOT / document).read_text() if text is None else text
    found, prose = [], []
    fence = indent = None
    block = []
    # The last line of the last block of commands.
    end = 0
    for number, line in enumerate(text.splitlines(), 1):
        opened = re.match(r"^( *)```(\w*)$", line)
        if fence is None and opened:
            indent, fence, block = len(opened[1]), opened[2], []
        elif fence is not None and opened and opened[2] == "":
            if fence == "sh":
                found += list(split(document, block))
                end = number
            elif fence == "console":
                found += list(session(document, block))
            elif fence == "text" and block and found and block[0][0] - 2 - end in (0, 1):
                found[-1].output = "\n".join(line for _, line in block)
            fence = None
        elif fence is not None:
            block.append((number, line[indent:]))
        else:
            prose.append((number, line))
    return found + list(inline(document, prose))


def split(document, lines):
    """The statements of a block: as few lines each as the shell takes for whole."""
    pending = []
    for number, line in lines:
        if not pending and (not line.strip() or line.lstrip().startswith("#")):
            continue
        pending.append((number, line))
        text = "\n".join(each for _, each in pending)
        if not line.endswith("\\") and is_whole(text):
            yield Statement(document, pending[0][0], text)
            pending = []
    if pending:
        raise ValueError(f"{document}:{pending[0][0]}: the shell cannot read this")


def session(document, lines):
    """The statements of a `console` block, each after a prompt, with the lines that it prints."""
    pending, output, statement = [], [], None
    for number, line in lines:
        if pending or line.startswith("$ "):
            if statement:
                statement.output = "\n".join(output) or None
                yield statement
                output, statement = [], None
            pending.append((number, line if pending else line.removeprefix("$ ")))
            text = "\n".join(each for _, each in pending)
            if not line.endswith("\\") and is_whole(text):
                statement = Statement(document, pending[0][0], text, console=True)
                pending = []
        elif statement:
            output.append(line)
        else:
            raise ValueError(f"{document}:{number}: there is no command that prints this")
    if pending or not statement:
        raise ValueError(f"{document}:{lines[0][0]}: the shell cannot read this")
    statement.output = "\n".join(output) or None
    yield statement


def is_whole(text):
    # What a reader has to put in is a word.
    text = PLACEHOLDER.sub("word", text)
    return subprocess.run([shutil.which("bash"), "-n"], input=text, text=True, stderr=subprocess.DEVNULL).returncode == 0


def inline(document, lines):
    # A command in the text may be broken over lines.
    text = "\n".join(line for _, line in lines)
    numbers = [number for number, line in lines for _ in range(len(line) + 1)]
    for match in re.finditer(r"(?<!`)`([^`]+)`(?!`)", text):
        command = re.sub(r"\s+", " ", match[1])
        # What is left out is said by `…` at its end or between words.
        if command.startswith(TOOLS) and "…" not in command:
            yield Statement(document, numbers[match.start()], command, inline=True)

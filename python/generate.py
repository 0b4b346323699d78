"""Writes words.py and model.py, the models of schema/cloudevent-1.schema.json, to a folder: generate.py mediahook_events"""

import argparse
import json
import warnings
from pathlib import Path

from datamodel_code_generator import InputFileType, generate
from datamodel_code_generator.enums import DataModelType
from datamodel_code_generator.format import Formatter, PythonVersion
from datamodel_code_generator.parser import LiteralType

SCHEMA = Path(__file__).parents[1] / "schema/cloudevent-1.schema.json"
HEADER = '"""Made by `make events` from schema/cloudevent-1.schema.json."""\n'
# Lists of words that a later version of the event model may add to, and what stands for a word that is not known.
FALLBACKS = {"Kind": "unknown", "Outcome": "unknown", "Role": "other", "Verdict": "review", "Confirmation": "unverifiable", "Origin": "callback"}


def words(definitions):
    """The module of the types of words."""
    lines = [HEADER, "from typing import Annotated, Any, Literal\n", "from pydantic import BeforeValidator\n\n"]
    lines += ["def _known(words: frozenset[str], fallback: str) -> BeforeValidator:"]
    lines += ["    def known(word: Any) -> Any:", "        return fallback if isinstance(word, str) and word not in words else word\n"]
    lines += ["    return BeforeValidator(known)\n\n"]
    for name, fallback in FALLBACKS.items():
        known = [f'"{each["const"]}"' for each in definitions[name]["oneOf"]]
        lines += [f"{name} = Annotated[", f"    Literal[{', '.join(known)}],"]
        lines += [f"    _known(frozenset([{', '.join(known)}]), \"{fallback}\"),", "]"]
        lines += [f'"""{definitions[name]["description"]} A word that is not known is `{fallback}`."""\n']
    return "\n".join(lines)


def named(node):
    """Puts the types of words.py in the place of lists that may grow, and any value in the place of whatever type."""
    if isinstance(node, list):
        return [named(each) for each in node]
    if not isinstance(node, dict):
        return node
    node = {key: named(each) for key, each in node.items()}
    name = node.get("$ref", "").rsplit("/", 1)[-1]
    if name in FALLBACKS:
        node |= {"type": "string", "customTypePath": f"mediahook_events.words.{name}"}
        del node["$ref"]
    elif name == "Product":
        node |= {"type": "string"}
        del node["$ref"]
    if isinstance(node.get("type"), list):
        del node["type"]
    # Python has one type for integers.
    if node.get("format") == "uint64":
        del node["format"]
    return node


def models(schema):
    """The module of the models."""
    schema = named(schema)
    schema["$defs"] = {name: each for name, each in schema["$defs"].items() if name not in {*FALLBACKS, "Product"}}
    # A later product, and a type whose kind is not known yet, are no reason to refuse an event.
    del schema["properties"]["source"]["enum"], schema["properties"]["type"]["pattern"]
    return generate(
        json.dumps(schema),
        input_file_type=InputFileType.JsonSchema,
        output_model_type=DataModelType.PydanticV2BaseModel,
        target_python_version=PythonVersion.PY_311,
        enum_field_as_literal=LiteralType.All,
        formatters=[Formatter.BUILTIN],
        use_annotated=True,
        use_schema_description=True,
        use_field_description=True,
        use_single_line_docstring=True,
        use_standard_collections=True,
        use_union_operator=True,
        use_title_as_name=True,
        custom_file_header=HEADER,
    )


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    schema = json.loads(SCHEMA.read_text())
    (folder / "words.py").write_text(words(schema["$defs"]))
    (folder / "model.py").write_text(models(schema).rstrip() + "\n")


if __name__ == "__main__":
    main()

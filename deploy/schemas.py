"""Prints schemas.yaml, which registers the schema of the event in EventBridge Schemas, from schema/cloudevent-1.schema.json."""

import json
import textwrap
from pathlib import Path

ROOT = Path(__file__).parents[1]
TEMPLATE = """\
# Made by `make events` from schema/cloudevent-1.schema.json. A nested stack of template.yaml.
AWSTemplateFormatVersion: "2010-09-09"
Description: The schema of Mediahook's events, in a registry of EventBridge Schemas.

Parameters:
  Stack:
    Type: String
    Description: Name of the stack, and of the registry

Resources:
  Registry:
    Type: AWS::EventSchemas::Registry
    Properties:
      RegistryName: !Ref Stack
      Description: Events of media services

  Event:
    Type: AWS::EventSchemas::Schema
    Properties:
      RegistryName: !GetAtt Registry.RegistryName
      SchemaName: mediahook.event
      Description: What a rule's target receives
      Type: OpenApi3
      Content: |
"""


def openapi(node):
    """OpenAPI 3.0 of JSON Schema 2020-12, of what the schema of the event uses."""
    if isinstance(node, list):
        return [openapi(each) for each in node]
    if not isinstance(node, dict):
        return node
    node = {key: openapi(each) for key, each in node.items() if key not in ("$schema", "$id", "$defs")}
    if "const" in node:
        node["enum"] = [node.pop("const")]
    if "oneOf" in node:
        node["enum"] = [word for each in node.pop("oneOf") for word in each["enum"]]
        node["type"] = "string"
    if isinstance(node.get("type"), list):
        # A value of whatever type.
        del node["type"]
    if "$ref" in node:
        # Nothing may stand beside a reference.
        return {"$ref": node["$ref"].replace("#/$defs/", "#/components/schemas/")}
    # A description of the schema may be a property's name: only the keyword is text.
    if isinstance(node.get("description"), str):
        node["description"] = " ".join(node["description"].split())
    return node


def bus_event():
    """What a rule's target receives, with the names that EventBridge Schemas looks for."""
    text = {"type": "string"}
    properties = {
        "version": text,
        "id": text,
        "detail-type": text,
        "source": text,
        "account": text,
        "time": {"type": "string", "format": "date-time"},
        "region": text,
        "resources": {"type": "array", "items": text},
        "detail": {"$ref": "#/components/schemas/CloudEvent"},
    }
    return {
        "type": "object",
        "required": list(properties),
        "x-amazon-events-detail-type": "media.*",
        "x-amazon-events-source": "mediahook.*",
        "properties": properties,
    }


def document():
    schema = json.loads((ROOT / "schema/cloudevent-1.schema.json").read_text())
    definitions = {name: openapi(each) for name, each in schema["$defs"].items()}
    return {
        "openapi": "3.0.0",
        "info": {"version": "1.0.0", "title": "MediahookEvent"},
        "paths": {},
        "components": {"schemas": {"AWSEvent": bus_event(), "CloudEvent": openapi(schema), **definitions}},
    }


def template():
    content = json.dumps(document(), ensure_ascii=False, indent=1)
    return TEMPLATE + textwrap.indent(content, " " * 8) + "\n"


if __name__ == "__main__":
    print(template(), end="")

"""What CloudFormation makes of template.yaml: after SAM's transform, for given parameters, without AWS."""

import copy
import logging
import os
import re
from pathlib import Path

from samtranslator.translator.transform import transform
from samtranslator.yaml_helper import yaml_parse

ROOT = Path(__file__).parents[2]
# The transform has metrics of its own that nobody collects here, and warns of it.
logging.getLogger("samtranslator").setLevel(logging.ERROR)
# The transform asks for a region to know the partition.
os.environ.setdefault("AWS_DEFAULT_REGION", "eu-central-1")


class NoManagedPolicies:
    """The template names no managed policy in SAM's short form."""

    def load(self):
        return {}


def read(path):
    return yaml_parse((ROOT / path).read_text())


class Stack:
    """The resources of a template that its conditions leave, with `Fn::If` and parameters resolved.

    `code` stands for what `sam package` puts in the place of folders; a template that is packaged has it already (`None`).
    """

    def __init__(self, parameters=None, template="template.yaml", code="code"):
        source = read(template)
        if code is not None:
            for resource in source["Resources"].values():
                if resource["Type"] == "AWS::Serverless::Function":
                    resource["Properties"]["CodeUri"] = f"s3://bucket/{code}"
            source.get("Globals", {}).get("Function", {}).pop("CodeUri", None)
        self.parameters = {name: str(value.get("Default", "")) for name, value in source["Parameters"].items()}
        for name, value in (parameters or {}).items():
            if name not in self.parameters:
                raise KeyError(name)
            self.parameters[name] = str(value)
        self.template = transform(source, dict(self.parameters), NoManagedPolicies())
        self.conditions = self.template.get("Conditions", {})
        self.resources = self._active("Resources")
        self.outputs = self._active("Outputs")

    def _active(self, section):
        entries = copy.deepcopy(self.template.get(section, {}))
        return {name: self._resolve(entry) for name, entry in entries.items() if self._holds(entry.get("Condition"))}

    def _holds(self, name):
        return name is None or self._is_true(self.conditions[name])

    def _is_true(self, condition):
        [(function, argument)] = condition.items()
        if function == "Condition":
            return self._is_true(self.conditions[argument])
        if function == "Fn::Not":
            return not self._is_true(argument[0])
        if function == "Fn::And":
            return all(self._is_true(each) for each in argument)
        if function == "Fn::Or":
            return any(self._is_true(each) for each in argument)
        if function == "Fn::Equals":
            left, right = (self._resolve(each) for each in argument)
            return str(left) == str(right)
        raise ValueError(function)

    def _resolve(self, value):
        if isinstance(value, list):
            return [each for each in map(self._resolve, value) if each is not NO_VALUE]
        if not isinstance(value, dict):
            return value
        if set(value) == {"Fn::If"}:
            name, yes, no = value["Fn::If"]
            return self._resolve(yes if self._holds(name) else no)
        if value == {"Ref": "AWS::NoValue"}:
            return NO_VALUE
        if set(value) == {"Ref"} and value["Ref"] in self.parameters:
            return self.parameters[value["Ref"]]
        resolved = {key: self._resolve(each) for key, each in value.items()}
        return {key: each for key, each in resolved.items() if each is not NO_VALUE}

    def of_type(self, kind):
        return {name: each for name, each in self.resources.items() if each["Type"] == kind}

    def references(self):
        """Pairs of who refers to what: the name of a resource or output, and that of a resource or parameter."""
        for name, entry in [*self.resources.items(), *self.outputs.items()]:
            for referred in _referred(entry):
                yield name, referred

    def dangling(self):
        """References to what is not there."""
        known = set(self.resources) | set(self.parameters)
        return [(name, referred) for name, referred in self.references() if referred not in known]


NO_VALUE = object()


def _referred(value):
    if isinstance(value, list):
        for each in value:
            yield from _referred(each)
    elif isinstance(value, dict):
        for key, each in value.items():
            if key == "Ref":
                yield from _name(each)
            elif key == "Fn::GetAtt":
                yield from _name(each[0] if isinstance(each, list) else each.split(".")[0])
            elif key == "DependsOn":
                yield from [each] if isinstance(each, str) else each
            elif key == "Fn::Sub":
                text, variables = each if isinstance(each, list) else (each, {})
                for name in re.findall(r"\$\{([^!}]+)\}", text):
                    if name not in variables:
                        yield from _name(name.split(".")[0])
                yield from _referred(variables)
            else:
                yield from _referred(each)


def _name(name):
    if not name.startswith("AWS::"):
        yield name

"""schemas.yaml registers the schema of the event, in a form that EventBridge Schemas takes."""

import json
import re
import subprocess
import sys
import unittest

from openapi_schema_validator import OAS30Validator
from openapi_spec_validator import validate
from stack import ROOT, Stack, read

# Of the content of a schema, in characters.
LIMIT = 100_000
TEMPLATE = read("schemas.yaml")
CONTENT = json.loads(TEMPLATE["Resources"]["Event"]["Properties"]["Content"])


class Schemas(unittest.TestCase):
    def test_it_is_in_step(self):
        printed = subprocess.run([sys.executable, ROOT / "deploy/schemas.py"], check=True, stdout=subprocess.PIPE, text=True).stdout
        self.assertEqual(printed, (ROOT / "schemas.yaml").read_text(), "run `make events`")

    def test_it_is_an_openapi_document(self):
        validate(CONTENT)
        self.assertLess(len(json.dumps(CONTENT)), LIMIT)

    def test_it_says_what_the_schema_says(self):
        schema = json.loads((ROOT / "schema/cloudevent-1.schema.json").read_text())
        components = CONTENT["components"]["schemas"]
        self.assertEqual(set(components), {"AWSEvent", "CloudEvent", *schema["$defs"]})
        for name, definition in {**schema["$defs"], "CloudEvent": schema}.items():
            self.assertEqual(set(components[name].get("properties", [])), set(definition.get("properties", [])), name)
            self.assertEqual(components[name].get("required"), definition.get("required"), name)

    def test_it_accepts_an_event_and_nothing_else(self):
        event = {
            "specversion": "1.0",
            "id": "6d8f490b583f33e3ec8b9ddfcfa4140d",
            "source": "/tencent/ci",
            "type": "media.transcode.succeeded",
            "time": "2022-08-09T06:54:39Z",
            "datacontenttype": "application/json",
            "dataschema": "urn:mediahook:event:1",
            "data": {"product": "tencent-ci", "kind": "transcode", "outcome": "succeeded", "user_data": [1], "vendor": {"EventName": "TaskFinish"}},
        }
        validator = OAS30Validator({"$ref": "#/components/schemas/CloudEvent", "components": CONTENT["components"]})
        self.assertTrue(validator.is_valid(event))
        for change in ({"specversion": "0.3"}, {"source": "/other"}, {"data": {**event["data"], "kind": "other"}}):
            self.assertFalse(validator.is_valid(event | change), change)

    def test_it_is_created_where_it_is_chosen(self):
        self.assertNotIn("Schemas", Stack().resources)
        nested = Stack({"SchemaRegistry": "true"}).resources["Schemas"]["Properties"]
        self.assertEqual(nested["TemplateURL"], "schemas.yaml")
        self.assertEqual(set(nested["Parameters"]), set(TEMPLATE["Parameters"]))
        module = (ROOT / "deploy/terraform/monitoring.tf").read_text().split('"aws_cloudformation_stack" "schemas"')[1]
        self.assertIn("count = var.schema_registry ? 1 : 0", module)
        [passed] = re.findall(r"parameters += \{(.*)\}", module)
        self.assertEqual(set(re.findall(r"(\w+) =", passed)), set(TEMPLATE["Parameters"]))


if __name__ == "__main__":
    unittest.main()

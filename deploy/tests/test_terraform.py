"""deploy/terraform makes what template.yaml makes: the same functions, permissions, environment and stores."""

import re
import unittest

import hcl2
from stack import ROOT, Stack
from test_template import ALL, PRODUCTS, PULLS

FILES = sorted((ROOT / "deploy/terraform").glob("*.tf"))
TEXT = "\n".join(path.read_text() for path in FILES)


def plain(value):
    """Values as HCL writes them: strings keep their quotes in python-hcl2."""
    if isinstance(value, dict):
        return {plain(key): plain(each) for key, each in value.items() if not key.startswith("__")}
    if isinstance(value, list):
        return [plain(each) for each in value]
    if isinstance(value, str) and len(value) > 1 and value[0] == value[-1] == '"':
        return value[1:-1]
    return value


def blocks(kind):
    """Blocks of a kind (`resource`, `data`) by their two labels."""
    found = {}
    for path in FILES:
        for block in hcl2.loads(path.read_text()).get(kind, []):
            for label, named in plain(block).items():
                found.update({(label, name): body for name, body in named.items()})
    return found


RESOURCES, DATA = blocks("resource"), blocks("data")
STACK = Stack({**ALL, "ArchiveDays": 30, "KmsKeyArn": "arn:aws:kms:eu-central-1:123456789012:key/1"})


def actions_of(document):
    """Actions of a policy document in HCL, those of the document that it builds on included."""
    statements = document.get("statement", []) + [
        content for dynamic in document.get("dynamic", []) for body in dynamic.values() for content in body["content"]
    ]
    actions = {action for statement in statements for action in statement["actions"]}
    if "common" in str(document.get("source_policy_documents")):
        actions |= actions_of(DATA["aws_iam_policy_document", "common"])
    return actions


def actions_of_role(name):
    statements = STACK.resources[name]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"]
    actions = (statement["Action"] for statement in statements)
    return {action for each in actions for action in ([each] if isinstance(each, str) else each)}


class Terraform(unittest.TestCase):
    def test_each_kind_of_function_may_do_the_same(self):
        storing = actions_of(DATA["aws_iam_policy_document", "storing"])
        for function in [*PRODUCTS, *PULLS]:
            self.assertEqual(actions_of_role(f"{function}Role"), storing, function)
        self.assertEqual(actions_of_role("DispatchRole"), actions_of(DATA["aws_iam_policy_document", "dispatch"]))
        self.assertEqual(actions_of_role("PullScheduleRole"), actions_of(DATA["aws_iam_policy_document", "schedule"]))

    def test_functions_have_the_same_settings(self):
        for kind, functions in {"receiver": PRODUCTS, "pull": PULLS, "dispatch": ["Dispatch"]}.items():
            module = RESOURCES["aws_lambda_function", kind]
            for function in functions:
                template = STACK.resources[f"{function}Function"]["Properties"]
                self.assertEqual(module["timeout"], template["Timeout"])
                self.assertEqual(module["memory_size"], template["MemorySize"])
                self.assertEqual((module["runtime"], module["handler"]), (template["Runtime"], template["Handler"]))
                [logging] = module["logging_config"]
                self.assertEqual(logging["application_log_level"], template["LoggingConfig"]["ApplicationLogLevel"])

    def test_the_environment_has_the_same_variables(self):
        names = set()
        for resource in STACK.of_type("AWS::Lambda::Function").values():
            names |= set(resource["Properties"]["Environment"]["Variables"])
        self.assertEqual(set(re.findall(r"\bMEDIAHOOK_\w+", TEXT)), names)

    def test_a_url_is_on_the_alias_and_has_both_permissions(self):
        url = RESOURCES["aws_lambda_function_url", "receiver"]
        self.assertEqual(url["authorization_type"], "NONE")
        permissions = {name: body for (kind, name), body in RESOURCES.items() if kind == "aws_lambda_permission"}
        for body in [url, *permissions.values()]:
            self.assertEqual(body["qualifier"], "${aws_lambda_alias.live[each.key].name}")
        self.assertEqual(
            [(body["action"], body["principal"], body.get("function_url_auth_type"), body.get("invoked_via_function_url")) for body in permissions.values()],
            [("lambda:InvokeFunctionUrl", "*", "NONE", None), ("lambda:InvokeFunction", "*", None, True)],
        )

    def test_the_queues_are_the_same(self):
        for name, logical_id in {"intake": "IntakeQueue", "dead_letters": "DeadLetterQueue"}.items():
            module, template = RESOURCES["aws_sqs_queue", name], STACK.resources[logical_id]["Properties"]
            self.assertEqual(module["message_retention_seconds"], template["MessageRetentionPeriod"])
            self.assertEqual(module.get("visibility_timeout_seconds"), template.get("VisibilityTimeout"))
        trigger, template = RESOURCES["aws_lambda_event_source_mapping", "dispatch"], STACK.resources["DispatchTrigger"]["Properties"]
        self.assertEqual(trigger["batch_size"], template["BatchSize"])
        self.assertEqual(trigger["function_response_types"], template["FunctionResponseTypes"])

    def test_ledger_and_bucket_are_the_same(self):
        table, template = RESOURCES["aws_dynamodb_table", "ledger"], STACK.resources["LedgerTable"]["Properties"]
        self.assertEqual(table["hash_key"], template["KeySchema"][0]["AttributeName"])
        self.assertEqual(table["ttl"][0]["attribute_name"], template["TimeToLiveSpecification"]["AttributeName"])
        block = RESOURCES["aws_s3_bucket_public_access_block", "overflow"]
        self.assertEqual([block[name] for name in sorted(block) if name != "bucket"], [True] * 4)
        [statement] = DATA["aws_iam_policy_document", "overflow"]["statement"]
        self.assertEqual((statement["effect"], statement["condition"][0]["variable"]), ("Deny", "aws:SecureTransport"))

    def test_all_parameters_of_the_alarms_are_passed(self):
        passed = re.findall(r"^ {6}(\w+) += ", (ROOT / "deploy/terraform/monitoring.tf").read_text(), re.M)
        self.assertEqual(set(passed), set(Stack(template="monitoring.yaml").parameters))


if __name__ == "__main__":
    unittest.main()

"""deployer-policy.json allows what CloudFormation calls for the template, by the list of calls that each resource type declares."""

import fnmatch
import json
import unittest

from cfnlint.schema import PROVIDER_SCHEMA_MANAGER
from stack import ROOT, Stack
from test_template import choices, monitoring

POLICY = json.loads((ROOT / "deploy/deployer-policy.json").read_text())["Statement"]
HERE = "eu-central-1:123456789012"
# What the resources of a stack `mediahook` are called, by type; or by service, for calls that concern another one than the type's.
ARNS = {
    "AWS::CloudWatch::Dashboard": "arn:aws:cloudwatch::123456789012:dashboard/mediahook-eu-central-1",
    "AWS::Events::Archive": f"arn:aws:events:{HERE}:archive/mediahook-EventArchive-1",
    "AWS::Events::EventBus": f"arn:aws:events:{HERE}:event-bus/mediahook",
    "AWS::Events::Rule": f"arn:aws:events:{HERE}:rule/mediahook/mediahook-FailedMediaRule-1",
    "apigateway": "arn:aws:apigateway:eu-central-1::/apis",
    "cloudformation": f"arn:aws:cloudformation:{HERE}:stack/mediahook-Monitoring-1/1",
    "cloudwatch": f"arn:aws:cloudwatch:{HERE}:alarm:mediahook-errors",
    "codedeploy": f"arn:aws:codedeploy:{HERE}:application:mediahook-TrafficShifts-1",
    "dynamodb": f"arn:aws:dynamodb:{HERE}:table/mediahook-LedgerTable-1",
    "events": f"arn:aws:events:{HERE}:event-bus/mediahook",
    "iam": "arn:aws:iam::123456789012:role/media/mediahook-DispatchRole-1",
    "kms": f"arn:aws:kms:{HERE}:key/1",
    "lambda": f"arn:aws:lambda:{HERE}:function:mediahook-DispatchFunction-1",
    "logs": f"arn:aws:logs:{HERE}:log-group:mediahook-DispatchLog-1",
    "s3": "arn:aws:s3:::mediahook-overflowbucket-1",
    "scheduler": f"arn:aws:scheduler:{HERE}:schedule/default/mediahook-TencentVodPullSchedule-1",
    "schemas": f"arn:aws:schemas:{HERE}:schema/mediahook/mediahook.event",
    "secretsmanager": f"arn:aws:secretsmanager:{HERE}:secret:mediahook/tencent-ci-AbCdEf",
    "sqs": f"arn:aws:sqs:{HERE}:mediahook-intake",
}
# Calls for properties that the template does not have: functions in networks and with file systems, streams of tables and logs, tables of
# buckets, scaling of tables, aliases of keys.
NOT_NEEDED = (
    "ec2:*", "elasticfilesystem:*", "s3files:*", "firehose:*", "kinesis:*", "s3tables:*", "iam:CreateServiceLinkedRole", "kms:ListAliases",
)  # fmt: skip


def matches(value, patterns):
    return any(fnmatch.fnmatchcase(value.lower(), pattern.lower()) for pattern in ([patterns] if isinstance(patterns, str) else patterns))


def calls():
    """What CloudFormation calls for each type of resource."""
    nested = [monitoring(), Stack({"Stack": "mediahook"}, "schemas.yaml")]
    stacks = [Stack(parameters) for parameters in choices()] + nested
    for kind in sorted({resource["Type"] for stack in stacks for resource in stack.resources.values()}):
        handlers = PROVIDER_SCHEMA_MANAGER.get_resource_schema("eu-central-1", kind).schema["handlers"]
        for handler in ("create", "read", "update", "delete"):
            for call in handlers.get(handler, {}).get("permissions", []):
                if not matches(call, NOT_NEEDED):
                    yield kind, call


class DeployerPolicy(unittest.TestCase):
    CALLS = sorted(set(calls()))

    def test_all_calls_are_allowed(self):
        self.assertGreater(len(self.CALLS), 100)
        for kind, call in self.CALLS:
            service = call.split(":")[0]
            resource = ARNS.get(kind, ARNS[service]) if kind.split("::")[1].lower() == service else ARNS[service]
            allowing = [statement for statement in POLICY if matches(call, statement["Action"]) and matches(resource, statement["Resource"])]
            self.assertTrue(allowing, f"{call} on {resource} for {kind}")

    def test_no_other_service_is_allowed(self):
        called = {call.split(":")[0] for _, call in self.CALLS}
        allowed = {action.split(":")[0] for statement in POLICY for action in statement["Action"]}
        self.assertEqual(allowed, called)

    def test_it_is_about_stacks_of_this_name(self):
        others = [arn.replace("mediahook", "payments") for arn in ARNS.values() if "mediahook" in arn]
        for statement in POLICY:
            if statement["Resource"] != "*":
                for arn in others:
                    self.assertFalse(matches(arn, statement["Resource"]), arn)


if __name__ == "__main__":
    unittest.main()

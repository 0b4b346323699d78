"""The example of Step Functions: an execution that waits for a job goes on with the job's event, or fails."""

import json
import logging
import os
import time
import unittest
import uuid
from unittest import mock

import boto3
from jsonata.jsonata import Jsonata
from moto import mock_aws
from moto.events.models import EventPattern
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service import StateTaskService
from moto.stepfunctions.parser.asl.jsonata import jsonata
from stack import ROOT, Stack

STACK = Stack(template="examples/step-functions/template.yaml")
ROLE = "arn:aws:iam::123456789012:role/states"
SUCCEEDED = "aliyun-ims/media-convert-complete/media-convert-complete.json.snap"
FAILED = "aliyun-ims/media-convert-complete/media-convert-complete-code.json.snap"
# What an execution takes at most before it counts as hanging.
SECONDS = 60


def event(snapshot):
    """An event as a rule hands it over, out of a snapshot of the parser's tests, which leaves out the vendor's event."""
    _, _, text = (ROOT / "shared/callbacks/testdata" / snapshot).read_text().split("---\n", 2)
    detail = json.loads(text)
    return {"source": "mediahook.aliyun-ims", "detail-type": detail["type"], "detail": detail}


# moto runs the states, and has places for two things that it leaves out.


def evaluate(expression):
    """JSONata."""
    return Jsonata(expression).evaluate(None)


def rename(service, parameters, *_):
    """Arguments of a call: Step Functions spells all of them with capitals, as DynamoDB does, unlike its own API."""
    client = boto3.client("stepfunctions" if service.resource.api_name == "sfn" else service.resource.api_name)
    operation = client.meta.method_to_api_mapping[service._get_boto_service_action()]
    service._to_boto_request(parameters, client.meta.service_model.operation_model(operation).input_shape)


class StepFunctions(unittest.TestCase):
    def setUp(self):
        self.enterContext(mock.patch.dict(os.environ, {"AWS_DEFAULT_REGION": "eu-central-1"}))
        # It logs an execution that fails, as one here should.
        logging.disable()
        self.addCleanup(logging.disable, logging.NOTSET)
        self.enterContext(mock_aws(config={"stepfunctions": {"execute_state_machine": True}}))
        self.enterContext(mock.patch.object(jsonata, "_eval_jsonata", evaluate))
        self.enterContext(mock.patch.object(StateTaskService, "_normalise_parameters", rename))
        self.client = boto3.client("stepfunctions")
        table = STACK.resources["Waiting"]["Properties"]
        keys = {name: table[name] for name in ("AttributeDefinitions", "KeySchema", "BillingMode")}
        boto3.client("dynamodb").create_table(TableName="waiting", **keys)
        self.wait_for_job, self.resume = (self.create(name) for name in ("WaitForJob", "Resume"))

    def create(self, name):
        """Creates a state machine of the template. It does not pause: whoever waits for the second look waits a minute."""
        properties = STACK.resources[name]["Properties"]
        text = "\n".join(properties["DefinitionString"]["Fn::Join"][1])
        for variable, value in properties["DefinitionSubstitutions"].items():
            self.assertEqual(value, {"Ref": "Waiting"})
            text = text.replace(f"${{{variable}}}", "waiting")
        definition = json.loads(text)
        for state in definition["States"].values():
            if state["Type"] == "Wait":
                state["Seconds"] = 0
        return self.client.create_state_machine(name=name, definition=json.dumps(definition), roleArn=ROLE)["stateMachineArn"]

    def start(self, machine, argument):
        return self.client.start_execution(stateMachineArn=machine, name=str(uuid.uuid4()), input=json.dumps(argument))["executionArn"]

    def ended(self, execution):
        return self.until(lambda: self.client.describe_execution(executionArn=execution), lambda description: description["status"] != "RUNNING")

    def until(self, look, is_reached):
        for _ in range(SECONDS * 10):
            seen = look()
            if is_reached(seen):
                return seen
            time.sleep(0.1)
        self.fail(f"still {seen}")

    def waiting_for(self, job):
        """An execution that waits for this job, and has left its token."""
        execution = self.start(self.wait_for_job, {"job": job})
        table = boto3.resource("dynamodb").Table("waiting")
        item = self.until(lambda: table.get_item(Key={"job": job}).get("Item"), lambda item: item is not None)
        self.assertGreater(item["expires_at"], time.time())
        return execution

    def arrive(self, entry):
        """What the rule does with an event. Returns the states that were passed through, and the arguments of the last call."""
        rule = STACK.resources["ResumeJobEnded"]["Properties"]
        self.assertTrue(EventPattern.load(json.dumps(rule["EventPattern"])).matches_event(entry))
        self.assertEqual([target["Arn"] for target in rule["Targets"]], [{"Ref": "Resume"}])
        execution = self.start(self.resume, entry)
        self.assertEqual(self.ended(execution)["status"], "SUCCEEDED")
        events = self.client.get_execution_history(executionArn=execution)["events"]
        states = [each["stateEnteredEventDetails"]["name"] for each in events if "stateEnteredEventDetails" in each]
        calls = [each["taskScheduledEventDetails"]["parameters"] for each in events if "taskScheduledEventDetails" in each]
        return states, json.loads(calls[-1])

    def test_a_job_that_succeeded_lets_the_execution_go_on(self):
        entry = event(SUCCEEDED)
        execution = self.waiting_for(entry["detail"]["data"]["job"]["id"])
        states, _ = self.arrive(entry)
        self.assertEqual(states, ["Find", "IsWaiting", "HasFailed", "Return"])
        ended = self.ended(execution)
        self.assertEqual((ended["status"], json.loads(ended["output"])), ("SUCCEEDED", entry["detail"]))

    def test_a_job_that_failed_fails_the_execution(self):
        entry = event(FAILED)
        execution = self.waiting_for(entry["detail"]["data"]["job"]["id"])
        states, call = self.arrive(entry)
        self.assertEqual(states, ["Find", "IsWaiting", "HasFailed", "ReturnFailure"])
        ended = self.ended(execution)
        self.assertEqual((ended["status"], ended["error"]), ("FAILED", entry["detail"]["type"]))
        cause = json.loads(call["Cause"])
        self.assertEqual((cause["id"], cause["error"]), (entry["detail"]["id"], entry["detail"]["data"]["error"]))

    def test_an_event_of_another_job_leaves_it_waiting(self):
        execution = self.waiting_for("another")
        states, _ = self.arrive(event(SUCCEEDED))
        self.assertEqual(states, ["Find", "IsWaiting", "Pause", "FindAgain", "IsWaitingNow", "NobodyWaits"])
        self.assertEqual(self.client.describe_execution(executionArn=execution)["status"], "RUNNING")
        self.client.stop_execution(executionArn=execution)

    def test_an_event_that_comes_twice_does_no_harm(self):
        entry = event(SUCCEEDED)
        execution = self.waiting_for(entry["detail"]["data"]["job"]["id"])
        self.arrive(entry)
        self.assertEqual(self.ended(execution)["status"], "SUCCEEDED")
        states, _ = self.arrive(entry)
        self.assertEqual(states[-2:], ["Return", "NobodyWaits"])

    def test_the_roles_allow_what_the_states_call(self):
        for machine, role in (("WaitForJob", "WaitForJobRole"), ("Resume", "ResumeRole")):
            definition = json.loads("\n".join(STACK.resources[machine]["Properties"]["DefinitionString"]["Fn::Join"][1]))
            tasks = [state["Resource"].split(":aws-sdk:")[1].split(".")[0] for state in definition["States"].values() if state["Type"] == "Task"]
            called = {f"{service.replace('sfn', 'states')}:{call[0].upper()}{call[1:]}" for service, call in (task.split(":") for task in tasks)}
            [policy] = STACK.resources[role]["Properties"]["Policies"]
            actions = [statement["Action"] for statement in policy["PolicyDocument"]["Statement"]]
            allowed = {action for each in actions for action in ([each] if isinstance(each, str) else each)}
            self.assertEqual(called, allowed, machine)


if __name__ == "__main__":
    unittest.main()

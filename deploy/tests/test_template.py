"""template.yaml and monitoring.yaml, as CloudFormation would take them."""

import itertools
import json
import re
import unittest
from pathlib import Path

from stack import ROOT, Stack, read

PRODUCTS = {"AliyunVod": "aliyun-vod", "AliyunIms": "aliyun-ims", "TencentCi": "tencent-ci", "TencentVod": "tencent-vod"}
PULLS = {
    "TencentVodPull": {"TencentVodPullEndpoint": "https://vod.tencentcloudapi.com"},
    "AliyunMnsPull": {"AliyunMnsEndpoint": "https://1.mns.cn-shanghai.aliyuncs.com", "AliyunMnsQueues": "events"},
}
CONFIRMS = {
    "AliyunVod": {"ConfirmAliyunVod": "moderation,transcode", "AliyunVodEndpoint": "https://vod.cn-shanghai.aliyuncs.com", "AliyunVodDomains": "media.example.com vod.example.com"},
    "AliyunIms": {"ConfirmAliyunIms": "all", "AliyunImsEndpoint": "https://ice.cn-shanghai.aliyuncs.com"},
    "TencentCi": {"ConfirmTencentCi": "moderation,transcode", "TencentCiBuckets": "media-1250000000/ap-guangzhou"},
    "TencentVod": {"ConfirmTencentVod": "all"},
}
RECONCILES = {
    "AliyunVod": {"ReconcileAliyunVod": "all,upload", "AliyunVodEndpoint": "https://vod.cn-shanghai.aliyuncs.com"},
    "AliyunIms": {"ReconcileAliyunIms": "all", "AliyunImsEndpoint": "https://ice.cn-shanghai.aliyuncs.com"},
    "TencentCi": {"ReconcileTencentCi": "all", "TencentCiBuckets": "media-1250000000/ap-guangzhou", "TencentCiTags": "Transcode Snapshot", "TencentCiWorkflows": "w1 w2"},
    "TencentVod": {"ReconcileTencentVod": "upload,transcode"},
}
ALL = {**dict.fromkeys(PRODUCTS, "true"), **PULLS["TencentVodPull"], **PULLS["AliyunMnsPull"]}
KEY = "arn:aws:kms:eu-central-1:123456789012:key/1"
BOUNDARY = "arn:aws:iam::123456789012:policy/boundary"
EVERYTHING = {
    **ALL,
    "ArchiveDays": 30,
    "ExampleRule": "true",
    "SchemaRegistry": "true",
    "Tracing": "Active",
    "Deployment": "Canary10Percent5Minutes",
    "KmsKeyArn": KEY,
    "PermissionsBoundaryArn": BOUNDARY,
    "RolePath": "/media/",
    "AlarmTopicArn": "arn:aws:sns:eu-central-1:123456789012:on-call",
    "ReceiverConcurrency": 5,
    "PullConcurrency": 1,
    **{name: value for parameters in CONFIRMS.values() for name, value in parameters.items()},
    **{name: value for parameters in RECONCILES.values() for name, value in parameters.items()},
}
API = {"Front": "HttpApi", "HttpApiDomain": "hooks.example.com"}


def choices():
    """Each product alone, each queue alone, all of them, with both fronts and all options."""
    for product in PRODUCTS:
        yield {product: "true"}
        yield {product: "true", "Front": "HttpApi"}
    yield from PULLS.values()
    for product, parameters in CONFIRMS.items():
        yield {product: "true", **parameters}
    for product, parameters in RECONCILES.items():
        yield {product: "true", **parameters}
    yield from (ALL, {**ALL, **API}, EVERYTHING, {**EVERYTHING, **API}, {**ALL, "EventBusName": "media"})


class Switches(unittest.TestCase):
    def test_no_choice_leaves_a_reference_to_what_is_not_there(self):
        for parameters in choices():
            self.assertEqual(Stack(parameters).dangling(), [], parameters)

    def test_a_product_that_is_not_chosen_leaves_nothing(self):
        for chosen in PRODUCTS:
            stack = Stack({chosen: "true"})
            names = [*stack.resources, *stack.outputs]
            for product in [*PRODUCTS, *PULLS]:
                there = [name for name in names if re.match(rf"{product}(?!Pull)", name)]
                self.assertEqual(bool(there), product == chosen, there)

    def test_pulling_opens_nothing_to_the_internet(self):
        for parameters in PULLS.values():
            stack = Stack(parameters)
            for kind in ("AWS::Lambda::Url", "AWS::Lambda::Permission", "AWS::ApiGatewayV2::Api"):
                self.assertEqual(stack.of_type(kind), {})
            self.assertEqual(len(stack.of_type("AWS::SecretsManager::Secret")), 1)

    def test_kinds_are_those_of_the_schema(self):
        """A function does not start with another word, and what does not start loses callbacks."""
        schema = json.loads((ROOT / "schema/event-1.schema.json").read_text())
        kinds = [kind["const"] for kind in schema["$defs"]["Kind"]["oneOf"]]
        self.assertIn(f"({'|'.join(kinds)})", (ROOT / "deploy/terraform/functions.tf").read_text())
        for name, parameter in read("template.yaml")["Parameters"].items():
            if re.match("(Confirm|Reconcile)(Aliyun|Tencent)", name):
                # What is looked for may be named beside all: of some of it no vendor tells whether a callback was due.
                beside = [f"all,{kind}" for kind in kinds]
                for accepted in ("", "all", *kinds, ",".join(kinds), *(beside if name.startswith("Reconcile") else [])):
                    self.assertRegex(accepted, parameter["AllowedPattern"], name)
                for refused in ("transcoding", "upload,", "all,", "all,uploads", "Upload", *(beside if name.startswith("Confirm") else [])):
                    self.assertNotRegex(refused, parameter["AllowedPattern"], name)

    def test_nothing_is_chosen_by_default(self):
        stack = Stack()
        self.assertEqual([name for name in stack.of_type("AWS::Lambda::Function")], ["DispatchFunction"])
        self.assertIn("SomethingComesIn", read("template.yaml")["Rules"])


class Confirm(unittest.TestCase):
    """Asking the vendors' APIs is a stage of its own, on the way of those who want it only."""

    def intakes(self, stack):
        """The queue of each function that stores events."""
        functions = stack.of_type("AWS::Lambda::Function").items()
        variables = {name: each["Properties"]["Environment"]["Variables"] for name, each in functions}
        return {name: each["MEDIAHOOK_INTAKE"] for name, each in variables.items() if "MEDIAHOOK_INTAKE" in each}

    def test_without_it_nothing_of_it_is_there(self):
        for parameters in (ALL, {**ALL, "ConfirmWithin": 60, "ConfirmPerMinute": 60, "TencentCiBuckets": "b-1/ap-guangzhou"}):
            stack = Stack(parameters)
            self.assertEqual([name for name in [*stack.resources, *stack.outputs] if "Confirm" in name or "Lookup" in name], [])
            self.assertNotIn("MEDIAHOOK_CONFIRM", json.dumps(stack.resources))
            self.assertEqual({queue["Fn::Sub"] for queue in self.intakes(stack).values()}, {"sqs:${IntakeQueue}"})
            sources = stack.resources["DeadLetterQueue"]["Properties"]["RedriveAllowPolicy"]["sourceQueueArns"]
            self.assertEqual(len(sources), 1)

    def test_only_what_is_confirmed_takes_the_way_over_it(self):
        for product, parameters in CONFIRMS.items():
            stack = Stack({**ALL, **parameters})
            before = Stack(ALL)
            for name, queue in self.intakes(stack).items():
                confirmed = name == f"{product}Function"
                self.assertEqual(queue["Fn::Sub"], "sqs:${ConfirmQueue}" if confirmed else "sqs:${IntakeQueue}", name)
            # The roles, queues and triggers of all others stay as they are.
            changed = [name for name, each in before.resources.items() if stack.resources[name] != each and each["Type"] != "AWS::Lambda::Version"]
            # What is pulled of such a product is marked as confirmed.
            pull = {"TencentCi": [], "TencentVod": ["TencentVodPullFunction"]}.get(product, ["AliyunMnsPullFunction"])
            self.assertEqual(sorted(changed), sorted([f"{product}Function", f"{product}Role", *pull, "DeadLetterQueue", "Monitoring"]))

    def test_only_the_function_that_asks_has_the_vendors_keys(self):
        stack = Stack(EVERYTHING)
        for name, role in stack.of_type("AWS::IAM::Role").items():
            self.assertEqual("LookupSecret" in json.dumps(role), name in ("ConfirmRole", "ReconcileRole"), name)
        for product in CONFIRMS:
            alone = Stack({product: "true", **CONFIRMS[product]})
            self.assertEqual([name for name in alone.resources if name.endswith("LookupSecret")], [f"{product}LookupSecret"])

    def test_no_message_is_a_dead_letter_while_the_vendor_is_asked(self):
        redrive = Stack(EVERYTHING | {"MaxReceiveCount": 1}).resources["ConfirmQueue"]["Properties"]["RedrivePolicy"]
        self.assertEqual(redrive["maxReceiveCount"], 1000)


class Reconcile(unittest.TestCase):
    """What looks for missing events stands beside the others, which note only what the events are known by."""

    def test_without_it_nothing_of_it_is_there(self):
        chosen = {"ReconcileSchedule": "rate(5 minutes)", "ReconcileGrace": 60, "ReconcileLongestJob": 60, "TencentCiTags": "Tts", "TencentCiWorkflows": "w"}
        for parameters in (ALL, {**ALL, **chosen}):
            stack = Stack(parameters)
            self.assertEqual([name for name in [*stack.resources, *stack.outputs] if "Reconcile" in name or "Lookup" in name], [])
            self.assertNotIn("MEDIAHOOK_RECONCILE", json.dumps(stack.resources))

    def test_only_the_functions_of_the_product_know_of_it(self):
        for product, parameters in RECONCILES.items():
            stack, before = Stack({**ALL, **parameters}), Stack(ALL)
            changed = [name for name, each in before.resources.items() if stack.resources[name] != each and each["Type"] != "AWS::Lambda::Version"]
            pull = {"TencentCi": [], "TencentVod": ["TencentVodPullFunction"]}.get(product, ["AliyunMnsPullFunction"])
            self.assertEqual(sorted(changed), sorted([f"{product}Function", *pull, "Monitoring"]))

    def test_it_writes_no_entry_of_an_event(self):
        for name, role in Stack(EVERYTHING).of_type("AWS::IAM::Role").items():
            statements = role["Properties"].get("Policies", [{"PolicyDocument": {"Statement": []}}])[0]["PolicyDocument"]["Statement"]
            written = [each for each in statements if "dynamodb:PutItem" in each["Action"]]
            if name == "ReconcileRole":
                self.assertEqual([each["Condition"] for each in written], [{"ForAllValues:StringLike": {"dynamodb:LeadingKeys": "reconcile#*"}}])
            else:
                self.assertEqual(len(written), int(name == "DispatchRole"), name)

    def test_a_secret_is_shared_by_both_who_ask(self):
        for product in RECONCILES:
            for parameters in (CONFIRMS[product], RECONCILES[product], {**CONFIRMS[product], **RECONCILES[product]}):
                stack = Stack({product: "true", **parameters})
                self.assertEqual([name for name in stack.resources if name.endswith("LookupSecret")], [f"{product}LookupSecret"])

    def test_what_the_vendor_told_is_confirmed(self):
        variables = Stack({**ALL, **RECONCILES["TencentVod"], **CONFIRMS["TencentVod"]}).resources["ReconcileFunction"]["Properties"]["Environment"]["Variables"]
        self.assertIn("MEDIAHOOK_CONFIRM", variables)
        self.assertNotIn("MEDIAHOOK_CONFIRM", Stack({**ALL, **RECONCILES["TencentVod"]}).resources["ReconcileFunction"]["Properties"]["Environment"]["Variables"])


class Urls(unittest.TestCase):
    # Two deployments, and the switches of what a deployment does.
    DEPLOYMENTS = [
        Stack({**ALL, "Deployment": deployment, "Tolerance": tolerance}, code=code)
        for deployment in ("Direct", "AllAtOnce", "Canary10Percent5Minutes")
        for tolerance in (300, 600)
        for code in ("old", "new")
    ]

    def test_a_url_and_its_target_never_change(self):
        urls = [stack.of_type("AWS::Lambda::Url") for stack in self.DEPLOYMENTS]
        self.assertEqual(len(urls[0]), len(PRODUCTS))
        for name, url in urls[0].items():
            alias = name.replace("FunctionUrl", "Alias")
            self.assertEqual(url["Properties"]["TargetFunctionArn"], {"Ref": alias})
        for other in urls[1:]:
            self.assertEqual(other, urls[0])

    def test_an_alias_keeps_its_name_and_its_function(self):
        for stack in self.DEPLOYMENTS:
            for product in [*PRODUCTS, "Dispatch"]:
                alias = stack.resources[f"{product}Alias"]["Properties"]
                self.assertEqual((alias["Name"], alias["FunctionName"]), ("live", {"Ref": f"{product}Function"}))

    def test_code_takes_over_at_once_or_step_by_step(self):
        for stack, kind in zip(self.DEPLOYMENTS[::4], ("Direct", "AllAtOnce", "Canary10Percent5Minutes"), strict=True):
            alias = stack.resources["AliyunVodAlias"]
            version = alias["Properties"]["FunctionVersion"]
            self.assertEqual(version == "$LATEST", kind == "Direct")
            self.assertEqual("UpdatePolicy" in alias, kind.startswith("Canary"))
        old, new = self.DEPLOYMENTS[-2:]
        versions = [stack.resources["AliyunVodAlias"]["Properties"]["FunctionVersion"] for stack in (old, new)]
        self.assertNotEqual(*versions)
        self.assertIn(versions[1]["Fn::GetAtt"][0], new.resources)
        alarms = new.resources["AliyunVodTrafficShift"]["Properties"]["AlarmConfiguration"]["Alarms"]
        named = [alarm["Name"]["Fn::Sub"].replace("AWS::StackName", "Stack") for alarm in alarms]
        there = [alarm["Properties"]["AlarmName"]["Fn::Sub"] for alarm in monitoring().of_type(ALARM).values()]
        self.assertEqual(named, ["${Stack}-errors", "${Stack}-not-stored"])
        self.assertLessEqual(set(named), set(there))

    def test_a_url_has_both_permissions(self):
        stack = Stack(ALL)
        for product in PRODUCTS:
            permissions = [
                permission["Properties"]
                for permission in stack.of_type("AWS::Lambda::Permission").values()
                if permission["Properties"]["FunctionName"] == {"Ref": f"{product}Alias"}
            ]
            self.assertEqual(
                sorted((each["Action"], each["Principal"], str(each.get("FunctionUrlAuthType")), each.get("InvokedViaFunctionUrl")) for each in permissions),
                [("lambda:InvokeFunction", "*", "None", True), ("lambda:InvokeFunctionUrl", "*", "NONE", None)],
            )

    def test_an_http_api_takes_the_place_of_the_urls(self):
        stack = Stack({**ALL, **API})
        self.assertEqual(stack.of_type("AWS::Lambda::Url"), {})
        paths = stack.resources["HttpApi"]["Properties"]["Body"]["paths"]
        self.assertEqual(list(paths), [f"/{slug}" for slug in PRODUCTS.values()])
        for product, slug in PRODUCTS.items():
            integration = paths[f"/{slug}"]["post"]["x-amazon-apigateway-integration"]
            self.assertEqual(integration["payloadFormatVersion"], "2.0")
            self.assertIn(f"${{{product}Alias}}/invocations", integration["uri"]["Fn::Sub"])
            permission = stack.resources[f"{product}RoutePermission"]["Properties"]
            self.assertEqual(permission["Principal"], "apigateway.amazonaws.com")
            self.assertTrue(permission["SourceArn"]["Fn::Sub"].endswith(f"/POST/{slug}"))
            self.assertEqual(stack.outputs[f"{product}Url"]["Value"], {"Fn::Sub": f"https://${{HttpApiDomain}}/{slug}"})
        self.assertEqual(list(Stack({"TencentCi": "true", **API}).resources["HttpApi"]["Properties"]["Body"]["paths"]), ["/tencent-ci"])


ALARM = "AWS::CloudWatch::Alarm"


def monitoring(parameters=EVERYTHING):
    """The nested stack as template.yaml calls it."""
    passed = Stack(parameters).resources["Monitoring"]["Properties"]["Parameters"]
    return Stack({name: value if isinstance(value, str) else "name" for name, value in passed.items()}, "monitoring.yaml")


class Alarms(unittest.TestCase):
    def test_all_parameters_are_passed(self):
        passed = Stack(ALL).resources["Monitoring"]["Properties"]["Parameters"]
        self.assertEqual(set(passed), set(read("monitoring.yaml")["Parameters"]))

    def test_an_alarm_watches_its_own_stack_and_names_its_metrics(self):
        alarms = monitoring().of_type(ALARM)
        self.assertGreater(len(alarms), 12)
        for name, alarm in alarms.items():
            properties = alarm["Properties"]
            if "Metrics" in properties:
                expression, *metrics = properties["Metrics"]
                self.assertEqual(expression["Expression"], "SUM(METRICS())", name)
                metrics = [metric["MetricStat"]["Metric"] for metric in metrics]
                self.assertGreater(len(metrics), 0, name)
            else:
                metrics = [properties]
            for metric in metrics:
                if metric["Namespace"] not in ("AWS/Lambda", "AWS/SQS"):
                    self.assertEqual(metric["Namespace"], {"Fn::Sub": "Mediahook/${Stack}"}, name)
        namespace = Stack(ALL).resources["DispatchFunction"]["Properties"]["Environment"]["Variables"]
        self.assertEqual(namespace["MEDIAHOOK_METRICS_NAMESPACE"], {"Fn::Sub": "Mediahook/${AWS::StackName}"})

    def test_every_choice_has_alarms_without_holes(self):
        for parameters in choices():
            stack = monitoring(parameters)
            self.assertEqual(stack.dangling(), [])
            for name, alarm in stack.of_type(ALARM).items():
                for metric in alarm["Properties"].get("Metrics", [])[1:]:
                    self.assertEqual(metric["MetricStat"]["Metric"]["Dimensions"][0]["Value"], "name", name)

    def test_every_choice_has_a_dashboard_that_is_json(self):
        for parameters in choices():
            text, variables = monitoring(parameters).resources["Dashboard"]["Properties"]["DashboardBody"]["Fn::Sub"]
            for name, value in variables.items():
                text = text.replace(f"${{{name}}}", value if isinstance(value, str) else value["Fn::Sub"])
            widgets = json.loads(re.sub(r"\$\{[^}]*\}", "name", text))["widgets"]
            errors = next(each for each in widgets if each["properties"]["title"] == "Function errors")
            functions = Stack(parameters).of_type("AWS::Lambda::Function")
            self.assertEqual(len(errors["properties"]["metrics"]), len(functions), parameters)

    def test_what_runs_on_a_schedule_is_missed_when_it_does_not(self):
        silent = {"PullRuns": {"tencent-vod-pull", "aliyun-mns-pull"}, "ReconcileRuns": {"reconcile"}}
        found = {metric: set() for metric in silent}
        for alarm in monitoring().of_type(ALARM).values():
            properties = alarm["Properties"]
            if properties.get("MetricName") in silent:
                self.assertEqual((properties["TreatMissingData"], properties["Threshold"]), ("breaching", 1))
                found[properties["MetricName"]].add(properties["Dimensions"][0]["Value"])
        self.assertEqual(found, silent)
        self.assertEqual(len(Stack(EVERYTHING).of_type("AWS::Scheduler::Schedule")), 3)
        self.assertNotIn("ReconcileSilenceAlarm", monitoring(ALL).resources)

    def test_errors_of_all_functions_are_watched(self):
        metrics = monitoring().resources["ErrorsAlarm"]["Properties"]["Metrics"]
        self.assertEqual(len(metrics) - 1, len(Stack(EVERYTHING).of_type("AWS::Lambda::Function")))


class Company(unittest.TestCase):
    def test_every_role_has_boundary_and_path(self):
        roles = Stack(EVERYTHING).of_type("AWS::IAM::Role")
        self.assertEqual(len(roles), 12)
        for name, role in roles.items():
            self.assertEqual((role["Properties"]["PermissionsBoundary"], role["Properties"]["Path"]), (BOUNDARY, "/media/"), name)
        for name, role in Stack(ALL).of_type("AWS::IAM::Role").items():
            self.assertNotIn("PermissionsBoundary", role["Properties"], name)

    def test_all_that_is_stored_is_encrypted_with_the_key(self):
        stores = (
            "AWS::SQS::Queue", "AWS::DynamoDB::Table", "AWS::S3::Bucket", "AWS::SecretsManager::Secret", "AWS::Logs::LogGroup",
            "AWS::Events::EventBus", "AWS::Events::Archive", "AWS::Lambda::Function",
        )
        stack = Stack(EVERYTHING)
        for kind, (name, resource) in ((kind, each) for kind in stores for each in stack.of_type(kind).items()):
            self.assertIn(KEY, json.dumps(resource["Properties"]), name)
        for name, role in stack.of_type("AWS::IAM::Role").items():
            uses = "kms:Decrypt" in json.dumps(role)
            self.assertEqual(uses, name not in ("PullScheduleRole", "ReconcileScheduleRole", "TrafficShiftRole"), name)

    def test_two_stacks_share_no_name(self):
        names = ("Name", "QueueName", "FunctionName", "RoleName", "TableName", "BucketName", "LogGroupName", "AlarmName", "DashboardName")
        of_others = ("AWS::Lambda::Alias", "AWS::Lambda::Version", "AWS::Lambda::Permission", "AWS::Lambda::EventSourceMapping", "AWS::Lambda::EventInvokeConfig")
        for stack in (Stack(EVERYTHING), monitoring()):
            for name, resource in stack.resources.items():
                for key in names:
                    value = resource.get("Properties", {}).get(key)
                    if value is not None and resource["Type"] not in of_others:
                        self.assertIn("Stack", json.dumps(value), f"{name}.{key}")


class Upgrade(unittest.TestCase):
    """What must not be replaced: whoever has its address, or what is in it, would be lost."""

    KEPT = json.loads((Path(__file__).parent / "kept.json").read_text())

    # Deployments one after the other, each with new code: shifts of traffic are switched on and off, and so is everything else.
    DEPLOYMENTS = [
        Stack(parameters, code=f"code-{number}")
        for number, parameters in enumerate((
            ALL,
            {**ALL, "Deployment": "AllAtOnce"},
            {**ALL, "Deployment": "Canary10Percent5Minutes"},
            EVERYTHING,
            {**EVERYTHING, **API},
            {**EVERYTHING, "Deployment": "Linear10PercentEvery1Minute", "Tolerance": 60, "LogLevel": "DEBUG"},
            {**EVERYTHING, "Deployment": "Direct"},
        ))
    ]  # fmt: skip

    def test_what_is_kept_is_there_under_its_names(self):
        for name, expected in self.KEPT.items():
            resources = [stack.resources[name] for stack in self.DEPLOYMENTS if name in stack.resources]
            self.assertTrue(resources, f"{name} is gone")
            for resource in resources:
                self.assertEqual(resource["Type"], expected["Type"], name)
                for key, value in expected["Properties"].items():
                    self.assertEqual(resource["Properties"].get(key), value, f"{name}.{key}: a change replaces it")

    def test_the_list_has_all_that_is_kept(self):
        kinds = {expected["Type"] for expected in self.KEPT.values()}
        for stack in self.DEPLOYMENTS:
            for name, resource in stack.resources.items():
                if resource["Type"] in kinds:
                    self.assertIn(name, self.KEPT)

    def test_an_update_removes_and_replaces_nothing_that_is_kept(self):
        """Only the switch of the front takes URLs, and puts the API in their place."""
        for old, new in itertools.pairwise(self.DEPLOYMENTS):
            fronts = {stack.parameters["Front"] for stack in (old, new)}
            for name in set(old.resources) & set(self.KEPT):
                if len(fronts) == 1 or not (name.endswith("FunctionUrl") or name == "HttpApi"):
                    self.assertIn(name, new.resources)
            for name, address in old.of_type("AWS::Lambda::Url").items():
                self.assertEqual(new.resources.get(name, address), address)

    def test_what_may_be_the_only_copy_outlives_the_stack(self):
        stack = Stack(EVERYTHING)
        for name in ("DeadLetterQueue", "OverflowBucket", "EventArchive", "EventBus"):
            resource = stack.resources[name]
            self.assertEqual((resource["DeletionPolicy"], resource["UpdateReplacePolicy"]), ("RetainExceptOnCreate", "Retain"), name)


if __name__ == "__main__":
    unittest.main()

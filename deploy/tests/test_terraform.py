"""deploy/terraform makes what template.yaml makes, for each choice of products and options.

The module is evaluated as Terraform does, without a provider: `tfparse` expands `for_each` and conditions, and gives each resource an id,
which stands for what AWS would assign. Both sides are brought into one form, in which a resource has its name in the template.
"""

import json
import os
import re
import tempfile
import unittest
from collections import Counter
from pathlib import Path

import tfparse
from stack import ROOT, Stack, read
from test_template import ALL, BOUNDARY, CONFIRMS, KEY, PRODUCTS, PULLS, RECONCILES

MODULE = ROOT / "deploy/terraform"
SLUGS = {**PRODUCTS, "TencentVodPull": "tencent-vod-pull", "AliyunMnsPull": "aliyun-mns-pull", "Confirm": "confirm", "Reconcile": "reconcile", "Dispatch": "dispatch"}
NAMES = {slug: name for name, slug in SLUGS.items()}
TOPIC = "arn:aws:sns:eu-central-1:123456789012:on-call"

# Parameters that have a variable of their own. Products, queues and the thresholds of alarms are set in other forms.
VARIABLES = {
    "PullSchedule": "pull_schedule", "EventBusName": "event_bus_name", "EventLimit": "event_limit", "OverflowDays": "overflow_days",
    "ArchiveDays": "archive_days", "SchemaRegistry": "schema_registry", "AllowUnsigned": "allow_unsigned", "Tolerance": "tolerance", "ReceiverConcurrency": "receiver_concurrency",
    "DispatchConcurrency": "dispatch_concurrency", "MaxReceiveCount": "max_receive_count", "LogLevel": "log_level",
    "LogRetentionDays": "log_retention_days", "KmsKeyArn": "kms_key_arn", "PermissionsBoundaryArn": "permissions_boundary_arn",
    "AliyunAccount": "aliyun_account", "ConfirmWithin": "confirm_within", "ConfirmPerMinute": "confirm_per_minute",
    "ReconcileSchedule": "reconcile_schedule", "ReconcileGrace": "reconcile_grace", "ReconcileLongestJob": "reconcile_longest_job", "RolePath": "role_path", "AlarmTopicArn": "alarm_topic_arn", "Architecture": "architecture",
}
ALARMS = ("OldestMessageSeconds", "RejectedThreshold", "InvocationsThreshold", "PullSilenceHours", "ReconcileSilenceHours", *(
    f"{name}SilenceHours" for name in (*PRODUCTS, "TencentVodPulled", "AliyunMnsPulled")
))  # fmt: skip
# What the module has not, as its README says.
ONLY_IN_TEMPLATE = ("Front", "HttpApiDomain", "HttpApiRequestsPerSecond", "ExampleRule", "Deployment", "PullConcurrency", "Tracing")
OTHER = {
    "PullSchedule": "rate(5 minutes)", "EventLimit": 1048576, "OverflowDays": 90, "ArchiveDays": 30, "AllowUnsigned": "true", "Tolerance": 60,
    "ReceiverConcurrency": 7, "DispatchConcurrency": 9, "MaxReceiveCount": 12, "LogLevel": "DEBUG", "LogRetentionDays": 7, "KmsKeyArn": KEY,
    "PermissionsBoundaryArn": BOUNDARY, "RolePath": "/media/", "AlarmTopicArn": TOPIC, "Architecture": "x86_64", "RejectedThreshold": 50,
    "TencentVodSubAppId": "1500000001", "TencentCiSilenceHours": 12, "ReconcileSilenceHours": 24, "AliyunAccount": "1833202230007314",
}  # fmt: skip
CHOICES = [
    *({product: "true"} for product in PRODUCTS), *PULLS.values(), ALL, {**ALL, **OTHER},
    *({product: "true", **parameters} for choice in (CONFIRMS, RECONCILES) for product, parameters in choice.items()),
    {**ALL, **CONFIRMS["AliyunVod"], **CONFIRMS["AliyunIms"], **CONFIRMS["TencentCi"], **CONFIRMS["TencentVod"], **OTHER, "TencentVodEndpoint": "https://vod.intl.tencentcloudapi.com", "ConfirmWithin": 60, "ConfirmPerMinute": 60},
    {**ALL, **CONFIRMS["TencentCi"], **CONFIRMS["TencentVod"], **RECONCILES["TencentCi"], **RECONCILES["TencentVod"]},
    {**ALL, **RECONCILES["AliyunVod"], **RECONCILES["AliyunIms"], **RECONCILES["TencentCi"], **RECONCILES["TencentVod"], **OTHER, "TencentVodEndpoint": "https://vod.intl.tencentcloudapi.com", "ReconcileSchedule": "rate(1 hour)", "ReconcileGrace": 60, "ReconcileLongestJob": 3600},
    {**PULLS["AliyunMnsPull"], **OTHER, "EventBusName": "media"},
]  # fmt: skip

KINDS = {
    "AWS::CloudFormation::Stack": "aws_cloudformation_stack", "AWS::DynamoDB::Table": "aws_dynamodb_table",
    "AWS::Events::Archive": "aws_cloudwatch_event_archive", "AWS::Events::EventBus": "aws_cloudwatch_event_bus", "AWS::IAM::Role": "aws_iam_role",
    "AWS::Lambda::Alias": "aws_lambda_alias", "AWS::Lambda::EventInvokeConfig": "aws_lambda_function_event_invoke_config",
    "AWS::Lambda::EventSourceMapping": "aws_lambda_event_source_mapping", "AWS::Lambda::Function": "aws_lambda_function",
    "AWS::Lambda::Permission": "aws_lambda_permission", "AWS::Lambda::Url": "aws_lambda_function_url", "AWS::Logs::LogGroup": "aws_cloudwatch_log_group",
    "AWS::S3::Bucket": "aws_s3_bucket", "AWS::S3::BucketPolicy": "aws_s3_bucket_policy", "AWS::SQS::Queue": "aws_sqs_queue",
    "AWS::Scheduler::Schedule": "aws_scheduler_schedule", "AWS::SecretsManager::Secret": "aws_secretsmanager_secret",
}  # fmt: skip
# Properties of a resource of the template that are resources of their own in Terraform.
PARTS = {
    "aws_iam_role_policy", "aws_secretsmanager_secret_version", "aws_sqs_queue_redrive_allow_policy", "aws_s3_bucket_lifecycle_configuration",
    "aws_s3_bucket_ownership_controls", "aws_s3_bucket_public_access_block", "aws_s3_bucket_server_side_encryption_configuration",
}  # fmt: skip


def listed(value):
    return value if isinstance(value, list) else [] if value is None else [value]


def texts(values):
    """Values as environment and parameters have them: all of them texts."""
    return {key: str(value).lower() if isinstance(value, bool) else str(value) for key, value in values.items()}


def plain(value):
    """Values without what stands for a variable that is null."""
    if isinstance(value, list):
        return [plain(each) for each in value]
    if isinstance(value, dict):
        if value.get("__attribute__", "").startswith("var."):
            return None
        return {key: plain(each) for key, each in value.items()}
    return value


class Template:
    """What template.yaml makes, in the common form."""

    def __init__(self, parameters):
        self.stack = Stack(parameters)
        # SAM publishes its alias, which nobody calls.
        self.resources = {
            name: each for name, each in self.stack.resources.items()
            if each["Type"] != "AWS::Lambda::Version" and each["Properties"].get("Name") != "published"
        }  # fmt: skip

    def kinds(self):
        return Counter(each["Type"] for each in self.resources.values())

    def named(self, value):
        """Who is referred to, by name."""
        if isinstance(value, dict):
            [(function, argument)] = value.items()
            if function == "Fn::Sub":
                # What is confirmed or looked for is a text; all others are names of resources.
                chosen = {key: value for key, value in self.stack.parameters.items() if key.startswith(("Confirm", "Reconcile"))}
                text = re.sub(r"\$\{(\w+)(\.\w+)?\}", lambda name: chosen.get(name[1], name[1]), argument)
                bus = "arn:${AWS::Partition}:events:${AWS::Region}:${AWS::AccountId}:event-bus/EventBusName"
                return text.replace("${AWS::StackName}", "mediahook").replace(bus, "existing")
            name = argument if function == "Ref" else argument[0]
            return "mediahook" if name == "AWS::StackName" else name
        return value

    def of_type(self, kind):
        return {name: each["Properties"] for name, each in self.resources.items() if each["Type"] == kind}

    def functions(self):
        made = {}
        for name, each in self.of_type("AWS::Lambda::Function").items():
            logging = each["LoggingConfig"]
            settings = (each["Timeout"], each["MemorySize"], each["Runtime"], each["Handler"], each["Architectures"], each.get("ReservedConcurrentExecutions"))
            log = (logging["LogFormat"], logging["ApplicationLogLevel"], self.named(logging["LogGroup"]))
            variables = texts({key: self.named(value) for key, value in each["Environment"]["Variables"].items()})
            existing = "eventbridge:EventBusName"
            variables = {key: "eventbridge:existing" if value == existing else value for key, value in variables.items()}
            made[name] = (*texts(dict(enumerate(settings))).values(), log, self.named(each["Role"]), each.get("KmsKeyArn"), variables)
        return made

    def permissions(self):
        """What each role may do, as pairs of action and resource; and its path, boundary, and who takes it."""
        made = {}
        for name, role in self.of_type("AWS::IAM::Role").items():
            allowed = set()
            for statement in role["Policies"][0]["PolicyDocument"]["Statement"]:
                assert statement["Effect"] == "Allow"
                conditions = [(test, key, value) for test, keys in statement.get("Condition", {}).items() for key, value in keys.items()]
                for action in listed(statement["Action"]):
                    allowed |= {(action, self.named(resource), *conditions) for resource in listed(statement["Resource"])}
            taker = role["AssumeRolePolicyDocument"]["Statement"][0]["Principal"]["Service"]
            made[name] = (role["Path"], role.get("PermissionsBoundary"), taker, allowed)
        return made

    def calls(self):
        """Who calls which function, and how."""
        made = set()
        for name, url in self.of_type("AWS::Lambda::Url").items():
            made.add(("url", self.named(url["TargetFunctionArn"]), url["AuthType"]))
        for each in self.of_type("AWS::Lambda::Permission").values():
            details = (each["Action"], each["Principal"], each.get("FunctionUrlAuthType"), each.get("InvokedViaFunctionUrl"))
            made.add(("permission", self.named(each["FunctionName"]), *details))
        for name, alias in self.of_type("AWS::Lambda::Alias").items():
            made.add(("alias", name, alias["Name"], self.named(alias["FunctionName"]), alias["FunctionVersion"]))
        for each in self.of_type("AWS::Lambda::EventSourceMapping").values():
            details = (each["BatchSize"], *each["FunctionResponseTypes"], int(each["ScalingConfig"]["MaximumConcurrency"]))
            made.add(("queue", self.named(each["FunctionName"]), self.named(each["EventSourceArn"]), *details))
        for each in self.of_type("AWS::Lambda::EventInvokeConfig").values():
            made.add(("retries", self.named(each["FunctionName"]), each["MaximumRetryAttempts"], each["MaximumEventAgeInSeconds"]))
        for each in self.of_type("AWS::Scheduler::Schedule").values():
            target = each["Target"]
            retries = (target["RetryPolicy"]["MaximumRetryAttempts"], target["RetryPolicy"]["MaximumEventAgeInSeconds"])
            who = (self.named(target["Arn"]), self.named(target["RoleArn"]))
            made.add(("schedule", *who, each["ScheduleExpression"], each["FlexibleTimeWindow"]["Mode"], *retries))
        return made

    def stores(self):
        """Queues, ledger, bus, archive, bucket, secrets and logs."""
        made = {}
        for name, each in self.of_type("AWS::SQS::Queue").items():
            redrive = each.get("RedrivePolicy")
            redrive = redrive and (self.named(redrive["deadLetterTargetArn"]), int(redrive["maxReceiveCount"]))
            allowed = each.get("RedriveAllowPolicy", {}).get("redrivePermission")
            settings = (each["MessageRetentionPeriod"], each.get("VisibilityTimeout"), int(each["MaximumMessageSize"]))
            made[name] = (*settings, each.get("SqsManagedSseEnabled"), each.get("KmsMasterKeyId"), redrive, allowed)
        [table] = self.of_type("AWS::DynamoDB::Table").values()
        [key], [attribute] = table["KeySchema"], table["AttributeDefinitions"]
        time = table["TimeToLiveSpecification"]
        made["LedgerTable"] = (
            table["BillingMode"], key["AttributeName"], attribute["AttributeName"], attribute["AttributeType"], time["AttributeName"], time["Enabled"],
            table.get("SSESpecification", {}).get("KMSMasterKeyId"),
        )  # fmt: skip
        for name, bus in self.of_type("AWS::Events::EventBus").items():
            made[name] = (self.named(bus["Name"]), bus.get("KmsKeyIdentifier"))
        for name, archive in self.of_type("AWS::Events::Archive").items():
            source = self.named(archive["SourceArn"])
            made[name] = (source, int(archive["RetentionDays"]), archive["EventPattern"], archive.get("KmsKeyIdentifier"))
        [bucket] = self.of_type("AWS::S3::Bucket").values()
        [encryption], [rule] = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"], bucket["LifecycleConfiguration"]["Rules"]
        default = encryption["ServerSideEncryptionByDefault"]
        [policy] = self.of_type("AWS::S3::BucketPolicy").values()
        [statement] = policy["PolicyDocument"]["Statement"]
        made["OverflowBucket"] = (
            default["SSEAlgorithm"], default.get("KMSMasterKeyID"), bool(encryption.get("BucketKeyEnabled")),
            int(rule["ExpirationInDays"]), rule["Status"], rule["AbortIncompleteMultipartUpload"]["DaysAfterInitiation"],
            bucket["OwnershipControls"]["Rules"][0]["ObjectOwnership"], sorted(bucket["PublicAccessBlockConfiguration"].values()),
            (statement["Effect"], statement["Principal"], statement["Action"], [self.named(each) for each in statement["Resource"]], statement["Condition"]),
        )  # fmt: skip
        for name, secret in self.of_type("AWS::SecretsManager::Secret").items():
            generated = secret.get("GenerateSecretString")
            members = json.loads(generated["SecretStringTemplate"] if generated else secret["SecretString"])
            made[name] = (self.named(secret["Name"]), secret.get("KmsKeyId"), members, generated and generated["GenerateStringKey"])
        for name, log in self.of_type("AWS::Logs::LogGroup").items():
            made[name] = (int(log["RetentionInDays"]), log.get("KmsKeyId"))
        return made

    def kept(self):
        return {name for name, each in self.resources.items() if each.get("DeletionPolicy", "").startswith("Retain")}

    def alarms(self):
        return texts({key: self.named(value) for key, value in self.resources["Monitoring"]["Properties"]["Parameters"].items()})


def variables(parameters):
    """Variables of the module for parameters of the template."""
    made = {VARIABLES[name]: value for name, value in parameters.items() if name in VARIABLES}
    if "AllowUnsigned" in parameters:
        made["allow_unsigned"] = parameters["AllowUnsigned"] == "true"
    if "SchemaRegistry" in parameters:
        made["schema_registry"] = parameters["SchemaRegistry"] == "true"
    made["products"] = [slug for name, slug in PRODUCTS.items() if parameters.get(name) == "true"]
    if "TencentVodPullEndpoint" in parameters:
        made["tencent_vod_pull"] = {"endpoint": parameters["TencentVodPullEndpoint"], "sub_app_id": parameters.get("TencentVodSubAppId", "")}
    for name, slug in {"AliyunVod": "aliyun_vod", "AliyunIms": "aliyun_ims"}.items():
        if f"Confirm{name}" in parameters:
            made[f"confirm_{slug}"] = {"kinds": parameters[f"Confirm{name}"], "endpoint": parameters[f"{name}Endpoint"]}
        if f"Reconcile{name}" in parameters:
            made[f"reconcile_{slug}"] = {"kinds": parameters[f"Reconcile{name}"], "endpoint": parameters[f"{name}Endpoint"]}
    if "AliyunVodDomains" in parameters:
        made["confirm_aliyun_vod"]["domains"] = parameters["AliyunVodDomains"].split()
    if "ConfirmTencentCi" in parameters:
        made["confirm_tencent_ci"] = {"kinds": parameters["ConfirmTencentCi"], "buckets": parameters["TencentCiBuckets"].split()}
    if "ConfirmTencentVod" in parameters:
        made["confirm_tencent_vod"] = {"kinds": parameters["ConfirmTencentVod"], "sub_app_id": parameters.get("TencentVodSubAppId", "")}
        if "TencentVodEndpoint" in parameters:
            made["confirm_tencent_vod"]["endpoint"] = parameters["TencentVodEndpoint"]
    if "ReconcileTencentCi" in parameters:
        words = {"buckets": "TencentCiBuckets", "tags": "TencentCiTags", "workflows": "TencentCiWorkflows"}
        made["reconcile_tencent_ci"] = {"kinds": parameters["ReconcileTencentCi"], **{name: parameters[key].split() for name, key in words.items()}}
    if "ReconcileTencentVod" in parameters:
        made["reconcile_tencent_vod"] = {"kinds": parameters["ReconcileTencentVod"], "sub_app_id": parameters.get("TencentVodSubAppId", "")}
        if "TencentVodEndpoint" in parameters:
            made["reconcile_tencent_vod"]["endpoint"] = parameters["TencentVodEndpoint"]
    if "AliyunMnsEndpoint" in parameters:
        made["aliyun_mns_pull"] = {"endpoint": parameters["AliyunMnsEndpoint"], "queues": parameters["AliyunMnsQueues"].split()}
    made["alarms"] = {name: str(value) for name, value in parameters.items() if name in ALARMS}
    return made


class Module:
    """What deploy/terraform makes, in the common form."""

    def __init__(self, parameters):
        with tempfile.TemporaryDirectory() as folder:
            values = Path(folder) / "choice.tfvars"
            chosen = {**variables(parameters), "package": "release"}
            values.write_text("".join(f"{name} = {json.dumps(value)}\n" for name, value in chosen.items()))
            # The path of the values is relative to the module.
            blocks = tfparse.load_from_path(str(MODULE), vars_paths=[os.path.relpath(values, MODULE)])
        self.blocks = {each["__tfmeta"]["path"]: plain(each) for kind in blocks.values() for each in kind}
        self.ids = {each["id"]: self.name_of(path) for path, each in self.blocks.items()}

    @staticmethod
    def name_of(path):
        """The template's name of `aws_cloudwatch_log_group.function["dispatch"]`: `DispatchLog`."""
        single = {
            "aws_sqs_queue.intake": "IntakeQueue", "aws_sqs_queue.confirm[0]": "ConfirmQueue", "aws_sqs_queue.dead_letters": "DeadLetterQueue", "aws_dynamodb_table.ledger": "LedgerTable",
            "aws_s3_bucket.overflow": "OverflowBucket", "aws_cloudwatch_event_bus.this[0]": "EventBus", "aws_cloudwatch_event_archive.this[0]": "EventArchive",
            "data.aws_cloudwatch_event_bus.existing[0]": "existing", "aws_iam_role.schedule[0]": "PullScheduleRole", "aws_iam_role.reconcile_schedule[0]": "ReconcileScheduleRole",
            "aws_lambda_function.dispatch": "DispatchFunction", "aws_iam_role_policy.dispatch": "DispatchRole", "aws_iam_role_policy.schedule[0]": "PullScheduleRole",
            "aws_iam_role_policy.reconcile_schedule[0]": "ReconcileScheduleRole",
        }  # fmt: skip
        endings = {
            "aws_lambda_function": "Function", "aws_lambda_alias": "Alias", "aws_cloudwatch_log_group": "Log", "aws_secretsmanager_secret": "Secret",
            "aws_iam_role": "Role", "aws_iam_role_policy": "Role",
        }  # fmt: skip
        if path.endswith('secret.lookup["' + (slug := path.split('"')[1] if '"' in path else "") + '"]'):
            return NAMES[slug] + "LookupSecret"
        matched = re.fullmatch(r'(\w+)\.\w+\["([\w-]+)"\]', path)
        if matched and matched[1] in endings:
            return NAMES[matched[2]] + endings[matched[1]]
        return single.get(path, path)

    def kinds(self):
        made = Counter(each["__tfmeta"]["label"] for each in self.blocks.values() if each["__tfmeta"].get("type") == "resource")
        return Counter({kind: count for kind, count in made.items() if kind not in PARTS})

    def of_type(self, kind):
        found = {path: each for path, each in self.blocks.items() if path.startswith(f"{kind}.")}
        return {self.name_of(path): each for path, each in found.items()}

    def named(self, value):
        """Who is referred to, by name."""
        if not isinstance(value, str):
            return value
        for known, name in self.ids.items():
            value = value.replace(known, name)
        return value.removeprefix("arn:aws:s3:::").removesuffix(":*")

    def functions(self):
        stores = {f"dynamodb:{table['name']}": f"dynamodb:{name}" for name, table in self.of_type("aws_dynamodb_table").items()}
        stores |= {f"eventbridge:{bus['name']}": f"eventbridge:{name}" for name, bus in self.of_type("aws_cloudwatch_event_bus").items()}
        stores |= {f"eventbridge:{bus['name']}": "eventbridge:existing" for bus in self.of_type("data.aws_cloudwatch_event_bus").values()}
        logs = {log["name"]: name for name, log in self.of_type("aws_cloudwatch_log_group").items()}
        made = {}
        for name, each in self.of_type("aws_lambda_function").items():
            assert each["filename"] == f"release/{SLUGS[name.removesuffix('Function')]}.zip", each["filename"]
            logging = each["logging_config"]
            # -1 is the provider's word for none.
            reserved = each.get("reserved_concurrent_executions")
            settings = (each["timeout"], each["memory_size"], each["runtime"], each["handler"], each["architectures"], None if reserved == -1 else reserved)
            log = (logging["log_format"], logging["application_log_level"], logs[logging["log_group"]])
            values = {key: stores.get(value, self.named(value)) for key, value in each["environment"]["variables"].items()}
            made[name] = (*texts(dict(enumerate(settings))).values(), log, self.named(each["role"]), each["kms_key_arn"], texts(values))
        return made

    def statements(self, document):
        made = listed(document["statement"])
        for source in listed(document.get("source_policy_documents")):
            [other] = [each for each in self.blocks.values() if each["id"] == source]
            made = made + self.statements(other)
        return made

    def permissions(self):
        documents = {each["id"]: each for path, each in self.blocks.items() if path.startswith("data.aws_iam_policy_document")}
        policies = {self.named(each["role"]): documents[each["policy"]] for each in self.of_type("aws_iam_role_policy").values()}
        made = {}
        for name, role in self.of_type("aws_iam_role").items():
            allowed = set()
            for statement in self.statements(policies[name]):
                conditions = [(each["test"], each["variable"], *each["values"]) for each in listed(statement.get("condition"))]
                for action in statement["actions"]:
                    allowed |= {(action, self.named(resource), *conditions) for resource in statement["resources"]}
            taker = documents[role["assume_role_policy"]]["statement"]["principals"]["identifiers"][0]
            made[name] = (role["path"], role["permissions_boundary"], taker, allowed)
        return made

    def calls(self):
        functions = {each["function_name"]: name for name, each in self.of_type("aws_lambda_function").items()}
        alias_of = {functions[each["function_name"]]: name for name, each in self.of_type("aws_lambda_alias").items()}
        made = set()
        for kind in ("aws_lambda_function_url", "aws_lambda_permission"):
            for each in self.of_type(kind).values():
                assert each["qualifier"] == "live", each["__tfmeta"]["path"]
                alias = alias_of[functions[each["function_name"]]]
                if kind == "aws_lambda_function_url":
                    made.add(("url", alias, each["authorization_type"]))
                else:
                    details = (each["action"], each["principal"], each.get("function_url_auth_type"), each.get("invoked_via_function_url"))
                    made.add(("permission", alias, *details))
        for name, alias in self.of_type("aws_lambda_alias").items():
            made.add(("alias", name, alias["name"], functions[alias["function_name"]], alias["function_version"]))
        for each in self.of_type("aws_lambda_event_source_mapping").values():
            details = (each["batch_size"], *each["function_response_types"], each["scaling_config"]["maximum_concurrency"])
            made.add(("queue", self.named(each["function_name"]), self.named(each["event_source_arn"]), *details))
        for each in self.of_type("aws_lambda_function_event_invoke_config").values():
            made.add(("retries", functions[each["function_name"]], each["maximum_retry_attempts"], each["maximum_event_age_in_seconds"]))
        for each in self.of_type("aws_scheduler_schedule").values():
            target, window = each["target"], each["flexible_time_window"]["mode"]
            retries = (target["retry_policy"]["maximum_retry_attempts"], target["retry_policy"]["maximum_event_age_in_seconds"])
            who = (self.named(target["arn"]), self.named(target["role_arn"]))
            made.add(("schedule", *who, each["schedule_expression"], window, *retries))
        return made

    def stores(self):
        made = {}
        [allowing] = self.of_type("aws_sqs_queue_redrive_allow_policy").values()
        for name, each in self.of_type("aws_sqs_queue").items():
            redrive = json.loads(each.get("redrive_policy") or "null")
            redrive = redrive and (self.named(redrive["deadLetterTargetArn"]), redrive["maxReceiveCount"])
            is_allowing = self.named(allowing["queue_url"]) == name
            policy = json.loads(allowing["redrive_allow_policy"])
            # The confirm queue's ARN is made of the other's, in whose place its id stands here.
            sources = [self.named(source).replace("IntakeQueueconfirm", "ConfirmQueue") for source in policy["sourceQueueArns"]]
            assert sources == [queue for queue in ("IntakeQueue", "ConfirmQueue") if queue in self.of_type("aws_sqs_queue")]
            settings = (each["message_retention_seconds"], each.get("visibility_timeout_seconds"), each["max_message_size"])
            sealed = (each["sqs_managed_sse_enabled"], each["kms_master_key_id"])
            made[name] = (*settings, *sealed, redrive, policy["redrivePermission"] if is_allowing else None)
        [table] = self.of_type("aws_dynamodb_table").values()
        attribute, time, sealed = table["attribute"], table["ttl"], table["server_side_encryption"]
        assert sealed["enabled"] == (sealed["kms_key_arn"] is not None)
        made["LedgerTable"] = (
            table["billing_mode"], table["hash_key"], attribute["name"], attribute["type"], time["attribute_name"], time["enabled"], sealed["kms_key_arn"],
        )  # fmt: skip
        for name, bus in self.of_type("aws_cloudwatch_event_bus").items():
            made[name] = (bus["name"], bus["kms_key_identifier"])
        for name, archive in self.of_type("aws_cloudwatch_event_archive").items():
            source = self.named(archive["event_source_arn"])
            made[name] = (source, archive["retention_days"], json.loads(archive["event_pattern"]), archive["kms_key_identifier"])
        made["OverflowBucket"] = self.bucket()
        versions = {self.named(each["secret_id"]): each for each in self.of_type("aws_secretsmanager_secret_version").values()}
        for name, secret in self.of_type("aws_secretsmanager_secret").items():
            # What is written only once is not evaluated: its text has to do.
            lines = (MODULE / versions[name]["__tfmeta"]["filename"]).read_text().splitlines()
            text = "\n".join(lines[versions[name]["__tfmeta"]["line_start"] - 1 : versions[name]["__tfmeta"]["line_end"]])
            generated = re.search(r"(\w+) += ephemeral\.aws_secretsmanager_random_password", text)
            members = {key: json.loads(value) for key, value in re.findall(r"(\w+) += (\[\]|\"\")", text)}
            made[name] = (secret["name"], secret["kms_key_id"], members, generated and generated[1])
        for name, log in self.of_type("aws_cloudwatch_log_group").items():
            made[name] = (log["retention_in_days"], log["kms_key_id"])
        return made

    def bucket(self):
        parts = {kind: self.of_type(f"aws_s3_bucket_{kind}") for kind in (
            "lifecycle_configuration", "ownership_controls", "public_access_block", "server_side_encryption_configuration", "policy",
        )}  # fmt: skip
        part = {kind: next(iter(found.values())) for kind, found in parts.items()}
        assert {self.named(each["bucket"]) for each in part.values()} == {"OverflowBucket"}
        rule, sealed = part["lifecycle_configuration"]["rule"], part["server_side_encryption_configuration"]["rule"]
        default, block = sealed["apply_server_side_encryption_by_default"], part["public_access_block"]
        blocked = [value for key, value in block.items() if key.startswith(("block_", "ignore_", "restrict_"))]
        [document] = [each for each in self.blocks.values() if each["id"] == part["policy"]["policy"]]
        statement = document["statement"]
        condition = statement["condition"]
        [value] = condition["values"]
        return (
            default["sse_algorithm"], default["kms_master_key_id"], sealed["bucket_key_enabled"],
            rule["expiration"]["days"], rule["status"], rule["abort_incomplete_multipart_upload"]["days_after_initiation"],
            part["ownership_controls"]["rule"]["object_ownership"], blocked,
            (statement["effect"], *statement["principals"]["identifiers"], *statement["actions"],
             [self.named(each) for each in statement["resources"]], {condition["test"]: {condition["variable"]: value}}),
        )  # fmt: skip

    def kept(self):
        return {self.name_of(path) for path, each in self.blocks.items() if (each.get("lifecycle") or {}).get("prevent_destroy")}

    def alarms(self):
        [monitoring] = self.of_type("aws_cloudformation_stack").values()
        functions = {each["function_name"]: name for name, each in self.of_type("aws_lambda_function").items()}
        queues = {each["name"]: name for name, each in self.of_type("aws_sqs_queue").items()}
        # A function and its queue have the same name.
        named = {key: (functions if key.endswith("Function") else queues).get(value, value) for key, value in monitoring["parameters"].items()}
        return texts(named)


class Terraform(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.sides = [(choice, Template(choice), Module(choice)) for choice in CHOICES]

    def compare(self, side):
        for choice, template, module in self.sides:
            with self.subTest(choice=choice):
                self.assertEqual(getattr(module, side)(), getattr(template, side)())

    def test_the_same_resources(self):
        for choice, template, module in self.sides:
            with self.subTest(choice=choice):
                self.assertEqual(module.kinds(), Counter({KINDS[kind]: count for kind, count in template.kinds().items()}))

    def test_the_same_functions_and_environment(self):
        self.compare("functions")

    def test_the_same_permissions(self):
        self.compare("permissions")

    def test_the_same_callers(self):
        self.compare("calls")

    def test_the_same_stores(self):
        self.compare("stores")

    def test_the_same_alarms(self):
        self.compare("alarms")

    def test_the_same_is_kept(self):
        self.compare("kept")

    def test_each_parameter_has_a_counterpart_with_the_same_default(self):
        parameters = read("template.yaml")["Parameters"]
        others = [*PRODUCTS, "TencentVodPullEndpoint", "TencentVodSubAppId", "AliyunMnsEndpoint", "AliyunMnsQueues"]
        others += ["ConfirmAliyunVod", "AliyunVodEndpoint", "AliyunVodDomains", "ConfirmAliyunIms", "AliyunImsEndpoint", "ConfirmTencentCi", "TencentCiBuckets", "ConfirmTencentVod", "TencentVodEndpoint"]
        others += ["ReconcileAliyunVod", "ReconcileAliyunIms", "ReconcileTencentCi", "TencentCiTags", "TencentCiWorkflows", "ReconcileTencentVod"]
        self.assertEqual(set(parameters), {*VARIABLES, *ALARMS, *ONLY_IN_TEMPLATE, *others})
        declared = {path.removeprefix("variable."): each for path, each in Module({}).blocks.items() if path.startswith("variable.")}
        self.assertEqual(set(declared), {*VARIABLES.values(), "name", "package", "products", "tencent_vod_pull", "aliyun_mns_pull", "alarms", "confirm_aliyun_vod", "confirm_aliyun_ims", "confirm_tencent_ci", "confirm_tencent_vod", "reconcile_aliyun_vod", "reconcile_aliyun_ims", "reconcile_tencent_ci", "reconcile_tencent_vod"})
        for name, variable in VARIABLES.items():
            default = declared[variable].get("default")
            # The provider's word for no reservation, and no value.
            default = {"receiver_concurrency": {-1: 0}}.get(variable, {}).get(default, default)
            self.assertEqual(texts({name: "" if default is None else default}), texts({name: parameters[name]["Default"]}))


if __name__ == "__main__":
    unittest.main()

"""Tells of what failed, once per event."""

import json
import os
import time

import boto3
from botocore.exceptions import ClientError

table = boto3.resource("dynamodb").Table(os.environ["TABLE"])

DAYS = 45


def handler(event, _context):
    detail = event["detail"]
    # An id is unique within its source.
    key = f"{detail['source']}/{detail['id']}"
    if not claim(key):
        return
    try:
        tell(detail)
    except Exception:
        # Lambda invokes again, and then it shall not be taken for done.
        table.delete_item(Key={"id": key})
        raise


def claim(key):
    """Whether nobody had this key before."""
    try:
        table.put_item(
            Item={"id": key, "expires_at": int(time.time()) + DAYS * 24 * 60 * 60},
            ConditionExpression="attribute_not_exists(id)",
        )
    except ClientError as error:
        if error.response["Error"]["Code"] == "ConditionalCheckFailedException":
            return False
        raise
    return True


def tell(detail):
    """Put the ticket, the chat message or the second try here."""
    data = detail.get("data", {})
    failed_steps = [step.get("name") for step in data.get("steps", []) if step.get("outcome") == "failed"]
    print(json.dumps({"type": detail["type"], "subject": detail.get("subject"), "error": data.get("error"), "steps": failed_steps}))

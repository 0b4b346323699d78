"""The work of a receiving function, as one would write it in Python: verify, parse, and print the event's envelope."""

import base64
import hashlib
import hmac
import json
import os
import sys
import urllib.parse

import xmltodict

TOKENS = os.environ["MEDIAHOOK_TOKENS"].split()
SOURCE = "/bench"


def response(status, body):
    return {"statusCode": status, "headers": {"content-type": "application/json"}, "body": json.dumps(body)}


def handle(request, context):
    tokens = urllib.parse.parse_qs(request.get("rawQueryString", "")).get("token", [])
    if not any(hmac.compare_digest(given, known) for given in tokens for known in TOKENS):
        return response(401, {"title": "Unauthorized", "status": 401})
    body = request.get("body", "")
    if request.get("isBase64Encoded"):
        body = base64.b64decode(body).decode()
    vendor = xmltodict.parse(body)["Response"] if body.startswith("<") else json.loads(body)
    event = envelope(vendor)
    sys.stdout.write(json.dumps(event, separators=(",", ":"), ensure_ascii=False) + "\n")
    sys.stdout.flush()
    return response(200, {"stored": 1})


def envelope(vendor):
    canonical = json.dumps(vendor, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    workflow = vendor.get("WorkflowExecution") or {}
    name = vendor.get("EventType") or vendor.get("EventName")
    parts = vendor.get("StreamInfos") or workflow.get("Tasks") or []
    parts = parts if isinstance(parts, list) else [parts]
    status = vendor.get("Status") or workflow.get("State") or ""
    outcome = "succeeded" if status.lower() in ("success", "succeed") else "failed"
    steps = [part_of(part) for part in parts]
    kind = "workflow" if workflow else "transcode"
    return {
        "specversion": "1.0",
        "id": hashlib.sha256(canonical.encode()).hexdigest()[:32],
        "source": SOURCE,
        "type": f"media.{kind}.{outcome}",
        "subject": vendor.get("VideoId") or workflow.get("RunId"),
        "time": vendor.get("EventTime"),
        "datacontenttype": "application/json",
        "vendorevent": name,
        "data": {"kind": kind, "outcome": outcome, "status": status, "steps": steps, "vendor": vendor},
    }


def part_of(part):
    return {
        "id": part.get("JobId"),
        "status": part.get("Status") or part.get("State"),
        "url": part.get("FileUrl"),
        "size": number(part.get("Size")),
        "duration": number(part.get("Duration")),
        "width": number(part.get("Width")),
        "height": number(part.get("Height")),
    }


def number(text):
    return None if text is None else float(text)

"""Models of Mediahook's events, and what a consumer does with them."""

import re
from typing import Any, Protocol

from pydantic import BaseModel, Field

from mediahook_events.model import CloudEvent, Failure, Job, Media, MediaEvent, Output, Review, Step, Workflow
from mediahook_events.words import Confirmation, Kind, Origin, Outcome, Role, Verdict

__all__ = [
    "CloudEvent",
    "Confirmation",
    "EventBridgeEvent",
    "Failure",
    "Job",
    "Kind",
    "Media",
    "MediaEvent",
    "ObjectStore",
    "Origin",
    "Outcome",
    "Output",
    "Review",
    "Role",
    "Step",
    "Verdict",
    "Workflow",
    "fetch_data",
    "files",
    "is_test",
]


class EventBridgeEvent(BaseModel):
    """What a rule's target receives. Its `id` and `time` are of the publication; the event's own are in `detail`."""

    version: str
    id: str
    """Of the entry on the bus: another one each time the event is published. Drop duplicates by `detail.id`."""
    detail_type: str = Field(alias="detail-type")
    source: str
    """`mediahook.<product>`"""
    account: str
    time: str
    """When it was published."""
    region: str
    resources: list[str]
    replay_name: str | None = Field(default=None, alias="replay-name")
    """Only on an event that comes from a replay of an archive."""
    detail: CloudEvent


class ObjectStore(Protocol):
    """What `fetch_data` needs of an S3 client. `boto3.client("s3")` is one."""

    def get_object(self, *, Bucket: str, Key: str) -> Any: ...


def files(event: CloudEvent | MediaEvent) -> list[Output]:
    """All files that an event reports: its outputs, and those of its steps.

    Raises ValueError for a large event: give what `fetch_data` returns.
    """
    if isinstance(event, CloudEvent):
        if event.data is None and event.dataref is not None and event.unreadable is None:
            raise ValueError("the event is large: its data is what fetch_data returns")
        data = event.data
    else:
        data = event
    if data is None:
        return []
    steps = [file for step in data.steps or [] for file in step.outputs or []]
    return [*(data.outputs or []), *steps]


def fetch_data(event: CloudEvent, s3: ObjectStore) -> MediaEvent | None:
    """The data of an event: what is in it, or what its `dataref` names. None of an unreadable body."""
    if event.unreadable is not None:
        return None
    if event.dataref is None:
        return event.data
    address = re.fullmatch(r"s3://([^/]+)/(.+)", event.dataref)
    if address is None:
        raise ValueError("dataref is no address of an object in S3")
    bucket, key = address.groups()
    return MediaEvent.model_validate_json(s3.get_object(Bucket=bucket, Key=key)["Body"].read())


def is_test(event: CloudEvent) -> bool:
    """Whether a person or a test has sent the event, and no vendor."""
    return event.mediahooktest is True

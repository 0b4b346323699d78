"""Made by `make events` from schema/cloudevent-1.schema.json."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from mediahook_events.words import Confirmation, Kind, Origin, Outcome, Role, Verdict
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field


class Failure(BaseModel):
    """What went wrong, in the vendor's words."""

    code: str | None = None
    """Error code."""
    message: str | None = None
    """Error message."""


class Job(BaseModel):
    """The vendor's unit of work."""

    created_at: AwareDatetime | None = None
    """When it was submitted."""
    finished_at: AwareDatetime | None = None
    """When it ended."""
    id: str | None = None
    """The vendor's id of the job or task."""
    name: str | None = None
    """Its name, or what it does where the vendor says only that."""
    parent_id: str | None = None
    """The job that this one is a part of."""
    progress: float | None = None
    """Percent, 0 to 100."""
    queue_id: str | None = None
    """Queue or pipeline that it ran in."""
    started_at: AwareDatetime | None = None
    """When work on it began."""
    template_id: str | None = None
    """Template that it was made from."""
    template_name: str | None = None
    """That template's name."""
    trigger: str | None = None
    """What started it, in the vendor's words."""


class Media(BaseModel):
    """A media file or asset: the input of a job, or what an upload brought."""

    bitrate: Annotated[int | None, Field(ge=0)] = None
    """Bits per second."""
    bucket: str | None = None
    """Storage bucket."""
    duration: float | None = None
    """Seconds."""
    expires_at: AwareDatetime | None = None
    """When the vendor deletes it. Absent where the vendor keeps it, or does not say."""
    format: str | None = None
    """Container format, in the vendor's words."""
    fps: float | None = None
    """Frames per second."""
    height: Annotated[int | None, Field(ge=0)] = None
    """Pixels."""
    id: str | None = None
    """The vendor's id of the media asset or file."""
    md5: str | None = None
    """MD5 of the file, hex."""
    object: str | None = None
    """Key of the object in `bucket`."""
    region: str | None = None
    """Region of `bucket`."""
    size: Annotated[int | None, Field(ge=0)] = None
    """Bytes."""
    title: str | None = None
    """Its title or file name."""
    url: str | None = None
    """Where it can be fetched."""
    width: Annotated[int | None, Field(ge=0)] = None
    """Pixels."""


class Output(BaseModel):
    """A file that was made."""

    model_config = ConfigDict(
        arbitrary_types_allowed=True,
    )
    bitrate: Annotated[int | None, Field(ge=0)] = None
    """Bits per second."""
    bucket: str | None = None
    """Storage bucket."""
    codec: str | None = None
    """Codec, in the vendor's words: of the picture, or of the sound where there is no picture."""
    definition: str | None = None
    """The vendor's name or number of the rendition."""
    duration: float | None = None
    """Seconds."""
    expires_at: AwareDatetime | None = None
    """When the vendor deletes the file. Absent where it keeps the file, or does not say."""
    format: str | None = None
    """Container or file format, in the vendor's words."""
    fps: float | None = None
    """Frames per second."""
    height: Annotated[int | None, Field(ge=0)] = None
    """Pixels."""
    id: str | None = None
    """The vendor's id of the media asset or file that was made, where it has one."""
    md5: str | None = None
    """MD5 of the file, hex."""
    object: str | None = None
    """Key of the object in `bucket`."""
    region: str | None = None
    """Region of `bucket`."""
    role: Role
    """What sort of file it is."""
    size: Annotated[int | None, Field(ge=0)] = None
    """Bytes."""
    url: str | None = None
    """Where it can be fetched."""
    width: Annotated[int | None, Field(ge=0)] = None
    """Pixels."""


class Review(BaseModel):
    """What a moderation found."""

    model_config = ConfigDict(
        arbitrary_types_allowed=True,
    )
    auditor: str | None = None
    """Who decided, where it was a person."""
    label: str | None = None
    """What was found, in the vendor's words."""
    reason: str | None = None
    """Why, as the auditor wrote it."""
    score: float | None = None
    """Confidence, on the vendor's scale (0 to 100 for all four products)."""
    verdict: Verdict | None = None
    """What to do with the media."""


class Step(BaseModel):
    """One part of a workflow or job."""

    model_config = ConfigDict(
        arbitrary_types_allowed=True,
    )
    error: Failure | None = None
    """What went wrong, where it failed."""
    event: str | None = None
    """What the vendor calls its work, verbatim."""
    finished_at: AwareDatetime | None = None
    """When it ended."""
    id: str | None = None
    """The vendor's id of the part."""
    kind: Kind
    """What it is about."""
    name: str | None = None
    """The part's name."""
    outcome: Outcome
    """How it ended."""
    outputs: list[Output] | None = None
    """The files that it made."""
    started_at: AwareDatetime | None = None
    """When work on it began."""
    status: str | None = None
    """The vendor's own word for the outcome, verbatim."""
    template_id: str | None = None
    """Template that it was made from."""
    template_name: str | None = None
    """That template's name."""


class Workflow(BaseModel):
    """A workflow and one run of it."""

    id: str | None = None
    """The workflow's definition."""
    name: str | None = None
    """Its name."""
    run_id: str | None = None
    """This execution of it."""


class MediaEvent(BaseModel):
    """What happened, in one form for all products."""

    model_config = ConfigDict(
        arbitrary_types_allowed=True,
    )
    account: str | None = None
    """The vendor account's id."""
    error: Failure | None = None
    """What went wrong, where something failed."""
    event: str | None = None
    """The vendor's own name of the event, verbatim. Absent where the vendor gave none."""
    follow_ups: list[str] | None = None
    """The ids of jobs that this event announces: their own callbacks follow."""
    job: Job | None = None
    """The job that the event reports."""
    kind: Kind
    """What it is about."""
    media: Media | None = None
    """The input."""
    omitted: Annotated[int | None, Field(ge=0)] = None
    """How many items of lists, parts and files, are in `vendor` only: more than an event lists."""
    outcome: Outcome
    """How it ended."""
    outputs: list[Output] | None = None
    """The files that the job made."""
    product: str
    """The product whose event this is."""
    review: Review | None = None
    """What a moderation found."""
    status: str | None = None
    """The vendor's own word for the outcome, verbatim."""
    steps: list[Step] | None = None
    """The parts of a workflow or job, in the vendor's order."""
    user_data: Any | None = None
    """What the customer attached to the job: parsed where it is JSON, else the string."""
    vendor: dict[str, Any] | None = None
    """The whole vendor event as JSON."""
    watermark: str | None = None
    """What a hidden watermark says that was looked for: whose the file is, or who leaked the copy."""
    workflow: Workflow | None = None
    """The workflow that the job belongs to, or that ended."""


class CloudEvent(BaseModel):
    """The members of an event's JSON. Of its last four, an event has those that its content allows."""

    model_config = ConfigDict(
        arbitrary_types_allowed=True,
    )
    confirmation: Confirmation | None = None
    """What the vendor's own API says of the event. Absent where nobody asked: that is a setting of the stack."""
    data: MediaEvent | None = None
    """The normalised event; absent for an unreadable body, and where `dataref` says where it is."""
    data_base64: str | None = None
    """The body as it came, Base64. Only on unreadable events, and not where `dataref` says where it is."""
    datacontenttype: Literal['application/json', 'application/octet-stream']
    """`application/json`, or `application/octet-stream` for an unreadable body."""
    dataref: str | None = None
    """
    Where the data is, for an event that is too large to travel whole: `s3://<bucket>/<key>`. What is there is `data` as
    JSON, or the bytes that `data_base64` would encode; the event has neither of them then.

    The `dataref` extension of CloudEvents:
    <https://github.com/cloudevents/spec/blob/main/cloudevents/extensions/dataref.md>
    """
    dataschema: Literal['urn:mediahook:event:1'] | None = None
    """Names the schema of `data`: `urn:mediahook:event:1`, with the model's major version. Absent for an unreadable body."""
    id: Annotated[str, Field(pattern='^[0-9a-f]{32}$')]
    """32 lower-case hex digits made from the event's content, so that a redelivery has the same id."""
    jobend: str | None = None
    """
    What the vendor knows the end of the job by, with its outcome: `tencent-vod/task/<id>/succeeded`. Events with the same
    are one, whatever their ids, and published once. Only where the stack looks for events that are missing.
    """
    mediahooktest: Literal[True] | None = None
    """`true` on the event of a test, as `mediahook send` makes it; absent on all others."""
    origin: Origin | None = None
    """How the event came. Absent where the stack does not look for events that are missing: that is a setting of it."""
    source: str
    """Who sent it: `/aliyun/vod`, `/aliyun/ims`, `/tencent/vod` or `/tencent/ci`."""
    specversion: Literal['1.0']
    """Version of the `CloudEvents` specification: `1.0`."""
    subject: str | None = None
    """
    The media that the event is about (its id, else `bucket/object`); where there is none, the job's id, else the id of the
    only file that was made.
    """
    time: AwareDatetime
    """When it happened: the vendor's event time, else its finish time, else the time of receipt."""
    type: str
    """`media.<kind>.<outcome>`."""
    unreadable: str | None = None
    """Why the body could not be read, with a field path or byte offset. Only on unreadable events."""
    vendorevent: str | None = None
    """The vendor's own name of the event, verbatim; `TaskFinish/<Tag>` for a Cloud Infinite job."""

"""What type checkers accept, and what not: a `type: ignore` that is not needed is an error itself."""

from mediahook_events import CloudEvent, EventBridgeEvent, ObjectStore, Output, fetch_data, files, is_test


def handler(event: object, s3: ObjectStore) -> list[Output]:
    detail: CloudEvent = EventBridgeEvent.model_validate(event).detail
    data = fetch_data(detail, s3)
    if data is None or is_test(detail):
        return []
    if data.kind == "transcode" and data.outcome != "succeeded":
        return []
    if data.kind == "transcodes":  # type: ignore[comparison-overlap]
        return []
    for file in files(data):
        file.size_in_bytes  # type: ignore[attr-defined]
    return [file for file in files(data) if file.role == "video" and (file.size or 0) > 0]

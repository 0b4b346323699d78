"""Made by `make events` from schema/cloudevent-1.schema.json."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator


def _known(words: frozenset[str], fallback: str) -> BeforeValidator:
    def known(word: Any) -> Any:
        return fallback if isinstance(word, str) and word not in words else word

    return BeforeValidator(known)


Kind = Annotated[
    Literal["upload", "transcode", "snapshot", "edit", "enhance", "analysis", "moderation", "generation", "workflow", "asset", "live", "document", "probe", "unreadable", "unknown"],
    _known(frozenset(["upload", "transcode", "snapshot", "edit", "enhance", "analysis", "moderation", "generation", "workflow", "asset", "live", "document", "probe", "unreadable", "unknown"]), "unknown"),
]
"""What an event is about; the middle of its `type`. A word that is not known is `unknown`."""

Outcome = Annotated[
    Literal["succeeded", "failed", "partial", "canceled", "running", "unknown"],
    _known(frozenset(["succeeded", "failed", "partial", "canceled", "running", "unknown"]), "unknown"),
]
"""How it ended; the end of an event's `type`. A word that is not known is `unknown`."""

Role = Annotated[
    Literal["video", "audio", "image", "subtitle", "playlist", "text", "document", "model", "other"],
    _known(frozenset(["video", "audio", "image", "subtitle", "playlist", "text", "document", "model", "other"]), "other"),
]
"""What sort of file an output is. A word that is not known is `other`."""

Verdict = Annotated[
    Literal["pass", "review", "block"],
    _known(frozenset(["pass", "review", "block"]), "review"),
]
"""What a moderation advises. A word that is not known is `review`."""

Confirmation = Annotated[
    Literal["confirmed", "unverifiable", "contradicted"],
    _known(frozenset(["confirmed", "unverifiable", "contradicted"]), "unverifiable"),
]
"""What the vendor's own API says of an event that was asked about. A word that is not known is `unverifiable`."""

Origin = Annotated[
    Literal["callback", "queue", "reconciled"],
    _known(frozenset(["callback", "queue", "reconciled"]), "callback"),
]
"""How an event came. A word that is not known is `callback`."""

"""One value of one tag at one instant, as a message: what every connector of a control system yields."""

from __future__ import annotations

import json
import math

from plantstack.connectors.contract import Message

GOOD, UNCERTAIN, BAD = "good", "uncertain", "bad"


def observation(
    tag: str,
    value: bool | int | float | str | None,
    *,
    at: str = "",
    quality: str = GOOD,
    scope: str = "",
    is_snapshot: bool = False,
    **more: str,
) -> Message:
    """Return the message of a value; its columns are `tag`, `value`, `at`, `quality` and those of `more`.

    Args:
        tag: what the mapping knows it by.
        value: None, or a number that is none, has quality bad.
        at: when the source saw it, RFC 3339; '' where it has no clock: the instant of receipt is `received`.
        quality: good, uncertain or bad.
        scope: the device or node that told it, see `Message`.
        is_snapshot: it was so before we came: a state, and never a count.
        more: what the wire says beside it.

    >>> observation("run", True, at="2026-01-05T06:00:00Z").payload
    b'{"tag": "run", "value": true, "at": "2026-01-05T06:00:00Z", "quality": "good"}'
    >>> observation("heat", float("nan")).payload
    b'{"tag": "heat", "value": null, "quality": "bad"}'
    """
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        value, quality = None, BAD
    told = {"tag": tag, "value": value} | ({"at": at} if at else {}) | {"quality": quality, **more}
    where = f"{scope} {tag}".strip()
    return Message(json.dumps(told).encode(), {}, where, is_snapshot, scope)

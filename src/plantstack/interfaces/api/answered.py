"""How an answer leaves: the object of the command contract, in the bytes the command prints."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from fastapi.responses import Response

from plantstack.interfaces.answer import Answer

_PLAIN = {"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"}


def answered(answer: Answer, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Dress an answer for HTTP."""
    return dressed(answer.as_object(), status, headers)


def as_file(text: str, name: str) -> Response:
    """Dress rows for a spreadsheet: UTF-8 that says so, under a name."""
    headers = _PLAIN | {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(text.encode("utf-8-sig"), headers=headers, media_type="text/csv; charset=utf-8")


def dressed(told: Mapping[str, Any], status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Dress an object that is no answer to a question, with the same headers."""
    body = json.dumps(told, ensure_ascii=False)
    return Response(body, status, _PLAIN | dict(headers or {}), media_type="application/json")

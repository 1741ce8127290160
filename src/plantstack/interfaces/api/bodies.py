"""Small bodies: JSON of a few thousand characters, read whole."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import msgspec
from fastapi import Request
from starlette.exceptions import HTTPException

from plantstack.errors import Problem, QueryError

_MOST = 64 << 10
_T = TypeVar("_T")


async def asked_in(request: Request, read: Callable[[bytes], _T], *, empty: bytes = b"") -> _T:
    """Read a body; only JSON, which no page of another site can send without asking first.

    Args:
        request: whose body it is.
        read: decodes it.
        empty: what a body without anything stands for.

    Raises:
        HTTPException: 415 for another type, 413 for more than 64 kB.
        QueryError: where it is not what it should be.
    """
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise HTTPException(415, "expected content-type application/json")
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > _MOST:
            raise HTTPException(413, "the body is too large")
    try:
        return read(body or empty)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        what = f"the body is not what it should be: {error}"
        raise QueryError(Problem("query-unreadable", "body", what, "See /docs.")) from None

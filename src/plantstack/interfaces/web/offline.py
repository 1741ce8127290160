"""The service worker: at the root, so that it speaks for every page, and new with every version."""

from __future__ import annotations

import json

from fastapi import APIRouter
from fastapi.responses import Response

from plantstack.interfaces.web.showing import assets

router = APIRouter(include_in_schema=False)
_NAME = "sw.js"


@router.get("/sw.js")
def worker() -> Response:
    """The worker with the names of what it keeps; browsers take one on https and on their own machine."""
    found = assets()
    files = [f"/static/{found.version}/{name}" for name in sorted(found.files) if name != _NAME]
    told = f"const VERSION = {json.dumps(found.version)}, FILES = {json.dumps(files)};\n".encode()
    headers = {"Cache-Control": "no-cache", "X-Content-Type-Options": "nosniff"}
    return Response(told + found.files[_NAME].plain, headers=headers, media_type="text/javascript")

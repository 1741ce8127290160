"""What the API can do, as one page that needs no script and nothing of the internet."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

router = APIRouter()

_HEAD = (
    '<!doctype html><html lang="en"><meta charset="utf-8"><title>plantstack: the API</title>'
    "<style>body{font:1rem/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}"
    "code,pre{font-size:.9rem}pre{overflow:auto}td{padding:.1rem 1rem .1rem 0;vertical-align:top}</style>"
    '<h1>The API of this server</h1><p>The same for programs: <a href="openapi.json">openapi.json</a>.</p>'
)


@router.get("/docs", include_in_schema=False)
def docs(request: Request) -> HTMLResponse:
    """Show every path with its parameters and answers."""
    described: Mapping[str, Any] = request.app.openapi()
    parts = [
        _path(path, method.upper(), what)
        for path, methods in described["paths"].items()
        for method, what in methods.items()
    ]
    policy = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"}
    return HTMLResponse(_HEAD + "".join(parts), headers=policy)


def _path(path: str, method: str, what: Mapping[str, Any]) -> str:
    told = f"<h2><code>{method} {escape(path)}</code></h2><p><b>{escape(what['summary'])}</b></p>"
    told += f"<p>{escape(what.get('description', ''))}</p>"
    rows = [(one["name"], one.get("description", "")) for one in what.get("parameters", ())]
    rows += [(code, one["description"]) for code, one in what["responses"].items()]
    told += "".join(f"<tr><td><code>{escape(a)}</code><td>{escape(b)}" for a, b in rows).join(
        ("<table>", "</table>")
    )
    return told + "".join(f"<pre>{escape(example)}</pre>" for example in _examples(what))


def _examples(what: Mapping[str, Any]) -> Iterator[str]:
    for place in (what.get("requestBody", {}), what["responses"].get("200", {})):
        for content in place.get("content", {}).values():
            if "example" in content:
                example = content["example"]
                yield example if isinstance(example, str) else json.dumps(example, indent=2)

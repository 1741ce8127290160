"""What the API can do, as one page that needs no script and nothing of the internet."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

router = APIRouter()

_STYLE = (
    ":root{color-scheme:light dark;--ground:#fff;--ink:#1b1f23;--soft:#f2f4f6;--line:#d0d5da}"
    "@media (prefers-color-scheme:dark){:root{--ground:#14181c;--ink:#e6e9ec;--soft:#1f252b;--line:#3a424a}"
    "a{color:#8ab8ff}}"
    "body{font:1rem/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;"
    "background:var(--ground);color:var(--ink)}h2{border-top:1px solid var(--line);padding-top:1rem}"
    "code,pre{font-size:.9rem;overflow-wrap:anywhere}"
    "pre{overflow:auto;max-height:24rem;background:var(--soft);padding:.5rem}"
    "td{padding:.1rem 1rem .1rem 0;vertical-align:top}"
)
_HEAD = (
    '<!doctype html><html lang="en"><meta charset="utf-8"><title>plantstack: the API</title>'
    '<meta name="viewport" content="width=device-width">'
    f"<style>{_STYLE}</style>"
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
    for name, example in _examples(what):
        told += f'<p>{escape(name)}</p><pre tabindex="0">{escape(example)}</pre>'
    return told


def _examples(what: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, place in (("Sent", what.get("requestBody", {})), ("Answered", what["responses"]["200"])):
        for content in place.get("content", {}).values():
            several = {more: one["value"] for more, one in content.get("examples", {}).items()}
            for more, example in {"": content.get("example"), **several}.items():
                if example is not None:
                    text = example if isinstance(example, str) else json.dumps(example, indent=2)
                    yield f"{name}: {more}" if more else name, text

"""The description of the API: every answer and every refusal with its shape, and an example of each.

What holds for all routes stands here once: the object of the command contract, who is refused and how.
What is particular to a route stands with it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
from fastapi import FastAPI

from plantstack.errors import Problem
from plantstack.interfaces.answer import SCHEMA, Answer
from plantstack.interfaces.api.samples import SAMPLES

_REF = "#/components/schemas/"
_JSON = "application/json"
_OPEN = "/health"
_TEXT = {"type": "string"}
_LETTER = {
    "type": "object",
    "required": ["code", "where", "what", "fix"],
    "properties": {
        "code": {"type": "string", "description": "Stable; look it up in the guide."},
        "where": {"type": "string", "description": "The parameter, file and line, or thing that is meant."},
        "what": {"type": "string", "description": "What is wrong."},
        "fix": {"type": "string", "description": "What to do about it; may be empty."},
    },
}
_ANSWER: dict[str, Any] = {
    "type": "object",
    "required": ["schema", "offset", "as_of", "rows", "problems"],
    "properties": {
        "schema": {"const": SCHEMA},
        "offset": {"type": ["integer", "null"], "description": "Of the log, which the rows stand on."},
        "as_of": {
            "type": ["object", "null"],
            "additionalProperties": _TEXT,
            "description": "How far the books reach, by site.",
        },
        "rows": {"type": "array", "items": {"type": "object"}},
        "problems": {"type": "array", "items": {"$ref": f"{_REF}Problem"}},
    },
}
_REFUSAL: dict[str, Any] = {
    **_ANSWER,
    "properties": {
        **_ANSWER["properties"],
        "rows": {"type": "array", "maxItems": 0},
        "problems": {**_ANSWER["properties"]["problems"], "minItems": 1},
    },
}
_TOLD: Mapping[str, Problem] = {
    "400": Problem("scope-unknown", "line-9", "there is no such equipment", "did you mean 'line-1'?"),
    "401": Problem("http-401", "request", "a token is needed: send it as 'authorization: bearer ...'"),
    "403": Problem("http-403", "request", "this token may not read there"),
    "404": Problem("http-404", "request", "not found", "See /docs for what can be asked, and how."),
    "503": Problem("log-busy", "log", "the log cannot be read now", "Send it again in a while."),
}
_ASKED: dict[str, str | int] = {
    "idempotency-key": "erp-2026-03-02-17",
    "as_known_at": "4711",
    "as_of": "2026-03-02T06:12:00Z",
    "at": "2026-03-02T06:12:00Z",
    "by": "machine,shift",
    "code": "event-unknown-kind",
    "currency": "EUR",
    "from": "2026-03-02",
    "grain": "day",
    "id": "oee",
    "layer": 1,
    "machine": "filler",
    "number": 17,
    "photo": "9f2c" * 16,
    "plantstack-edge": "edge-1",
    "profile": "six-loss",
    "scope": "line-1",
    "section": "standards",
    "source": "plc",
    "structure": "as-was",
    "text": "fill",
    "to": "2026-03-03",
    "cause": "jam",
    "day": "2026-03-02",
    "line": "line-1",
    "loss": "breakdown",
    "versus_from": "2026-02-23",
    "versus_scope": "line-2",
    "versus_to": "2026-02-24",
    "week": "2026-W10",
}
_WORDS = {
    "400": "The request cannot be understood, or came under a foreign name; the problem says what to mend.",
    "401": "Nobody known asks: a token or a session is needed.",
    "403": "Known, but without the right, or beyond the equipment it is let near.",
    "404": "There is no such thing.",
    "408": "The body did not come to its end in time; nothing was kept.",
    "413": "The body is too large.",
    "415": "Another content type than the one that is taken.",
    "429": "Too many questions in too short a time.",
    "503": "It cannot be answered now; nothing was changed.",
}


class Described(FastAPI):
    """An application whose description says all that it answers.

    Attributes:
        shapes: the class of a row, by the path of the question that has such rows.
    """

    shapes: Mapping[str, Any] = {}

    def openapi(self) -> dict[str, Any]:
        """Describe every route; worked out once."""
        if self.openapi_schema is None:
            self.openapi_schema = _whole(super().openapi(), self.shapes)
        return self.openapi_schema


def _whole(told: dict[str, Any], shapes: Mapping[str, Any]) -> dict[str, Any]:
    rows, parts = msgspec.json.schema_components(list(shapes.values()), ref_template=_REF + "Row{name}")
    components = told.setdefault("components", {})
    components["schemas"] = {
        "Answer": _ANSWER,
        "Refusal": _REFUSAL,
        "Problem": _LETTER,
        **{f"Row{name}": part for name, part in parts.items()},
    }
    components["securitySchemes"] = {
        "token": {"type": "http", "scheme": "bearer", "description": "Of `plantstack token add`."}
    }
    row_of = dict(zip(shapes, rows, strict=True))
    for path, method, operation in operations(told):
        operation["parameters"] = [
            one for one in operation.get("parameters", ()) if one["name"] != "authorization"
        ]
        for one in operation["parameters"]:
            if one["name"].lower() in _ASKED:
                one["example"] = _ASKED[one["name"].lower()]
        operation["security"] = [{"token": []}, {}]  # {}: a session, or this machine before there is anybody
        _refuse(path, operation)
        _answer(path, method, operation, row_of.get(path))
    return told


def operations(told: Mapping[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield path, method and description of every operation."""
    for path, methods in told["paths"].items():
        yield from ((path, method, operation) for method, operation in methods.items())


def _refuse(path: str, operation: dict[str, Any]) -> None:
    """Say how it is refused, where the route does not say it itself."""
    responses = operation["responses"]
    if "HTTPValidationError" in str(responses.get("422", "")):
        del responses["422"]  # a parameter that is none is a 400 here, in the words of all refusals
    codes = ["400", "503"] if path == _OPEN else ["400", "401", "403", "503"]
    codes += ["404"] * ("{" in path) + ["408", "413", "415"] * ("requestBody" in operation)
    for code in codes:
        responses.setdefault(code, {"description": _WORDS[code]})
    for code, response in responses.items():
        if code != "200" and "content" not in response:
            problem = _TOLD.get(code) or Problem(f"http-{code}", "request", response["description"].lower())
            example = Answer(problems=[problem]).as_object()
            response["content"] = {_JSON: {"schema": {"$ref": f"{_REF}Refusal"}, "example": example}}
        _mend(response.get("content", {}), "Answer" if code == "200" else "Refusal")
    operation["responses"] = dict(sorted(responses.items()))


def _mend(content: dict[str, Any], shape: str) -> None:
    """Name the shape of an example that a route gives, and give it back the nulls that were left out."""
    told = content.get(_JSON, {})
    if {"rows", "problems"} <= set(told.get("example", ())) and not told.get("schema"):
        told["schema"] = {"$ref": _REF + shape}
        told["example"] = {"schema": SCHEMA, "offset": None, "as_of": None} | told["example"]


def _answer(path: str, method: str, operation: dict[str, Any], row: Any) -> None:
    """Give the answer its shape and its example."""
    response = operation["responses"]["200"]
    if response["description"] == "Successful Response":
        response["description"] = "The answer."
    content = response.get("content", {}).get(_JSON)
    if content is None:
        return
    if not content.get("schema"):
        whole: dict[str, Any] = {"$ref": f"{_REF}Answer"}
        of_rows = {"properties": {"rows": {"type": "array", "items": row}}}
        content["schema"] = {"allOf": [whole, of_rows]} if row else whole
    sample = SAMPLES.get(f"{method.upper()} {path}")
    if sample is not None and "example" not in content:
        content["example"] = sample

"""The description of the API is kept: whatever is asked, the answer is one it names, shaped as it says."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import Any

import httpx
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from jsonschema_rs import Draft202012Validator
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Err, Ok
from schemathesis.generation import GenerationMode
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
)
from tests.interfaces.test_commands import plantstack
from tests.live.inside import Inside, Turned
from tests.live.shift import clock, plant, shift

from plantstack.interfaces.api.described import operations
from plantstack.live.running import Running

Operation = APIOperation[Any, Any, Any, Any]

END = clock()
EXAMPLES = 3
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    negative_data_rejection,
]
ITEMWISE = ("/api/v1/entries", "/api/v1/events")  # an item that is none is refused in its row
BOUNDED = settings(
    max_examples=EXAMPLES,
    derandomize=True,
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
def floor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Inside]:
    """A plant with a shift behind it; the stream ends at once, as when the server is told to stop."""
    running = Running(plant(tmp_path_factory.mktemp("schema") / "p"), lambda: END)
    try:
        found = Inside(running, Turned(END))
        assert {row["status"] for row in found.send(*shift(END))} == {"accepted"}
        running.start()
        found.fresh()
        running.is_closing = True
        yield found
    finally:
        running.close()


@pytest.fixture(scope="module")
def described(floor: Inside) -> list[Operation]:
    schema = schemathesis.openapi.from_dict(floor.app.openapi())
    schema.config.generation.update(allow_extra_parameters=False)  # what nobody reads is not refused
    found = list(schema.get_all_operations())
    assert [one for one in found if isinstance(one, Err)] == []
    return [one.ok() for one in found if isinstance(one, Ok)]


def ask(floor: Inside, case: schemathesis.Case[Any], **headers: str) -> httpx.Response:
    """Send a case as it would go over the wire."""
    asked = case.as_transport_kwargs("http://127.0.0.1")
    asked = {name: asked[name] for name in asked if name in requests.Request().__dict__}
    wire = requests.Request(**asked).prepare()
    body = wire.body.encode() if isinstance(wire.body, str) else wire.body
    return floor.request(str(wire.method), str(wire.url), content=body, headers=dict(wire.headers) | headers)


def can_be_wrong(operation: Operation) -> bool:
    """Whether there is anything that breaks its description: what takes any text is never broken."""
    parts = operation.definition.raw
    free = ({"type": "string"}, {"type": "null"})
    return "requestBody" in parts or any(
        one["required"]
        or any(
            {name: kind[name] for name in kind if name not in ("title", "description", "default")} not in free
            for kind in one["schema"].get("anyOf", [one["schema"]])
        )
        for one in parts["parameters"]
    )


@pytest.mark.parametrize("mode", list(GenerationMode))
def test_whatever_is_asked_is_answered_as_described(
    floor: Inside, described: list[Operation], mode: GenerationMode
) -> None:
    broken: list[str] = []
    free = 0
    for operation in described:
        if mode is GenerationMode.NEGATIVE and not can_be_wrong(operation):
            continue

        @BOUNDED
        @given(case=operation.as_strategy(mode))
        def asked(case: schemathesis.Case[Any]) -> None:
            case.validate_response(ask(floor, case), checks=CHECKS[: 4 + (case.path not in ITEMWISE)])

        try:
            asked()
        except Unsatisfiable:  # whatever is sent is what may be sent
            free += 1
        except BaseExceptionGroup as error:
            broken.append(f"{operation.label}: {error}")
    assert not broken, "\n\n".join(broken)
    assert free <= (5 if mode is GenerationMode.NEGATIVE else 0)


def test_strangers_and_tokens_of_a_line_are_refused_as_described(
    floor: Inside, described: list[Operation]
) -> None:
    """Last in this file: from here on the plant has tokens."""
    folder = floor.running.folder
    made = plantstack("token", "add", folder, "line", "--scope", "line-1", "--json")
    secret = made.rows[0]["token"]
    found = set()
    for operation in described:

        @settings(BOUNDED, max_examples=1)
        @given(case=operation.as_strategy())
        def asked(case: schemathesis.Case[Any]) -> None:
            for headers in ({}, {"authorization": f"Bearer {secret}"}):
                answer = ask(floor, case, **headers)
                case.validate_response(answer, checks=CHECKS[:4])
                found.add(answer.status_code)

        asked()
    assert {200, 401, 403} <= found


def test_every_route_says_what_it_is_for_and_shows_what_is_sent_and_answered(floor: Inside) -> None:
    told = floor.app.openapi()
    for path, _method, what in operations(told):
        assert what["summary"] and what["description"], path
        content = what.get("requestBody", {}).get("content", {})
        assert all(
            "example" in one or "examples" in one or "multipart" in kind for kind, one in content.items()
        )
        for one in what["parameters"]:
            assert one.get("description"), (path, one["name"])
            assert "example" in one or "default" in one["schema"], one
        for kind, one in what["responses"]["200"]["content"].items():
            assert "example" in one or kind.startswith("image/"), path


def test_every_example_of_an_answer_has_the_shape_that_is_described(floor: Inside) -> None:
    told = floor.app.openapi()
    for path, _method, what in operations(told):
        for response in what["responses"].values():
            content = response["content"].get("application/json", {})
            if "example" in content:
                shape = content["schema"] | {"components": told["components"]}
                found = [str(one) for one in Draft202012Validator(shape).iter_errors(content["example"])]
                assert found == [], path


def test_the_page_lists_every_route_with_its_examples(floor: Inside) -> None:
    page = floor.request("GET", "/docs").text
    for path, method, what in operations(floor.app.openapi()):
        assert f"{method.upper()} {path}" in page
        assert escape(what["summary"]) in page
    assert "prefers-color-scheme:dark" in page
    assert escape('"what": "exception"') in page

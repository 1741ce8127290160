"""The MCP server: the client of the protocol asks over standard input and output, with rights enforced."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from mcp import Client, StdioServerParameters
from tests.interfaces.test_commands import plantstack
from tests.live.shift import plant, shift

from plantstack.interfaces.asked_over_mcp import server_of
from plantstack.interfaces.asked_tools import _in_short
from plantstack.interfaces.mcp import TOKEN
from plantstack.live.access import Sender
from plantstack.stack import Stack

END = 1_772_474_400 * 1_000_000


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = plant(tmp_path_factory.mktemp("mcp") / "p")
    events = folder.parent / "shift.ndjson"
    events.write_text("".join(json.dumps(one) + "\n" for one in shift(END)), "utf-8")
    with Stack.open(folder, write=True) as stack:
        stack.load([events], now=END)
        stack.derive(now=END)
    return folder


def asked(
    project: Path,
    *calls: tuple[str, Mapping[str, Any]],
    options: tuple[str, ...] = (),
    token: str = "",
    wrong: bool = False,
    at_once: bool = False,
) -> tuple[list[str], list[dict[str, Any]]]:
    """Start the server as a client would; return the names of its tools and the answers.

    With `wrong` each of them has to be an error.
    """
    command = [sys.executable, "-m", "plantstack", "mcp", str(project), *options]
    env = {**os.environ, **({TOKEN: token} if token else {})}
    server = StdioServerParameters(command=command[0], args=command[1:], env=env)

    async def talk() -> tuple[list[str], list[dict[str, Any]]]:
        async with Client(server, read_timeout_seconds=60) as client:
            names = [one.name for one in (await client.list_tools()).tools]
            asking = [client.call_tool(name, dict(told)) for name, told in calls]
            answers = await asyncio.gather(*asking) if at_once else [await one for one in asking]
            assert not wrong or all(one.is_error for one in answers)
            return names, [dict(one.structured_content or {}) for one in answers]

    return asyncio.run(asyncio.wait_for(talk(), 120))


def test_a_client_of_the_protocol_finds_the_tools_and_gets_the_rows_of_the_command(project: Path) -> None:
    window = {"since": "2026-03-02", "until": "2026-03-02"}
    names, (kpis, gone, found, means) = asked(
        project,
        ("kpis", {"ids": "good_parts,oee", "scope": "line-1", **window}),
        ("kpis", {"ids": "no-such"}),
        ("findings", {}),
        ("definitions", {"kpi": "oee"}),
    )
    assert {"kpis", "lineage", "bridge", "losses", "findings", "readiness", "definitions"} <= set(names)
    day = ("--from", "2026-03-02", "--to", "2026-03-02")
    told = plantstack("kpi", project, "good_parts,oee", "--scope", "line-1", *day, "--json")
    rows = json.loads(told.out)["rows"]
    assert [row["value"] for row in kpis["rows"]] == [row["value"] for row in rows]
    assert all(row["trust"]["grade"] and row["unit"] for row in kpis["rows"])
    assert gone["problems"][0]["code"] == "kpi-unknown" and gone["rows"] == []
    assert {row["row"] for row in found["rows"]} == {"cannot judge"}
    assert all(row["why"]["told"] and row["fix"]["told"] for row in found["rows"])
    assert means["rows"][0]["playbook"] and means["rows"][0]["formula"]


def test_readiness_fits_a_model_and_gives_every_check_where_it_is_asked_for(project: Path) -> None:
    _, (short, whole) = asked(project, ("readiness", {}), ("readiness", {"details": True}))
    assert all(len(json.dumps(row)) < 600 and "checks" not in row for row in short["rows"])
    assert whole["rows"] and all("checks" in row and "lacking" not in row for row in whole["rows"])
    assert len(short["rows"]) == len(whole["rows"])


def test_kpis_of_which_none_is_named_are_an_overview_that_says_what_to_ask_next(project: Path) -> None:
    """All rows with all that limits them were 47 kB of a model's room."""
    (content, told), (_, whole) = texts(project, ("kpis", {}), ("kpis", {"ids": "oee,good_parts,otif"}))
    assert len(content) < 200 * len(told["rows"]) + 1500 and "'ids'" in told["next"]
    by_id = {row["kpi"]: row for row in told["rows"]}
    for row in (row for row in whole["rows"] if row["kpi"] in by_id):
        short = by_id[row["kpi"]]
        assert (short["value"], short["unit"]) == (row["value"], row["unit"])
        assert short.get("trust", row["trust"]["grade"]) == row["trust"]["grade"]
        assert (told["scope"], short.get("period", told["period"])) == (row["scope"], row["period"])
        assert row["value"] is not None or short["why_none"] == row["why_plain"] or row["why_none"]
    assert "oee" in by_id and "next" not in whole


def test_what_is_wrong_is_told_in_few_words_however_much_was_asked(project: Path) -> None:
    """A hundred thousand characters came back twice, three thousand names in half a million."""
    calls = [
        ("lineage", {"kpi": "a" * 100_000}),
        ("kpis", {"by": "x," * 3_000}),
        ("kpis", {"grain": "h" * 999}),
    ]
    for content, told in texts(project, *calls):
        assert told["problems"] and len(content) < 20 * 1300


def test_a_layer_in_short_says_what_it_lacks() -> None:
    checks = [{"kpi": kpi, "status": kpi} for kpi in ("weak", "fulfilled", "missing", "from finance")]
    row = {"scope": "line-1", "site": "tulsa", "layer": 1, "period": {"label": "1 day"}, "checks": checks}
    short = _in_short(row)
    assert short == {"scope": "line-1", "layer": 1, "period": "1 day", "lacking": ["weak", "missing"]}


def test_what_a_model_reads_is_the_whole_answer_without_blanks(project: Path) -> None:
    for content, told in texts(project, ("kpis", {"ids": "oee"}), ("kpis", {"ids": "no-such"})):
        assert json.loads(content) == told and len(content) <= len(json.dumps(told, ensure_ascii=False))


def texts(project: Path, *calls: tuple[str, dict[str, Any]]) -> list[tuple[str, dict[str, Any]]]:
    """What a client puts before its model, and the same for programs."""
    with Stack.open(project) as stack:
        server = server_of(stack, Sender(), lambda: END)
        found = [asyncio.run(server.call_tool(name, told)) for name, told in calls]
    return [(one.content[0].text, one.structured_content) for one in found]  # type: ignore[union-attr]


def test_an_operator_is_told_no_money_and_nothing_of_finance(project: Path) -> None:
    _, (losses, kpi, means) = asked(
        project,
        ("losses", {"scope": "line-1"}),
        ("kpis", {"ids": "roce"}),
        ("definitions", {"kpi": "roce"}),
        options=("--role", "operator"),
    )
    assert losses["rows"] and all(row["row"] != "money" for row in losses["rows"])
    assert kpi["problems"][0]["code"] == means["problems"][0]["code"] == "not-allowed"


def test_an_argument_that_a_tool_does_not_take_is_refused_by_its_name(project: Path) -> None:
    """One that is passed over would have a model quote the wrong number."""
    _, (odd, none) = asked(
        project,
        ("kpis", {"kpis": ["oee"], "scope": "line-1"}),
        ("equipment", {"scope": "line-1"}),
        wrong=True,
    )
    assert odd["rows"] == [] and [one["code"] for one in odd["problems"]] == ["argument-unknown"]
    wrong = odd["problems"][0]
    assert wrong["where"] == "kpis" and "Known: ids, layer, scope" in wrong["fix"]
    assert "Known: none" in none["problems"][0]["fix"]


def test_what_cannot_be_answered_is_an_error_of_the_protocol_too(project: Path) -> None:
    calls: tuple[tuple[str, dict[str, Any]], ...] = (
        *((tool, {"scope": "no-such"}) for tool in ("kpis", "losses", "findings", "readiness")),
        *(("no-such", {}), ("kpis", {"ids": "no-such"}), ("definitions", {"kpi": "no-such"})),
        *(("kpis", {"layer": 9}), ("lineage", {"kpi": "oee", "scope": ["line-1"]})),
        *(("kpis", {"since": "0001-01-01"}), ("lineage", {})),
    )
    _, found = asked(project, *calls, wrong=True)
    assert all(one["problems"][0]["what"] for one in found)
    assert [one["problems"][0]["code"] for one in found[-2:]] == ["time-unreadable", "argument-wrong"]


def test_what_is_asked_at_once_is_answered_as_one_after_the_other(project: Path) -> None:
    calls = [("kpis", {"ids": "oee", "by": by}) for by in ("machine", "shift", "product", "order")]
    calls += [("losses", {"scope": scope}) for scope in ("line-1", "filler")] + [("findings", {})]
    _, one_by_one = asked(project, *calls)
    _, at_once = asked(project, *calls, *calls, at_once=True)
    assert at_once == one_by_one * 2


def test_a_role_without_token_is_refused_by_its_own_name(project: Path) -> None:
    options = ("--role", "operator", "--scope", "filler")
    calls = (("kpis", {"scope": "line-1"}), ("kpis", {"ids": "roce"}))
    _, found = asked(project, *calls, options=options, wrong=True)
    assert [one["problems"][0]["what"] for one in found] == [
        "the role 'operator' may not read there",
        "the role 'operator' may not see 'roce'",
    ]


def test_a_token_is_told_only_of_its_own_equipment(project: Path) -> None:
    made = plantstack("token", "add", project, "reader", "--may", "read", "--scope", "filler", "--json")
    secret = json.loads(made.out)["rows"][0]["token"]
    _, (own, other, places) = asked(
        project,
        ("kpis", {"ids": "good_parts"}),
        ("kpis", {"ids": "good_parts", "scope": "line-1"}),
        ("equipment", {}),
        token=secret,
    )
    assert own["rows"][0]["scope"]["path"].endswith("filler")
    assert other["problems"][0]["code"] == "not-allowed"
    assert [row["id"] for row in places["rows"]] == ["filler"]


def test_what_is_wrong_is_said_before_anything_is_asked(project: Path) -> None:
    assert plantstack("mcp", project, "--role", "boss").code == 1
    assert plantstack("mcp", project, "--scope", "line-9").code == 1

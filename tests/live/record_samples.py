"""Records the answers that the description of the API shows: `python -m tests.live.record_samples FILE`."""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from httpx import Response
from tests.live.asking import asked_of
from tests.live.inside import Inside, Turned
from tests.live.shift import plant, said, shift
from tests.live.talking_model import Asked, Reply, answering

from plantstack.intervals import DAY as DAY_LONG
from plantstack.intervals import HOUR, MINUTE, rfc3339
from plantstack.live.running import Running

END = 1_772_474_400 * 1_000_000  # the afternoon of 2 March 2026
WINDOW = {"from": rfc3339(END - 4 * HOUR), "to": rfc3339(END)}
DAY = {"from": "2026-03-02", "to": "2026-03-02"}
LINE = {"scope": "line-1"}
ASKED: dict[str, dict[str, str]] = {
    "/health": {},
    "/api/v1/kpis": {"id": "oee", **LINE, **WINDOW},
    "/api/v1/ledger": {"machine": "filler", **WINDOW},
    "/api/v1/explain": {"id": "good_parts", "scope": "filler", **WINDOW},
    "/api/v1/losses": LINE | WINDOW,
    "/api/v1/readiness": {},
    "/api/v1/tieout": {"period": "week"},
    "/api/v1/causes": {"line": "line-1"},
    "/api/v1/claims": LINE,
    "/api/v1/losses/causes": {"loss": "breakdown", **LINE, **DAY},
    "/api/v1/losses/series": {"loss": "breakdown", **LINE, **DAY},
    "/api/v1/losses/stops": {"loss": "breakdown", **LINE, **DAY},
    "/api/v1/definitions": {"id": "oee"},
    "/api/v1/floor/day": {"scope": "line-1", "day": "today"},
    "/api/v1/insights": {},
    "/api/v1/summary": LINE,
    "/api/v1/priorities": LINE,
    "/api/v1/calls": {},
    "/api/v1/floor/answered": LINE,
    "/api/v1/floor/board": LINE,
    "/api/v1/floor/detail": {"scope": "filler", **DAY},
    "/api/v1/floor/forecast": LINE,
    "/api/v1/floor/handover": LINE,
    "/api/v1/floor/letters": LINE,
    "/api/v1/floor/plan": {},
    "/api/v1/floor/reasons": {"machine": "filler"},
    "/api/v1/floor/search": {"text": "fill"},
    "/api/v1/floor/shift": LINE,
    "/api/v1/floor/station": {"scope": "filler"},
    "/api/v1/floor/strips": {"scope": "filler", **WINDOW},
}
LATER = {"/api/v1/home": LINE, "/api/v1/portfolio": {}}
"""What looks back at days and weeks that are over."""
ONE = {"ids": [1], "source": "", "mapping": "", "dry": True}


def cut(told: Any) -> Any:
    """The first of every list: what shows the form."""
    if isinstance(told, list):
        is_pair = len({type(one) for one in told}) > 1 and not any(isinstance(one, dict) for one in told)
        return told if is_pair else [cut(one) for one in told[:1]]
    return {name: cut(one) for name, one in told.items()} if isinstance(told, dict) else told


def one_of_each(told: Any) -> Any:
    """The first row of each kind."""
    kinds = {row["row"]: row for row in reversed(told["rows"])}
    return {**cut(told), "rows": [cut(row) for row in reversed(kinds.values())]}


def later(folder: Path) -> dict[str, Any]:
    """Ask the same plant a week later."""
    running = Running(folder, lambda: END + 7 * DAY_LONG)
    try:
        floor = Inside(running, Turned(END + 7 * DAY_LONG))
        running.start()
        floor.fresh()
        found = {f"GET {path}": floor.request("GET", path, params=asked) for path, asked in LATER.items()}
        return {name: one_of_each(answer.json()) for name, answer in found.items()}
    finally:
        running.close()


def answer_of_a_model(floor: Inside) -> Response:
    """Ask in one's own words, of a model that looks one thing up and says it."""
    look = Reply(calls=(("kpis", {"ids": "good_parts", **LINE, "since": DAY["from"], "until": DAY["to"]}),))

    def says(asked: Asked) -> Reply:
        return answering("[f1]") if asked.results else look

    with asked_of(floor.running.folder, says):
        return floor.request("POST", "/api/v1/ask", json={"question": "How many good parts?"})


def recorded(folder: Path) -> dict[str, Any]:
    """Ask a plant with a shift behind it, an open call and, at last, a dead letter."""
    running = Running(plant(folder), lambda: END)
    try:
        floor = Inside(running, Turned(END))
        call = {"call": "c1", "phase": "asked", "source": "tablet.l1"}
        why = {"role": "symptom", "reason": "leak", "source": "tablet.l1"}
        floor.send(*shift(END), said("call", "filler", END - 5 * MINUTE, "c1", **call))
        floor.send(said("reason", "filler", END - 3 * HOUR, "why", **why))
        running.start()
        floor.fresh()
        found = {f"GET {path}": floor.request("GET", path, params=asked) for path, asked in ASKED.items()}
        found["POST /api/v1/ask"] = answer_of_a_model(floor)
        floor.send({"kind": "stat", "equipment": "filler"})
        for path in ("/api/v1/dead-letters", "/api/v1/letters"):
            found[f"GET {path}"] = floor.request("GET", path)
        for name, asked in (("letters/retry", ONE), ("letters/settle", ONE), ("config/reload", {})):
            path = f"/api/v1/{name}"
            found[f"POST {path}"] = floor.request("POST", path, json=asked)
        assert {answer.status_code for answer in found.values()} == {200}
        samples = {name: cut(answer.json()) for name, answer in found.items()}
    finally:
        running.close()
    return dict(sorted({**samples, **later(folder)}.items()))


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        told = recorded(Path(place) / "p")
        Path(sys.argv[1]).write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n", "utf-8")

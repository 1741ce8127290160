"""The command learn reasons: from taps to rules that can be pasted, and back to what people say to them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.interfaces.test_commands import plantstack
from tests.stack.floor import START, plant, written

from plantstack.intervals import MINUTE, SECOND, rfc3339


def _told(kind: str, at: int, key: str, **said: Any) -> dict[str, Any]:
    told = {"kind": kind, "equipment": "filler", "at": rfc3339(START + at), "source": "plc", "key": key}
    return {**told, **said}


def shift(halts: int) -> list[dict[str, Any]]:
    """Halts of five minutes: E1 a jam, E2 no material; one tap of ten is wrong, the last is missing."""
    rows = []
    for n in range(halts):
        at, code = n * 20 * MINUTE, "E1" if n % 2 else "E2"
        right, wrong = ("bottle-jam", "no-material") if code == "E1" else ("no-material", "bottle-jam")
        rows += [
            _told("state", at, f"r{n}", state="producing"),
            _told("state", at + 10 * MINUTE, f"s{n}", state="stopped"),
            _told("alarm", at + 10 * MINUTE + n % 3 * SECOND, f"a{n}", code=code, phase="on"),
            _told("alarm", at + 10 * MINUTE + 40 * SECOND, f"b{n}", code="E9", phase="on"),
            _told("state", at + 15 * MINUTE, f"e{n}", state="producing"),
        ]
        said = {"role": "symptom", "reason": wrong if n % 10 == 0 else right, "source": "tablet-1"}
        rows += [_told("reason", at + 11 * MINUTE, f"t{n}", **said)] if n < halts - 1 else []
    return [*rows, _told("state", halts * 20 * MINUTE, "last", state="producing")]


def test_rules_learned_from_taps_can_be_pasted_and_are_held_against_people(tmp_path: Path) -> None:
    folder = plant(tmp_path / "plant")
    main = folder / "plant.yaml"
    main.write_text(main.read_text("utf-8").replace("calendar: two-shifts", "calendar: always"), "utf-8")
    assert "nothing to learn from" in plantstack("learn reasons", folder).out
    assert plantstack("load", folder, written(tmp_path, "told.ndjson", shift(101))).code == 0
    rows = plantstack("learn", "reasons", folder, "--least", 5, "--sure", 0.6, "--json").rows
    rules = {
        row["code"]: (row["reason"], row["n"], row["right"], row["proposed"]) for row in rows if "code" in row
    }
    # E9 comes 40 s after the halt began; the 101st halt is the one nobody spoke of
    assert rules == {"E1": ("bottle-jam", 50, 50, True), "E2": ("no-material", 50, 40, True)}
    held = next(row for row in rows if row["row"] == "held_out")
    assert (held["learned_on"], held["later"], held["n"], held["right"]) == (70, 30, 30, 27)

    pasted = rows[-1]["yaml"].replace(f"from: {rfc3339(START + 101 * 20 * MINUTE)[:10]},", "")
    (folder / "alarms.yaml").write_text(pasted, "utf-8")
    assert plantstack("check", folder).code == 0
    assert plantstack("rebuild", folder).code == 0
    rows = plantstack("learn reasons", folder, "--json").rows
    said = {
        row["code"]: (row["n"], row["confirmed"], row["overridden"]) for row in rows if row["row"] == "record"
    }
    assert said == {"E1": (50, 50, 0), "E2": (51, 40, 10)}
    asked = "automatic_reason_override_rate,automatic_reason_agreement,automatic_stop_share"
    values = {row["kpi"]: row["value"] for row in plantstack("kpi", folder, asked, "--json").rows}
    assert values == {
        "automatic_reason_override_rate": 10 / 101,
        "automatic_reason_agreement": 0.9,
        "automatic_stop_share": 1 / 101,
    }
    last = plantstack("ledger", folder, "--machine", "filler", "--json").rows
    marked = [row for row in last if row["reason_method"] == "automatic"]
    assert [(row["reason"], len(row["events"])) for row in marked] == [("no-material", 2)]  # state and alarm
    assert "automatic" in plantstack("ledger", folder, "--machine", "filler").out

"""Every problem of a KPI file at once, each with its place and a next step."""

from __future__ import annotations

from pathlib import Path

import pytest

from plantstack.errors import ConfigError, Problem
from plantstack.kpis.check import check_catalog
from plantstack.kpis.load import load_catalog, read_catalog, shipped_files

KPI = """\
  {id}:
    name: A name
    formula: {formula}
    unit: {unit}
    better: up
    decision: {decision}
    owner: lead
    cadence: shift
    playbook: Do it.
    uses: [{uses}]
    needs: [{needs}]
    by: [{by}]
"""
DEFAULTS = {
    "id": "spoilt",
    "formula": "time_run / PPT",
    "unit": '"1"',
    "decision": "Do what?",
    "uses": "time_run",
    "needs": "state",
    "by": "machine",
}


def file_of(*kpis: dict[str, str], layer: int = 2) -> str:
    entries = "".join(KPI.format(**(DEFAULTS | kpi)) for kpi in kpis)
    return f"schema: plantstack-kpis/1\nlayer: {layer}\nkpis:\n{entries}"


def problems_of(text: str, folder: Path) -> list[Problem]:
    """What a plant's own file brings beside the shipped ones."""
    own = folder / "own.yaml"
    own.write_text(text, "utf-8")
    with pytest.raises(ConfigError) as caught:
        load_catalog([*shipped_files(), own])
    return list(caught.value.problems)


@pytest.mark.parametrize(
    ("kpi", "code", "says"),
    [
        (
            {"formula": "qty_god / qty_total", "needs": "count"},
            "kpi-unknown-name",
            "did you mean 'qty_good'?",
        ),
        ({"uses": "run_tme"}, "kpi-unknown-name", "did you mean 'run_time'?"),
        ({"formula": "spoilt + 1"}, "kpi-cycle", "stands on itself"),
        ({"formula": "time_run + qty_good", "needs": "state, count"}, "formula-units", "s and pc are added"),
        ({"formula": "time_run"}, "kpi-unit", "works out to s, declared is 1"),
        ({"unit": "minutes"}, "kpi-unit", "unknown unit 'minutes'"),
        ({"formula": "avg(time_run)", "unit": "s"}, "formula-argument", "something else than a level"),
        ({"formula": "min(time_run, PPT) / PPT"}, "kpi-band-function", "do not add up"),
        ({"formula": "copq", "unit": "money"}, "kpi-layer", "layer 4, above layer 2"),
        (
            {"formula": "qty_good / cost_energy", "unit": "pc/money", "needs": "count, cost"},
            "kpi-layer",
            "layer 5",
        ),
        ({"uses": "mtbf"}, "kpi-layer", "'mtbf' belongs to layer 3"),
        ({"needs": "count"}, "kpi-needs", "'time_run' is filled by state"),
        ({"needs": "sate"}, "kpi-unknown-kind", "did you mean 'state'?"),
        ({"by": "machine, operator"}, "kpi-individual", "a KPI of an individual"),
        ({"by": "machin"}, "kpi-unknown-split", "did you mean 'machine'?"),
        ({"id": "qty_good"}, "kpi-name-taken", "the name of a measure"),
        ({"id": "oee"}, "name-twice", "1_execution.yaml"),
        ({"formula": "{isso: time_run / PPT}"}, "profile-unknown", "did you mean 'iso'?"),
        ({"formula": "60 * time_run / PPT"}, "formula-number", "column 1"),
        ({"formula": "__import__('os')"}, "formula-syntax", "at column 12"),
        ({"formula": "open(time_run)"}, "formula-unknown-function", "unknown function 'open'"),
        ({"decision": ""}, "value-empty", "'decision': expected a text"),
        ({"decision": "'  '"}, "value-wrong", "'decision': expected a text"),
    ],
)
def test_each_mistake_is_one_problem(kpi: dict[str, str], code: str, says: str, tmp_path: Path) -> None:
    (problem,) = [one for one in problems_of(file_of(kpi), tmp_path) if "own.yaml" in one.where]
    assert problem.code == code
    assert says in str(problem)


def test_all_problems_at_once(tmp_path: Path) -> None:
    text = file_of(
        {"id": "one", "formula": "time_rnu / PPT"},
        {"id": "two", "by": "person"},
        {"id": "three", "formula": "four / PPT", "unit": "s"},
        {"id": "four", "formula": "three * PPT", "unit": "s"},
        {"id": "five", "formula": "max(time_run, PPT) / PPT"},
    )
    text += "  six: {nmae: A}\n"
    codes = {problem.code for problem in problems_of(text, tmp_path)}
    assert {"key-missing", "key-unknown"} <= codes
    catalog, _ = read_catalog([*shipped_files(), tmp_path / "own.yaml"])
    codes = {problem.code for problem in check_catalog(catalog)}
    assert {"kpi-unknown-name", "kpi-individual", "kpi-cycle", "kpi-band-function"} <= codes


def test_h_cf_05_a_circle_over_named_sums_and_profiles_is_seen(tmp_path: Path) -> None:
    text = """\
schema: plantstack-sums/1
sums:
  LEFT: {meaning: a, formula: RIGHT + time_run}
  RIGHT: {meaning: b, formula: LEFT}
profiles:
  mine: {meaning: c, like: mine, sums: {PTT: PBT}}
  yours: {meaning: d, like: isso}
"""
    problems = problems_of(text, tmp_path)
    assert {problem.where for problem in problems if problem.code == "kpi-cycle"} == {
        "LEFT",
        "RIGHT",
        "profile mine",
    }
    assert any("did you mean 'PPT'?" in str(problem) for problem in problems)
    assert any("did you mean 'iso'?" in str(problem) for problem in problems)


def test_a_chain_without_end_is_cut(tmp_path: Path) -> None:
    chain = [{"id": f"k{n}", "formula": f"k{n + 1}", "uses": ""} for n in range(60)]
    text = file_of(*chain, {"id": "k60"})
    assert any(problem.code == "kpi-cycle" for problem in problems_of(text, tmp_path))


@pytest.mark.parametrize(
    "text",
    [
        "schema: plantstack-kpis/1\nlayer: 1\nkpis: !!python/object:os.system {}\n",
        "a: &a [x]\nb: *a\n",
        "schema: plantstack-kpis/1\nlayer: 1\nlayer: 2\nkpis: {}\n",
        "schema: plantstack-kpis/9\nlayer: 1\nkpis: {}\n",
        "- 1\n",
        "",
    ],
)
def test_h_cf_07_08_09_yaml_is_read_strictly(text: str, tmp_path: Path) -> None:
    assert problems_of(text, tmp_path)


def test_an_own_kpi_is_a_kpi_like_any_other(tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text(file_of({"id": "run_share"}), "utf-8")
    catalog = load_catalog([*shipped_files(), own])
    assert catalog.kpis["run_share"].layer == 2

"""A plant's own KPIs: the same grammar as the shipped ones, and every mistake has its sentence."""

from __future__ import annotations

import pytest

from plantstack.errors import ConfigError
from plantstack.kpis.cell import Cell
from plantstack.kpis.evaluate import evaluate
from plantstack.kpis.load import shipped_catalog
from plantstack.kpis.own import catalog_with, check_own
from plantstack.plant.source import Block, Place, Report, parse_block

HEAD = "schema: plantstack-kpis/1\nlayer: 2\nkpis:\n"
GOOD = {
    "name": "Jam share",
    "formula": "time_waiting / PPT",
    "unit": '"1"',
    "better": "down",
    "decision": "Who clears the way?",
    "owner": "supervisor",
    "cadence": "shift",
    "playbook": "Send somebody.",
    "uses": "[downtime_by_category]",
    "needs": "[state]",
}


def kpi(name: str, **told: str) -> str:
    keys = {**GOOD, **told}
    return f"  {name}:\n" + "".join(f"    {key}: {value}\n" for key, value in keys.items() if value)


def block(text: str) -> Block:
    report = Report()
    found = parse_block(text.encode(), "kpis.yaml", report)
    assert found is not None and not report.problems
    return found


def problems(*entries: str) -> list[str]:
    return [str(problem) for problem in check_own(block(HEAD + "".join(entries)))]


def test_an_own_kpi_counts_like_a_shipped_one() -> None:
    catalog = catalog_with(block(HEAD + kpi("jam_share", version="3")))
    sums = {"time_waiting": 5, "time_run": 15, "time_unknown": 0} | dict.fromkeys(
        ("time_breakdown", "time_other_stop", "time_setup", "time_micro_stop", "time_planned_overrun"), 0
    )
    found = evaluate("jam_share", Cell({**sums, "time_no_order": 0}), catalog=catalog)
    assert (found.value, found.as_row()["version"], found.kpi.is_core) == (0.25, 3, True)
    assert "jam_share" not in shipped_catalog().kpis


def test_a_plant_without_own_kpis_uses_the_shipped_catalogue() -> None:
    assert catalog_with(Block({}, Place("plant.yaml"))) is shipped_catalog()


def test_the_same_text_is_the_same_catalogue() -> None:
    text = HEAD + kpi("jam_share")
    assert catalog_with(block(text)) is catalog_with(block("# comment\n" + text))


def test_each_kpi_may_name_its_layer() -> None:
    text = HEAD.replace("layer: 2\n", "")
    assert catalog_with(block(text + kpi("jam_share", layer="2"))).kpis["jam_share"].layer == 2
    assert [problem.code for problem in check_own(block(text + kpi("jam_share")))] == ["key-missing"]
    both = catalog_with(block(HEAD + kpi("jam_share", layer="3")))
    assert both.kpis["jam_share"].layer == 3


def test_a_shipped_kpi_is_replaced_only_when_it_is_said_with_a_version() -> None:
    version = shipped_catalog().kpis["oee"].version
    own = kpi("oee", layer="1", uses="[run_time]", replaces=str(version), version=str(version + 1))
    catalog = catalog_with(block(HEAD + own))
    assert (catalog.kpis["oee"].version, catalog.kpis["oee"].name) == (version + 1, "Jam share")
    assert shipped_catalog().kpis["oee"].name == "OEE"


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        (
            kpi("oee"),
            "kpis.yaml:4 [oee]: a shipped KPI is called 'oee'. Choose another id, or write"
            " 'replaces: 1' and 'version: 2'. [kpi-shadow]",
        ),
        (
            kpi("oee", replaces="7", version="8"),
            "kpis.yaml:4 [oee]: replaces version 7, the shipped one is version 1."
            " See what changed in it, then write 'replaces: 1' and 'version: 2' or greater. [kpi-replaces]",
        ),
        (
            kpi("oee", replaces="1"),
            "kpis.yaml:4 [oee]: version 1 is not above the one it replaces."
            " Write 'replaces: 1' and 'version: 2'. [kpi-replaces]",
        ),
        (
            kpi("jams", replaces="1"),
            "kpis.yaml:4 [jams]: there is no shipped KPI 'jams' to replace."
            " Take 'replaces' out. [kpi-replaces]",
        ),
        (
            kpi("jam-share"),
            "kpis.yaml:4 [jam-share]: 'jam-share' cannot be named in a formula."
            " Use small letters, digits and '_', starting with a letter. [kpi-id]",
        ),
        (
            kpi("jams", formula="time_waitin / PPT"),
            "kpis.yaml:4 [jams]: formula uses unknown name 'time_waitin'."
            " did you mean 'time_waiting'? [kpi-unknown-name]",
        ),
        (
            kpi("jams", uses="[otif]"),
            "kpis.yaml:4 [jams]: 'otif' belongs to layer 5, above layer 2."
            " A KPI stands on its own or lower layers; move one of them. [kpi-layer]",
        ),
        (
            kpi("jams", unit="s"),
            "kpis.yaml:4 [jams]: the formula works out to 1, declared is s."
            " Correct the unit or the formula. [kpi-unit]",
        ),
        (
            kpi("jams", formula="jams / PPT"),
            "kpis.yaml:4 [jams]: 'jams' stands on itself, or on a chain without end, through jams."
            " Break it. [kpi-cycle]",
        ),
        (
            kpi("jams", version="0"),
            "kpis.yaml:15: 'version': expected a whole number, came '0'."
            " Write a number from 1 to 1000000. [value-wrong]",
        ),
        (
            kpi("jams", by="[operator]"),
            "kpis.yaml:4 [jams]: a KPI of an individual ('operator')."
            " Split by crew at the finest; people are never ranked. [kpi-individual]",
        ),
        (
            kpi("jams", formula="time_waiting / (", unit=""),
            "kpis.yaml:4: kpi 'jams' needs 'unit': a text. Add 'unit:'. [key-missing]",
        ),
    ],
)
def test_every_mistake_has_its_sentence(entry: str, told: str) -> None:
    assert told in problems(entry)


def test_a_broken_file_is_refused_with_its_lines() -> None:
    with pytest.raises(ConfigError, match=r"kpis.yaml:4 \[jams\].*did you mean 'time_waiting'"):
        catalog_with(block(HEAD + kpi("jams", formula="time_waitin / PPT")))

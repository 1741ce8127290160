"""The shipped catalogue: ids and layers of the reference, and that every entry is complete."""

from __future__ import annotations

import re

import pytest
from tests.kpis.shared import shared_file

from plantstack.kpis.expand import expand
from plantstack.kpis.kpi import AXES
from plantstack.kpis.load import SHIPPED, load_catalog, shipped_catalog


def reference_ids() -> dict[str, int]:
    """Id -> layer, as section 5 of the reference lists them."""
    text = shared_file("kpi-reference.md").read_text("utf-8")
    section = text.split("\n## 5.")[1].split("\n## 6.")[0].split("### Cross-reference")[0]
    found: dict[str, int] = {}
    for part in section.split("\n### Layer ")[1:]:
        found |= {kpi: int(part[0]) for kpi in re.findall(r"^\| `(\w+)` \|", part, re.MULTILINE)}
    return found


@pytest.mark.shared
def test_layers_1_and_2_are_complete_and_every_id_and_layer_is_that_of_the_reference() -> None:
    ours = {kpi.id: kpi.layer for kpi in shipped_catalog().kpis.values()}
    theirs = reference_ids()
    assert {kpi: layer for kpi, layer in ours.items() if theirs.get(kpi) != layer} == {}
    assert {kpi for kpi, layer in theirs.items() if layer <= 2} - set(ours) == set()


def test_the_shipped_files_have_no_problem() -> None:
    assert load_catalog(sorted(SHIPPED.glob("*.yaml"))).kpis


def test_the_default_profile_is_six_loss() -> None:
    catalog = shipped_catalog()
    assert catalog.default_profile == "six-loss"
    assert catalog.chain("iso-pot") == ("iso-pot", "iso", "six-loss")


def test_units_are_base_units() -> None:
    units = {kpi.unit for kpi in shipped_catalog().kpis.values()}
    allowed = {
        "s",
        "1",
        "pc",
        "count",
        "money",
        "1/h",
        "s/pc",
        "pc/h",
        "money/pc",
        "money/h",
        "kWh/pc",
        "1/year",
    }
    assert units <= allowed


def test_every_decision_is_a_question_and_every_playbook_a_sentence() -> None:
    for kpi in shipped_catalog().kpis.values():
        assert kpi.decision.endswith("?"), kpi.id
        assert kpi.playbook.endswith("."), kpi.id
        assert set(kpi.by) <= set(AXES), kpi.id


def test_time_kpis_expand_to_every_leaf_of_planned_busy_time() -> None:
    expansion = expand(shipped_catalog(), "oee", "six-loss")
    assert expansion.measures == (
        "time_ideal_good",
        "time_run",
        "time_setup",
        "time_breakdown",
        "time_waiting",
        "time_other_stop",
        "time_micro_stop",
        "time_planned_overrun",
        "time_no_order",
        "time_unknown",
    )
    assert expansion.shown == {"time_ideal_good", "PPT", "PBT"}

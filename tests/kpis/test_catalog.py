"""The shipped catalogue: ids and layers of the reference, and that every entry is complete."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.kpis.shared import shared_file

from plantstack.errors import ConfigError
from plantstack.kpis.formulas.expand import expand
from plantstack.kpis.kpi import AXES
from plantstack.kpis.load import SHIPPED, load_catalog, shipped_catalog, shipped_files


def reference_ids() -> dict[str, int]:
    """Id -> layer, as section 5 of the reference lists them."""
    text = shared_file("kpi-reference.md").read_text("utf-8")
    section = text.split("\n## 5.")[1].split("\n## 6.")[0].split("### Cross-reference")[0]
    found: dict[str, int] = {}
    for part in section.split("\n### Layer ")[1:]:
        found |= {kpi: int(part[0]) for kpi in re.findall(r"^\| `(\w+)` \|", part, re.MULTILINE)}
    return found


# What the core stack asks for and the reference has no id for, and what its tables name without one.
OWN = {
    "minutes_lost": 1,
    "automatic_reason_override_rate": 1,
    "automatic_reason_agreement": 1,
    "automatic_reason_share": 1,
    "automatic_stop_share": 1,
    "plan_hit_rate": 2,
    "likely_shift_end": 2,
    "crew_present_ratio": 2,
    "earned_per_worked": 2,
    "material_ready": 2,
    "loss_share": 4,
    "water_per_unit": 5,
    "near_miss_rate": 5,
}


@pytest.mark.shared
def test_every_kpi_of_the_reference_is_declared_with_its_layer() -> None:
    ours = {kpi.id: kpi.layer for kpi in shipped_catalog().kpis.values()}
    assert ours == {**reference_ids(), **OWN}


def test_the_core_has_at_most_nine_kpis_a_layer() -> None:
    core = [kpi.layer for kpi in shipped_catalog().kpis.values() if kpi.is_core]
    assert all(1 <= core.count(layer) <= 9 for layer in range(1, 6))


def test_a_change_is_checked_like_a_formula(tmp_path: Path) -> None:
    text = (SHIPPED / "4_improvement.yaml").read_text("utf-8")
    for written, wrong in (("of: scrap_rate", "of: scrap_rat"), ("as: reduction", "as: less")):
        path = tmp_path / "4.yaml"
        path.write_text(text.replace(written, wrong), "utf-8")
        files = [one for one in shipped_files() if one != SHIPPED / "4_improvement.yaml"]
        with pytest.raises(ConfigError):
            load_catalog([*files, path])


def test_the_shipped_files_have_no_problem() -> None:
    assert load_catalog(shipped_files()).kpis


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
        "kg/pc",
        "m3/pc",
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

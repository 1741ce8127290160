"""The main figures of the benches on scrap patterns and set-ups, as bounds with margin."""

from __future__ import annotations

import numpy as np
import pytest
from bench.insights import ai4i, classes, nist
from bench.insights.qif import Characteristic
from tests.examples.support import data

pytestmark = pytest.mark.shared


@pytest.fixture(scope="module")
def plates() -> tuple[list[Characteristic], nist.Told]:
    folder = data("nist-mtc-parts")
    measured = nist.read("Plate", folder)
    return measured, nist.ours(measured, nist.made_at("Plate", measured[0].parts, folder))


def test_the_results_are_read_as_the_report_counts_them(
    plates: tuple[list[Characteristic], nist.Told],
) -> None:
    verdicts = [verdict for one in plates[0] for verdict in one.verdicts]
    assert (len(verdicts), verdicts.count("FAIL")) == (620, 51)


def test_every_hole_is_told_before_a_part_is_out_of_tolerance(
    plates: tuple[list[Characteristic], nist.Told],
) -> None:
    """The first part out of tolerance is the thirteenth."""
    first = plates[1].first(nist.HOLES)
    assert len(first) == 8
    assert max(first.values()) <= 11


def test_the_radius_is_a_wrong_nominal_and_no_error_of_a_setup(
    plates: tuple[list[Characteristic], nist.Told],
) -> None:
    measured, told = plates
    assert list(told.nominals) == [nist.RADIUS]
    assert nist.RADIUS not in told.errors
    assert told.elsewhere(nist.HOLES) == {}
    assert sum(map(len, nist.three_sigma(measured).elsewhere(nist.HOLES).values())) > 50  # the naive control


def test_covers_are_left_in_peace() -> None:
    folder = data("nist-mtc-parts")
    measured = nist.read("Cover", folder)
    told = nist.ours(measured, nist.made_at("Cover", measured[0].parts, folder))
    assert (told.errors, told.nominals) == ({}, {})


@pytest.mark.parametrize(
    ("name", "pp", "ppk"),
    [
        *(("SIMPLE_HOLE7", 0.551, 0.346), ("SIMPLE_HOLE6", 0.544, 0.337), ("SIMPLE_HOLE5", 0.553, 0.348)),
        *(("SIMPLE_HOLE4", 0.458, 0.248), ("SIMPLE_HOLE3", 0.453, 0.237), ("SIMPLE_HOLE2", 0.469, 0.249)),
        *(("SIMPLE_HOLE8", 0.528, 0.316), ("SIMPLE_HOLE9", 0.552, 0.352), ("CYLINDER3", 4.166, -7.442)),
    ],
)
def test_capability_is_that_of_the_report(name: str, pp: float, ppk: float) -> None:
    one = next(
        one
        for one in nist.read("Plate", data("nist-mtc-parts"))
        if one.name.startswith(f"{name} ") and one.nominal is not None
    )
    told = nist.capability(one)
    assert told[0] == pytest.approx(pp, abs=5e-4)
    assert told[1] == pytest.approx(ppk, abs=5e-4)


@pytest.fixture(scope="module")
def machine() -> ai4i.Machine:
    return ai4i.read(data("ai4i2020-synthetic") / "ai4i2020_udi_1_7000.csv")


@pytest.mark.slow
@pytest.mark.parametrize("mode", ai4i.MODES)
def test_the_documented_rules_are_found_again(machine: ai4i.Machine, mode: str) -> None:
    """Within two per cent; that tools fail no later than at 240 minutes is not in these rows."""
    told = ai4i.of_mode(machine, mode)
    missed = ai4i.off_by(told[0].rule, ai4i.TRUE[mode])
    known = {bound: off for bound, off in missed.items() if bound != "wear high"}
    assert all(off is not None and abs(off) < 0.02 for off in known.values()), missed
    assert {one.axis for one in told[0].rule} <= {bound.split()[0] for bound in missed} | {"type"}


@pytest.mark.slow
def test_shuffled_failures_have_no_rule(machine: ai4i.Machine) -> None:
    assert ai4i.shuffled(machine, 1, ("HDF",)) == 0


def test_the_rows_themselves_set_the_ceiling(machine: ai4i.Machine) -> None:
    """Whoever knows every rule reaches so much on these rows; what is above it is a leak."""
    assert ai4i.f1(ai4i.documented(machine), machine.failed) == pytest.approx(0.931, abs=0.002)
    everything = np.ones(len(machine.sample), dtype=np.bool_)
    assert ai4i.f1(everything, machine.failed) < 0.1


@pytest.mark.slow
def test_a_forest_tells_faults_and_qualities_as_well_as_published() -> None:
    """75 to 80 per cent of the faults and 95 of the qualities are published; a third is the naive control."""
    plates = classes.plates(data("steel-plate-faults").parent)
    lenses = classes.lenses(data("injection-moulding-lenses").parent)
    assert 0.74 < classes.forest(plates, 40) < 0.82
    assert 0.92 < classes.forest(lenses, 40) < 0.97
    assert classes.most_frequent(plates) < 0.4 > classes.most_frequent(lenses)


@pytest.mark.slow
def test_lenses_better_than_needed_have_a_rule_of_their_own() -> None:
    lenses = classes.lenses(data("injection-moulding-lenses").parent)
    told = classes.found(lenses, 4)
    assert told[0].held.inside.rate[0] > 0.85
    assert told[0].held.outside.rate[0] < 0.05
    assert len(told[0].rule) <= 2

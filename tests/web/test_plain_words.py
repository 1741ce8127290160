"""Words people read: names and not ids, zones beside times, functions and figures by what they mean."""

from __future__ import annotations

from pathlib import Path

from plantstack.interfaces.web.rendering import environment
from plantstack.interfaces.web.speaking import named_by, spoken
from plantstack.plant.load import load_plant
from plantstack.stack import Stack


def test_sentences_call_equipment_as_the_plant_does(tmp_path: Path) -> None:
    Stack.init(tmp_path / "p")
    plant = load_plant(tmp_path / "p")
    assert (
        named_by("line-1 was read by hand; filler too", plant)
        == "Bottling line 1 was read by hand; filler too"
    )
    assert named_by("needs x of tulsa", plant) == "needs x of Tulsa"
    assert named_by("acme/tulsa/packing/line-1 of line-12", plant) == "acme/tulsa/packing/line-1 of line-12"
    assert named_by("line-1", None) == "line-1"


def test_a_figure_nobody_told_is_said_by_what_it_means() -> None:
    told = spoken("no price for caps; needs finance 'hours_payroll' of tulsa", "en")
    assert told == (
        "no price for caps; hours paid, by payroll of tulsa was never told here: "
        "give hours_payroll in the finance pack"
    )


def test_a_time_of_another_clock_has_its_zone() -> None:
    made = environment("en").from_string("{{ at|clock }} {{ at|clock(zone='Asia/Kolkata') }}")
    at = 1_772_431_200_000_000
    assert made.render(at=at, zone="UTC", language="en") == "06:00 11:30 IST"
    assert made.render(at=at, zone="Asia/Kolkata", language="en") == "11:30 11:30"


def test_a_function_is_said_by_its_name() -> None:
    made = environment("de").from_string("{{ 'ci'|duty }}, {{ 'maintenance'|duty }}, {{ 'toolroom'|duty }}")
    assert made.render(language="de") == "Verbesserung, Instandhaltung, Toolroom"

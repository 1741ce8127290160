"""Why a machine stands, on top of its operator page: what people say, else the machine, in words."""

from __future__ import annotations

import html
import re
from pathlib import Path
from typing import Any

import pytest
from tests.live.inside import Inside, inside
from tests.live.shift import said

from plantstack.intervals import HOUR, MINUTE
from plantstack.stack.floor.evidence import is_withheld

NOON = 1_772_560_800_000_000  # of a Tuesday at the plant, inside a shift
RULE = "alarm_reasons:\n  - {code: F-17, reason: bottle-jam, within: 30 s}"
KEPT_BACK = next(at for at in range(NOON - HOUR, NOON, MINUTE) if is_withheld("filler", at))
SHOWN = next(at for at in range(NOON - HOUR, NOON, MINUTE) if not is_withheld("filler", at))


def banner(folder: Path, at: int, *, language: str = "", more: str = "", **alarm: Any) -> str:
    """What stands behind the instant since when the filler stands."""
    with inside(folder, NOON, more=more) as floor:
        stop = said("state", "filler", at, "down", state="stopped", native="S3")
        told = [said("alarm", "filler", at, "alarm", phase="on", **alarm)] if alarm else []
        order = said("order", "filler", at - HOUR, "A", order="A", phase="start", product="cola-330")
        floor.send(order, said("state", "filler", at - HOUR, "up", state="producing"), stop, *told)
        floor.fresh()
        return shown(floor, language)


def shown(floor: Inside, language: str) -> str:
    headers = {"accept": "text/html"} | ({"accept-language": language} if language else {})
    page = floor.request("GET", "/op/filler", headers=headers).text
    found = re.search(r'<h2 id="st">.*?<p>(.*?)</p>', page, re.DOTALL)
    assert found, page
    return html.unescape(found[1]).split(". ", 1)[1].strip()


@pytest.mark.parametrize(
    ("alarm", "told"),
    [
        ({"code": "F-17", "text": "infeed B14 blocked."}, "Alarm: infeed B14 blocked."),
        ({"code": "F-17"}, "Alarm: F-17."),
        ({"code": "F-17", "text": "bottle jam"}, "Alarm: Bottle jam."),
        ({"code": "bottle-jam"}, "Alarm: Bottle jam."),
        ({}, "The machine says: S3."),
    ],
)
def test_an_alarm_is_told_as_one_and_in_the_words_of_the_plant(
    tmp_path: Path, alarm: dict[str, str], told: str
) -> None:
    assert banner(tmp_path / "p", SHOWN, **alarm) == told


def test_it_is_said_in_the_language_of_the_tablet(tmp_path: Path) -> None:
    assert banner(tmp_path / "p", SHOWN, language="es", code="F-17") == "Alarma: F-17."


@pytest.mark.parametrize(
    ("at", "told"), [(SHOWN, "Bottle jam (told by the machine)."), (KEPT_BACK, "Alarm: F-17.")]
)
def test_what_the_picker_keeps_back_the_banner_keeps_back(tmp_path: Path, at: int, told: str) -> None:
    assert banner(tmp_path / "p", at, more=RULE, code="F-17") == told

"""What an entry is refused with is in the language of whoever stands at the tablet."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.live.inside import Inside, inside
from tests.live.shift import JSON, shift

from plantstack.interfaces.web import entry_refusals
from plantstack.intervals import HOUR, rfc3339

NOON = 1_772_560_800_000_000  # of a Tuesday at the plant, inside a shift
SOURCES = ("live/beforehand.py", "live/entering.py", "live/limits.py", "events/photos.py")
FLOOR = ("entries.py", "entry_words.py", "entry_verdicts.py")
PROGRAMS = ("entry-unreadable", "photo-io-error", "entry-rank")  # of what no page sends, or of no entry
_PROBLEM = re.compile(
    r'(?:Problem|refuse)\(\s*"((?:entry|photo)-[a-z-]+)",\s*[^,"]*"[^"]*"'  # its code, and where
    r',\s*"([^"]+)",\s*"([^"]+)"'  # what, and what to do
)


@pytest.fixture(scope="module")
def floor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Inside]:
    with inside(tmp_path_factory.mktemp("refusals") / "p", NOON) as found:
        found.send(*shift(NOON))
        found.fresh()
        yield found


def told(floor: Inside, language: str, **entry: object) -> dict[str, str]:
    said = {"id": "Q2hhbmNlIGlzIGVub3VnaA", "tapped_at": rfc3339(NOON), "offset_ms": 0, **entry}
    content = json.dumps({"device": "tablet.p3", "entries": [said]}).encode()
    headers = JSON | ({"accept-language": language} if language else {})
    (row,) = floor.request("POST", "/api/v1/entries", content=content, headers=headers).json()["rows"]
    assert row["status"] == "refused"
    found: dict[str, str] = row
    return found


def test_a_tablet_reads_why_in_its_language_and_a_program_as_it_is(floor: Inside) -> None:
    ahead = {
        "entry": "reason",
        "stops": [{"machine": "filler", "from": rfc3339(NOON), "until": rfc3339(NOON + 9 * HOUR)}],
        "reason": "bottle-jam",
    }
    german, spanish, plain = (told(floor, language, **ahead) for language in ("de-AT", "es", ""))
    assert {one["code"] for one in (german, spanish, plain)} == {"entry-ahead"}
    assert plain["what"] == "it explains time that is still to come"
    assert german["what"] == "das erklärt Zeit, die noch kommt"
    assert spanish["fix"] == "Haga que termine ahora; lo que pase después se preguntará entonces."


def test_what_has_places_keeps_what_stands_in_them(floor: Inside) -> None:
    wrong = {"entry": "count", "machine": "nobody-9", "good": 4}
    assert told(floor, "de", **wrong)["what"] == "in diesem Werk gibt es kein 'nobody-9'"


def test_every_refusal_of_an_entry_is_said() -> None:
    known = {*entry_refusals.WHATS, *entry_refusals.FIXES}
    src = Path(__file__).parents[2] / "src/plantstack"
    files = [*(src / one for one in SOURCES), *(src / "stack/floor" / one for one in FLOOR)]
    found = [one for path in files for one in _PROBLEM.findall(path.read_text("utf-8"))]
    assert len(found) > 15
    assert [one for code, *said in found if code not in PROGRAMS for one in said if one not in known] == []

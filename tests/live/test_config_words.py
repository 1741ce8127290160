"""What is wrong with a form of `/config`: in the plant's words, beside its field, the form still filled."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from tests.live.browser import PASSWORD, Browser, application
from tests.live.inside import Inside, inside
from tests.live.test_entrance import somebody

from plantstack.events.people.accounts import Role
from plantstack.interfaces.web.pages.config import is_judged_anew
from plantstack.stack.editing.effect import Effect

NOW = 1_772_474_400_000_000
TARGET = "targets/preview?kpi=oee&at=line-1&from=2026-05-01&"
STANDARD = "standards/preview?machine=filler&from=2026-05-01&author=process&evidence=trial&"


@pytest.fixture
def plant(tmp_path: Path) -> Iterator[Inside]:
    with inside(tmp_path / "p", NOW) as found:
        yield found


def page_of(plant: Inside, path: str, role: Role = "supervisor") -> str:
    app = application(plant)
    somebody(app.state.entrance, "chief", "admin")
    somebody(app.state.entrance, "somebody", role)
    came = app.state.entrance.sign_in("somebody", PASSWORD, "10.0.0.1")
    answer = Browser(app).signed_in(came.secret).get(f"/config/{path}")
    assert answer.status_code == 200
    return unescape(answer.text)


@pytest.mark.parametrize(
    ("path", "field", "typed", "says"),
    [
        (
            TARGET + "value=banana",
            "value",
            "banana",
            "expected a share, for example 85 %; you wrote “banana”",
        ),
        (TARGET + "value=85 kg", "value", "85 kg", "expected a share, for example 85 %; you wrote “85 kg”"),
        (TARGET + "value=8 min", "value", "8 min", "expected a share, for example 85 %; you wrote “8 min”"),
        (
            "targets/preview?kpi=qty_lost&at=line-1&from=2026-05-01&value=85 %",
            "kpi",
            "85 %",
            "there is no such KPI; choose one from the list",
        ),
        (
            "targets/preview?kpi=mttr&at=line-1&from=2026-05-01&value=x",
            "value",
            "x",
            "expected a length of time, for example 15 min; you wrote “x”",
        ),
        (TARGET + "low=90 %25&high=80 %25", "value", "90 %", "give a target, or “at least” and “at most”"),
        (TARGET + "value=85 %25&dead_band=some", "dead_band", "some", "expected a share, for example 2 %"),
        (STANDARD + "ideal=fast", "ideal", "fast", "expected a pace, for example 600/min; you wrote “fast”"),
        (
            STANDARD + "ideal=600/min&crew=two",
            "crew",
            "two",
            "expected a whole number, for example 2; you wrote “two”",
        ),
        (
            "reasons/preview?is_new=1&id=New Id&label=Tray&group=jams",
            "id",
            "New Id",
            "expected a short name of letters, digits and -, for example tray-jam; you wrote “New Id”",
        ),
        (
            "reasons/preview?is_new=1&id=bottle-jam&label=Tray",
            "id",
            "Tray",
            "there is a reason of this id already",
        ),
    ],
)
def test_it_is_said_beside_its_field_and_what_was_typed_stays(
    plant: Inside, path: str, field: str, typed: str, says: str
) -> None:
    page = page_of(plant, path)
    beside = re.search(rf'id="w-{field}">(.*?)</strong>', page)
    assert beside, page[page.index('<main id="main">') :]
    assert beside[1].startswith(says)
    assert f'value="{typed}"' in page
    assert "yaml" not in page[page.index('<main id="main">') :]


def test_administrators_may_read_the_place_in_small_print_and_after_the_words(plant: Inside) -> None:
    page = page_of(plant, TARGET + "value=banana", "admin")
    told = re.search(r"you wrote “banana”</a> <small>(.*?)</small>", page)
    assert told
    assert told[1].endswith("[value-wrong]")


def test_a_preview_knows_where_a_miss_is_believed_only_of_the_new_target() -> None:
    def told(now: str, then: str) -> bool:
        row = {"sides": {"now": {"status": now}, "then": {"status": then}}}
        return is_judged_anew(Effect("", "", (), (), rows=(row,)))

    assert told("not trusted", "missed") and told("not trusted", "watch")
    assert not told("not trusted", "not trusted") and not told("met", "missed")

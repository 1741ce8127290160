"""The tour of the demo group in a terminal: what people see, on 100 columns and without colours."""

from __future__ import annotations

import json
import re
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console
from tests.demo.told import UNTIL, truths_of

from plantstack.demo import truths
from plantstack.errors import ConfigError, QueryError
from plantstack.interfaces.demo_tour import AHEAD, run_demo
from plantstack.interfaces.tour import show_tour
from plantstack.interfaces.tour_shift import SIGNS
from plantstack.intervals import DAY, HOUR, SECOND, rfc3339
from plantstack.ledger.rules import ACCOUNTS
from plantstack.stack import Stack


def shown(folder: Path, width: int = 100) -> str:
    console = Console(file=StringIO(), width=width, highlight=False)
    with Stack.open(folder) as stack:
        show_tour(stack, console)
    file = console.file
    assert isinstance(file, StringIO)
    return file.getvalue()


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    folder = tmp_path_factory.mktemp("tour") / "demo"
    console = Console(file=StringIO(), width=140, highlight=False)
    truth = folder.with_name("truth.json")
    run_demo(folder, days=4, sites=3, seed=1, now=UNTIL + 17 * SECOND, truth=truth, console=console)
    file = console.file
    assert isinstance(file, StringIO)
    return folder, file.getvalue()


def test_the_tour_goes_from_the_group_to_one_event_and_on(demo: tuple[Path, str]) -> None:
    _, text = demo
    titles = re.findall(r"^(\d)  (.+?) ─", text, re.MULTILINE)
    assert [title for _, title in titles] == [
        *("The group", "Five layers", "One shift", "OEE of the sites", "Where the hours went"),
        *("Top losses", "Down to the event", "What is not known", "Three commands to try next"),
    ]
    assert [int(number) for number, _ in titles] == list(range(1, 10))
    assert text.count("decide") >= 6


def test_it_fits_on_100_columns_without_any_colour(demo: tuple[Path, str]) -> None:
    _, text = demo
    assert max(len(line) for line in text.splitlines()) <= 100
    assert "\x1b" not in text
    assert "[bold]" not in text and "[/" not in text


def test_nothing_is_cut_off_on_80_columns(demo: tuple[Path, str]) -> None:
    folder, text = demo
    narrow = shown(folder, 80)
    assert max(len(line) for line in narrow.splitlines()) <= 80
    assert "…" not in narrow and "…" not in text


def test_the_loss_tree_adds_up(demo: tuple[Path, str]) -> None:
    _, text = demo
    assert ": adds up." in text
    part = text[text.index("planned busy time") : text.index("h of losses and good pieces")]
    hours = [float(one.replace(",", "")) for one in re.findall(r"([\d,]+\.\d) h ", part)]
    busy, leaves, good = hours[0], hours[1:-1], hours[-1]
    assert len(leaves) == 10
    assert sum(leaves) + good == pytest.approx(busy, abs=0.6)  # each is rounded to a tenth


def test_a_strip_shows_each_machine_of_the_longest_line(demo: tuple[Path, str]) -> None:
    _, text = demo
    rows = re.findall(
        r"^  [> ](Depalletiser|Filler|Capper|Labeller|Case packer) +(.{80}) +\d+%", text, re.MULTILINE
    )
    assert len(rows) == 5
    assert {sign for _, strip in rows for sign in strip} <= set(SIGNS.values())
    assert set(SIGNS) == set(ACCOUNTS)


def test_a_number_is_followed_to_what_was_told(demo: tuple[Path, str]) -> None:
    folder, text = demo
    found = re.search(r"event ([\d,]+) +state +(\S+) said at", text)
    assert found is not None
    with Stack.open(folder) as stack:
        events = stack.log.events()
        row = events["log_offset"].to_pylist().index(int(found[1].replace(",", "")))
        assert events["source"][row].as_py() == found[2]
        assert events["kind"][row].as_py() == "state"
    assert "parts and whole differ by 0 s" in text


def test_what_cannot_be_computed_says_why(demo: tuple[Path, str]) -> None:
    folder, text = demo
    missing = text[text.index("What is not known") :]
    assert "not computable, because" in missing
    assert (
        f"plantstack ledger {folder} --machine" in text.replace("\n  ", "") or "plantstack ledger" in missing
    )


def test_it_ends_with_the_call_that_tells_what_was_planted(demo: tuple[Path, str]) -> None:
    _, text = demo
    call = r"plantstack\.demo\.truths\((\d+), days=(\d+), sites=(\d+), until=(\d+), ahead=(\d+)\)"
    called = re.search(call, text)
    assert called is not None
    seed, days, sites, until, ahead = (int(one) for one in called.groups())
    known = [one.id for one in truths(seed, days=days, sites=sites, until=until, ahead=ahead)]
    long = [one.id for one in truths_of(4, 3, 1)]
    assert known[: len(long)] == long
    assert len(known) > len(long) and all(one.startswith("today-") for one in known[len(long) :])
    assert (until, ahead) == (UNTIL, AHEAD)


def test_the_tour_can_be_taken_again(demo: tuple[Path, str]) -> None:
    folder, text = demo
    again = shown(folder)
    assert again.splitlines() == text.splitlines()[: len(again.splitlines())]


@pytest.mark.parametrize("sites", [1, 4])
def test_it_works_for_smaller_and_larger_groups(tmp_path: Path, sites: int) -> None:
    console = Console(file=StringIO(), width=100)
    run_demo(tmp_path / "demo", days=2, sites=sites, seed=3, now=UNTIL, console=console)
    file = console.file
    assert isinstance(file, StringIO)
    assert "Three commands to try next" in file.getvalue()


def test_what_was_planted_is_written_outside_the_project(demo: tuple[Path, str], tmp_path: Path) -> None:
    folder, text = demo
    path = folder.with_name("truth.json")
    told = json.loads(path.read_text("utf-8"))
    known = truths(1, days=4, sites=3, until=UNTIL, ahead=AHEAD)
    assert told["truths"] == json.loads(json.dumps([one.as_row() for one in known]))
    assert (told["seed"], told["until"]) == (1, rfc3339(UNTIL))
    assert "and it is written to" in text
    assert not any(one.says in file.read_text("utf-8") for one in known for file in folder.glob("*.yaml"))
    for where in (folder / "truth.json", tmp_path / "none" / "truth.json"):
        with pytest.raises(QueryError, match="Name a file outside"):
            run_demo(folder, days=4, sites=3, seed=1, now=UNTIL, truth=where)


def test_a_project_without_events_has_nothing_to_show(tmp_path: Path) -> None:
    Stack.init(tmp_path / "new")
    assert "nothing in the books yet" in shown(tmp_path / "new")


def test_a_folder_in_use_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mine").touch()
    with pytest.raises(ConfigError, match="not empty"):
        run_demo(tmp_path, days=2, sites=1, seed=1, now=UNTIL)


def test_a_day_without_a_shift_is_told_as_it_is(tmp_path: Path) -> None:
    """Monday before the first shift: the only production day was a Sunday off."""
    console = Console(file=StringIO(), width=100)
    monday = UNTIL + 3 * DAY - 4 * HOUR
    run_demo(tmp_path / "demo", days=1, sites=1, seed=1, now=monday, console=console)
    file = console.file
    assert isinstance(file, StringIO)
    text = file.getvalue()
    assert "The group" in text and "Three commands to try next" in text
    assert "One shift" not in text

"""Plant files changed while a server runs: nothing is lost, numbers follow, who did it is on record."""

from __future__ import annotations

import json
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread

import pytest
from tests.live.inside import Turned
from tests.live.shift import plant, said
from tests.live.test_messages import MAPPING, message
from tests.stack.floor import START

from plantstack.connectors.connections import Connection
from plantstack.connectors.contract import Messages
from plantstack.connectors.drop.connector import Drop
from plantstack.errors import ConfigError, LogError, Problem, QueryError
from plantstack.events.store import nothing
from plantstack.intervals import DAY, HOUR, SECOND, rfc3339
from plantstack.live.adopting import books_of
from plantstack.live.keeper import PUBLISH
from plantstack.live.running import Running
from plantstack.plant.load import plant_content
from plantstack.stack import Stack
from plantstack.stack.editing.edits import ReasonEdit, StandardEdit, TargetEdit
from plantstack.stack.editing.history import editions
from plantstack.stack.editing.standing import ConflictError

FASTER = StandardEdit(
    machine="filler", product="cola-330", ideal="1200/min", since="2026-03-04", author="PE", evidence="trial"
)
RENAMED = ReasonEdit(id="bottle-jam", label="Bottles jam")


@contextmanager
def served(folder: Path) -> Iterator[Running]:
    """A running plant on the second day of two, with a connection whose messages the test delivers."""
    turned = Turned(START + DAY + 9 * HOUR)
    hall = Connection("hall", "test", Drop(folder), MAPPING)
    running = Running(folder, lambda: turned.wall, also=[hall])
    try:
        yield running
    finally:
        running.close()


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    with served(plant(tmp_path / "p")) as found:
        yield found


def hour(day: int, number: int) -> list[dict[str, object]]:
    """A filler that makes 300 bottles a minute in an hour of a day, of which an order says what they are."""
    since = START + day * DAY + number * HOUR
    order = said("order", "filler", since, f"o{day}-{number}", order="A", phase="start", product="cola-330")
    state = said("state", "filler", since, f"s{day}-{number}", state="producing")
    span = {"from": rfc3339(since), "good": 18_000}
    return [order, state, said("count", "filler", since + HOUR, f"c{day}-{number}", **span)]


def send(running: Running, *events: object) -> None:
    taken = running.take(json.dumps(events).encode())
    assert taken.counts["accepted"] == len(events)


def told(running: Running) -> list[str]:
    """What health says; the books of a test are only fresh when it says so."""
    return [why for why in running.health().why if why != "the books are not being kept"]


def performance(running: Running) -> dict[str, float]:
    asked = running.ask(lambda stack: stack.kpis(["performance"], scope="filler", grain="day"))
    return {row["period"]["label"]: row["value"] for row in asked.rows if row["value"] is not None}


def events_of(running: Running, kind: str) -> int:
    with running.deliveries.reading() as log:
        return sum(row["kind"] == kind for row in log.events().to_pylist())


def test_numbers_follow_a_new_standard_from_its_day_and_no_day_before(running: Running) -> None:
    send(running, *hour(0, 1), *hour(1, 1))
    running.keeper.freshen()
    assert performance(running) == {"2026-03-03": pytest.approx(0.5), "2026-03-04": pytest.approx(0.5)}
    offset, written = running.files.adopt(FASTER, by="p-1", note="after the trial")
    assert (offset, written.file) == (running.offset, "products.yaml")
    running.keeper.freshen()
    assert running.keeper.standing.offset >= offset
    assert performance(running) == {"2026-03-03": pytest.approx(0.5), "2026-03-04": pytest.approx(0.25)}
    assert "1200/min" in (running.folder / "products.yaml").read_text("utf-8")
    with running.deliveries.reading() as log:
        [edition, first] = editions(log)
    assert (edition.by, edition.note, edition.offset) == ("p-1", "after the trial", offset)
    assert first.is_first


def test_what_is_known_survives_the_server(tmp_path: Path) -> None:
    folder = plant(tmp_path / "p")
    with served(folder) as running:
        offset, _ = running.files.adopt(FASTER, by="p-1")
    with served(folder) as running:
        assert running.offset == offset, "nothing is recorded again"
        assert told(running) == []


def test_the_file_keeps_its_rights_and_nothing_is_left_beside_it(running: Running) -> None:
    path = running.folder / "reasons.yaml"
    path.chmod(0o640)
    names = sorted(one.name for one in running.folder.iterdir())
    running.files.adopt(RENAMED, by="p-1")
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert sorted(one.name for one in running.folder.iterdir()) == names
    assert running.plant.reasons["bottle-jam"].label == "Bottles jam"


def test_a_file_that_is_a_link_stays_one(running: Running, tmp_path: Path) -> None:
    path, elsewhere = running.folder / "reasons.yaml", tmp_path / "kept.yaml"
    path.rename(elsewhere)
    path.symlink_to(elsewhere)
    running.files.adopt(RENAMED, by="p-1")
    assert path.is_symlink()
    assert "Bottles jam" in elsewhere.read_text("utf-8")


def test_what_the_log_refuses_is_not_written(running: Running) -> None:
    def full(_point: str, _connection: sqlite3.Connection) -> None:
        raise LogError(Problem("log-io-error", "log", "the disk is full", "free some space"))

    before = {path.name: path.read_bytes() for path in running.folder.glob("*.yaml")}
    running.writer.log.probe = full
    with pytest.raises(LogError, match="the disk is full"):
        running.files.adopt(RENAMED, by="p-1")
    running.writer.log.probe = nothing
    assert {path.name: path.read_bytes() for path in running.folder.glob("*.yaml")} == before
    assert running.plant.reasons["bottle-jam"].label == "Bottle jam"
    assert told(running) == []
    running.files.adopt(RENAMED, by="p-1")
    assert running.plant.reasons["bottle-jam"].label == "Bottles jam"


def test_what_is_wrong_or_was_changed_meanwhile_is_refused_and_nothing_moves(running: Running) -> None:
    before, offset = plant_content(running.folder), running.offset
    with pytest.raises(ConfigError, match="pace-form"):
        running.files.adopt(
            StandardEdit(machine="capper", since="2026-03-04", ideal="9/min", author="a", evidence="e"),
            by="p-1",
        )
    with pytest.raises(ConflictError):
        running.files.adopt(
            TargetEdit(kpi="oee", since="2026-03-04", value="60 %", version="0123456789ab"), by="p-1"
        )
    assert (plant_content(running.folder), running.offset) == (before, offset)


def by_hand(running: Running, old: str, new: str, name: str = "reasons.yaml") -> None:
    path = running.folder / name
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


def test_a_change_by_hand_is_told_and_waits_until_somebody_takes_it_in(running: Running) -> None:
    by_hand(running, "Bottle jam", "Bottles jam")
    [why] = told(running)
    assert why.startswith("plant files were changed and are not taken in; ")
    with pytest.raises(QueryError, match="changed by hand and are not taken in"):
        running.files.adopt(FASTER, by="p-1")
    assert running.plant.reasons["bottle-jam"].label == "Bottle jam"
    offset = running.files.reload(by="p-2")
    assert running.plant.reasons["bottle-jam"].label == "Bottles jam"
    assert told(running) == []
    with running.deliveries.reading() as log:
        assert [(one.by, one.offset) for one in editions(log, limit=1)] == [("p-2", offset)]
    running.files.adopt(FASTER, by="p-1")


def test_a_comment_by_hand_is_no_change(running: Running) -> None:
    by_hand(running, "reasons:", "# mine\nreasons:")
    assert told(running) == []
    running.files.adopt(RENAMED, by="p-1")
    assert (running.folder / "reasons.yaml").read_text("utf-8").count("# mine") == 1


def test_files_broken_by_hand_are_told_with_their_place_and_the_books_go_on(running: Running) -> None:
    by_hand(running, "Bottle jam", "Bottle jam\n      bottle-jam: again")
    [why] = told(running)
    assert why.startswith("plant files were changed and cannot be taken in: reasons.yaml:")
    with pytest.raises(ConfigError, match="yaml-duplicate-key"):
        running.files.reload(by="p-1")
    send(running, *hour(1, 1))
    running.keeper._published_at -= PUBLISH + SECOND
    running.keeper.freshen()  # published and opened anew on top of it
    assert performance(running) == {"2026-03-04": pytest.approx(0.5)}
    assert running.ask(lambda stack: stack.standing()[0], is_past=True) == running.offset


def test_a_machine_that_is_added_by_hand_may_be_spoken_of_once_it_is_taken_in(running: Running) -> None:
    new = "machines:\n  sleever: {under: line-1, kind: cyclic}\n"
    by_hand(running, "machines:\n", new, "plant.yaml")
    event = said("state", "sleever", START, "new", state="producing")
    assert running.take(json.dumps([event]).encode()).counts["set_aside"] == 1
    running.files.reload(by="p-1")
    assert running.take(json.dumps([event]).encode()).counts["accepted"] == 1
    hall = Connection("hall", "test", Drop(running.folder), MAPPING)
    running.deliveries.write(hall, Messages((message(0, "sleever", run=True),), None))
    assert events_of(running, "state") == 2


def test_another_project_in_the_folder_is_not_taken_in(running: Running) -> None:
    by_hand(running, "project: my-plant", "project: other", "plant.yaml")
    with pytest.raises(ConfigError, match="project-other"):
        running.files.reload(by="p-1")


def test_long_questions_go_on_when_the_lake_is_published_twice_below_them(running: Running) -> None:
    send(running, *hour(0, 1))
    publish(running)
    before = running.study.ask(("before",), performance_of).value
    for _ in range(3):  # of what is read no file is left then
        publish(running)
    assert running.study.ask(("after",), performance_of).value == before


def publish(running: Running) -> None:
    with books_of(running.folder, running.plant.project_id) as books:
        books.derive(now=running.clock(), anew=True)


def performance_of(stack: Stack) -> list[float]:
    return [row["value"] for row in stack.kpis(["performance"], scope="filler", grain="day").rows]


def test_nothing_is_lost_while_files_are_taken_in_under_load(running: Running) -> None:
    """Requests and messages with counters go on while ten edits are taken in and the books follow."""
    done, sent, taken = Event(), [0, 0], []
    hall = Connection("hall", "test", Drop(running.folder), MAPPING)

    def post(number: int) -> None:
        count = 0
        while not done.is_set():
            at = START + DAY + count * SECOND
            events = [said("count", "capper", at, f"{number}-{count}-{one}", good=1) for one in range(5)]
            send(running, *events)
            count += 1
        sent[0] += count * 5

    def deliver() -> None:
        while not done.is_set():
            running.deliveries.write(hall, Messages((message(sent[1], pieces=10 * sent[1]),), None))
            sent[1] += 1

    threads = [Thread(target=post, args=(number,)) for number in range(3)] + [Thread(target=deliver)]
    running.keeper.start()
    for thread in threads:
        thread.start()
    for number in range(10):
        taken.append(running.files.adopt(ReasonEdit(id="bottle-jam", label=f"Jam {number}"), by="p-1")[0])
    done.set()
    for thread in threads:
        thread.join()
    with running.deliveries.reading() as log:
        rows = [row for row in log.events().to_pylist() if row["kind"] == "count"]
        assert [one.offset for one in reversed(editions(log))][1:] == taken
    assert sum(row["equipment"] == "capper" for row in rows) == sent[0] > 0
    bottles = [int(row["good"]) for row in rows if row["equipment"] == "filler"]
    assert bottles == [10] * (sent[1] - 1), "no piece of a counter is lost or counted twice"
    assert running.keeper.trouble is None
    assert running.plant.reasons["bottle-jam"].label == "Jam 9"

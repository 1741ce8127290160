"""Edge nodes as their messages tell them, without a broker: births, numbers, gaps, deaths, aliases.

Tests carry the ids of the specification (Sparkplug 3.0, `tck-id-...`) where one says the same.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plantstack.connectors.sparkplug.browsing import seen_of
from plantstack.connectors.sparkplug.codec import Metric, encode
from plantstack.connectors.sparkplug.datatypes import Value as Scalar
from plantstack.connectors.sparkplug.node import Gone, Odd, Said, Value
from plantstack.connectors.sparkplug.nodes import Nodes
from plantstack.connectors.sparkplug.rebirths import A_SECOND, AT_ONCE, TRIES
from plantstack.connectors.sparkplug.telling import message_of
from plantstack.testing.sparkplug_node import Letter, Words, metric

PATIENCE = 2.0
START_MS = 1_772_496_000_000


class Floor:
    """Nodes that hear what words say, a clock that the test turns, and everything that came of it."""

    def __init__(self, cursor: str | None = None) -> None:
        self.nodes = Nodes(PATIENCE, cursor)
        self.now_s, self.tokens = 0.0, 0
        self.said: list[Said] = []
        self.asked: list[str] = []

    def words(self, node: str = "press-shop", *, bdseq: int = 0) -> Words:
        devices: dict[str, dict[str, Scalar]] = {"": {"Uptime": 5}, "press-1": {"Run": True, "Good": 100}}
        return Words("plant", node, devices, self.ms, bdseq)

    def ms(self) -> int:
        return START_MS + int(self.now_s * 1_000)

    def hear(self, letters: Iterable[Letter], *, is_retained: bool = False) -> None:
        for topic, raw in letters:
            self.tokens += 1
            self.nodes.hear(self.tokens, topic, raw, self.now_s, is_retained=is_retained)
        self._took()

    def wait(self, seconds: float) -> None:
        self.now_s += seconds
        self.nodes.pass_time(self.now_s)
        self._took()

    def _took(self) -> None:
        self.said += self.nodes.take()
        self.asked += self.nodes.to_ask(self.now_s)

    def values(self) -> list[tuple[str, object]]:
        return [(one.name, one.read.value) for one in self.said if isinstance(one, Value)]

    def news(self) -> list[tuple[str, object]]:
        """What was told beside births."""
        return [
            (one.name, one.read.value) for one in self.said if isinstance(one, Value) and not one.is_snapshot
        ]

    def odd(self) -> list[str]:
        return [one.why for one in self.said if isinstance(one, Odd)]

    def gone(self) -> list[tuple[str, int | None]]:
        return [
            (one.scope, None if one.since_ms is None else one.since_ms - START_MS)
            for one in self.said
            if isinstance(one, Gone)
        ]


@pytest.fixture
def floor() -> Floor:
    return Floor()


def born(floor: Floor, *, bdseq: int = 0) -> Words:
    words = floor.words(bdseq=bdseq)
    floor.hear(words.births())
    return words


def test_a_birth_is_a_snapshot_of_everything_but_the_protocols_own(floor: Floor) -> None:
    """tck-id-topics-nbirth-metrics, tck-id-topics-dbirth-metrics"""
    born(floor)
    assert floor.values() == [("Uptime", 5), ("Run", True), ("Good", 100)]
    assert floor.news() == []
    assert floor.nodes.online() == ["plant/press-shop", "plant/press-shop/press-1"]


def test_data_by_alias_is_what_the_birth_called_it(floor: Floor) -> None:
    """tck-id-payloads-alias-data-cmd-requirement"""
    words = born(floor)
    floor.hear(words.data("press-1", {"Good": 101}) + words.data("", {"Uptime": 6}))
    assert floor.news() == [("Good", 101), ("Uptime", 6)]
    assert (floor.odd(), floor.asked) == ([], [])


def test_F23_a_missing_number_is_waited_for_and_then_one_birth_is_asked_for(floor: Floor) -> None:
    """tck-id-operational-behavior-host-reordering-start,
    tck-id-operational-behavior-host-reordering-rebirth"""
    words = born(floor)
    floor.wait(1.0)
    floor.hear(words.data("press-1", {"Good": 101}))
    words.data("press-1", {"Good": 102})  # lost
    for good in range(103, 110):
        floor.hear(words.data("press-1", {"Good": good}))
    floor.wait(PATIENCE - 0.1)
    assert (floor.news(), floor.asked) == ([("Good", 101)], [])
    floor.wait(0.2)
    floor.wait(30.0)
    floor.hear(words.data("press-1", {"Good": 110}))
    assert floor.asked == ["plant/press-shop"]
    assert floor.news() == [("Good", 101)]  # by alias, and no birth since: not believed
    assert floor.gone() == [("plant/press-shop", 1_000), ("plant/press-shop/press-1", 1_000)]
    assert len(floor.odd()) == 8
    floor.hear(words.births())
    floor.hear(words.data("press-1", {"Good": 111}))
    assert floor.news() == [("Good", 101), ("Good", 111)]


def test_F23_what_names_itself_is_believed_after_a_gap(floor: Floor) -> None:
    words = born(floor)
    words.data("press-1", {"Good": 101})  # lost
    named = [metric("Run", False), metric("Good", 5, datatype=None), metric("Heat", 1.5, datatype=None)]
    floor.hear([words.letter("DDATA", "press-1", named)])
    floor.wait(PATIENCE)
    assert floor.news() == [("Run", False), ("Heat", 1.5)]  # a whole number does not say its sign
    assert len(floor.odd()) == 1


def test_a_number_that_comes_late_but_in_time_changes_nothing(floor: Floor) -> None:
    """tck-id-operational-behavior-host-reordering-success"""
    words = born(floor)
    letters = [one for good in range(101, 106) for one in words.data("press-1", {"Good": good})]
    floor.hear([letters[2], letters[1]])
    assert floor.nodes.held() == {3, 4}
    floor.wait(1.0)
    floor.hear([letters[0], letters[4], letters[3]])
    floor.wait(60.0)
    assert floor.news() == [("Good", good) for good in range(101, 106)]
    assert (floor.asked, floor.odd(), floor.gone(), floor.nodes.held()) == ([], [], [], set())


def test_F24_numbers_go_around_without_a_gap(floor: Floor) -> None:
    """tck-id-payloads-sequence-num-incrementing"""
    words = born(floor)
    for good in range(101, 101 + 700):
        floor.hear(words.data("press-1", {"Good": good}))
    floor.wait(60.0)
    assert len(floor.news()) == 700
    assert (floor.asked, floor.odd()) == ([], [])


def test_F25_the_death_of_an_older_session_is_not_that_of_this_one(floor: Floor) -> None:
    """tck-id-payloads-ndeath-bdseq"""
    words = born(floor)
    old = words.death()
    words.bdseq = 1
    floor.hear(words.births())
    known = floor.gone()
    floor.hear([old])
    assert floor.gone() == known
    floor.hear(words.data("press-1", {"Good": 101}))
    assert floor.news() == [("Good", 101)]
    assert len(floor.nodes.online()) == 2


@pytest.mark.parametrize(
    ("of_session", "of_death", "is_dead"), [(255, 0, True), (0, 255, False), (3, 3, True)]
)
def test_F25_sessions_are_counted_around_too(of_session: int, of_death: int, is_dead: bool) -> None:
    floor = Floor()
    words = born(floor, bdseq=of_session)
    words.bdseq = of_death
    floor.hear([words.death()])
    assert (floor.nodes.online() == []) is is_dead


def test_a_death_ends_the_node_and_its_devices_until_they_are_born_again(floor: Floor) -> None:
    """tck-id-operational-behavior-edge-node-termination-host-action-ndeath-node-offline,
    tck-id-operational-behavior-edge-node-termination-host-action-ndeath-devices-offline,
    tck-id-operational-behavior-edge-node-termination-host-action-ndeath-devices-tags-stale"""
    words = born(floor)
    floor.wait(10.0)
    floor.hear(words.data("press-1", {"Good": 101}))
    floor.wait(5.0)
    floor.hear([words.death()])
    assert floor.gone() == [("plant/press-shop", 10_000), ("plant/press-shop/press-1", 10_000)]
    assert floor.nodes.online() == []
    floor.hear(words.data("press-1", {"Good": 102}))
    assert floor.news() == [("Good", 101)]
    words.bdseq += 1
    floor.hear(words.births() + words.data("press-1", {"Good": 103}))
    assert floor.news() == [("Good", 101), ("Good", 103)]


def test_a_device_dies_alone(floor: Floor) -> None:
    """tck-id-operational-behavior-edge-node-termination-host-action-ddeath-devices-offline,
    tck-id-operational-behavior-edge-node-termination-host-action-ddeath-devices-tags-stale"""
    words = born(floor)
    floor.wait(4.0)
    floor.hear(words.device_death("press-1"))
    assert floor.gone() == [("plant/press-shop/press-1", 4_000)]
    assert floor.nodes.online() == ["plant/press-shop"]
    floor.hear(words.data("", {"Uptime": 9}))
    assert floor.news() == [("Uptime", 9)]


def test_F26_data_before_any_birth_is_kept_aside_and_one_birth_is_asked_for(floor: Floor) -> None:
    words = floor.words()
    words.births()  # before we came
    for good in range(50):
        floor.hear(words.data("press-1", {"Good": good}))
        floor.wait(0.1)
    assert floor.asked == ["plant/press-shop"]
    assert floor.values() == []
    assert len(floor.odd()) == 50


def test_F26_a_birth_that_comes_by_itself_is_not_asked_for(floor: Floor) -> None:
    words = floor.words()
    words.births()
    floor.hear(words.data("press-1", {"Good": 1}))
    floor.wait(PATIENCE / 2)
    floor.hear(words.births())
    floor.wait(60.0)
    assert floor.asked == []


def test_F26_a_metric_that_was_in_no_birth_is_kept_aside_and_its_neighbours_are_told(floor: Floor) -> None:
    words = born(floor)
    both = [metric("Good", 101), metric("Bad", 3), metric(None, 4, alias=99, datatype=None)]
    floor.hear([words.letter("DDATA", "press-1", both)])
    floor.wait(PATIENCE)
    assert floor.news() == [("Good", 101)]
    assert floor.odd() == ["the metric 'Bad' was in no birth; the alias 99 was in no birth"]
    assert floor.asked == ["plant/press-shop"]


def test_F27_a_storm_of_two_hundred_nodes_is_asked_a_few_at_a_time_and_each_once(floor: Floor) -> None:
    many = [floor.words(f"node-{number}") for number in range(200)]
    for words in many:
        words.births()
        floor.hear(words.data("press-1", {"Good": 1}))
    floor.wait(PATIENCE)
    assert len(floor.asked) == AT_ONCE
    for _ in range(50):
        before = len(floor.asked)
        floor.wait(1.0)
        assert len(floor.asked) - before <= A_SECOND
    assert len(floor.asked) == len(set(floor.asked)) == 200
    for words in many:
        floor.hear(words.births())
    assert floor.news() == []  # snapshots all of them
    floor.wait(1_000.0)
    assert len(floor.asked) == 200


def test_a_node_that_never_answers_is_asked_later_and_later_and_then_no_more(floor: Floor) -> None:
    words = floor.words()
    words.births()
    floor.hear(words.data("press-1", {"Good": 1}))
    for _ in range(200):
        floor.wait(60.0)
    assert len(floor.asked) == TRIES


def test_F28_another_birth_gives_an_alias_to_another_metric_and_a_type_to_a_metric(floor: Floor) -> None:
    words = born(floor)
    floor.hear(words.data("press-1", {"Good": 101}))
    words.devices["press-1"] = {"Heat": 20.5, "Run": "yes", "Good": 101}
    floor.hear(words.births())
    floor.hear(words.data("press-1", {"Heat": 21.5, "Run": "no"}))
    assert floor.news() == [("Good", 101), ("Heat", 21.5), ("Run", "no")]
    kinds = {(one.name, one.datatype) for one in floor.said if isinstance(one, Value)}
    assert {("Run", "Boolean"), ("Run", "String")} <= kinds


def test_F28_data_of_another_type_than_its_birth_is_bad(floor: Floor) -> None:
    words = born(floor)
    floor.hear([words.letter("DDATA", "press-1", [metric("Good", "many")])])
    (last,) = [one for one in floor.said if isinstance(one, Value) and not one.is_snapshot]
    assert (last.read.value, last.read.why) == (None, "its type is not that of its birth")


def test_another_session_without_a_death_leaves_a_gap(floor: Floor) -> None:
    words = born(floor)
    floor.wait(7.0)
    words.bdseq = 1
    floor.hear(words.births())
    assert floor.gone() == [("plant/press-shop", 0), ("plant/press-shop/press-1", 0)]


def test_a_birth_that_was_asked_for_leaves_none_and_a_device_it_forgot_is_gone(floor: Floor) -> None:
    """tck-id-operational-behavior-data-commands-rebirth-action-2"""
    words = born(floor)
    floor.wait(1.0)
    floor.hear(words.births())
    floor.wait(60.0)
    assert floor.gone() == []
    floor.hear(words.births()[:1])
    floor.wait(PATIENCE)
    assert [scope for scope, _ in floor.gone()] == ["plant/press-shop/press-1"]


def test_a_message_kept_by_the_broker_is_of_no_session(floor: Floor) -> None:
    """tck-id-message-flow-edge-node-birth-publish-nbirth-retained"""
    floor.hear(floor.words().births(), is_retained=True)
    assert floor.values() == []
    assert len(floor.odd()) == 2


def test_after_a_restart_everything_is_unknown_since_its_last_word_and_births_are_asked_for() -> None:
    floor = Floor()
    words = born(floor)
    floor.wait(3.0)
    floor.hear(words.data("press-1", {"Good": 101}))
    again = Floor(floor.nodes.cursor())
    again.wait(PATIENCE)
    assert again.gone() == [("plant/press-shop", 3_000), ("plant/press-shop/press-1", 3_000)]
    assert again.asked == ["plant/press-shop"]
    dead = Floor()
    words = born(dead)
    dead.hear([words.death()])
    assert Floor(dead.nodes.cursor()).gone() == []


def test_history_keeps_its_own_instant_and_moves_nothing(floor: Floor) -> None:
    words = born(floor)
    floor.wait(100.0)
    floor.hear(words.data("press-1", {"Good": 90}, at_ms=START_MS - 60_000, is_historical=True))
    (stored,) = [one for one in floor.said if isinstance(one, Value) and one.is_historical]
    assert (stored.at_ms, stored.is_snapshot) == (START_MS - 60_000, False)


def test_a_birth_says_what_is_so_when_it_is_told(floor: Floor) -> None:
    words = floor.words()
    floor.wait(50.0)
    old = [metric("Run", True, alias=1, at_ms=START_MS - 3_600_000), metric("bdSeq", 0)]
    floor.hear([words.letter("NBIRTH", "", old)])
    (run,) = [one for one in floor.said if isinstance(one, Value)]
    assert run.at_ms == floor.ms()


@given(st.integers(0, 2**32), st.integers(0, 254), st.integers(1, 100))
def test_any_order_within_the_window_tells_the_same(seed: int, first: int, reach: int) -> None:
    """What comes late, twice or around the end of the numbers: told once each, in order."""
    chance, floor = random.Random(seed), Floor()
    words = born(floor)
    sent = [words.data("press-1", {"Good": 101 + n})[0] for n in range(first + 60)]
    floor.hear(sent[:first])
    later = sent[first:]
    keys = [n + chance.random() * reach for n in range(len(later))]
    shuffled = [later[n] for n in sorted(range(len(later)), key=keys.__getitem__)]
    for letter in shuffled:
        floor.hear([letter] * chance.choice([1, 1, 2]))
    floor.wait(0.0)
    assert floor.news() == [("Good", 101 + n) for n in range(len(sent))]
    assert (floor.odd(), floor.gone(), floor.nodes.held()) == ([], [], set())


@given(st.lists(st.sampled_from(["data", "lost", "birth", "death", "new", "wait", "old"]), max_size=40))
def test_whatever_happens_nothing_is_told_that_was_not_said(story: list[str]) -> None:
    """Storms of births, deaths and losses: values only as they were, and a birth always mends."""
    floor = Floor()
    words = born(floor)
    said, old = {100}, words.death()
    for step in story:
        good = len(said) + 100
        if step in ("data", "lost"):
            letters = words.data("press-1", {"Good": good})
            said.add(good)
            floor.hear(letters if step == "data" else [])
        elif step == "birth":
            floor.hear(words.births())
        elif step == "new":
            old = words.death()
            words.bdseq = (words.bdseq + 1) % 256
            floor.hear(words.births())
        elif step in ("death", "old"):
            floor.hear([words.death() if step == "death" else old])
        else:
            floor.wait(PATIENCE)
    assert {value for name, value in floor.values() if name == "Good"} <= said
    words.bdseq = (words.bdseq + 1) % 256
    floor.hear(words.births() + words.data("press-1", {"Good": 7}))
    assert floor.news()[-1] == ("Good", 7)
    assert floor.nodes.online() == ["plant/press-shop", "plant/press-shop/press-1"]


WHERE = "spBv1.0/plant/DDATA/press-shop/press-1"


def by_device(*metrics: Metric, at_ms: int = START_MS, seq: int | None = 3) -> list[Letter]:
    return [(WHERE, encode(at_ms, seq, metrics))]


def raw(payload: bytes) -> list[Letter]:
    return [(WHERE, payload)]


WHOLE = by_device(metric("Good", 5))[0][1]
HOSTILE = {  # messages that only the decoder or the node can meet, by the number of the list
    "H_SP_01 random bytes": raw(random.Random(7).randbytes(200)),
    "H_SP_02 no metrics": by_device(),
    "H_SP_03 cut off": raw(WHOLE[:-3]),
    "H_SP_04 a length of 4 GB": raw(b"\x12\xff\xff\xff\xff\x0f" + b"x" * 20),
    "H_SP_05 no value": by_device(Metric("Good", datatype=4)),
    "H_SP_06 text in Int32": by_device(Metric("Text", datatype=3, field="string_value", raw="x")),
    "H_SP_07 unknown type": by_device(Metric("Odd", datatype=99, field="int_value", raw=1)),
    "H_SP_09 neither name nor alias": by_device(Metric(datatype=4, field="long_value", raw=1)),
    "H_SP_10 number 256": by_device(seq=256),
    "H_SP_10 no number": by_device(seq=None),
    "H_SP_11 the end of time": by_device(at_ms=2**64 - 1),
    "H_SP_11 the beginning of time": by_device(at_ms=0),
    "H_SP_15 a name with a slash": [("spBv1.0/plant/hall/NDATA/press", WHOLE)],
    "H_SP_15 a name with a plus": [("spBv1.0/pl+nt/DDATA/a#b/press-1", WHOLE)],
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_message_harms_only_itself(name: str) -> None:
    """Whatever comes between, births and data afterwards are told."""
    floor = Floor()
    words = born(floor)
    floor.hear(words.data("press-1", {"Good": 101}))
    floor.hear(HOSTILE[name])
    floor.wait(PATIENCE)
    if not ("02" in name or "05" in name or "11" in name):
        assert floor.odd()
    assert all(value in (100, 101, None) for key, value in floor.values() if key == "Good")
    floor.hear(words.births() + words.data("press-1", {"Good": 102}))
    assert floor.news()[-1] == ("Good", 102)


def test_H_SP_08_an_alias_told_twice_in_one_birth_stands_for_neither(floor: Floor) -> None:
    """tck-id-payloads-alias-uniqueness"""
    words = born(floor)
    twice = [metric("Run", True, alias=1), metric("Good", 100, alias=1), metric("Scrap", 1, alias=2)]
    floor.hear([words.letter("DBIRTH", "press-1", twice)])
    assert floor.odd() == ["the alias 1 stands for several metrics"]
    by_alias = [metric(None, 5, alias=1, datatype=None), metric(None, 6, alias=2, datatype=None)]
    floor.hear([words.letter("DDATA", "press-1", by_alias)])
    floor.wait(PATIENCE)
    assert floor.news() == [("Scrap", 6)]
    assert floor.asked == []  # another birth would say the same


def test_H_SP_13_ten_thousand_metrics_in_one_birth(floor: Floor) -> None:
    words = Words("plant", "large", {"": {}}, floor.ms)
    told = [metric(f"Metric {number}", number, alias=number) for number in range(10_000)]
    floor.hear([words.letter("NBIRTH", "", told)])
    floor.hear([words.letter("NDATA", "", [metric(None, 7, alias=9_999, datatype=None)])])
    assert len(floor.values()) == 10_001
    assert floor.news() == [("Metric 9999", 7)]


def test_a_draft_tells_devices_apart_by_a_column_that_messages_have() -> None:
    floor = Floor()
    floor.hear(floor.words().births())
    values = [one for one in floor.said if isinstance(one, Value)]
    told = {(one.name, json.loads(message_of(one).payload)["place"]) for one in values}
    seen = seen_of(floor.said)
    assert {one.column for one in seen} == {"place"}
    assert {(one.tag, one.device) for one in seen} == told and ("Good", "plant/press-shop/press-1") in told

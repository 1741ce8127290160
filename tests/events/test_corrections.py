"""BOOKS 1, "Corrections", against a tiny brute-force reading of the text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.events.build import events, state

from plantstack.events.corrections import RULES, Correction, Identity, Rank, Standing, standing
from plantstack.events.standing import standing_events

RANKS = {"tablet": Rank(100, person=True), "boss": Rank(100, person=True), "erp": Rank(20)}


def correction(
    name: str,
    target: str,
    *,
    void: bool = False,
    kind: str = "state",
    told_at: int = 0,
    source: str = "tablet",
) -> Correction:
    """Say that NAME of a source corrects TARGET, written `source/key` or a key of the plc."""
    target_source, _, key = target.rpartition("/")
    return Correction((source, name), (target_source or "plc", key), void, kind, told_at, 0)


def names(found: Standing) -> set[str]:
    return {"/".join(identity).removeprefix("plc/") for identity in found.voided}


PLC = {("plc", "1"): "state", ("plc", "2"): "count"}


def test_a_replacement_takes_the_place_of_its_target() -> None:
    assert names(standing([correction("a", "1")], PLC, RANKS)) == {"1"}


def test_the_target_stays_void_when_the_replacement_is_replaced() -> None:
    assert names(standing([correction("a", "1"), correction("b", "tablet/a")], PLC, RANKS)) == {
        "1",
        "tablet/a",
    }


def test_of_several_the_greatest_wins_and_the_losers_are_void_too() -> None:
    rivals = [
        correction("a", "1", told_at=5),
        correction("b", "1", told_at=9),
        correction("c", "1", told_at=9, source="erp"),
    ]
    assert standing(rivals, PLC, RANKS).dead == {("erp", "c"): "correction-right"}
    assert names(standing(rivals, PLC, RANKS)) == {"1", "tablet/a"}


def test_what_corrects_a_loser_is_void_with_it() -> None:
    rivals = [correction("a", "1", told_at=5), correction("b", "1", told_at=9)]
    late = [correction("c", "tablet/a", told_at=20), correction("d", "tablet/c", told_at=21)]
    everything_but_b = {"1", "tablet/a", "tablet/c", "tablet/d"}
    assert names(standing([*rivals, *late], PLC, RANKS)) == everything_but_b


def test_void_retracts_and_only_a_standing_void_of_the_void_revives() -> None:
    retract = correction("v", "1", void=True)
    assert names(standing([retract], PLC, RANKS)) == {"1"}
    undo = correction("w", "tablet/v", void=True)
    assert names(standing([retract, undo], PLC, RANKS)) == {"tablet/v"}
    undo_undo = correction("x", "tablet/w", void=True)
    assert names(standing([retract, undo, undo_undo], PLC, RANKS)) == {"1", "tablet/w"}
    replaced = correction("r", "tablet/v")
    assert names(standing([retract, replaced], PLC, RANKS)) == {"1", "tablet/v"}


def test_retracting_the_winner_lets_the_next_one_win() -> None:
    rivals = [
        correction("a", "1", told_at=5),
        correction("b", "1", told_at=9),
        correction("v", "tablet/b", void=True),
    ]
    assert names(standing(rivals, PLC, RANKS)) == {"1", "tablet/b"}


def test_a_circle_is_dead_and_what_hangs_on_it_is_not() -> None:
    circle = [correction("a", "tablet/b"), correction("b", "tablet/c"), correction("c", "tablet/a")]
    found = standing([*circle, correction("d", "tablet/a"), correction("e", "tablet/e")], {}, RANKS)
    assert found.dead == {("tablet", name): "correction-cycle" for name in "abce"}
    assert names(found) == {"tablet/a"}


def test_another_kind_is_dead_whenever_it_becomes_known_but_may_retract() -> None:
    odd = [correction("a", "2")]
    assert not standing(odd, {}, RANKS).dead
    assert standing(odd, PLC, RANKS).dead == {("tablet", "a"): "correction-kind"}
    assert names(standing([correction("a", "2", void=True)], PLC, RANKS)) == {"2"}


def test_machines_correct_themselves_and_people_everybody() -> None:
    assert not standing([correction("9", "1", source="plc")], PLC, RANKS).dead
    assert standing([correction("9", "1", source="erp")], PLC, RANKS).dead == {
        ("erp", "9"): "correction-right"
    }
    assert set(RULES) == {"correction-cycle", "correction-kind", "correction-right"}


def test_a_chain_of_thousands_is_no_trouble() -> None:
    chain = [correction("0", "1"), *(correction(str(i), f"tablet/{i - 1}") for i in range(1, 5000))]
    assert len(standing(chain, PLC, RANKS).voided) == 5000


def brute(corrections: Sequence[Correction], kinds: Mapping[Identity, str]) -> Standing:
    """The text, word by word, without any care for speed."""
    said = {found.identity: found for found in corrections}

    def is_dead(mine: Correction) -> str:
        step = mine
        for _ in corrections:
            if step.target == mine.identity:
                return "correction-cycle"
            if step.target not in said:
                break
            step = said[step.target]
        target = said.get(mine.target)
        kind = target.kind if target else kinds.get(mine.target)
        if not mine.void and kind not in (None, mine.kind):
            return "correction-kind"
        is_person = RANKS.get(mine.identity[0], Rank()).person
        return "" if is_person or mine.identity[0] == mine.target[0] else "correction-right"

    dead = {name: why for name, found in said.items() if (why := is_dead(found))}

    def weight(found: Correction) -> tuple[int, int, int, Identity]:
        return RANKS.get(found.identity[0], Rank()).rank, found.told_at, found.at, found.identity

    def in_force(target: Identity) -> Correction | None:
        rivals = [
            c for c in corrections if c.target == target and c.identity not in dead and not is_retracted(c)
        ]
        return max(rivals, key=weight, default=None)

    def is_retracted(found: Correction) -> bool:
        by = in_force(found.identity)
        return by is not None and by.void and in_force(by.identity) is None

    targets = {found.target for found in corrections}
    voided = {target for target in targets if in_force(target)}
    # what corrects a loser takes a place that is lost
    lost = {
        c.identity
        for c in corrections
        if c.identity not in dead and not is_retracted(c) and in_force(c.target) is not c
    }
    for _ in corrections:
        lost |= {c.identity for c in corrections if c.identity not in dead and c.target in lost}
    return Standing(frozenset(voided | lost), dead)


IDENTITIES = [
    ("plc", "1"),
    ("plc", "2"),
    *((source, key) for source in ("plc", "tablet", "boss", "erp") for key in "abc"),
]
CORRECTIONS = st.lists(
    st.builds(
        Correction,
        st.sampled_from(IDENTITIES[2:]),
        st.sampled_from(IDENTITIES),
        st.booleans(),
        st.sampled_from(["state", "state", "count"]),
        st.integers(0, 2),
        st.integers(0, 1),
    ),
    unique_by=lambda found: found.identity,
    max_size=9,
)


@settings(max_examples=200)
@given(CORRECTIONS, st.randoms(use_true_random=False))
def test_it_is_the_text_in_any_order_of_arrival(corrections: list[Correction], chance: Random) -> None:
    shuffled = list(corrections)
    chance.shuffle(shuffled)
    expected = brute(corrections, PLC)
    assert standing(corrections, PLC, RANKS) == expected
    assert standing(shuffled, PLC, RANKS) == expected


def test_what_stands_of_a_table() -> None:
    tap = {"source": "tablet", "supersedes": {"source": "plc", "key": "1"}}
    told = events(
        state(1),
        state(2, **tap, state="fault"),
        state(3, source="tablet", supersedes={"source": "plc", "key": "4"}, void=True),
        state(4),
        state(5, source="erp", supersedes={"source": "plc", "key": "6"}),
        state(6),
    )
    found = standing_events(told, RANKS)
    assert found["source"].to_pylist() == ["tablet", "plc"]
    assert found["key"].to_pylist() == ["2", "6"]

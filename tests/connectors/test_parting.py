"""A message that spoils it for others is found and set aside; nobody knows before what it will be."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb
import pyarrow as pa
import pytest

from plantstack.connectors.load import FileBatch
from plantstack.connectors.mapping.carry import Carry
from plantstack.connectors.parting import read_apart
from plantstack.errors import EventError, Problem
from plantstack.events.batch import RAW

ONE = pa.Table.from_pylist([{"kind": "state"}], schema=RAW)


class Reader:
    """Reads places; some of them no query survives."""

    def __init__(self, *poison: int, error: str = "SELECT 1e300::DECIMAL(18,6)") -> None:
        self.poison, self.error, self.calls = set(poison), error, 0
        self.carry = Carry(signals={"press": {"heard": []}})

    def __call__(self, places: Sequence[int]) -> list[FileBatch]:
        self.calls += 1
        self.carry.signals["press"]["heard"].extend(places)  # in place, as signals do
        for place in places:
            self.carry.orders[str(place)] = (place, "A", "")
        if self.poison & set(places):
            with duckdb.connect() as connection:
                connection.execute(self.error)
        return [FileBatch("hall", ONE, rows=[place]) for place in places]


@pytest.mark.parametrize("poison", [(), (0,), (617,), (999,), (3, 4, 500)])
def test_F22_a_poison_among_a_thousand_is_found_and_its_neighbours_stay(poison: tuple[int, ...]) -> None:
    reader = Reader(*poison)
    parts, culprits = read_apart(reader, range(1000), reader.carry)
    good = [place for place in range(1000) if place not in poison]
    assert [row for part in parts for row in part.rows] == good
    assert sorted(culprits) == list(poison)
    assert all(problem.code == "row-unreadable" for problem in culprits.values())
    assert reader.carry.signals["press"]["heard"] == good
    assert list(reader.carry.orders) == [str(place) for place in good]
    assert reader.calls <= 1 + 20 * len(poison)


def test_a_message_alone_is_set_aside() -> None:
    reader = Reader(0)
    parts, culprits = read_apart(reader, [0], reader.carry)
    assert (parts, list(culprits)) == ([], [0])


def test_many_of_which_none_can_be_read_are_left_to_the_source() -> None:
    reader = Reader(*range(40))
    with pytest.raises(EventError) as caught:
        read_apart(reader, range(40), reader.carry)
    assert caught.value.problems[0].code == "row-unreadable"
    assert reader.carry.signals["press"]["heard"] == []


def test_so_many_that_it_costs_too_much_are_left_to_the_source() -> None:
    reader = Reader(*range(0, 2000, 2))
    with pytest.raises(EventError):
        read_apart(reader, range(2000), reader.carry)
    assert reader.calls < 1000


def test_what_the_machine_lacks_is_no_fault_of_a_message() -> None:
    reader = Reader(5, error="ATTACH '/nowhere/at/all.db'")
    with pytest.raises(duckdb.OperationalError):
        read_apart(reader, range(9), reader.carry)


def test_a_problem_of_the_mapping_is_told_as_it_is() -> None:
    problem = Problem("mapping-overlap", "hall", "two rules")

    def read(places: Sequence[int]) -> list[FileBatch]:
        if 2 in places:
            raise EventError(problem)
        return [FileBatch("hall", ONE, rows=list(places))]

    assert read_apart(read, range(5), Carry())[1] == {2: problem}

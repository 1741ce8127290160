"""Set-up errors: a run that began with other values than good runs have, and nominals nobody ever met."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from plantstack.insights.contract import Needs, Outcome
from plantstack.insights.facts import Facts, Place
from plantstack.insights.finding import Cannot, Finding, Subject
from plantstack.insights.saying import N_, Figure, Name, Say, Value
from plantstack.insights.setups.judge import GOOD_RUNS, good_runs, offsets, wrongs
from plantstack.insights.setups.runs import Run, runs_of
from plantstack.insights.setups.stretch import stretch_of
from plantstack.insights.setups.words import setup_finding, wrong_nominal_finding
from plantstack.intervals import DAY

_SHARE_OF_BUDGET = 0.1  # of the false alarms a week that all kinds may give


@dataclass(frozen=True, slots=True)
class SetupErrors:
    """Runs that began off, within their first pieces.

    Attributes:
        recent: runs that began in so many microseconds before `as_of` are judged, and the one that runs.
        least_alpha: chance of a false alarm below which no threshold is put, whatever the budget.
    """

    recent: int = 2 * DAY
    least_alpha: float = 1e-6

    @property
    def kind(self) -> str:
        """The name of the question."""
        return "setup_error"

    @property
    def layer(self) -> int:
        """It is about the machine."""
        return 1

    @property
    def needs(self) -> Needs:
        """Settings or readings are told apart when it is run: either will do.

        Runs are compared and not rows or days: an order may be one piece, or a week with thousands of counts.
        """
        return Needs({"pieces": GOOD_RUNS})

    def run(self, facts: Facts) -> Outcome:
        """Judge the recent runs of every machine, and the nominals of every product."""
        facts = facts.known(facts.as_of)
        findings: list[Finding] = []
        cannot: list[Cannot] = []
        for place in facts.places.values():
            runs = runs_of(facts, place.id)
            if not runs:
                continue
            if not any(one.settings or one.readings for one in runs):
                cannot.append(_blind(self.kind, place))
                continue
            findings += self._errors(facts, place, runs)
            findings += _nominals(facts, place, runs)
            cannot += _unknown(self.kind, place, runs)
        return Outcome(tuple(findings), tuple(cannot))

    def _errors(self, facts: Facts, place: Place, runs: Sequence[Run]) -> Iterator[Finding]:
        alpha, final = self._alpha(facts, runs), len(runs) - 1
        told: dict[str, int] = {}  # the last run for which it was told, by parameter
        for number, run in enumerate(runs):
            if run.start < facts.as_of - self.recent and number < final:
                continue
            found = sorted(wrongs(runs, number, alpha), key=lambda one: (one.off.chance, one.by != "setting"))
            for one in found:
                if told.get(one.parameter, -1) < number:
                    stretch = stretch_of(runs, number, one, alpha)
                    told[one.parameter] = max(stretch.last, number)
                    yield setup_finding(facts, place, stretch, is_open=stretch.last == final)

    def _alpha(self, facts: Facts, runs: Sequence[Run]) -> float:
        """The chance of a false alarm for one value of one run, so that a week keeps to its share."""
        weeks = max((facts.as_of - runs[0].start) / (7 * DAY), 1.0)
        judged = sum(len(one.settings) + len(one.readings) for one in runs)
        share = _SHARE_OF_BUDGET * facts.budget / max(judged / weeks, 1.0)
        return max(min(share, 0.01), self.least_alpha)


def _nominals(facts: Facts, place: Place, runs: Sequence[Run]) -> Iterator[Finding]:
    for one in offsets(runs):
        yield wrong_nominal_finding(facts, place, one)


def _blind(kind: str, place: Place) -> Cannot:
    return Cannot(
        kind,
        Subject(place.id),
        Say(N_("no setting and no reading is told")),
        Say(N_("write down one setting at each set-up: the one that is most often looked for")),
    )


def _unknown(kind: str, place: Place, runs: Sequence[Run]) -> Iterator[Cannot]:
    """The product that runs now, where nobody knows yet what is usual."""
    run = runs[-1]
    good = good_runs(runs[:-1], run.product)
    if len(good) >= GOOD_RUNS:
        return
    values: dict[str, Value] = {
        "n": Figure(len(good), digits=0),
        "least": Figure(GOOD_RUNS, digits=0),
        "product": Name(run.product, "product"),
    }
    yield Cannot(
        kind,
        Subject(place.id, {"product": run.product}),
        Say(N_("%(n)s good runs of %(product)s are known, %(least)s are needed"), values),
        Say(N_("it comes with the next runs")),
    )


ANALYSIS = SetupErrors()

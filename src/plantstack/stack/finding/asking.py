"""What deserves attention in a project now: findings that stand, what could not be judged, what is quiet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass

from plantstack.engines.duckdb.homes import check_scope
from plantstack.engines.duckdb.money import dated_factors
from plantstack.insights.finding import Cannot, Finding
from plantstack.insights.registry import analyses
from plantstack.insights.running import ranked
from plantstack.insights.saying import Bounds, Name, Say
from plantstack.plant.plant import Plant
from plantstack.stack.finding.answers import Given, as_raised, given, hidden_by, standing
from plantstack.stack.finding.facts import Known
from plantstack.stack.finding.recalling import as_it_was
from plantstack.stack.finding.scoring import ScoreOf, scores
from plantstack.stack.finding.studying import study_of
from plantstack.stack.floor.sight import Sight, Then, look
from plantstack.stack.project import Stack
from plantstack.stack.targets.targeting import production_day


@dataclass(frozen=True, slots=True)
class Shown:
    """A finding and what was answered to it; `quiet` is the answer that keeps it off the list."""

    finding: Finding
    answer: Given | None
    quiet: Given | None


@dataclass(frozen=True, slots=True)
class Findings:
    """What analyses came to at an instant.

    Attributes:
        as_of: the instant, microseconds UTC.
        shown: on the list, what matters most first.
        quiet: kept off it by an answer.
        cannot: what could not be judged.
        scores: how each kind that was answered to has done.
    """

    as_of: int
    shown: Sequence[Shown]
    quiet: Sequence[Shown]
    cannot: Sequence[Cannot]
    scores: Sequence[ScoreOf]


def findings(
    stack: Stack,
    scope: str,
    now: int,
    *,
    layer: int | None = None,
    known: Known = "told",
    answered_by: int | None = None,
    then: Then | None = None,
) -> Findings:
    """Everything found of the machines of a scope, from the one study of their sites.

    Args:
        stack: the opened project.
        scope: id or path of equipment; '' is everything.
        now: microseconds UTC; nothing that was known later is looked at.
        layer: of the stack; None: all.
        known, then: see `facts_of`.
        answered_by: only answers that were received by then; None: all there are.

    Raises:
        QueryError: for a scope that does not exist.
    """
    sight = look(stack, scope, now, then)
    places = _places(sight, check_scope(sight.plant, scope)[1])
    sites = dict.fromkeys(sight.plant.site_of(machine).id for machine in sight.machines)
    studies = [study_of(stack, site, now, known, then) for site in sites]
    seen = [
        one
        for study in studies
        for one in study.findings
        if layer in (None, one.layer) and set(_named(one)) <= places
    ]
    found = ranked(seen, _factors(sight.plant, _priced(seen), now))
    layers = {one.kind: one.layer for one in analyses()}
    cannot = {
        str(one.as_row()): one
        for study in studies
        for one in study.cannot
        if layer in (None, layers.get(one.kind)) and (one.subject is None or one.subject.equipment in places)
    }
    told = as_raised(_given(sight, places, now, answered_by), found)
    told = as_it_was(stack, sight, told, found, now, known, then)
    last = standing(told)
    all_ = [Shown(one, _answer(one, last), hidden_by(one, last, told, now)) for one in found]
    return Findings(
        now,
        [one for one in all_ if one.quiet is None],
        [one for one in all_ if one.quiet is not None],
        list(cannot.values()),
        _scores(sight, told, now),
    )


def scores_of(
    stack: Stack, scope: str, now: int, answered_by: int | None = None, then: Then | None = None
) -> list[ScoreOf]:
    """How each kind of finding has done in a scope, by what people answered; nothing is studied for it.

    Args:
        stack: the opened project.
        scope: id or path of equipment; '' is everything.
        now: microseconds UTC.
        answered_by: only answers that were received by then; None: all there are.
        then: the books as they stood; None: as they stand.

    Raises:
        QueryError: for a scope that does not exist.
    """
    sight = look(stack, scope, now, then)
    places = _places(sight, check_scope(sight.plant, scope)[1])
    return _scores(sight, _given(sight, places, now, answered_by), now)


def _given(sight: Sight, places: set[str], now: int, answered_by: int | None) -> list[Given]:
    return [one for one in given(sight.books, now, answered_by) if one.equipment in places]


def _scores(sight: Sight, told: Sequence[Given], now: int) -> list[ScoreOf]:
    shown = [one for one in told if one.is_shown]  # whoever answers does not say to which kind it counts
    return scores(shown, len(sight.machines), now, lambda place: sight.plant.site_of(place).currency)


def _priced(found: Iterable[Finding]) -> set[str]:
    return {one.cost.currency for one in found if one.cost.likely is not None}


def _factors(plant: Plant, currencies: Set[str], now: int) -> dict[str, float] | None:
    """What money of each currency is multiplied by to be compared, at rates of the day; None: no rates."""
    day = production_day(next(iter(plant.sites.values())), now).isoformat()
    for into in sorted(currencies):
        found = {
            one: [each for start, each in dated_factors(plant, one, into) if start <= day][-1]
            for one in currencies
        }
        known = {one: float(factor) for one, factor in found.items() if factor is not None}
        if len(known) == len(currencies):
            return known
    return None


def _places(sight: Sight, scope: str) -> set[str]:
    """Everything that a scope stands for: its machines and the places inside it, nothing around it."""
    found: set[str] = set()
    for machine in sight.machines:
        above = sight.above(machine)
        whole = len(above) if not scope else above.index(scope) + 1 if scope in above else 1
        found.update(above[:whole])
    return found


def _named(finding: Finding) -> Iterator[str]:
    """The equipment a finding is about or speaks of: who is let near a machine hears of no other."""
    yield finding.subject.equipment
    says = [finding.says, finding.action.says, finding.effect.baseline_of]
    says += [one.says for one in finding.explanations]
    says += [one.test for one in finding.explanations if one.test is not None]
    yield from (one.id for say in says for one in _names(say) if one.kind == "equipment")


def _names(say: Say) -> Iterable[Name]:
    values = (one.of if isinstance(one, Bounds) else one for one in say.values.values())
    return [one for one in values if isinstance(one, Name)]


def _answer(finding: Finding, last: dict[str, Given]) -> Given | None:
    """The last answer to a finding, or to one of those that it stands for."""
    said = [last[one.id] for one in (finding, *finding.others) if one.id in last]
    return max(said, key=lambda one: (one.at, one.offset), default=None)

"""A finding: what is off, by how much, what it costs, on what evidence, what else it could be, who acts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Literal

from plantstack.insights.chart import Control
from plantstack.insights.saying import Say
from plantstack.intervals import Interval, rfc3339

Grade = Literal["A", "B", "C", "D", "U"]
Better = Literal["up", "down", "band"]


@dataclass(frozen=True, slots=True)
class Subject:
    """What a finding is about: a place, and as much of the rest as it is about.

    Attributes:
        equipment: id of the machine, or of a line or site where no machine is meant.
        about: what else, by axis (`parameter`, `product`, `reason`, `lot`, `tool`, ...), ids and not names.
    """

    equipment: str
    about: Mapping[str, str] = field(default_factory=dict)

    def key(self) -> str:
        """The subject as one text, the same in every run."""
        return "/".join((self.equipment, *(f"{axis}={value}" for axis, value in sorted(self.about.items()))))


@dataclass(frozen=True, slots=True)
class Effect:
    """How far what is seen is from what it is compared with.

    Attributes:
        value: what is seen now.
        baseline: what it is compared with.
        low, high: uncertainty of `value - baseline`, 90 %; None where it cannot be said.
        unit: of all four.
        of: the texts' word for what is measured, e.g. 'scrap rate'.
        baseline_of: which good time or runs the baseline is from.
        n, n_baseline: how many samples or pieces stand behind each.
        better: which way is good.
    """

    value: float
    baseline: float
    low: float | None
    high: float | None
    unit: str
    of: str
    baseline_of: Say
    n: int
    n_baseline: int
    better: Better = "band"


@dataclass(frozen=True, slots=True)
class Cost:
    """What it costs while it lasts, as a range; None and why where a price is missing.

    Attributes:
        low, likely, high: in `currency` for `per`; None: not to be had.
        pieces: good pieces lost in the same span; None where that is not known.
        minutes: of run time lost.
        money_class: as BOOKS 12 names it; classes never add up into one total.
    """

    low: float | None
    likely: float | None
    high: float | None
    currency: str
    per: Literal["hour", "shift", "day", "month", "run", "so far"]
    money_class: str = ""
    pieces: float | None = None
    minutes: float | None = None
    why_none: str = ""


@dataclass(frozen=True, slots=True)
class Evidence:
    """One row a finding stands on, to be found again in the books.

    Attributes:
        table: of `facts.TABLES`.
        span: when.
        what: the row in the words of the table: parameter, product, reason.
        value: of `unit`.
        events: offsets of the events behind it, a few of them.
    """

    table: str
    equipment: str
    span: Interval
    what: Mapping[str, str]
    value: float
    unit: str = ""
    events: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Explanation:
    """Something that would explain it, and how well it agrees with the rows.

    Attributes:
        says: what it would be.
        weight: how well it explains what is seen, beside the others: 0 to 1.
        test: what to look at to tell it from the others.
        is_own: it is what the finding itself says; beside it only the others are said.
    """

    says: Say
    weight: float
    test: Say | None = None
    is_own: bool = False


@dataclass(frozen=True, slots=True)
class Action:
    """What to do.

    Attributes:
        says: in one sentence.
        owner: a role, never a person.
        by: until when; microseconds UTC.
        minutes: run time that can still be won back until the shift ends; None: not known.
    """

    says: Say
    owner: str
    by: int
    minutes: float | None = None


@dataclass(frozen=True, slots=True)
class Same:
    """What stays the same of a finding, whatever explains it best today.

    Attributes:
        kind: of the finding.
        key: what it is about, as one text that begins with the equipment.
        episode: which time it is.
    """

    kind: str
    key: str
    episode: str

    @property
    def id(self) -> str:
        """A digest of it."""
        return sha256(f"{self.kind}|{self.key}|{self.episode}".encode()).hexdigest()[:12]

    def as_row(self) -> dict[str, str]:
        """What an answer to the finding repeats."""
        return {"kind": self.kind, "subject": self.key, "episode": self.episode}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that deserves attention, complete: no reader needs to look elsewhere to decide.

    Attributes:
        kind: name of the analysis, or what it tells apart (`drift`, `setup_error`, `wrong_nominal`).
        layer: of the stack.
        subject: what it is about.
        window: since when until when it was seen.
        began: the start of this episode: what makes a run later today update it and not repeat it.
        says: the finding in one sentence.
        severity: how surprising it is under the baseline, as -log10 of the chance of it; larger is rarer.
        trust: grade of the data behind it; limits in plain words beside it.
        is_safety: outranks money.
        known_at: since when the facts say it: deadlines are counted from it. None: since it began.
        same: what its id is made of; None: its kind, subject and the begin of its episode.
        others: findings about the same thing that this one stands for as well; their money is not added.
        chart: the values it was found in against limits of good runs; None where there is none.
    """

    kind: str
    layer: int
    subject: Subject
    window: Interval
    began: int
    says: Say
    effect: Effect
    cost: Cost
    evidence: tuple[Evidence, ...]
    explanations: tuple[Explanation, ...]
    action: Action
    expires_at: int
    severity: float
    trust: Grade = "U"
    limits: tuple[str, ...] = ()
    is_safety: bool = False
    known_at: int | None = None
    same: Same | None = None
    others: tuple[Finding, ...] = ()
    chart: Control | None = None

    @property
    def charts(self) -> list[Control]:
        """Its own chart and those of what it stands for as well."""
        return [one.chart for one in (self, *self.others) if one.chart is not None]

    @property
    def identity(self) -> Same:
        """What stays the same of it."""
        return self.same or Same(self.kind, self.subject.key(), str(self.began))

    @property
    def id(self) -> str:
        """The same for the same episode of the same subject, whenever it is worked out."""
        return self.identity.id

    @property
    def first_known(self) -> int:
        """Since when the facts would have said it, microseconds UTC."""
        return self.began if self.known_at is None else self.known_at

    def is_overdue(self, at: int) -> bool:
        """Whether what is to be done should have been done by an instant."""
        return self.action.by < at

    def as_row(self) -> dict[str, object]:
        """The finding as the command contract prints it."""
        return {
            "id": self.id,
            "kind": self.kind,
            "layer": self.layer,
            "scope": {"equipment": self.subject.equipment, **self.subject.about},
            "period": {"from": rfc3339(self.window.start), "to": rfc3339(self.window.end)},
            "same": self.identity.as_row(),
            "began": rfc3339(self.began),
            "known_at": rfc3339(self.first_known),
            "says": self.says.as_row(),
            "effect": _effect_row(self.effect),
            "cost": _cost_row(self.cost),
            "evidence": [_evidence_row(one) for one in self.evidence],
            "explanations": [_explanation_row(one) for one in self.explanations],
            "action": {
                "says": self.action.says.as_row(),
                "owner": self.action.owner,
                "by": rfc3339(self.action.by),
                "minutes": self.action.minutes,
            },
            "expires_at": rfc3339(self.expires_at),
            "severity": self.severity,
            "trust": {"grade": self.trust, "limits": list(self.limits)},
            "safety": self.is_safety,
            "others": [{"id": one.id, "kind": one.kind, "says": one.says.as_row()} for one in self.others],
        }


@dataclass(frozen=True, slots=True)
class Cannot:
    """An analysis that could not judge something, and what it would need.

    Attributes:
        kind: name of the analysis.
        subject: what could not be judged; None: nothing of the project.
        why: what is missing, in plain words.
        fix: the cheapest thing to do about it.
    """

    kind: str
    subject: Subject | None
    why: Say
    fix: Say

    def as_row(self) -> dict[str, object]:
        """The abstention as the command contract prints it."""
        scope = {} if self.subject is None else {"equipment": self.subject.equipment, **self.subject.about}
        return {"kind": self.kind, "scope": scope, "why": self.why.as_row(), "fix": self.fix.as_row()}


def _effect_row(effect: Effect) -> dict[str, object]:
    return {
        "of": effect.of,
        "value": effect.value,
        "baseline": effect.baseline,
        "low": effect.low,
        "high": effect.high,
        "unit": effect.unit,
        "baseline_of": effect.baseline_of.as_row(),
        "n": effect.n,
        "n_baseline": effect.n_baseline,
        "better": effect.better,
    }


def _cost_row(cost: Cost) -> dict[str, object]:
    return {
        "low": cost.low,
        "likely": cost.likely,
        "high": cost.high,
        "currency": cost.currency,
        "per": cost.per,
        "class": cost.money_class,
        "pieces": cost.pieces,
        "minutes": cost.minutes,
        "why_none": cost.why_none,
    }


def _evidence_row(one: Evidence) -> dict[str, object]:
    return {
        "table": one.table,
        "equipment": one.equipment,
        "from": rfc3339(one.span.start),
        "to": rfc3339(one.span.end),
        "what": dict(one.what),
        "value": one.value,
        "unit": one.unit,
        "events": list(one.events),
    }


def _explanation_row(one: Explanation) -> dict[str, object]:
    test = None if one.test is None else one.test.as_row()
    return {"says": one.says.as_row(), "weight": one.weight, "test": test, "own": one.is_own}

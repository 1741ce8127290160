"""The tools of whoever asks by a program: the questions of the command line, with the caller's rights.

One set of tools for the MCP server and for questions in somebody's own words.

Every answer carries how far the books reach, how far each number may be trusted, what could not be judged.
Texts that people typed are data: nothing that stands in a row is an instruction.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import replace
from itertools import islice
from typing import Annotated, Any

from pydantic import Field

from plantstack.errors import Problem, QueryError
from plantstack.interfaces import asked_by, asked_findings, questions
from plantstack.interfaces.answer import Answer
from plantstack.interfaces.asked_by import NotAllowed
from plantstack.interfaces.questions import Kpis, Versus, Window
from plantstack.kpis.describing import in_words, terms
from plantstack.live.access import Sender
from plantstack.live.seeing import may_see
from plantstack.plant.plant import Plant
from plantstack.stack import Stack
from plantstack.stack.answers.using import catalog_of

Told = dict[str, Any]
Question = Callable[[Stack], Answer]
Look = Callable[[tuple[Hashable, ...], Question], Answer]
"""Asks the books; the key names the question with everything it depends on."""

MOST = 60
"""Rows in one answer; what is left off is counted."""

_MOST_PROBLEMS, _LONGEST = 20, 400  # characters of each text

_NEXT = (
    "This is an overview. Name 'ids' or a 'layer' for targets and for what limits the trust of a number; 'by'"
    " and 'grain' split it, 'since' and 'until' bound it, 'scope' is a place of 'equipment'. 'lineage' tells"
    " what is behind one number, 'losses' where the time went, 'findings' what deserves attention now."
)

Scope = Annotated[str, Field(description="Equipment, by id or path; empty: all the caller is let near.")]
Since = Annotated[str, Field(description="First production day or exact instant; empty: from the beginning.")]
Until = Annotated[str, Field(description="Last production day or instant; empty: to the end of the books.")]
KpiId = Annotated[str, Field(description="Id of a KPI, as 'oee'; 'definitions' lists them.")]


class Tools:
    """What a caller may ask."""

    def __init__(
        self,
        look: Look,
        plant: Plant,
        sender: Sender,
        clock: Callable[[], int],
        *,
        is_read: bool = False,
    ) -> None:
        """Remember for whom the caller speaks.

        Args:
            look: asks the books, see `Look`.
            plant: what stands where.
            sender: for whom the caller speaks.
            clock: the instant, microseconds UTC.
            is_read: a model reads the rows themselves: where nothing is named it gets an overview of them.
        """
        self._look, self._plant, self._sender, self._clock = look, plant, sender, clock
        self._is_read = is_read

    @property
    def all_(self) -> tuple[Callable[..., Told], ...]:
        """Every tool."""
        return (
            *(self.kpis, self.lineage, self.bridge, self.losses, self.findings),
            *(self.readiness, self.definitions, self.equipment),
        )

    def kpis(
        self,
        ids: Annotated[
            str, Field(description="KPI ids with commas; empty: the layer's, else all in short.")
        ] = "",
        layer: Annotated[int | None, Field(ge=1, le=5, description="1 execution ... 5 strategy.")] = None,
        scope: Scope = "",
        by: Annotated[str, Field(description="Split: machine, line, product, shift, order, reason.")] = "",
        grain: Annotated[str, Field(description="hour, shift, day, week, month, ... or all.")] = "all",
        since: Since = "",
        until: Until = "",
    ) -> Told:
        """KPIs with value, unit, range, target, status and trust; a null value says why."""

        def ask(stack: Stack, where: str) -> Answer:
            named = [one.strip() for one in ids.split(",") if one.strip()]
            asked_by.check_seen(stack, self._sender, named, None)
            window = Window(where, since or None, until or None)
            answer = questions.kpis(stack, window, Kpis(ids, layer, by, grain))
            return asked_by.seen_kpis(stack, self._sender, answer, None)

        told = self._told(scope, ask, "kpis", ids, layer, by, grain, since, until)
        is_whole = bool(ids.strip() or layer or by.strip()) or grain != "all"
        return told if is_whole or not self._is_read else _overview(told)

    def lineage(self, kpi: KpiId, scope: Scope = "", since: Since = "", until: Until = "") -> Told:
        """What is behind one number: its formula, its sums and, for a machine, the entries and events."""

        def ask(stack: Stack, where: str) -> Answer:
            asked_by.check_seen(stack, self._sender, [kpi], None)
            return questions.lineage(stack, Window(where, since or None, until or None), kpi)

        return self._told(scope, ask, "lineage", kpi, since, until)

    def bridge(
        self,
        kpi: KpiId,
        scope: Scope = "",
        since: Since = "",
        until: Until = "",
        versus_since: Since = "",
        versus_until: Until = "",
        versus_scope: Scope = "",
    ) -> Told:
        """How a number came from another period or place: factors that add up to the difference."""

        def ask(stack: Stack, where: str) -> Answer:
            asked_by.check_seen(stack, self._sender, [kpi], None)
            other = self._near(versus_scope) if versus_scope else None
            versus = Versus(versus_since or None, versus_until or None, other)
            window = Window(where, since or None, until or None)
            return questions.bridge(stack, window, versus, kpi)

        versus_key = (versus_since, versus_until, versus_scope)
        return self._told(scope, ask, "bridge", kpi, since, until, *versus_key)

    def losses(self, scope: Scope = "", since: Since = "", until: Until = "") -> Told:
        """The loss tree: calendar time to good pieces, and to money where that may be claimed and seen."""

        def ask(stack: Stack, where: str) -> Answer:
            answer = questions.losses(stack, Window(where, since or None, until or None))
            return asked_by.seen_losses(self._sender, answer)

        return self._told(scope, ask, "losses", since, until)

    def findings(
        self,
        scope: Scope = "",
        layer: Annotated[int | None, Field(ge=1, le=5, description="Only of this layer.")] = None,
        language: Annotated[str, Field(description="en, de or es.", pattern="^(en|de|es)$")] = "en",
    ) -> Told:
        """What deserves attention now: effect, cost, cause, action and owner; and what cannot be judged."""

        def ask(stack: Stack, where: str) -> Answer:
            sees = "money" in self._sender.may
            answer = asked_findings.insights(stack, where, layer=layer, language=language, sees_money=sees)
            return asked_by.seen_findings(self._sender, answer)

        return self._told(scope, ask, "findings", layer, language)

    def readiness(
        self,
        scope: Scope = "",
        details: Annotated[bool, Field(description="Every check of every layer; name a scope too.")] = False,
    ) -> Told:
        """How far each layer may be believed, line by line, what it lacks, and the cheapest next step."""

        def ask(stack: Stack, where: str) -> Answer:
            answer = questions.readiness(stack, Window(where))
            return answer if details else replace(answer, rows=[_in_short(row) for row in answer.rows])

        return self._told(scope, ask, "readiness", details)

    def definitions(
        self, kpi: Annotated[str, Field(description="One id; empty: all, in short.")] = ""
    ) -> Told:
        """What KPIs mean: formula in words, unit, decision, owner, playbook, and what they need."""
        catalog, profile = catalog_of(self._plant), self._plant.profile.name
        if kpi and kpi not in catalog.kpis:
            return refused(
                [Problem("kpi-unknown", kpi, "there is no such KPI", "Ask without an id for all.")]
            )
        seen = [one for one in catalog.kpis.values() if may_see(self._sender, catalog, one.id, profile)]
        if not kpi:
            rows = [{"kpi": one.id, "name": one.name, "layer": one.layer, "unit": one.unit} for one in seen]
            return {"rows": rows}
        found = next((one for one in seen if one.id == kpi), None)
        if found is None:
            return _not_allowed(NotAllowed(f"{asked_by.called(self._sender)} may not see '{kpi}'"))
        formula = found.formulas.get(profile) or next(iter(found.formulas.values()), None)
        row = {
            "kpi": found.id,
            "name": found.name,
            "layer": found.layer,
            "unit": found.unit,
            "better": found.better,
            "owner": found.owner,
            "playbook": found.playbook,
            "formula": in_words(catalog, formula.node) if formula else f"model {found.model}",
            "terms": {one.name: one.meaning for one in terms(catalog, found, profile)},
            "needs": list(found.needs),
        }
        return {"rows": [row]}

    def equipment(self) -> Told:
        """Sites, areas, lines and machines the caller is let near, with the names people use."""
        plant, now = self._plant, self._clock()
        rows = [
            {
                "id": one.id,
                "name": one.label or one.id,
                "level": one.level,
                "path": plant.spans[one.id][-1].path,
            }
            for one in plant.equipment.values()
            if plant.spans.get(one.id) and self._sender.is_near(plant, one.id, now)
        ]
        return {"rows": rows}

    def _near(self, scope: str) -> str:
        return asked_by.near(self._plant, self._sender, scope, self._clock())

    def _told(self, scope: str, ask: Callable[[Stack, str], Answer], *key: Hashable) -> Told:
        sender = self._sender
        try:
            where = self._near(scope)
            answer = self._look((*key, where, sender.scope, sender.may), lambda stack: ask(stack, where))
            now = self._clock()
            answer = asked_by.reaching(self._plant, sender, answer, now, known_at=now)
        except NotAllowed as error:
            return _not_allowed(error)
        except QueryError as error:
            return refused(error.problems)
        told = answer.as_object()
        told["left_off"] = max(len(answer.rows) - MOST, 0)
        told["rows"] = [_short(row) for row in answer.rows[:MOST]]
        told["notes"] = [note.as_row() for note in answer.notes]
        return told


def _short(row: Mapping[str, Any]) -> Told:
    """A row without what only programs need; why there is no value stays, in plain words if there are."""
    left = ("inputs", "why_none") if row.get("why_plain") else ("inputs",)
    return {name: value for name, value in row.items() if name not in left}


def _overview(told: Told) -> Told:
    """KPIs of one place and time: what each stands at, how far it may be trusted, and what to ask next."""
    rows = told["rows"]
    if not rows:
        return told
    period = rows[0]["period"]
    short = [_in_a_line(row) | ({} if row["period"] == period else {"period": row["period"]}) for row in rows]
    return {**told, "scope": rows[0]["scope"], "period": period, "rows": short, "next": _NEXT}


def _in_a_line(row: Mapping[str, Any]) -> Told:
    told = {name: row[name] for name in ("kpi", "value", "unit")}
    if row["value"] is None:
        return told | {"why_none": row.get("why_plain") or row.get("why_none", "")}
    if row["low"] != row["high"]:
        told |= {"low": row["low"], "high": row["high"]}
    if row["currency"]:
        told["currency"] = row["currency"]
    return told | {"status": row["status"], "trust": row["trust"]["grade"]}


def _in_short(row: Mapping[str, Any]) -> Told:
    """A layer of a place without its checks: which of them are weak or missing stays."""
    told = {name: value for name, value in row.items() if name not in ("checks", "site", "period")}
    lacking = [one["kpi"] for one in row["checks"] if one["status"] in ("weak", "missing")]
    return told | {"period": row["period"]["label"], "lacking": lacking}


def refused(problems: Iterable[Problem]) -> Told:
    """What is told where there is no answer: the first problems, no more of the question than it takes."""
    return {"rows": [], "problems": [_cut(one.as_row()) for one in islice(problems, _MOST_PROBLEMS)]}


def _cut(row: Mapping[str, Any]) -> Told:
    """A problem names what was asked: whoever asks with a hundred thousand characters knows them."""
    long = {name: f"{told[:_LONGEST]}…" for name, told in row.items() if len(str(told)) > _LONGEST}
    return {**row, **long}


def _not_allowed(error: NotAllowed) -> Told:
    return refused([Problem("not-allowed", "caller", str(error), "Ask of what may be seen.")])

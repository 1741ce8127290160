"""The three drawings of the improvement workspace: waterfall, Pareto and run chart, with their words."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

from plantstack.insights.telling.words import LEAVES
from plantstack.interfaces.web import charts, formats
from plantstack.interfaces.web.improving.tracing import View, cause_label, query_of
from plantstack.interfaces.web.improving.words import hours
from plantstack.interfaces.web.page import N_, Visit
from plantstack.interfaces.web.rendering import address
from plantstack.interfaces.web.series import run_chart_of
from plantstack.stack.improving.hours import LEAVES as ORDER
from plantstack.stack.improving.hours import Hours
from plantstack.stack.improving.tracing import Cause, Series

_WITHIN = 0.02  # of what it was: a smaller change of a loss is none
_MOST = 14  # causes that are told apart; the rest is told together


def waterfall(visit: Visit, view: View, leaf: str, now: Hours, before: Hours | None) -> charts.Waterfall:
    """Planned busy time to good pieces, each bar a link to what is behind it."""
    say, language = visit.say, visit.language
    other = before if before is not None and before.planned_s else None
    scale = now.planned_s / other.planned_s if other else 0.0

    def step(name: str, value: float, was: float, loss: str = "", *, is_total: bool = False) -> charts.Step:
        delta = value - was if other else None
        return charts.Step(
            name=name,
            value=value,
            text=hours(value, language),
            delta=delta,
            delta_text="" if delta is None else hours(delta, language, is_signed=True),
            is_total=is_total,
            is_within=delta is not None and abs(delta) <= max(_WITHIN * abs(was), 360.0),
            href=address("/ci", **query_of(visit, loss=loss, cause=None)) + "#causes" if loss else "",
            is_chosen=bool(loss) and loss == leaf,
        )

    first = charts.Step(
        say(N_("Planned hours")), now.planned_s, hours(now.planned_s, language), is_total=True
    )
    known = {one for tree in (now, other) if tree for one, lost in tree.leaves.items() if lost}
    kinds = [one for one in ORDER if one in known or one == leaf]
    was = {one: (other.leaves.get(one, 0.0) if other else 0.0) * scale for one in kinds}
    steps = [first, *(step(say(LEAVES[one]), -now.leaves.get(one, 0.0), -was[one], one) for one in kinds)]
    good = other.good_s * scale if other else 0.0
    steps.append(step(say(N_("Fully productive")), now.good_s, good, is_total=True))
    whole, made = hours(now.planned_s, language), hours(now.good_s, language)
    text = N_("Of %(planned)s planned hours %(good)s were fully productive")
    sentence, of_whole = say(text, planned=whole, good=made), say(N_("of %(hours)s h"), hours=whole)
    heads = (say(N_("Step")), say(N_("Hours")), of_whole, say(N_("Δ before, h")))
    nothing = say(N_("Nothing is in the books of these days. Choose others."))
    return charts.Waterfall(sentence, steps if now.planned_s else [], heads, nothing)


def pareto(visit: Visit, view: View, leaf: str, found: Sequence[Cause]) -> charts.Pareto:
    """The causes of a loss by hours or count, each a link to its days and stops."""
    say, language, is_count = visit.say, visit.language, view.measure == "count"
    amounts = {one.key: max(float(one.count or 0) if is_count else one.seconds, 0.0) for one in found}
    order = sorted((one for one in found if amounts[one.key]), key=lambda one: (-amounts[one.key], one.key))
    told = [one for at, one in enumerate(order) if at < _MOST or one.key == view.cause]

    def row(name: str, amount: float, key: str | None) -> charts.Cause:
        text = formats.number(amount, language) if is_count else hours(amount, language)
        if key is None:
            return charts.Cause(name, amount, text, is_other=True)
        href = address("/ci", **query_of(visit, loss=leaf, cause=None)) + f"&cause={quote(key)}#chart"
        return charts.Cause(name, amount, text, href=href, is_chosen=view.cause == key)

    rows = [row(cause_label(visit, leaf, one.key), amounts[one.key], one.key) for one in told]
    rest = sum(amounts[one.key] for one in order if one not in told)
    rows += [row(say(N_("Others")), rest, None)] if rest else []
    whole = sum(amounts.values())
    sentence = ""
    if rows and whole:
        share = formats.percent(rows[0].value / whole, language, 0)
        loss = say(LEAVES[leaf])
        sentence = say(N_("%(name)s is %(share)s of %(loss)s"), name=rows[0].name, share=share, loss=loss)
    heads = (
        say(N_("Cause")),
        say(N_("Count") if is_count else N_("Hours")),
        say(N_("Share")),
        say(N_("Together")),
    )
    nothing = say(N_("Nothing was lost here in these days."))
    return charts.Pareto(sentence, rows, heads, lambda share: formats.percent(share, language, 0), nothing)


def run_chart(visit: Visit, found: Series, name: str) -> charts.RunChart:
    """A loss from day to day, or the pace or scrap behind it in percent, with what is more than chance."""
    is_time = not found.kpi
    scale = 3600.0 if is_time else 0.01
    values = [None if value is None else value / scale for value in found.values]
    labels = [label_of(visit, one) for one in found.labels]
    return run_chart_of(visit, name, labels, values, "h" if is_time else "%", has_zero=is_time)


def label_of(visit: Visit, label: str) -> str:
    """A period as people read it: `2026-11-22`, or `2026-11-22 early`."""
    day, _, shift = label.partition(" ")
    told = str(formats.written(day, visit.language)) if len(day) == 10 else day
    return f"{told} {shift}".strip()

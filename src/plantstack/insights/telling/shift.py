"""What can be said of a shift: facts with what they are worth, from what is known of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from plantstack.insights.finding import Finding
from plantstack.insights.saying import N_, Figure, Name, Say, Value
from plantstack.insights.telling.fact import Fact, Link, Weight
from plantstack.insights.telling.facts_of_shift import LineOfShift, LossOfShift, ShiftFacts
from plantstack.insights.telling.words import ACCOUNTS, MONEY, SAFETY, WHOM, equipment, pieces, seconds, word
from plantstack.intervals import SECOND

_HOUR = 3600
_LEAST = 0.02  # of the pieces before: less of a change is none
_LEAST_SCRAP = 0.005  # of all pieces


def facts_of(shift: ShiftFacts) -> list[Fact]:
    """Everything that can be said of a shift, not yet chosen from."""
    return [
        *_safety(shift),
        *(fact for line in shift.lines for fact in _line(line, shift)),
        *(_loss(one, shift.currency) for one in shift.losses if _is_told(shift, one)),
        *_records(shift),
        *_unexplained(shift),
        *_standing(shift),
        *_slow(shift),
        *_people(shift),
        *_changes(shift),
        *(_found(one) for one in shift.findings),
        *_overdue(shift),
    ]


def _is_told(shift: ShiftFacts, loss: LossOfShift) -> bool:
    """Whether a loss is worth a word; that a signal was silent is said as what it is."""
    places = {one.machine for one in shift.silences}
    is_silence = loss.account == "unknown" and bool(places & {loss.machine, loss.line})
    return loss.seconds >= 60 and not is_silence


def _records(shift: ShiftFacts) -> Iterator[Fact]:
    """What is wrong with the records themselves: signals that were silent, entries that came days late."""
    for one in shift.silences:
        # beside since when stands how long since then, not what was silent earlier in the shift as well
        told = (min(shift.now, shift.end) - one.since) / SECOND if one.is_now else one.seconds
        values: dict[str, Value] = {"line": equipment(one.line), "time": seconds(told)}
        is_whole = one.machine == one.line
        if not is_whole:
            values["machine"] = equipment(one.machine)
        if one.is_now:
            values["since"] = Figure(one.since, "moment")
        says = Say(_SILENT[one.is_now, is_whole], values)
        weight = Weight(None, one.seconds / 60, 0.9, 0.9 if one.is_now else 0.5)
        yield Fact("silent", says, Link("equipment", one.machine), f"silent/{one.machine}", weight, 1)
    for late in shift.came_late:
        said: dict[str, Value] = {"place": equipment(late.place), "n": pieces(late.n)}
        said["since"] = Figure(late.since, "day")
        text = N_("%(n)s entries of %(place)s of earlier days, from %(since)s on, were told only now.")
        weight = Weight(surprise=0.7, actionability=0.4)
        yield Fact("late", Say(text, said), Link("equipment", late.place), f"late/{late.place}", weight, 1)


_SILENT = {  # whether it goes on, and whether it is all of the line
    (True, True): N_("%(line)s has told nothing since %(since)s (%(time)s): its numbers are not complete."),
    (True, False): N_(
        "%(machine)s has told nothing since %(since)s (%(time)s): numbers of %(line)s are not complete."
    ),
    (False, True): N_("%(line)s told nothing for %(time)s: its numbers are not complete."),
    (False, False): N_("%(machine)s told nothing for %(time)s: numbers of %(line)s are not complete."),
}


def _overdue(shift: ShiftFacts) -> Iterator[Fact]:
    """What should have been done about findings by now: one sentence for all of them."""
    late = sorted((one for one in shift.findings if one.is_overdue(shift.now)), key=lambda one: one.action.by)
    if not late:
        return
    by = late[0].action.by
    values: dict[str, Value] = {"day": Figure(by, "day"), "by": Figure(by, "moment")}
    one = N_("What was to be done about a finding is overdue since %(day)s %(by)s.")
    many = N_("What was to be done about %(n)s findings is overdue, the first since %(day)s %(by)s.")
    if len(late) > 1:
        values["n"] = pieces(len(late))
    says = Say(many if len(late) > 1 else one, values)
    weight = Weight(surprise=0.6, actionability=0.9)
    yield Fact("overdue", says, Link("finding", late[0].id), "overdue", weight)


def _safety(shift: ShiftFacts) -> Iterator[Fact]:
    for one in shift.safety:
        says = Say(
            N_("Safety: %(what)s at %(place)s at %(at)s."),
            {
                "what": word(SAFETY.get(one.type, one.type)),
                "place": equipment(one.place),
                "at": Figure(one.at, "moment"),
            },
        )
        weight = Weight(surprise=1.0, actionability=1.0)
        yield Fact(
            "safety", says, Link("event", str(one.offset)), f"safety/{one.offset}", weight, 1, is_safety=True
        )


def result(line: LineOfShift) -> Fact:
    """What a line made, against its plan where there is one."""
    where = {"line": equipment(line.line)}
    if line.good is None:
        says = Say(N_("%(line)s: pieces are not known."), where)
    elif line.plan is None:
        says = Say(N_("%(line)s made %(good)s; there was no plan."), {**where, "good": pieces(line.good)})
    elif line.unplanned:
        says = _unplanned(line, line.good, line.plan)
    else:
        apart = line.good - line.plan
        values: dict[str, Value] = {
            **where,
            "good": pieces(line.good),
            "plan": pieces(line.plan),
            "apart": pieces(abs(round(line.good) - round(line.plan))),
        }
        behind = N_("%(line)s made %(good)s of %(plan)s: %(apart)s behind plan.")
        ahead = N_("%(line)s made %(good)s of %(plan)s: plan met, %(apart)s more.")
        says = Say(behind if apart < 0 else ahead, values)
    share = abs((line.planned or 0.0) / line.plan - 1) if line.good is not None and line.plan else 0.0
    weight = Weight(surprise=min(1.0, 0.2 + 2 * share), actionability=0.5)
    return Fact("result", says, Link("equipment", line.line), f"result/{line.line}", weight)


def _unplanned(line: LineOfShift, good: float, plan: float) -> Say:
    """What counts against the plan of another product is no plan met."""
    values: dict[str, Value] = {
        "line": equipment(line.line),
        "good": pieces(good),
        "without": pieces(line.without_plan),
        "product": Name(line.unplanned[0], "product"),
        "made": pieces(good - line.without_plan),
        "plan": pieces(plan),
    }
    is_all = line.without_plan >= good
    if is_all:
        del values["without"], values["made"]
    return Say(unplanned_sentence(len(line.unplanned), is_all=is_all), values)


def unplanned_sentence(n_products: int, *, is_all: bool) -> str:
    """The result of a line that made so many products which no plan of its shift names, maybe no others."""
    if is_all:
        only = N_(
            "%(line)s made %(good)s of %(product)s, which is not planned in this shift, and none of the"
            " %(plan)s that are."
        )
        mostly = N_(
            "%(line)s made %(good)s that are not planned in this shift, most of them %(product)s, and none of"
            " the %(plan)s that are."
        )
        return only if n_products == 1 else mostly
    one = N_(
        "%(line)s made %(good)s; %(without)s of them are %(product)s, which is not planned in this shift."
        " Of what is planned it made %(made)s of %(plan)s."
    )
    several = N_(
        "%(line)s made %(good)s; %(without)s of them, most of them %(product)s, are not planned in this"
        " shift. Of what is planned it made %(made)s of %(plan)s."
    )
    return one if n_products == 1 else several


def _line(line: LineOfShift, shift: ShiftFacts) -> Iterator[Fact]:
    yield result(line)
    if line.scrap and line.good:
        share = line.scrap / (line.scrap + line.good)
        if share >= _LEAST_SCRAP:
            yield _scrap(line, line.scrap, share)
    yield from _against_before(line)


def _scrap(line: LineOfShift, scrap: float, share: float) -> Fact:
    says = Say(
        N_("%(line)s scrapped %(scrap)s pieces, %(share)s of all it made."),
        {"line": equipment(line.line), "scrap": pieces(scrap), "share": Figure(share, "share")},
    )
    weight = Weight(surprise=min(1.0, 5 * share), actionability=0.6)
    return Fact("scrap", says, Link("kpi", "scrap_rate"), f"scrap/{line.line}", weight)


def _against_before(line: LineOfShift) -> Iterator[Fact]:
    """What changed against the shift before."""
    if line.good is not None and line.good_before:
        apart = round(line.good) - round(line.good_before)
        if abs(apart) >= _LEAST * line.good_before:
            more = N_("%(line)s made %(apart)s good pieces more than the shift before.")
            fewer = N_("%(line)s made %(apart)s good pieces fewer than the shift before.")
            says = Say(
                more if apart > 0 else fewer, {"line": equipment(line.line), "apart": pieces(abs(apart))}
            )
            weight = Weight(surprise=min(1.0, 2 * abs(apart) / line.good_before), actionability=0.3)
            yield Fact("change", says, Link("equipment", line.line), f"before/{line.line}", weight)
    now, before = _scrap_rate(line.good, line.scrap), _scrap_rate(line.good_before, line.scrap_before)
    if now is not None and before is not None and abs(now - before) >= _LEAST_SCRAP:
        rose = N_("Scrap on %(line)s rose from %(before)s to %(now)s against the shift before.")
        fell = N_("Scrap on %(line)s fell from %(before)s to %(now)s against the shift before.")
        values: dict[str, Value] = {
            "line": equipment(line.line),
            "before": Figure(before, "share"),
            "now": Figure(now, "share"),
        }
        weight = Weight(surprise=min(1.0, 10 * abs(now - before)), actionability=0.6)
        says = Say(rose if now > before else fell, values)
        yield Fact("change", says, Link("kpi", "scrap_rate"), f"scrap/{line.line}", weight)


def _scrap_rate(good: float | None, scrap: float | None) -> float | None:
    return None if good is None or scrap is None or good + scrap <= 0 else scrap / (good + scrap)


def _loss(loss: LossOfShift, currency: str) -> Fact:
    """A loss in minutes, with pieces and money where they are known."""
    what = Name(loss.reason, "reason") if loss.reason else word(ACCOUNTS.get(loss.account, loss.account))
    time = seconds(loss.seconds)
    values: dict[str, Value] = {"machine": equipment(loss.machine), "time": time, "what": what}
    has_pieces = loss.pieces is not None and round(loss.pieces) > 0
    if loss.pieces is not None and has_pieces:
        values["pieces"] = pieces(loss.pieces)
    worth = ""
    if loss.money is not None and loss.money_class in MONEY and loss.money[2] >= 1:
        low, _, high = loss.money
        worth = "one" if round(low) == round(high) else "range" if round(low) else "most"
        values["class"] = word(MONEY[loss.money_class])
        values |= {"low": Figure(round(low), "money", currency)} if worth != "most" else {}
        values |= {"high": Figure(round(high), "money", currency)} if worth != "one" else {}
    text = _LOST[has_pieces, worth]
    usual = loss.usual
    surprise = 0.5 if usual is None else min(1.0, loss.seconds / (loss.seconds + usual))
    owned = 0.8 if loss.reason else 0.5
    weight = Weight(loss.money, loss.seconds / 60, surprise, owned)
    of = loss.reason or (loss.account if loss.account in ("slow", "scrap", "micro_stop", "setup") else "")
    link, about = Link("equipment", loss.machine), f"{loss.machine}/{of}"
    return Fact("loss", Say(text, values), link, about, weight, 1)


_LOST = {
    (False, ""): N_("%(machine)s lost %(time)s: %(what)s."),
    (True, ""): N_("%(machine)s lost %(time)s, about %(pieces)s pieces: %(what)s."),
    (False, "one"): N_("%(machine)s lost %(time)s, %(low)s of %(class)s: %(what)s."),
    (True, "one"): N_(
        "%(machine)s lost %(time)s, about %(pieces)s pieces and %(low)s of %(class)s: %(what)s."
    ),
    (False, "most"): N_("%(machine)s lost %(time)s, up to %(high)s of %(class)s: %(what)s."),
    (True, "most"): N_(
        "%(machine)s lost %(time)s, about %(pieces)s pieces and up to %(high)s of %(class)s: %(what)s."
    ),
    (False, "range"): N_("%(machine)s lost %(time)s, %(low)s to %(high)s of %(class)s: %(what)s."),
    (True, "range"): N_(
        "%(machine)s lost %(time)s, about %(pieces)s pieces and %(low)s to %(high)s of %(class)s: %(what)s."
    ),
}


def _unexplained(shift: ShiftFacts) -> Iterator[Fact]:
    for machine, (n, lost) in sorted((shift.unexplained or {}).items()):
        if n:
            one = N_("One stop of %(machine)s has no reason yet: %(time)s.")
            many = N_("%(n)s stops of %(machine)s have no reason yet: %(time)s together.")
            values: dict[str, Value] = {"machine": equipment(machine), "n": pieces(n), "time": seconds(lost)}
            if n == 1:
                del values["n"]
            says = Say(one if n == 1 else many, values)
            weight = Weight(None, lost / 60, 0.4, 0.6)
            yield Fact("unexplained", says, Link("equipment", machine), f"{machine}/", weight, 1)


def _standing(shift: ShiftFacts) -> Iterator[Fact]:
    for one in shift.standing:
        told: dict[str, Value] = {"machine": equipment(one.machine), "since": Figure(one.since, "moment")}
        if one.reason:
            told["what"] = Name(one.reason, "reason")
            says = Say(N_("%(machine)s has been standing since %(since)s: %(what)s."), told)
        else:
            says = Say(N_("%(machine)s has been standing since %(since)s without a reason."), told)
        minutes = (shift.now - one.since) / 6e7
        about = f"{one.machine}/{one.reason or one.account}"
        yield Fact(
            "standing", says, Link("equipment", one.machine), about, Weight(None, minutes, 0.8, 0.9), 1
        )
    for call in shift.calls:
        says = Say(
            N_("%(place)s has been waiting for %(whom)s since %(since)s."),
            {
                "place": equipment(call.place),
                "whom": word(WHOM.get(call.whom, call.whom)),
                "since": Figure(call.since, "moment"),
            },
        )
        minutes = (shift.now - call.since) / 6e7
        about = f"call/{call.place}/{call.whom}"
        yield Fact("call", says, Link("equipment", call.place), about, Weight(None, minutes, 0.7, 0.9))


def _slow(shift: ShiftFacts) -> Iterator[Fact]:
    for one in shift.slow:
        values: dict[str, Value] = {
            "machine": equipment(one.machine),
            "since": Figure(one.since, "moment"),
            "share": Figure(one.share, "share"),
        }
        says = Say(N_("%(machine)s has been running at %(share)s of its pace since %(since)s."), values)
        minutes = (shift.now - one.since) / 6e7 * (1 - one.share)
        weight = Weight(None, minutes, 0.6, 0.8)
        yield Fact("slow", says, Link("equipment", one.machine), f"{one.machine}/slow", weight, 1)


def _people(shift: ShiftFacts) -> Iterator[Fact]:
    """Heads, material and holds: what the floor lacks."""
    for crew in shift.crews:
        if crew.short > 0:
            values: dict[str, Value] = {"line": equipment(crew.line), "n": pieces(crew.short)}
            says = Say(N_("People missing on %(line)s: %(n)s."), values)
            weight = Weight(surprise=0.6, actionability=0.8)
            yield Fact("crew", says, Link("equipment", crew.line), f"crew/{crew.line}", weight)
    yield from _material(shift)


def _material(shift: ShiftFacts) -> Iterator[Fact]:
    for one in shift.material:
        values: dict[str, Value] = {"line": equipment(one.line), "order": Name(one.order, "order")}
        says = Say(N_("%(line)s: the material of order %(order)s is not staged."), values)
        weight = Weight(surprise=0.6, actionability=0.9)
        yield Fact("material", says, Link("equipment", one.line), f"material/{one.order}", weight)
    for held in shift.holds:
        about_it: dict[str, Value] = {"place": equipment(held.place)}
        if held.pieces:
            about_it["n"] = pieces(held.pieces)
        if held.product:
            about_it["product"] = Name(held.product, "product")
        weight = Weight(surprise=0.5, actionability=0.6)
        says = Say(_HELD[bool(held.pieces), bool(held.product)], about_it)
        about = f"hold/{held.place}/{held.since}"
        yield Fact("hold", says, Link("equipment", held.place), about, weight, 1)


_HELD = {
    (True, True): N_("%(n)s pieces of %(product)s are on hold at %(place)s."),
    (True, False): N_("%(n)s pieces are on hold at %(place)s."),
    (False, True): N_("Pieces of %(product)s are on hold at %(place)s."),
    (False, False): N_("Pieces are on hold at %(place)s."),
}


def _changes(shift: ShiftFacts) -> Iterator[Fact]:
    for one in shift.changes:
        if not one.n:
            continue
        values: dict[str, Value] = {
            "line": equipment(one.line),
            "n": pieces(one.n),
            "time": seconds(one.seconds),
        }
        over = one.seconds - one.standard if one.standard is not None else 0.0
        if over >= 60:
            values["over"] = seconds(over)
            text = N_("Changeovers on %(line)s: %(n)s in %(time)s, %(over)s longer than the standard.")
        else:
            text = N_("Changeovers on %(line)s: %(n)s in %(time)s.")
        weight = Weight(None, max(over, 0.0) / 60, 0.5, 0.5)
        yield Fact("changeover", Say(text, values), Link("equipment", one.line), f"setup/{one.line}", weight)


def _found(finding: Finding) -> Fact:
    """An open finding says itself."""
    cost = finding.cost
    has_money = cost.low is not None and cost.likely is not None and cost.high is not None
    money = (cost.low or 0.0, cost.likely or 0.0, cost.high or 0.0) if has_money else None
    weight = Weight(money, cost.minutes, min(1.0, finding.severity / 6), 0.9)
    link, about = Link("finding", finding.id), f"finding/{finding.subject.key()}"
    return Fact("finding", finding.says, link, about, weight, finding.layer, is_safety=finding.is_safety)


def ordered(facts: Sequence[Fact]) -> list[Fact]:
    """The order in which chosen facts are read: safety, results, then the rest as chosen."""
    return sorted(facts, key=lambda one: (not one.is_safety, one.kind != "result"))

"""What cost an hour its pieces, in the reader's words."""

from __future__ import annotations

from plantstack.interfaces.web import formats
from plantstack.interfaces.web.page import N_, Reading
from plantstack.interfaces.web.strips import ACCOUNTS, reason_label
from plantstack.intervals import MINUTE
from plantstack.stack.floor.hour_loss import HourLoss
from plantstack.stack.floor.shift import HourRow

_WORTH = 3 * MINUTE  # a loss of an hour that made its plan; a shorter one is not worth the words
_WORDS = {
    **ACCOUNTS,
    "slow": N_("Slower than rated"),
    "unexplained": N_("Not explained by stops"),
}


def hour_text(visit: Reading, row: HourRow, paced_by: str) -> str:
    """What cost most of an hour, else what was planned in it; '' for nothing.

    Args:
        visit: the look at the page.
        row: of the hour.
        paced_by: id of the machine that paces the line: another one is named.
    """
    if row.is_missed and row.is_kept_without_plan:
        n = formats.number(row.without_plan, visit.language)
        return visit.say(N_("%(n)s pieces in no plan"), n=n)
    if row.loss is not None and (row.is_missed or row.loss.us >= _WORTH):
        return _lost(visit, row.loss, paced_by)
    if row.planned_us:
        what = reason_label(visit, row.planned_label) if row.planned_label else visit.say(N_("Break"))
        return visit.say(N_("%(loss)s, %(length)s"), loss=what, length=formats.duration(row.planned_us))
    return ""


def _lost(visit: Reading, loss: HourLoss, paced_by: str) -> str:
    what = visit.say(_WORDS[loss.account])
    told = {
        "loss": reason_label(visit, loss.reason, loss.label) if loss.reason else what,
        "length": formats.duration(loss.us),
    }
    if loss.machine == paced_by:
        return visit.say(N_("%(loss)s, %(length)s"), **told)
    return visit.say(N_("%(machine)s: %(loss)s, %(length)s"), machine=visit.name(loss.machine), **told)

"""One study of a site, for all who ask: pages, stations, summaries, programs.

A site is the unit: its patterns, its budget and its lines are judged together, so a line asked for by itself
is told the same as its site. Who may be told what is for whoever says it.
"""

from __future__ import annotations

from collections.abc import Hashable

from plantstack.insights.contract import Outcome
from plantstack.insights.registry import analyses
from plantstack.insights.running import run
from plantstack.stack.finding.facts import Known, facts_of
from plantstack.stack.floor.sight import Then
from plantstack.stack.project import Stack

_KEPT = 16  # studies of a project: some sites at some instants


def study_of(stack: Stack, site: str, now: int, known: Known = "told", then: Then | None = None) -> Outcome:
    """What every analysis came to about a site, worked out once for an instant and a state of the log.

    Args:
        stack: the opened project; it remembers the study, never the facts behind it.
        site: id of a site.
        now: microseconds UTC.
        known, then: see `facts_of`.
    """
    key: Hashable = ("findings", site, now, known, then or stack.standing()[0])
    done: Outcome | None = stack.remembered.pop(key, None)
    if done is None:
        done = run(analyses(), facts_of(stack, site, now, known=known, then=then))
    stack.remembered[key] = done  # the newest stands last
    mine = [one for one in stack.remembered if isinstance(one, tuple) and one[0] == "findings"]
    for old in mine[:-_KEPT]:
        del stack.remembered[old]
    return done

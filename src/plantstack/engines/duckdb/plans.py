"""Every version of a plan with the time in which it stood, by when that was told."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from plantstack.events.corrections import Correction, Identity, Rank, standing

Row = dict[str, Any]


@dataclass(slots=True)
class _Tree:
    """Plans and corrections that hang together."""

    plans: list[Row] = field(default_factory=list)
    corrections: list[Correction] = field(default_factory=list)


def plan_versions(
    plans: Iterable[Row], corrections: Sequence[Correction], ranks: Mapping[str, Rank]
) -> list[Row]:
    """Add to every plan since when and until when it stood; one that stood twice becomes two rows.

    Args:
        plans: events of that kind that retract nothing and break no rule.
        corrections: all events that supersede another one and break no rule.
        ranks: rank and rights by source.

    Returns:
        The plans with `since_at` and `gone_at`, None where nothing has ended it. One that never stood,
        because its correction was told before it, is gone when it is told.
    """
    roots = _roots(corrections)
    trees: dict[Identity, _Tree] = defaultdict(_Tree)
    out: list[Row] = []
    for row in plans:
        identity = (row["source"], row["key"])
        if identity in roots:
            trees[roots[identity]].plans.append(row)
        else:
            out.append({**row, "since_at": row["told_at"], "gone_at": None})
    for one in corrections:
        if roots[one.identity] in trees:
            trees[roots[one.identity]].corrections.append(one)
    for tree in trees.values():
        out += _versions(tree, ranks)
    return out


def _roots(corrections: Iterable[Correction]) -> dict[Identity, Identity]:
    """What each correction and each target leads back to."""
    target = {one.identity: one.target for one in corrections}
    roots: dict[Identity, Identity] = {}
    for start in target:
        path, here = [], start
        while here in target and here not in roots:
            path.append(here)
            here = target[here]
        root = roots.setdefault(here, here)
        roots |= dict.fromkeys(path, root)
    return roots


def _versions(tree: _Tree, ranks: Mapping[str, Rank]) -> list[Row]:
    """Look at the tree whenever something was told of it."""
    instants = sorted({one["told_at"] for one in tree.plans} | {one.told_at for one in tree.corrections})
    stood: dict[Identity, list[list[int | None]]] = defaultdict(list)
    for at, after in zip(instants, [*instants[1:], None], strict=True):
        told = [one for one in tree.corrections if one.told_at <= at]
        voided = standing(told, {}, ranks).voided
        for plan in tree.plans:
            identity = (plan["source"], plan["key"])
            if plan["told_at"] > at or identity in voided:
                continue
            spans = stood[identity]
            if spans and spans[-1][1] == at:
                spans[-1][1] = after
            else:
                spans.append([at, after])
    return [
        {**plan, "since_at": since, "gone_at": gone}
        for plan in tree.plans
        for since, gone in stood[(plan["source"], plan["key"])] or [[plan["told_at"], plan["told_at"]]]
    ]

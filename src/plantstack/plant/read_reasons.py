"""Sections `reasons` and `scrap_reasons`: a tree whose every leaf has one account and one owner."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from plantstack.plant.fields import Fields
from plantstack.plant.model import Reason
from plantstack.plant.readers import Reader, Word, choice, day, duration, ident, map_of, text, yes_no
from plantstack.plant.report import Place
from plantstack.plant.tree import Block, Node, Scalar

ACCOUNTS = ("breakdown", "waiting", "other_stop", "no_order", "planned_down")


def _language(written: str) -> str:
    if not re.fullmatch(r"[a-z]{2,3}(?:_[A-Z]{2})?", written):
        raise ValueError("Write 'de' or 'pt_BR'.")
    return written


language: Reader[str] = Word("a language", "", _language)


@dataclass(frozen=True, slots=True)
class _Group:
    """What the leaves below inherit."""

    kind: str
    path: str = ""
    owner: str = ""
    account: str = ""
    allowance: int | None = None
    label: str = ""  # of the topmost group
    translations: tuple[tuple[str, str], ...] = ()


def read_reasons(fields: Fields) -> dict[str, Reason]:
    """Read both trees into their leaves, by id."""
    leaves = [
        *_read_tree(fields, "reasons", _Group("stop")),
        *_read_tree(fields, "scrap_reasons", _Group("scrap")),
    ]
    return {leaf.id: leaf for leaf in sorted(leaves, key=lambda leaf: leaf.id)}


def _read_tree(fields: Fields, key: str, group: _Group) -> Iterator[Reason]:
    for name, node, place in fields.entries(key):
        yield from _read_node(name, node, place, group, fields)


def _read_node(name: str, node: Node, place: Place, group: _Group, parent: Fields) -> Iterator[Reason]:
    if isinstance(node, Scalar):  # `jam: Jam at the infeed`
        label = Block({"label": node}, place, {"label": node.place})
        fields = Fields(label, f"reason '{name}'", parent.report)
    else:
        block = node if isinstance(node, Block) else Block({}, place)
        fields = Fields(replace(block, place=place), f"reason '{name}'", parent.report)
    label_text = fields.want("label", text, name)
    inner = _inherit(fields, group)
    translations = tuple(sorted(fields.want("translations", map_of(language, text), {}).items()))
    if fields.has("reasons"):
        inner = replace(inner, path=f"{group.path}/{name}".lstrip("/"))
        if not group.path:
            named = label_text if fields.has("label") else ""
            inner = replace(inner, label=named, translations=translations)
        yield from _read_tree(fields, "reasons", inner)
    else:
        parent.report.declare("reason", name, place)
        _check_leaf(fields, inner)
        yield Reason(
            name,
            label_text,
            group.kind,
            inner.account,
            inner.owner,
            inner.allowance,
            fields.want("catch_all", yes_no, False),
            group.path,
            fields.want("until", day, None),
            translations,
            group.label,
            group.translations,
        )
    fields.close("reason" if group.kind == "stop" else "scrap reason")


def _inherit(fields: Fields, group: _Group) -> _Group:
    owner = fields.want("owner", ident, group.owner)
    if group.kind == "scrap":
        return replace(group, owner=owner)
    account = fields.want("account", choice(*ACCOUNTS), group.account)
    inherited = group.allowance if account == group.account else None
    return replace(
        group, owner=owner, account=account, allowance=fields.want("allowance", duration, inherited)
    )


def _check_leaf(fields: Fields, leaf: _Group) -> None:
    if not leaf.owner:
        fix = "Add 'owner: maintenance' to it or to a group above."
        fields.problem("reason-owner", f"{fields.what} has no owning function", fix)
    if leaf.kind == "scrap":
        return
    if not leaf.account:
        fix = f"Add 'account:' to it or to a group above, one of {', '.join(ACCOUNTS)}."
        fields.problem("reason-account", f"{fields.what} has no account", fix)
    if leaf.account == "planned_down" and leaf.allowance is None:
        fix = "Add 'allowance: 15 min'; what goes beyond it is a loss."
        fields.problem("reason-allowance", f"{fields.what} is planned_down without an allowance", fix)
    if leaf.account not in ("planned_down", "") and leaf.allowance is not None:
        fix = "Remove 'allowance', or set 'account: planned_down'."
        fields.problem("reason-allowance", f"{fields.what} has an allowance but is no planned stop", fix)

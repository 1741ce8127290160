"""What the system records about people, as a works agreement can say it: made from the policy itself.

Every number comes from where the system takes it, so that the paper and the program cannot part ways. The
sentences stand in `agreement.md` beside this.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from plantstack.events.people import attempts, pseudonyms, sessions, tablets
from plantstack.events.people.audit import WHAT as AUDITED
from plantstack.events.people.hashing import LEAST, PIN_DIGITS
from plantstack.intervals import DAY, HOUR, MINUTE
from plantstack.live.access import MAY, STATION, WHAT
from plantstack.plant.read_people import People

_SENTENCES = Path(__file__).with_name("agreement.md")
_OWN = "the person and administrators"
_ERASED = "until the account is erased"
_FLOOR = "everybody who sees that part of the plant"
_FOR_EVER = "as long as the project"

RECORDED = (
    ("name to sign in with", "the account", _OWN, _ERASED),
    ("role and part of the plant", "the account", _OWN, _ERASED),
    ("number for tablets", "the account", _OWN, _ERASED),
    ("language, theme, gloves", "the account", "the person", _ERASED),
    ("password and PIN", "the account, as an argon2id hash only", "nobody", f"until changed, or {_ERASED}"),
    (
        "pseudonyms, each with the day it began",
        "beside the accounts",
        "the person",
        f"{pseudonyms.KEPT // DAY} days, or {_ERASED}",
    ),
    (
        "sessions: since when, when last used, at a desk or which tablet",
        "beside the accounts",
        "the person",
        "until they end",
    ),
    (
        "what was done with accounts, tablets and plant files: when, what, from which address or tablet",
        "the audit, under the account's id",
        "the person his own lines, administrators all",
        f"{_FOR_EVER}; of an erased account the id leads to nobody",
    ),
    (
        "attempts to sign in that failed: how many, and when the last was",
        "beside the accounts",
        "nobody",
        "a day; those of a PIN until it is used or set",
    ),
    (
        "reasons, pieces, notes, calls and orders that were entered",
        "the event log, with a pseudonym or with none",
        f"{_FLOOR}; whose pseudonym it is only the person",
        _FOR_EVER,
    ),
    (
        "crews: hours and heads, never of one person",
        "the event log",
        f"{_FLOOR}, under the rule of few people",
        _FOR_EVER,
    ),
)
"""What is recorded, where, who sees it, how long."""

NEVER = (
    "names of people on shared screens, in events, in KPIs, in reports or in exports",
    "a KPI, a target, a rank or a comparison of one person: to declare one is an error",
    "when somebody came, went or had a break, or how long somebody was signed in, as a figure of any kind",
    "which name was typed when a sign-in failed",
    "anything with third parties: no page asks another server for anything",
)
"""What is not."""


def agreement(policy: People) -> str:
    """Write the policy of a plant as Markdown.

    >>> agreement(People()).splitlines()[0]
    '# What plantstack records about people'
    """
    names = [("tablet, nobody signed on" if role == STATION else role, may) for role, may in MAY.items()]
    roles = [(name, *("yes" if right in may else "" for right in WHAT)) for name, may in names]
    return _SENTENCES.read_text("utf-8").format(
        recorded=_table(("what", "where", "who sees it", "how long"), RECORDED),
        audited="; ".join(AUDITED.values()),
        never="\n".join(f"- {one};" for one in NEVER[:-1]) + f"\n- {NEVER[-1]}.",
        least_crews=policy.least_crews,
        least_people=policy.least_people,
        rotated=pseudonyms.ROTATED // DAY,
        kept=pseudonyms.KEPT // DAY,
        unsigned="are taken" if policy.is_unsigned_allowed else "are not taken",
        pin_least=PIN_DIGITS[0],
        pin_most=PIN_DIGITS[-1],
        tablet_idle=sessions.TABLET.idle_us // HOUR,
        tablet_whole=sessions.TABLET.whole_us // HOUR,
        desk_whole=max(life.whole_us for life in sessions.DESK.values()) // HOUR,
        password=LEAST,
        account_free=attempts.PATIENCE["account"].free,
        pin_shut=attempts.PATIENCE["pin"].most,
        code=tablets.CODE_US // MINUTE,
        roles=_table(("role", *WHAT), roles),
        rights="\n".join(f"- `{right}`: {says}" for right, says in WHAT.items()),
    )


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)

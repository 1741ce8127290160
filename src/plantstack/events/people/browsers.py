"""Browsers somebody came in from before: whoever guesses elsewhere does not keep them out.

The cookie holds, for each of the last accounts, chance and a proof that only this server can make, from how
the password of the account is kept. It is no way in: it says under which count wrong passwords of this
browser go. A new password ends all of them.
"""

from __future__ import annotations

import hmac
from hashlib import sha256

_MOST = 6  # accounts of one browser
_LONGEST = 2_000  # signs of a cookie that are read
_PURPOSE = "a browser that was let in before"


def found(cookie: str, account_id: str, kept: str) -> str:
    """The chance of a browser's cookie that is good for an account; '' for none.

    Args:
        cookie: as it came.
        account_id: whose name was typed; '' for nobody's.
        kept: how the password of the account is kept; of nobody's, anything.
    """
    if not (account_id and kept):
        return ""
    good = ""
    for part in cookie[:_LONGEST].split(".")[:_MOST]:
        nonce, _, proof = part.partition("-")
        if hmac.compare_digest(_proof(nonce, account_id, kept).encode(), proof.encode()):
            good = good or nonce
    return good


def added(cookie: str, account_id: str, kept: str, nonce: str) -> str:
    """The cookie with an account that came in put first; what it held for it before goes.

    >>> cookie = added("", "a-1", "$argon2id$one", "k3y")
    >>> found(cookie, "a-1", "$argon2id$one"), found(cookie, "a-1", "$argon2id$two"), found(cookie, "a-2", "")
    ('k3y', '', '')
    """
    before = found(cookie, account_id, kept)
    others = [one for one in cookie[:_LONGEST].split(".") if one and one.partition("-")[0] != before]
    return ".".join([f"{nonce}-{_proof(nonce, account_id, kept)}", *others[: _MOST - 1]])


def _proof(nonce: str, account_id: str, kept: str) -> str:
    return hmac.new(kept.encode(), f"{_PURPOSE}\n{account_id}\n{nonce}".encode(), sha256).hexdigest()[:32]

"""Where photos are shown: of which equipment the notes are that name them."""

from __future__ import annotations

from plantstack.stack.project import Stack

_SHOWN = """
select distinct equipment
from everything
anti join gone using (log_offset)
where kind in ('note', 'safety') and not void and contains(body, $photo)
"""


def shown_at(stack: Stack, photo: str) -> list[str]:
    """The equipment of standing notes that show a photo, by id.

    Args:
        stack: the books.
        photo: SHA-256 in hex.
    """
    con = stack.engine(scope=None).books.con
    return [row[0] for row in con.execute(_SHOWN, {"photo": photo}).fetchall()]

"""What a driver says, in our words: who has to act, and never a password, a host or a statement."""

from __future__ import annotations

import re
from urllib.parse import quote

from sqlalchemy.exc import DBAPIError

from plantstack.connectors.contract import Fatal, Retry
from plantstack.connectors.sql.settings import Settings
from plantstack.errors import PlantstackError, Problem

_HIDDEN = "***"
_MOST = 200  # characters of what a driver says
_SLOW = ("57014",)  # cancelled by its time-out
_DENIED = ("28", "42501", "3D000")  # not let in, not allowed, no such database
_WRONG = ("42", "22", "25006")  # a statement that cannot work; a write in a reading session
_IN_ADDRESS = re.compile(r"(//[^/\s:@]*):[^@\s]*@")


def trouble(error: Exception, settings: Settings) -> PlantstackError:
    """Say what went wrong: `Retry` where it may pass, `Fatal` where somebody has to act.

    What the driver says is passed on without the password, whoever wrote it there.
    """
    cause = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    code, said = _said(cause)
    said = redacted(said, settings)
    where = settings.name
    if code.startswith(_SLOW) or "interrupted" in said:
        fix = "An index that begins with the watermark helps, or a longer 'timeout'."
        what = f"the database did not answer within {settings.timeout_s:g} s"
        return Retry(Problem("sql-slow", where, what, fix))
    if code.startswith(_DENIED):
        fix = "Mend the url and the password file, or let its user read there."
        return Fatal(Problem("sql-denied", where, f"the database does not let us in: {said}", fix))
    if code.startswith(_WRONG) or "no such" in said or "syntax error" in said:
        what = f"the database refuses the question: {said}"
        return Fatal(Problem("sql-refused", where, what, "Mend the connection: table, columns or query."))
    return Retry(Problem("sql-unreachable", where, f"the database cannot be read: {said}"))


def _said(cause: BaseException) -> tuple[str, str]:
    """The code of an error, where the database gives one, and its first line."""
    told = cause.args[0] if cause.args else type(cause).__name__
    if isinstance(told, dict):
        return str(told.get("C", "")), str(told.get("M", "")).split("\n")[0]
    lines = str(told).strip().split("\n")
    return "", lines[0] or type(cause).__name__


def redacted(said: str, settings: Settings) -> str:
    """A text without the password, as it is or as it stands in an address."""
    secret = settings.secret() if settings.password and settings.password.is_file() else ""
    for form in (secret, quote(secret, safe="")):
        said = said.replace(form, _HIDDEN) if form else said
    return _IN_ADDRESS.sub(rf"\1:{_HIDDEN}@", said)[:_MOST]

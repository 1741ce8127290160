"""The entrance: who comes in, by a cookie, a password, a PIN or a code, and what he may do then.

Secrets are compared in the thread of whoever asks, few at a time; what changes is written beside the log's
writer. Chance comes from outside, as the clock does.
"""

from __future__ import annotations

import hmac
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from threading import Lock, Semaphore
from typing import NoReturn, TypeVar

from argon2 import PasswordHasher

from plantstack.errors import ConfigError, PlantstackError, Problem
from plantstack.events import guard, store, tokens
from plantstack.events.people import (
    accounts,
    attempts,
    audit,
    browsers,
    hashing,
    pseudonyms,
    sessions,
    setting_up,
    tablets,
)
from plantstack.events.people.accounts import Account
from plantstack.events.people.audit import Noted
from plantstack.events.people.chance import Chance
from plantstack.events.people.sessions import Life, Session
from plantstack.events.people.tablets import Tablet
from plantstack.events.people.writing import beside, together
from plantstack.intervals import MINUTE, SECOND
from plantstack.live.access import MAY, PEOPLE, STATION, Sender
from plantstack.live.running import Running
from plantstack.live.stations import common_place

_T = TypeVar("_T")

_HASHES = 2  # at the same time: each takes 64 MiB
_SEEN_US = 10 * MINUTE  # between two notes that a tablet is there
_WRONG = Problem(
    "people-sign-in",
    "sign-in",
    "these do not go together, or the account is locked",
    "Try again; an administrator can set a new password or PIN.",
)


@contextmanager
def people_of(project: Path) -> Iterator[sqlite3.Connection]:
    """The accounts of a project as they are now, for reading."""
    with closing(store.open_reader(guard.Places(project).store)) as connection:
        yield connection


class Refused(PlantstackError):
    """Somebody was not let in.

    Attributes:
        wait_s: how long to wait before the next attempt; 0: none.
    """

    def __init__(self, problem: Problem, wait_s: int = 0) -> None:
        super().__init__(problem)
        self.wait_s = wait_s


@dataclass(frozen=True, slots=True)
class Came:
    """Somebody came in.

    Attributes:
        account: who.
        secret: of the new session; it is kept nowhere.
        session: how long it lasts.
        browser: the cookie by which his browser is known from now on, see `browsers`; '' at a tablet.
    """

    account: Account
    secret: str
    session: Session
    browser: str = ""


class Entrance:
    """Who may come in to a running plant."""

    def __init__(
        self, running: Running, octets: Callable[[int], bytes], hasher: PasswordHasher = hashing.HASHER
    ) -> None:
        """Stand at a running plant.

        Args:
            running: the plant.
            octets: so many bytes of chance, as `secrets.token_bytes`.
            hasher: how passwords and PINs are kept.
        """
        self.running, self.hasher = running, hasher
        self.chance = Chance(octets)
        self._turns, self._writing = Semaphore(_HASHES), Lock()
        self._nobody = ""
        self._salt = octets(32)  # what is typed as a name may be a password: it is kept under none
        self._is_guarded = self._is_open = False

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """The accounts as they are now."""
        with people_of(self.running.folder) as connection:
            yield connection

    def write(self, job: Callable[[sqlite3.Connection], _T]) -> _T:
        """Change accounts, one change after the other.

        Over a connection of their own: whatever goes wrong with an account must not stop the log's writer.
        """
        with self._writing, beside(self.running.folder) as connection:
            return job(connection)

    @property
    def is_guarded(self) -> bool:
        """Whether there ever was a token or an account: from then on nobody comes in without, at once."""
        if not self._is_guarded:
            with self.reading() as connection:
                self._is_guarded = bool(tokens.listed(connection)) or accounts.are_any(connection)
        return self._is_guarded

    @property
    def is_open(self) -> bool:
        """Whether others than this machine are answered: there is an admin or ever was a token."""
        if not self._is_open:
            with self.reading() as connection:
                self._is_open = bool(tokens.listed(connection)) or accounts.is_any_admin(connection)
        return self._is_open

    # Who is it.

    def sender(self, secret: str, device: str) -> Sender | None:
        """Whose cookies these are: a person's, an unsigned tablet's, or nobody's.

        Args:
            secret: of a session; '' for none.
            device: the secret of a paired tablet; '' for none.
        """
        now = self.running.clock()
        with self.reading() as connection:
            tablet = tablets.find(connection, device) if device else None
            session = sessions.find(connection, secret, now) if secret else None
            if session and session.tablet != (tablet.id if tablet and session.tablet else ""):
                session = None  # taken from a tablet elsewhere
            account = accounts.find(connection, session.account) if session else None
            by = pseudonyms.current(connection, account.id, now) if account else ""
        if tablet and now >= tablet.seen_at + _SEEN_US:
            self.write(lambda connection: tablets.note(connection, tablet.id, now))
        if session and account and account.is_active:
            return self._person(session, account, by, tablet, device, now)
        return self._station(tablet, now) if tablet else None

    def _person(
        self, session: Session, account: Account, by: str, tablet: Tablet | None, device: str, now: int
    ) -> Sender:
        if session.is_to_note(now) or not by:
            fresh = self.chance.id()

            def noted(connection: sqlite3.Connection) -> str:
                sessions.note(connection, session, now)
                return pseudonyms.ensure(connection, account.id, fresh, now)

            by = self.write(noted)
        sources = () if account.role == "admin" and not account.scope else PEOPLE
        return Sender(
            f"account {account.id}",
            MAY[account.role],
            account.scope,
            sources,
            account.role,
            account.id,
            by,
            tablet.id if tablet else "",
            language=account.language,
            mark=pseudonyms.marked(by, hashing.digest(device)) if tablet else by,
        )

    def _station(self, tablet: Tablet, now: int) -> Sender:
        plant = self.running.plant
        may = MAY[STATION] if plant.people.is_unsigned_allowed else ("read",)
        scope = common_place(plant, tablet.station, now)
        return Sender(tablet.id, may, scope, PEOPLE, STATION, device=tablet.id, station=tablet.station)

    def by_of(self, sender: Sender, mark: str, device: str) -> str:
        """The pseudonym that an entry carries: as its page was given it, '' for any other.

        Args:
            sender: who sends it; a token may say any.
            mark: as the entry says it.
            device: the secret of the paired tablet; '' for none.
        """
        if not sender.role or not mark:
            return mark
        if sender.device:
            return pseudonyms.unmarked(mark, hashing.digest(device))
        with self.reading() as connection:
            return mark if mark in dict(pseudonyms.listed(connection, sender.account)) else ""

    # Who comes in.

    def sign_in(self, name: str, password: str, address: str, browser: str = "") -> Came:
        """Let somebody in at a desk.

        Args:
            name: as it was typed.
            password: likewise.
            address: from where it came.
            browser: the cookie of a browser that somebody came in from before; '' for none.

        Raises:
            Refused: when name and password do not go together, or too many did not.
        """
        with self.reading() as connection:
            account = accounts.named(connection, name)
            kept = accounts.password_of(connection, account.id) if account else ""
            subjects = self._tried(connection, name, account, address)
        known = browsers.found(browser, account.id if account else "", kept)
        subjects = [f"browser {known}"] if known else subjects
        self._attempt(subjects, account, address)
        if not self._is_right(kept, password) or account is None or not account.is_active:
            self._fail(account, address)
        if hashing.is_outdated(kept, self.hasher):
            kept = self.hash(password)
            self.write(lambda connection: accounts.set_password(connection, account.id, kept))
        came = self._let_in(account, sessions.DESK[account.role], subjects, address)
        return replace(came, browser=browsers.added(browser, account.id, kept, self.chance.id()))

    def _tried(
        self, connection: sqlite3.Connection, name: str, account: Account | None, address: str
    ) -> list[str]:
        """What an attempt from a browser that nobody came in from counts for: the name, and the address.

        Guesses at one name use up a small part of what its address is borne with: then the name itself
        waits, and others of the same address, or behind the same proxy, are let in as ever.
        """
        typed = hmac.new(self._salt, accounts.login(name).encode(), sha256).hexdigest()[:16]
        whose = f"account {account.id}" if account else f"name {typed}"
        is_spent = attempts.is_spent(connection, whose, self.running.clock())
        return [whose, *([] if is_spent else [f"address {address}"])]

    def sign_on(self, number: int, pin: str, tablet: Tablet) -> Came:
        """Let somebody in at a paired tablet; whoever was on before is off.

        Raises:
            Refused: when number and PIN do not go together, too many did not, or the account is not for
                this station.
        """
        with self.reading() as connection:
            account = accounts.numbered(connection, number)
            kept = accounts.pin_of(connection, account.id) if account else ""
        subjects = [f"tablet {tablet.id}", *([f"pin {account.id}"] if account else [])]
        self._attempt(subjects, account, tablet.id)
        if not self._is_right(kept, pin) or account is None or not account.is_active:
            self._fail(account, tablet.id)
        plant, now = self.running.plant, self.running.clock()
        scope = Sender(scope=account.scope)
        if not all(scope.is_near(plant, one, now) for one in tablet.station):
            self.write(lambda connection: attempts.passed(connection, subjects))  # it was no guess
            what, fix = "this account is not for this station", "An administrator can widen its part."
            raise Refused(Problem("people-station", "sign-on", what, fix))
        return self._let_in(account, sessions.TABLET, subjects, tablet.id, tablet.id)

    def sign_off(self, secret: str, device: str) -> None:
        """Let somebody out."""
        now = self.running.clock()
        with self.reading() as connection:
            session = sessions.find(connection, secret, now)
        if session:
            noted = Noted(now, session.account, "sign-off", device=device)
            self.write(lambda connection: _sign_off(connection, session, noted))

    def pair(self, code: str, address: str) -> tuple[Tablet, str]:
        """Pair a tablet; return it and its secret, which is kept nowhere.

        Raises:
            Refused: when too many codes were wrong.
            ConfigError: when the code is not good.
        """
        now, secret, fresh = self.running.clock(), self.chance.secret(), self.chance.id()
        subjects = [f"address {address} codes"]  # nobody keeps the tablets of others from pairing
        self._attempt(subjects, None, address)

        def paired(connection: sqlite3.Connection) -> Tablet:
            with together(connection):
                made = tablets.pair(connection, code, fresh, secret, now)
                attempts.passed(connection, subjects)
                audit.add(connection, Noted(now, made.paired_by, "tablet-paired", made.id, address))
                return made

        return self.write(paired), secret

    def tablet(self, device: str) -> Tablet | None:
        """The paired tablet of a secret."""
        with self.reading() as connection:
            return tablets.find(connection, device) if device else None

    def set_up(self, token: str, name: str, password: str, address: str) -> Came:
        """Make the first admin with the token that was printed, and let him in.

        Raises:
            Refused: when too many tokens were wrong.
            ConfigError: when the token is not good, or name or password are none.
        """
        hashing.check_password(password, accounts.login(name))
        now = self.running.clock()
        with self.reading() as connection:
            is_good = setting_up.is_good(connection, token, now)
        if not is_good:  # whoever has it waits for nobody who tries, and no password is worked on for others
            self._attempt([f"address {address} codes"], None, address)
            raise ConfigError(setting_up.NOT_GOOD)
        kept, admin = self.hash(password), Account(f"a-{self.chance.id()}", name, "admin", "", now)
        self.write(lambda connection: setting_up.use(connection, token, admin, kept, now, address))
        return self._let_in(admin, sessions.DESK["admin"], [], address)

    def hash(self, secret: str) -> str:
        """How a password or PIN is kept; few at a time."""
        with self._turns:
            return hashing.hashed(secret, self.hasher)

    def is_own_password(self, account_id: str, password: str, address: str) -> bool:
        """Whether somebody who is in knows his password; asked before it is changed.

        Raises:
            Refused: when too many were wrong.
        """
        with self.reading() as connection:
            account = accounts.find(connection, account_id)
            kept = accounts.password_of(connection, account_id)
        subjects = [f"account {account_id}"]
        self._attempt(subjects, account, address)
        is_right = self._is_right(kept, password)
        if is_right:
            self.write(lambda connection: attempts.passed(connection, subjects))
        return is_right

    def _is_right(self, kept: str, secret: str) -> bool:
        """Compare; it takes the same time for a name that does not exist."""
        if not self._nobody:
            self._nobody = self.hash("nobody has this one")
        with self._turns:
            is_same = hashing.is_secret_of(kept or self._nobody, secret[: hashing.MOST], self.hasher)
        return is_same and bool(kept)

    def _attempt(self, subjects: list[str], account: Account | None, device: str) -> None:
        now = self.running.clock()
        wait = self.write(lambda connection: attempts.begin(connection, subjects, now))
        if wait is None:
            what = "this PIN was tried too often"
            fix = "Sign in with the password and set a new one, or ask an administrator."
            raise Refused(Problem("people-shut", "sign-on", what, fix))
        if wait:
            wait_s = -(-wait // SECOND)
            what, fix = "too many attempts failed", f"Try again in {wait_s} s."
            raise Refused(Problem("people-wait", "sign-in", what, fix), wait_s)

    def _fail(self, account: Account | None, device: str) -> NoReturn:
        """Refuse; what was typed as a name is noted nowhere, it may be a password."""
        noted = Noted(self.running.clock(), account.id if account else "", "sign-in-failed", device=device)
        self.write(lambda connection: audit.add(connection, noted))
        raise Refused(_WRONG)

    def _let_in(
        self, account: Account, life: Life, subjects: list[str], device: str, tablet: str = ""
    ) -> Came:
        now, secret = self.running.clock(), self.chance.secret()
        what = "sign-on" if tablet else "sign-in"

        def begun(connection: sqlite3.Connection) -> Session:
            with together(connection):
                attempts.passed(connection, subjects)
                audit.add(connection, Noted(now, account.id, what, device=device))
                return sessions.begin(connection, account.id, secret, life, now, tablet)

        return Came(account, secret, self.write(begun))


def _sign_off(connection: sqlite3.Connection, session: Session, noted: Noted) -> None:
    with together(connection):
        sessions.end(connection, session.id)
        audit.add(connection, noted)

"""DIR/calls/calls.yaml -> who is told of a call for help, by which way, and who after that.

It stands beside the plant files and not in them: those are kept in the log for ever, and an address may be a
person's. Secrets are files of their own.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from plantstack.errors import ConfigError, Problem
from plantstack.intervals import MINUTE
from plantstack.plant.plant import Plant
from plantstack.plant.source import (
    Fields,
    Report,
    between,
    choice,
    duration,
    integer,
    list_of,
    read_block,
    text,
)

FILE = "calls/calls.yaml"
WHOM = ("maintenance", "material", "quality", "lead")
LANGUAGES = ("en", "de", "es")
_PORTS = {"starttls": 587, "tls": 465, "none": 25}


@dataclass(frozen=True, slots=True)
class Mail:
    """A relay for e-mail.

    Attributes:
        host: name or address.
        port: of the relay.
        security: `starttls`, `tls` or `none`.
        sender: address that messages come from.
        user: '' sends without signing in.
        password: file that holds it.
        ca: file of certificates that are trusted; None: those of this machine.
    """

    host: str
    port: int
    security: str
    sender: str
    user: str = ""
    password: Path | None = None
    ca: Path | None = None


@dataclass(frozen=True, slots=True)
class Webhook:
    """A program that is told.

    Attributes:
        name: in this file.
        url: that is posted to.
        key: file that holds the key which signs what is posted.
    """

    name: str
    url: str
    key: Path | None = None


@dataclass(frozen=True, slots=True)
class Target:
    """One who is told: by mail or webhook, and as what the page names him.

    Attributes:
        way: `mail` or `webhook`.
        address: of mail, or the name of a webhook.
        role: what the caller reads, never an address.
    """

    way: str
    address: str
    role: str


@dataclass(frozen=True, slots=True)
class Rule:
    """Who is told of some calls, and who when nobody takes them.

    Attributes:
        whom: who is called; none: whoever.
        at: ids of equipment, with all that stands under them; none: everywhere.
        tell: at once.
        after: microseconds until the next step; None: there is none.
        then: who is told then.
    """

    whom: tuple[str, ...]
    at: tuple[str, ...]
    tell: tuple[Target, ...]
    after: int | None = None
    then: tuple[Target, ...] = ()

    def fits(self, whom: str, places: frozenset[str]) -> bool:
        """Whether it speaks of a call for somebody at an equipment, with all that stands above it."""
        return (not self.whom or whom in self.whom) and (not self.at or not places.isdisjoint(self.at))


@dataclass(frozen=True, slots=True)
class CallPlan:
    """Who is told of calls for help, in which language; without a file only pages are."""

    mail: Mail | None = None
    webhooks: tuple[Webhook, ...] = ()
    rules: tuple[Rule, ...] = ()
    address: str = ""
    language: str = "en"

    def rule(self, whom: str, places: frozenset[str]) -> Rule | None:
        """The first rule that fits a call."""
        return next((rule for rule in self.rules if rule.fits(whom, places)), None)

    def secrets(self) -> list[Path]:
        """The files of secrets it names."""
        named = [self.mail.password if self.mail else None, *(hook.key for hook in self.webhooks)]
        return [path for path in named if path is not None]


def read_call_plan(project: Path, plant: Plant) -> CallPlan:
    """Read the plan of a project; an empty one where there is none.

    Raises:
        ConfigError: with every problem of the file.
    """
    plan, problems = _read(project, plant)
    if problems:
        raise ConfigError(problems)
    return plan


def check_call_plan(project: Path, plant: Plant | None) -> list[Problem]:
    """Every problem of the plan of a project."""
    return _read(project, plant)[1]


def _read(project: Path, plant: Plant | None) -> tuple[CallPlan, list[Problem]]:
    path, report = project / FILE, Report()
    block = read_block(path, report) if path.is_file() else None
    if block is None:
        return CallPlan(), report.problems
    fields = Fields(block, "the plan of calls", report)
    fields.need("schema", between(integer, 1, 1))
    mail = _mail(fields.section("mail"), project) if fields.has("mail") else None
    hooks = fields.named("webhooks", "webhook", lambda name, one: _webhook(name, one, project))
    rules = fields.each("calls", "rule", _rule)
    address, language = fields.want("address", text, ""), fields.want("language", choice(*LANGUAGES), "en")
    plan = CallPlan(mail, tuple(hooks.values()), rules, address, language)
    fields.close("call plan")
    for rule in rules:
        _check(rule, plan, plant, fields)
    problems = list(report.problems)
    for secret in plan.secrets():
        problems += _secret(secret)
    return plan, problems


def _mail(fields: Fields, project: Path) -> Mail:
    security = fields.want("security", choice(*_PORTS), "starttls")
    made = Mail(
        fields.need("host", text),
        fields.want("port", between(integer, 1, 65535), _PORTS[security or "starttls"]),
        security,
        fields.need("from", text),
        fields.want("user", text, ""),
        _file(fields, "password_file", project),
        _file(fields, "ca", project),
    )
    if made.user and security == "none":
        what = "a password would be sent unprotected"
        fields.problem("calls-plain-password", what, "Use 'starttls' or 'tls'.", key="security")
    if bool(made.user) != bool(made.password):
        fields.problem("calls-mail-user", "'user' and 'password_file' belong together", key="user")
    fields.close("mail")
    return made


def _webhook(name: str, fields: Fields, project: Path) -> Webhook:
    url = fields.need("url", text)
    parts = urlsplit(url)
    if url and (parts.scheme not in ("https", "http") or not parts.hostname or parts.username):
        what = "expected an address that begins with https:// or http://, without a user in it"
        fields.problem("calls-url", what, "A secret belongs into 'key_file'.", key="url")
    return Webhook(name, url, _file(fields, "key_file", project))


def _file(fields: Fields, key: str, project: Path) -> Path | None:
    name = fields.want(key, text, "")
    return project / name if name else None


def _rule(fields: Fields) -> Rule:
    whom = fields.want("for", list_of(choice(*WHOM)), ())
    at = fields.want("at", list_of(text), ())
    tell = fields.each("tell", "target", _target)
    then = fields.section("then") if fields.has("then") else None
    if then is None:
        return Rule(whom, at, tell)
    after = then.need("after", duration)
    if after and after < MINUTE:
        then.problem("calls-after", "'after': expected at least 1 min", key="after")
    rule = Rule(whom, at, tell, after, then.each("tell", "target", _target))
    then.close("then")
    return rule


def _target(fields: Fields) -> Target:
    way = fields.one_of("mail", "webhook")
    address = fields.want(way, text, "") if way else ""
    if way == "mail" and ("@" not in address or any(one in address for one in " ,;\r\n<>")):
        fields.problem(
            "calls-address", "'mail': expected one address, as maintenance@plant.example", key="mail"
        )
    return Target(way, address, fields.need("role", text))


def _check(rule: Rule, plan: CallPlan, plant: Plant | None, fields: Fields) -> None:
    """A rule speaks of equipment and ways that there are."""
    known = {hook.name for hook in plan.webhooks}
    for target in (*rule.tell, *rule.then):
        if target.way == "mail" and plan.mail is None:
            fields.problem(
                "calls-no-mail", "a rule tells by mail, and there is no 'mail:'", "Name the relay."
            )
        if target.way == "webhook" and target.address not in known:
            what = f"there is no webhook '{target.address}'"
            fields.problem("calls-no-webhook", what, "Name it under 'webhooks:'.", key="calls")
    if plant is not None:
        for name in rule.at:
            if name not in plant.equipment:
                fields.problem("calls-equipment", f"there is no equipment '{name}'", key="calls")


def _secret(path: Path) -> list[Problem]:
    if not path.is_file():
        return [Problem("file-missing", path.name, "there is no such file", f"Make it, or mend {FILE}.")]
    if path.stat().st_mode & 0o077:
        what = "can be read by other users of this machine"
        return [Problem("secret-open", path.name, what, f"Run 'chmod 600 {path.name}'.")]
    return []

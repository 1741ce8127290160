"""What a connection to an OPC UA server says of itself."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path

from plantstack.errors import Problem
from plantstack.intervals import MINUTE, SECOND
from plantstack.plant.source import (
    Block,
    Fields,
    Items,
    Node,
    Scalar,
    between,
    choice,
    duration,
    integer,
    text,
)
from plantstack.plant.source import yes_no as yes_or_no

POLICIES = ("none", "Basic256Sha256", "Aes128Sha256RsaOaep", "Aes256Sha256RsaPss")
MODES = ("sign-and-encrypt", "sign")
BY_URI = "Write 'nsu=URI;s=NAME', or a list of browse names below Objects, each 'nsu=URI;NAME'."

_IDENTIFIER = re.compile(r"i=\d{1,10}|s=.+|g=[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}|b=[\w+/=]+")
_WITH_URI = re.compile(r"nsu=([^;]+);(.+)")


@dataclass(frozen=True, slots=True)
class Address:
    """Where a tag is, in words that a restart of the server does not change.

    Attributes:
        tag: what the mapping knows it by.
        uri: of the namespace; '' is the standard's own.
        identifier: as in `s=Line1.State`; '' where it is found by its path.
        path: namespace and browse name of each step below Objects; a step without a namespace is in that
            of the step before.
        part: the way into its value: numbers in a list, names in a structure.
    """

    tag: str
    uri: str = ""
    identifier: str = ""
    path: tuple[tuple[str, str], ...] = ()
    part: tuple[str | int, ...] = ()

    @property
    def device(self) -> str:
        """What can fall silent by itself: what stands before the last dot of the tag; '' without."""
        return self.tag.rpartition(".")[0]

    @property
    def item(self) -> str:
        """What stands after it."""
        return self.tag.rpartition(".")[2]

    def __str__(self) -> str:
        """Its words in the settings.

        >>> print(Address("run", "http://vendor.example/", "s=Run"))
        nsu=http://vendor.example/;s=Run
        """
        inside = "".join(f" > {step}" for step in self.part)
        if self.path:
            return " / ".join(f"nsu={uri};{name}" if uri else name for uri, name in self.path) + inside
        return (f"nsu={self.uri};{self.identifier}" if self.uri else self.identifier) + inside


@dataclass(frozen=True, slots=True)
class Settings:
    """One server, and what is read of it.

    Attributes:
        url: as in `opc.tcp://press.plant.example:4840`.
        nodes: what is read.
        policy: of security; `none` reads without.
        mode: `sign` or `sign-and-encrypt`.
        certificate: ours, which the server has to trust; DER or PEM.
        key: to it.
        server_certificate: the only one of the server that is trusted.
        user: '' is anonymous.
        password: file that holds it.
        interval_us: how often the server tells what changed.
        sampling_us: how often the server looks.
        queue: values of a tag that the server keeps until it can tell them.
        sessions: so many of the server's sessions may be ours, over all connections.
        patience_us: after so long without a sign a new session is begun.
        is_each: values that are the same with a new time are told as well.
    """

    url: str
    nodes: tuple[Address, ...]
    policy: str = "none"
    mode: str = MODES[0]
    certificate: Path | None = None
    key: Path | None = None
    server_certificate: Path | None = None
    user: str = ""
    password: Path | None = None
    interval_us: int = SECOND
    sampling_us: int = SECOND
    queue: int = 100
    sessions: int = 1
    patience_us: int = 20 * SECOND
    is_each: bool = False

    @property
    def is_secure(self) -> bool:
        """Whether messages are signed."""
        return self.policy != "none"

    def problems(self) -> list[Problem]:
        """Say which files are missing or can be read by others."""
        found = []
        if not self.nodes:
            fix = "Write 'nodes:' with lines of 'TAG: NODE'; 'plantstack browse' shows what there is."
            found.append(Problem("opcua-nodes", self.url, "no nodes are named", fix))
        for path in filter(None, (self.certificate, self.key, self.server_certificate, self.password)):
            if not path.is_file():
                found.append(
                    Problem("file-missing", path.name, "there is no such file", "Mend the connection.")
                )
        for path in filter(None, (self.key, self.password)):
            if path.is_file() and path.stat().st_mode & 0o077:
                what = "can be read by other users of this machine"
                found.append(Problem("secret-open", path.name, what, f"Run 'chmod 600 {path.name}'."))
        return found


def read_settings(fields: Fields, project: Path) -> Settings:
    """Read the settings of a server."""

    def file(key: str) -> Path | None:
        name = fields.want(key, text, "")
        return project / name if name else None

    interval = fields.want("interval", duration, SECOND)
    found = Settings(
        url=fields.need("url", text),
        nodes=_read_nodes(fields),
        policy=fields.want("security", choice(*POLICIES), "none"),
        mode=fields.want("mode", choice(*MODES), MODES[0]),
        certificate=file("certificate"),
        key=file("key"),
        server_certificate=file("server_certificate"),
        user=fields.want("user", text, ""),
        password=file("password_file"),
        interval_us=interval,
        sampling_us=fields.want("sampling", duration, interval),
        queue=fields.want("queue", between(integer, 1, 10_000), 100),
        sessions=fields.want("sessions", between(integer, 1, 100), 1),
        patience_us=fields.want("patience", duration, 20 * SECOND),
        is_each=fields.want("same_values", yes_or_no, False),
    )
    _check(found, fields)
    return found


def _check(found: Settings, fields: Fields) -> None:
    if not re.fullmatch(r"opc\.tcp://[^/@:\s]+(:\d{1,5})?(/[^\s@]*)?", found.url):
        fix = "Write 'opc.tcp://NAME:PORT'; user and password have keys of their own."
        fields.problem("opcua-url", f"'{found.url}' is no address of a server", fix, key="url")
    if not SECOND <= found.patience_us <= 10 * MINUTE:
        fields.problem("opcua-patience", "'patience' is from 1 s to 10 min", key="patience")
    files = {
        "certificate": found.certificate,
        "key": found.key,
        "server_certificate": found.server_certificate,
    }
    missing = [key for key, path in files.items() if path is None]
    if found.is_secure and missing:
        what = f"security needs {', '.join(missing)}"
        fix = "Nothing is trusted by itself: name our certificate with its key, and the server's."
        fields.problem("opcua-certificates", what, fix, key="security")
    if found.user and not found.is_secure:
        what, fix = "a password is not sent over an open line", "Write 'security:', or leave out 'user'."
        fields.problem("opcua-open-password", what, fix, key="user")
    if found.user and found.password is None:
        fields.problem("opcua-password", "a user needs a 'password_file'", key="user")


def _read_nodes(fields: Fields) -> tuple[Address, ...]:
    found = []
    for tag, node, _ in fields.entries("nodes"):
        address = _address(tag, node)
        if address is None:
            fields.problem("opcua-node", f"'{tag}' does not say where it is", BY_URI, key="nodes")
        else:
            found.append(address)
    return tuple(found)


def _address(tag: str, node: Node) -> Address | None:
    """Read where a tag is.

    >>> from plantstack.plant.report import Place
    >>> _address("run", Scalar("nsu=http://vendor.example/;s=Run", Place("x", 1)))
    Address(tag='run', uri='http://vendor.example/', identifier='s=Run', path=(), part=())
    >>> _address("run", Scalar("ns=2;s=Run", Place("x", 1)))  # the number of today
    """
    if isinstance(node, Block):
        whole = _address(tag, node.nodes.get("node", node)) if set(node.nodes) == {"node", "part"} else None
        part = _words(node.nodes.get("part", node))
        steps = tuple(int(step) if step.isdecimal() else step for step in part)
        return replace(whole, part=steps) if whole is not None and not whole.part and steps else None
    if isinstance(node, Scalar):
        uri, identifier = _parts(node.text)
        return Address(tag, uri, identifier) if _IDENTIFIER.fullmatch(identifier) else None
    path: list[tuple[str, str]] = []
    for step in _words(node):
        uri, name = _parts(step)
        path.append((uri or (path[-1][0] if path else ""), name))
    return Address(tag, path=tuple(path)) if path else None


def _words(node: Node) -> list[str]:
    """Return the words of a list; none when it holds anything else."""
    steps = node.nodes if isinstance(node, Items) else ()
    words = [step.text.strip() for step in steps if isinstance(step, Scalar)]
    return words if len(words) == len(steps) and all(words) else []


def _parts(words: str) -> tuple[str, str]:
    found = _WITH_URI.fullmatch(words.strip())
    return (found[1], found[2]) if found else ("", words.strip())

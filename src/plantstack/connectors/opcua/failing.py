"""What the library and the server say when something is wrong -> a problem somebody can act on."""

from __future__ import annotations

import os

from asyncua import ua
from asyncua.ua.uaerrors import UaError, UaStatusCodeError
from cryptography.exceptions import InvalidSignature

from plantstack.connectors.contract import Fatal, Retry
from plantstack.connectors.opcua.settings import Settings
from plantstack.errors import Problem

FAILURES = (OSError, TimeoutError, UaError, InvalidSignature)

_USER = (
    "BadUserAccessDenied",
    "BadIdentityTokenInvalid",
    "BadIdentityTokenRejected",
    "BadUserSignatureInvalid",
)
_FULL = (
    "BadTooManySessions",
    "BadMaxConnectionsReached",
    "BadTooManySubscriptions",
    "BadTooManyMonitoredItems",
)
_SECURITY = ("BadCertificate", "BadSecurity", "BadApplicationSignature", "BadNonce")


def failure(error: Exception, settings: Settings) -> Retry | Fatal:
    """Return what a failure means: to be tried again, or for somebody to act on.

    Args:
        error: one of `FAILURES`.
        settings: of the connection.
    """
    url = settings.url
    if isinstance(error, UaStatusCodeError):
        return _refused(ua.StatusCode(ua.UInt32(error.code)).name, url)
    if isinstance(error, InvalidSignature) or "ertificate" in str(error) or "endpoint" in str(error):
        return _refused("BadSecurityChecksFailed", url)
    if isinstance(error, TimeoutError):
        why = "it does not answer"
    elif isinstance(error, UaError):
        why = "it answers what is not understood"
    else:
        why = _system(error) or "the connection was closed"
    return Retry(Problem("opcua-unreachable", url, f"the server cannot be reached: {why}"))


def unreadable(error: Exception, settings: Settings) -> Fatal:
    """Return what it means that a certificate, key or password could not be read."""
    why = _system(error) or "one of them is not what it should be"
    what, fix = f"certificates and password cannot be read: {why}", "Mend the files of the connection."
    return Fatal(Problem("opcua-files", settings.url, what, fix))


def _system(error: Exception) -> str:
    """What the system says, without address or path."""
    return os.strerror(error.errno) if isinstance(error, OSError) and error.errno else ""


def _refused(name: str, url: str) -> Retry | Fatal:
    if name in _USER:
        what = f"the server does not let us in: {name}"
        return Fatal(Problem("opcua-user", url, what, "Check user and password, and its rights."))
    if name.startswith(_SECURITY):
        what = f"the server and we do not trust each other: {name}"
        fix = "Let the server trust our certificate; compare its own with the one in the connection."
        return Fatal(Problem("opcua-certificate", url, what, fix))
    if name in _FULL:
        what = f"the server has no room left for us: {name}"
        return Retry(Problem("opcua-full", url, what, "End sessions of other programs, or raise its limits."))
    return Retry(Problem("opcua-refused", url, f"the server refuses: {name}"))

"""Asks an agent over HTTP, with bounds on time and size; plain answers, one whole document each.

The standard also has streams: one answer that never ends, a document now and then. They save a little
waiting and cost certainty: proxies hold them back, a cut is noticed late, and the sequence has to be watched
just the same. A plain answer is whole or it is none.
"""

from __future__ import annotations

import asyncio
import ssl
from types import TracebackType
from urllib.parse import quote

import httpx

from plantstack.connectors.contract import Fatal, Retry
from plantstack.connectors.mtconnect.documents import ERROR, Document, Documents
from plantstack.connectors.mtconnect.settings import Settings
from plantstack.errors import Problem

CONNECT_S, SILENCE_S, ANSWER_S = 10.0, 20.0, 60.0
MOST = 16 << 20  # bytes of one answer
OUT_OF_RANGE = "OUT_OF_RANGE"

_NOBODY = ("NO_DEVICE", "INVALID_URI", "INVALID_XPATH", "INVALID_PATH", "UNAUTHORIZED")


class Refused(Exception):
    """The agent answered with an error of its own.

    Attributes:
        code: as the standard names it, such as `OUT_OF_RANGE`.
    """

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


class Agent:
    """One agent, to be used in `async with`."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._documents = Documents(settings.where)
        auth = None
        if settings.user:
            told = settings.password.read_text("utf-8").strip() if settings.password else ""
            auth = httpx.BasicAuth(settings.user, told)
        self._client = httpx.AsyncClient(
            auth=auth,
            verify=_trusted(settings),
            trust_env=False,
            timeout=httpx.Timeout(SILENCE_S, connect=CONNECT_S),
            headers={"accept": "text/xml, application/xml", "accept-encoding": "identity"},
        )

    async def __aenter__(self) -> Agent:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.aclose()
        await self._documents.close()

    async def ask(self, request: str, expected: str, **asked: str | int) -> Document:
        """Ask for a document.

        Args:
            request: probe, current or sample.
            expected: the document that is the answer.
            asked: parameters of the request.

        Raises:
            Refused: when the agent answers with an error of its own that the caller may know how to meet.
            Retry: when there is no usable answer for now.
            Fatal: when somebody must act first.
        """
        settings = self.settings
        place = f"/{quote(settings.device)}" if settings.device else ""
        if settings.path and request != "probe":
            asked = {**asked, "path": settings.path}
        status, body = await self._fetch(f"{settings.url}{place}/{request}", asked)
        if status in (401, 403):
            what, fix = "the agent does not let us in", "Check user and password."
            raise Fatal(Problem("mtconnect-auth", settings.where, what, fix))
        if not body.lstrip()[:1] == b"<":
            raise self._documents.refused(f"the agent answers with status {status} and no document")
        document = await self._documents.read(body)
        if document.kind == ERROR:
            raise self._told(document)
        if document.kind != expected or status != 200:
            raise self._documents.refused(f"the agent answers {request} with <{document.kind}> ({status})")
        return document

    def odd(self, what: str) -> Retry:
        """Return why an answer is not used."""
        return self._documents.refused(what)

    def _told(self, document: Document) -> Exception:
        """The error an agent tells; some have nothing to do with what was asked."""
        first = document.errors[0] if document.errors else {"code": "", "text": "it says no more"}
        code, text = first["code"], first["text"]
        if code in _NOBODY:
            fix = "Check 'url', 'device' and 'path' of the connection."
            what = f"the agent does not know what is asked: {text or code}"
            return Fatal(Problem("mtconnect-refused", self.settings.where, what[:300], fix))
        return Refused(code, f"{code}: {text}"[:300])

    async def _fetch(self, url: str, asked: dict[str, str | int]) -> tuple[int, bytes]:
        settings = self.settings
        try:
            async with (
                asyncio.timeout(ANSWER_S),
                self._client.stream("GET", url, params=asked) as answer,
            ):
                if answer.headers.get("content-encoding", "identity") != "identity":
                    raise self.odd("the agent packs its answer although it was asked not to")
                body = bytearray()
                async for chunk in answer.aiter_raw():
                    body += chunk
                    if len(body) > MOST:
                        raise self.odd(f"the agent's answer has no end within {MOST >> 20} MiB")
                return answer.status_code, bytes(body)
        except TimeoutError:
            raise self.odd(f"the agent's answer has no end within {ANSWER_S:g} s") from None
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            if (stranger := _stranger(error)) is not None:
                what = f"the agent's certificate is not trusted: {stranger.verify_message}"
                fix = "Name the file of certificates to trust with 'ca'; nothing is trusted by itself."
                raise Fatal(Problem("mtconnect-certificate", settings.where, what, fix)) from error
            code = "mtconnect-unreachable" if isinstance(error, httpx.ConnectError) else "mtconnect-lost"
            why = str(error) or type(error).__name__
            raise Retry(Problem(code, settings.where, f"the agent cannot be read: {why}"[:300])) from error


def _trusted(settings: Settings) -> ssl.SSLContext:
    """Whom to trust; without https nobody, which spares reading the machine's certificates."""
    if not settings.url.startswith("https"):
        return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    return ssl.create_default_context(cafile=str(settings.ca) if settings.ca else None)


def _stranger(error: BaseException | None) -> ssl.SSLCertVerificationError | None:
    """The certificate that is not trusted, where that is behind an error."""
    while error is not None and not isinstance(error, ssl.SSLCertVerificationError):
        error = error.__cause__ or error.__context__
    return error

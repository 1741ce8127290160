"""A browser as far as it matters here: it keeps cookies, and says from which page it sends."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
from argon2 import PasswordHasher
from fastapi import FastAPI
from tests.live.inside import Inside

from plantstack.events.people.sessions import form_token
from plantstack.interfaces.api.app import create_app
from plantstack.interfaces.api.callers import DEVICE, SESSION

CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
PASSWORD = "four words in rows"


def application(plant: Inside) -> FastAPI:
    """The application with secrets that are cheap to keep."""
    return create_app(plant.running, body_s=0.2, hasher=CHEAP)


class Browser:
    """Somebody who looks and taps.

    Attributes:
        cookies: by name, as they were handed out.
        sends: headers of every request that changes something; `origin` is that of the page.
    """

    def __init__(self, app: FastAPI, at: str = "http://127.0.0.1", client: str = "127.0.0.1") -> None:
        self.app, self.at = app, at
        self.cookies: dict[str, str] = {}
        self.sends = {"origin": at}
        self._network = httpx.ASGITransport(app, raise_app_exceptions=False, client=(client, 40_000))

    def signed_in(self, secret: str) -> Browser:
        self.cookies[SESSION] = secret
        return self

    def paired(self, secret: str) -> Browser:
        self.cookies[DEVICE] = secret
        return self

    @property
    def csrf(self) -> str:
        """What the pages of this browser have for their forms."""
        secret = self.cookies.get(DEVICE) or self.cookies.get(SESSION) or ""
        return form_token(secret) if secret else ""

    def request(self, method: str, path: str, **more: Any) -> httpx.Response:
        headers = dict(more.pop("headers", {}))
        if self.cookies:
            headers["cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())

        async def requested() -> httpx.Response:
            async with httpx.AsyncClient(transport=self._network, base_url=self.at) as client:
                return await client.request(method, path, headers=headers, **more)

        answer = asyncio.run(requested())
        for told in answer.headers.get_list("set-cookie"):
            name, _, rest = told.partition("=")
            value = rest.partition(";")[0].strip('"')
            self.cookies[name] = value
            if not value:
                del self.cookies[name]
        return answer

    def get(self, path: str, **more: Any) -> httpx.Response:
        return self.request("GET", path, **more)

    def post(self, path: str, **more: Any) -> httpx.Response:
        """Send as a script of our page does: with the proof in a header."""
        headers = self.sends | {"x-csrf-token": self.csrf} | dict(more.pop("headers", {}))
        return self.request("POST", path, headers=headers, **more)

    def fill(self, path: str, **fields: str) -> httpx.Response:
        """Send a form of our page."""
        return self.request("POST", path, headers=self.sends, data={"csrf": self.csrf} | fields)

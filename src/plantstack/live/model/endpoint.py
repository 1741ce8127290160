"""Asking a language model over an endpoint that speaks like OpenAI or Anthropic, within bounds."""

from __future__ import annotations

import asyncio
from typing import Protocol

import httpx

from plantstack.live.model.shapes import SHAPES, Talk, Turn, read_json
from plantstack.stack.files.llm_settings import LlmSettings

_MOST_BYTES = 200_000  # of an answer: what is longer is none


class NoReply(Exception):
    """A model did not answer, in words without address or key."""


class Model(Protocol):
    """Something that answers a question."""

    @property
    def name(self) -> str:
        """What the log calls it."""

    def reply(self, rules: str, asked: str) -> str:
        """Answer a question under rules.

        Raises:
            NoReply: when there is no answer.
        """

    def turn(self, talk: Talk, patience_s: float) -> Turn:
        """Go on with a talk in which tools may be asked for.

        Raises:
            NoReply: when there is no answer in time.
        """


class Endpoint:
    """A model behind an address."""

    def __init__(self, settings: LlmSettings, key: str) -> None:
        """Remember where it is asked.

        Args:
            settings: which endpoint and model.
            key: of the endpoint; '' none.
        """
        self._settings, self._key = settings, key
        self._shape = SHAPES[settings.kind]

    @property
    def name(self) -> str:
        """Kind and name of the model."""
        return f"{self._settings.kind}/{self._settings.model}"

    def reply(self, rules: str, asked: str) -> str:
        """Ask once; there is no second attempt, for the generated sentences are there already.

        Raises:
            NoReply: after the patience of the settings, at a refusal, or at an answer that is none.
        """
        return self.turn(Talk(rules, asked), self._settings.patience_s).text

    def turn(self, talk: Talk, patience_s: float) -> Turn:
        """Go on with a talk, once.

        Args:
            talk: what was said so far.
            patience_s: how long the whole answer may take; the patience of the settings bounds it too.

        Raises:
            NoReply: after that, at a refusal, at an answer that is too long or none.
        """
        wait_s = min(patience_s, self._settings.patience_s)
        try:
            # asyncio, because only there an end is an end: also of an answer that comes byte by byte
            body = asyncio.run(asyncio.wait_for(self._posted(talk, wait_s), wait_s))
        except httpx.InvalidURL as error:
            raise NoReply("the address of the model is none") from error
        except (httpx.TimeoutException, TimeoutError) as error:
            raise NoReply("the model does not answer in time") from error
        except httpx.HTTPError as error:
            raise NoReply("the model does not answer") from error
        return self._read(body)

    async def _posted(self, talk: Talk, wait_s: float) -> bytes:
        settings = self._settings
        # no proxy of the environment and no redirect: it goes where the settings say, or nowhere;
        # nothing packed, so that an answer is never larger than what came
        headers = self._shape.headers(self._key) | {"accept-encoding": "identity"}
        body = self._shape.body(talk, settings.model)
        async with httpx.AsyncClient(timeout=wait_s, trust_env=False, follow_redirects=False) as client:
            url = f"{settings.endpoint}{self._shape.path}"
            async with client.stream("POST", url, json=body, headers=headers) as found:
                if not found.is_success:
                    raise NoReply(f"the model refuses it ({found.status_code})")
                told = b""
                async for chunk in found.aiter_raw():
                    told += chunk
                    if len(told) > _MOST_BYTES:
                        raise NoReply("the answer of the model is too long")
                return told

    def _read(self, body: bytes) -> Turn:
        try:
            return self._shape.turn(read_json(body))
        except (ValueError, KeyError, IndexError, TypeError, AttributeError, RecursionError) as error:
            raise NoReply("the answer of the model is none") from error

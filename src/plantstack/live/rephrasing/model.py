"""Asking a language model, over any endpoint that speaks like OpenAI or Anthropic."""

from __future__ import annotations

from typing import Any, Protocol

import httpx

from plantstack.stack.files.llm_settings import LlmSettings

_MOST_TOKENS = 4_000
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


class Endpoint:
    """A model behind an address."""

    def __init__(self, settings: LlmSettings, key: str) -> None:
        """Remember where it is asked.

        Args:
            settings: which endpoint and model.
            key: of the endpoint; '' none.
        """
        self._settings, self._key = settings, key

    @property
    def name(self) -> str:
        """Kind and name of the model."""
        return f"{self._settings.kind}/{self._settings.model}"

    def reply(self, rules: str, asked: str) -> str:
        """Ask once; there is no second attempt, for the generated sentences are there already.

        Raises:
            NoReply: after the patience of the settings, at a refusal, or at an answer that is none.
        """
        path, headers, body = self._request(rules, asked)
        settings = self._settings
        try:
            # no proxy of the environment and no redirect: it goes where the settings say, or nowhere
            with httpx.Client(timeout=settings.patience_s, trust_env=False, follow_redirects=False) as client:
                found = client.post(f"{settings.endpoint}{path}", json=body, headers=headers)
        except httpx.InvalidURL as error:
            raise NoReply("the address of the model is none") from error
        except httpx.TimeoutException as error:
            raise NoReply("the model does not answer in time") from error
        except httpx.HTTPError as error:
            raise NoReply("the model does not answer") from error
        if not found.is_success:
            raise NoReply(f"the model refuses it ({found.status_code})")
        return self._text(found)

    def _request(self, rules: str, asked: str) -> tuple[str, dict[str, str], dict[str, Any]]:
        if self._settings.kind == "anthropic":
            headers = {"anthropic-version": "2023-06-01"} | ({"x-api-key": self._key} if self._key else {})
            messages = [{"role": "user", "content": asked}]
            body = {"system": rules, "messages": messages, "max_tokens": _MOST_TOKENS, "temperature": 0}
            return "/v1/messages", headers, body | {"model": self._settings.model}
        headers = {"authorization": f"Bearer {self._key}"} if self._key else {}
        messages = [{"role": "system", "content": rules}, {"role": "user", "content": asked}]
        body = {"messages": messages, "max_tokens": _MOST_TOKENS, "temperature": 0}
        return "/chat/completions", headers, body | {"model": self._settings.model}

    def _text(self, found: httpx.Response) -> str:
        if len(found.content) > _MOST_BYTES:
            raise NoReply("the answer of the model is too long")
        try:
            told = found.json()
            if self._settings.kind == "anthropic":
                return "".join(str(one["text"]) for one in told["content"] if one["type"] == "text")
            return str(told["choices"][0]["message"]["content"])
        except (ValueError, KeyError, IndexError, TypeError, RecursionError) as error:
            raise NoReply("the answer of the model is none") from error

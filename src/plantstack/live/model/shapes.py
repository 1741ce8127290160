"""How questions, tools and answers look to an endpoint like OpenAI's and to one like Anthropic's. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

MOST_TOKENS = 4_000  # of one answer
_MOST_CALLS = 8  # in one answer; what a model asks for beyond is not heard

Body = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Tool:
    """Something a model may ask for.

    Attributes:
        name: as it is called.
        description: what it answers.
        schema: JSON schema of what it is given.
    """

    name: str
    description: str
    schema: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Call:
    """One thing a model asks for; `given` is None where that cannot be read."""

    id: str
    name: str
    given: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class Turn:
    """One answer of a model.

    Attributes:
        text: what it says.
        calls: what it asks for.
        tokens: that the endpoint counted for question and answer; 0: it did not say.
    """

    text: str
    calls: tuple[Call, ...] = ()
    tokens: int = 0


@dataclass(frozen=True, slots=True)
class Exchange:
    """An answer that asked for something, and what it was given: one text for each call."""

    turn: Turn
    given: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Talk:
    """What was said so far.

    Attributes:
        rules: that the model answers under.
        asked: the question.
        done: what it asked for since, and was given.
        tools: that it may ask for.
        may_call: whether it may ask for more, or has to answer.
    """

    rules: str
    asked: str
    done: Sequence[Exchange] = ()
    tools: Sequence[Tool] = ()
    may_call: bool = True


class Shape(Protocol):
    """How an endpoint of one kind is spoken to."""

    path: str

    def headers(self, key: str) -> dict[str, str]:
        """Headers of a request."""

    def body(self, talk: Talk, model: str) -> Body:
        """Its body."""

    def turn(self, told: Any) -> Turn:
        """Read an answer.

        Raises:
            ValueError, KeyError, IndexError, TypeError: where it is none.
        """


class OpenAi:
    """Whatever speaks like OpenAI: `POST <endpoint>/chat/completions`."""

    path = "/chat/completions"

    def headers(self, key: str) -> dict[str, str]:
        """Headers of a request."""
        return {"authorization": f"Bearer {key}"} if key else {}

    def body(self, talk: Talk, model: str) -> Body:
        """Its body."""
        messages: list[Body] = [
            {"role": "system", "content": talk.rules},
            {"role": "user", "content": talk.asked},
        ]
        for one in talk.done:
            calls = [
                {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": _json(call)}}
                for call in one.turn.calls
            ]
            messages.append({"role": "assistant", "content": one.turn.text or None, "tool_calls": calls})
            messages += [
                {"role": "tool", "tool_call_id": call.id, "content": given}
                for call, given in zip(one.turn.calls, one.given, strict=True)
            ]
        told: Body = {"model": model, "messages": messages, "max_tokens": MOST_TOKENS, "temperature": 0}
        if talk.tools:
            told["tools"] = [
                {
                    "type": "function",
                    "function": {
                        "name": one.name,
                        "description": one.description,
                        "parameters": dict(one.schema),
                    },
                }
                for one in talk.tools
            ]
            told["tool_choice"] = "auto" if talk.may_call else "none"
        return told

    def turn(self, told: Any) -> Turn:
        """Read an answer."""
        message = told["choices"][0]["message"]
        calls = [
            Call(str(one.get("id") or f"call-{n}"), str(one["function"]["name"]), _given(one["function"]))
            for n, one in enumerate(_some(message.get("tool_calls")))
        ]
        text = message.get("content")
        if not calls and not isinstance(text, str):
            raise ValueError("neither a text nor a call")
        return Turn(text if isinstance(text, str) else "", tuple(calls), _tokens(told, "total_tokens"))


class Anthropic:
    """Whatever speaks like Anthropic: `POST <endpoint>/v1/messages`."""

    path = "/v1/messages"

    def headers(self, key: str) -> dict[str, str]:
        """Headers of a request."""
        return {"anthropic-version": "2023-06-01"} | ({"x-api-key": key} if key else {})

    def body(self, talk: Talk, model: str) -> Body:
        """Its body."""
        messages: list[Body] = [{"role": "user", "content": talk.asked}]
        for one in talk.done:
            said: list[Body] = [{"type": "text", "text": one.turn.text}] if one.turn.text.strip() else []
            said += [
                {"type": "tool_use", "id": call.id, "name": call.name, "input": dict(call.given or {})}
                for call in one.turn.calls
            ]
            results = [
                {"type": "tool_result", "tool_use_id": call.id, "content": given}
                for call, given in zip(one.turn.calls, one.given, strict=True)
            ]
            messages += [{"role": "assistant", "content": said}, {"role": "user", "content": results}]
        told: Body = {"model": model, "system": talk.rules, "messages": messages}
        told |= {"max_tokens": MOST_TOKENS, "temperature": 0}
        if talk.tools:
            told["tools"] = [
                {"name": one.name, "description": one.description, "input_schema": dict(one.schema)}
                for one in talk.tools
            ]
            told["tool_choice"] = {"type": "auto" if talk.may_call else "none"}
        return told

    def turn(self, told: Any) -> Turn:
        """Read an answer."""
        parts = list(told["content"])
        calls = [
            Call(str(one.get("id") or f"call-{n}"), str(one["name"]), _object(one.get("input")))
            for n, one in enumerate(_some([one for one in parts if one["type"] == "tool_use"]))
        ]
        texts = [str(one["text"]) for one in parts if one["type"] == "text"]
        return Turn("".join(texts), tuple(calls), _tokens(told, "input_tokens", "output_tokens"))


SHAPES: Mapping[str, Shape] = {"openai": OpenAi(), "anthropic": Anthropic()}
"""By the kind of the settings."""


def read_json(text: str | bytes) -> Any:
    r"""Read what a model wrote; what cannot be written down again is none.

    Raises:
        ValueError: for what is no JSON, a number that is none, or half a character.

    >>> read_json(r'"\ud800"')
    Traceback (most recent call last):
    UnicodeEncodeError: 'utf-8' codec can't encode character '\ud800' in position 1: surrogates not allowed
    """
    told: Any = json.loads(text, parse_constant=_no_number)
    json.dumps(told, ensure_ascii=False).encode("utf-8")
    return told


def _no_number(text: str) -> float:
    raise ValueError(f"{text} is no number")


def _some(told: Any) -> Iterable[Mapping[str, Any]]:
    """The first calls of an answer; none where it has none."""
    return list(told or ())[:_MOST_CALLS]


def _given(function: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """What a call is given: JSON in a text, or an object; None where it is neither."""
    told = function.get("arguments")
    if isinstance(told, str):
        try:
            told = read_json(told or "{}")
        except (ValueError, RecursionError):
            return None
    return _object(told)


def _object(told: Any) -> Mapping[str, Any] | None:
    if told is None:
        return {}
    return told if isinstance(told, dict) else None


def _json(call: Call) -> str:
    return json.dumps(dict(call.given or {}), ensure_ascii=False)


def _tokens(told: Mapping[str, Any], *names: str) -> int:
    """What an endpoint counted; 0 where it says nothing that can be believed."""
    usage = told.get("usage")
    counts = [usage.get(name) for name in names] if isinstance(usage, dict) else []
    return sum(one for one in counts if type(one) is int and one > 0)

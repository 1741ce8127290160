"""DIR/llm/llm.yaml -> which language model may rephrase sentences; without the file none is asked.

It stands beside the plant files and not in them: those are kept in the log for ever. The key of the model is
never written down here, only the name of the environment variable that holds it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from plantstack.errors import ConfigError, Problem
from plantstack.plant.source import Fields, Report, between, choice, integer, read_block, text

FILE = "llm/llm.yaml"
KINDS = ("openai", "anthropic")
PATIENCE_S = 20


@dataclass(frozen=True, slots=True)
class LlmSettings:
    """Which model is asked.

    Attributes:
        endpoint: address under which its API lies.
        kind: `openai` for whatever speaks like it, or `anthropic`.
        model: as the endpoint names it.
        key: name of the environment variable that holds the key; '' none is needed.
        patience_s: how long an answer is waited for.
    """

    endpoint: str
    kind: str
    model: str
    key: str = ""
    patience_s: int = PATIENCE_S


def read_llm(project: Path) -> LlmSettings | None:
    """Read the settings of a project; None where there are none.

    Raises:
        ConfigError: with every problem of the file.
    """
    found, problems = _read(project)
    if problems:
        raise ConfigError(problems)
    return found


def check_llm(project: Path) -> list[Problem]:
    """Every problem of the settings of a project."""
    return _read(project)[1]


def _read(project: Path) -> tuple[LlmSettings | None, list[Problem]]:
    path, report = project / FILE, Report()
    block = read_block(path, report) if path.is_file() else None
    if block is None:
        return None, report.problems
    fields = Fields(block, "the language model", report)
    fields.need("schema", between(integer, 1, 1))
    endpoint = fields.need("endpoint", text)
    parts = urlsplit(endpoint or "")
    if endpoint and (parts.scheme not in ("https", "http") or not parts.hostname or parts.username):
        what = "expected an address that begins with https:// or http://, without a user in it"
        fields.problem("llm-endpoint", what, "The key belongs into an environment variable.", key="endpoint")
    found = LlmSettings(
        (endpoint or "").rstrip("/"),
        fields.need("kind", choice(*KINDS)),
        fields.need("model", text),
        fields.want("key", text, ""),
        fields.want("patience_s", between(integer, 1, 120), PATIENCE_S),
    )
    fields.close("language model")
    return found, report.problems

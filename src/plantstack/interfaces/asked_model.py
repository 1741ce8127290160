"""The language model of a project, with its key from the environment and the clock of its log."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from pathlib import Path

from plantstack.errors import Problem, QueryError
from plantstack.insights.saying import Say
from plantstack.insights.telling.render import Reader
from plantstack.live.rephrasing.model import Endpoint
from plantstack.live.rephrasing.rephrasing import LOG, Rephrased, rephrase
from plantstack.stack.files.llm_settings import FILE, read_llm


class Retelling:
    """Has sentences said otherwise by the model of a project, and remembers what became of it."""

    def __init__(self, project: Path) -> None:
        """Find the model.

        Raises:
            ConfigError: for settings that cannot be read.
            QueryError: where there is no model, or no key.
        """
        settings = read_llm(project)
        if settings is None:
            fix = f"Write {FILE}; see the guide on language models."
            raise QueryError(Problem("llm-none", "--rephrased", "no language model is set up", fix))
        key = os.environ.get(settings.key, "") if settings.key else ""
        if settings.key and not key:
            what = f"the environment variable {settings.key} is not set"
            raise QueryError(Problem("llm-key", FILE, what, "Set it where the command runs."))
        self._project, self._model = project, Endpoint(settings, key)
        self._why, self._said, self._shown = "", 0, 0

    def __call__(self, says: Sequence[Say], reader: Reader) -> list[Rephrased]:
        """Say sentences otherwise, or as they were."""
        now = time.time_ns() // 1000
        found, why = rephrase(says, reader, self._model, self._project, now)
        self._why = why or self._why
        self._said += sum(bool(one.told) for one in found)
        self._shown += sum(one.is_models for one in found)
        return found

    def notes(self) -> list[Problem]:
        """What became of it: why there is nothing, or how much was not let through."""
        if self._why:
            return [Problem("llm-silent", self._model.name, self._why, "The generated sentences are shown.")]
        if self._shown < self._said:
            what = f"{self._said - self._shown} of {self._said} sentences said more than their facts"
            return [Problem("llm-doubted", self._model.name, what, f"See {LOG}; the generated ones stand.")]
        return []

"""The language model of a project, with its key from the environment; sentences that it says otherwise."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from plantstack.errors import Problem, QueryError
from plantstack.insights.saying import Say
from plantstack.insights.telling.render import Reader, tell
from plantstack.live.model.endpoint import Endpoint, Model
from plantstack.live.model.noting import LOG
from plantstack.live.rephrasing.fluent import Fluent, Retold
from plantstack.live.rephrasing.rephrasing import Rephrased, rephrase
from plantstack.live.study import NotYet
from plantstack.stack.files.llm_settings import FILE, read_llm

Ask = Callable[[Sequence[Say], Reader, Model], Retold]


def is_set_up(project: Path) -> bool:
    """Whether a model is named in the settings of a project; whether it answers is seen when it is asked."""
    return (project / FILE).is_file()


def model_of(project: Path, where: str = FILE) -> Endpoint:
    """The model of a project.

    Args:
        project: its folder.
        where: what somebody asked for that needs one.

    Raises:
        ConfigError: for settings that cannot be read.
        QueryError: where there is no model, or no key.
    """
    settings = read_llm(project)
    if settings is None:
        fix = f"Write {FILE}; see the guide on language models."
        raise QueryError(Problem("llm-none", where, "no language model is set up", fix))
    key = os.environ.get(settings.key, "") if settings.key else ""
    if settings.key and not key:
        what = f"the environment variable {settings.key} is not set"
        raise QueryError(Problem("llm-key", FILE, what, "Set it where the command runs."))
    return Endpoint(settings, key)


class Retelling:
    """Has sentences said otherwise by a model, and remembers what became of it.

    Attributes:
        model: that is asked.
        why: it said nothing; '' where it did.
        is_waiting: whether it is still being asked; the generated sentences stand meanwhile.
        sentences: how many there were.
        fell_back: how many of them are shown as they were generated.
        said: how many the model said.
    """

    def __init__(self, model: Model, ask: Ask) -> None:
        """Begin with nothing said.

        Args:
            model: that is asked.
            ask: how; may raise `NotYet`.
        """
        self.model, self._ask = model, ask
        self.why, self.is_waiting = "", False
        self.sentences = self.fell_back = self.said = 0

    def __call__(self, says: Sequence[Say], reader: Reader) -> list[Rephrased]:
        """Say sentences otherwise, or as they were."""
        try:
            found, why = self._ask(says, reader, self.model)
        except NotYet:
            self.is_waiting = True
            found, why = [Rephrased(tell(one, reader), False) for one in says], ""
        self.why = why or self.why
        self.sentences += len(found)
        self.said += sum(bool(one.told) for one in found)
        self.fell_back += sum(not one.is_models for one in found)
        return found

    def notes(self) -> list[Problem]:
        """What became of it: why there is nothing, or how much was not let through."""
        if self.why:
            return [Problem("llm-silent", self.model.name, self.why, "The generated sentences are shown.")]
        doubted = self.said - (self.sentences - self.fell_back)
        if doubted:
            what = f"{doubted} of {self.said} sentences said more than their facts"
            return [Problem("llm-doubted", self.model.name, what, f"See {LOG}; the generated ones stand.")]
        return []


def at_once(project: Path) -> Retelling:
    """Sentences said otherwise now, for whoever waits for it.

    Raises:
        ConfigError: for settings that cannot be read.
        QueryError: where there is no model, or no key.
    """

    def ask(says: Sequence[Say], reader: Reader, model: Model) -> Retold:
        return rephrase(says, reader, model, project, time.time_ns() // 1000)

    return Retelling(model_of(project, "--rephrased"), ask)


def kept(project: Path, fluent: Fluent, patience_s: float) -> Retelling:
    """Sentences said otherwise once and kept by a server.

    Args:
        project: its folder.
        fluent: where they are kept.
        patience_s: how long whoever asks waits; what comes later is there for the next.

    Raises:
        ConfigError: for settings that cannot be read.
        QueryError: where there is no model, or no key.
    """
    return Retelling(
        model_of(project, "rephrased"),
        lambda says, reader, model: fluent.ask(says, reader, model, patience_s),
    )

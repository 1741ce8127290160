"""Questions in somebody's own words to a server: for the page and the API, within what each may ask."""

from __future__ import annotations

from collections.abc import Callable, Hashable

from plantstack.errors import Problem, QueryError
from plantstack.interfaces.answer import Answer
from plantstack.interfaces.asked_question import Asker, answered
from plantstack.live.access import Sender
from plantstack.live.asking.allowance import Allowance
from plantstack.live.asking.asking import Asked
from plantstack.live.running import Running
from plantstack.live.study import NotYet
from plantstack.stack import Stack


def asked_here(running: Running, allowance: Allowance, sender: Sender, language: str, text: str) -> Asked:
    """Have a question answered beside the books that the floor uses.

    Args:
        running: the plant.
        allowance: how often somebody may ask.
        sender: who asks.
        language: he is answered in.
        text: what, in his words.

    Raises:
        ConfigError: for settings that cannot be read.
        QueryError: where there is no model, or nothing is asked.
        TooOften: where he has to wait.
    """
    now = running.clock()

    def look(key: tuple[Hashable, ...], question: Callable[[Stack], Answer], patience_s: float) -> Answer:
        try:
            return running.study.ask(("asked", *key), question, patience_s).value
        except NotYet:
            what, fix = "this takes longer than there is time", "Ask for a shorter time or a smaller place."
            raise QueryError(Problem("ask-slow", "question", what, fix)) from None

    with allowance.of(who(sender), now):
        return answered(running.folder, running.plant, look, Asker(sender, language, now), text)


def who(sender: Sender) -> str:
    """Whose allowance it is: that of a person, a token, a tablet, or of whoever stands at the machine itself.

    >>> who(Sender(name="reader")), who(Sender(account="a-1")), who(Sender())
    ('reader', 'a-1', 'here')
    """
    return sender.account or sender.device or sender.name or "here"

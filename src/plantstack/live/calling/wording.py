"""What a message about a call says, in the language that the plan of calls names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Wording:
    """The texts of one language, with places for values.

    Attributes:
        subject: `where` and `whom`.
        asked: `when`.
        late: `minutes` without anybody who took it.
        moment: how an instant is written, for `strftime`.
        whom: what those who can be called are called.
    """

    subject: str
    asked: str
    late: str
    moment: str
    whom: Mapping[str, str]


WORDINGS: Mapping[str, Wording] = {
    "en": Wording(
        "Help wanted at {where}: {whom}",
        "Asked at {when}.",
        "Nobody has taken it for {minutes} min.",
        "%d %b %H:%M %Z",
        {},  # they are called what they are in the file
    ),
    "de": Wording(
        "Hilfe gerufen an {where}: {whom}",
        "Gerufen um {when}.",
        "Seit {minutes} min hat niemand den Ruf angenommen.",
        "%d.%m. %H:%M %Z",
        {"maintenance": "Instandhaltung", "material": "Material", "quality": "Qualität", "lead": "Leitung"},
    ),
    "es": Wording(
        "Se pide ayuda en {where}: {whom}",
        "Pedida a las {when}.",
        "Nadie la ha atendido desde hace {minutes} min.",
        "%d/%m %H:%M %Z",
        {"maintenance": "mantenimiento", "material": "material", "quality": "calidad", "lead": "jefatura"},
    ),
}

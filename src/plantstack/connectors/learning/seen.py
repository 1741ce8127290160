"""What a source showed of one of its values: the neutral input of every draft.

A browse of OPC UA, a Sparkplug birth, a header of a CSV and topics of a broker all become a list of these:

    def browse(...) -> list[Seen]: ...      # in the folder of the connector
    draft_tags(browse(...), source="hall", plant=plant)

Each stands for one tag of the observations that the connector yields later (`connectors/observation.py`), so
`tag` is what the column `tag` will hold.
"""

from __future__ import annotations

from dataclasses import dataclass

BOOLEAN, INTEGER, NUMBER, TEXT = "boolean", "integer", "number", "text"
TYPES = ("", BOOLEAN, INTEGER, NUMBER, TEXT)
"""What a source may declare of a value; '' when it declares nothing."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One value of a source, as far as it was seen.

    Attributes:
        tag: by which its observations are known.
        samples: its values as text, in the order they came: `true`, `17`, `RUN`; none where a source only
            says that there is such a value.
        type: as the source declares it, one of `TYPES`.
        unit: as the source declares it, such as `kW` or `°C`; '' for none.
        path: where it stands, from the outermost level to the device, such as `("hall", "press-1")`; names
            of machines are looked for in it, from its end, and then in the tag.
        words: of an enumeration: the text of each number, where the source says it.
        note: what people should read beside it, such as the source's own description; '' for nothing.
        column: of the observations, whose cell says of which device a value is: several devices may have a
            tag; '' where each tag is of one.
        device: that cell.

    >>> Seen("ns=2;s=Press1.Good", ("17", "18"), INTEGER, path=("hall", "press-1")).path[-1]
    'press-1'
    """

    tag: str
    samples: tuple[str, ...] = ()
    type: str = ""
    unit: str = ""
    path: tuple[str, ...] = ()
    words: tuple[tuple[str, str], ...] = ()
    note: str = ""
    column: str = ""
    device: str = ""

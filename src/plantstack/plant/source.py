"""The strict YAML reader, for plant files, mappings and KPI files alike.

    report = Report()
    block = read_block(path, report)
    if block is not None:
        fields = Fields(block, "mapping", report)
        zone_name = fields.need("zone", zone)
        limit = fields.want("silence_limit", duration, None)
        rules = fields.each("rules", "rule", read_rule)
        fields.close()
    report.check_references()
    report.raise_problems()

No aliases, anchors, tags, directives or second documents; no duplicate or unknown keys; a size and
a depth limit. Every value is read by what the reader expects, never by what it looks like.
"""

from plantstack.plant.fields import Fields
from plantstack.plant.readers import (
    ListOf,
    MapOf,
    Reader,
    Ref,
    Word,
    amount,
    between,
    choice,
    clock,
    currency,
    day,
    decimal,
    duration,
    ident,
    integer,
    list_of,
    map_of,
    prose,
    rate,
    ref,
    share,
    text,
    untyped,
    yes_no,
    zone,
)
from plantstack.plant.report import Place, Report
from plantstack.plant.tree import (
    MAX_BYTES,
    MAX_DEPTH,
    Block,
    Items,
    Node,
    Scalar,
    content_text,
    from_content,
    parse_block,
    read_block,
    to_content,
)

__all__ = [
    "MAX_BYTES",
    "MAX_DEPTH",
    "Block",
    "Fields",
    "Items",
    "ListOf",
    "MapOf",
    "Node",
    "Place",
    "Reader",
    "Ref",
    "Report",
    "Scalar",
    "Word",
    "amount",
    "between",
    "choice",
    "clock",
    "content_text",
    "currency",
    "day",
    "decimal",
    "duration",
    "from_content",
    "ident",
    "integer",
    "list_of",
    "map_of",
    "parse_block",
    "prose",
    "rate",
    "read_block",
    "ref",
    "share",
    "text",
    "to_content",
    "untyped",
    "yes_no",
    "zone",
]

"""The same rules in pandas: time, pieces and spans by hour with every flag, compared with the SQL's cells.

In it is what the bench's history exercises: states and covers, silence, orders and set-ups, floating breaks,
halts, reasons with allowances, stops and micro-stops, changeovers with their matrix, failures; counts at an
instant and spread over hours, units, standards, inspections; plans as frozen and as edited, slots, lines at
their exits, lanes; and the evidence: who told it and when, counted gaps, reasons that contradict the machine,
clocks that are off, pieces faster than can be or told by two.

Left out, because nothing in that history asks for it: ramps, scrap plans, packs without a factor, reasons
told with a state, an order or product of a count's own, statements that compete by rank, conflicts and chains
of corrections, standards and lines that change. Left out too, because it belongs to deriving again what
changed: what a page carries over and which pages are settled; and causes, which only the ledger shows.
"""

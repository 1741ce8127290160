"""The five layers, as people call them."""

from __future__ import annotations

from plantstack.interfaces.web.page import N_

LAYERS = {
    1: N_("Execution"),
    2: N_("Control"),
    3: N_("Reliability"),
    4: N_("Improvement"),
    5: N_("Strategy"),
}
WHO = {
    1: N_("operators, leads"),
    2: N_("supervisors, planners"),
    3: N_("maintenance"),
    4: N_("lean, operations"),
    5: N_("executives, owners"),
}
DECISIONS = {
    1: N_("correct during the shift, not after"),
    2: N_("move labour and material, escalate, call for help"),
    3: N_("plan and predict, not put out fires"),
    4: N_("what to improve next, and did it hold"),
    5: N_("which plant gets capital, which practice scales"),
}

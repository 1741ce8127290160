"""Answers as a plant gave them, cut to what shows their form; examples of the description."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

SAMPLES: dict[str, dict[str, Any]] = json.loads(
    files("plantstack.interfaces.api").joinpath("samples.json").read_text("utf-8")
)
"""By method and path, as 'GET /api/v1/kpis'."""

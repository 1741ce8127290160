"""How every test run behaves: property tests as thorough everywhere, seeds printed, tables as wide."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, Phase, settings

_CALM = [HealthCheck.too_slow, HealthCheck.data_too_large]

settings.register_profile("ci", max_examples=200, deadline=None, print_blob=True, suppress_health_check=_CALM)
settings.register_profile(
    "long", max_examples=20_000, deadline=None, print_blob=True, suppress_health_check=_CALM
)
settings.register_profile(
    "draft",
    max_examples=60,
    deadline=None,
    print_blob=True,
    suppress_health_check=_CALM,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
)
# commands that tests start are as quick as they are for people: compiled once, not every time
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
# as wide as where nobody looks; test runners set the width of whatever they run in
os.environ["COLUMNS"] = "130"

settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))

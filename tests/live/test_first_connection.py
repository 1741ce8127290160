"""The order of the guides: a connection, tried; a mapping drafted from it; check; serve."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.interfaces.test_commands import plantstack
from tests.live.agents import model, shift
from tests.stack.floor import plant

from plantstack.errors import ConfigError
from plantstack.live.running import Running
from plantstack.testing.agent import ReplayAgent


def test_a_connection_is_tried_browsed_and_learnt_from_before_it_has_a_mapping(tmp_path: Path) -> None:
    project, devices = plant(tmp_path / "p"), model(tmp_path)
    folder = project / "connectors"
    folder.mkdir(exist_ok=True)
    (folder / "broken.yaml").write_text("schema: 1\nkind: mtconect\nurl: http://cell:5000\n", "utf-8")
    with ReplayAgent(devices, shift(devices)) as agent:
        agent.release()
        text = f"schema: 1\nkind: mtconnect\nurl: {agent.url}\nmapping: cell\n"
        (folder / "cell.yaml").write_text(text, "utf-8")
        tried = plantstack("connections", project, "--json")
        states = {row["connection"]: row["status"] for row in tried.rows}
        assert states == {"broken": "not ready", "cell": "reached, without a mapping yet"}
        (missing,) = [row["advice"][0] for row in tried.rows if row["connection"] == "cell"]
        assert missing["code"] == "mapping-missing"
        assert "map learn DIR --connection cell --write cell" in missing["fix"]
        assert plantstack("browse", project, "cell", "--json").rows
        (folder / "broken.yaml").unlink()
        assert plantstack("connections", project).code == 0
        assert plantstack("check", project).code == 1
        with pytest.raises(ConfigError, match="no mapping 'cell'"):
            Running(project, lambda: 0)
        assert plantstack("map", "learn", project, "--connection", "cell", "--write", "cell").code == 0
        assert plantstack("check", project).code == 0
        (row,) = plantstack("connections", project, "--json").rows
        assert row["status"] == "ready"

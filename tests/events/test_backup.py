from __future__ import annotations

import tarfile
import threading
from pathlib import Path

import pytest
from tests.events.build import RECEIVED, SITES, contents, fill, opened, states

from plantstack.errors import LogError
from plantstack.events.backup import backup, restore
from plantstack.events.batch import Batch
from plantstack.events.guard import Places
from plantstack.events.log import Log
from plantstack.intervals import HOUR


def project(path: Path) -> Path:
    (path / "mappings").mkdir(parents=True)
    (path / "plant.yaml").write_text("project: acme\n")
    (path / "mappings" / "erp.yaml").write_text("rows: []\n")
    (path / "lake").mkdir()
    (path / "lake" / "derived.yaml").write_text("not precious\n")
    (path / "big-export.csv").write_text("not a plant file\n")
    with opened(path) as log:
        fill(log, 0, 200)
        log.seal(now=RECEIVED + 48 * HOUR, site_of=SITES)
        log.bulk([Batch(states(200, 400))], received_at=RECEIVED, site_of=SITES)
        fill(log, 400, 500)
    return path


@pytest.mark.parametrize("name", ["acme.tar", "acme.tar.zst"])
def test_F12_a_restored_backup_is_the_same_log_and_dedupes_what_is_sent_again(
    tmp_path: Path, name: str
) -> None:
    source = project(tmp_path / "live")
    assert backup(source, tmp_path / name) == 500
    copy = tmp_path / "copy"
    assert restore(tmp_path / name, copy) == 500
    with opened(source) as live, opened(copy) as restored:
        assert contents(restored) == contents(live)
        assert restored.events().equals(live.events())
        assert restored.append(Batch(states(0, 500)), received_at=RECEIVED).duplicates == 500
        assert restored.append(Batch(states(500, 501)), received_at=RECEIVED).first_offset == 501
    found = {path.relative_to(copy).as_posix() for path in copy.rglob("*.yaml")}
    assert found == {"plant.yaml", "mappings/erp.yaml"}
    assert not (copy / "big-export.csv").exists()


def test_F12_a_backup_under_load_is_a_consistent_prefix(tmp_path: Path) -> None:
    source = tmp_path / "live"
    stop = threading.Event()
    log = opened(source)
    fill(log, 0, 100)

    def load() -> None:
        start = 100
        while not stop.is_set() and start < 60_000:
            fill(log, start, start + 20)
            start += 20
            if start % 200 == 0:
                log.seal(now=RECEIVED + 48 * HOUR, site_of=SITES)

    thread = threading.Thread(target=load)
    thread.start()
    ends = [backup(source, tmp_path / f"{i}.tar") for i in range(4)]
    stop.set()
    thread.join()
    log.close()
    assert ends == sorted(ends)
    for i, end in enumerate(ends):
        copy = tmp_path / f"copy{i}"
        assert restore(tmp_path / f"{i}.tar", copy) == end
        with Log.open(copy, write=False) as found:
            assert found.events()["key"].to_pylist() == [str(key) for key in range(end)]
            assert found.events()["log_offset"].to_pylist() == list(range(1, end + 1))


def test_restore_never_overwrites_a_log(tmp_path: Path) -> None:
    source = project(tmp_path / "live")
    backup(source, tmp_path / "a.tar")
    with pytest.raises(LogError, match="restore-not-empty"):
        restore(tmp_path / "a.tar", source)


@pytest.mark.parametrize("harm", ["cut", "changed", "empty", "outside"])
def test_a_damaged_backup_is_refused_and_leaves_nothing(tmp_path: Path, harm: str) -> None:
    file = tmp_path / "a.tar"
    backup(project(tmp_path / "live"), file)
    raw = file.read_bytes()
    if harm == "cut":
        file.write_bytes(raw[: len(raw) // 2])
    elif harm == "changed":
        middle = raw.index(b"SQLite format 3") + 5000
        file.write_bytes(raw[:middle] + bytes([raw[middle] ^ 1]) + raw[middle + 1 :])
    elif harm == "empty":
        file.write_bytes(b"")
    else:
        with tarfile.open(file, "w") as tar:
            tar.add(tmp_path / "live" / "plant.yaml", arcname="../outside.yaml")
    with pytest.raises(LogError) as caught:
        restore(file, tmp_path / "copy")
    assert caught.value.problems[0].code == "backup-damaged"
    assert list((tmp_path / "copy").iterdir()) == []
    assert not (tmp_path / "outside.yaml").exists()


def test_a_backup_of_a_damaged_log_is_refused_and_leaves_no_file(tmp_path: Path) -> None:
    source = project(tmp_path / "live")
    next(Places(source).segments.iterdir()).unlink()
    with pytest.raises(LogError, match="missing"):
        backup(source, tmp_path / "a.tar")
    assert not (tmp_path / "a.tar").exists()


def test_there_is_nothing_to_back_up_without_a_log(tmp_path: Path) -> None:
    with pytest.raises(LogError):
        backup(tmp_path, tmp_path / "a.tar")


def test_a_backup_never_overwrites_a_file_unasked(tmp_path: Path) -> None:
    source = project(tmp_path / "live")
    file = tmp_path / "old.tar"
    file.write_text("the only copy")
    with pytest.raises(LogError, match=r"old.tar: there is such a file already.*--force.*backup-exists"):
        backup(source, file)
    assert file.read_text() == "the only copy"
    assert backup(source, file, replace=True) == 500
    assert restore(file, tmp_path / "copy") == 500
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")], "nothing half done"


def test_a_backup_to_nowhere_or_onto_a_folder_says_so(tmp_path: Path) -> None:
    source = project(tmp_path / "live")
    with pytest.raises(LogError, match="there is no folder"):
        backup(source, tmp_path / "no" / "where.tar")
    with pytest.raises(LogError, match="is a folder"):
        backup(source, source)

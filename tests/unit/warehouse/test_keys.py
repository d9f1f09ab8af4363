"""The key file: made once, readable by its owner, the same for everybody."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

from dockwire.keys import KEY_FILE, load_keys
from dockwire.sealing import Sealer


def test_configured_keys_are_used_and_no_file_is_made(tmp_path: Path) -> None:
    assert load_keys(tmp_path, ["one", "two"]) == ["one", "two"]
    assert list(tmp_path.iterdir()) == []


def test_a_missing_key_file_is_made_for_the_owner_alone_and_found_again(tmp_path: Path) -> None:
    folder = tmp_path / "not" / "there"
    keys = load_keys(folder, [])
    assert stat.S_IMODE((folder / KEY_FILE).stat().st_mode) == 0o600
    assert [path.name for path in folder.iterdir()] == [KEY_FILE]
    assert load_keys(folder, []) == keys
    assert Sealer(keys).open(Sealer(keys).seal("x")) == "x"


def test_processes_that_start_at_once_agree_on_one_key(tmp_path: Path) -> None:
    start = Barrier(8)

    def read(_: int) -> list[str]:
        start.wait()
        return load_keys(tmp_path, [])

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(read, range(8)))
    assert len({tuple(answer) for answer in answers}) == 1


def test_a_key_added_in_front_is_the_newest(tmp_path: Path) -> None:
    (old,) = load_keys(tmp_path, [])
    fresh = Sealer.new_key()
    (tmp_path / KEY_FILE).write_text(f"{fresh}\n{old}\n")
    assert load_keys(tmp_path, []) == [fresh, old]

"""Files written whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from deterrence.report.output import check_writable, write_whole


def test_a_file_is_written_and_nothing_is_left_beside_it(tmp_path: Path) -> None:
    """The text is there, in UTF-8, and the draft is gone."""
    write_whole(str(tmp_path / "table.tex"), "δ ≥ 1\n")

    assert (tmp_path / "table.tex").read_bytes() == "δ ≥ 1\n".encode()
    assert os.listdir(tmp_path) == ["table.tex"]


def test_a_failure_leaves_what_stood_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk loses the new text, never the old one."""
    target = tmp_path / "table.tex"
    target.write_text("old")

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(OSError, match="No space left"):
        write_whole(str(target), "new")

    assert target.read_text() == "old"
    assert os.listdir(tmp_path) == ["table.tex"]


def test_a_link_goes_on_pointing_to_the_file(tmp_path: Path) -> None:
    """The file behind the link is replaced, not the link."""
    (tmp_path / "real").write_text("old")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    write_whole(str(tmp_path / "link"), "new")

    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_text() == "new"


def test_a_device_is_written_to_and_not_replaced() -> None:
    """`-o /dev/null` leaves /dev/null as it is."""
    write_whole(os.devnull, "text")

    assert not Path(os.devnull).is_file()


@pytest.mark.parametrize("path", [".", "no/such/folder/file"])
def test_what_cannot_be_written_is_told_before_the_work(path: str, tmp_path: Path) -> None:
    """A folder, or a file in a folder that is not there."""
    with pytest.raises(OSError, match="directory"):
        check_writable(str(tmp_path / path))

"""What was taken is in a file, in order, and is moved once; what was changed is found out."""

from __future__ import annotations

import errno
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from audit_parts import CHAIN, KEY, SEED, Parts, memory, public_keys

from aiguardian.audit import journal as journals
from aiguardian.audit import segment as segments
from aiguardian.audit.anchors import Anchors
from aiguardian.audit.entry import decode
from aiguardian.audit.journal import FileJournal, JournalFull, MemoryJournal
from aiguardian.audit.moving import take_over
from aiguardian.audit.segment import Segment, Waiting, left_behind
from aiguardian.audit.signing import Signer
from aiguardian.audit.verify import verify
from aiguardian.errors import NotAvailable
from aiguardian.storage.audit_rows import MemoryAudit


def new(folder: Path, **more: int) -> FileJournal:
    return FileJournal(folder, CHAIN, key=KEY, **({"most_bytes": 1 << 30} | more))


def files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.journal"))


@pytest.mark.parametrize("entry", [b"{}", b'{"a":"b c"}', "{'ß': '𝒳'}".encode(), b"x" * 300_000])
def test_an_entry_is_read_as_it_was_taken(tmp_path: Path, entry: bytes) -> None:
    journal = new(tmp_path)
    journal.append(entry)
    assert list(journal.waiting().entries) == [entry]
    journal.close()


def test_nothing_waits_before_the_first_entry_and_no_file_is_made(tmp_path: Path) -> None:
    journal = new(tmp_path / "audit")
    assert journal.waiting() == Waiting(is_all=True)
    journal.sync()
    journal.close()
    assert not (tmp_path / "audit").exists()


def test_the_folder_and_its_files_are_for_their_owner_only(tmp_path: Path) -> None:
    journal = new(tmp_path / "audit")
    journal.append(b"{}")
    assert (tmp_path / "audit").stat().st_mode & 0o777 == 0o700
    assert files(tmp_path / "audit")[0].stat().st_mode & 0o777 == 0o600
    journal.close()


def test_what_is_forgotten_waits_no_more_and_leaves_no_file(tmp_path: Path) -> None:
    journal = new(tmp_path)
    for number in range(3):
        journal.append(b"%d" % number)
    journal.forget(journal.waiting())
    assert journal.waiting().entries == []
    journal.append(b"3")
    assert journal.waiting().entries == [b"3"]
    journal.forget(journal.waiting())
    journal.close()
    assert files(tmp_path) == []


def test_a_long_journal_is_in_several_files_and_each_goes_when_it_was_moved(
    tmp_path: Path,
) -> None:
    journal = new(tmp_path, segment_bytes=1_000)
    wanted = [b"%05d" % number for number in range(100)]
    for entry in wanted:
        journal.append(entry)
    assert len(files(tmp_path)) > 3
    read: list[bytes] = []
    while (waiting := journal.waiting()).entries:
        read += waiting.entries
        journal.forget(waiting)
    assert read == wanted
    assert len(files(tmp_path)) == 1
    journal.close()


def test_a_file_that_was_moved_gives_way_before_it_grows_long(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journals, "TIDY_BYTES", 100)
    journal = new(tmp_path)
    for _ in range(5):
        journal.append(b"x" * 100)
        journal.forget(journal.waiting())
    assert journal.waiting().entries == []
    assert len(files(tmp_path)) == 1
    assert files(tmp_path)[0].read_bytes().rstrip(b"\0").count(b"\n") == 1
    journal.close()


def test_too_much_that_waits_is_refused_until_some_of_it_was_moved(tmp_path: Path) -> None:
    journal = new(tmp_path, most_bytes=400)
    for _ in range(3):
        journal.append(b"x" * 100)
    with pytest.raises(JournalFull):
        journal.append(b"x")
    journal.forget(journal.waiting())
    journal.append(b"y")
    assert journal.waiting().entries == [b"y"]
    journal.close()


class FullDisk:
    """Has no room for a file's length, as long as it is full."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._allot, self.is_full = segments._allot, True
        monkeypatch.setattr(segments, "_allot", self)

    def __call__(self, descriptor: int, length: int) -> None:
        if self.is_full:
            raise OSError(errno.ENOSPC, "No space left on device")
        self._allot(descriptor, length)


def test_a_full_disk_costs_what_has_no_room_and_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = new(tmp_path, segment_bytes=100)
    journal.append(b"before")
    disk = FullDisk(monkeypatch)
    for _ in range(2):
        with pytest.raises(OSError, match="space"):
            journal.append(b"lost")
    assert len(files(tmp_path)) == 1
    disk.is_full = False
    journal.append(b"after")
    first = journal.waiting()
    journal.forget(first)
    assert [*first.entries, *journal.waiting().entries] == [b"before", b"after"]
    journal.close()


def test_the_room_for_a_file_is_taken_when_it_is_made(tmp_path: Path) -> None:
    journal = new(tmp_path, segment_bytes=1 << 20)
    journal.append(b"{}")
    taken_bytes = files(tmp_path)[0].stat().st_blocks * 512
    assert files(tmp_path)[0].stat().st_size == 1 << 20
    assert taken_bytes >= 1 << 20
    journal.close()


KILLED = """
import os, signal, sys
from pathlib import Path
from aiguardian.audit.journal import FileJournal
journal = FileJournal(Path(sys.argv[1]), "00000000000000aa", key=b"j" * 32, most_bytes=1 << 30)
for number in range(int(sys.argv[2])):
    journal.append(b"%d" % number)
    os.write(1, b"%d\\n" % number)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_process_that_kills_itself_leaves_every_entry(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(tmp_path), "500"], capture_output=True, check=False
    )
    assert done.returncode == -signal.SIGKILL
    assert len(done.stdout.split()) == 500
    (segment,) = left_behind(tmp_path)
    assert segment.read(KEY).entries == [b"%d" % number for number in range(500)]
    segment.close()


def test_a_file_that_was_deleted_is_followed_by_a_new_one_and_loses_nothing(
    tmp_path: Path,
) -> None:
    journal = new(tmp_path)
    journal.append(b"1")
    files(tmp_path)[0].unlink()
    journal.sync()
    journal.append(b"2")
    assert len(files(tmp_path)) == 1
    first = journal.waiting()
    journal.forget(first)
    assert [*first.entries, *journal.waiting().entries] == [b"1", b"2"]
    journal.close()


def test_a_living_process_keeps_its_files_to_itself(tmp_path: Path) -> None:
    journal = new(tmp_path)
    journal.append(b"{}")
    assert list(left_behind(tmp_path)) == []
    with pytest.raises(BlockingIOError):
        Segment(files(tmp_path)[0])
    journal.close()


def killed(folder: Path, count: int, **more: int) -> Parts:
    """What a process leaves that was killed: its files, unlocked."""
    parts = Parts(folder, **more)  # type: ignore[arg-type]  # only numbers are given
    parts.record(count)
    for segment in parts.journal._segments:
        segment.close()
    return parts


def taken(folder: Path, store: MemoryAudit, keys: list[bytes] | None = None) -> int:
    anchors = Anchors(None)
    return take_over(folder, keys or [KEY], store, Signer(SEED), anchors=anchors)


def test_what_a_killed_process_left_is_taken_over(tmp_path: Path) -> None:
    killed(tmp_path, 50, segment_bytes=2_000)
    store = memory()
    assert taken(tmp_path, store) == 51
    numbers = [row.number for row in store.rows(CHAIN, after=0, limit=100)]
    assert numbers == list(range(1, 52))
    assert files(tmp_path) == []
    assert taken(tmp_path, store) == 0


def test_what_was_moved_before_the_kill_is_not_moved_twice(tmp_path: Path) -> None:
    parts = Parts(tmp_path)
    parts.record(10)
    parts.mover.move()
    parts.record(10)
    for segment in parts.journal._segments:
        segment.close()
    assert taken(tmp_path, parts.store) == 10
    assert [row.number for row in parts.rows()] == list(range(1, 22))


def test_a_line_that_was_never_whole_is_dropped(tmp_path: Path) -> None:
    killed(tmp_path, 3)
    write_behind(files(tmp_path)[0], bytes(64) + b' {"chain": "aa"}\n')
    store = memory()
    assert taken(tmp_path, store) == 4
    assert files(tmp_path) == []
    assert list(tmp_path.glob("*.damaged")) == []


def test_what_another_key_tagged_is_read_with_that_one(tmp_path: Path) -> None:
    killed(tmp_path, 3)
    assert taken(tmp_path, memory(), [b"n" * 32, KEY]) == 4


def write_behind(file: Path, data: bytes) -> None:
    """Put bytes behind the last line."""
    lines = file.read_bytes().rstrip(b"\0")
    with file.open("r+b") as written:
        written.seek(len(lines))
        written.write(data)


@pytest.mark.parametrize(
    ("old", "new_", "left"),
    [
        (b'"r1"', b'"r9"', 2),  # changed
        (b'"number":3', b'"number":4', 2),
        (b"\n", b"\n\n", 1),  # a line put in
        (b'{"chain"', b'{"chaim"', 0),
    ],
)
def test_a_file_that_somebody_changed_is_set_aside_from_there_on(
    tmp_path: Path, old: bytes, new_: bytes, left: int
) -> None:
    killed(tmp_path, 5)
    file = files(tmp_path)[0]
    file.write_bytes(file.read_bytes().replace(old, new_, 1))
    store = memory()
    assert taken(tmp_path, store) == left
    assert files(tmp_path) == []
    assert len(list(tmp_path.glob("*.damaged"))) == 1


def test_lines_that_changed_places_are_not_believed(tmp_path: Path) -> None:
    killed(tmp_path, 5)
    file = files(tmp_path)[0]
    lines = file.read_bytes().splitlines(keepends=True)
    file.write_bytes(b"".join([lines[0], lines[2], lines[1], *lines[3:]]))
    assert taken(tmp_path, memory()) == 1


def test_a_tag_whose_entry_a_power_cut_took_is_set_aside(tmp_path: Path) -> None:
    killed(tmp_path, 5)
    write_behind(files(tmp_path)[0], b"ab" * 32 + b" " + bytes(100) + b"\n")
    assert taken(tmp_path, memory()) == 6
    assert len(list(tmp_path.glob("*.damaged"))) == 1


def test_another_chains_file_under_this_ones_name_is_set_aside(tmp_path: Path) -> None:
    killed(tmp_path, 5)
    files(tmp_path)[0].rename(tmp_path / "00000000000000bb-000000.journal")
    store = memory()
    assert taken(tmp_path, store) == 0
    assert store.chains() == []
    assert len(list(tmp_path.glob("*.damaged"))) == 1


def test_a_file_that_is_changed_while_its_process_lives_has_no_say(tmp_path: Path) -> None:
    parts = Parts(tmp_path)
    parts.record(3)
    with files(tmp_path)[0].open("r+b") as open_file:
        open_file.write(b"00")
    parts.record(2)
    moved = 5 + 1  # and that the chain was opened
    assert parts.mover.move() == moved
    assert list(tmp_path.glob("*.damaged")) == []
    parts.journal.close()


@pytest.mark.parametrize("held", [0, 1, 400, 900, 1 << 20])
def test_what_is_held_in_memory_and_what_is_read_again_come_in_their_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, held: int
) -> None:
    monkeypatch.setattr(journals, "HELD_BYTES", held)
    monkeypatch.setattr(segments, "READ_ENTRIES", 4)
    journal = new(tmp_path, segment_bytes=2_000)
    wanted = [b'{"number":%d}' % number for number in range(120)]
    read: list[bytes] = []
    for start in range(0, 120, 15):
        for entry in wanted[start : start + 15]:
            journal.append(entry)
        for _ in range(start // 30 + 1):
            waiting = journal.waiting()
            read += waiting.entries
            journal.forget(waiting)
    while (waiting := journal.waiting()).entries:
        assert not waiting.is_damaged
        read += waiting.entries
        journal.forget(waiting)
    assert read == wanted
    journal.close()
    assert files(tmp_path) == []


def test_a_changed_file_is_set_aside_where_it_is_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journals, "HELD_BYTES", 0)
    parts = Parts(tmp_path)
    parts.record(3)
    file = files(tmp_path)[0]
    with file.open("r+b") as open_file:
        open_file.write(b"00")
    assert parts.mover.move() == 0
    parts.record(2)
    assert parts.mover.move() == 2
    assert len(list(tmp_path.glob("*.damaged"))) == 1
    parts.journal.close()


def test_a_store_that_is_away_leaves_all_of_it_waiting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts = Parts(tmp_path)
    parts.record(3)

    def away(*_: object) -> None:
        raise NotAvailable("away")

    with monkeypatch.context() as broken:
        broken.setattr(parts.store, "add", away)
        with pytest.raises(NotAvailable):
            parts.mover.move()
    parts.record(1)
    assert parts.mover.move() == 5
    assert [decode(row.entry).number for row in parts.rows()] == [1, 2, 3, 4, 5]
    parts.journal.close()


def test_the_journal_in_memory_gives_back_what_it_took() -> None:
    journal = MemoryJournal(most_entries=2)
    journal.append(b"1")
    journal.append(b"2")
    with pytest.raises(JournalFull):
        journal.append(b"3")
    journal.forget(journal.waiting())
    journal.append(b"3")
    assert journal.waiting().entries == (b"3",)


def test_threads_that_move_at_once_move_each_entry_once(tmp_path: Path) -> None:
    parts = Parts(tmp_path, segment_bytes=5_000)
    with ThreadPoolExecutor(4) as threads:
        for _ in range(20):
            parts.record(25)
            list(threads.map(lambda _: parts.mover.move(), range(4)))
    parts.mover.move(is_last=True)
    parts.journal.close()
    assert [row.number for row in parts.rows()] == list(range(1, 502))
    assert verify(parts.store, public_keys()).faults == []

"""An edit is live at the next message; a broken one changes nothing and is told once."""

from __future__ import annotations

import itertools
import logging
import os
import threading
import time
from pathlib import Path
from typing import Callable, Iterator, List, Optional

import pytest

from ask_resc import settings
from ask_resc.facts import live
from ask_resc.facts.live import LiveFacts
from ask_resc.facts.loader import FactsError
from ask_resc.facts.model import Facts

BROKEN = "about: x\nsubjects: [\n"


def content(number: int) -> str:
    """A facts file of the same length for every number up to 999, which stands at its start and at its end."""
    return f"""\
about: version {number:03}
starters: []
sources:
  site: {{title: About, publisher: North, address: "https://example.org/", date: 2024}}
source: site
kinds: {{center: {{stand_in: the center}}}}
aspects: {{founding: {{name: the founding date}}}}
subjects:
  north: {{kind: center, name: North}}
  south: {{kind: center, name: version {number:03}}}
"""


def number_of(facts: Facts) -> int:
    """The version that was read; fails for half a file."""
    assert facts.about == facts.subjects["south"].name
    return int(facts.about.split()[-1])


def overwrite(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")


def replace(path: Path, text: str) -> None:
    """Save as careful editors do: write another file, then rename it."""
    other = path.with_name("other.yml")
    overwrite(other, text)
    os.replace(other, path)


def overwrite_with_old_times(path: Path, text: str) -> None:
    """Save as copying tools do that keep the time of the last change."""
    before = path.stat()
    overwrite(path, text)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "facts.yml"
    overwrite(file, content(1))
    return file


@pytest.fixture(autouse=True)
def _all_levels(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    with caplog.at_level(logging.INFO, logger=live.__name__):
        yield


@pytest.mark.parametrize("save", [overwrite, replace, overwrite_with_old_times])
def test_live_edit_of_the_same_size_within_the_same_second_is_live_at_the_next_call(
    save: Callable[[Path, str], None], path: Path
):
    facts = LiveFacts(path)
    for number in range(2, 8):
        save(path, content(number))
        assert number_of(facts.current()) == number
        assert facts.version == number


def test_live_link_to_another_file_is_live_at_the_next_call(tmp_path: Path):
    for number in (1, 2):
        overwrite(tmp_path / f"{number}.yml", content(number))
    link = tmp_path / "facts.yml"
    link.symlink_to(tmp_path / "1.yml")
    facts = LiveFacts(link)
    assert number_of(facts.current()) == 1

    other = tmp_path / "link"
    other.symlink_to(tmp_path / "2.yml")
    os.replace(other, link)
    assert number_of(facts.current()) == 2

    overwrite(tmp_path / "2.yml", content(3))  # the file behind the link
    assert number_of(facts.current()) == 3


def test_live_file_that_nobody_touched_is_not_read_again(path: Path, monkeypatch: pytest.MonkeyPatch):
    facts = LiveFacts(path)
    monkeypatch.setattr(live, "_read", lambda *_, **__: pytest.fail("read again"))
    assert facts.current() is facts.current()


def test_live_new_time_stamp_alone_is_no_new_version(path: Path, caplog: pytest.LogCaptureFixture):
    facts = LiveFacts(path)
    before = facts.current()
    overwrite(path, content(1))
    assert facts.current() is before
    assert facts.version == 1
    assert caplog.messages == []


def test_live_good_version_is_logged_once(path: Path, caplog: pytest.LogCaptureFixture):
    facts = LiveFacts(path)
    overwrite(path, content(2))
    facts.current()
    facts.current()
    assert [(record.levelname, record.message) for record in caplog.records] == [
        ("INFO", f"{path}: no mistakes; answers come from this version now (number 2 since the start).")
    ]


def test_live_broken_version_changes_nothing_and_is_logged_once_with_all_mistakes(
    path: Path, caplog: pytest.LogCaptureFixture
):
    facts = LiveFacts(path)
    before = facts.current()
    overwrite(path, content(2).replace("source: site", "source: sight").replace("stand_in", "standin"))
    assert facts.current() is before
    assert facts.current() is before
    assert facts.version == 1
    (record,) = caplog.records
    assert record.levelname == "ERROR"
    assert f"{path}:5: There is no source “sight”." in record.message
    assert f"{path}:6: “standin” has no meaning" in record.message


def test_live_next_broken_version_is_logged_as_well(path: Path, caplog: pytest.LogCaptureFixture):
    facts = LiveFacts(path)
    for broken in (BROKEN, "", BROKEN):
        overwrite(path, broken)
        facts.current()
    assert [record.levelname for record in caplog.records] == ["ERROR"] * 3


@pytest.mark.parametrize("number", [1, 2])
def test_live_mended_file_is_live_at_the_next_call(number: int, path: Path, caplog: pytest.LogCaptureFixture):
    facts = LiveFacts(path)
    overwrite(path, BROKEN)
    facts.current()
    overwrite(path, content(number))
    assert number_of(facts.current()) == number
    assert facts.version == number  # mended to what it was before is no new version
    assert [record.levelname for record in caplog.records] == ["ERROR", "INFO"]

    overwrite(path, BROKEN)
    facts.current()
    assert [record.levelname for record in caplog.records] == ["ERROR", "INFO", "ERROR"]


def test_live_vanished_file_changes_nothing_and_is_logged_once(path: Path, caplog: pytest.LogCaptureFixture):
    facts = LiveFacts(path)
    before = facts.current()
    path.rename(path.with_name("away.yml"))
    assert facts.current() is before
    assert facts.current() is before
    assert [record.levelname for record in caplog.records] == ["ERROR"]
    assert f"{path}:1: There is no such file." in caplog.text

    path.with_name("away.yml").rename(path)
    assert facts.current() is before
    assert [record.levelname for record in caplog.records] == ["ERROR", "INFO"]


def test_live_file_that_cannot_be_opened_is_tried_again(path: Path, monkeypatch: pytest.MonkeyPatch):
    facts = LiveFacts(path)
    overwrite(path, content(2))
    with monkeypatch.context() as patched:
        patched.setattr("builtins.open", _fail)
        assert number_of(facts.current()) == 1
    assert number_of(facts.current()) == 2


def _fail(*_: object, **__: object) -> None:
    raise OSError(24, "Too many open files")


@pytest.mark.parametrize("text", [BROKEN, "", None])
def test_live_first_load_of_a_broken_file_fails(text: Optional[str], path: Path):
    if text is None:
        path.unlink()
    else:
        overwrite(path, text)
    with pytest.raises(FactsError):
        LiveFacts(path)


def test_live_file_saved_in_several_steps_is_read_when_it_is_whole(
    path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
):
    facts = LiveFacts(path)
    monkeypatch.setattr(live, "SETTLED_AFTER", 0.3)  # so that a busy machine does not look like a slow editor
    text = content(2)
    half = text.index("  south")  # up to here, it is a valid file

    def save() -> None:
        with open(path, "w", encoding="utf-8") as file:
            for part in ("", text[:half], text[half:]):
                file.write(part)
                file.flush()
                written.set()
                time.sleep(0.02)

    written = threading.Event()
    writer = threading.Thread(target=save)
    writer.start()
    written.wait()
    numbers = [1]
    while numbers[-1] != 2:
        current = facts.current()
        assert "south" in current.subjects
        numbers.append(number_of(current))
    writer.join()
    assert facts.version == 2
    assert [record.levelname for record in caplog.records] == ["INFO"]


def test_live_file_that_never_settles_keeps_the_last_good_facts(path: Path, monkeypatch: pytest.MonkeyPatch):
    facts = LiveFacts(path)
    numbers = itertools.count(2)
    monkeypatch.setattr(live, "SETTLED_AFTER", 60)
    monkeypatch.setattr(live.time, "sleep", lambda _: overwrite(path, content(next(numbers))))
    overwrite(path, content(100))
    assert number_of(facts.current()) == 1
    with pytest.raises(FactsError, match="being written all the time"):
        LiveFacts(path)


def test_live_many_threads_never_see_half_a_file(path: Path, caplog: pytest.LogCaptureFixture):
    facts = LiveFacts(path)
    last, done = 201, threading.Event()
    seen: List[List[int]] = [[] for _ in range(8)]
    failures: List[BaseException] = []

    def keep_reading(numbers: List[int]) -> None:
        try:
            while not done.is_set():
                numbers.append(number_of(facts.current()))
            numbers.append(number_of(facts.current()))
        except BaseException as error:
            failures.append(error)

    readers = [threading.Thread(target=keep_reading, args=(numbers,)) for numbers in seen]
    for reader in readers:
        reader.start()
    for number in range(2, last + 1):
        replace(path, content(number))
        if number % 20 == 0:
            time.sleep(2 * live.SETTLED_AFTER)
    done.set()
    for reader in readers:
        reader.join()
    assert failures == []
    for numbers in seen:
        assert numbers == sorted(numbers)
        assert numbers[-1] == last
    assert facts.version == len(set(itertools.chain(*seen)) - {1}) + 1
    assert facts.version > 5
    assert {record.levelname for record in caplog.records} == {"INFO"}


def test_live_shared_facts_come_from_the_file_in_the_settings(path: Path, monkeypatch: pytest.MonkeyPatch):
    live.facts.cache_clear()
    monkeypatch.setenv("ASK_RESC_FACTS", str(path))
    try:
        assert live.facts() is live.facts()
        assert number_of(live.facts().current()) == 1
    finally:
        live.facts.cache_clear()


def test_live_default_file_is_the_one_of_the_project(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("ASK_RESC_FACTS", raising=False)
    assert settings.facts_path() == settings.PROJECT / "data" / "facts.yml"
    assert settings.facts_path().is_file()

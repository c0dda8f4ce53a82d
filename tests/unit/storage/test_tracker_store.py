from __future__ import annotations

import asyncio
import json
import logging
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import rasa.shared.utils.common
import sqlalchemy as sa
from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import FailSafeTrackerStore, SQLTrackerStore, TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    ActiveLoop,
    BotUttered,
    ConversationPaused,
    Event,
    ReminderCancelled,
    Restarted,
    SessionStarted,
    SlotSet,
    UserUttered,
    deserialise_events,
)
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.exceptions import RasaException
from rasa.utils.endpoints import EndpointConfig

from ask_resc.metrics import COUNTS
from ask_resc.storage import database
from ask_resc.storage.tracker_store import ShortMemoryTrackerStore, _events

pytestmark = pytest.mark.asyncio

PATH = "ask_resc.storage.tracker_store.ShortMemoryTrackerStore"
DOMAIN = Domain.from_yaml("slots: {subject: {type: text, mappings: [{type: custom}]}}")


def new_session() -> list[Event]:
    return [ActionExecuted("action_session_start"), SessionStarted(), ActionExecuted("action_listen")]


def new_turn(text: str) -> list[Event]:
    parsed = {"intent": {"name": "leader", "confidence": 0.9}, "entities": [], "text": text}
    return [
        UserUttered(text, parsed["intent"], [], parsed, input_channel="web"),
        ActionExecuted("action_answer", "RulePolicy", 1.0),
        BotUttered(f"about {text}", metadata={"kind": "answered"}),
        SlotSet("subject", text),
        ActionExecuted("action_listen"),
    ]


async def talk(store: TrackerStore, text: str, sender: str = "a", *, restart: bool = False) -> DialogueStateTracker:
    """One message, with what Rasa does to the tracker for it; gives the tracker as it was read."""
    tracker = await store.get_or_create_tracker(sender, append_action_listen=False)
    read = tracker.copy()
    if restart or not tracker.applied_events():
        tracker.update_with_events(new_session(), DOMAIN)
    tracker.update_with_events(new_turn(text), DOMAIN)
    await store.save(tracker)
    return read


async def texts(store: TrackerStore, sender: str = "a") -> list[str]:
    """What the visitor said, in all that is stored."""
    tracker = await store.retrieve_full_tracker(sender)
    return [event.text for event in tracker.events if isinstance(event, UserUttered)] if tracker else []


def dicts(tracker: DialogueStateTracker) -> list[dict]:
    return [event.as_dict() for event in tracker.events]


def as_rasa_wraps_it(place: str, **options: Any) -> FailSafeTrackerStore:
    return FailSafeTrackerStore(ShortMemoryTrackerStore(DOMAIN, place, **options))


# What is read.


async def test_a_conversation_that_is_new_is_none(place: str):
    store = ShortMemoryTrackerStore(DOMAIN, place)
    assert await store.retrieve("a") is None
    assert await store.retrieve_full_tracker("a") is None


async def test_a_short_conversation_is_read_from_the_start_of_its_session(place: str):
    store = as_rasa_wraps_it(place)
    await talk(store, "one")
    read = await store.retrieve("a")
    assert [event.type_name for event in read.events][:3] == ["session_started", "action", "user"]
    assert (read.get_slot("subject"), read.latest_message.text) == ("one", "one")


@pytest.mark.parametrize("memory", [6, 10, 11, 12, 13, 14, 40])
async def test_of_a_long_conversation_the_last_turns_are_read(place: str, memory: int):
    store = as_rasa_wraps_it(place, memory_events=memory)
    for number in range(12):
        await talk(store, str(number))
    read = await store.retrieve("a")
    assert len(read.events) <= memory
    assert read.events[0].as_dict()["name"] == "action_listen"
    assert isinstance(read.events[1], UserUttered)
    everything = await store.retrieve_full_tracker("a")
    assert dicts(read) == dicts(everything)[-len(read.events) :]
    assert read.get_slot("subject") == "11"


async def test_a_turn_longer_than_the_memory_is_read_whole(place: str):
    store = as_rasa_wraps_it(place, memory_events=4)
    await talk(store, "one")
    assert dicts(await store.retrieve("a")) == dicts(await store.retrieve_full_tracker("a"))[1:]


async def test_a_conversation_without_a_session_is_read_from_its_start(place: str):
    store = ShortMemoryTrackerStore(DOMAIN, place)
    await store.save(DialogueStateTracker.from_events("a", new_turn("one") + new_turn("two"), DOMAIN.slots))
    assert dicts(await store.retrieve("a")) == dicts(await store.retrieve_full_tracker("a"))


async def test_after_a_session_restarts_only_the_latest_is_read(place: str):
    store = as_rasa_wraps_it(place, memory_events=10)
    for text in ("one", "two", "three"):
        await talk(store, text)
    await talk(store, "four", restart=True)
    read = await store.retrieve("a")
    assert [type(event) for event in read.events][:2] == [SessionStarted, ActionExecuted]
    assert [event.text for event in read.events if isinstance(event, UserUttered)] == ["four"]
    await talk(store, "five")
    assert await texts(store) == ["one", "two", "three", "four", "five"]


async def test_a_slot_that_the_domain_lost_is_passed_over_with_one_warning(place: str, caplog: Any):
    store = as_rasa_wraps_it(place)
    await talk(store, "one")
    store.domain = Domain.empty()
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            read = await store.retrieve("a")
    assert [event.type_name for event in read.events].count("slot") == 0
    assert len(caplog.records) == 1 and "“subject”" in caplog.text
    await talk(store, "two")
    assert await texts(store) == ["one", "two"]


async def test_keys_are_the_conversations(place: str):
    store = as_rasa_wraps_it(place)
    for sender in "abab":
        await talk(store, "hi", sender)
    assert sorted(await store.keys()) == ["a", "b"]


# What is stored.


@pytest.mark.parametrize("memory", [2, 6, 40])
async def test_after_a_hundred_turns_all_hundred_are_stored(place: str, memory: int):
    store = as_rasa_wraps_it(place, memory_events=memory)
    for number in range(100):
        await talk(store, str(number))
    everything = await store.retrieve_full_tracker("a")
    assert await texts(store) == [str(number) for number in range(100)]
    assert len(everything.events) == 3 + 100 * 5


async def test_saving_again_stores_nothing_more(place: str):
    store = ShortMemoryTrackerStore(DOMAIN, place)
    tracker = DialogueStateTracker.from_events("a", new_session() + new_turn("one"), DOMAIN.slots)
    await store.save(tracker)
    await store.save(tracker)
    assert len((await store.retrieve_full_tracker("a")).events) == 8
    tracker.update(ActionExecuted("action_listen"))
    await store.save(tracker)
    assert len((await store.retrieve_full_tracker("a")).events) == 9


async def test_a_full_tracker_can_be_continued(place: str):
    store = as_rasa_wraps_it(place, memory_events=4)
    for text in ("one", "two"):
        await talk(store, text)
    everything = await store.get_or_create_full_tracker("a")
    everything.update_with_events(new_turn("three"), DOMAIN)
    await store.save(everything)
    assert await texts(store) == ["one", "two", "three"]


async def test_a_tracker_from_elsewhere_adds_what_its_session_has_more(place: str):
    store = as_rasa_wraps_it(place)
    await talk(store, "one")
    events = [*(await store.retrieve("a")).events, *new_turn("two")]
    await store.save(DialogueStateTracker.from_events("a", events, DOMAIN.slots))
    assert await texts(store) == ["one", "two"]


async def test_two_stores_share_a_conversation(place: str):
    stores = [as_rasa_wraps_it(place, memory_events=10) for _ in range(2)]
    for number in range(20):
        read = await talk(stores[number % 2], str(number))
        assert number == 0 or read.latest_message.text == str(number - 1)
    assert await texts(stores[0]) == await texts(stores[1]) == [str(number) for number in range(20)]


async def test_conversations_at_once_are_stored_each_in_its_order(place: str):
    store = as_rasa_wraps_it(place, memory_events=10)

    async def converse(sender: str) -> None:
        for number in range(10):
            await talk(store, f"{sender}{number}", sender)

    senders = [f"s{number}-" for number in range(20)]
    await asyncio.gather(*map(converse, senders))
    for sender in senders:
        assert await texts(store, sender) == [f"{sender}{number}" for number in range(10)]


async def test_processes_start_and_write_at_once(place: str):
    code = f"""
import asyncio, sys
sys.path.insert(0, {str(Path(__file__).parent)!r})
from ask_resc.runtime import stand_ins; stand_ins.install()
from test_tracker_store import as_rasa_wraps_it, talk
async def converse():
    store = as_rasa_wraps_it({place!r}, memory_events=10)
    for number in range(50):
        await talk(store, str(number), sys.argv[1])
asyncio.run(converse())
"""
    project = Path(database.__file__).parents[2]
    processes = [
        subprocess.Popen([sys.executable, "-W", "ignore", "-c", code, sender], cwd=project) for sender in "abcd"
    ]
    assert [process.wait() for process in processes] == [0] * 4
    for sender in "abcd":
        assert await texts(as_rasa_wraps_it(place), sender) == [str(number) for number in range(50)]


async def test_new_events_are_streamed_to_a_broker(place: str):
    class Broker(EventBroker):
        published: list[dict] = []

        def publish(self, event: dict) -> None:
            self.published.append(event)

    store = as_rasa_wraps_it(place, event_broker=Broker(), memory_events=6)
    for text in ("one", "two", "three"):
        await talk(store, text)
    everything = dicts(await store.retrieve_full_tracker("a"))
    assert Broker.published == [{"sender_id": "a", **event} for event in everything]


async def test_without_a_broker_nothing_is_read_to_save(place: str, monkeypatch: pytest.MonkeyPatch):
    store = as_rasa_wraps_it(place)
    await talk(store, "one")
    tracker = await store.retrieve("a")
    tracker.update_with_events(new_turn("two"), DOMAIN)
    monkeypatch.delattr(ShortMemoryTrackerStore, "_rows")
    await store.save(tracker)
    monkeypatch.undo()
    assert await texts(store) == ["one", "two"]


# Rasa's own table.


def rasas_store(place: str) -> SQLTrackerStore:
    return SQLTrackerStore(DOMAIN, host=place)


async def test_rasas_store_reads_what_is_stored(place: str):
    store = as_rasa_wraps_it(place)
    for text in ("one", "two"):
        await talk(store, text)
    await talk(store, "three", restart=True)
    rasas = rasas_store(place)
    assert dicts(await rasas.retrieve_full_tracker("a")) == dicts(await store.retrieve_full_tracker("a"))
    assert dicts(await rasas.retrieve("a")) == dicts(await store.retrieve("a"))


async def test_the_rows_are_those_that_rasas_store_writes(place: str):
    events = new_session() + new_turn("one")
    ours = ShortMemoryTrackerStore(DOMAIN, place)
    await ours.save(DialogueStateTracker.from_events("ours", events, DOMAIN.slots))
    await rasas_store(place).save(DialogueStateTracker.from_events("rasas", events, DOMAIN.slots))
    table = SQLTrackerStore.SQLEvent.__table__
    columns = [column for column in table.c if column.name not in ("id", "sender_id")]
    with sa.create_engine(place).connect() as connection:
        rows = {
            sender: connection.execute(sa.select(columns).where(table.c.sender_id == sender).order_by("id")).all()
            for sender in ("ours", "rasas")
        }
    assert rows["ours"] == rows["rasas"] and len(rows["ours"]) == 8


async def test_a_conversation_of_rasas_store_is_continued(place: str):
    for text in ("one", "two"):
        await talk(rasas_store(place), text)
    store = as_rasa_wraps_it(place)
    read = await talk(store, "three")
    assert read.latest_message.text == "two"
    assert await texts(rasas_store(place)) == ["one", "two", "three"]


# Where it is.


async def test_rasa_makes_it_from_endpoints(place: str):
    store = TrackerStore.create(EndpointConfig(place, type=PATH, memory_events=6), DOMAIN)
    assert type(store) is ShortMemoryTrackerStore and store._memory_events == 6
    await talk(store, "one")
    assert await texts(ShortMemoryTrackerStore(DOMAIN, place)) == ["one"]


async def test_rasa_makes_it_from_the_path_of_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("ASK_RESC_DATABASE", raising=False)
    file = tmp_path / "kept" / "talks.db"
    await talk(TrackerStore.create(EndpointConfig(type=PATH, db=str(file)), DOMAIN), "one")
    assert await texts(ShortMemoryTrackerStore(DOMAIN, db=str(file))) == ["one"]


async def test_it_is_in_a_folder_of_the_project_that_only_the_owner_reads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.delenv("ASK_RESC_DATABASE", raising=False)
    assert database.DEFAULT_FILE.parts[-2:] == (".state", "conversations.db")
    monkeypatch.setattr(database, "DEFAULT_FILE", tmp_path / ".state" / "conversations.db")
    await talk(ShortMemoryTrackerStore(DOMAIN), "one")
    assert (tmp_path / ".state").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / ".state" / "conversations.db").exists()


async def test_the_environment_wins(place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("ASK_RESC_DATABASE", place)
    await talk(ShortMemoryTrackerStore(DOMAIN, db=str(tmp_path / "other.db")), "one")
    assert not (tmp_path / "other.db").exists()
    assert await texts(ShortMemoryTrackerStore(DOMAIN)) == ["one"]


@pytest.mark.parametrize(
    "options, message",
    [
        ({"host": "mysql://somewhere/db"}, "a database of the kind “mysql”"),
        ({"host": "postgres://user:secret@somewhere/db"}, "Give a postgresql:// URL"),
        ({"host": "://"}, "The URL of the database of conversations is misspelled"),
        ({"host": "postgresql://user:sec@ret:@somewhere/db"}, "misspelled"),
        ({"host": "postgresql+pg8000://user:secret@somewhere/db"}, "ModuleNotFoundError: No module named 'pg8000'"),
        ({"db": "/dev/null/talks.db"}, "database of conversations, sqlite:////dev/null/talks.db, cannot"),
        ({"db": "/no/such/folder/talks.db"}, "No such file or directory"),
        ({"memory_events": 1}, "“memory_events” of the tracker store must be a whole number above 1, not 1"),
        ({"memory_events": "40"}, "whole number"),
    ],
)
async def test_what_cannot_be_used_is_named(options: dict, message: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("ASK_RESC_DATABASE", raising=False)
    with pytest.raises(RasaException, match=message) as raised:
        ShortMemoryTrackerStore(DOMAIN, **options)
    assert "sec" not in str(raised.value)


async def test_a_file_that_is_no_database_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("ASK_RESC_DATABASE", raising=False)
    (tmp_path / "talks.db").write_text("no database " * 100)
    with pytest.raises(RasaException, match="file is not a database"):
        ShortMemoryTrackerStore(DOMAIN, db=str(tmp_path / "talks.db"))


# When the database is down.


@pytest.mark.parametrize("answers", [False, True], ids=["refuses", "keeps silent"])
async def test_a_database_that_is_down_at_the_start_is_named_within_seconds(
    answers: bool, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.delenv("ASK_RESC_DATABASE", raising=False)
    began = time.monotonic()
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        if answers:
            listener.listen()
        url = f"postgresql://user:secret@127.0.0.1:{listener.getsockname()[1]}/db"
        with pytest.raises(RasaException, match="database of conversations, postgresql://user:") as raised:
            ShortMemoryTrackerStore(DOMAIN, url)
    assert time.monotonic() - began < 2 * database.SECONDS_TO_CONNECT
    assert "secret" not in str(raised.value)


async def test_what_is_not_stored_is_counted_and_logged_once(place: str, caplog: Any, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(COUNTS, "not_stored", 0)
    store = as_rasa_wraps_it(place)
    await talk(store, "one")
    with sa.create_engine(place).begin() as connection:
        connection.exec_driver_sql("DROP TABLE events")
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            read = await talk(store, "my private words")
            assert not read.events
    assert COUNTS.not_stored == 3
    assert len(caplog.records) == 1
    assert "private" not in caplog.text


async def test_a_turn_that_cannot_be_written_down_is_counted(place: str, caplog: Any, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(COUNTS, "not_stored", 0)
    store = ShortMemoryTrackerStore(DOMAIN, place)
    await store.save(DialogueStateTracker.from_events("a", [SlotSet("subject", {1, 2})], DOMAIN.slots))
    assert COUNTS.not_stored == 1
    assert "Object of type set is not JSON serializable" in caplog.text


async def test_no_error_shows_what_was_typed(place: str, caplog: Any):
    store = ShortMemoryTrackerStore(DOMAIN, place)
    await store.save(DialogueStateTracker.from_events("a", [UserUttered("private \x00 words")], DOMAIN.slots))
    await store.save(DialogueStateTracker.from_events("b" * 300, [UserUttered("private words")], DOMAIN.slots))
    assert "private" not in caplog.text


async def test_lost_connections_are_replaced(postgres: str):
    store = as_rasa_wraps_it(postgres)
    await talk(store, "one")
    with sa.create_engine(postgres).connect() as connection:
        others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
        connection.exec_driver_sql(f"{others} AND pid <> pg_backend_pid()")
    await talk(store, "two")
    assert await texts(store) == ["one", "two"]


async def test_a_slow_database_does_not_stop_the_loop(postgres: str):
    store = as_rasa_wraps_it(postgres)
    await talk(store, "one")
    with sa.create_engine(postgres).begin() as connection:
        connection.exec_driver_sql("LOCK TABLE events IN ACCESS EXCLUSIVE MODE")
        waiting = asyncio.create_task(talk(store, "two"))
        for _ in range(20):
            began = time.monotonic()
            await asyncio.sleep(0.01)
            assert time.monotonic() - began < 0.2
        assert not waiting.done()
    await waiting
    assert await texts(store) == ["one", "two"]


async def test_a_database_that_was_not_reached_is_left_alone_for_a_while(place: str, monkeypatch: pytest.MonkeyPatch):
    store = as_rasa_wraps_it(place)
    tries: list[int] = []

    def unreachable() -> None:
        tries.append(1)
        raise sa.exc.OperationalError("", {}, Exception("unreachable"))

    kept = store._tracker_store.database
    with monkeypatch.context() as down:
        down.setattr(kept._engine, "connect", unreachable)
        for _ in range(3):
            await talk(store, "lost")
    assert len(tries) == 1
    kept._down_until = time.monotonic()
    await talk(store, "one")
    assert await texts(store) == ["one"]


# Rasa still needs it.


async def test_events_are_those_that_rasa_makes(tmp_path: Path):
    given = [
        *new_session(),
        *new_turn("one"),
        Restarted(),
        ReminderCancelled("x"),
        ActiveLoop("form"),
        ConversationPaused(),
    ]
    rows = [SimpleNamespace(data=json.dumps(event.as_dict())) for event in given]
    rasas = deserialise_events([json.loads(row.data) for row in rows])
    assert [event.as_dict() for event in _events(rows)] == [event.as_dict() for event in rasas]
    assert list(map(type, _events(rows))) == list(map(type, given))


async def test_rasa_still_goes_through_all_classes_for_every_event(monkeypatch: pytest.MonkeyPatch):
    walks: list[Any] = []
    walk = rasa.shared.utils.common.all_subclasses
    monkeypatch.setattr(rasa.shared.utils.common, "all_subclasses", lambda kind: walks.append(kind) or walk(kind))
    deserialise_events([event.as_dict() for event in new_turn("one")])
    assert walks.count(Event) == 5


async def test_rasas_store_still_reads_the_whole_session(place: str):
    rasas = rasas_store(place)
    for number in range(20):
        await talk(rasas, str(number))
    tracker = await rasas.get_or_create_tracker("a", max_event_history=10)
    assert len(tracker.events) == 2 + 20 * 5


async def test_rasas_store_would_still_lose_turns_with_a_short_memory(place: str):
    rasas = rasas_store(place)
    for text in ("one", "two", "three"):
        await talk(rasas, text)
    short = DialogueStateTracker.from_events("a", new_turn("three") + new_turn("four"), DOMAIN.slots)
    await rasas.save(short)
    assert await texts(rasas) == ["one", "two", "three"]


async def test_rasa_still_has_no_other_place_for_a_tracker_store_of_ours(caplog: Any):
    with pytest.warns(UserWarning, match="Using `InMemoryTrackerStore` instead"):
        TrackerStore.create(EndpointConfig(type=PATH + "Misspelled"), DOMAIN)


async def test_the_columns_are_those_known():
    columns = [(column.name, str(column.type)) for column in SQLTrackerStore.SQLEvent.__table__.c]
    assert json.dumps(columns) == json.dumps(
        [
            ("id", "INTEGER"),
            ("sender_id", "VARCHAR(255)"),
            ("type_name", "VARCHAR(255)"),
            ("timestamp", "FLOAT"),
            ("intent_name", "VARCHAR(255)"),
            ("action_name", "VARCHAR(255)"),
            ("data", "TEXT"),
        ]
    )

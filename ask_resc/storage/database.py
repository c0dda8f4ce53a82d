"""The database that conversations are kept in: a file of SQLite, or PostgreSQL."""

from __future__ import annotations

import asyncio
import logging
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Callable, Dict, Optional, Set, TypeVar

import sqlalchemy as sa
from rasa.shared.exceptions import RasaException
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, Connection, make_url
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.pool import QueuePool, StaticPool

from ask_resc import errors, settings

DEFAULT_FILE = settings.PROJECT / ".state" / "conversations.db"
SECONDS_TO_CONNECT = 3
SECONDS_TO_ANSWER = 5  # for a statement, and for a network that no longer carries anything
SECONDS_LOCKED = 2  # how long another process may write to the SQLite file; the bot waits meanwhile
SECONDS_DOWN = 5  # how long a database that could not be reached is left alone
SECONDS_BETWEEN_LOGS = 60
_CREATING = 0x41736B52455343  # number of the lock: “AskRESC”

Result = TypeVar("Result")


def reason(error: Exception) -> str:
    """What went wrong, in one line and without the values of a statement, which are what people typed."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    return f"{type(cause).__name__}: {str(cause).strip()}".splitlines()[0]


def upsert(connection: Connection, table: sa.Table) -> Any:
    """An ``INSERT`` that can say what to do where the row is there already; each dialect has its own."""
    dialect: Any = postgresql if connection.dialect.name == "postgresql" else sqlite
    return dialect.insert(table)


def is_postgres(place: Optional[str]) -> bool:
    """Whether conversations are kept in PostgreSQL; see ``Database`` for the place."""
    return bool(_url(place).get_backend_name() == "postgresql")


class SeldomLog:
    """A log for an error that would come with every message: says it once a minute at most."""

    def __init__(self, logger: logging.Logger) -> None:
        self._logger = logger
        self._silent_until = 0.0

    def error(self, message: str) -> None:
        """Log the message, unless one was logged within the last minute."""
        if time.monotonic() >= self._silent_until:
            self._silent_until = time.monotonic() + SECONDS_BETWEEN_LOGS
            self._logger.error(message)


class Database:
    """Connections to the database.

    Args:
        place: A ``postgresql://`` or ``sqlite:///`` URL or the path of an SQLite file, as
            ``endpoints.yml`` has it; ``ASK_RESC_DATABASE`` wins.
        table: A table to create where it is missing.
        most_connections: How many statements PostgreSQL may work on at once.

    Raises:
        RasaException: If the database cannot be reached, within seconds.
    """

    def __init__(
        self, place: Optional[str] = None, *, table: Optional[sa.Table] = None, most_connections: int = 5
    ) -> None:
        url = _url(place)
        self._is_postgres = url.get_backend_name() == "postgresql"
        self._threads = ThreadPoolExecutor(most_connections, "database") if self._is_postgres else None
        self._down_until = 0.0
        self._created: Set[str] = set()  # tables that are known to be there
        try:
            options = _postgres(most_connections) if self._is_postgres else _sqlite()
            # Parameters are what people typed and do not belong into errors.
            self._engine = sa.create_engine(url, hide_parameters=True, **options)
            if not self._is_postgres and url.database:
                Path(url.database).parent.mkdir(mode=0o700, exist_ok=True)
            with self.connect() as connection:
                if not self._is_postgres:
                    connection.exec_driver_sql("PRAGMA journal_mode=WAL")
                    connection.exec_driver_sql("PRAGMA synchronous=NORMAL")
            if table is not None:
                self._transaction(lambda connection: self._create(table, connection))
        except (SQLAlchemyError, OSError, ImportError) as error:
            # An ImportError would make Rasa keep conversations in memory, with nothing but a warning.
            raise RasaException(errors.database_unreachable(repr(url), reason(error))) from error

    def connect(self) -> Connection:
        """Give a connection, or raise at once while a database that was not reached is left alone.

        Otherwise each message would wait for an answer that does not come.
        """
        if time.monotonic() < self._down_until:
            raise SQLAlchemyError(errors.DATABASE_DOWN)
        try:
            return self._engine.connect()
        except SQLAlchemyError:
            self._down_until = time.monotonic() + SECONDS_DOWN
            raise

    async def create(self, table: sa.Table) -> None:
        """Create a table where it is missing; once it is there, the database is not asked again."""
        if table.name not in self._created:
            await self.run(lambda connection: self._create(table, connection))
            self._created.add(table.name)

    def _create(self, table: sa.Table, connection: Connection) -> None:
        """Create the table, one process after the other, as several may start at once."""
        alone = f"SELECT pg_advisory_xact_lock({_CREATING})" if self._is_postgres else "BEGIN IMMEDIATE"
        connection.exec_driver_sql(alone)
        table.create(connection, checkfirst=True)

    async def run(self, work: Callable[[Connection], Result]) -> Result:
        """Do some work in one transaction and return its result.

        PostgreSQL may take its time, so that happens in a thread. SQLite is quicker than the way to
        a thread and back.
        """
        if self._threads is None:
            return self._transaction(work)
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._transaction, work)

    def _transaction(self, work: Callable[[Connection], Result]) -> Result:
        with self.connect() as connection, connection.begin():
            return work(connection)


def _url(place: Optional[str]) -> URL:
    place = settings.database() or place or str(DEFAULT_FILE)
    if "://" not in place:
        return URL.create("sqlite", database=place)
    try:
        url = make_url(place)
    except (SQLAlchemyError, ValueError) as error:
        raise RasaException(errors.DATABASE_MALFORMED) from error
    if url.get_backend_name() not in ("postgresql", "sqlite"):
        raise RasaException(errors.database_unknown(url.drivername))
    return url


def _sqlite() -> Dict[str, Any]:
    """One connection, kept: opening the file takes longer than what is done with it."""
    return {"poolclass": StaticPool, "connect_args": {"timeout": SECONDS_LOCKED}}


def _postgres(most_connections: int) -> Dict[str, Any]:
    return {
        "poolclass": QueuePool,
        "pool_size": most_connections,
        "max_overflow": 0,
        "pool_pre_ping": True,  # a connection that was lost meanwhile is replaced
        "connect_args": {
            "connect_timeout": SECONDS_TO_CONNECT,
            "tcp_user_timeout": SECONDS_TO_ANSWER * 1000,
            "options": f"-c statement_timeout={SECONDS_TO_ANSWER}s",
        },
    }

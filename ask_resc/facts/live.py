"""The facts as the file has them now, or as it last had them without a mistake.

Editors change the file while the bot runs. ``LiveFacts.current`` is called for every message and costs
one look at the file's metadata; a changed file is read, checked and taken over, or reported and ignored.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from functools import lru_cache
from pathlib import Path
from typing import Optional, Tuple, Union

from ask_resc import errors, settings
from ask_resc.facts.loader import FactsError, Mistake, parse, unreadable
from ask_resc.facts.model import Facts

logger = logging.getLogger(__name__)

# A file is read once its last change is this old. Until then an editor that writes it in several
# steps may not be done, and a second change within a tick of the file system's clock (up to 10 ms)
# could leave the same metadata as the first.
SETTLED_AFTER = 0.05

Stamp = Tuple[int, int, int, int, int]


class LiveFacts:
    """The last good content of the facts file at ``path``, renewed when the file changes.

    Raises ``FactsError`` if the file cannot be used at the start. Safe to share between threads.
    """

    def __init__(self, path: Union[str, Path]) -> None:
        self.path = Path(path)
        self.version = 1
        """Grows with every good version that differs from the one before."""
        self._lock = threading.Lock()
        self._rejected: Tuple[Mistake, ...] = ()
        try:
            # At the start, there is no last good copy to go on with while a file is being written.
            read = _read(self.path, attempts=20)
        except OSError as error:
            raise unreadable(self.path, error) from error
        if read is None:
            raise FactsError(self.path, [(1, errors.FILE_KEEPS_CHANGING)])
        self._stamp: Optional[Stamp] = read[0]
        self._facts = parse(read[1], self.path)

    def current(self) -> Facts:
        """The facts to answer from now: the same object until a good version with other facts is saved."""
        try:
            stamp: Optional[Stamp] = _stamp(os.stat(self.path))
        except OSError:
            stamp = None
        if stamp != self._stamp:
            with self._lock:
                self._renew()
        return self._facts

    def _renew(self) -> None:
        try:
            read = _read(self.path, attempts=2)
        except OSError as error:
            self._stamp = None
            self._reject(unreadable(self.path, error))
            return
        if read is None or read[0] == self._stamp:  # still being written, or another thread was faster
            return
        self._stamp, data = read
        try:
            facts = parse(data, self.path)
        except FactsError as error:
            self._reject(error)
            return
        is_edited = facts != self._facts
        if is_edited:
            self._facts = facts
            self.version += 1
        if is_edited or self._rejected:
            self._rejected = ()
            logger.info(errors.facts_renewed(self.path, self.version))

    def _reject(self, error: FactsError) -> None:
        if error.problems != self._rejected:
            self._rejected = error.problems
            logger.error(errors.facts_rejected(error.problems))


@lru_cache(maxsize=None)
def facts() -> LiveFacts:
    """The live facts of the file that ``ASK_RESC_FACTS`` names, shared by the whole process."""
    return LiveFacts(settings.facts_path())


def _read(path: Path, attempts: int) -> Optional[Tuple[Stamp, bytes]]:
    """The whole content of a file that has settled, with its stamp. None if it does not settle."""
    for _ in range(attempts):
        with open(path, "rb") as file:
            status = os.fstat(file.fileno())
            # The time of the last change to the inode: unlike that of the content, no tool sets it.
            age = time.time() - status.st_ctime
            if not 0 <= age < SETTLED_AFTER:  # a negative age is another machine's clock, and says nothing
                data = file.read()
                if _stamp(os.fstat(file.fileno())) == _stamp(status):
                    return _stamp(status), data
                age = 0
        time.sleep(SETTLED_AFTER - age)
    return None


def _stamp(status: os.stat_result) -> Stamp:
    """What differs between two versions of a file, however the new one came to its place."""
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns

"""A bot with its web channel at one address, which can be killed and started again there."""

from __future__ import annotations

import http.client
import time
from pathlib import Path
from typing import Any, List, Optional, Sequence

from ask_resc import rasa_process, training
from ask_resc.settings import PROJECT

SECONDS_TO_START = 120


class WebBot:
    """Args:
    folder: For its database, its log and its credentials.
    port: Where it listens.
    origins: Sites that may show the chat.
    """

    def __init__(self, folder: Path, port: int, origins: Sequence[str]) -> None:
        self.folder, self.port = folder, port
        self.database, self.log = folder / "conversations.db", folder / "bot.log"
        self.address = f"http://127.0.0.1:{port}"
        channel = "ask_resc.channels.web.input.WebChannel"
        listed = "".join(f"\n    - {origin}" for origin in origins)
        folder.joinpath("credentials.yml").write_text(f"{channel}:\n  origins:{listed}\n")
        self._process: Optional[Any] = None

    def start(self) -> None:
        arguments: List[str] = [
            *("run", "-i", "127.0.0.1", "-p", str(self.port), "--endpoints", "endpoints.yml"),
            *("--credentials", str(self.folder / "credentials.yml")),
            *("--model", str(training.MODEL.relative_to(PROJECT))),
        ]
        variables = {"ASK_RESC_DATABASE": str(self.database), "ASK_RESC_SECRET": "s" * 40}
        self._process = rasa_process.start(arguments, self.log, variables)
        end = time.monotonic() + SECONDS_TO_START
        while not self._answers():
            assert self._process.poll() is None and time.monotonic() < end, self.log.read_text()[-5000:]
            time.sleep(0.05)

    def _answers(self) -> bool:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
            connection.request("GET", "/webhooks/web/")
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False

    @property
    def is_running(self) -> bool:
        return self._process is not None

    def kill(self) -> None:
        """As it would die: without a word."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

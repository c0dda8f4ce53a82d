"""Custom actions run inside the bot, with the contract of the action server and without its trip.

A call to an action server on the same machine costs two milliseconds and the server 38 MB, and one
more thing can be down. Rasa calls custom actions through an ``EndpointConfig``; ``ActionsInside`` is
one that calls rasa_sdk's executor in the process. What goes in and out is turned into JSON and back,
so an action gets, and may return, what it would over HTTP, and shares nothing with Rasa's tracker.
"""

from __future__ import annotations

import asyncio
import inspect
import json
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Callable, Dict, Optional, Tuple

from rasa.shared.exceptions import RasaException
from rasa.utils.endpoints import ClientResponseError, EndpointConfig
from rasa_sdk.executor import ActionExecutor
from rasa_sdk.interfaces import ActionExecutionRejection, ActionNotFoundException

from ask_resc import errors

MOST_THREADS = 32  # actions at once; further ones wait their turn
LONGEST = 60.0  # seconds after which an action that waits is given up, so that its thread is free again


class _Executor(ActionExecutor):
    """Runs every action in a thread, with an event loop of that thread for one that is a coroutine.

    The bot's own loop serves every conversation: an action that blocks must not be able to stop it.
    """

    def __init__(self) -> None:
        super().__init__()
        self._threads = ThreadPoolExecutor(MOST_THREADS, thread_name_prefix="action")
        self._local = threading.local()

    def register_function(self, name: str, f: Callable[..., Any]) -> None:
        super().register_function(name, f)

        async def run(*arguments: Any) -> Any:
            return await asyncio.get_running_loop().run_in_executor(self._threads, self._call, f, arguments)

        self.actions[name] = run

    def _call(self, f: Callable[..., Any], arguments: Tuple[Any, ...]) -> Any:
        try:
            result = f(*arguments)
            if not inspect.isawaitable(result):
                return result
            if not hasattr(self._local, "loop"):
                self._local.loop = asyncio.new_event_loop()
            return self._local.loop.run_until_complete(asyncio.wait_for(result, LONGEST))
        except (SystemExit, KeyboardInterrupt) as error:
            # An event loop hands these on: the whole bot would end.
            raise RasaException("An action wanted to end the process.") from error


class ActionsInside(EndpointConfig):
    """The endpoint of custom actions that live in this process.

    Args:
        package: Name of the package that has the actions.
        kwargs: Options of the action endpoint, such as ``enable_selective_domain``.
    """

    def __init__(self, package: str = "actions", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._executor = _Executor()
        try:
            self._executor.register_package(package)
        except SystemExit as error:  # an import failed; rasa_sdk has logged it and would end the bot
            raise RasaException(errors.actions_not_imported(package)) from error

    async def request(
        self,
        method: str = "post",
        subpath: Optional[str] = None,
        content_type: Optional[str] = "application/json",
        compress: bool = False,
        **kwargs: Any,
    ) -> Optional[Any]:
        """Run the action of ``kwargs["json"]`` and return its reply, as the action server's webhook."""
        call = json.loads(json.dumps(kwargs["json"]))
        return await asyncio.wait_for(self._run(call), kwargs.get("timeout"))

    async def _run(self, call: Dict[str, Any]) -> Optional[Any]:
        try:
            return json.loads(json.dumps(await self._executor.run(call)))
        except ActionExecutionRejection as error:
            raise _failed(400, "Bad Request", error, error.action_name) from error
        except ActionNotFoundException as error:
            raise _failed(404, "Not Found", error, error.action_name) from error
        except Exception as error:
            raise _failed(500, "Internal Server Error", error, call["next_action"]) from error


def _failed(status: int, reason: str, error: Exception, action: str) -> ClientResponseError:
    return ClientResponseError(status, reason, json.dumps({"error": str(error), "action_name": action}))

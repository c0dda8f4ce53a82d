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
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Awaitable, Callable, Dict, Optional

from rasa.shared.exceptions import RasaException
from rasa.utils.endpoints import ClientResponseError, EndpointConfig
from rasa_sdk.executor import ActionExecutor
from rasa_sdk.interfaces import ActionExecutionRejection, ActionNotFoundException
from rasa_sdk.utils import call_potential_coroutine

from ask_resc import errors

MOST_THREADS = 32  # synchronous actions at once; further ones wait their turn


class _Executor(ActionExecutor):
    """Runs a synchronous ``run`` in a thread: one that waits must not stop every conversation."""

    def __init__(self) -> None:
        super().__init__()
        self._threads = ThreadPoolExecutor(MOST_THREADS, thread_name_prefix="action")

    def register_function(self, name: str, f: Callable[..., Any]) -> None:
        super().register_function(name, f)
        if not inspect.iscoroutinefunction(f):
            self.actions[name] = self._in_thread(f)

    def _in_thread(self, f: Callable[..., Any]) -> Callable[..., Awaitable[Any]]:
        async def run(*arguments: Any) -> Any:
            result = await asyncio.get_running_loop().run_in_executor(self._threads, f, *arguments)
            return await call_potential_coroutine(result)

        return run


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

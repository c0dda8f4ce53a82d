"""Who may: from which sites, from which address, and how often. Nothing of it is kept on a disk."""

from __future__ import annotations

import ipaddress
import re
import time
from collections import deque
from typing import Any, Callable, Deque, Dict, Iterable, List, Optional, Sequence, Union

from rasa.shared.exceptions import RasaException
from sanic.request import Request

from ask_resc import errors

Network = Union[ipaddress.IPv4Network, ipaddress.IPv6Network]
_ORIGIN = re.compile(r"https?://(?:[a-z0-9-]+(?:\.[a-z0-9-]+)*|\[[0-9a-f:.]+\])(?::\d{1,5})?")
_DEFAULT_PORT = re.compile(r"^(http://[^/]+):80$|^(https://[^/]+):443$")
_MOST_KEYS = 100_000


class Proxies:
    """The machines in front of the bot: they alone are believed when they say who called them.

    Args:
        addresses: Of the proxies, or networks: ``127.0.0.1``, ``10.0.0.0/8``.
    """

    def __init__(self, addresses: Sequence[Any] = ()) -> None:
        try:
            self._networks: List[Network] = [ipaddress.ip_network(address) for address in addresses]
        except ValueError as error:
            raise RasaException(errors.web_proxy_malformed(str(error))) from error

    def visitor(self, request: Request) -> str:
        """The address that a request comes from; of IPv6, the network that one household has."""
        address = request.ip or ""
        forwarded = [part.strip() for part in ",".join(request.headers.getall("x-forwarded-for", [])).split(",")]
        while forwarded and self._is_one(address) and _ip(forwarded[-1]):
            address = forwarded.pop()
        ip = _ip(address)
        return str(ipaddress.ip_network((ip, 64), strict=False)) if ip and ip.version == 6 else address

    def host(self, request: Request) -> str:
        """The name, with its port, under which a visitor called."""
        if self._is_one(request.ip or "") and "x-forwarded-host" in request.headers:
            return str(request.headers["x-forwarded-host"])
        return str(request.headers.get("host", ""))

    def _is_one(self, address: str) -> bool:
        ip = _ip(address)
        return ip is not None and any(ip in network for network in self._networks)


def _ip(address: str) -> Union[ipaddress.IPv4Address, ipaddress.IPv6Address, None]:
    try:
        return ipaddress.ip_address(address)
    except ValueError:
        return None


class Origins:
    """The sites that may show the chat: those of the configuration, and the bot's own pages.

    Args:
        allowed: Such as ``https://www.district.example``: scheme and name, no path.
        proxies: Tell the name under which the bot's own pages are called.
    """

    def __init__(self, allowed: Sequence[Any], proxies: Proxies) -> None:
        malformed = [o for o in allowed if not isinstance(o, str) or not _ORIGIN.fullmatch(o.rstrip("/").lower())]
        if malformed:
            raise RasaException(errors.web_origins_malformed(malformed))
        self.allowed = tuple(dict.fromkeys(_plain(origin) for origin in allowed))
        self._proxies = proxies

    def allow(self, request: Request) -> bool:
        """Whether the page that sent the request may converse. What is no browser names no origin."""
        origin = request.headers.get("origin")
        if origin is None:
            return True
        origin = _plain(origin)
        host = self._proxies.host(request).lower()
        return origin in self.allowed or origin in (_plain(f"http://{host}"), _plain(f"https://{host}"))


def _plain(origin: str) -> str:
    origin = origin.rstrip("/").lower()
    match = _DEFAULT_PORT.match(origin)
    return (match.group(1) or match.group(2)) if match else origin


class Limit:
    """So many in so many seconds for each key.

    Args:
        most: How many.
        seconds: Within which time.
        clock: Gives the time in seconds.
    """

    def __init__(self, most: int, seconds: float = 60, clock: Callable[[], float] = time.monotonic) -> None:
        self._most, self._seconds, self._clock = most, seconds, clock
        self._times: Dict[str, Deque[float]] = {}

    def wait(self, key: str) -> Optional[int]:
        """Count one more; or the whole seconds to wait, and nothing is counted."""
        now = self._clock()
        times = self._times.pop(key, None) or deque()
        self._times[key] = times  # the last one used stands last
        _drop_older(times, now - self._seconds)
        if len(times) >= self._most:
            return max(1, int(times[0] + self._seconds - now + 0.999))
        times.append(now)
        self._forget(now - self._seconds)
        return None

    def _forget(self, before: float) -> None:
        """Let go of those that have not come for long, and of more than memory should hold."""
        for key in _first_two(self._times):
            if self._times[key][-1] < before or len(self._times) > _MOST_KEYS:
                del self._times[key]


def _drop_older(times: Deque[float], before: float) -> None:
    while times and times[0] <= before:
        times.popleft()


def _first_two(keys: Iterable[str]) -> List[str]:
    iterator = iter(keys)
    return [key for key in (next(iterator, None), next(iterator, None)) if key is not None]

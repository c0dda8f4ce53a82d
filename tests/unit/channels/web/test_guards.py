from __future__ import annotations

from types import SimpleNamespace
from typing import Any, List

import pytest
from multidict import CIMultiDict

from ask_resc.channels.web import guards
from ask_resc.channels.web.guards import Limit, Proxies


def request(ip: str, *forwarded: str) -> Any:
    headers: CIMultiDict[str] = CIMultiDict([("X-Forwarded-For", value) for value in forwarded])
    return SimpleNamespace(ip=ip, headers=SimpleNamespace(getall=headers.getall, get=headers.get))


@pytest.mark.parametrize(
    ("proxies", "ip", "forwarded", "visitor"),
    [
        ([], "192.0.2.1", [], "192.0.2.1"),
        ([], "192.0.2.1", ["198.51.100.9"], "192.0.2.1"),
        (["192.0.2.1"], "192.0.2.1", ["198.51.100.9"], "198.51.100.9"),
        (["192.0.2.1"], "192.0.2.1", ["203.0.113.1, 198.51.100.9"], "198.51.100.9"),
        (["192.0.2.1"], "192.0.2.1", ["203.0.113.1", "198.51.100.9"], "198.51.100.9"),
        (["192.0.2.0/24", "10.0.0.0/8"], "192.0.2.7", ["203.0.113.1, 10.1.2.3"], "203.0.113.1"),
        (["192.0.2.1"], "192.0.2.1", ["nonsense"], "192.0.2.1"),
        (["192.0.2.1"], "192.0.2.1", [""], "192.0.2.1"),
        (["192.0.2.1"], "192.0.2.9", ["198.51.100.9"], "192.0.2.9"),
        ([], "2001:db8:1:2:3:4:5:6", [], "2001:db8:1:2::/64"),
        ([], "", ["198.51.100.9"], ""),
    ],
)
def test_guards_believe_proxies_alone(proxies: List[str], ip: str, forwarded: List[str], visitor: str):
    assert Proxies(proxies).visitor(request(ip, *forwarded)) == visitor


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_guards_a_limit_is_for_each_and_lets_go_with_time():
    clock = Clock()
    limit = Limit(2, 60, clock)
    assert [limit.wait("a") for _ in range(3)] == [None, None, 60]
    assert limit.wait("b") is None
    clock.now = 30.5
    assert limit.wait("a") == 30
    clock.now = 60
    assert limit.wait("a") is None


def test_guards_a_limit_forgets_who_has_gone(monkeypatch: pytest.MonkeyPatch):
    clock = Clock()
    limit = Limit(2, 60, clock)
    for key in "abc":
        limit.wait(key)
    clock.now = 100
    for _ in range(2):
        limit.wait("d")
    assert set(limit._times) == {"d"}


def test_guards_a_limit_holds_so_many_and_no_more(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(guards, "_MOST_KEYS", 10)
    limit = Limit(2, 60, Clock())
    for number in range(100):
        limit.wait(str(number))
    assert len(limit._times) <= 10

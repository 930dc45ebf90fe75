"""The pieces of a bounded, ordered flow."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from hypothesis import given
from hypothesis import strategies as st

from printdock.pipeline.flow import Budget, Group


def test_a_budget_never_holds_more_than_its_bytes_and_count() -> None:
    budget = Budget(size=100, count=3)
    worst = {"bytes": 0, "count": 0}
    lock, held = threading.Lock(), {"bytes": 0, "count": 0}

    def work(size: int) -> None:
        budget.take(size)
        with lock:
            held["bytes"] += size
            held["count"] += 1
            for key in worst:
                worst[key] = max(worst[key], held[key])
        with lock:
            held["bytes"] -= size
            held["count"] -= 1
        budget.give_back(size)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, [10, 40, 60, 90, 100, 5] * 50))
    assert worst["bytes"] <= 100 and worst["count"] <= 3
    assert budget.used == 0


def test_a_thing_larger_than_the_budget_goes_alone() -> None:
    budget = Budget(size=100, count=3)
    budget.take(1_000)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(budget.take, 1)
        assert not waiting.done()
        budget.give_back(1_000)
        waiting.result(timeout=10)


def test_shrinking_lets_the_next_one_in_but_keeps_the_place() -> None:
    budget = Budget(size=100, count=2)
    budget.take(90)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(budget.take, 50)
        budget.shrink(60)
        waiting.result(timeout=10)
    assert budget.used == 80


@given(st.permutations(list(range(12))))
def test_an_ordered_group_handles_in_order_whatever_order_things_come_in(order: list[int]) -> None:
    handled: list[int] = []
    group: Group[int] = Group("test", handled.extend, limit=5, failed=_unexpected, ordered=True)
    for number in order:
        group.add(number, number)
    group.close()
    assert handled == sorted(order)


def test_what_comes_while_a_group_is_handled_is_handled_together() -> None:
    sizes: list[int] = []
    first, go_on = threading.Event(), threading.Event()

    def handle(group: Sequence[int]) -> None:
        sizes.append(len(group))
        first.set()
        assert go_on.wait(10)

    group: Group[int] = Group("test", handle, limit=6, failed=_unexpected)
    group.add(0)
    assert first.wait(10)
    for number in range(8):
        group.add(number)
    go_on.set()
    group.close()
    assert sizes == [1, 6, 2]


def test_a_group_that_fails_is_answered_and_the_next_is_handled() -> None:
    failures: list[tuple[list[int], str]] = []
    handled: list[int] = []

    def handle(group: Sequence[int]) -> None:
        if 1 in group:
            raise ValueError("no ones")
        handled.extend(group)

    group: Group[int] = Group("test", handle, limit=1, failed=lambda one, e: failures.append((list(one), str(e))))
    for number in (0, 1, 2):
        group.add(number)
    group.close()
    assert handled == [0, 2]
    assert failures == [([1], "no ones")]


def _unexpected(group: Sequence[int], error: Exception) -> None:
    raise AssertionError(f"{group}: {error}")

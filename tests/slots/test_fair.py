"""Who is next: what always holds, whatever people do, and what it comes to in ten minutes of a workshop."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from people_at_work import Habit, jain, simulate, workshop

from artia_lab.slots import fair, forecast
from artia_lab.slots.state import CPU, Ask, Lease, Rules, State, joined, left, spent, taken, used

RULES = Rules(cores=(0, 1))
BOTH = Rules(cores=(0, 1, 2), gpus=(("0", 8000), ("1", 16000)))


def ask(name: str, user: str = "", at: float = 0.0, **more: object) -> Ask:
    return replace(Ask(id=name, user=user or name, at=at), **more)  # type: ignore[arg-type]


def waiting(*asks: Ask) -> State:
    state = State()
    for each in asks:
        state = joined(state, each)
    return state


def granted(state: State, rules: Rules = RULES, now: float = 0.0) -> list[str]:
    return [lease.ask.id for lease in fair.plan(state, rules, now).grants]


def test_whoever_used_least_goes_first_and_then_whoever_asked_first() -> None:
    state = replace(waiting(ask("a"), ask("b", at=1), ask("c", at=2)), usage={"a": (50.0, 0.0)})
    assert granted(state, now=2) == ["b", "c"]


def test_what_was_used_counts_half_after_each_half_life() -> None:
    state = State(usage={"a": (80.0, 0.0)})
    assert used(state, RULES, "a", RULES.half_life_s) == pytest.approx(40)
    assert used(state, RULES, "nobody", 5) == 0


def test_what_is_still_computed_counts_as_much_as_what_was() -> None:
    state = fair.plan(waiting(ask("a")), RULES, 0.0).state
    before = used(state, RULES, "a", 100.0)
    assert 90 < before < 100
    assert used(left(state, RULES, "a", 100.0), RULES, "a", 100.0) == pytest.approx(before)


def test_one_person_does_not_take_every_place_at_once() -> None:
    state = waiting(ask("a1", "a"), ask("a2", "a"), ask("b", at=1))
    assert granted(state, now=1) == ["a1", "b"]


def test_whom_the_facilitator_puts_first_goes_first_for_a_while() -> None:
    state = replace(waiting(ask("a"), ask("b"), ask("c")), usage={"c": (500.0, 0.0)}, boosts={"c": 60.0})
    assert granted(state)[0] == "c"
    assert "c" not in granted(state, now=61)


def test_nobody_begins_while_the_queue_is_paused() -> None:
    state = replace(waiting(ask("a")), paused=True)
    assert granted(state) == [] and fair.reasons(state, RULES, 0.0) == {"a": fair.PAUSED}


def test_a_workshop_takes_no_more_than_its_places_and_its_time() -> None:
    rules = replace(RULES, quotas={"w": (1, 100.0)})
    state = waiting(ask("a", workshop="w"), ask("b", workshop="w"))
    assert granted(state, rules) == ["a"]
    state = fair.plan(state, rules, 0.0).state
    assert fair.reasons(state, rules, 0.0) == {"b": fair.QUOTA}
    state = left(state, rules, "a", 101.0)
    assert spent(state, rules, "w", 101.0) == 101
    assert granted(state, rules, 101.0) == []


def test_one_person_takes_no_more_places_than_allowed() -> None:
    rules = replace(RULES, places_each=1)
    state = fair.plan(waiting(ask("a1", "a"), ask("a2", "a")), rules, 0.0).state
    assert list(state.leases) == ["a1"] and fair.reasons(state, rules, 0.0) == {"a2": fair.LIMIT}


def computing(*leases: Lease) -> State:
    state = State()
    for each in leases:
        state = taken(state, each)
    return state


def held(name: str, core: int, **more: object) -> Lease:
    return replace(Lease(ask=ask(name), cores=(core,), safe_until=15.0, resumable=True), **more)  # type: ignore[arg-type]


def test_a_run_makes_room_after_its_minimum_and_only_for_somebody_who_used_clearly_less() -> None:
    state = joined(computing(held("a", 0), held("b", 1)), ask("c", at=10))
    assert fair.plan(state, RULES, 14.0).leave == ()
    assert fair.plan(state, RULES, 20.0).leave in (("a",), ("b",))
    alike = replace(state, usage={"c": (15.0, 20.0)})
    assert fair.plan(alike, RULES, 20.0).leave == ()


@pytest.mark.parametrize(
    "kept", [{"resumable": False}, {"leaving": True}, {"safe_until": 99.0}], ids=["whole", "leaving", "extended"]
)
def test_who_cannot_or_need_not_make_room_is_left_alone(kept: dict[str, object]) -> None:
    state = joined(computing(held("a", 0, **kept), held("b", 1, **kept)), ask("c", at=10))
    assert fair.plan(state, RULES, 30.0).leave == ()


def test_no_more_make_room_than_are_needed() -> None:
    state = joined(computing(held("a", 0), held("b", 1)), ask("c", at=10))
    first = fair.plan(state, RULES, 30.0)
    assert len(first.leave) == 1
    assert fair.plan(first.state, RULES, 31.0).leave == ()


def test_nobody_makes_room_for_their_own_other_run() -> None:
    state = joined(computing(held("a", 0), held("b", 1)), ask("a2", "a", at=0))
    assert "a" not in fair.plan(state, RULES, 300.0).leave


def test_smaller_runs_pass_a_large_one_for_a_minimum_run_and_then_no_more() -> None:
    state = computing(held("a", 0, resumable=False))
    state = joined(joined(state, ask("large", cores=2)), ask("small", at=1))
    assert granted(state, now=10) == ["small"]
    assert granted(state, now=16) == []
    assert fair.reasons(state, RULES, 16.0)["small"] == fair.LARGER
    assert granted(left(state, RULES, "a", 17.0), now=17) == ["large"]


def test_a_gpu_is_shared_by_its_memory() -> None:
    state = waiting(*(ask(f"g{k}", cores=0, memory_mb=7000) for k in range(4)), ask("c"))
    plan = fair.plan(state, BOTH, 0.0)
    assert [lease.gpu for lease in plan.grants if lease.gpu] == ["0", "1", "1"]
    assert [lease.cores for lease in plan.grants if lease.ask.kind == CPU] == [(0,)]


def test_what_can_never_be_given_is_known() -> None:
    assert not fair.possible(RULES, ask("a", cores=3))
    assert not fair.possible(RULES, ask("a", cores=0, memory_mb=1))
    assert fair.possible(BOTH, ask("a", cores=0, memory_mb=16000))


def test_those_who_wait_are_told_where_they_stand() -> None:
    state = fair.plan(waiting(*(ask(f"{k}", at=k / 10, seconds=20) for k in range(5))), RULES, 0.5).state
    turns = forecast.turns(state, RULES, 0.5)
    assert [turns[f"{k}"].position for k in (2, 3, 4)] == [1, 2, 3]
    waits = [turns[f"{k}"].expected_s for k in (2, 3, 4)]
    assert waits == [20, 20, 30]
    assert {turn.reason for turn in turns.values()} == {fair.BUSY}


def test_nobody_can_tell_how_long_a_pause_lasts() -> None:
    state = replace(waiting(ask("a")), paused=True)
    assert forecast.turns(state, RULES, 0.0)["a"].expected_s is None


# One thing that may happen: somebody asks, a run ends, is asked to leave, or time passes.
deeds = st.lists(
    st.one_of(
        st.tuples(
            st.just("ask"), st.integers(0, 5), st.sampled_from([(1, 0), (2, 0), (3, 0), (0, 4000), (0, 16000)])
        ),
        st.tuples(st.just("end"), st.integers(0, 20), st.just((0, 0))),
        st.tuples(st.just("resumable"), st.integers(0, 20), st.just((0, 0))),
        st.tuples(st.just("time"), st.integers(1, 60), st.just((0, 0))),
    ),
    max_size=60,
)


def lived(done: list[tuple[str, int, tuple[int, int]]], check: object = None) -> tuple[State, float]:
    state, now = State(), 0.0
    for number, (what, which, (cores, memory)) in enumerate(done):
        leases = list(state.leases.values())
        if what == "ask":
            state = joined(state, ask(f"{number}", f"u{which}", now, cores=cores, memory_mb=memory))
        elif what == "time":
            now += which
        elif leases and what == "end":
            state = left(state, BOTH, leases[which % len(leases)].ask.id, now)
        elif leases:
            state = taken(state, replace(leases[which % len(leases)], resumable=True))
        state = fair.plan(state, BOTH, now).state
        if callable(check):
            check(state, now)
    return state, now


@given(deeds)
def test_nothing_is_ever_leased_twice(done: list[tuple[str, int, tuple[int, int]]]) -> None:
    def check(state: State, _now: float) -> None:
        cores = [core for lease in state.leases.values() for core in lease.cores]
        assert len(cores) == len(set(cores)) and set(cores) <= set(BOTH.cores)
        for name, memory in BOTH.gpus:
            assert sum(lease.ask.memory_mb for lease in state.leases.values() if lease.gpu == name) <= memory
        assert not state.waiting.keys() & state.leases.keys()

    lived(done, check)


@given(deeds)
def test_no_place_is_free_that_somebody_could_use(done: list[tuple[str, int, tuple[int, int]]]) -> None:
    def check(state: State, now: float) -> None:
        # But for what is kept for a larger run that has waited for a minimum run.
        for each in state.waiting.values():
            larger = [
                other
                for other in state.waiting.values()
                if other.kind == each.kind and now - other.at >= BOTH.minimum_run_s and other.id != each.id
            ]
            if not larger:
                alone = replace(state, waiting={each.id: each})
                assert not fair.plan(alone, BOTH, now).grants

    lived(done, check)


@settings(max_examples=10)
@given(deeds)
def test_nobody_waits_for_ever_while_newcomers_keep_coming(done: list[tuple[str, int, tuple[int, int]]]) -> None:
    state, now = lived(done)
    state = joined(state, ask("patient", "u0", now))
    state = replace(state, usage={**state.usage, "u0": (200.0, now)})
    for turn in range(1000):
        if "patient" not in state.waiting:
            break
        now += 5
        for name in list(state.leases):
            state = left(state, BOTH, name, now)
        for k in range(len(BOTH.cores)):
            state = joined(state, ask(f"new{turn}-{k}", f"new{turn}-{k}", now))
        state = fair.plan(state, BOTH, now).state
    assert "patient" not in state.waiting


@given(deeds, st.floats(0, 1000))
def test_a_plan_is_the_same_each_time(done: list[tuple[str, int, tuple[int, int]]], later: float) -> None:
    state, now = lived(done)
    assert fair.plan(state, BOTH, now + later) == fair.plan(state, BOTH, now + later)
    assert forecast.turns(state, BOTH, now).keys() == state.waiting.keys()


@pytest.mark.parametrize("seed", range(3))
def test_ten_minutes_of_a_workshop_are_fair_and_busy(seed: int) -> None:
    people = workshop()
    began = time.perf_counter()
    outcome = simulate(people, RULES, seed=seed)
    always = [outcome.slot_s[name] for name, habit in people.items() if not habit.pause_s]
    assert jain(always) >= 0.95 and outcome.busy >= 0.95
    assert len(outcome.slot_s) == 30
    assert time.perf_counter() - began < 20


def test_who_looks_now_and_then_hardly_waits_among_those_who_train_all_day() -> None:
    people = {f"t{k}": Habit(shortest_s=300, longest_s=300, resumable=True) for k in range(6)}
    people |= {"visitor": Habit(shortest_s=5, longest_s=5, pause_s=60)}
    assert simulate(people, RULES).finished["visitor"] >= 5

"""Who waits for a seat, in which order, and what they are told."""

from __future__ import annotations

import asyncio

import pytest

from artia_lab.hub.seats import words
from artia_lab.hub.seats.line import FIRST_GUESS_S, Line, Turn


async def arrive(line: Line, who: str) -> asyncio.Task[None]:
    """Have somebody join the line."""
    task = asyncio.ensure_future(line.wait(who))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    return task


def test_a_few_start_at_once_and_the_first_who_came_is_the_first_served():
    async def story() -> None:
        line, served = Line(at_once=2, seats=10), []
        tasks = {name: await arrive(line, name) for name in "abcde"}
        assert [name for name in "abcde" if tasks[name].done()] == ["a", "b"]
        assert [line.turn(name).position for name in "abcde"] == [0, 0, 1, 2, 3]
        for name in "abc":
            line.opened(name, 0.5)
            await asyncio.sleep(0)
            served.append([each for each in "abcde" if tasks[each].done()])
        assert served == [["a", "b", "c"], ["a", "b", "c", "d"], ["a", "b", "c", "d", "e"]]

    asyncio.run(story())


def test_whoever_gives_up_leaves_the_line_and_the_next_moves_on():
    async def story() -> None:
        line = Line(at_once=1, seats=10)
        first, second, third = [await arrive(line, name) for name in "abc"]
        second.cancel()
        with pytest.raises(asyncio.CancelledError):
            await second
        assert first.done() and line.turn("c").position == 1
        line.left("a")
        await asyncio.wait_for(third, 1)
        assert line.counts() == {"waiting": 0, "starting": 1, "open": 0}

    asyncio.run(story())


def test_more_people_than_seats_wait_until_one_is_given_back():
    async def story() -> None:
        line = Line(at_once=4, seats=2)
        tasks = [await arrive(line, name) for name in "abc"]
        assert [each.done() for each in tasks] == [True, True, False]
        line.opened("a")
        line.opened("b")
        assert line.turn("c") == Turn(position=1, expected_s=None, full=True)
        line.left("a")
        await asyncio.wait_for(tasks[2], 1)

    asyncio.run(story())


def test_the_wait_that_is_told_follows_how_long_starts_last():
    async def story() -> None:
        line = Line(at_once=2, seats=100)
        tasks = [await arrive(line, name) for name in "abcdef"]
        assert line.turn("f").expected_s == 3 * FIRST_GUESS_S
        line.opened("a", 4.0)
        line.opened("b", 4.0)
        await asyncio.sleep(0)
        # c and d start; e and f are the round after.
        assert [line.turn(name).expected_s for name in "cef"] == [4.0, 8.0, 8.0]
        for each in tasks:
            each.cancel()

    asyncio.run(story())


def test_somebody_the_line_does_not_know_changes_nothing():
    line = Line(at_once=1, seats=1)
    line.left("nobody")
    assert line.counts() == {"waiting": 0, "starting": 0, "open": 0}


def test_a_seat_found_open_by_a_hub_that_starts_again_counts_and_teaches_nothing():
    line = Line(at_once=1, seats=2)
    line.opened("a")
    line.opened("a")
    assert line.counts()["open"] == 1 and line.expected_start_s() == FIRST_GUESS_S


def test_an_event_speaks_both_languages_and_keeps_its_figures():
    said = words.event(Turn(position=3, expected_s=7.04), seats=30)
    assert (said["position"], said["expected_s"]) == (3, 7.0)
    assert set(said["reason"]) == {"fr", "en"} and said["reason"]["en"].startswith("Seats open a few at a time")
    assert "2 people are before you." in said["message"]
    assert '<span lang="fr">' in said["html_message"] and '<span lang="en">' in said["html_message"]


@pytest.mark.parametrize(("position", "sentence"), [(0, "is starting"), (1, "next in line"), (2, "1 person is")])
def test_each_place_in_the_line_has_its_sentence(position, sentence):
    assert sentence in words.event(Turn(position=position, expected_s=1.0), seats=1)["message"]


def test_a_full_house_says_so_and_promises_no_time():
    said = words.event(Turn(position=1, expected_s=None, full=True), seats=1)
    assert said["expected_s"] is None and "The 1 seat of this server is taken" in said["reason"]["en"]


def test_the_bar_never_goes_back_while_the_line_moves():
    bars = [words.event(Turn(position=each, expected_s=None), seats=1)["progress"] for each in range(60, -1, -1)]
    assert bars == sorted(bars) and bars[-1] < 100

"""The model against the formulas of Chen & Goodman (1999), worked by hand."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from artia_lab.errors import Cancelled
from artia_lab.experiments.text.kneser_ney import (
    discounts_of,
    held_out_nats,
    load,
    nats_per_character,
    train,
)
from artia_lab.experiments.text.model import KneserNey
from artia_lab.experiments.text.ngrams import encode

some_text = st.text("abc \n🎈", min_size=1, max_size=120)


def probability(model: KneserNey, context: str, character: str) -> float:
    codes = encode(context + character, model.alphabet).tolist()
    return float(model.next_character(model.state(codes[:-1]))[codes[-1]])


def by_the_paper(text: str, order: int) -> dict[tuple[str, str], float]:
    """Every p(character | context) by the recursion of the paper, slowly; "^" stands before the text."""
    padded = "^" * order + text
    letters = [*sorted(set(text)), "?"]
    grams = [Counter(padded[i - n : i + 1] for i in range(order, len(padded))) for n in range(order + 1)]
    counts = [Counter(gram[1:] for gram in grams[n + 1]) for n in range(order)] + [grams[order]]
    found: dict[tuple[str, str], float] = {("", letter): 1 / len(letters) for letter in letters}
    for n in range(order + 1):
        discount = (0.0, *discounts_of(np.array(list(counts[n].values()))))
        shorter = dict(found)
        for context in {gram[:-1] for gram in counts[n]}:
            seen = {gram[-1]: count for gram, count in counts[n].items() if gram[:-1] == context}
            left = sum(discount[min(count, 3)] for count in seen.values()) / sum(seen.values())
            for letter in letters:
                own = seen.get(letter, 0) - discount[min(seen.get(letter, 0), 3)]
                below = shorter[(context[1:] if n else "", letter)]
                found[(context, letter)] = own / sum(seen.values()) + left * below
    return found


def test_discounts_are_equation_26() -> None:
    counts = np.array([1] * 8 + [2] * 4 + [3] * 2 + [4] * 1)
    y = 8 / (8 + 2 * 4)
    assert discounts_of(counts) == pytest.approx((1 - 2 * y * 4 / 8, 2 - 3 * y * 2 / 4, 3 - 4 * y * 1 / 2))


def test_discounts_fall_back_to_ney_then_to_constants() -> None:
    assert discounts_of(np.array([1, 1, 2])) == (0.5, 0.5, 0.5)
    assert discounts_of(np.array([7])) == (0.5, 1.0, 1.5)
    assert discounts_of(np.array([1, 1, 1])) == (0.5, 1.0, 1.5)


def test_abab_by_hand() -> None:
    """Bigrams of ^abab: ^a 1, ab 2, ba 1. Ney's discount is 2 / (2 + 2 * 1) = 1/2.

    Unigrams count the kinds of left neighbours: a has 2 (^, b), b has 1 (a): n1 = n2 = 1, so the discount is 1/3;
    what is left, (1/3 + 1/3) / 3, is shared by a, b and the unknown character.
    """
    model = train(["abab"], 1)
    base = (1 / 3 + 1 / 3) / 3 / 3
    a, b = (2 - 1 / 3) / 3 + base, (1 - 1 / 3) / 3 + base
    assert probability(model, "a", "b") == pytest.approx((2 - 1 / 2) / 2 + (1 / 2) / 2 * b)
    assert probability(model, "a", "a") == pytest.approx((1 / 2) / 2 * a)
    assert probability(model, "b", "a") == pytest.approx((1 - 1 / 2) / 1 + (1 / 2) / 1 * a)
    assert probability(model, "z", "a") == pytest.approx(a)
    assert probability(model, "z", "z") == pytest.approx(base)


@settings(max_examples=60, deadline=None)
@given(st.text("abcd", min_size=1, max_size=60), st.integers(1, 4))
def test_every_probability_is_that_of_the_paper(text: str, order: int) -> None:
    model = train([text], order)
    expected = by_the_paper(text, order)
    codes = {letter: code for code, letter in enumerate(model.alphabet, start=1)}
    codes |= {"^": 0, "?": len(model.alphabet) + 1}
    for (context, letter), value in expected.items():
        state = model.state([codes[each] for each in context])
        assert model.next_character(state)[codes[letter]] == pytest.approx(value, rel=1e-9)


@settings(max_examples=60, deadline=None)
@given(some_text, st.text("abz🎈é", max_size=12), st.integers(1, 9), st.sampled_from([0.0, 0.1, 1.0]))
def test_probabilities_sum_to_one(text: str, context: str, order: int, liberty: float) -> None:
    model = train([text], order)
    following = model.next_character(model.state(encode(context, model.alphabet).tolist()), liberty)
    assert following.sum() == pytest.approx(1) and (following >= 0).all()


@settings(max_examples=40, deadline=None)
@given(some_text, st.text("abcz\n🎈", min_size=1, max_size=40), st.integers(1, 8))
def test_scoring_at_once_and_one_by_one_agree(text: str, scored: str, order: int) -> None:
    model = train([text], order)
    state, loss = model.state([0] * order), 0.0
    for code in encode(scored, model.alphabet).tolist():
        loss -= math.log(model.next_character(state)[code])
        state = model.advance(state, code)
    assert nats_per_character(model, scored) == pytest.approx(loss / len(scored))


def test_no_ngram_joins_two_texts() -> None:
    apart = train(["aaaab", "caaaa"], 2)
    assert apart.state(encode("bc", apart.alphabet).tolist())[2] == -1


def test_a_longer_memory_predicts_a_text_that_repeats_better(nursery: str) -> None:
    nats = [held_out_nats([nursery], order) for order in (1, 3, 6)]
    assert nats == sorted(nats, key=lambda each: -(each or 0))


@pytest.mark.parametrize("text", ["a", "aaaaaaaaaaaaaaaaaaaaaaaaa" * 8, "\n", "🎈", "ab"])
def test_degenerate_texts_give_a_sound_model(text: str) -> None:
    model = train([text], 6)
    assert math.isfinite(nats_per_character(model, text + "never seen"))
    assert nats_per_character(model, text) < nats_per_character(model, "?" * len(text))


def test_held_out_nats_of_texts_too_short_to_cut() -> None:
    assert held_out_nats(["abc", "abcd"], 3) is None


def test_a_kept_model_comes_back_with_the_same_probabilities(nursery: str, tmp_path) -> None:
    from safetensors.numpy import load_file, save_file

    model = train([nursery, "Un autre texte 🎈."], 6)
    tensors, architecture = model.kept()
    save_file(tensors, tmp_path / "model.safetensors")
    again = load(load_file(tmp_path / "model.safetensors"), architecture)
    state = model.state(encode("le cha", model.alphabet).tolist())
    assert again.order == model.order
    assert np.array_equal(again.next_character(state), model.next_character(state))
    assert nats_per_character(again, nursery) == nats_per_character(model, nursery)


def test_liberty_zero_only_follows_what_was_shown(nursery: str) -> None:
    model = train([nursery], 4)
    following = model.next_character(model.state(encode("chat", model.alphabet).tolist()), 0.0)
    shown = {nursery[i + 4] for i in range(len(nursery) - 4) if nursery.startswith("chat", i)}
    assert {model.alphabet[code - 1] for code in np.flatnonzero(following)} == shown


def test_training_can_be_stopped_at_any_tick(nursery: str) -> None:
    ticks: list[float] = []
    train([nursery], 5, ticks.append)
    for last in range(len(ticks)):
        left = iter(range(last))

        def stop(done: float, left=left) -> None:
            if next(left, None) is None:
                raise Cancelled("The run was stopped.")

        with pytest.raises(Cancelled):
            train([nursery], 5, stop)
    assert ticks == sorted(ticks)

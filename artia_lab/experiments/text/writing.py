"""Writing with a model of the next character: one draw at a time, up to the end of a sentence."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import numpy as np

from artia_lab.experiments.text.model import KneserNey
from artia_lab.experiments.text.ngrams import encode

SENTENCE_END = re.compile(r"""[.!?…]+["'”’»)\]]*(?:\s»)?(?=\s|$)|[。！？]+[」』]*|\n\n""")
WORD_END = re.compile(r"(?<=\S)\s")
OVERRUN = 1.5
TOLD_EVERY = 40


def sharpened(probability: np.ndarray, temperature: float) -> np.ndarray:
    """Make likely characters likelier, or bring all closer together.

    Parameters
    ----------
    probability : np.ndarray [shape=(n,)]
        One probability per code.
    temperature : float > 0
        1 leaves them alone; below, the likeliest gain; above, the rarest do.

    Returns
    -------
    np.ndarray [shape=(n,)]
        Probabilities to the power of ``1 / temperature``, summing to 1.
    """
    with np.errstate(divide="ignore"):
        score = np.log(probability) / temperature
    weight = np.exp(score - score.max())
    return weight / weight.sum()


def write(
    model: KneserNey,
    before: Sequence[int],
    prompt: str,
    length: int,
    temperature: float,
    liberty: float,
    seed: int,
    told: Callable[[str], None] = lambda text: None,
) -> str:
    """Continue a text.

    Parameters
    ----------
    model : KneserNey
        The model.
    before : Sequence[int]
        Codes that stand before the prompt, as `Keyboard.before` draws them.
    prompt : str
        The text to continue, normalised; may be empty, and hold characters that the model does not know.
    length : int
        Characters wanted; the text goes on to the end of its sentence, or stops at the last one written when
        none comes within half as much again.
    temperature : float > 0
        See `sharpened`.
    liberty : float
        In [0, 1], see `KneserNey.next_character`.
    seed : int
        Where chance starts from.
    told : callable, optional
        Given the text so far every few characters; may raise to stop.

    Returns
    -------
    str
        The continuation, without the prompt.
    """
    random = np.random.default_rng(seed)
    state = model.state([*before, *encode(prompt, model.alphabet).tolist()])
    written, at_most = prompt, len(prompt) + int(length * OVERRUN) + TOLD_EVERY
    while len(written) < at_most:
        probability = model.next_character(state, liberty)
        probability[-1] = 0.0
        if not written.strip():
            probability = without_space(probability, model.alphabet)
        reached = sharpened(probability, temperature).cumsum()
        code = int(np.searchsorted(reached, random.random() * reached[-1], side="right"))
        written += model.alphabet[code - 1]
        state = model.advance(state, code)
        if len(written) - len(prompt) > length and written[-1] in " \n" and ends_sentence(written):
            break
        if (len(written) - len(prompt)) % TOLD_EVERY == 0:
            told(written)
    return tidied(written[len(prompt) :], length)


def without_space(probability: np.ndarray, alphabet: str) -> np.ndarray:
    """Keep a text from beginning with blanks.

    Parameters
    ----------
    probability : np.ndarray [shape=(len(alphabet) + 2,)]
        One probability per code.
    alphabet : str
        The characters.

    Returns
    -------
    np.ndarray [shape=(len(alphabet) + 2,)]
        The same with 0 for blanks, unless nothing else is possible.
    """
    blank = np.array([False, *(character.isspace() for character in alphabet), False])
    visible = np.where(blank, 0.0, probability)
    return visible if visible.any() else probability


def ends_sentence(text: str) -> bool:
    """Tell whether a text that ends in a blank has just ended a sentence.

    Parameters
    ----------
    text : str
        The text.

    Returns
    -------
    bool
        Whether a sentence or a paragraph ends there.
    """
    return any(match.end() >= len(text) - 1 for match in SENTENCE_END.finditer(text, max(0, len(text) - 8)))


def tidied(text: str, length: int) -> str:
    """End a text well.

    Parameters
    ----------
    text : str
        A text that may stop in the middle of a word.
    length : int
        Characters wanted.

    Returns
    -------
    str
        The text up to its last sentence, if that keeps at least a third of the length, else up to its last word.
    """
    for boundary, least in ((SENTENCE_END, length / 3), (WORD_END, 1)):
        ends = [match.end() for match in boundary.finditer(text) if match.end() >= least]
        if ends:
            return text[: ends[-1]].rstrip()
    return text.rstrip()

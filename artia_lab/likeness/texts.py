"""Likeness of texts: the passages that stand in a corpus, word for word or with words changed, and citations.

Words are compared without regard to case, accents, punctuation or layout, so that typographic quotes, no-break
spaces and other line breaks are no disguise. A passage is called a copy when what it shares with the corpus,
counted in bits, is far beyond chance and beyond what two parts of one book, or two plays of one author, were
found to share (`artia_lab.likeness.text_alignment`): common turns of phrase and names never are.

What it does not see: a translation, a paraphrase, an idea, a plot; a passage of which more than one word in five
was changed; and passages of fewer than about fifteen words.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from artia_lab.likeness.result import COPY, DISTINCT, NEAR, Likeness, Neighbour, nothing

if TYPE_CHECKING:
    from artia_lab.likeness.text_alignment import Chain
    from artia_lab.likeness.text_longest import Passage

METHOD = "shared-passages-2"
CITATIONS = 8

# The bits beyond chance that make a passage a copy, or near one; and for a text made of many shorter passages,
# the share of its words within runs of five found in the corpus, and their number. Calibrated by
# tests/benchmarks/small_corpus_texts.py, which prints the most that held-out originals share, beside the least
# that planted copies do.
COPY_BITS, NEAR_BITS = 110.0, 75.0
NEAR_SHARE, NEAR_WORDS = 0.15, 30

VERBATIM, NEAR_VERBATIM, SHARED_SPANS = "verbatim", "near-verbatim", "shared-spans"


def text(s: str, references: Mapping[str, str]) -> Likeness:
    """Measure how near a text is to a corpus of texts.

    Parameters
    ----------
    s : str
        The output.
    references : Mapping of str to str
        Texts of the corpus by file name; each is asked for once.

    Returns
    -------
    Likeness
        ``copied_share``: share of the output's words that stand in runs of five (fewer, in a shorter
        output) that the corpus holds too. ``longest_characters``: length of the longest passage shared, to
        the character. ``passages_share``: share of its words that are those of copied passages.
        ``evidence``: bits beyond chance of the surest passage. ``plain``: 1 when the output is so short
        that no copy could be told. ``characters``, ``words`` and ``references``: how much was compared.
        Nearness is the largest of ``copied_share``, ``passages_share`` and the share of the output that the
        longest passage fills. Each neighbour cites a passage: ``start`` and ``length`` in the item,
        ``of_start`` and ``of_length`` in the output, in characters; ``shared`` of its ``words`` are the same
        ones. Its kind is `VERBATIM` (the same words, whatever their case and punctuation), `NEAR_VERBATIM`
        or, when it is not a copy, `SHARED_SPANS`; its measure is the share of the output that it fills.
    """
    from artia_lab.likeness.text_alignment import Aligner
    from artia_lab.likeness.text_longest import Longest
    from artia_lab.likeness.text_tokens import words_of

    output = words_of(s)
    counted = {"characters": len(s), "words": len(output.hashes), "references": len(references)}
    if not s or not references:
        none = dict.fromkeys(("copied_share", "longest_characters", "passages_share", "evidence", "plain"), 0.0)
        return nothing("text", METHOD, **none, **counted)
    aligner, longest = Aligner(output), Longest(s)
    for item, reference in references.items():
        longest.offer(longest.widened(item, reference, *aligner.read(item, reference)))
        longest.read(item, reference)
    chains = aligner.chains()
    sure = _apart([chain for chain in chains if chain.bits >= COPY_BITS])
    near = _apart([chain for chain in chains if chain.bits >= NEAR_BITS])
    share = aligner.copied_share()
    passages_share = _share(sure, len(output.hashes))
    many = share >= NEAR_SHARE and share * len(output.hashes) >= NEAR_WORDS
    return Likeness(
        "text",
        METHOD,
        max(share, passages_share, longest.length / len(s)),
        {
            "copied_share": share,
            "longest_characters": longest.length,
            "passages_share": passages_share,
            "evidence": max(0.0, chains[0].bits) if chains else 0.0,
            "plain": float(aligner.most_bits() < COPY_BITS),
            **counted,
        },
        _neighbours(s, sure or near, longest.passage),
        COPY if sure else NEAR if near or many else DISTINCT,
    )


def _apart(chains: list[Chain]) -> list[Chain]:
    """The surest chains that do not repeat one another in the output."""
    kept: list[Chain] = []
    for chain in chains:
        middle = (chain.first + chain.last) // 2
        if all(not other.first <= middle < other.last for other in kept):
            kept.append(chain)
    return kept


def _share(chains: list[Chain], words: int) -> float:
    """The share of the output's words that are shared with the corpus in some chains."""
    return min(1.0, sum(chain.shared for chain in chains) / max(1, words))


def _neighbours(s: str, chains: list[Chain], longest: Passage | None) -> tuple[Neighbour, ...]:
    if longest is not None and chains and chains[0].bits >= COPY_BITS:
        # What is said of a copy is where its longest passage comes from.
        chains = sorted(chains, key=lambda chain: chain.bits < COPY_BITS or not _within(longest, chain))
    cited = [_cited(chain, len(s)) for chain in chains[:CITATIONS]]
    if longest is not None and not any(_within(longest, chain) for chain in chains[:CITATIONS]):
        at: dict[str, float | int | list[float]] = {
            "start": longest.start,
            "length": longest.length,
            "of_start": longest.of_start,
            "of_length": longest.length,
        }
        here = Neighbour(longest.item, at, longest.length / len(s), SHARED_SPANS)
        cited.insert(len(cited) if any(chain.bits >= COPY_BITS for chain in chains) else 0, here)
    return tuple(cited[:CITATIONS])


def _within(passage: Passage, chain: Chain) -> bool:
    middle = passage.of_start + passage.length // 2
    return passage.item == chain.item and chain.of_start <= middle < chain.of_end


def _cited(chain: Chain, size: int) -> Neighbour:
    at: dict[str, float | int | list[float]] = {
        "start": chain.start,
        "length": chain.end - chain.start,
        "of_start": chain.of_start,
        "of_length": chain.of_end - chain.of_start,
        "words": chain.words,
        "shared": chain.shared,
    }
    kind = VERBATIM if chain.shared == chain.words else NEAR_VERBATIM
    kind = kind if chain.bits >= COPY_BITS else SHARED_SPANS
    return Neighbour(chain.item, at, (chain.of_end - chain.of_start) / size, kind)

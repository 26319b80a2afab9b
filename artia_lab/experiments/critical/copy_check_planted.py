"""A demonstration: a copy planted on purpose, and beside it something that owes the corpus nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from artia_lab.corpora import Corpus
from artia_lab.errors import MaterialError
from artia_lab.experiments.critical.copy_check_references import SR, read
from artia_lab.experiments.critical.copy_check_subject import Subject, sorted_out
from artia_lab.i18n import Text, _, language

PLANTED, ORIGINAL = Text(fr="copie", en="planted"), Text(fr="originale", en="original")
SUFFIX = {"image": ".png", "audio": ".wav", "text": ".txt"}
SHARE = 0.6
WHOLE_PX, WHOLE_S, PASSAGE = 96, 1.0, 320
PLAIN, SILENT = 0.04, 1e-3
HEIGHT_PX, WIDTH_PX, STROKES = 384, 512, 60
NOTES, NOTE_S, ORIGINAL_S = 7, 0.5, 3.0
BEFORE = {
    "fr": "Ce que j’avais noté ce matin tenait en peu de mots. ",
    "en": "What I had jotted down this morning took few words. ",
}
AFTER = {
    "fr": " Voilà ce qui me restait en mémoire, sans que je sache d’où.",
    "en": " That is what stayed in my mind, and I could not say from where.",
}
OWN_WORDS = {
    "fr": "Personne n’avait prévu de goûter au toit. On y monta pourtant, avec deux chaises dépareillées et un "
    "thermos qui fuyait, pour regarder la ville allumer ses cuisines l’une après l’autre.",
    "en": "Nobody had planned a picnic on the roof. Up they went all the same, with two odd chairs and a leaking "
    "flask, to watch the town light its kitchens one after the other.",
}


def demonstration(reader: Any, seed: int, most: int, folder: Path) -> tuple[Subject, dict[str, str]]:
    """Make a copy of an item of each medium of a corpus, altered, and something else that is no copy.

    Parameters
    ----------
    reader : CorpusReader
        Of the corpus.
    seed : int
        Chooses the item, its piece and its alterations.
    most : int
        How many files at most, the copies first.
    folder : Path
        Where they are made.

    Returns
    -------
    subject : Subject
        The files made.
    origins : dict of str to str
        The item that each planted copy was taken from.

    Raises
    ------
    MaterialError
        If no item of the corpus can be read.
    """
    origins = {}
    corpus: Corpus = reader.corpus
    refused: MaterialError | None = None
    for medium in SUFFIX:
        if medium not in corpus.media:
            continue
        try:
            item, copy = planted(reader, medium, seed)
        except MaterialError as error:
            refused = refused or error
            continue
        origins[_write(folder, str(PLANTED), medium, copy)] = item
        _write(folder, str(ORIGINAL), medium, original(medium, seed))
    if refused and not origins:
        raise refused
    names = sorted((path.name for path in folder.iterdir()), key=lambda name: (name not in origins, name))
    items, _others = sorted_out(folder, names, corpus, most)
    if not items:
        raise MaterialError(
            _("The corpus “{corpus}” holds no picture, sound or text.").format(corpus=corpus.title)
        )
    return Subject(_("a demonstration"), folder, tuple(items)), origins


def planted(reader: Any, medium: str, seed: int) -> tuple[str, Any]:
    """Copy a piece of an item, altered as one does to hide it.

    Parameters
    ----------
    reader : CorpusReader
        Of the corpus.
    medium : {"image", "audio", "text"}
        Of which items.
    seed : int
        Chooses the item, the piece and the alterations.

    Returns
    -------
    item : str
        The item that it is from: the first, in an order drawn by the seed, that is not too plain.
    copy : np.ndarray or str
        A cropped, mirrored and recoloured picture; a trimmed and softened sound; or a passage quoted between
        two sentences.

    Raises
    ------
    MaterialError
        If no item can be read, or all are too plain to be told from another.
    """
    draw = np.random.default_rng(seed)
    items = reader.items(medium)
    refused: MaterialError | None = None
    for number in draw.permutation(len(items)).tolist():
        try:
            content = read(reader, items[number])
        except MaterialError as error:
            refused = refused or error
            continue
        piece = _PIECES[medium](content, draw)
        if piece is not None:
            return items[number].file, piece
    raise refused or MaterialError(
        _("Everything in the corpus “{corpus}” is too plain, silent or short to plant a copy of it.").format(
            corpus=reader.corpus.title
        )
    )


def original(medium: str, seed: int) -> Any:
    """Make something that owes nothing to any corpus.

    Parameters
    ----------
    medium : {"image", "audio", "text"}
        What to make.
    seed : int
        Draws it.

    Returns
    -------
    np.ndarray or str
        Strokes on a wash of colour, a few notes, or two sentences.
    """
    draw = np.random.default_rng([seed, 1])
    return {"image": _strokes, "audio": _notes, "text": lambda _draw: OWN_WORDS[language()]}[medium](draw)


def _of_picture(picture: NDArray[np.uint8], draw: np.random.Generator) -> NDArray[np.uint8] | None:
    height, width = picture.shape[:2]
    share = 1.0 if min(height, width) < WHOLE_PX else SHARE
    rows, columns = round(height * share), round(width * share)
    top, left = int(draw.integers(0, height - rows + 1)), int(draw.integers(0, width - columns + 1))
    mirrored = picture[top : top + rows, left : left + columns][:, ::-1] / 255
    if mirrored.mean(axis=2).std() < PLAIN:
        return None
    # Each colour lends a part of itself to the next: what was red turns towards green, and so on round.
    lent = 0.4 * mirrored[:, :, [1, 2, 0]] + 0.6 * mirrored
    recoloured: NDArray[np.uint8] = np.rint(255 * lent).astype(np.uint8)
    return recoloured


def _of_sound(sound: NDArray[np.float32], draw: np.random.Generator) -> NDArray[np.float32] | None:
    length = len(sound) if len(sound) < WHOLE_S * SR / SHARE else round(len(sound) * SHARE)
    start = int(draw.integers(0, len(sound) - length + 1))
    piece = sound[start : start + length]
    return None if piece.size == 0 or float(np.abs(piece).max()) < SILENT else 0.6 * piece


def _of_text(text: str, draw: np.random.Generator) -> str | None:
    words = text.split(" ")
    if len(text.split()) < 12:
        return None
    count = max(8, min(len(words) - 1, len(words) * PASSAGE // len(text)))
    start = int(draw.integers(0, max(1, len(words) - count)))
    return BEFORE[language()] + " ".join(words[start : start + count]).strip() + AFTER[language()]


_PIECES: dict[str, Callable[[Any, np.random.Generator], Any]] = {
    "image": _of_picture,
    "audio": _of_sound,
    "text": _of_text,
}


def _strokes(draw: np.random.Generator) -> NDArray[np.uint8]:
    from PIL import Image, ImageDraw

    ground, wash = draw.uniform(0.55, 0.95, (2, 3))
    slope = np.linspace(0, 1, HEIGHT_PX)[:, None, None]
    sheet = np.broadcast_to(ground + (wash - ground) * slope, (HEIGHT_PX, WIDTH_PX, 3))
    picture = Image.fromarray(np.rint(255 * sheet).astype(np.uint8))
    pen = ImageDraw.Draw(picture)
    for _stroke in range(STROKES):
        places = np.cumsum(draw.normal(0, 28, (9, 2)), axis=0) + draw.uniform(0, (WIDTH_PX, HEIGHT_PX))
        red, green, blue = draw.integers(0, 200, 3).tolist()
        points = [(float(x), float(y)) for x, y in places]
        pen.line(points, fill=(red, green, blue), width=int(draw.integers(1, 9)), joint="curve")
    return np.asarray(picture)


def _notes(draw: np.random.Generator) -> NDArray[np.float32]:
    sound = np.zeros(round(ORIGINAL_S * SR))
    seconds = np.arange(round(NOTE_S * SR)) / SR
    for start in np.sort(draw.uniform(0, ORIGINAL_S - NOTE_S, NOTES)):
        hertz, bend = draw.uniform(180, 900), draw.uniform(-120, 120)
        phase = 2 * np.pi * (hertz * seconds + bend * seconds**2)
        note = np.sin(phase) + 0.4 * np.sin(2.01 * phase) + 0.2 * np.sin(3.4 * phase)
        place = round(start * SR)
        sound[place : place + len(note)] += note * np.exp(-6 * seconds) * np.minimum(1, seconds / 0.01)
    return (0.7 * sound / np.abs(sound).max()).astype(np.float32)


def _write(folder: Path, stem: str, medium: str, content: Any) -> str:
    path = folder / (stem + SUFFIX[medium])
    if medium == "image":
        from PIL import Image

        Image.fromarray(content).save(path)
    elif medium == "audio":
        import soundfile

        soundfile.write(path, content, SR, subtype="PCM_24")
    else:
        path.write_text(content, encoding="utf-8", newline="\n")
    return path.name

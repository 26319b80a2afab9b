from __future__ import annotations

import shutil
import signal
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from artia_lab.corpora import Corpus, CorpusReader, describe
from artia_lab.errors import MaterialError, NotFound
from artia_lab.i18n import use_language


def test_items_are_listed_by_medium(corpus: Corpus) -> None:
    with CorpusReader(corpus) as reader:
        assert [[item.file for item in reader.items(medium)] for medium in ("image", "audio", "text")] == [
            ["greve.png"],
            ["vague.wav"],
            ["marée.txt"],
        ]


def test_an_item_that_is_not_there_is_said_with_those_that_are(corpus: Corpus) -> None:
    with CorpusReader(corpus) as reader:
        assert reader.item("greve.png", "image").medium == "image"
        with pytest.raises(
            NotFound, match=r"“vague\.wav” is not a picture of the corpus “Rivage”. It has: greve\.png"
        ):
            reader.item("vague.wav", "image")


def test_what_was_read_is_remembered_once_in_order(corpus: Corpus) -> None:
    with CorpusReader(corpus) as reader:
        (picture,), (sound,), (text,) = (reader.items(medium) for medium in ("image", "audio", "text"))
        assert reader.used == ()
        assert reader.text(text) == "La mer monte.\nLa mer descend.\n"
        assert reader.sound(sound, 8000).shape == (8000,)
        assert reader.picture(picture).shape == (60, 80, 3)
        reader.text(text)
        assert reader.used == (text, sound, picture)


def test_what_could_not_be_read_is_not_remembered(corpus: Corpus) -> None:
    (corpus.folder / "marée.txt").write_text("autre")
    with CorpusReader(corpus) as reader:
        with pytest.raises(MaterialError, match=r"“marée\.txt” has changed since the corpus was described"):
            reader.text(reader.items("text")[0])
        assert reader.used == ()


def test_arrays_belong_to_who_asked_for_them(corpus: Corpus) -> None:
    with CorpusReader(corpus) as reader:
        first = reader.picture(reader.items("image")[0])
        first[:] = 0.0
        assert reader.picture(reader.items("image")[0]).any()


def test_a_folder_that_vanishes_costs_a_sentence(corpus: Corpus) -> None:
    with CorpusReader(corpus) as reader:
        picture, text = reader.items("image")[0], reader.items("text")[0]
        reader.picture(picture)
        shutil.rmtree(corpus.folder)
        with pytest.raises(MaterialError, match=r"“marée\.txt” cannot be read: the folder .* is no longer there"):
            reader.text(text)
        assert reader.used == (picture,)


def test_names_with_a_newline_or_an_emoji_are_read_and_said(folder: Path) -> None:
    Image.new("RGB", (3, 3)).save(folder / "deux\nlignes 🐚.png")
    corpus = describe(folder, title="Rivage", private=True)
    with CorpusReader(corpus) as reader:
        item = reader.item("deux\nlignes 🐚.png", "image")
        assert reader.picture(item).shape == (3, 3, 3)
        (folder / item.file).unlink()
        with pytest.raises(MaterialError, match=r"“deux\\nlignes 🐚\.png” is no longer in"):
            reader.picture(item)


def test_one_bad_file_does_not_harm_the_next(corpus: Corpus) -> None:
    with CorpusReader(corpus) as reader:
        picture, sound = reader.items("image")[0], reader.items("audio")[0]
        with pytest.raises(MaterialError):
            reader.picture(sound)
        assert reader.picture(picture).any()


def test_a_child_that_was_killed_is_replaced(corpus: Corpus) -> None:
    with CorpusReader(corpus) as reader:
        picture = reader.items("image")[0]
        before = reader.picture(picture)
        child = reader._decoder._child
        assert child is not None
        child.send_signal(signal.SIGKILL)
        child.wait()
        assert np.array_equal(reader.picture(picture), before)


def test_no_child_outlives_its_reader(corpus: Corpus) -> None:
    with CorpusReader(corpus) as reader:
        reader.picture(reader.items("image")[0])
        child = reader._decoder._child
    assert child is not None and child.poll() is not None


def test_nothing_is_started_before_something_is_read(corpus: Corpus) -> None:
    with CorpusReader(corpus) as reader:
        reader.items("image")
        assert reader._decoder._child is None


def test_several_threads_may_read_at_once(corpus: Corpus) -> None:
    with CorpusReader(corpus) as reader:
        seen: list[tuple[int, ...]] = []
        jobs: list[Callable[[], object]] = [
            lambda: seen.append(reader.picture(reader.items("image")[0]).shape),
            lambda: seen.append(reader.sound(reader.items("audio")[0], 8000).shape),
        ] * 4
        threads = [threading.Thread(target=job) for job in jobs]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sorted(seen) == [(60, 80, 3)] * 4 + [(8000,)] * 4


def test_sentences_are_in_the_language_in_force(corpus: Corpus) -> None:
    (corpus.folder / "greve.png").unlink()
    with CorpusReader(corpus) as reader, use_language("fr"), pytest.raises(MaterialError, match=r"greve\.png"):
        reader.picture(reader.items("image")[0])


@pytest.mark.parametrize(("sr", "max_side"), [(0, 1), (-1, 1), (8000, 0), (8000, -5)])
def test_sizes_that_make_no_sense_are_an_error_of_the_caller(corpus: Corpus, sr: int, max_side: int) -> None:
    with CorpusReader(corpus) as reader, pytest.raises(ValueError, match="must be at least 1"):
        reader.sound(reader.items("audio")[0], sr)
        reader.picture(reader.items("image")[0], max_side)

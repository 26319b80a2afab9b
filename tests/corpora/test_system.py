from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile
from PIL import Image

from artia_lab.corpora import CorpusReader, find, system
from artia_lab.corpora.licences import spdx
from artia_lab.i18n import use_language

COPYRIGHT = """\
Files: *
Copyright: 2016 Samuel
License: MIT

Files: etc/samples/a.flac
Copyright: 2013 Exsomniel
License: CC0

Files: etc/samples/b.flac
Copyright: 2013 Bo
License: GPL-3+
"""


@pytest.fixture
def samples(tmp_path: Path) -> tuple[Path, Path]:
    folder = tmp_path / "samples"
    folder.mkdir()
    for name in ("a.flac", "b.flac", "c.flac"):
        soundfile.write(folder / name, np.zeros(100), 8000)
    (tmp_path / "copyright").write_text(COPYRIGHT)
    return folder, tmp_path / "copyright"


def test_only_sounds_whose_author_and_licence_are_named_are_taken(samples: tuple[Path, Path]) -> None:
    corpus = system.sonic_pi(*samples)
    assert corpus is not None
    (item,) = corpus.items
    assert (item.file, item.author, item.licence) == ("a.flac", "Exsomniel", "CC0-1.0")
    assert (corpus.id, corpus.authors, corpus.publishable) == ("system/sonic-pi", ("Exsomniel",), True)


def test_without_the_package_or_its_copyright_file_there_is_no_corpus(samples: tuple[Path, Path]) -> None:
    folder, copyright_file = samples
    assert system.sonic_pi(folder / "absent", copyright_file) is None
    assert system.sonic_pi(folder, folder / "absent") is None


def test_scikit_images_pictures_have_their_authors_and_licences() -> None:
    corpus = find("system/scikit-image")
    credits = {item.file: (item.author, item.licence) for item in corpus.items}
    assert credits["coffee.png"] == ("Rachel Michetti", "CC0-1.0")
    assert not {"astronaut.png", "camera.png", "retina.jpg", "text.png"} & set(credits)
    assert all(author and spdx(licence) == licence for author, licence in credits.values())


def test_every_one_of_scikit_images_pictures_can_be_read() -> None:
    with CorpusReader(find("system/scikit-image")) as reader:
        for item in reader.items("image"):
            picture = reader.picture(item, max_side=32)
            assert picture.shape[2] == 3 and picture.std() > 0


def test_only_the_pictures_that_are_there_are_listed(tmp_path: Path) -> None:
    assert system.scikit_image(tmp_path) is None
    Image.new("L", (2, 2)).save(tmp_path / "brick.png")
    corpus = system.scikit_image(tmp_path)
    assert corpus is not None and corpus.count == len(corpus.items) == 1


def test_the_digest_is_the_same_in_both_languages(samples: tuple[Path, Path]) -> None:
    with use_language("fr"):
        french = system.sonic_pi(*samples)
    with use_language("en"):
        english = system.sonic_pi(*samples)
    assert french is not None and english is not None
    assert (french.digest, french.title != english.title) == (english.digest, True)

import json
import math

import pytest

from artia_lab.i18n import use_language
from artia_lab.likeness import Likeness, Neighbour, text


def of_text(share, **measures):
    known = {"copied_share": share, "longest_characters": 41, "characters": 900, "words": 150, "references": 2}
    cited = Neighbour("contes.txt", {"start": 0, "length": 41, "of_start": 7}, 0.05)
    return Likeness("text", "shared-passages-1", share, known | measures, (cited,))


def test_a_likeness_survives_json():
    found = text(
        "the sea, the sea, always begun again", {"a.txt": "the sea, the sea, always begun again and again"}
    )

    assert Likeness.from_json(json.loads(json.dumps(found.to_json(), allow_nan=False))) == found


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_a_number_that_json_cannot_hold_is_refused(bad):
    with pytest.raises(ValueError):
        Likeness("text", "m", bad, {})
    with pytest.raises(ValueError):
        Likeness("text", "m", 0.0, {"x": bad})
    with pytest.raises(ValueError):
        Likeness("text", "m", 0.0, {}, (Neighbour("a", {}, bad),))


def test_a_text_is_said_to_stand_in_the_corpus_for_what_it_does():
    with use_language("en"):
        assert of_text(0.62).sentence() == (
            "62% of this text stands word for word in your corpus; "
            "the longest shared passage has 41 characters, from “contes.txt”."
        )


@pytest.mark.parametrize("share, said", [(0.9999, "99%"), (1.0, "100%"), (0.011, "1%")])
def test_only_a_whole_copy_is_said_to_be_whole(share, said):
    with use_language("en"):
        assert of_text(share).sentence().startswith(said)


def test_french_puts_a_no_break_space_before_the_percent_sign():
    with use_language("fr"):
        assert "62\N{NO-BREAK SPACE}%" in of_text(0.62).sentence()


def test_a_file_name_with_braces_is_only_a_name():
    found = Likeness("text", "m", 0.5, of_text(0.5).measures, (Neighbour("{0}.txt", {}, 0.5),))

    assert "{0}.txt" in found.sentence()


def test_measuring_loads_nothing_heavy():
    import os
    import subprocess
    import sys
    from pathlib import Path

    import artia_lab

    code = (
        "import sys; import artia_lab.likeness;"
        "print([m for m in ('numpy', 'scipy', 'torch', 'PIL') if m in sys.modules]);"
        "import numpy as np; artia_lab.likeness.sound(np.ones(9), 8000, {'a': np.ones(9)});"
        "print([m for m in ('torch', 'librosa', 'numba') if m in sys.modules])"
    )
    environment = os.environ | {"PYTHONPATH": str(Path(artia_lab.__file__).parents[1])}

    said = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=True
    )

    assert said.stdout.split("\n")[:2] == ["[]", "[]"]

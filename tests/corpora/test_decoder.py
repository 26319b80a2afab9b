"""The child process: what it may do, and what becomes of it when a file gets the better of it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from artia_lab.corpora import decoder as decoder_module
from artia_lab.corpora.decoder import Decoder
from artia_lab.corpora.sums import sha256_of
from artia_lab.errors import Failure, MaterialError


@pytest.fixture
def text(tmp_path: Path) -> Path:
    (tmp_path / "a.txt").write_text("mer")
    return tmp_path / "a.txt"


@pytest.fixture
def decoder() -> Iterator[Decoder]:
    decoder = Decoder(seconds=5)
    yield decoder
    decoder.close()


def _ask(decoder: Decoder, path: Path) -> object:
    return decoder.decode(path.parent, path.name, {"medium": "text", "sha256": sha256_of(path.parent, path.name)})


def _child_that_runs(monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    """Replace the decoding of texts, inside the child, by some code."""
    start = (
        "import sys; sys.path[:] = sys.argv[1:]\n"
        "from artia_lab.corpora import decode_child, decode_text\n"
        f"def decode_text_(file):\n    {code}\n"
        "decode_text.decode_text = decode_text_\n"
        "decode_child.main()"
    )
    monkeypatch.setattr(decoder_module, "START", start)


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("import os; os.kill(os.getpid(), 9)", "stopped the program that opens files"),
        ("import os; os.abort()", "stopped the program that opens files"),
        ("import time; time.sleep(60)", "takes more than 1 seconds"),
        ("bytearray(8 << 30)", "needs more memory"),
        ("raise KeyError('anything')", "is damaged"),
        ("import os; os.write(0, b'not json\\n'); import time; time.sleep(9)", "stopped the program"),
        ("import os; os.write(0, b'{\"size\": -1}\\n'); import time; time.sleep(9)", "stopped the program"),
        (
            "import os; os.write(0, b'{\"size\": 99999999999}\\n'); import time; time.sleep(9)",
            "stopped the program",
        ),
        ('import os; os.write(0, b\'{"size": 4, "dtype": "object", "shape": [1]}\\n\')', "stopped the program"),
        ('import os; os.write(0, b\'{"size": 4, "dtype": "uint8", "shape": [9]}\\n\')', "stopped the program"),
        ("import os; os.write(0, b'x' * 9000); import time; time.sleep(9)", "stopped the program"),
        ('import os; os.write(0, b\'{"refused": "sing", "facts": 3}\\n\')', "is damaged"),
    ],
)
def test_whatever_a_file_does_to_the_child_costs_one_sentence(
    monkeypatch: pytest.MonkeyPatch, text: Path, code: str, said: str
) -> None:
    seconds = 1 if "seconds" in said else 5
    decoder = Decoder(seconds=seconds)
    with monkeypatch.context() as only_here:
        _child_that_runs(only_here, code)
        with pytest.raises(MaterialError, match=said) as refused:
            _ask(decoder, text)
        assert "“a.txt”" in str(refused.value)
    decoder.close()
    assert _ask(decoder, text) == b"mer"
    decoder.close()


def test_the_child_writes_nothing(monkeypatch: pytest.MonkeyPatch, text: Path, decoder: Decoder) -> None:
    target = text.parent / "written"
    _child_that_runs(monkeypatch, f"open({str(target)!r}, 'wb', buffering=0).write(b'x')")
    with pytest.raises(MaterialError, match="is damaged"):
        _ask(decoder, text)
    assert target.stat().st_size == 0


def test_the_child_knows_nothing_of_its_surroundings(
    monkeypatch: pytest.MonkeyPatch, text: Path, decoder: Decoder
) -> None:
    monkeypatch.setenv("SECRET", "hunter2")
    _child_that_runs(monkeypatch, "import os; return repr([os.getcwd(), dict(os.environ)]).encode()")
    answer = _ask(decoder, text)
    assert isinstance(answer, bytearray)
    assert answer.decode() == repr(["/", decoder_module.SURROUNDINGS])


def test_the_child_is_limited(monkeypatch: pytest.MonkeyPatch, text: Path, decoder: Decoder) -> None:
    names = ("RLIMIT_AS", "RLIMIT_FSIZE", "RLIMIT_CORE", "RLIMIT_NOFILE", "RLIMIT_NPROC")
    _child_that_runs(
        monkeypatch,
        f"import resource as r; return repr([r.getrlimit(getattr(r, n))[1] for n in {names}]).encode()",
    )
    answer = _ask(decoder, text)
    assert isinstance(answer, bytearray)
    assert answer.decode() == repr([4 << 30, 0, 0, 64, 0])


def test_a_child_that_cannot_start_is_our_failure(
    monkeypatch: pytest.MonkeyPatch, text: Path, decoder: Decoder
) -> None:
    monkeypatch.setattr(decoder_module, "START", "raise SystemExit(1)")
    with pytest.raises(Failure, match="Run “artia doctor”"):
        _ask(decoder, text)


def test_a_missing_package_is_our_failure(monkeypatch: pytest.MonkeyPatch, text: Path, decoder: Decoder) -> None:
    _child_that_runs(monkeypatch, "import a_package_nobody_has")
    with pytest.raises(Failure, match="pip install a_package_nobody_has"):
        _ask(decoder, text)


def test_a_child_that_was_interrupted_is_not_asked_again(
    monkeypatch: pytest.MonkeyPatch, text: Path, decoder: Decoder
) -> None:
    assert _ask(decoder, text) == b"mer"
    first = decoder._child

    def interrupted(*_anything: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as only_here:
        only_here.setattr(decoder_module, "_header", interrupted)
        with pytest.raises(KeyboardInterrupt):
            _ask(decoder, text)
    assert _ask(decoder, text) == b"mer"
    assert decoder._child is not first


def test_no_descriptor_is_left_open(text: Path) -> None:
    before = len(os.listdir("/proc/self/fd")) if sys.platform == "linux" else 0
    decoder = Decoder()
    for _time in range(3):
        _ask(decoder, text)
        decoder.close()
    assert (len(os.listdir("/proc/self/fd")) if sys.platform == "linux" else 0) == before


def test_the_child_holds_nothing_that_lists_or_describes_corpora() -> None:
    look = decoder_module.START.replace("\nmain()", "\nprint(*sys.modules)")
    command = [sys.executable, "-I", "-S", "-c", look, decoder_module.PACKAGE_PARENT, *filter(None, sys.path)]
    ours = [each for each in subprocess.check_output(command, text=True).split() if each.startswith("artia_lab")]
    assert ours == ["artia_lab.corpora", "artia_lab.corpora.decode_child"]

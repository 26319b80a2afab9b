"""What was compiled for an environment is loaded by those who may not write to it, where it may be trusted."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from importlib.metadata import entry_points
from pathlib import Path

import pytest

from artia_lab.warm.compiled import close_to_others, trusted

SOURCE = """
from numba import njit

@njit(cache=True)
def double(x):
    return x * 2
"""

# What a process does with the module, and what numba says of it.
PROBE = """
import json
{before}
from installed import double
assert [double(each) for each in {arguments}] == [2 * each for each in {arguments}]
hits, misses = (sum(each.values()) for each in (double.stats.cache_hits, double.stats.cache_misses))
print(json.dumps({{"loaded": hits, "compiled": misses}}))
"""

LOADED = {"loaded": 1, "compiled": 0}
COMPILED = {"loaded": 0, "compiled": 1}

# Root may write everywhere; without these rights it is refused as anybody else is.
AS_ANYBODY = ["setpriv", "--inh-caps=-all", "--bounding-set=-dac_override,-dac_read_search"]


def python(script: str, home: Path, path: Path | None = None, **variables: str) -> str:
    """Give what a script prints, run by a person who may not write where it is forbidden."""
    home.mkdir(exist_ok=True)
    mine = {name: value for name, value in os.environ.items() if not name.startswith(("NUMBA_", "XDG_", "COV"))}
    places = [str(each) for each in (path, os.environ.get("PYTHONPATH")) if each]
    done = subprocess.run(
        [*(AS_ANYBODY if os.geteuid() == 0 else []), sys.executable, "-c", script],
        env=mine | {"HOME": str(home), "PYTHONPATH": os.pathsep.join(places)} | variables,
        stdout=subprocess.PIPE,
        check=True,
        text=True,
    )
    return done.stdout


def call(environment: Path, home: Path, *arguments: float, before: str = "", **variables: str) -> dict[str, int]:
    """Call the module's function in a process of its own, with a whole number unless told otherwise."""
    script = PROBE.format(arguments=arguments or (21,), before=before)
    found: dict[str, int] = json.loads(python(script, home, environment, **variables))
    return found


def files(folder: Path) -> list[Path]:
    """List the files under a folder."""
    return sorted(path for path in folder.rglob("*") if path.is_file())


def cached(folder: Path, kind: str) -> Path:
    """Find the one index (nbi) or compiled code (nbc) under a folder."""
    [found] = folder.rglob(f"*.{kind}")
    return found


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install a module and compile it, once."""
    folder = tmp_path_factory.mktemp("filled")
    (folder / "installed.py").write_text(SOURCE)
    (folder / "__pycache__").mkdir(mode=0o755)
    assert call(folder, folder / "home") == COMPILED
    return folder


@pytest.fixture
def environment(filled: Path, tmp_path: Path) -> Path:
    """Copy the environment; nobody may write there."""
    folder = tmp_path / "environment"
    shutil.copytree(filled, folder, ignore=shutil.ignore_patterns("home"))
    (folder / "__pycache__").chmod(0o555)
    return folder


@pytest.fixture
def person(tmp_path: Path) -> Path:
    """Name the home of a person who has never worked here."""
    return tmp_path / "person"


def test_numba_knows_of_it() -> None:
    found = entry_points(group="numba_extensions", name="init")
    assert "artia_lab.warm.compiled:share" in [each.value for each in found]


def test_who_does_without_numba_does_not_import_it(person: Path) -> None:
    script = "import sys, artia_lab.warm.compiled; print({'numba', 'numpy', 'librosa'} & set(sys.modules))"
    assert python(script, person) == "set()\n"


def test_what_the_environment_has_is_loaded_and_nothing_is_written(environment: Path, person: Path) -> None:
    assert call(environment, person) == LOADED
    assert files(person) == []


def test_what_it_lacks_is_compiled_once_and_kept_by_the_person(environment: Path, person: Path) -> None:
    assert call(environment, person, 21.0) == COMPILED
    assert cached(person, "nbc").is_file()
    assert call(environment, person, 21.0, 21) == {"loaded": 2, "compiled": 0}


@pytest.mark.parametrize("what", ["__pycache__", "nbi", "nbc"])
def test_what_others_could_have_written_is_not_loaded(environment: Path, person: Path, what: str) -> None:
    folder = environment / "__pycache__"
    writable = folder if what == "__pycache__" else cached(folder, what)
    writable.chmod(writable.stat().st_mode | 0o020)
    # numba would take a folder that it may write to for its own.
    assert call(environment, person, NUMBA_CACHE_LOCATOR_CLASSES="UserWideCacheLocator") == COMPILED


@pytest.mark.parametrize("mode", [0o775, 0o757, 0o777])
def test_a_folder_that_others_may_write_to_is_not_trusted(tmp_path: Path, mode: int) -> None:
    (tmp_path / "sums.1.nbc").touch(mode=0o644)
    tmp_path.chmod(0o755)
    assert trusted(tmp_path, "sums", tmp_path)
    tmp_path.chmod(mode)
    assert not trusted(tmp_path, "sums", tmp_path)


def test_only_root_ourselves_and_the_owner_of_the_source_are_trusted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, of_root = tmp_path / "cache", Path("/etc/passwd")
    folder.mkdir(mode=0o755)
    (folder / "sums.1.nbc").touch(mode=0o644)
    if os.geteuid() == 0:
        os.chown(folder, 65534, 65534)
    assert trusted(folder, "sums", folder)
    monkeypatch.setattr(os, "getuid", lambda: folder.stat().st_uid)
    assert trusted(folder, "sums", of_root)
    monkeypatch.setattr(os, "getuid", lambda: 54321)
    assert not trusted(folder, "sums", of_root)


def test_what_is_not_there_is_not_trusted(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    assert not trusted(tmp_path, "sums", tmp_path)
    assert not trusted(tmp_path / "nowhere", "sums", tmp_path)
    assert not trusted(tmp_path, "sums", tmp_path / "nowhere.py")


def test_what_the_installer_left_open_to_others_is_closed(tmp_path: Path) -> None:
    cache = tmp_path / "package" / "__pycache__"
    cache.mkdir(parents=True)
    for path in (cache / "sums.nbi", cache / "sums.1.nbc", cache):
        path.touch()
        path.chmod(0o775)
    close_to_others(tmp_path)
    assert trusted(cache, "sums", tmp_path)


def empty(path: Path) -> None:
    """Leave nothing of a file, as a full disk does."""
    path.write_bytes(b"")


def cut(path: Path) -> None:
    """Leave half of a file, as a lost connection does."""
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def scramble(path: Path) -> None:
    """Leave something else."""
    path.write_bytes(b"numba? " * 100)


@pytest.mark.parametrize(("kind", "damage"), [("nbi", empty), ("nbi", scramble), ("nbc", cut)])
def test_a_damaged_file_of_the_environment_is_compiled_again(
    environment: Path, person: Path, kind: str, damage: Callable[[Path], None]
) -> None:
    damage(cached(environment, kind))
    assert call(environment, person) == COMPILED


@pytest.mark.parametrize(("kind", "damage"), [("nbi", cut), ("nbc", empty)])
def test_a_damaged_file_of_the_person_is_mended(
    environment: Path, person: Path, kind: str, damage: Callable[[Path], None]
) -> None:
    call(environment, person, 21.0)
    damage(cached(person, kind))
    assert call(environment, person, 21.0) == COMPILED
    assert call(environment, person, 21.0) == LOADED


def test_what_cannot_be_kept_is_compiled_all_the_same(environment: Path, person: Path) -> None:
    no_room = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))"
    assert call(environment, person, 21.0, before=no_room) == COMPILED
    assert [path for path in files(person) if path.stat().st_size > 0] == []


def test_code_of_another_source_is_not_loaded(environment: Path, person: Path) -> None:
    (environment / "installed.py").write_text(SOURCE.replace("x * 2", "x + x"))
    assert call(environment, person) == COMPILED


def test_code_of_another_numba_is_not_loaded(environment: Path, person: Path) -> None:
    assert call(environment, person, before="import numba; numba.__version__ = '0.1'") == COMPILED


def test_code_for_another_processor_is_not_loaded(environment: Path, person: Path) -> None:
    assert call(environment, person, NUMBA_CPU_NAME="generic", NUMBA_CPU_FEATURES="") == COMPILED


def test_the_place_that_a_person_chose_is_the_only_one(environment: Path, person: Path, tmp_path: Path) -> None:
    chosen = tmp_path / "chosen"
    assert call(environment, person, NUMBA_CACHE_DIR=str(chosen)) == COMPILED
    assert cached(chosen, "nbc").is_file()


# Who may write to the environment is made to look like somebody who may not: numba takes the person's own place.
LIBROSA = """
import importlib, json, pathlib, pkgutil
from artia_lab.warm.compiled import fill
folder = fill()
from numba.core.dispatcher import Dispatcher
of_librosa = [importlib.import_module(each.name) for each in pkgutil.walk_packages([str(folder)], "librosa.")]
loops = {f for module in of_librosa for f in vars(module).values() if isinstance(f, Dispatcher)}

def kept(loop):
    source = pathlib.Path(loop.py_func.__code__.co_filename)
    return any((source.parent / "__pycache__").glob(f"{source.stem}.{loop.__name__}-*.nbc"))

print(json.dumps({
    "loops": len(loops),
    "missing": sorted(f.__name__ for f in loops if not kept(f)),
    "compiled": sorted(f.__name__ for f in loops if f.stats.cache_misses),
}))
"""


def test_librosa_is_compiled_for_everyone(person: Path) -> None:
    subprocess.run([sys.executable, "-m", "artia_lab.warm.compiled"], check=True, stdout=subprocess.DEVNULL)
    found = json.loads(python(LIBROSA, person, NUMBA_CACHE_LOCATOR_CLASSES="UserWideCacheLocator"))
    assert found.pop("loops") > 10
    assert found == {"missing": [], "compiled": []}
    assert [path for path in files(person) if path.suffix in (".nbi", ".nbc")] == []

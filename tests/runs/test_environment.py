import getpass
import json
import os
import platform
import subprocess
import sys
from pathlib import Path

from artia_lab.runs.environment import Difference, describe, differences, unpinned


def test_an_environment_is_plain_json():
    assert json.loads(json.dumps(describe())) == describe()


def test_it_names_python_and_the_packages_that_compute():
    here = describe()

    assert here["python"]["version"] == platform.python_version()
    assert here["packages"]["versions"]["numpy"]
    assert len(here["packages"]["sha256"]) == 64


def test_it_names_no_person_no_host_and_no_folder():
    said = json.dumps(describe())

    assert platform.node() not in said
    assert str(Path.home()) not in said
    assert f'"{getpass.getuser()}"' not in said
    assert str(Path.cwd()) not in said


def test_it_does_not_load_torch_to_describe_it():
    code = "import sys; from artia_lab.runs.environment import describe; describe(); print('torch' in sys.modules)"

    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert said.stdout.strip() == "False"


def test_an_environment_does_not_differ_from_itself():
    assert differences(describe(), describe()) == []


def test_what_differs_is_named():
    before = {"packages": {"versions": {"numpy": "2.4.6"}}, "cpu": {"flags": ["avx2"], "count": 2}}
    after = {"packages": {"versions": {"numpy": "2.5.0"}}, "cpu": {"flags": ["avx2", "avx512f"], "count": 2}}

    assert differences(before, after) == [
        Difference("cpu.flags", ["avx2"], ["avx2", "avx512f"]),
        Difference("packages.versions.numpy", "2.4.6", "2.5.0"),
    ]


def test_a_part_that_is_missing_differs_from_zero():
    assert differences({"threads": {"torch": 0}}, {"threads": {}}) == [Difference("threads.torch", 0, None)]


def test_nothing_at_all_can_be_compared():
    assert differences({}, {}) == []


def test_what_is_not_in_the_pinned_version_is_named(tmp_path: Path):
    pins = tmp_path / "environment.txt"
    pins.write_text("# pinned\nnumpy==2.4.0\ntorch==2.13.0\nScikit_Image==0.26.0\n")
    found = unpinned({"numpy": "2.5.0", "torch": "2.13.0+cpu", "scikit-image": "0.26.0", "other": "1"}, pins)
    assert found == {"numpy": ["2.5.0", "2.4.0"]}


def test_without_pins_nothing_is_said(tmp_path: Path):
    assert unpinned({"numpy": "2.5.0"}, tmp_path / "missing.txt") == {}


def test_the_record_compares_with_the_kernels_own_pins():
    assert "numpy" not in describe()["packages"]["unpinned"]


def test_instruction_sets_that_were_forced_lower_are_told():
    code = (
        "import json, numpy; from artia_lab.runs.environment import describe; print(json.dumps(describe()['cpu']))"
    )
    lower = {"NPY_DISABLE_CPU_FEATURES": "X86_V3 X86_V4 AVX512_ICL AVX512_SPR"}
    usual, forced = (
        json.loads(subprocess.check_output([sys.executable, "-W", "ignore", "-c", code], env=os.environ | each))
        for each in ({}, lower)
    )
    assert ("X86_V3" in usual["numpy"]) == ("avx2" in usual["flags"])
    assert "X86_V3" not in forced["numpy"]
    assert forced["flags"] == usual["flags"]

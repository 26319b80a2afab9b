"""Parameters are declared once; everything else follows from the declaration."""

from __future__ import annotations

import json
from dataclasses import FrozenInstanceError, dataclass

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st
from papermill.translators import PythonTranslator

from artia_lab import experiments
from artia_lab import parameters as p
from artia_lab.errors import ParameterError
from artia_lab.i18n import Text, use_language

LABEL = Text(fr="Étiquette", en="Label")


@dataclass(frozen=True, kw_only=True)
class Sample(p.Parameters):
    patch: int = p.whole(7, 3, 15, step=2, unit="px", label=LABEL, help=LABEL)
    noise: float = p.real(0.5, 0.0, 2.0, 0.1, label=LABEL, help=LABEL)
    mirrored: bool = p.switch(False, label=LABEL, help=LABEL)
    rule: str = p.choice("soft", {"soft": LABEL, "hard": LABEL}, label=LABEL, help=LABEL)
    prompt: str = p.line("", 200, label=LABEL, help=LABEL)
    picture: str = p.item("image", label=LABEL, help=LABEL)


printable = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\0"), max_size=200)
samples = st.builds(
    Sample,
    seed=st.integers(0, p.SEED_LIMIT),
    patch=st.integers(1, 7).map(lambda n: 2 * n + 1),
    noise=st.floats(0, 2),
    mirrored=st.booleans(),
    rule=st.sampled_from(["soft", "hard"]),
    prompt=printable,
    picture=printable,
)


@given(samples)
def test_every_value_survives_json(sample: Sample) -> None:
    assert Sample.of(json.loads(json.dumps(sample.to_json()))) == sample


@given(samples)
def test_every_value_survives_the_command_line(sample: Sample) -> None:
    written = [f"{name}={value}" for name, value in sample.to_json().items()]
    assert Sample.parsed(p.read_assignments(written)) == sample


@given(samples)
def test_every_value_survives_papermills_injection(sample: Sample) -> None:
    values: dict[str, object] = {}
    exec(PythonTranslator.codify(sample.to_json()), values)
    assert Sample.of({name: values[name] for name in p.fields(Sample)}) == sample


def test_falsy_values_are_values() -> None:
    falsy = {"seed": 0, "noise": 0.0, "mirrored": False, "prompt": "", "picture": ""}
    kept = Sample.of(falsy).to_json()
    assert {name: kept[name] for name in falsy} == falsy


def test_values_are_frozen() -> None:
    with pytest.raises(FrozenInstanceError):
        Sample().patch = 9  # type: ignore[misc]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("patch", 4),
        ("patch", 17),
        ("patch", "7"),
        ("patch", 7.0),
        ("patch", True),
        ("patch", None),
        ("noise", float("nan")),
        ("noise", float("inf")),
        ("noise", -0.1),
        ("noise", "0.5"),
        ("noise", True),
        ("mirrored", 1),
        ("mirrored", "true"),
        ("rule", "loud"),
        ("rule", 0),
        ("prompt", "x" * 201),
        ("prompt", 7),
        ("prompt", "a\0b"),
        ("seed", -1),
        ("seed", 2**32),
    ],
)
def test_a_value_that_is_not_allowed_is_refused_with_what_is(name: str, value: object) -> None:
    with pytest.raises(ParameterError, match=name):
        Sample.of({name: value})


def test_an_unknown_name_is_refused_with_the_list_and_a_guess() -> None:
    with pytest.raises(ParameterError) as refusal:
        Sample.of({"pacth": 9})
    assert "Did you mean “patch”?" in str(refusal.value)
    assert "patch (3 to 15 by 2 px; default 7)" in str(refusal.value)
    assert "seed (0 to 4294967295; default 0)" in str(refusal.value)


def test_a_refusal_speaks_french() -> None:
    with use_language("fr"), pytest.raises(ParameterError, match="Il n’y a pas de paramètre «\u00a0pacth\u00a0»"):
        Sample.of({"pacth": 9})


@pytest.mark.parametrize("pair", ["patch", "=7", "pa tch=7", "Patch=7", "x\nimport os=1", "é=1", ""])
def test_what_is_not_an_assignment_is_refused(pair: str) -> None:
    with pytest.raises(ParameterError, match="name=value"):
        p.read_assignments([pair])


@pytest.mark.parametrize("written", ["seven", "", "7.5", "٣٣"])
def test_a_number_that_cannot_be_read_is_refused(written: str) -> None:
    with pytest.raises(ParameterError, match="patch"):
        Sample.parsed({"patch": written})


@pytest.mark.parametrize(("written", "value"), [("oui", True), ("no", False), ("0", False), ("TRUE", True)])
def test_a_switch_is_written_in_either_language(written: str, value: bool) -> None:
    assert Sample.parsed({"mirrored": written}).mirrored is value


def test_a_decimal_comma_is_read() -> None:
    assert Sample.parsed({"noise": "0,25"}).noise == 0.25


def test_the_cell_is_inspected_by_papermill() -> None:
    from papermill.inspection import _infer_parameters

    cell = nbformat.v4.new_code_cell(p.cell(Sample), metadata={"tags": ["parameters"]})
    found = _infer_parameters(nbformat.v4.new_notebook(cells=[cell]), name="python3", language="python")
    assert {each.name: (each.inferred_type_name, each.default) for each in found} == {
        name: (type(value).__name__, repr(value)) for name, value in Sample().to_json().items()
    }
    assert found[0].help == "Étiquette / Label (3..15, px)"


def test_the_cell_assigns_the_defaults() -> None:
    values: dict[str, object] = {}
    exec(p.cell(Sample), values)
    assert Sample.of({name: values[name] for name in p.fields(Sample)}) == Sample()


def test_the_seed_stands_last_in_the_form() -> None:
    assert list(p.fields(Sample))[-1] == "seed"


def test_a_declaration_that_refuses_its_own_default_is_an_error() -> None:
    with pytest.raises(ParameterError):
        p.whole(2, 3, 15, label=LABEL, help=LABEL)


def test_a_badly_named_parameter_is_an_error() -> None:
    @dataclass(frozen=True, kw_only=True)
    class Bad(p.Parameters):
        Patch: int = p.whole(7, 3, 15, label=LABEL, help=LABEL)

    with pytest.raises(TypeError, match="Patch"):
        p.fields(Bad)


@pytest.mark.parametrize("name", experiments.names())
def test_every_registered_experiment_declares_in_both_languages(name: str) -> None:
    experiment = experiments.load(name)
    texts = [experiment.title, experiment.description]
    for field in p.fields(experiment.parameters).values():
        texts += [field.label, field.help, *field.choices.values()]
    assert all(text.fr.strip() and text.en.strip() for text in texts)
    assert experiment.parameters.of(experiment.parameters().to_json()) == experiment.parameters()

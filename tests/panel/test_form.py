from artia_lab import experiments
from artia_lab.i18n import use_language
from artia_lab.panel.form import checked, described

SLOW = "image.slow"


def test_form_has_one_control_per_parameter_in_their_order_and_the_seed_last() -> None:
    controls = described(experiments.load(SLOW).parameters)
    assert [each["name"] for each in controls] == [
        "width", "light", "steps", "source", "ending", "sound", "words", "seed",
    ]  # fmt: skip


def test_a_few_controls_and_the_seed_come_first() -> None:
    controls = described(experiments.load(SLOW).parameters)
    assert [each["name"] for each in controls if each["first"]] == ["width", "light", "steps", "source", "seed"]


def test_form_speaks_the_language_in_force() -> None:
    parameters = experiments.load("text.corpus-keyboard").parameters
    with use_language("fr"):
        assert described(parameters)[-1]["label"] == "Graine"


def test_falsy_values_are_values() -> None:
    values = {
        "width": 4,
        "light": 0,
        "steps": 1,
        "source": "",
        "ending": "well",
        "sound": False,
        "words": "",
        "seed": 0,
    }
    good, mistakes = checked(experiments.load(SLOW).parameters, values)
    assert (good, mistakes) == (values, {})


def test_a_whole_number_may_come_back_from_a_browser_as_a_real_one() -> None:
    good, _mistakes = checked(experiments.load(SLOW).parameters, {"width": 8.0})
    assert good["width"] == 8 and isinstance(good["width"], int)


def test_every_mistake_has_its_own_sentence() -> None:
    values = {
        "width": 5,
        "light": 2,
        "steps": None,
        "source": "",
        "ending": "?",
        "sound": 1,
        "words": "",
        "seed": 0,
    }
    _good, mistakes = checked(experiments.load(SLOW).parameters, values)
    assert list(mistakes) == ["width", "light", "steps", "ending", "sound"]
    assert mistakes["width"] == "“5” does not suit the parameter “width”; it takes: 4 to 64 by 4 px."
    assert mistakes["steps"] == "Give a value here: 1 to 600."

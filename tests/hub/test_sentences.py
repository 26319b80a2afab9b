"""What people are told when something is refused: never JupyterHub's own English, nor what is inside an error."""

from __future__ import annotations

import pytest

from artia_lab.hub import applications, sentences
from artia_lab.i18n import LANGUAGES, Text, use_language


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 409, 424, 429, 500, 502, 503, 599])
def test_every_status_has_a_heading_and_says_what_to_do(status: int) -> None:
    told = []
    for language in LANGUAGES:
        with use_language(language):
            told += sentences.explain(status, "Spawner failed to start [status=1] in /srv/secret")
    assert len(set(told)) == 4 and all(told)
    assert not any("secret" in each for each in told)


def test_what_we_raise_is_told_as_it_is_in_either_language() -> None:
    error = RuntimeError("inside")
    error.jupyterhub_message = Text(fr="Trop tôt.", en="Too early.")  # type: ignore[attr-defined]
    with use_language("fr"):
        assert sentences.explain(403, "Forbidden", error).sentence == "Trop tôt."
        assert sentences.explain_login("", error) == "Trop tôt."
    with use_language("en"):
        assert sentences.explain(403, "Forbidden", error).sentence == "Too early."


def test_a_form_that_expired_is_not_taken_for_a_wrong_password() -> None:
    with use_language("en"):
        wrong = sentences.explain_login("Invalid username or password")
        expired = sentences.explain_login("Login form invalid or expired. Try again.")
        assert wrong == sentences.explain_login(None) == sentences.explain_login("User ada does not exist")
        assert "password" in wrong and "open for too long" in expired


def test_a_seat_that_took_too_long_is_told_apart() -> None:
    with use_language("en"):
        assert "too long" in sentences.why_it_failed(TimeoutError())
        assert "too long" not in sentences.why_it_failed(RuntimeError("/etc/shadow"))
        assert sentences.why_it_failed(None) == sentences.why_it_failed(RuntimeError("/etc/shadow"))


def test_scopes_are_told_in_a_sentence_or_by_their_name() -> None:
    with use_language("en"):
        assert applications.meaning("access:servers!user=ada") == applications.meaning("access:servers")
        assert applications.meaning(None) == "Know who you are, and nothing else."
    assert applications.meaning("custom:unheard-of") is None


def test_what_people_wrote_of_a_key_stays_and_what_the_hub_wrote_does_not() -> None:
    with use_language("fr"):
        assert applications.key_note("mon script") == "mon script"
        assert "Server" not in applications.key_note("Server at /user/ada/")
        assert applications.key_note("") and applications.key_note("Requested via api") != "Requested via api"

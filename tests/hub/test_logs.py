"""Logs for programs: whole lines of JSON, without secrets and without names of works."""

from __future__ import annotations

import json
import logging
import stat

import pytest

from artia_lab.hub import Settings, logs
from artia_lab.hub.settings import SHARED_ACCOUNT

TOKEN = "0123456789abcdef0123456789abcdef"


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        (f"Authorization: token {TOKEN}", TOKEN),
        (f"GET /hub/api/user?token={TOKEN}", TOKEN),
        ("302 GET /hub/join?code=k7wd-m2xp (@127.0.0.1)", "k7wd"),
        ("board-token is abcd-efgh-jkmn-pqrs-tuvw", "efgh-jkmn"),
        ("200 GET /user/ada/lab/tree/notebooks/fr/Ma%20m%C3%A8re.ipynb (ada@::1)", "re.ipynb"),
        (
            "302 GET /hub/user/ada/lab/tree/secret-love.png?x=1 -> /user/ada/lab/tree/secret-love.png",
            "secret-love",
        ),
        ("Saving file at /notebooks/lettre-a-zoe.ipynb", "lettre"),
        ("password=hunter-two-three", "hunter"),
        ("cookie: abcdefghijk", "abcdefghijk"),
    ],
)
def test_secrets_and_names_of_works_are_taken_out(text, hidden):
    assert hidden in text
    assert hidden not in logs.scrubbed(text)


@pytest.mark.parametrize(
    "text", ["", "Hub is ready", "200 GET /hub/api/users (board@127.0.0.1) 3.20ms", "seat of ada: open"]
)
def test_what_tells_nothing_private_is_kept(text):
    assert logs.scrubbed(text) == text


def test_each_record_is_one_line_of_json_that_only_the_hub_s_account_reads(tmp_path):
    settings = Settings(mode=SHARED_ACCOUNT, state_folder=str(tmp_path / "state"))
    log = logging.getLogger("artia_lab.test_logs")
    log.setLevel(logging.DEBUG)
    log.addHandler(handler := logs.handler("board", settings))
    try:
        log.info("two\nlines", extra={"facts": {"do": "free", "done": False}})
        log.debug("too little to keep")
        try:
            raise ValueError(f"token {TOKEN}")
        except ValueError:
            log.exception("failed")
    finally:
        log.removeHandler(handler)
        handler.close()
    (file,) = logs.files(settings)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    first, second = (json.loads(line) for line in file.read_text(encoding="utf-8").splitlines())
    assert (first["part"], first["level"], first["message"]) == ("board", "info", "two\nlines")
    assert (first["do"], first["done"]) == ("free", False)
    assert second["error"] == "ValueError"
    assert TOKEN not in file.read_text(encoding="utf-8")

"""Outputs as a browser fetches them."""

from __future__ import annotations

import os
import urllib.request

import pytest

from artia_lab.runs import RunFolder


@pytest.fixture
def run(new_run) -> RunFolder:
    """A run with outputs of several kinds, and things that are none of its outputs."""
    folder, claim = new_run()
    outputs = folder.outputs_folder
    (outputs / "sound.wav").write_bytes(bytes(range(256)) * 40)
    (outputs / "texte.txt").write_text("où ?\n", encoding="utf-8")
    (outputs / "page.html").write_text("<script>alert(1)</script>")
    (outputs / "empty.txt").touch()
    (outputs / ".half.png").write_bytes(b"half")
    (outputs / "link.txt").symlink_to("/etc/passwd")
    os.mkfifo(outputs / "pipe.txt")
    folder.finish(folder.closing_record("finished"))
    os.close(claim)
    return folder


def test_sends_a_sound_whole(server, client, run):
    answer = client.get(f"{server.url}/artia/api/runs/{run.id}/files/sound.wav")
    assert answer.content == (run.outputs_folder / "sound.wav").read_bytes()
    assert answer.headers["Content-Type"] == "audio/wav"
    assert answer.headers["Accept-Ranges"] == "bytes"


def test_sends_the_part_of_a_sound_that_a_player_asks_for(server, client, run):
    answer = client.get(
        f"{server.url}/artia/api/runs/{run.id}/files/sound.wav", headers={"Range": "bytes=300-309"}
    )
    assert answer.status_code == 206
    assert answer.headers["Content-Range"] == "bytes 300-309/10240"
    assert answer.content == bytes(range(44, 54))


def test_sends_headers_alone(server, client, run):
    answer = client.head(f"{server.url}/artia/api/runs/{run.id}/files/sound.wav")
    assert (answer.content, answer.headers["Content-Length"]) == (b"", "10240")


def test_says_in_which_letters_a_text_is_written(server, client, run):
    answer = client.get(f"{server.url}/artia/api/runs/{run.id}/files/texte.txt")
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert answer.text == "où ?\n"


def test_sends_an_empty_text(server, client, run):
    answer = client.get(f"{server.url}/artia/api/runs/{run.id}/files/empty.txt")
    assert (answer.status_code, answer.content) == (200, b"")


def test_never_shows_a_page_and_lets_no_code_act(server, client, run):
    answer = client.get(f"{server.url}/artia/api/runs/{run.id}/files/page.html")
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"].endswith("sandbox")


@pytest.mark.parametrize(
    "path",
    [
        "../record.json",
        "%2e%2e/record.json",
        "..%2Frecord.json",
        "/etc/passwd",
        "link.txt",
        ".half.png",
        "pipe.txt",
        "nothing.png",
        "%00",
        "sound.wav%00.txt",
        "%ff",
    ],
)
def test_sends_outputs_and_nothing_else(server, client, run, path):
    # Without the tidying that most clients do to a path.
    request = urllib.request.Request(f"{server.url}/artia/api/runs/{run.id}/files/{path}", headers=client.headers)
    request.add_header("Cookie", "; ".join(f"{each.name}={each.value}" for each in client.cookies))
    with pytest.raises(urllib.error.HTTPError) as refusal:
        urllib.request.urlopen(request, timeout=20)
    assert refusal.value.code in (400, 403, 404)


def test_a_page_of_another_site_cannot_show_an_output(server, client, run):
    del client.headers["X-XSRFToken"]
    client.headers["Referer"] = "http://elsewhere.example/"
    assert client.get(f"{server.url}/artia/api/runs/{run.id}/files/sound.wav").status_code in (403, 404)


def test_a_preview_is_always_the_latest(server, client, new_run):
    folder, claim = new_run()
    address = f"{server.url}/artia/api/runs/{folder.id}/preview"
    assert client.get(address).status_code == 404
    seen = []
    for number, words in enumerate(["first", "again"]):
        (folder.path / "preview.txt").write_text(words)
        folder.say("preview", path="preview.txt", number=number)
        etag = {"If-None-Match": seen[-1].headers["Etag"]} if seen else {}
        seen.append(client.get(address, headers=etag))
    os.close(claim)
    assert [each.text for each in seen] == ["first", "again"]

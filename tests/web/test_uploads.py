"""Material sent in pieces."""

from __future__ import annotations

import io
import os
import wave
from pathlib import Path

import pytest

from artia_lab import corpora
from artia_lab.errors import CorpusError, MaterialError, Mistake
from artia_lab.web import uploads
from artia_lab.web.uploads import Received, folder_of, receive


def sound(seconds: float) -> bytes:
    """Make a real WAV file."""
    stream = io.BytesIO()
    with wave.open(stream, "wb") as file:
        file.setparams((1, 2, 44_100, 0, "NONE", ""))
        file.writeframes(os.urandom(2 * int(44_100 * seconds)))
    return stream.getvalue()


def test_a_large_sound_arrives_whole_over_http(server, client):
    content = sound(240)
    assert len(content) > 20_000_000
    address = f"{server.url}/artia/api/corpora/voix/items/é té.wav"
    for offset in range(0, len(content), uploads.CHUNK_BYTES):
        piece = content[offset : offset + uploads.CHUNK_BYTES]
        answer = client.put(address, params={"offset": offset, "total": len(content)}, data=piece)
        assert answer.status_code == 200
    assert answer.json() == {"received": len(content), "total": len(content), "done": True}
    folder = server.home / "corpora/voix"
    assert [each.name for each in folder.iterdir()] == ["é té.wav"]
    assert (folder / "é té.wav").read_bytes() == content


def test_an_item_joins_the_datasheet_of_a_described_corpus(server, client, monkeypatch):
    monkeypatch.setenv("ARTIA_HOME", str(server.home))
    folder = server.home / "corpora/words"
    folder.mkdir(parents=True)
    (folder / "a.txt").write_text("un")
    corpora.describe(folder, title="Mots", private=True)
    for name in ("b.txt", "c.txt"):
        answer = client.put(f"{server.url}/artia/api/corpora/words/items/{name}?offset=0&total=4", data=b"deux")
        assert answer.json()["done"]
    assert [item.file for item in corpora.find("words").items] == ["a.txt", "b.txt", "c.txt"]


def test_a_client_that_lost_count_is_told_where_to_go_on(server, client):
    address = f"{server.url}/artia/api/corpora/voix/items/b.txt"
    client.put(address, params={"offset": 0, "total": 8}, data=b"abc")
    answer = client.put(address, params={"offset": 5, "total": 8}, data=b"fgh")
    assert (answer.status_code, answer.json()["received"]) == (409, 3)
    assert client.put(address, params={"offset": 3, "total": 8}, data=b"defgh").json()["done"]


def test_another_site_cannot_send_material(server, client):
    del client.headers["X-XSRFToken"]
    answer = client.put(f"{server.url}/artia/api/corpora/voix/items/c.txt?offset=0&total=1", data=b"x")
    assert answer.status_code == 403
    assert not (server.home / "corpora/voix/c.txt").exists()


def test_a_piece_too_large_is_refused(server, client):
    address = f"{server.url}/artia/api/corpora/voix/items/d.txt?offset=0&total=99999999"
    answer = client.put(address, data=b"x" * (uploads.CHUNK_BYTES + 1))
    assert (answer.status_code, answer.json()["message"]) == (413, "Send at most 8 MB at a time.")


def test_beginning_again_forgets_what_came_before(tmp_path):
    receive(tmp_path, "a.txt", 0, 4, b"zz")
    assert receive(tmp_path, "a.txt", 0, 4, b"ab") == Received(2, 4)
    assert receive(tmp_path, "a.txt", 2, 4, b"cd").done
    assert (tmp_path / "a.txt").read_bytes() == b"abcd"


def test_sending_the_same_item_twice_changes_nothing(tmp_path):
    assert receive(tmp_path, "a.txt", 0, 2, b"ab").done
    assert receive(tmp_path, "a.txt", 0, 2, b"ab").done
    assert os.listdir(tmp_path) == ["a.txt"]


def test_another_item_of_the_same_name_is_never_replaced(tmp_path):
    receive(tmp_path, "a.txt", 0, 2, b"ab")
    with pytest.raises(MaterialError, match=r"already another “a\.txt”"):
        receive(tmp_path, "a.txt", 0, 2, b"zz")
    assert (tmp_path / "a.txt").read_bytes() == b"ab"
    assert os.listdir(tmp_path) == ["a.txt"]


@pytest.mark.parametrize("content", [b"\x7fELF" + bytes(60), b"<svg xmlns='x'></svg>", b"%PDF-1.7"])
def test_what_is_neither_picture_sound_nor_text_leaves_nothing_behind(tmp_path, content):
    with pytest.raises(MaterialError, match=r"picture\.png"):
        receive(tmp_path, "picture.png", 0, len(content), content)
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize(
    "name", ["../a.png", "/a.png", ".hidden", "corpus.toml", "", "a\nb.png", "é" * 101, "a\0"]
)
def test_a_name_that_would_do_harm_is_refused(tmp_path, name):
    with pytest.raises(MaterialError, match="cannot be the name of an item"):
        receive(tmp_path, name, 0, 1, b"x")


@pytest.mark.parametrize("name", ["..", ".git", "a/b", "", "a" * 65, "a\n", "starter-drawings"])
def test_a_corpus_stays_among_the_corpora(name):
    with pytest.raises(CorpusError):
        folder_of(name)


def test_an_empty_item_is_refused(tmp_path):
    with pytest.raises(MaterialError, match="is empty"):
        receive(tmp_path, "a.txt", 0, 0, b"")


def test_more_than_was_announced_is_refused(tmp_path):
    with pytest.raises(MaterialError, match="longer than it was said"):
        receive(tmp_path, "a.txt", 0, 2, b"abc")


def test_a_full_disk_is_said(tmp_path, monkeypatch):
    def full(path: Path, *_options: object, **_more: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(uploads.os, "open", full)
    with pytest.raises(Mistake, match=r"The disk is full\. Make room, then go on with “a\.txt”"):
        receive(tmp_path, "a.txt", 0, 1, b"a")


def test_uploads_given_up_long_ago_are_cleared_away(tmp_path):
    receive(tmp_path, "a.txt", 0, 9, b"half")
    (left,) = tmp_path.iterdir()
    os.utime(left, (0, 0))
    receive(tmp_path, "b.txt", 0, 1, b"b")
    assert os.listdir(tmp_path) == ["b.txt"]

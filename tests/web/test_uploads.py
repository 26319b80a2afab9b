"""Material sent in pieces."""

from __future__ import annotations

import io
import os
import wave

from artia_lab import corpora
from artia_lab.web import uploads


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


def test_a_name_with_narrow_no_break_spaces_as_screenshots_have_is_a_name(server, client):
    name = "Capture d’écran à 10\u202fh\u00a030.txt"
    answer = client.put(f"{server.url}/artia/api/corpora/vues/items/{name}?offset=0&total=4", data=b"deux")
    assert answer.status_code == 200
    assert (server.home / "corpora/vues" / name).read_bytes() == b"deux"


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

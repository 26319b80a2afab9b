"""The publication is an RO-Crate of the Process Run Crate profile, as roc-validator sees it, without a network."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from .conftest import TERMS, Made

# The validator looks the words of RO-Crate up in a cache, which is filled from the copy that comes with rocrate.
VALIDATE = """
import io, json, socket, sys
from importlib.resources import files
from requests.adapters import BaseAdapter, HTTPAdapter
from requests_cache import CachedSession
from urllib3 import HTTPResponse

def refuse(*_address, **_options):
    raise AssertionError("the network was asked for")

socket.socket.connect = socket.getaddrinfo = refuse

class Given(BaseAdapter):
    def send(self, request, **_options):
        words = io.BytesIO((files("rocrate") / "data/ro-crate.jsonld").read_bytes())
        kind = {"Content-Type": "application/ld+json"}
        return HTTPAdapter().build_response(request, HTTPResponse(words, kind, 200, preload_content=False))

    def close(self):
        pass

crate, cache = sys.argv[1:]
with CachedSession(cache_name=cache, backend="sqlite", expire_after=-1) as session:
    session.mount("https://", Given())
    session.get("https://w3id.org/ro/crate/1.1/context", headers={"Accept": "application/ld+json"})

from rocrate_validator import services
from rocrate_validator.models import Severity, ValidationSettings

settings = ValidationSettings(rocrate_uri=crate, profile_identifier="process-run-crate", offline=True,
                              requirement_severity=Severity.REQUIRED, cache_path=cache)
found = services.validate(settings)
print(json.dumps({"issues": [each.message for each in found.get_issues()], "checks": len(found.executed_checks)}))
"""


def validated(crate: Path, folder: Path) -> dict[str, object]:
    command = [sys.executable, "-c", VALIDATE, str(crate), str(folder / "cache")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
    return found


def test_it_is_a_process_run_crate(made: Made, tmp_path: Path) -> None:
    found = validated(made.folder, tmp_path)
    assert found["issues"] == []
    assert isinstance(found["checks"], int) and found["checks"] > 40


def test_the_validator_would_have_seen_a_mistake(made: Made, tmp_path: Path) -> None:
    document = json.loads((made.folder / "ro-crate-metadata.json").read_text(encoding="utf-8"))
    for each in document["@graph"]:
        each.pop("instrument", None)
        if each["@id"] == "./":
            each["hasPart"].append({"@id": "missing.png"})
    (tmp_path / "ro-crate-metadata.json").write_text(json.dumps(document), encoding="utf-8")
    issues = validated(tmp_path, tmp_path)["issues"]
    assert isinstance(issues, list) and any("instrument" in each for each in issues)


def test_it_says_who_made_what_from_what(made: Made) -> None:
    document = json.loads((made.folder / "ro-crate-metadata.json").read_text(encoding="utf-8"))
    entities = {each["@id"]: each for each in document["@graph"]}
    root, action = entities["./"], entities[f"#{made.run.id}"]
    assert root["name"] == TERMS.title and root["license"] == {"@id": "https://spdx.org/licenses/CC-BY-4.0"}
    assert [entities[each["@id"]]["name"] for each in root["author"]] == list(TERMS.authors)
    assert {each["@id"] for each in action["result"]} > {f"runs/{made.run.id}/outputs/mosaic.png"}
    assert entities["corpus/aurore.png"]["creditText"] == "ArtIA Lab"
    # rocrate drops what is falsy: values are written as JSON.
    values = {each["name"]: each["value"] for each in document["@graph"] if each["@type"] == "PropertyValue"}
    assert (values["seed"], values["mirrored"], values["picture"]) == ("0", "false", '""')

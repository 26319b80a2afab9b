"""The publication as an RO-Crate 1.1 of the Process Run Crate profile, for those who read such crates.

https://w3id.org/ro/crate/1.1 and https://w3id.org/ro/wfrun/process/0.5. The crate says in its own words what
``publication.json`` and the records say; no value in it is falsy, since rocrate drops those.
"""

from __future__ import annotations

import json
import mimetypes
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import quote

from artia_lab.provenance.publication import DOCUMENT, SIGNATURE, Publication
from artia_lab.runs import RunFolder
from artia_lab.runs.environment import DISTRIBUTION

METADATA = "ro-crate-metadata.json"
PROFILE = "https://w3id.org/ro/wfrun/process/0.5"
SOFTWARE = "https://pypi.org/project/artia-lab/"
SPDX = "https://spdx.org/licenses/"

TYPES = {
    ".ipynb": "application/x-ipynb+json",
    ".jsonl": "application/jsonl",
    ".p7s": "application/pkcs7-signature",
    ".safetensors": "application/octet-stream",
    ".toml": "application/toml",
}


def describe(
    folder: Path, said: Publication, runs: Mapping[str, RunFolder], experiment: str, items: Mapping[str, Any]
) -> bytes:
    """Describe a publication.

    Parameters
    ----------
    folder : Path
        Where its files are; those that sign it are not there yet.
    said : Publication
        What it says of itself.
    runs : mapping of str to RunFolder
        Its runs, by their path in the publication.
    experiment : str
        Title of the experiment.
    items : mapping of str to Item
        Those of the corpus, by their path in the publication; empty when it is not included.

    Returns
    -------
    bytes
        JSON-LD.
    """
    from rocrate.model.person import Person
    from rocrate.rocrate import ROCrate

    release = version(DISTRIBUTION)
    crate = ROCrate(version="1.1")
    root = crate.root_dataset
    authors = [
        crate.add(Person(crate, f"#author-{number}", {"name": name}))
        for number, name in enumerate(said.authors, start=1)
    ]
    crate.name, crate.description = said.title, f"{experiment} — {said.corpus.title}"
    root["datePublished"], root["author"] = said.created, authors
    root["license"] = _licence(crate, said.licence)
    profile = {"@type": "CreativeWork", "name": "Process Run Crate", "version": "0.5"}
    root["conformsTo"] = crate.add_jsonld({"@id": PROFILE, **profile})
    lab = {"@type": "SoftwareApplication", "name": "ArtIA Lab", "url": SOFTWARE, "softwareVersion": release}
    software = crate.add_jsonld({"@id": f"{SOFTWARE}{release}/", **lab})
    files = {}
    for path in (*sorted(said.files), DOCUMENT, SIGNATURE):
        facts = {"name": path.rpartition("/")[2], "encodingFormat": _format(path)}
        if path in said.files:
            facts |= {"contentSize": str((folder / path).stat().st_size), "sha256": said.files[path]}
        if path in items:
            facts |= {"creditText": items[path].author, "license": _licence(crate, items[path].licence)}
        files[path] = crate.add_file(folder / path, dest_path=path, properties=facts)
    corpus = _corpus(crate, said, [files[path] for path in sorted(items)])
    actions = [
        crate.add_jsonld(_action(path, run, said))
        for path, run in runs.items()
    ]  # fmt: skip
    for (path, run), action in zip(runs.items(), actions, strict=True):
        values = [
            crate.add_jsonld({"@id": f"#{run.id}-{name}", "@type": "PropertyValue", "name": name, "value": value})
            for name, value in _values(run.request().parameters)
        ]
        action["instrument"] = software
        action["agent"] = authors
        action["object"] = [files[said.notebook], corpus, *values]
        action["result"] = [
            *(file for name, file in files.items() if name.startswith(f"{path}/")), files[said.executed]
        ]  # fmt: skip
    root["mentions"] = actions if len(actions) > 1 else actions[0]
    document = crate.metadata.generate()
    document["@graph"].sort(key=lambda each: (each["@id"] not in ("./", METADATA), each["@id"]))
    # What the context of RO-Crate 1.1 has no word for.
    document["@context"] = [document["@context"], {"sha256": "https://w3id.org/ro/terms/workflow-run#sha256"}]
    return (json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False) + "\n").encode()


def _action(path: str, run: RunFolder, said: Publication) -> dict[str, Any]:
    asked = run.request()
    times = [each["time"] for each in run.events()[0]]
    return {
        "@id": f"#{run.id}",
        "@type": "CreateAction",
        "name": f"{said.title} ({asked.experiment})",
        "description": f"{asked.experiment}, {path}",
        "startTime": min(times),
        "endTime": max(times),
        "actionStatus": "http://schema.org/CompletedActionStatus",
    }


def _values(parameters: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [(name, json.dumps(value, ensure_ascii=False)) for name, value in parameters.items()]


def _corpus(crate: Any, said: Publication, parts: list[Any]) -> Any:
    facts: dict[str, Any] = {
        "name": said.corpus.title,
        "identifier": f"sha256:{said.corpus.digest}",
        "creditText": ", ".join(said.corpus.authors),
        "license": _licence(crate, said.corpus.licence),
    }
    if said.corpus.included:
        return crate.add_dataset(dest_path="corpus", properties=facts | {"hasPart": parts})
    # A collection that is elsewhere, of which only this is known.
    facts["license"] = {"@id": facts["license"]["@id"]}
    return crate.add_jsonld({"@id": "#corpus", "@type": "CreativeWork", **facts})


def _licence(crate: Any, expression: str) -> Any:
    """A licence as an entity: of SPDX where it is one identifier, else of this crate."""
    single = " " not in expression and not expression.startswith("LicenseRef-")
    id = SPDX + quote(expression) if single else f"#licence-{quote(expression)}"
    return crate.dereference(id) or crate.add_jsonld({"@id": id, "@type": "CreativeWork", "name": expression})


def _format(path: str) -> str:
    suffix = Path(path).suffix.lower()
    return TYPES.get(suffix) or mimetypes.guess_type(f"x{suffix}")[0] or "application/octet-stream"

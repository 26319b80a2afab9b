"""C2PA content credentials inside pictures and sounds: signing them, and reading them back. Nothing is fetched.

What a file says of where it came from is a term of the IPTC: https://cv.iptc.org/newscodes/digitalsourcetype/.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from artia_lab.i18n import _
from artia_lab.provenance.identity import Identity, trusted_roots
from artia_lab.provenance.terms import Terms
from artia_lab.runs.environment import DISTRIBUTION

TYPES = {".png": "image/png", ".gif": "image/gif", ".wav": "audio/wav"}

IPTC = "http://cv.iptc.org/newscodes/digitalsourcetype/"
TRAINED, COMPOSITE, DRAWN_FROM_DATA = "trainedAlgorithmicMedia", "composite", "dataDrivenMedia"

# Each item adds about a hundred bytes to each file; the record and the corpus name them all.
CREDITED = 64
USES = ("cawg.data_mining", "cawg.ai_training", "cawg.ai_generative_training", "cawg.ai_inference")


@dataclass(frozen=True)
class Credentials:
    """What the content credentials of one file say.

    Attributes
    ----------
    state : {"trusted", "valid", "invalid", "none"}
        ``trusted``: intact, and of a root this lab trusts; ``valid``: intact, of another root; ``invalid``:
        changed since it was signed, or unreadable; ``none``: the file bears none.
    title, signer : str
        What they say; ``""`` when they do not.
    authors : tuple of str
        Whose work they say it is.
    training_mining : str
        ``"notAllowed"``, ``"allowed"`` or ``""``.
    reason : str
        A sentence, in the language in force.
    """

    state: str
    title: str = ""
    signer: str = ""
    authors: tuple[str, ...] = ()
    training_mining: str = ""
    reason: str = ""


def source_type(record: Mapping[str, Any], entry: Mapping[str, Any]) -> str:
    """Choose what an output says of where it came from.

    Parameters
    ----------
    record : mapping
        The record of its run.
    entry : mapping
        The output, as the record has it.

    Returns
    -------
    str
        A term of the IPTC: a trace is a picture of data; a work of a run that trained a model, or drew from one,
        is trained algorithmic media; any other is a composite of items of the corpus.
    """
    if entry["kind"] != "work":
        return DRAWN_FROM_DATA
    trained = record.get("model") or any(each["medium"] == "model" for each in record["outputs"])
    return TRAINED if trained else COMPOSITE


def sign(
    path: Path, entry: Mapping[str, Any], record: Mapping[str, Any], terms: Terms, identity: Identity
) -> None:
    """Sign a picture or a sound, in place.

    Parameters
    ----------
    path : Path
        A PNG, GIF or WAV file; what it decodes to does not change.
    entry, record : mapping
        The output, and the record of its run.
    terms : Terms
        Title, authors, licence, and whether training is allowed.
    identity : Identity
        What to sign with.
    """
    import c2pa

    kind = TYPES[path.suffix]
    info = c2pa.C2paSignerInfo(
        alg=c2pa.C2paSigningAlg.ES256, sign_cert=identity.chain_pem, private_key=identity.key_pem(), ta_url=None
    )
    aside = path.with_name(f".signed{path.suffix}")
    context = c2pa.Context(c2pa.Settings.from_dict(_settings([identity.root_pem.decode()])))
    manifest = _manifest(kind, entry, record, terms)
    with (
        c2pa.Signer.from_info(info) as signer,
        c2pa.Builder(manifest, context) as builder,
        path.open("rb") as before,
        aside.open("w+b") as after,
    ):
        builder.sign(signer, kind, before, after)
    aside.replace(path)


def read(path: Path) -> Credentials:
    """Read the content credentials of a picture or a sound, offline; whatever the file holds, nothing is raised.

    Parameters
    ----------
    path : Path
        The file; its suffix says what it is.

    Returns
    -------
    Credentials
        What they say, and what they are worth.
    """
    import c2pa
    from cryptography.hazmat.primitives.serialization import Encoding

    if path.suffix not in TYPES:
        return Credentials("none", reason=_("Files of this kind bear no content credentials."))
    anchors = [each.public_bytes(Encoding.PEM).decode() for each in trusted_roots()]
    try:
        context = c2pa.Context(c2pa.Settings.from_dict(_settings(anchors)))
        with path.open("rb") as file, c2pa.Reader(TYPES[path.suffix], file, context=context) as reader:
            state, document = reader.get_validation_state(), json.loads(reader.json())
        return _read(str(state), document)
    except c2pa.C2paError as error:
        if "ManifestNotFound" in f"{type(error).__name__} {error}":
            return Credentials("none", reason=_("It bears no content credentials."))
        return Credentials("invalid", reason=_("Its content credentials cannot be read."))
    except Exception:
        return Credentials("invalid", reason=_("Its content credentials cannot be read."))


def _read(state: str, document: dict[str, Any]) -> Credentials:
    manifest = document["manifests"][document["active_manifest"]]
    said = {each["label"]: each["data"] for each in manifest.get("assertions", [])}
    metadata = said.get("cawg.metadata", {})
    uses = {each.get("use") for each in said.get("cawg.training-mining", {}).get("entries", {}).values()}
    worth = {"Trusted": "trusted", "Valid": "valid"}.get(state, "invalid")
    reasons = {
        "trusted": _("Its content credentials are intact, and signed by a lab that this one trusts."),
        "valid": _("Its content credentials are intact, and signed by a lab that this one does not know."),
        "invalid": _("It was changed since its content credentials were signed."),
    }
    creators = metadata.get("dc:creator", [])
    return Credentials(
        state=worth,
        title=str(manifest.get("title") or ""),
        signer=str((manifest.get("signature_info") or {}).get("common_name") or ""),
        authors=tuple(map(str, creators if isinstance(creators, list) else [creators])),
        training_mining="notAllowed" if "notAllowed" in uses else "allowed" if uses == {"allowed"} else "",
        reason=reasons[worth],
    )


def _settings(anchors: Sequence[str]) -> dict[str, Any]:
    return {
        "version": 1,
        "trust": {"user_anchors": "\n".join(anchors)} if anchors else {},
        "verify": {"verify_trust": True, "remote_manifest_fetch": False, "ocsp_fetch": False},
        # It would be larger than many a work.
        "builder": {"thumbnail": {"enabled": False}},
    }


def _manifest(kind: str, entry: Mapping[str, Any], record: Mapping[str, Any], terms: Terms) -> dict[str, Any]:
    lab = {"name": "ArtIA Lab", "version": version(DISTRIBUTION)}
    corpus = record["corpus"]
    created = {
        "action": "c2pa.created",
        "digitalSourceType": IPTC + source_type(record, entry),
        "softwareAgent": lab,
        "description": record["experiment"],
        "parameters": {"ingredientIds": ["corpus"]},
    }
    use = "allowed" if terms.allow_training else "notAllowed"
    return {
        "claim_generator_info": [lab],
        "title": terms.title,
        "format": kind,
        "ingredients": [
            {
                "label": "corpus",
                "relationship": "inputTo",
                "title": corpus["title"],
                "format": "application/octet-stream",
                "description": f"sha256 {corpus['digest']}",
            }
        ],
        "assertions": [
            {"label": "c2pa.actions.v2", "data": {"actions": [created]}},
            {"label": "cawg.training-mining", "data": {"entries": {name: {"use": use} for name in USES}}},
            {"label": "cawg.metadata", "kind": "Json", "data": _metadata(record, terms)},
        ],
    }


def _metadata(record: Mapping[str, Any], terms: Terms) -> dict[str, Any]:
    corpus, items = record["corpus"], record["items"]
    credits = [f"{each['file']} — {each['author']} — {each['licence']}" for each in items[:CREDITED]]
    if len(items) > CREDITED:
        credits.append(f"+ {len(items) - CREDITED}")
    return {
        "@context": {
            "dc": "http://purl.org/dc/elements/1.1/",
            "xmpRights": "http://ns.adobe.com/xap/1.0/rights/",
        },
        "dc:title": terms.title,
        "dc:creator": list(terms.authors),
        "dc:rights": terms.licence,
        "dc:source": [f"{corpus['title']} — {', '.join(corpus['authors'])} — {corpus['licence']}", *credits],
        "xmpRights:UsageTerms": terms.licence,
    }

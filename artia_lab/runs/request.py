"""What was asked of a run: written once, before anything starts."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Self


@dataclass(frozen=True, kw_only=True)
class Request:
    """One thing asked: an experiment, its checked parameters and a corpus.

    Attributes
    ----------
    experiment : str
        Its id.
    parameters : dict
        Every value by name, as JSON types.
    corpus_id : str
        What finds the corpus again.
    corpus_digest : str
        What it held then.
    notebook : str
        The notebook that asked, or ``""``.
    language : {"fr", "en"}
        The language in which the run speaks.
    resumes : str
        The id of the run whose checkpoint this one goes on from, or ``""``.
    """

    experiment: str
    parameters: dict[str, Any]
    corpus_id: str
    corpus_digest: str
    notebook: str = ""
    language: str = "en"
    resumes: str = ""

    def to_json(self) -> dict[str, Any]:
        """Give the document that is written.

        Returns
        -------
        dict
            Plain JSON types.
        """
        return {"format": 1, **asdict(self)}

    @classmethod
    def from_json(cls, document: dict[str, Any]) -> Self:
        """Read the document back.

        Parameters
        ----------
        document : dict
            As `to_json` gave it.

        Returns
        -------
        Request
            What was asked.
        """
        return cls(**{name: document[name] for name in cls.__dataclass_fields__ if name in document})

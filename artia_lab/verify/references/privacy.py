"""What a machine must not tell in a file that is shared: its folders and its name."""

from __future__ import annotations

import re
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from artia_lab.errors import Mistake
from artia_lab.home import home
from artia_lab.i18n import _

# Base64 is letters and slashes at random: what looks like a folder in it is none.
_DATA = re.compile(r"(data:[^\s,;\"']*;base64,[A-Za-z0-9+/=\s]*)")
_ENCODED = ("image/", "audio/", "video/", "application/pdf")


@dataclass(frozen=True)
class Private:
    """The folders of a machine, each with what may be said in its place, and the machine's name.

    Attributes
    ----------
    folders : tuple of tuple of str
        ``(folder, word)``, the longest folder first.
    host : str
        The machine's name; ``""`` for none.
    """

    folders: tuple[tuple[str, str], ...]
    host: str = ""

    @classmethod
    def of_this_machine(cls, rerun: Path, notebooks: Path) -> Private:
        """Look at this machine.

        Parameters
        ----------
        rerun, notebooks : Path
            The folder of the rerun, and that of the notebook.

        Returns
        -------
        Private
            What it must not tell.
        """
        # What stands in their place is still known for a folder when texts are compared.
        said = [(Path.home(), "~"), (home(), "~/artia")]
        said += [(notebooks, "~/artia/notebooks"), (rerun, "~/artia/reruns")]
        pairs = {str(folder): word for folder, word in said if folder != Path("/")}
        longest = sorted(pairs.items(), key=lambda pair: len(pair[0]), reverse=True)
        name = socket.gethostname()
        return cls(tuple(longest), name if name != "localhost" else "")

    def cleaned(self, document: Any) -> Any:
        """Replace the folders in a JSON document by words that are the same everywhere.

        Parameters
        ----------
        document : object
            JSON types.

        Returns
        -------
        object
            The same, but for the texts that named a folder.
        """
        if isinstance(document, str):
            parts = _DATA.split(document)
            return "".join(part if number % 2 else self._text(part) for number, part in enumerate(parts))
        if isinstance(document, list):
            return [self.cleaned(each) for each in document]
        if isinstance(document, dict):
            encoded = {name for name in document if name.startswith(_ENCODED)}
            if document.get("encoding") == "base64":
                encoded.add("data")
            return {name: each if name in encoded else self.cleaned(each) for name, each in document.items()}
        return document

    def refuse(self, file: Path) -> None:
        """Refuse a text that names a folder or this machine.

        Parameters
        ----------
        file : Path
            A text, whose content must stay as it is.

        Raises
        ------
        Mistake
            If it does.
        """
        text = file.read_text(encoding="utf-8", errors="replace")
        if self._text(text) != text:
            raise Mistake(
                _(
                    "The output “{file}” names a folder of this machine, or the machine, so it cannot become a "
                    "reference that others read. Change what the notebook writes, then keep it again."
                ).format(file=file.name)
            )

    def _text(self, text: str) -> str:
        for folder, word in self.folders:
            text = re.sub(rf"(?<![\w.-]){re.escape(folder)}(?![\w-]|\.\w)", word, text)
        # A short name may be a word of any text.
        if len(self.host) > 8 or re.search(r"[\d.-]", self.host):
            text = re.sub(rf"(?<![\w.-]){re.escape(self.host)}(?![\w-]|\.\w)", "host", text)
        return text

"""The process that decodes untrusted files: one request at a time, with little memory and nothing to write to.

It starts with a socket as its standard input. Each request is one piece of JSON, accompanied by the descriptor
of the file, already open: the child never opens a file by its name. Each answer is one line of JSON, followed by
as many bytes as it says.
"""

from __future__ import annotations

import hashlib
import json
import os
import socket
from typing import Any, NamedTuple

ADDRESS_SPACE_BYTES = 4 << 30
REQUEST_BYTES = 1 << 16


class Refused(Exception):
    """A file that is not decoded, with the code and the numbers of the sentence that says why.

    Parameters
    ----------
    code : str
        One of the codes of `artia_lab.corpora.refusals`.
    **facts : int or float
        The numbers its sentence quotes.
    """

    def __init__(self, code: str, **facts: float) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts


class Pixels(NamedTuple):
    """An 8-bit picture, without numpy: to import it is two thirds of the start of this process.

    Attributes
    ----------
    shape : tuple of int
        Height and width in px, and 3.
    values : bytes
        sRGB values, row by row.
    """

    shape: tuple[int, int, int]
    values: bytes


def main() -> None:
    """Serve requests until the other end of the socket closes."""
    limit()
    with socket.socket(fileno=0) as channel:
        channel.sendall(b"{}\n")
        while True:
            line, descriptors, _flags, _address = socket.recv_fds(channel, REQUEST_BYTES, 1)
            if not line:
                return
            request = json.loads(line)
            try:
                facts, payload = serve(request, descriptors[0])
            finally:
                os.close(descriptors[0])
            channel.sendall(json.dumps(facts).encode("ascii") + b"\n")
            channel.sendall(payload)


def limit() -> None:
    """Give up, for good, the memory, the files and the processes that decoding never needs."""
    import resource

    for name, value in {
        "RLIMIT_AS": ADDRESS_SPACE_BYTES,
        "RLIMIT_NOFILE": 64,
        "RLIMIT_FSIZE": 0,
        "RLIMIT_CORE": 0,
        "RLIMIT_NPROC": 0,
    }.items():
        _soft, hard = resource.getrlimit(getattr(resource, name))
        ceiling = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(getattr(resource, name), (ceiling, ceiling))


def serve(request: dict[str, Any], descriptor: int) -> tuple[dict[str, Any], memoryview]:
    """Decode one file.

    Parameters
    ----------
    request : dict
        ``medium``, ``sha256``, and ``max_side`` for a picture or ``sr`` for a sound; or ``medium`` and
        ``exactly``, as `artia_lab.corpora.decode_exact` reads it.
    descriptor : int
        The file, open for reading.

    Returns
    -------
    facts : dict
        ``size`` (bytes) of what follows, with the ``dtype`` and the ``shape`` of an array; or ``refused``, a code,
        with its ``facts``; or ``lacks``, a Python package that is not installed.
    payload : memoryview
        The decoded content.
    """
    try:
        with open(descriptor, "rb", closefd=False) as file:
            # What is compared exactly has no digest that it must have.
            if "exactly" not in request and hashlib.file_digest(file, "sha256").hexdigest() != request["sha256"]:
                raise Refused("changed")
            file.seek(0)
            decoded = _decode(request, file)
            if isinstance(decoded, bytes):
                return {"size": len(decoded)}, memoryview(decoded)
            if isinstance(decoded, Pixels):
                facts = {"dtype": "uint8", "shape": decoded.shape, "size": len(decoded.values)}
                return facts, memoryview(decoded.values)
            payload = memoryview(decoded).cast("B")
            return {"dtype": str(decoded.dtype), "shape": decoded.shape, "size": payload.nbytes}, payload
    except Refused as refused:
        return {"refused": refused.code, "facts": refused.facts}, memoryview(b"")
    except MemoryError:
        return {"refused": "memory", "facts": {}}, memoryview(b"")
    except ImportError as error:
        return {"lacks": str(error.name)}, memoryview(b"")
    except Exception:  # a decoder may raise anything at all on a file made to hurt it
        return {"refused": "damaged", "facts": {}}, memoryview(b"")


def _decode(request: dict[str, Any], file: Any) -> Any:
    if "exactly" in request:
        from artia_lab.corpora.decode_exact import decode_exactly

        return decode_exactly(file, request["medium"])
    from artia_lab.corpora.recognise import HEAD_BYTES, recognise

    kind = recognise(file.read(HEAD_BYTES))
    file.seek(0)
    if not kind.medium:
        raise Refused(kind.name)
    if kind.medium != request["medium"]:
        raise Refused("not-" + request["medium"])
    if kind.medium == "image":
        from artia_lab.corpora.decode_picture import decode_picture

        return decode_picture(file, kind.name, request["max_side"])
    if kind.medium == "audio":
        from artia_lab.corpora.decode_sound import decode_sound

        return decode_sound(file, kind.name, request["sr"])
    from artia_lab.corpora.decode_text import decode_text

    return decode_text(file)


if __name__ == "__main__":
    main()

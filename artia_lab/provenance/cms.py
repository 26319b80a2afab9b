"""Reading the detached signatures that we make: RFC 5652, SignedData, one signer, ECDSA and SHA-256, nothing else.

`cryptography` writes such signatures and offers no public function to check one; the little DER that stands around
its certificates is read here, strictly: what is not as expected is no signature.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import NamedTuple

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

# Object identifiers, as DER writes their values.
SIGNED_DATA = bytes.fromhex("2a864886f70d010702")
DATA = bytes.fromhex("2a864886f70d010701")
CONTENT_TYPE = bytes.fromhex("2a864886f70d010903")
MESSAGE_DIGEST = bytes.fromhex("2a864886f70d010904")
SHA_256 = bytes.fromhex("608648016503040201")
ECDSA_SHA_256 = bytes.fromhex("2a8648ce3d040302")

INTEGER, OCTETS, OBJECT, SEQUENCE, SET, TAGGED = 0x02, 0x04, 0x06, 0x30, 0x31, 0xA0


class Unreadable(Exception):
    """What was given is not a signature such as we make."""


@dataclass(frozen=True)
class Signed:
    """A detached signature, read.

    Attributes
    ----------
    certificates : list of Certificate
        Those inside.
    issuer : bytes
        DER of the name of whoever issued the certificate of the signer.
    serial : int
        Number of that certificate.
    attributes : bytes
        DER of the set that was signed.
    digest : bytes
        sha256 of the content, as the attributes say it.
    signature : bytes
        ECDSA signature of the attributes.
    """

    certificates: list[x509.Certificate]
    issuer: bytes
    serial: int
    attributes: bytes
    digest: bytes
    signature: bytes

    def is_of(self, content: bytes, leaf: x509.Certificate) -> bool:
        """Say whether this is the signature of a content with the key of a certificate.

        Parameters
        ----------
        content : bytes
            The content.
        leaf : Certificate
            Whose key must have signed.

        Returns
        -------
        bool
            False too when the key is of another kind than ours.
        """
        if hashlib.sha256(content).digest() != self.digest:
            return False
        try:
            key = leaf.public_key()
            if not isinstance(key, ec.EllipticCurvePublicKey):
                return False
            key.verify(self.signature, self.attributes, ec.ECDSA(SHA256()))
        except (InvalidSignature, UnsupportedAlgorithm, ValueError):
            return False
        return True


def read_signed(signature: bytes) -> Signed:
    """Read a detached signature.

    Parameters
    ----------
    signature : bytes
        CMS, DER.

    Returns
    -------
    Signed
        What it says; nothing is checked yet.

    Raises
    ------
    Unreadable
        If it is anything else than what we make.
    """
    try:
        return _read(signature)
    except Exception as error:
        # Those of our own reading, and all that a certificate can be wrong in.
        raise Unreadable from error


def _read(signature: bytes) -> Signed:
    kind, tagged = _inside(_only(_parts(signature)), SEQUENCE)
    _same(kind.value, SIGNED_DATA)
    data = _only(_inside(tagged, TAGGED))
    version, digests, content, certificates, signers = _inside(data, SEQUENCE)
    _same(version.tag, INTEGER)
    _same(_algorithm(_only(_inside(digests, SET))), SHA_256)
    # Only the type of the content: the content itself stands elsewhere.
    _same(_only(_inside(content, SEQUENCE)).value, DATA)
    signer = _inside(_only(_inside(signers, SET)), SEQUENCE)
    version, who, digest_algorithm, attributes, algorithm, signed = signer
    _same(version.tag, INTEGER)
    _same((_algorithm(digest_algorithm), _algorithm(algorithm)), (SHA_256, ECDSA_SHA_256))
    issuer, serial = _inside(who, SEQUENCE)
    _same((issuer.tag, serial.tag, signed.tag), (SEQUENCE, INTEGER, OCTETS))
    said = _attributes(attributes)
    _same((said[CONTENT_TYPE].tag, said[CONTENT_TYPE].value, said[MESSAGE_DIGEST].tag), (OBJECT, DATA, OCTETS))
    return Signed(
        certificates=[x509.load_der_x509_certificate(each.whole) for each in _inside(certificates, TAGGED)],
        issuer=issuer.whole,
        serial=int.from_bytes(serial.value, signed=True),
        # They were signed as the set that they are, before they were given a tag (RFC 5652, 5.4).
        attributes=bytes([SET]) + attributes.whole[1:],
        digest=said[MESSAGE_DIGEST].value,
        signature=signed.value,
    )


class _Part(NamedTuple):
    """One element of DER: its tag, its value, and both with the length between them."""

    tag: int
    value: bytes
    whole: bytes


def _parts(der: bytes) -> list[_Part]:
    found = []
    while der:
        length, start = der[1], 2
        if length >= 0x80:
            start += length - 0x80
            length = int.from_bytes(der[2:start])
        if len(der) < start + length:
            raise ValueError("cut short")
        found.append(_Part(der[0], der[start : start + length], der[: start + length]))
        der = der[start + length :]
    return found


def _inside(part: _Part, tag: int) -> list[_Part]:
    _same(part.tag, tag)
    return _parts(part.value)


def _only(parts: list[_Part]) -> _Part:
    [part] = parts
    return part


def _algorithm(part: _Part) -> bytes:
    name = _inside(part, SEQUENCE)[0]
    _same(name.tag, OBJECT)
    return name.value


def _attributes(part: _Part) -> dict[bytes, _Part]:
    pairs = [_inside(each, SEQUENCE) for each in _inside(part, TAGGED)]
    said = {kind.value: values for kind, values in pairs}
    _same(len(said), len(pairs))
    return {kind: _only(_inside(said[kind], SET)) for kind in (CONTENT_TYPE, MESSAGE_DIGEST)}


def _same(found: object, expected: object) -> None:
    if found != expected:
        raise ValueError(f"{found!r}, not {expected!r}")

"""Making two keys and the certificates for them, such as C2PA and S/MIME ask."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

# A publication is read long after it was made, and nobody but the lab itself says when that was.
LASTS = timedelta(days=365 * 30)
# The clock of the machine that reads may be late.
BEFORE = timedelta(days=1)

_UNUSED = ("content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "encipher_only",
           "decipher_only")  # fmt: skip


def issued() -> tuple[bytes, bytes, bytes, bytes]:
    """Make a root and a leaf under it, named after nobody.

    Returns
    -------
    tuple of bytes
        The certificates of the root and of the leaf, then their keys in the same order; PEM.
    """
    root_key, leaf_key = generate_private_key(SECP256R1()), generate_private_key(SECP256R1())
    lab = f"ArtIA Lab {secrets.token_hex(4)}"
    root_name = _name(f"{lab}, root")
    root = _begun(root_name, root_name, root_key, root_key, authority=True)
    leaf = _begun(_name(lab), root_name, leaf_key, root_key, authority=False)
    # What S/MIME, and so the openssl command, and C2PA both accept.
    leaf = leaf.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), False)
    signed = (each.sign(root_key, SHA256()).public_bytes(Encoding.PEM) for each in (root, leaf))
    keys = (each.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()) for each in (root_key, leaf_key))
    return (*signed, *keys)  # type: ignore[return-value]


def _begun(
    subject: x509.Name,
    issuer: x509.Name,
    key: EllipticCurvePrivateKey,
    issuer_key: EllipticCurvePrivateKey,
    *,
    authority: bool,
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    usage = {"digital_signature": not authority, "key_cert_sign": authority, "crl_sign": authority}
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - BEFORE)
        .not_valid_after(now + LASTS)
        .add_extension(x509.BasicConstraints(ca=authority, path_length=0 if authority else None), True)
        .add_extension(x509.KeyUsage(**usage, **dict.fromkeys(_UNUSED, False)), True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), False)
    )


def _name(common: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "ArtIA Lab"),
            x509.NameAttribute(NameOID.COMMON_NAME, common),
        ]
    )

"""The certificates and keys that this lab signs with: a root of its own, and a leaf under it.

The root is what others may choose to trust; the leaf signs. Both are made here, on this machine, and named after
nobody: a fingerprint tells two labs apart. The keys never leave their folder.
"""

from __future__ import annotations

import os
import secrets
import shutil
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from artia_lab.errors import Mistake
from artia_lab.home import home
from artia_lab.i18n import _

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
    from cryptography.x509 import Certificate

ROOT, LEAF, ROOT_KEY, LEAF_KEY = "root.pem", "leaf.pem", "root.key", "leaf.key"


@dataclass(frozen=True)
class Identity:
    """What this lab signs with.

    Attributes
    ----------
    folder : Path
        Where the two certificates and their keys are; nobody else may look into it.
    """

    folder: Path

    @classmethod
    def of_this_lab(cls) -> Identity:
        """Open the identity under `artia_lab.home.home`, made when it is first needed.

        Returns
        -------
        Identity
            The same one for as long as its folder stands.

        Raises
        ------
        Mistake
            If it cannot be made there, or was damaged.
        """
        identity = cls(identity_folder() / "own")
        if not identity.folder.is_dir():
            try:
                _make(identity.folder)
            except OSError as error:
                raise Mistake(
                    _(
                        "The certificates that this lab signs with cannot be kept in “{folder}”: {reason}. Make "
                        "room there, or ask for the right to write there."
                    ).format(folder=identity.folder, reason=error.strerror)
                ) from error
        return identity._checked()

    @cached_property
    def root(self) -> Certificate:
        """The certificate that others may choose to trust.

        Returns
        -------
        Certificate
            Signed by itself.
        """
        return _certificate(self.folder / ROOT)

    @cached_property
    def leaf(self) -> Certificate:
        """The certificate of the key that signs.

        Returns
        -------
        Certificate
            Signed by the root.
        """
        return _certificate(self.folder / LEAF)

    @property
    def root_pem(self) -> bytes:
        """The root, as it is given to others.

        Returns
        -------
        bytes
            PEM.
        """
        return (self.folder / ROOT).read_bytes()

    @property
    def root_fingerprint(self) -> str:
        """Tell this lab from another.

        Returns
        -------
        str
            sha256 of the root, in hexadecimal.
        """
        return fingerprint(self.root)

    @property
    def chain_pem(self) -> bytes:
        """The two certificates, the leaf first.

        Returns
        -------
        bytes
            PEM.
        """
        return (self.folder / LEAF).read_bytes() + self.root_pem

    def key_pem(self) -> bytes:
        """Read the key of the leaf, for the library that signs pictures and sounds.

        Returns
        -------
        bytes
            PEM; to be shown, written or sent nowhere.
        """
        return (self.folder / LEAF_KEY).read_bytes()

    def sign(self, content: bytes) -> bytes:
        """Sign a content.

        Parameters
        ----------
        content : bytes
            Anything.

        Returns
        -------
        bytes
            A detached CMS signature, DER, with the leaf and the root inside.
        """
        from cryptography.hazmat.primitives.hashes import SHA256
        from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key, pkcs7

        key: EllipticCurvePrivateKey = load_pem_private_key(self.key_pem(), None)  # type: ignore[assignment]
        options = [
            pkcs7.PKCS7Options.DetachedSignature,
            pkcs7.PKCS7Options.Binary,
            pkcs7.PKCS7Options.NoCapabilities,
        ]
        builder = pkcs7.PKCS7SignatureBuilder().set_data(content).add_signer(self.leaf, key, SHA256())
        return builder.add_certificate(self.root).sign(Encoding.DER, options)

    def _checked(self) -> Identity:
        try:
            for name in (ROOT_KEY, LEAF_KEY):
                os.chmod(self.folder / name, 0o600)
            self.leaf.verify_directly_issued_by(self.root)
        except Exception as error:
            raise Mistake(
                _(
                    "The certificates that this lab signs with are damaged: “{folder}” should hold four files. "
                    "Put a copy of it back; or move it away, and the lab makes others, which those who trusted it "
                    "will not know."
                ).format(folder=self.folder)
            ) from error
        return self


def identity_folder() -> Path:
    """Name the folder of what this lab signs with and whom it trusts.

    Returns
    -------
    Path
        ``identity`` under `artia_lab.home.home`; not created.
    """
    return home() / "identity"


def trusted_roots() -> list[Certificate]:
    """List the roots that this lab trusts, without making an identity for it.

    Returns
    -------
    list of Certificate
        Its own, then those in ``identity/trusted/*.pem``; a file there that is no certificate counts for nothing.
    """
    from cryptography import x509

    found = []
    for path in (identity_folder() / "own" / ROOT, *sorted((identity_folder() / "trusted").glob("*.pem"))):
        try:
            found += x509.load_pem_x509_certificates(path.read_bytes())
        except (OSError, ValueError):
            continue
    return found


def fingerprint(certificate: Certificate) -> str:
    """Tell a certificate from any other.

    Parameters
    ----------
    certificate : Certificate
        The certificate.

    Returns
    -------
    str
        Its sha256, in hexadecimal.
    """
    from cryptography.hazmat.primitives.hashes import SHA256

    return certificate.fingerprint(SHA256()).hex()


def common_name(certificate: Certificate) -> str:
    """Name the subject of a certificate.

    Parameters
    ----------
    certificate : Certificate
        The certificate.

    Returns
    -------
    str
        Its common name, or ``""``.
    """
    from cryptography.x509.oid import NameOID

    names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(names[0].value) if names else ""


def _certificate(path: Path) -> Certificate:
    from cryptography import x509

    return x509.load_pem_x509_certificate(path.read_bytes())


def _make(folder: Path) -> None:
    """Make an identity aside, then put it in place: two processes that start at once end with the same one."""
    from artia_lab.provenance.certificates import issued

    folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.chmod(folder.parent, 0o700)
    aside = folder.with_name(f".{secrets.token_hex(4)}")
    aside.mkdir(mode=0o700)
    try:
        for name, content in zip((ROOT, LEAF, ROOT_KEY, LEAF_KEY), issued(), strict=True):
            descriptor = os.open(aside / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with open(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(descriptor)
        try:
            os.rename(aside, folder)
        except OSError:
            if not folder.is_dir():
                raise
    finally:
        shutil.rmtree(aside, ignore_errors=True)

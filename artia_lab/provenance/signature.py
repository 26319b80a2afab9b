"""Whether a detached signature is of this content, and whose."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from artia_lab.i18n import _
from artia_lab.provenance.identity import common_name, fingerprint, identity_folder, trusted_roots

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

# A signature of ours has some 2 kB; a larger one is not read at all.
LIMIT_BYTES = 65_536


@dataclass(frozen=True)
class Signature:
    """What a signature is worth.

    Attributes
    ----------
    valid : bool
        Whether the content is what was signed, by a chain that holds together.
    signer : str
        Common name of the leaf; ``""`` when unreadable.
    root_fingerprint : str
        sha256 of the root certificate, in hexadecimal; ``""`` when unreadable.
    trusted : bool
        Whether it is valid and its root is this lab's, or stands in ``ARTIA_HOME/identity/trusted/*.pem``.
    reason : str
        A sentence, in the language in force, that says why.
    """

    valid: bool
    signer: str
    root_fingerprint: str
    trusted: bool
    reason: str


def verify_signature(content: bytes, signature: bytes) -> Signature:
    """Check a detached signature, offline; whatever the bytes, nothing is raised.

    Parameters
    ----------
    content : bytes
        What was signed.
    signature : bytes
        CMS, DER, as `artia_lab.provenance.Identity.sign` makes it: one signer, ECDSA and SHA-256, the leaf and
        the root inside.

    Returns
    -------
    Signature
        What it is worth. A signature that is valid says that nothing changed since it was signed; only one whose
        root is trusted says by whom.
    """
    from artia_lab.provenance.cms import Unreadable, read_signed

    try:
        if len(signature) > LIMIT_BYTES:
            raise Unreadable
        signed = read_signed(signature)
        leaf, root = _chain(signed.certificates, signed.issuer, signed.serial)
    except Unreadable:
        return Signature(False, "", "", False, _("The signature cannot be read, so it proves nothing."))
    signer, found = common_name(leaf), fingerprint(root)
    if not signed.is_of(content, leaf):
        reason = _("What was signed is not what stands here: it was changed since “{signer}” signed it.")
        return Signature(False, signer, found, False, reason.format(signer=signer))
    now = datetime.now(UTC)
    if any(not each.not_valid_before_utc <= now <= each.not_valid_after_utc for each in (leaf, root)):
        reason = _("The certificate of “{signer}” is out of date, or the clock of this machine is wrong.")
        return Signature(False, signer, found, False, reason.format(signer=signer))
    if found in {fingerprint(each) for each in trusted_roots()}:
        reason = _("Signed by “{signer}”, which this lab trusts, and unchanged since.")
        return Signature(True, signer, found, True, reason.format(signer=signer))
    reason = _(
        "Unchanged since it was signed by “{signer}”, whom this lab does not know. Ask whoever sent it to read "
        "you the fingerprint of their root: if it is {fingerprint}, put their file root.pem in the folder "
        "{folder}."
    )
    return Signature(
        True,
        signer,
        found,
        False,
        reason.format(signer=signer, fingerprint=found, folder=identity_folder() / "trusted"),
    )


def _chain(certificates: list[Certificate], issuer: bytes, serial: int) -> tuple[Certificate, Certificate]:
    """Find the leaf that signed and the root that vouches for it, each fit for its part."""
    from cryptography import x509

    from artia_lab.provenance.cms import Unreadable

    try:
        [leaf] = [
            each for each in certificates if each.serial_number == serial and each.issuer.public_bytes() == issuer
        ]
        [root] = [each for each in certificates if each.subject == leaf.issuer and each is not leaf]
        leaf.verify_directly_issued_by(root)
        root.verify_directly_issued_by(root)
        fit = (
            root.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
            and root.extensions.get_extension_for_class(x509.KeyUsage).value.key_cert_sign
            and not leaf.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
            and leaf.extensions.get_extension_for_class(x509.KeyUsage).value.digital_signature
        )
    except Exception as error:
        raise Unreadable from error
    if not fit:
        raise Unreadable
    return leaf, root

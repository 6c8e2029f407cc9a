"""The lab's own certificate authority: it issues what load balancers present."""

import functools
import ipaddress
import ssl
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from lab.aws.certificates import Certificate

DAY = timedelta(days=1)
_NAME = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "tag-team lab")])
_SIGNS = x509.KeyUsage(
    key_cert_sign=True,
    crl_sign=True,
    digital_signature=False,
    content_commitment=False,
    key_encipherment=False,
    data_encipherment=False,
    key_agreement=False,
    encipher_only=False,
    decipher_only=False,
)


class Authority:
    """Makes itself a key at its start and keeps its files in `directory`.

    ca_file: its own certificate and after it those that this machine trusts, so that a program that is given this
    file in SSL_CERT_FILE, which replaces the machine's, goes on reaching everything else.
    """

    def __init__(self, directory: Path) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._leaf_key = ec.generate_private_key(ec.SECP256R1())
        self._leaf_file = directory / "leaf.pem"
        self.ca_file = (directory / "ca.pem").resolve()
        self.ca_file.write_text("\n".join([_pem(self._own()), *_trusted_by_this_machine()]))
        self.context = functools.lru_cache(maxsize=64)(self._context)

    def _context(self, certificate: Certificate) -> ssl.SSLContext:
        """What a server needs to present a certificate for these names with this end."""
        not_after = datetime.fromtimestamp(certificate.not_after, UTC)
        issued = self._signed(
            _builder(x509.Name([]), min(datetime.now(UTC), not_after) - DAY, not_after)
            .public_key(self._leaf_key.public_key())
            .add_extension(x509.SubjectAlternativeName(_names(certificate.names)), critical=True)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()), critical=False)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        )
        key = self._leaf_key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        self._leaf_file.touch(mode=0o600)
        self._leaf_file.write_text(_pem(issued) + key.decode())  # contexts take files only
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self._leaf_file)
        return context

    def _own(self) -> x509.Certificate:
        now = datetime.now(UTC)
        return self._signed(
            _builder(_NAME, now - 2 * DAY, now + 3650 * DAY)
            .public_key(self._key.public_key())
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_SIGNS, critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(self._key.public_key()), critical=False)
        )

    def _signed(self, builder: x509.CertificateBuilder) -> x509.Certificate:
        return builder.sign(self._key, hashes.SHA256())


def _builder(subject: x509.Name, not_before: datetime, not_after: datetime) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(_NAME)
        .serial_number(x509.random_serial_number())
        .not_valid_before(not_before)
        .not_valid_after(not_after)
    )


def _names(names: Sequence[str]) -> list[x509.GeneralName]:
    return [_name(name) for name in names]


def _name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


def _trusted_by_this_machine() -> list[str]:
    found = ssl.get_default_verify_paths().cafile  # SSL_CERT_FILE where that is set
    return [Path(found).read_text()] if found else []

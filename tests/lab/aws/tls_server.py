"""A certificate authority to throw away, and a server of one page behind a certificate of it."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

PAGE = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Release: 2.0.0\r\nConnection: close\r\n\r\nok"


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


class Authority:
    """Signs certificates in `directory`; `root` is the file that those who trust it read."""

    def __init__(self, directory: Path) -> None:
        self._directory, self._key = directory, ec.generate_private_key(ec.SECP256R1())
        certificate = self._sign(["Throw-away CA"], self._key.public_key(), days=1, authority=True)
        self.root = directory / "root.pem"
        self.root.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))

    def _sign(
        self, names: Sequence[str], key: ec.EllipticCurvePublicKey, days: int, authority: bool = False
    ) -> x509.Certificate:
        now = datetime.now(UTC)
        issuer = x509.SubjectKeyIdentifier.from_public_key(self._key.public_key())
        builder = (
            x509.CertificateBuilder()
            .subject_name(_name(names[0]))
            .issuer_name(_name("Throw-away CA"))
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=10))
            .not_valid_after(now + timedelta(days=days))
            .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(issuer), critical=False)
        )
        if not authority:
            alternatives = x509.SubjectAlternativeName([x509.DNSName(name) for name in names])
            builder = builder.add_extension(alternatives, critical=False)
        return builder.sign(self._key, hashes.SHA256())

    def certify(self, *names: str, days: int = 1) -> tuple[bytes, bytes]:
        """A private key and a certificate for `names`, which expires in so many `days`; both as PEM."""
        key = ec.generate_private_key(ec.SECP256R1())
        plain = serialization.NoEncryption()
        return (
            key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain),
            self._sign(names, key.public_key(), days).public_bytes(serialization.Encoding.PEM),
        )

    def server_context(self, name: str, days: int = 1) -> ssl.SSLContext:
        """For a server with such a certificate for `name`."""
        path = self._directory / f"{name}-{days}.pem"
        path.write_bytes(b"".join(self.certify(name, days=days)))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
        return context


@dataclass
class Served:
    """What a server was asked: the heads of the requests, the names in the TLS handshakes, how many at once."""

    port: int = 0
    heads: list[str] = field(default_factory=list)
    server_names: list[str | None] = field(default_factory=list)
    at_once: int = 0
    most_at_once: int = 0


@asynccontextmanager
async def serving(
    address: str,
    tls: ssl.SSLContext | None,
    page: Callable[[int], bytes] = lambda _number: PAGE,
    seconds: float = 0.0,
    port: int = 0,
    company: int = 1,
) -> AsyncIterator[Served]:
    """Serve on `address`: `page` of the number of the request (from 1), after so many `seconds`.

    Nobody is answered before `company` were there at once.
    """
    served, together = Served(), asyncio.Event()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        served.at_once += 1
        served.most_at_once = max(served.most_at_once, served.at_once)
        if served.at_once >= company:
            together.set()
        try:
            served.heads.append((await reader.readuntil(b"\r\n\r\n")).decode())
            answer = page(len(served.heads))
            await together.wait()
            await asyncio.sleep(seconds)
            writer.write(answer)
            await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            return  # the client has left
        finally:
            served.at_once -= 1
            writer.close()

    def note_name(_object: object, name: str | None, _context: ssl.SSLContext) -> None:
        served.server_names.append(name)

    if tls:
        tls.sni_callback = note_name
    server = await asyncio.start_server(connected, address, port, ssl=tls)
    served.port = server.sockets[0].getsockname()[1]
    async with server:
        yield served

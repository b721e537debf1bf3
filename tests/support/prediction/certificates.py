"""Certificates for a cluster, made for one test: an authority, and one certificate that it has signed."""

import socket
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.support.polling import PATIENCE_SECONDS


@dataclass(frozen=True)
class Certificates:
    """PEM files of an authority, a certificate that it has signed, and its key."""

    ca: Path
    cert: Path
    key: Path

    @property
    def texts(self) -> dict[str, str]:
        """Return the settings that have the texts themselves."""
        return {name: Path(path).read_text() for name, path in self.environment.items()}

    @property
    def environment(self) -> dict[str, str]:
        """Return the settings that name the files."""
        return {
            "PREDICTION_CLUSTER_CA": str(self.ca),
            "PREDICTION_CLUSTER_CERT": str(self.cert),
            "PREDICTION_CLUSTER_KEY": str(self.key),
        }


def make_certificates(folder: Path) -> Certificates:
    """Make an authority and one certificate, for all processes of a cluster."""
    folder.mkdir(parents=True, exist_ok=True)
    authority_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    authority = _sign(authority_key, authority_key, "authority", is_authority=True)
    certificate = _sign(key, authority_key, "cluster", is_authority=False)
    files = Certificates(folder / "ca.pem", folder / "cert.pem", folder / "key.pem")
    files.ca.write_bytes(authority.public_bytes(serialization.Encoding.PEM))
    files.cert.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    files.key.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return files


def _sign(
    key: ec.EllipticCurvePrivateKey, issuer_key: ec.EllipticCurvePrivateKey, name: str, *, is_authority: bool
) -> x509.Certificate:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "authority")]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
        .sign(issuer_key, hashes.SHA256())
    )


def is_let_in(address: str, files: Certificates | None, *, uses_tls: bool = True) -> bool:
    """Say whether a process of a cluster says anything to a caller with these certificates, or with none."""
    parts = urlsplit(address)
    assert parts.hostname
    assert parts.port
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE  # the caller trusts anybody
    if files is not None:
        context.load_cert_chain(files.cert, files.key)
    with socket.create_connection((parts.hostname, parts.port), PATIENCE_SECONDS) as plain:
        try:
            if not uses_tls:
                plain.sendall(bytes(64))
                return bool(plain.recv(1))
            with context.wrap_socket(plain) as secured:
                return bool(secured.recv(1))  # with TLS 1.3, a refusal comes after the handshake
        except (ssl.SSLError, ConnectionError):
            return False

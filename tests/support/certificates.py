"""Certificates made at test time, good ones and bad ones.

The chain is root, intermediate, leaf. Clients trust `root_file`. All good
leaves are for localhost, 127.0.0.1 and ::1.
"""

import datetime
import ipaddress
import ssl
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

HERE = ("localhost", "127.0.0.1", "::1")
ELSEWHERE = ("elsewhere.example",)
HOSTILE_NAME = "\x1b[31m<script>alert(1)</script>]]>::error::"

DAY = datetime.timedelta(days=1)

Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


@dataclass(frozen=True)
class Certificate:
    """A certificate on disk: the chain as PEM, the key, when it ends."""

    chain_file: Path
    key_file: Path
    ends: datetime.datetime

    def server_context(
        self, *, client_ca: Path | None = None, lax: bool = False
    ) -> ssl.SSLContext:
        """A server's TLS context.

        Given the CA of clients it wants a certificate of them; a lax one
        permits weak keys and old versions of the protocol.
        """
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        if lax:
            context.set_ciphers("DEFAULT@SECLEVEL=0")
        context.load_cert_chain(self.chain_file, self.key_file)
        if client_ca is not None:
            context.verify_mode = ssl.CERT_REQUIRED
            context.load_verify_locations(client_ca)
        return context


class Authority:
    """A CA that issues certificates; a root when it has no issuer."""

    def __init__(self, name: str, issuer: "Authority | None" = None) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = _name(name)
        issuer = issuer or self
        builder = _builder(name, self._key, -365 * DAY, 3650 * DAY)
        builder = builder.add_extension(
            x509.BasicConstraints(ca=True, path_length=None), critical=True
        ).add_extension(_usage(is_ca=True), critical=True)
        self.certificate = issuer._sign(builder, hashes.SHA256())

    def issue(
        self,
        names: Sequence[str] = HERE,
        *,
        common_name: str = "rounds test",
        begins: datetime.timedelta = -30 * DAY,
        ends: datetime.timedelta = 300 * DAY,
        key: Key | None = None,
        algorithm: hashes.HashAlgorithm | None = None,
        is_self_signed: bool = False,
    ) -> tuple[x509.Certificate, Key]:
        """A leaf that is valid from now + begins until now + ends."""
        key = key or ec.generate_private_key(ec.SECP256R1())
        builder = _builder(common_name, key, begins, ends)
        builder = builder.add_extension(
            x509.SubjectAlternativeName([_general_name(n) for n in names]),
            critical=False,
        ).add_extension(
            x509.BasicConstraints(ca=False, path_length=None), critical=True
        ).add_extension(
            _usage(is_ca=False), critical=True
        ).add_extension(
            x509.ExtendedKeyUsage([
                ExtendedKeyUsageOID.SERVER_AUTH,
                ExtendedKeyUsageOID.CLIENT_AUTH,
            ]),
            critical=False,
        )
        algorithm = algorithm or hashes.SHA256()
        if is_self_signed:
            builder = builder.issuer_name(_name(common_name))
            return builder.sign(key, algorithm), key
        return self._sign(builder, algorithm), key

    def _sign(
        self,
        builder: x509.CertificateBuilder,
        algorithm: hashes.HashAlgorithm,
    ) -> x509.Certificate:
        identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(
            self._key.public_key()
        )
        builder = builder.issuer_name(self._name).add_extension(
            identifier, critical=False
        )
        return builder.sign(self._key, algorithm)


class Certificates:
    """Every certificate the tests need, written into a directory."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        root = Authority("rounds test root")
        self._intermediate = Authority("rounds test intermediate", root)
        stranger = Authority("stranger root")
        client_root = Authority("client root")
        issue = self._intermediate.issue

        self.root_file = self._save_authority("root", root)
        self.client_root_file = self._save_authority("clients", client_root)

        self.good = self._save("good", *issue())
        self.expired = self._save("expired", *issue(ends=-DAY))
        self.not_yet_valid = self._save("not_yet_valid", *issue(begins=DAY))
        self.wrong_name = self._save("wrong_name", *issue(ELSEWHERE))
        self.hostile_name = self._save(
            "hostile_name",
            *issue([HOSTILE_NAME], common_name=HOSTILE_NAME),
        )
        self.self_signed = self._save(
            "self_signed", *issue(is_self_signed=True), issuers=()
        )
        self.unknown_ca = self._save(
            "unknown_ca", *stranger.issue(), issuers=()
        )
        self.missing_intermediate = self._save(
            "missing_intermediate", *issue(), issuers=()
        )
        small_key = rsa.generate_private_key(65537, 1024)
        self.weak_key = self._save("weak_key", *issue(key=small_key))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # SHA-1 is deprecated, indeed
            sha1_leaf = issue(algorithm=hashes.SHA1())
        self.weak_signature = self._save("weak_signature", *sha1_leaf)
        self.client = self._save("client", *client_root.issue(), issuers=())
        self.unknown_client = self._save(
            "unknown_client", *stranger.issue(), issuers=()
        )

    def expiring_in(self, days: float) -> Certificate:
        """A good certificate that ends in that many days."""
        leaf, key = self._intermediate.issue(ends=days * DAY)
        return self._save(f"expiring_in_{days}", leaf, key)

    def _save(
        self,
        name: str,
        leaf: x509.Certificate,
        key: Key,
        issuers: Sequence[x509.Certificate] | None = None,
    ) -> Certificate:
        if issuers is None:
            issuers = [self._intermediate.certificate]
        chain_file = self._directory / f"{name}.pem"
        key_file = self._directory / f"{name}.key"
        chain_file.write_bytes(b"".join(map(_pem, [leaf, *issuers])))
        key_file.touch(mode=0o600)
        key_file.write_bytes(key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ))
        ends = leaf.not_valid_after.replace(tzinfo=datetime.timezone.utc)
        return Certificate(chain_file, key_file, ends)

    def _save_authority(self, name: str, authority: Authority) -> Path:
        path = self._directory / f"{name}.pem"
        path.write_bytes(_pem(authority.certificate))
        return path


def _builder(
    common_name: str,
    key: Key,
    begins: datetime.timedelta,
    ends: datetime.timedelta,
) -> x509.CertificateBuilder:
    now = datetime.datetime.utcnow()
    return x509.CertificateBuilder(
        subject_name=_name(common_name),
        public_key=key.public_key(),
        serial_number=x509.random_serial_number(),
        not_valid_before=now + begins,
        not_valid_after=now + ends,
    ).add_extension(
        x509.SubjectKeyIdentifier.from_public_key(key.public_key()),
        critical=False,
    )


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _usage(*, is_ca: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=not is_ca,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=is_ca,
        crl_sign=is_ca,
        encipher_only=False,
        decipher_only=False,
    )


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)

"""TLS of the embedded server, right and wrong (srv-50). Certificates are made when it starts.

The fault must be on at the start, so that there is a port with TLS; what is wrong may change later, and with
no such fault on everything is in order there.
"""

from __future__ import annotations

import ipaddress
import secrets
import ssl
import tempfile
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any

from reltui.demo.faults import FaultError, Kind, Situation
from reltui.demo.messages import Answer, html_answer

TLS_FAULT = "srv-50"
GOOD, CUT, OLD, WEAK, ASKS = "good", "cut", "old-version", "weak-key", "client-cert"
TROUBLES = (
    GOOD,
    "expired",
    "early",
    "self-signed",
    "other-host",
    "unknown-issuer",
    OLD,
    WEAK,
    CUT,
    ASKS,
)
KNOWN, UNKNOWN = "North Harbour Authority", "Passing Ship Authority"
"""Who issues what is in order, and who nobody trusts."""
OTHER_HOST = "guest.north-harbour.example"


class Tls:
    """The certificates of one server, and its side of TLS for each trouble."""

    def __init__(self) -> None:
        self._maker = _Maker()
        self._contexts: dict[str, ssl.SSLContext] = {}

    @cached_property
    def authority(self) -> str:
        """The certificate, in PEM form, that makes a client trust the server."""
        return self._maker.authority(KNOWN)[0]

    @cached_property
    def client_cert(self) -> str:
        """A certificate of a person with its key, in PEM form, for a server that asks for one."""
        return self._maker.signed("Anna Berg", KNOWN)

    def context(self, trouble: str) -> ssl.SSLContext:
        """The server's side with one trouble; CUT and OLD have none."""
        if trouble not in self._contexts:
            self._contexts[trouble] = self._made(trouble)
        return self._contexts[trouble]

    def _made(self, trouble: str) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        if trouble == WEAK:
            context.set_ciphers("DEFAULT:@SECLEVEL=0")
        with tempfile.NamedTemporaryFile("w", encoding="ascii", suffix=".pem") as file:
            file.write(self._certificate(trouble))
            file.flush()
            context.load_cert_chain(file.name)
        if trouble == ASKS:
            context.verify_mode = ssl.CERT_OPTIONAL
            context.load_verify_locations(cadata=self.authority)
        return context

    def _certificate(self, trouble: str) -> str:
        """Certificate and key, in PEM form."""
        match trouble:
            case "expired":
                return self._maker.signed("north", KNOWN, days=(-400, -35))
            case "early":
                return self._maker.signed("north", KNOWN, days=(30, 395))
            case "self-signed":
                return "".join(self._maker.authority("127.0.0.1", host="127.0.0.1"))
            case "other-host":
                return self._maker.signed("guest", KNOWN, host=OTHER_HOST)
            case "unknown-issuer":
                return self._maker.signed("north", UNKNOWN)
        return self._maker.signed("north", KNOWN, weak=trouble == WEAK)


class _Maker:
    """Makes certificates."""

    def __init__(self) -> None:
        """Raises FaultError: the package that it takes is not installed."""
        _installed()
        self._authorities: dict[str, tuple[Any, Any]] = {}

    def authority(self, name: str, *, host: str = "") -> tuple[str, str]:
        """A certificate that signs itself, for a host if one is named, and its key; the same every time."""
        if name not in self._authorities:
            key = _key()
            builder = _builder(name, name, key.public_key(), host, (-30, 365), is_authority=True)
            self._authorities[name] = (_signed(builder, key), key)
        certificate, key = self._authorities[name]
        return _pem(certificate), _key_pem(key)

    def signed(
        self,
        name: str,
        issuer: str,
        *,
        host: str = "127.0.0.1",
        days: tuple[int, int] = (-30, 365),
        weak: bool = False,
    ) -> str:
        """A certificate of an authority, with its key. `days` from now: its begin and end."""
        self.authority(issuer)
        key = _weak_key() if weak else _key()
        builder = _builder(name, issuer, key.public_key(), host, days, is_authority=False)
        return _pem(_signed(builder, self._authorities[issuer][1])) + _key_pem(key)


def _installed() -> None:
    try:
        import cryptography  # noqa: F401 - only looked for
    except ImportError:
        raise FaultError("The fault tls needs a package more: pip install cryptography") from None


def _key() -> Any:
    from cryptography.hazmat.primitives.asymmetric import ec

    return ec.generate_private_key(ec.SECP256R1())


def _weak_key() -> Any:
    from cryptography.hazmat.primitives.asymmetric import rsa

    return rsa.generate_private_key(public_exponent=65537, key_size=1024)  # noqa: S505 - weak on purpose


def _builder(
    name: str, issuer: str, key: Any, host: str, days: tuple[int, int], *, is_authority: bool
) -> Any:
    from cryptography import x509

    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(_name(name))
        .issuer_name(_name(issuer))
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + timedelta(days=days[0]))
        .not_valid_after(now + timedelta(days=days[1]))
        .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
    )
    if host:
        is_address = host.replace(".", "").isdecimal()
        alternative = x509.IPAddress(ipaddress.ip_address(host)) if is_address else x509.DNSName(host)
        builder = builder.add_extension(x509.SubjectAlternativeName([alternative]), critical=False)
    return builder


def _name(common: str) -> Any:
    from cryptography import x509
    from cryptography.x509.oid import NameOID

    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "North Harbour"),
            x509.NameAttribute(NameOID.COMMON_NAME, common),
        ]
    )


def _signed(builder: Any, key: Any) -> Any:
    from cryptography.hazmat.primitives import hashes

    return builder.sign(key, hashes.SHA256())


def _pem(certificate: Any) -> str:
    from cryptography.hazmat.primitives.serialization import Encoding

    return str(certificate.public_bytes(Encoding.PEM).decode())


def _key_pem(key: Any) -> str:
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    return str(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode())


def old_hello() -> bytes:
    """How a server that knows no TLS after 1.1 answers the first message (RFC 4346 7.4.1.3)."""
    version, no_session, cipher, no_compression = b"\x03\x02", b"\x00", b"\x00\x2f", b"\x00"
    hello = version + secrets.token_bytes(32) + no_session + cipher + no_compression
    message = b"\x02" + len(hello).to_bytes(3, "big") + hello
    return b"\x16" + version + len(message).to_bytes(2, "big") + message


async def _served(situation: Situation) -> Answer:
    """Who came through the handshake is served as ever; a certificate that is missing is told as IIS does."""
    if situation.fault.text("kind") == ASKS and not situation.call.connection.certificate:
        title = "403.7 - Forbidden: SSL client certificate is required."
        return html_answer(403, title, "The page requires a client certificate.", bare=True)
    return await situation.proceed()


KINDS = (
    Kind(
        TLS_FAULT,
        "tls",
        _served,
        f"a port with TLS, and kind={', '.join(TROUBLES)}",
        arguments={"kind": "self-signed"},
        choices={"kind": TROUBLES},
        ready=_installed,
    ),
)

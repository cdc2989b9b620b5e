"""What stands in a certificate, as far as a message about it needs that (RFC 5280 4.1)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from ipaddress import ip_address

from reltui.model.values import dataclass

COMMON_NAME, ORGANISATION, ALTERNATIVE_NAMES = b"\x55\x04\x03", b"\x55\x04\x0a", b"\x55\x1d\x11"
"""Object identifiers: 2.5.4.3, 2.5.4.10, 2.5.29.17."""
VERSION, EXTENSIONS, DNS_NAME, ADDRESS, UTC_TIME = 0xA0, 0xA3, 0x82, 0x87, 0x17
"""Tags."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A certificate that a host shows. Nothing in it is checked or cleaned."""

    issuer: str = ""
    """Common name or organisation of who issued it; empty when it has neither."""
    names: tuple[str, ...] = ()
    """The hosts and addresses that it is for."""
    begins: datetime | None = None
    ends: datetime | None = None


def read_certificate(der: bytes) -> Shown:
    """Read one. Raises ValueError: it is none."""
    try:
        [(_, body)] = _elements(der)
        (_, signed), *_ = _elements(body)
        parts = [part for part in _elements(signed) if part[0] != VERSION]
        _, _, (_, issuer), (_, validity), (_, subject), *rest = parts
        begins, ends = (_moment(tag, value) for tag, value in _elements(validity))
        names = [name for tag, value in rest if tag == EXTENSIONS for name in _alternatives(value)]
        return Shown(_name(issuer), tuple(names or filter(None, [_name(subject)])), begins, ends)
    except IndexError:
        raise ValueError("cut certificate") from None


def _name(data: bytes) -> str:
    found = {}
    for _, group in _elements(data):
        for _, pair in _elements(group):
            (_, kind), (_, value) = _elements(pair)
            found[kind] = value.decode("utf-8", errors="replace")
    return found.get(COMMON_NAME) or found.get(ORGANISATION) or ""


def _moment(tag: int, value: bytes) -> datetime:
    """Seconds and UTC are required of both forms; the short one is of 1950 to 2049."""
    text = value.decode("ascii")
    if tag == UTC_TIME:
        text = ("19" if text >= "50" else "20") + text
    return datetime.strptime(text, "%Y%m%d%H%M%SZ").replace(tzinfo=UTC)


def _alternatives(data: bytes) -> Iterator[str]:
    """The names of the extension that has them."""
    [(_, extensions)] = _elements(data)
    for _, extension in _elements(extensions):
        (_, kind), *_, (_, value) = _elements(extension)
        if kind != ALTERNATIVE_NAMES:
            continue
        [(_, names)] = _elements(value)
        for tag, name in _elements(names):
            if tag == DNS_NAME:
                yield name.decode("utf-8", errors="replace")
            elif tag == ADDRESS:
                yield str(ip_address(name))


def _elements(data: bytes) -> Iterator[tuple[int, bytes]]:
    """The DER elements that stand one after another: tag and content."""
    at = 0
    while at < len(data):
        tag, length = data[at], data[at + 1]
        at += 2
        if length & 0x80:
            digits = length & 0x7F
            length = int.from_bytes(data[at : at + digits], "big")
            at += digits
        if at + length > len(data):
            raise ValueError("cut certificate")
        yield tag, data[at : at + length]
        at += length

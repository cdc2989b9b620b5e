"""A certificate for 127.0.0.1, signed by its own key, for servers inside of tests; nothing trusts it."""

from __future__ import annotations

import ssl
from pathlib import Path

CERTIFICATE = """\
-----BEGIN CERTIFICATE-----
MIIBxzCCAW6gAwIBAgIUDQeMTql5do5zFwZfDORqTlLvFcAwCgYIKoZIzj0EAwIw
MDEWMBQGA1UECgwNTm9ydGggSGFyYm91cjEWMBQGA1UEAwwNTm9ydGggVGVzdCBD
QTAgFw0yNjExMjQxMzU5MjBaGA8yMTI2MTAzMTEzNTkyMFowMDEWMBQGA1UECgwN
Tm9ydGggSGFyYm91cjEWMBQGA1UEAwwNTm9ydGggVGVzdCBDQTBZMBMGByqGSM49
AgEGCCqGSM49AwEHA0IABPBIfB71KK98v+Pk8umalVRAKw/3/Qag90tA/i3gVDb8
OfDxKURcSm+yI+dXAwrjwcTjHfpjY79270qEtK8VS1WjZDBiMB0GA1UdDgQWBBSu
wK+UnS3S985tTew1gzjTbkXftzAfBgNVHSMEGDAWgBSuwK+UnS3S985tTew1gzjT
bkXftzAPBgNVHREECDAGhwR/AAABMA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0E
AwIDRwAwRAIgF4f8feEWQEqYyO/MDxeSJeukAmcYuF63kk3T8Xy8RDYCIFDaGHBU
Z71GLCPqES1Pz5znBAxmSteJbKiffAW3wqPh
-----END CERTIFICATE-----
"""

KEY = """\
-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgVwgaFj5uXDbNIKcZ
u9MozlTxS7vJdYrJcQBp5fV3lvShRANCAATwSHwe9SivfL/j5PLpmpVUQCsP9/0G
oPdLQP4t4FQ2/Dnw8SlEXEpvsiPnVwMK48HE4x36Y2O/du9KhLSvFUtV
-----END PRIVATE KEY-----
"""


def write_certificate(folder: Path) -> tuple[Path, Path]:
    """The certificate and its key as files."""
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    certificate.write_text(CERTIFICATE, encoding="ascii")
    key.write_text(KEY, encoding="ascii")
    return certificate, key


def server_context(folder: Path) -> tuple[ssl.SSLContext, Path]:
    """The server's side of TLS with it, and the file that a client must trust."""
    certificate, key = write_certificate(folder)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context, certificate

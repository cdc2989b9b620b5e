"""What an answer means when it is not the JSON that was asked for (api.md 6, reliability.md D6, D9, M13)."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from http import HTTPStatus
from urllib.parse import unquote_to_bytes, urlsplit

from reltui.api.endpoints import JSON, TEXT, ZIP
from reltui.errors import (
    ApiError,
    Malformed,
    NotFound,
    NotPermitted,
    NotSignedIn,
    NotTheServer,
    Redirected,
    Refused,
    SentToSignIn,
    Unavailable,
)
from reltui.model.decode import loads, mapping_of
from reltui.model.text import SafeText, clean
from reltui.model.values import dataclass

MESSAGE_MAXIMUM = 400
"""Characters of the server's own words that are shown."""
TITLE_MAXIMUM = 120
_TITLE = re.compile(r"<title[^>]{0,200}>(.{0,1000}?)</title", re.IGNORECASE | re.DOTALL)
_SIGN_IN = re.compile(r"sign[ -]?in|log[ -]?[io]n|_signin|authenticat", re.IGNORECASE)
_GATEWAY = re.compile(r"gateway|proxy|firewall|filter", re.IGNORECASE)
_PORTAL = re.compile(r"captive|portal|hotspot|guest (?:network|wi-?fi)|accept the terms", re.IGNORECASE)
_CERTIFICATE = re.compile(r"client certificate", re.IGNORECASE)
_MAINTENANCE = re.compile(r"maintenance|wartung|be back soon|temporarily unavailable", re.IGNORECASE)
_PAGE_START = re.compile(rb"\s*<(?:!doctype html|html)\b", re.IGNORECASE)
_ZIP_TYPES = (ZIP, "application/x-zip-compressed", "application/octet-stream")
_OWN_HEADERS = ("activityid", "x-tfs-processid", "x-vss-e2eid", "x-tfs-serviceerror")
_SIGN_IN_AGAIN = "Check the secret of this profile; it may have expired."


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer as it came, its body decoded and bounded."""

    status: int
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes
    host: str
    """The host that was asked."""

    @property
    def activity(self) -> str:
        """The server's id of this call, for support cases (api.md 6.5)."""
        return clean(self.headers.get("activityid", ""), limit=64)

    @property
    def is_html(self) -> bool:
        """A page for people, whatever its type says."""
        kind = self.headers.get("content-type", "").lower()
        return "html" in kind or self.body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"<"

    @property
    def type(self) -> str:
        """The media type that it claims, without parameters."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def is_json(self) -> bool:
        """By its type."""
        return self.type == JSON or self.type.endswith("+json")

    @property
    def is_from_the_server(self) -> bool:
        """Has a header that only the API's own server sets (api.md 6.5)."""
        return any(name in self.headers for name in _OWN_HEADERS)


def content_of(reply: Reply, accepts: str) -> object:
    """What a good answer holds: bytes for every type but JSON, None where no body is expected.

    Raises NotSignedIn, NotTheServer, Malformed: it is not what the call accepts, by type and by shape.
    """
    if reply.status == 203:
        raise NotSignedIn(
            f"The server shows its sign-in page{_titled(reply)}. {_SIGN_IN_AGAIN}",
            status=reply.status,
            activity=reply.activity,
        )
    if accepts == JSON:
        return _json_of(reply)
    if accepts and reply.status == 204:
        return b""
    if not accepts:
        if reply.is_html:
            raise _page(reply)
        if reply.body and not reply.is_json:
            raise _foreign(reply, "no content")
        return None
    if not is_of_type(reply, accepts):
        raise _page(reply) if reply.is_html else _foreign(reply, accepts)
    return reply.body


def is_of_type(reply: Reply, accepts: str) -> bool:
    """Whether an answer other than JSON has the type that was asked for.

    A log may begin with any character, so that only its type and a page's own first words tell.
    """
    if reply.type == TEXT == accepts:
        return reply.is_from_the_server or not _PAGE_START.match(reply.body)
    return reply.type == accepts or (accepts == ZIP and reply.type in _ZIP_TYPES)


def _foreign(reply: Reply, expected: str) -> NotTheServer:
    kind = clean(reply.headers.get("content-type", "nothing"), limit=60)
    return NotTheServer(
        f"{reply.host} answered with {kind} where {expected} was expected; a proxy may stand between.",
        status=reply.status,
        activity=reply.activity,
    )


def _json_of(reply: Reply) -> object:
    if reply.is_html:
        raise _page(reply)
    if reply.status == 204:
        return None
    if not reply.is_json:
        raise _foreign(reply, "JSON")
    try:
        return loads(reply.body)
    except Malformed as error:
        raise Malformed(str(error), status=reply.status, activity=reply.activity) from None


def error_of(reply: Reply, scope: str, retry_after: float | None) -> ApiError:
    """The error that a status outside of 2xx stands for."""
    status, activity = reply.status, reply.activity
    said = _said(reply)
    if 300 <= status < 400:
        return _redirected(reply)
    if status == 401:
        reason = said or "The server does not accept the secret."
        offers = _offers(reply.headers.get("www-authenticate", ""))
        return NotSignedIn(f"{reason} {_SIGN_IN_AGAIN}", status=status, activity=activity, offers=offers)
    if status == 407:
        return NotTheServer(
            "The proxy on the way asks for a sign-in; put name and password into its address in the "
            "environment.",
            status=status,
        )
    if status == 511:
        return NotTheServer(
            f"A portal stands between: it wants a sign-in to the network first{_titled(reply)}.",
            status=status,
        )
    if status == 403:
        return _forbidden(reply, said, scope)
    if status == 404:
        if reply.is_html and not reply.is_from_the_server:
            return _page(reply)
        reason = said or f"{reply.host} has nothing at this address{_titled(reply)}."
        return NotFound(reason, status=status, activity=activity)
    if status == 429 or status >= 500:
        reason = said or f"The server cannot answer now: {_named(status)}{_titled(reply)}."
        if not said and _MAINTENANCE.search(_title(reply)):
            reason = f"{reply.host} is being maintained{_titled(reply)}; reltui goes on when it answers."
        return Unavailable(reason, status=status, activity=activity, retry_after=retry_after)
    if reply.is_html and not reply.is_from_the_server:
        return _page(reply)
    reason = said or f"The server refused the request: {_named(status)}{_titled(reply)}."
    return Refused(reason, status=status, activity=activity)


def _forbidden(reply: Reply, said: str, scope: str) -> ApiError:
    """Only the server itself can say that something is not permitted."""
    status = reply.status
    if _CERTIFICATE.search(_title(reply)):
        return NotTheServer(
            f"{reply.host} asks for a certificate of yours; name it as client_cert in the profile.",
            status=status,
        )
    if reply.is_from_the_server or _is_own_error(reply.body):
        reason = said or f"The server does not permit this; the token needs {scope}."
        return NotPermitted(reason, status=status, activity=reply.activity)
    if reply.is_html:
        return _page(reply)
    return NotTheServer(
        f"{reply.host} did not answer: a proxy or firewall on the way refused ({_named(status)}). "
        "Ask those who run the network.",
        status=status,
    )


def _offers(challenges: str) -> tuple[str, ...]:
    """The schemes of WWW-Authenticate, in whatever lines they came (RFC 9110 11.6.1)."""
    outside_quotes = re.sub(r'"(?:[^"\\]|\\.)*"', "", challenges)
    # A scheme is a word with a blank behind it or alone; a parameter has a = behind its name.
    found = re.findall(r"(?:^|,)\s*([A-Za-z0-9-]+)(?=\s+[^\s=,]|\s*(?:,|$))", outside_quotes)
    return tuple(dict.fromkeys(scheme.lower() for scheme in found))


def _named(status: int) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)


def _redirected(reply: Reply) -> Redirected:
    """Names the host that a 3xx points to; nothing is ever asked of it."""
    location = reply.headers.get("location", "")
    try:
        target = urlsplit(location)
        host, scheme = target.hostname or "", target.scheme
    except ValueError:
        host, scheme = "", ""
    place = clean(host, limit=200) or "another place on the same host"
    if scheme == "http":
        place += " over plain http"
    sentence = f"The server sends the call on to {place}, which reltui does not follow"
    is_elsewhere = bool(host) and host != reply.host and not reply.is_from_the_server
    if _SIGN_IN.search(location) and scheme != "http":
        return SentToSignIn(
            f"{sentence}; it looks like a sign-in page. {_SIGN_IN_AGAIN}",
            status=reply.status,
            activity=reply.activity,
        )
    if _PORTAL.search(location) or (is_elsewhere and scheme == "http"):
        sentence += "; a portal or proxy stands between: sign in to the network first"
    return Redirected(f"{sentence}.", status=reply.status, activity=reply.activity)


def _page(reply: Reply) -> NotSignedIn | NotTheServer:
    """Tells sign-in page, portal and proxy apart by what the page says."""
    text = reply.body[: 2**16].decode("utf-8", errors="replace")
    title = _title(reply)
    status, activity = reply.status, reply.activity
    if _PORTAL.search(title) or (not title and _PORTAL.search(text)):
        return NotTheServer(
            f"A portal stands between{_titled(reply)}; sign in to the network first.", status=reply.status
        )
    is_sign_in = _SIGN_IN.search(title) or "_signin" in text or "login.microsoftonline" in text
    # A gateway may want a sign-in of its own, which no secret of ours would mend.
    if is_sign_in and not _GATEWAY.search(title):
        return NotSignedIn(
            f"The answer is a sign-in page{_titled(reply)}. {_SIGN_IN_AGAIN}",
            status=status,
            activity=activity,
        )
    return NotTheServer(
        f"A proxy or another program answered for {reply.host}{_titled(reply)}; it is not the API.",
        status=status,
        activity=activity,
    )


def _title(reply: Reply) -> SafeText:
    if not reply.is_html:
        return SafeText("")
    found = _TITLE.search(reply.body[: 2**16].decode("utf-8", errors="replace"))
    words = " ".join(html.unescape(found.group(1)).split()) if found else ""
    return clean(words, limit=TITLE_MAXIMUM)


def _titled(reply: Reply) -> str:
    title = _title(reply)
    return f' (the page is called "{title}")' if title else ""


def _said(reply: Reply) -> str:
    """The server's own words, from the body or the header; a whole sentence, or empty."""
    words = "" if reply.is_html else _body_message(reply.body)
    if not words:
        header = reply.headers.get("x-tfs-serviceerror", "")
        words = unquote_to_bytes(header.encode("utf-8", errors="replace")).decode("utf-8", errors="replace")
    words = clean(" ".join(words.split()), limit=MESSAGE_MAXIMUM)
    if words and words[-1] not in ".!?›":
        words += "."
    return words


def _is_own_error(body: bytes) -> bool:
    """Has the form that the server gives its errors, which a proxy's have not (api.md 6.1)."""
    try:
        found = mapping_of(loads(body))
    except Malformed:
        return False
    return "typeKey" in found or "typeName" in found


def _body_message(body: bytes) -> str:
    """`message`, `Message` or `value.Message` (api.md 6.1)."""
    try:
        found = mapping_of(loads(body))
    except Malformed:
        return ""
    inner = mapping_of(found.get("value"))
    for value in (found.get("message"), found.get("Message"), inner.get("Message"), inner.get("message")):
        if isinstance(value, str) and value.strip():
            return value
    return ""

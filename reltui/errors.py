"""What can go wrong, as types with one plain sentence each.

ReltuiError
  ConfigError            the configuration or the command line; exit code 2
    SecretNeeded         a person must be asked for the secret
    RouteError           the proxy or a file for TLS cannot be used
  FolderError            one of reltui's own folders or files cannot be used safely
  Busy                   another decision on the same object is open
  ApiError               a call to a server did not give what it should
    ReadOnly             refused here: nothing but reads may leave the process
    Unreachable          no connection; no byte of the request was sent
    Interrupted          the connection broke after bytes were sent, or the answer was cut
    TimedOut             the total deadline passed
    Redirected           the server sent elsewhere; never followed
      SentToSignIn       to a sign-in page
    NotSignedIn          401, 203 or a sign-in page
    NotPermitted         403
    NotFound             404
    Refused              another 4xx, with the server's own words
      Lacking            a call that a server of this generation does not have; nothing was sent
    Unavailable          429 or 5xx
    NotTheServer         an answer that is not the API's: a proxy, a portal, HTML
    TooLarge             more decoded bytes than the call may have
    Malformed            JSON that is broken or of the wrong shape

Every sentence is safe to show: what the server said is cleaned before it comes in.
"""

from __future__ import annotations


class ReltuiError(Exception):
    """The base of them all. `str(error)` is one clear sentence that says what to do."""


class ConfigError(ReltuiError):
    """The configuration or the command line is wrong; names the file and the key."""


class SecretNeeded(ConfigError):
    """The secret of a profile is asked for, and was not yet."""


class RouteError(ConfigError):
    """How a server is to be reached cannot be used: its proxy, ca_file or client_cert."""


class FolderError(ReltuiError):
    """A folder or file of reltui's own cannot be used safely; names the repair."""


class Busy(ReltuiError):
    """A decision on the same object is open, here or in another running reltui."""


class ApiError(ReltuiError):
    """A call did not give what it should.

    `sent` says whether the request may have reached the server: False only where it is certain that not
    all of it left this machine, so that a write cannot have been applied.
    `status` is the HTTP status, 0 when there was none. `activity` is the server's id for support cases.
    """

    def __init__(self, sentence: str, *, sent: bool = True, status: int = 0, activity: str = "") -> None:
        super().__init__(sentence)
        self.sent = sent
        self.status = status
        self.activity = activity


class ReadOnly(ApiError):
    """Refused here, before any connection."""


class Unreachable(ApiError):
    """No connection: name, network, refused, TLS."""


class Interrupted(ApiError):
    """The connection broke, or the answer was cut."""


class TimedOut(ApiError):
    """The total deadline of the call passed."""


class Redirected(ApiError):
    """A 3xx; names the host it points to and is never followed."""


class SentToSignIn(Redirected):
    """A 3xx to what looks like a sign-in page: the secret has expired, or was never good."""


class NotSignedIn(ApiError):
    """The secret is missing, wrong or expired, or cannot do this call at all.

    `offers` are the schemes that the server named with a 401, in lower case: "basic", "ntlm", "negotiate".
    """

    def __init__(
        self,
        sentence: str,
        *,
        sent: bool = True,
        status: int = 0,
        activity: str = "",
        offers: tuple[str, ...] = (),
    ) -> None:
        super().__init__(sentence, sent=sent, status=status, activity=activity)
        self.offers = offers


class NotPermitted(ApiError):
    """403: the person lacks a permission; the server names it."""


class NotFound(ApiError):
    """404: no such object, or not for this person."""


class Refused(ApiError):
    """Another 4xx: the server understood and said no."""


class Lacking(Refused):
    """The server is of a generation that does not have this call, or not with what was asked for."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence, sent=False)


class Unavailable(ApiError):
    """429 or 5xx. `retry_after` is in seconds, already clamped; None when the server named none."""

    def __init__(
        self,
        sentence: str,
        *,
        sent: bool = True,
        status: int = 0,
        activity: str = "",
        retry_after: float | None = None,
    ) -> None:
        super().__init__(sentence, sent=sent, status=status, activity=activity)
        self.retry_after = retry_after


class NotTheServer(ApiError):
    """Something else answered: a proxy, a captive portal, a maintenance page."""


class TooLarge(ApiError):
    """More decoded bytes than the call may have; the rest was not read."""


class Malformed(ApiError):
    """JSON that is broken, too deep, or not of the expected shape."""

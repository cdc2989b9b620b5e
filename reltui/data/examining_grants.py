"""How the answers of a server are told as findings: sign-in, permissions, clock, limits. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from reltui.config import Profile
from reltui.data.access import EXECUTE, MANAGE
from reltui.data.access_seen import Seen
from reltui.data.capabilities import Need, why_not
from reltui.data.examining import Finding, Health, bad, ok, unknown, warn, words_of
from reltui.errors import (
    ConfigError,
    NotFound,
    NotSignedIn,
    NotTheServer,
    Redirected,
    ReltuiError,
    SentToSignIn,
    Unavailable,
)
from reltui.model.generations import title
from reltui.model.text import SafeText, clean

if TYPE_CHECKING:
    from reltui.model.identity import Me

DAY = 86_400.0
CERTIFICATE_SOON = 14 * DAY
TOKEN_SOON = 3_600.0
CLOCK_WARN, CLOCK_BAD = 60.0, 300.0
"""Seconds. Five minutes apart Kerberos refuses (RFC 4120 1.6), and tokens end at the wrong time."""
NAMED = 3
"""So many names are told; of more, how many."""
_SCHEMES = {"pat": "basic", "basic": "basic", "ntlm": "ntlm", "negotiate": "negotiate"}
"""What a server must offer for a way to sign in."""
WAYS = {
    "pat": "access token",
    "basic": "password",
    "bearer": "bearer token",
    "ntlm": "NTLM",
    "negotiate": "Negotiate",
}
SAYS_WHAT_TO_DO = ("; name it as client_cert", "; put name and password into")
"""In the sentence of an error, behind what is wrong."""
_GRANTS = (("execute", EXECUTE, "create, deploy"), ("manage", MANAGE, "decide, delete"))


def parted(sentence: str, todo: str) -> tuple[str, str]:
    """A sentence in two: what is wrong, and what to do, where it says that behind a semicolon."""
    found, sign, rest = sentence.partition("; ")
    if not sign:
        found, sign, rest = sentence.partition(". Repair it: ")
    return found, rest or todo


def day_of(moment: float) -> str:
    """A day in UTC; a time far off is one, too."""
    try:
        return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%d")
    except (OverflowError, OSError, ValueError):
        return "a day far off"


def tls_finding(told: str, ends: float | None, now: float) -> Finding:
    """A connection whose certificate was found good; `told` as `Transport.tls` has it."""
    if ends is not None and ends - now < CERTIFICATE_SOON:
        days = max(int((ends - now) // DAY), 0)
        return warn("tls", f"{told}: {days} days more", "tell who runs the server that it ends soon")
    return ok("tls", told or "good")


def door_finding(error: ReltuiError | None, answer: object, sign_in: str) -> Finding:
    """What answered to somebody who did not sign in."""
    if error is None:
        rows = answer.get("value") if isinstance(answer, dict) else None
        if not isinstance(rows, list):
            told = "something answers that is not Azure DevOps"
            return bad("answer", told, "see url in the profile, such as https://tfs01.example/tfs/Main")
        return ok("answer", "Azure DevOps, which lets strangers look")
    if isinstance(error, NotSignedIn):
        if not error.offers:
            return ok("answer", "it asks for a sign-in")
        offers = ", ".join(clean(offer, limit=20) for offer in error.offers)
        needed = _SCHEMES.get(sign_in, "")
        # Negotiate falls back on NTLM, which is then offered by this name only.
        if sign_in == "bearer" and {"ntlm", "negotiate"} & set(error.offers):
            # Only servers of a company's own offer these (api.md 7.1).
            todo = 'sign_in = "pat", with a personal access token'
            return warn("answer", f"it asks for a sign-in by {offers}, and takes no bearer token", todo)
        if needed and not {needed, *(("negotiate",) if needed == "ntlm" else ())} & set(error.offers):
            todo = f'sign_in = "{next(iter(error.offers))}", or ask who runs the server for {needed}'
            return warn("answer", f"it asks for a sign-in by {offers}, not by {needed}", todo)
        return ok("answer", f"it asks for a sign-in: {offers}")
    return _stopped("answer", error)


def _stopped(name: str, error: ReltuiError) -> Finding:
    """An answer after which nothing more can be examined."""
    if any(words in str(error) for words in SAYS_WHAT_TO_DO):
        return bad(name, *parted(words_of(error), ""))
    return bad(name, words_of(error), _todo(error))


def _todo(error: ReltuiError) -> str:
    """What to do about an answer that is none of the API's."""
    if isinstance(error, NotTheServer):
        return "see url in the profile; or a proxy or portal stands between: open it in a browser"
    if isinstance(error, Redirected):
        return "if that is your server, put its address into url in the profile"
    if isinstance(error, Unavailable):
        wait = f"wait {error.retry_after:.0f} s" if error.retry_after else "try again later"
        return f"{wait}; if it stays, ask who runs the server"
    return "repair the profile" if isinstance(error, ConfigError) else "ask who runs the server"


def sign_in_finding(profile: Profile, me: Me, until: float | None, now: float) -> Finding:
    """It worked."""
    account = f" ({me.account})" if me.account and me.account != me.name else ""
    told = f"as {me.name}{account}, by {WAYS.get(profile.sign_in, profile.sign_in)}"
    if until is None:
        return ok("sign-in", told)
    left = max(until - now, 0.0)
    told += f", for {left / DAY:.0f} days" if left >= 2 * DAY else f", for {left / 60:.0f} minutes"
    # A command gives another one before it ends.
    if left < TOKEN_SOON and not profile.secret.command:
        return warn("sign-in", told, "fetch a new token, or name the command that does: secret.command")
    return ok("sign-in", told)


def sign_in_trouble(error: ReltuiError, profile: Profile) -> Finding:
    """It did not."""
    if isinstance(error, NotSignedIn | SentToSignIn):
        if profile.sign_in == "negotiate" and not profile.user:
            return bad("sign-in", *parted(words_of(error), "get a ticket: kinit"))
        sentence = str(error).partition(" Check the secret of this profile")[0].removesuffix(".")
        what = WAYS.get(profile.sign_in, profile.sign_in)
        todo = "is the account right, and not locked? Then store its password again"
        if profile.sign_in in ("pat", "bearer"):
            todo = f"make a new {what} and store it where secret says"
        return bad("sign-in", sentence, todo)
    if isinstance(error, NotFound):
        return bad("sign-in", words_of(error), "see url in the profile: is the collection's name right?")
    return _stopped("sign-in", error)


def version_finding(generation: str, api: str) -> Finding:
    """Which one, and what such a server does not have."""
    lacks = ["what runs where" if need is Need.LIVE else need for need in Need if why_not(generation, need)]
    tail = f"; without {', '.join(lacks)}" if lacks else ""
    return ok("version", f"{title(generation)}, REST API {api}{tail}")


def projects_finding(profile: Profile, names: Sequence[SafeText], trouble: str) -> Finding:
    """Which there are, and which of those wanted are not."""
    if not names:
        told = f"none can be seen{f': {trouble}' if trouble else ''}"
        return bad(
            "projects", told, "give the token Project and team (read), vso.project; or ask to join one"
        )
    there = {name.casefold() for name in names}
    missing = [clean(name, limit=80) for name in profile.projects if name.casefold() not in there]
    if missing:
        return warn("projects", f"there is no {listed(missing)}", "see projects in the profile")
    if trouble:
        return warn("projects", f"{len(names)}, and perhaps more: {trouble}")
    if profile.projects:
        return ok("projects", f"{len(profile.projects)} of {len(names)}, as the profile says")
    return ok("projects", f"{len(names)}")


def view_finding(tried: int, refusals: Mapping[SafeText, str], *, is_elsewhere: bool = False) -> Finding:
    """Approvals and definitions, project by project. `is_elsewhere`: there is nothing at those addresses."""
    if not refusals:
        return ok("view", f"approvals and definitions can be read in {_all(tried)}")
    why = next(iter(refusals.values()))
    told = f"cannot be read in {listed(tuple(refusals))} of {tried}: {why}"
    todo = "give the token Release (read), vso.release; or ask for View releases there"
    if is_elsewhere:
        todo = "see url in the profile: does it end with the collection?"
    if len(refusals) == tried:
        return bad("view", f"nothing can be read: {why}", todo)
    return warn("view", told, todo)


def _all(number: int) -> str:
    return "the project" if number == 1 else f"all {number} projects"


def grant_findings(seen: Mapping[str, Seen], *, is_read_only: bool) -> list[Finding]:
    """What may be written, as far as it was seen; it is never tried."""
    return [
        _grant(name, scope, doing, seen.get(scope, Seen()), is_read_only) for name, scope, doing in _GRANTS
    ]


def _grant(name: str, scope: str, doing: str, seen: Seen, is_read_only: bool) -> Finding:
    if is_read_only:
        return unknown(name, f"{doing}: switched off here (read-only)")
    if seen.is_refused and seen.refused_at is not None:
        told = f"{doing}: refused on {day_of(seen.refused_at)}: {seen.said.removesuffix('.')}"
        return warn(name, told, f"give the token {scope}, or ask for the permission that is named")
    if seen.works_at is not None:
        return ok(name, f"{doing}: worked on {day_of(seen.works_at)}")
    return Finding(name, Health.UNKNOWN, SafeText(f"not known until used: {doing} ({scope})"))


def editor_finding(lacking: Mapping[str, str]) -> Finding:
    """The lists of other areas that the editor offers to pick from; name to scope."""
    if not lacking:
        return ok("editor", "the lists that it offers to pick from can be read")
    scopes = ", ".join(dict.fromkeys(lacking.values()))
    return warn(
        "editor", f"without lists of {', '.join(lacking)}", f"give the token {scopes}, to edit definitions"
    )


def clock_finding(offset: float | None) -> Finding:
    """`offset` is server time minus local time, in seconds."""
    if offset is None:
        return unknown("clock", "the server does not tell its time")
    apart = abs(offset)
    if apart < CLOCK_WARN:
        return ok("clock", "the same as the server's" if apart < 3 else f"{apart:.0f} s from the server's")
    far = f"{apart:.0f} s" if apart < 600 else f"{apart / 60:.0f} minutes" if apart < 5400 else _hours(apart)
    told = f"this machine is {far} {'behind' if offset > 0 else 'ahead of'} the server"
    todo = "set its clock: timedatectl set-ntp true; or tell who runs the server"
    return bad("clock", told, todo) if apart >= CLOCK_BAD else warn("clock", told, todo)


def _hours(seconds: float) -> str:
    return f"{seconds / 3600:.0f} hours" if seconds < 2 * DAY else f"{seconds / DAY:.0f} days"


def limits_finding(rate: Mapping[str, SafeText], pause: float) -> Finding:
    """`rate` as the server said it last, by header; `pause` in seconds."""
    left, limit = rate.get("x-ratelimit-remaining", ""), rate.get("x-ratelimit-limit", "")
    of = f"{left} of {limit} left" if left and limit else ""
    what = rate.get("x-ratelimit-resource", "")
    if pause > 0:
        told = f"the server asks to wait {pause:.0f} s{f' ({what})' if what else ''}"
        return warn("limits", told, "wait; and see what else asks it with your account")
    if rate.get("x-ratelimit-delay", ""):
        return warn("limits", f"the server answers late on purpose: {of or what or 'too much was asked'}")
    return ok("limits", of or "none was named")


def listed(names: Sequence[str]) -> str:
    """The first few, and how many more."""
    rest = len(names) - NAMED
    return ", ".join(names[:NAMED]) + (f" and {rest} more" if rest > 0 else "")

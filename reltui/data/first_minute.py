"""The first minute with a server: try its address, sign in, and what config.toml says afterwards.

Each step is a function of its own, for the questions of `reltui init` and for the screens of the program.
Nothing is written here but by `save`, and no secret ever.
"""

from __future__ import annotations

import codecs
import difflib
import os
import re
import shlex
import tomllib
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from reltui import paths
from reltui.config import LOOPBACK, Config, Profile, SecretSource, load, read
from reltui.config_reader import statement_of
from reltui.data import files
from reltui.errors import (
    ApiError,
    ConfigError,
    FolderError,
    Malformed,
    NotFound,
    NotPermitted,
    NotSignedIn,
    NotTheServer,
    Redirected,
    ReltuiError,
    Unreachable,
)
from reltui.model.address import Address, is_services, organisation_of, same_collection
from reltui.model.identity import Me
from reltui.model.project import Project
from reltui.model.text import SafeText, clean
from reltui.model.values import dataclass

if TYPE_CHECKING:
    from reltui.api.auth import Auth
    from reltui.api.client import ReleaseClient
    from reltui.api.pace import Timing

HEAD = "# Written by reltui init. Every key there is: config.example.toml\n\n"
NO_SECRET = SecretSource()
"""For Kerberos: the ticket of the system takes its place."""
LONGEST_NAME = 40
"""A longer name of a variable or entry may be a token in the wrong place."""
PROTECTED = ("PROD*",)
"""Stages that ask for their name, in a new profile."""


@dataclass(frozen=True, slots=True)
class Way:
    """A way to sign in, as it is offered to a person."""

    sign_in: str
    label: SafeText
    help: SafeText


WAYS = (
    Way("pat", SafeText("personal access token"), SafeText("made in the web portal; release scopes")),
    Way("bearer", SafeText("token of Microsoft Entra"), SafeText("printed by a command such as az")),
    Way("negotiate", SafeText("Kerberos"), SafeText("with the ticket of kinit, or account and password")),
    Way("ntlm", SafeText("NTLM"), SafeText("account and password; the password is never sent")),
    Way("basic", SafeText("account and password"), SafeText("by Basic, as the server's IIS allows it")),
)
SOURCES = (
    Way("env", SafeText("environment"), SafeText("a variable that holds it")),
    Way("file", SafeText("file"), SafeText("its first line; only you may read the file")),
    Way("command", SafeText("command"), SafeText("a program that prints it, such as pass or az")),
    Way("keyring", SafeText("keyring"), SafeText("the system's, by the name of the entry")),
    Way("prompt", SafeText("ask"), SafeText("typed at every start, kept in memory only")),
)
"""Where a secret may be; `sign_in` is the key of the configuration."""
QUESTIONS = {
    "env": "Name of the variable",
    "file": "Path of the file",
    "command": "Command",
    "keyring": "Name of the entry",
}
"""What is asked about a source; of the others nothing."""
AZ = "az account get-access-token --resource 499b84ac-1321-427f-aa17-267ca6975798 --query accessToken -o tsv"
"""A command that prints a token of Microsoft Entra for Azure DevOps (api.md 7.1)."""


@dataclass(frozen=True, slots=True)
class Knocked:
    """What a server says to somebody who is not signed in."""

    url: str
    ways: tuple[Way, ...]
    """Those that may work there, the most usual first."""
    told: SafeText
    """What was found, in one sentence."""


@dataclass(frozen=True, slots=True)
class Entered:
    """What a server says to somebody who is."""

    url: str
    me: Me
    generation: str
    projects: tuple[Project, ...]
    trouble: SafeText
    """Why there may be more projects; empty when those are all."""


@dataclass(frozen=True, slots=True)
class Answers:
    """What a person has answered so far."""

    address: Address
    allow_http: bool = False
    sign_in: str = "pat"
    user: str = ""
    secret: SecretSource = SecretSource()
    url: str = ""
    """The collection that was found behind the address."""
    projects: tuple[str, ...] = ()
    """Names; empty for all."""
    ca_file: str = ""
    """A file with the authority of the server, where the system does not know it."""

    def profile(self, name: str, url: str = "") -> Profile:
        """The profile that these answers make."""
        return Profile(
            name,
            url or self.url or self.address.collection_url,
            self.secret,
            sign_in=self.sign_in,
            user=self.user,
            projects=self.projects,
            protected=PROTECTED,
            ca_file=self.ca_file,
            allow_http=self.allow_http,
        )


def needs_word(address: Address) -> bool:
    """Whether a secret would go there unencrypted, which a person must want in so many words (B3)."""
    parts = urlsplit(address.collection_url)
    return parts.scheme == "http" and parts.hostname not in LOOPBACK


def present(file: Path) -> Config:
    """The configuration as it is; an empty one where there is none. Raises ConfigError."""
    return load(file) if _text(file) is not None else Config()


def known_as(config: Config, address: Address) -> str:
    """The profile that has a collection already; empty for none."""
    for name, profile in config.profiles.items():
        if any(same_collection(profile.url, url) for url in address.candidates[:1]):
            return name
    return ""


def wants_authority(error: ReltuiError) -> bool:
    """Whether the file of an authority could help: the sentence of such an error names this key."""
    return isinstance(error, Unreachable) and "ca_file" in str(error)


def authority_of(typed: str) -> str:
    """The path of a file with an authority. Raises ValueError with a sentence."""
    file = typed.strip()
    if not file.startswith("~") and not os.path.isabs(file):
        raise ValueError("It must be a whole path, such as ~/authority.pem.")
    return file


async def knock(answers: Answers, *, timing: Timing | None = None) -> Knocked:
    """Ask without signing in what the server offers. Raises ReltuiError: nothing there, or something else."""
    from reltui.api.auth import NOBODY, Auth, Secret
    from reltui.api.endpoints import ENDPOINTS

    url = answers.address.collection_url
    profile = replace(answers.profile("init"), sign_in="pat")
    offers: tuple[str, ...] = ()
    try:
        async with _client(profile, Auth(NOBODY, Secret("")), timing) as client:
            await client.transport.call(ENDPOINTS["discover"])
    except NotSignedIn as error:
        offers = error.offers
    except Redirected:
        # To the sign-in page of Services; elsewhere it may be the wrong address.
        if not is_services(url):
            raise
    except (NotFound, NotPermitted):
        # The collection may have another name; the host is a web server at least, and signing in tells.
        pass
    ways = _ways(url, offers)
    host = urlsplit(url).hostname or url
    schemes = f"; it offers {', '.join(map(_scheme, offers))}" if offers else ""
    where = "Azure DevOps Services" if is_services(url) else clean(host)
    return Knocked(url, ways, SafeText(f"{where} answers{schemes}."))


def _scheme(offer: str) -> str:
    return clean({"ntlm": "NTLM"}.get(offer, offer.capitalize()), limit=20)


def _ways(url: str, offers: Sequence[str]) -> tuple[Way, ...]:
    """A token always may work (api.md 7.1); the others as they are offered, or all where nothing is known."""
    if is_services(url):
        wanted: Collection[str] = ("pat", "bearer")
    elif offers:
        # Negotiate falls back on NTLM, which is then offered by this name only.
        wanted = {"pat", *offers, *(("ntlm",) if "negotiate" in offers else ())}
    else:
        wanted = {way.sign_in for way in WAYS} - {"bearer"}
    return tuple(way for way in WAYS if way.sign_in in wanted)


async def enter(
    answers: Answers, typed: str = "", *, config: Config | None = None, timing: Timing | None = None
) -> Entered:
    """Sign in, find the collection among those that may be meant, and read its projects.

    `typed` takes the place of the secret's source. Raises ReltuiError: SecretNeeded or ConfigError where the
    source gives no secret, else what the server or the network says.
    """
    from reltui.api.auth import Auth, Secret

    config = config or Config()
    # By the name that it will have, under which a keyring may hold the secret.
    profile = answers.profile(free_name(config, answers.address.collection_url))
    if profile.secret.command:
        profile = replace(profile, secret=replace(profile.secret, withheld=config.secret_names))
    auth = await Auth.of(profile, typed=Secret(typed) if typed else None)
    _check_place(profile.secret, auth)
    missing: ApiError | None = None
    for url in answers.address.candidates:
        async with _client(replace(profile, url=url), auth, timing) as client:
            try:
                return await _introduced(client, url)
            except (NotFound, NotTheServer, Malformed) as error:
                missing = missing or error
    raise missing or ConfigError("There is no address to try.")


def _check_place(source: SecretSource, auth: Auth) -> None:
    """The place of the secret is written into config.toml, so it must not be the secret (B5).

    Raises ConfigError.
    """
    secret = auth.secret.reveal()
    if secret and any(secret in part for part in (source.env, source.file, source.keyring, *source.command)):
        raise ConfigError("The secret itself stands in its place there; name where it is kept, such as pass.")


async def _introduced(client: ReleaseClient, url: str) -> Entered:
    generation = await client.discover()
    me = (await client.who_am_i()).value
    found: list[Project] = []
    trouble = SafeText("")
    async for page in client.projects():
        found.extend(page.rows.items)
        if page.trouble or page.rows.bad:
            trouble = page.trouble or SafeText("Not all projects can be read.")
    return Entered(url, me, generation, tuple(sorted(found, key=lambda p: p.name.casefold())), trouble)


@asynccontextmanager
async def _client(profile: Profile, auth: Auth, timing: Timing | None) -> AsyncIterator[ReleaseClient]:
    """A client for a few calls; nothing but reads leave it."""
    from reltui.api.client import ReleaseClient
    from reltui.api.pace import Timing
    from reltui.api.transport import Transport

    client = ReleaseClient(Transport(profile, auth, read_only=True, timing=timing or Timing()))
    try:
        yield client
    finally:
        await client.close()


# The file


@dataclass(frozen=True, slots=True)
class Planned:
    """What config.toml would hold."""

    file: Path
    before: str | None
    """What it holds now; None where there is none."""
    after: str
    name: str
    """Of the new profile."""

    def lines(self) -> list[str]:
        """The whole of a new file, or what differs from the present one, with - and + in front."""
        if not self.before:
            return self.after.splitlines()
        found = difflib.unified_diff(self.before.splitlines(), self.after.splitlines(), n=2, lineterm="")
        return [line for line in found if not line.startswith(("---", "+++"))]


def plan(answers: Answers, file: Path, name: str = "") -> Planned:
    """What the answers make of a configuration file. Raises ConfigError: the file is wrong as it is."""
    before = _text(file)
    name = name or free_name(present(file), answers.profile("x").url)
    after = added(before or "", answers.profile(name))
    read(after, file)
    return Planned(file, before, after, name)


def added(text: str, profile: Profile) -> str:
    """A configuration with one more profile, shown by default; everything else as it was written."""
    import tomli_w

    raw = tomllib.loads(text)
    profiles: dict[str, Any] = raw.get("profiles", {})
    table = _table(profile)
    default = [*raw.get("default", list(profiles)[:1]), profile.name]
    own = tomli_w.dumps({"profiles": {profile.name: table}})
    shown = tomli_w.dumps({"default": default})
    if not raw:
        return f"{text or HEAD}{shown}\n{own}"
    first, last = statement_of(text, "default")
    lines = text.split("\n")
    kept = [*lines[: first - 1], shown.rstrip("\n"), *lines[last:]] if first else [shown, *lines]
    after = "\n".join(kept).rstrip("\n") + f"\n\n{own}"
    wanted = {**raw, "default": default, "profiles": {**profiles, profile.name: table}}
    try:
        if tomllib.loads(after) == wanted:
            return after
    except ValueError:
        pass  # such as profiles = {...} in one line, to which no table can be added
    return tomli_w.dumps(wanted)


def _table(profile: Profile) -> dict[str, Any]:
    """A profile as config.toml has it, without what is so anyway."""
    secret = profile.secret
    sources: Mapping[str, Any] = {
        "env": secret.env,
        "file": secret.file,
        "command": list(secret.command),
        "keyring": secret.keyring,
        "prompt": secret.prompt,
    }
    found: dict[str, Any] = {
        "url": profile.url,
        "sign_in": profile.sign_in,
        "user": profile.user,
        "projects": list(profile.projects),
        "protected": list(profile.protected),
        "ca_file": profile.ca_file,
        "allow_http": profile.allow_http,
        "secret": {source: value for source, value in sources.items() if value},
    }
    return {key: value for key, value in found.items() if value}


def save(planned: Planned) -> None:
    """Write the file with mode 0600, whole or not at all.

    Raises FolderError: it cannot be written, or has changed since it was shown.
    """
    if _text(planned.file) != planned.before:
        raise FolderError(f"{planned.file} was changed meanwhile; nothing was written. Begin again.")
    # A link stays one: people keep their files elsewhere.
    target = planned.file.resolve()
    try:
        if not target.parent.exists():
            paths.ensure(target.parent)
        files.replace(target, _as_before(target, planned.after))
    except OSError as error:
        raise FolderError(f"{planned.file} cannot be written: {error.strerror}.") from None


def _as_before(file: Path, text: str) -> bytes:
    """A text with the ends of lines and the mark in front that a file has now. Raises OSError."""
    before = file.read_bytes() if file.exists() else b""
    mark = codecs.BOM_UTF8 if before.startswith(codecs.BOM_UTF8) else b""
    return mark + (text.replace("\n", "\r\n") if b"\r\n" in before else text).encode()


def _text(file: Path) -> str | None:
    """What a file holds; None where there is none. Raises ConfigError."""
    try:
        return file.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise ConfigError(f"{file} cannot be read: {why}.") from None


# Names and hints


def free_name(config: Config, url: str) -> str:
    """A name for a profile of a collection that no other profile has."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    last = unquote(parts.path.rstrip("/").rpartition("/")[2])
    short = host if host.replace(".", "").isdigit() or ":" in host else host.partition(".")[0]
    names = [organisation_of(url) or short, f"{short}-{last}"]
    for number in range(2, 100):
        names.append(f"{names[0]}-{number}")
    cleaned = (re.sub(r"[^a-z0-9-]+", "-", name.lower()).strip("-") or "server" for name in names)
    return next(name for name in cleaned if name not in config.profiles)


def variable_for(name: str) -> str:
    """The environment variable that a profile's secret may be in."""
    return "RELTUI_" + re.sub(r"[^A-Z0-9]", "_", name.upper())


def source_of(kind: str, value: str) -> SecretSource:
    """The source of a secret, from what a person typed. Raises ValueError with a sentence.

    What was typed is never in the sentence: it may be the secret itself.
    """
    value = value.strip()
    if kind == "prompt":
        return SecretSource(prompt=True)
    if not value:
        raise ValueError("Type something first.")
    if kind in ("env", "keyring") and len(value) > LONGEST_NAME and not any(c.isspace() for c in value):
        raise ValueError("That is long for a name and may be the secret itself; name where it is kept.")
    place: str | list[str] = value
    if kind == "command":
        try:
            place = shlex.split(value)
        except ValueError:
            raise ValueError("A quote is not closed in this command.") from None
    table = {"url": "https://tfs01.example/x", "secret": {kind: place}}
    try:
        return read(_dumped({"profiles": {"x": table}}), Path("config.toml")).profiles["x"].secret
    except ConfigError as error:
        sentence = str(error).rpartition(f"secret.{kind}: ")[2]
        raise ValueError(f"It {sentence}") from None


def _dumped(document: Mapping[str, Any]) -> str:
    import tomli_w

    return tomli_w.dumps(document)


def suggested(kind: str, name: str, sign_in: str) -> str:
    """What a person may take as it stands, for the place of a secret."""
    match kind:
        case "env":
            return variable_for(name)
        case "file":
            return f"~/.config/reltui/{name}-secret"
        case "command":
            return AZ if sign_in == "bearer" else f"pass show reltui/{name}"
        case "keyring":
            return f"reltui {name}"
    return ""


def left_to_do(profile: Profile, *, typed: bool) -> SafeText:
    """What is left to do for the next start, where the source has no secret yet; empty for nothing.

    `typed`: the secret was typed now, since its source gave none.
    """
    secret = profile.secret
    if secret.env and not os.environ.get(secret.env):
        return SafeText(f"Before the next start: read -rs {secret.env}; export {secret.env}")
    if secret.file and not os.path.lexists(os.path.expanduser(secret.file)):
        return SafeText(f"Before the next start, write it with: (umask 077; cat > {clean(secret.file)})")
    if secret.keyring and typed:
        entry, user = clean(secret.keyring), clean(profile.user or profile.name)
        return SafeText(f"Before the next start: keyring set '{entry}' '{user}'")
    return SafeText("")

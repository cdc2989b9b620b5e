"""Addresses that a person pastes: of a collection, or of a thing on a page of it (api.md 1.1, 1.2).

Nothing is asked here, and nothing that a server says takes part in it. Where an address can be read in more
than one way, all of them are told, the most probable first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from urllib.parse import SplitResult, parse_qsl, quote, unquote, urlsplit

from reltui.model.text import clean
from reltui.model.values import dataclass

SERVICES = "dev.azure.com"
LEGACY = "visualstudio.com"
EXAMPLE = "https://tfs01.example/tfs/DefaultCollection"
LONGEST = 4096
"""Characters; a longer text is no address that a person has copied."""
USUAL_FOLDER = "tfs"
"""The virtual directory of Team Foundation Server; later servers usually have none."""
USUAL_COLLECTION = "DefaultCollection"
_HOST_MARKS = {"release": "vsrm", "identities": "vssps", "feeds": "feeds"}
"""Area to what its host on Services has in its name; every other area is on the organisation's own."""
_PORTS = {"http": 80, "https": 443}


class Thing(StrEnum):
    """What an address leads to."""

    COLLECTION = "collection"
    PROJECT = "project"
    RELEASE = "release"
    STAGE = "stage"
    APPROVAL = "approval"
    DEFINITION = "definition"
    LOG = "log"


@dataclass(frozen=True, slots=True)
class Address:
    """An address, taken apart. What it does not tell is empty or 0."""

    collection_url: str
    """The most probable one of `candidates`."""
    kind: Thing
    project: str = ""
    """Name or GUID, as it stands there; where `within` was asked, that of the given collection."""
    release_id: int = 0
    environment_id: int = 0
    """The stage of the release."""
    definition_id: int = 0
    approval_id: int = 0
    phase_id: int = 0
    task_id: int = 0
    candidates: tuple[str, ...] = ()
    """Every collection that may be meant, the most probable first."""
    folders: tuple[str, ...] = ()
    """The path before what says what it leads to, in parts: virtual directory, collection, project, team."""


def is_link(text: str) -> bool:
    """Whether a text looks like an address that was copied whole."""
    return text.strip().lower().startswith(("http://", "https://"))


def read_address(text: str) -> Address:
    """Take an address apart, as it was copied or typed; https where no scheme is given.

    Raises ValueError with a sentence: it is none, holds a password, or leads to nothing of a server. Nothing
    of the text is in the sentence, since it may hold a secret.
    """
    parts = _split(text)
    host = (parts.hostname or "").lower()
    before, after = _parted([unquote(part) for part in parts.path.split("/") if part])
    organisation = _organisation(host, before)
    if organisation is not None:
        base, folders = organisation
        candidates: Sequence[str] = (base,)
        rest = folders
    else:
        folders, rest = before, before
        candidates, used = _collections(_root(parts), before, is_of_thing=bool(after))
        rest = before[used:]
    project = rest[0] if rest else ""
    numbers = _numbers(parts, after)
    return Address(
        collection_url=candidates[0],
        kind=_kind(numbers, project),
        project=project,
        **numbers,
        candidates=tuple(candidates),
        folders=tuple(folders),
    )


def project_within(address: Address, url: str) -> str | None:
    """The project of an address that is of this collection, whatever name its host goes by here.

    Empty where it has none; None where it is of another collection.
    """
    own, other = organisation_of(url), organisation_of(address.collection_url)
    if own or other:
        return address.project if own == other else None
    wanted = [unquote(part).casefold() for part in urlsplit(url).path.split("/") if part]
    if [part.casefold() for part in address.folders[: len(wanted)]] != wanted:
        return None
    rest = address.folders[len(wanted) :]
    return rest[0] if rest else ""


def same_host(one: str, other: str) -> bool:
    """Whether two addresses name the same host and port; every host of an organisation is the same."""
    own = organisation_of(one)
    return own == organisation_of(other) if own else host_of(one) == host_of(other)


def same_collection(one: str, other: str) -> bool:
    """Whether two addresses are of one collection; upper and lower case do not matter."""
    if organisation_of(one) or organisation_of(other):
        return organisation_of(one) == organisation_of(other)
    paths = [unquote(urlsplit(url).path).rstrip("/").casefold() for url in (one, other)]
    return same_host(one, other) and paths[0] == paths[1]


def host_of(url: str) -> str:
    """Host and port of an address, as a person tells them apart: "tfs01.example", "tfs01.example:8080"."""
    parts = urlsplit(url)
    host, port = (parts.hostname or "").lower(), parts.port
    return host if port in (None, _PORTS.get(parts.scheme)) else f"{host}:{port}"


def is_services(url: str) -> bool:
    """Whether an address is Azure DevOps Services, by its host alone."""
    host = (urlsplit(url).hostname or "").lower()
    return host == SERVICES or host.endswith((f".{SERVICES}", f".{LEGACY}"))


def organisation_of(url: str) -> str:
    """The organisation of an address on Services, whichever of its hosts it names; empty elsewhere."""
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    if not is_services(url):
        return ""
    if host.endswith(LEGACY):
        return host.partition(".")[0]
    return next((unquote(part).lower() for part in parts.path.split("/") if part), "")


def base_of(url: str, area: str) -> str:
    """The base address of an area: the profile's own, or its sister host on Services (api.md 1.1, 1.2).

    A fixed rule; nothing that a server says takes part in it.
    """
    mark = _HOST_MARKS.get(area, "")
    if not mark or not is_services(url):
        return url
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    host = f"{mark}.{SERVICES}" if host == SERVICES else f"{host.partition('.')[0]}.{mark}.{LEGACY}"
    port = f":{parts.port}" if parts.port else ""
    return f"{parts.scheme}://{host}{port}{parts.path}".rstrip("/")


def profile_trouble(url: str) -> str:
    """Why an address on Services cannot be that of a profile; empty when it can, or is elsewhere."""
    parts = urlsplit(url)
    host, path = (parts.hostname or "").lower(), [part for part in parts.path.split("/") if part]
    own = organisation_of(url)
    if not own and (is_services(url) or host == LEGACY):
        return f'must name the organisation, such as "https://{SERVICES}/contoso".'
    if not own:
        return ""
    if host == f"{own}.{LEGACY}":
        fits = [part.casefold() for part in path] in ([], [USUAL_COLLECTION.casefold()])
    else:
        fits = host == SERVICES and len(path) == 1
    return "" if fits else f'must be the address of the organisation alone: "https://{SERVICES}/{own}".'


def _split(text: str) -> SplitResult:
    text = text.strip().strip("<>\"'").strip()
    if not text:
        raise ValueError(f"Give the address of a collection, such as {EXAMPLE}.")
    if "://" not in text:
        text = f"https://{text}"
    wrong = ValueError(f"That is not the address of a server; it looks like {EXAMPLE}.")
    if len(text) > LONGEST or text != clean(text):
        raise wrong
    if any(c.isspace() for c in text):
        raise ValueError("An address holds no blanks: write %20 for each, as the browser copies it.")
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise wrong from None
    # The scheme with a sign left out would be taken for a host.
    if parts.scheme not in _PORTS or not host or not is_host(host) or host in _PORTS or parts.port == 0:
        raise wrong
    folders = [unquote(part) for part in parts.path.split("/")]
    if any(part in (".", "..") or min(part, default="x") < " " for part in folders):
        raise wrong
    if parts.username is not None:
        raise ValueError("An address must not hold a user name or a password; take out what is before the @.")
    return parts


def is_host(host: str) -> bool:
    """Whether a text can be the name or the number of a host."""
    numbers = host.split(".")
    if len(numbers) == 4 and all(number.isdecimal() for number in numbers):
        return all(int(number) < 256 for number in numbers)
    return ":" in host or all(c.isalnum() or c in "-_." for c in host)


def _root(parts: SplitResult) -> str:
    host = (parts.hostname or "").lower()
    host = f"[{host}]" if ":" in host else host
    port = parts.port
    return f"{parts.scheme}://{host}" + ("" if port in (None, _PORTS[parts.scheme]) else f":{port}")


def _parted(path: Sequence[str]) -> tuple[list[str], list[str]]:
    """The folders of a path, and what begins with the first part that has a _ in front."""
    at = next((index for index, part in enumerate(path) if part.startswith("_")), len(path))
    return list(path[:at]), list(path[at:])


def _organisation(host: str, path: Sequence[str]) -> tuple[str, list[str]] | None:
    """The address of an organisation of Services by any of its hosts, and the folders below it."""
    if host in (SERVICES, LEGACY) or host.endswith(f".{SERVICES}"):
        if not path or host == LEGACY:
            raise ValueError(f"Name the organisation too, such as https://{SERVICES}/contoso.")
        return f"https://{SERVICES}/{_quoted(path[0])}", list(path[1:])
    if not host.endswith(f".{LEGACY}"):
        return None
    rest = list(path)
    if rest and rest[0].casefold() == USUAL_COLLECTION.casefold():
        rest = rest[1:]
    return f"https://{host.partition('.')[0]}.{LEGACY}", rest


def _collections(root: str, path: Sequence[str], *, is_of_thing: bool) -> tuple[list[str], int]:
    """The collections that a path may begin with, the best first, and how many parts the best one takes."""
    if not path:
        return [f"{root}/{USUAL_COLLECTION}", f"{root}/{USUAL_FOLDER}/{USUAL_COLLECTION}"], 0
    first = path[0].casefold()
    if first == USUAL_FOLDER and len(path) == 1:
        return [f"{root}/{_quoted(path[0])}/{USUAL_COLLECTION}"], 1
    one, two = f"{root}/{_quoted(path[0])}", f"{root}/{'/'.join(map(_quoted, path[:2]))}"
    if len(path) == 1:
        return [one], 1
    if first == USUAL_FOLDER or path[1].casefold() == USUAL_COLLECTION.casefold():
        return [two], 2
    if is_of_thing and len(path) == 3:
        # With a virtual directory of another name; or with a team behind the project.
        return [two, one], 2
    return [one, two], 1


def _quoted(part: str) -> str:
    return quote(part, safe="")


def _numbers(parts: SplitResult, after: Sequence[str]) -> Mapping[str, int]:
    """The ids that an address names, by the names of `Address`."""
    if after[:1] and after[0].casefold() == "_apis":
        return _of_rest_path(after[1:])
    # As it stands in the source of a page.
    query = parts.query.replace("&amp;", "&")
    # Pages of 2015 have their parameters behind a #.
    asked = {k.casefold(): v for k, v in parse_qsl(parts.fragment) + parse_qsl(query)}
    found = {
        "release_id": _number(asked.get("releaseid", "")),
        "environment_id": _number(asked.get("environmentid", "")),
        "definition_id": _number(asked.get("definitionid", "")),
        "approval_id": _number(asked.get("approvalid", "")),
    }
    if not found["release_id"]:
        # In the editor it is the stage of the definition, which is another id.
        found["environment_id"] = 0
    return {name: number for name, number in found.items() if number}


def _of_rest_path(path: Sequence[str]) -> Mapping[str, int]:
    """`release/releases/178/environments/2149/deployPhases/1237/tasks/7/logs` and its like (api.md 3)."""
    if [part.casefold() for part in path[:1]] != ["release"]:
        return {}
    names = {
        "releases": "release_id",
        "environments": "environment_id",
        "definitions": "definition_id",
        "approvals": "approval_id",
        "deployphases": "phase_id",
        "tasks": "task_id",
    }
    found: dict[str, int] = {}
    for what, number in zip(path[1::2], path[2::2], strict=False):
        name = names.get(what.casefold())
        if name is None or not _number(number):
            break
        found[name] = _number(number)
    return found


def _number(text: str) -> int:
    # A link at the end of a sentence.
    text = text.rstrip(".,;:!?)")
    is_one = text.isascii() and text.isdigit() and len(text) < 19
    return int(text) if is_one else 0


def _kind(numbers: Mapping[str, int], project: str) -> Thing:
    if "task_id" in numbers and "phase_id" in numbers:
        return Thing.LOG
    if "approval_id" in numbers:
        return Thing.APPROVAL
    if "release_id" in numbers:
        return Thing.STAGE if "environment_id" in numbers else Thing.RELEASE
    if "definition_id" in numbers:
        return Thing.DEFINITION
    return Thing.PROJECT if project else Thing.COLLECTION

"""Which configured server a pasted link is of. Nothing is ever asked of the host that a link names.

A server may go by several names: its own links name the public one, a profile perhaps another. So it is the
collection's path that counts; where the host differs, a person says once whether it is the same server, and
that is kept.
"""

from __future__ import annotations

import json
from pathlib import Path

from reltui import paths
from reltui.config import Config
from reltui.data import files
from reltui.errors import FolderError
from reltui.model.address import Address, host_of, project_within, read_address, same_host
from reltui.model.text import clean
from reltui.model.values import dataclass

FILE = "hosts.json"
LARGEST = 2**16
MOST = 200
"""Pairs that are kept, the newest."""


@dataclass(frozen=True, slots=True)
class LinkPlace:
    """Where a link may lead."""

    server: str
    """Profile name."""
    project: str
    """Name or GUID, as the link has it; empty for none."""
    address: Address
    host: str
    """The host of the link."""
    own_host: str
    """The host of the profile."""

    @property
    def is_same_host(self) -> bool:
        """Whether nobody needs to be asked."""
        return self.host == self.own_host


def places(config: Config, link: str) -> tuple[LinkPlace, ...]:
    """The profiles that may be meant, only those of the link's own host where there are any.

    Raises ValueError with a sentence: it is no link of a server, or no profile has its collection.
    """
    address = read_address(link)
    found: list[LinkPlace] = []
    for name in config.default:
        url = config.profiles[name].url
        project = project_within(address, url)
        if project is None:
            continue
        own = host_of(url)
        host = own if same_host(address.collection_url, url) else host_of(address.collection_url)
        found.append(LinkPlace(name, project, address, host, own))
    if not found:
        where = clean(address.collection_url, limit=300)
        raise ValueError(f"No profile in use has the collection of this link; run: reltui init {where}")
    return tuple(place for place in found if place.is_same_host) or tuple(found)


class HostNames:
    """Other names of configured servers, as a person has said they are."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE

    def is_known(self, place: LinkPlace) -> bool:
        """Whether the link's host is the profile's, or was said to be the same server."""
        return place.is_same_host or [place.host, place.own_host] in self._read()

    def keep(self, place: LinkPlace) -> None:
        """Remember that the two are one server. Raises FolderError: it cannot be written."""
        pairs = [pair for pair in self._read() if pair != [place.host, place.own_host]]
        kept = [*pairs, [place.host, place.own_host]][-MOST:]
        try:
            paths.ensure(self._path.parent)
            files.replace(self._path, json.dumps(kept).encode("ascii"))
        except OSError as error:
            raise FolderError(f"{self._path} cannot be written: {error.strerror}.") from None

    def _read(self) -> list[list[str]]:
        try:
            found = json.loads(files.read(self._path)[:LARGEST])
        except (OSError, ValueError, RecursionError):
            # Then the question is asked once more.
            return []
        pairs = found if isinstance(found, list) else []
        return [pair for pair in pairs if isinstance(pair, list) and all(isinstance(e, str) for e in pair)]

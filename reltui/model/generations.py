"""The generations of servers, from the oldest to the newest (api.md 2.1)."""

from __future__ import annotations

from collections.abc import Mapping

from reltui.model.text import SafeText

TITLES: Mapping[str, str] = {
    "tfs-2015.2": "TFS 2015 Update 2",
    "tfs-2017": "TFS 2017",
    "tfs-2018-rtw": "TFS 2018",
    "tfs-2018": "TFS 2018 Update 2",
    "server-2019": "Azure DevOps Server 2019",
    "server-2019.1": "Azure DevOps Server 2019 Update 1",
    "server-2020": "Azure DevOps Server 2020",
    "server-2022": "Azure DevOps Server 2022",
    "server-2022.1": "Azure DevOps Server 2022.1",
    "services": "Azure DevOps Services",
}
"""Generation to what people call it."""

FIRST_OF_NOW = "tfs-2018-rtw"
"""The first with jobs in stages, and with the shapes of today (api.md 2.6)."""
_ORDER = {generation: place for place, generation in enumerate(TITLES)}


def title(generation: str) -> SafeText:
    """What people call it; a plain word for an unknown one."""
    return SafeText(TITLES.get(generation, "this server"))


def is_before(generation: str, first: str) -> bool:
    """Whether a generation is older than another; never for one that is not known yet."""
    return generation in _ORDER and _ORDER[generation] < _ORDER[first]


def is_older(generation: str) -> bool:
    """Whether a generation has the shapes from before 4.0."""
    return is_before(generation, FIRST_OF_NOW)

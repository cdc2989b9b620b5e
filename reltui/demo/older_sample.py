"""The sample company as a server before 4.0 could have it: one job on an agent in each stage (api.md 2.6)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from reltui.demo.company import Open, Spec


def plain_specs(specs: Iterable[Spec]) -> list[Spec]:
    """The definitions without gates, manual interventions and deployment groups."""
    return [
        replace(
            spec,
            extras={
                name: replace(extra, watch=None, instructions="", group=0)
                for name, extra in spec.extras.items()
            },
        )
        for spec in specs
    ]


def plain_openings(openings: Iterable[Open]) -> list[Open]:
    """The open releases; what waited at gates or for hands went on."""
    return [replace(opening, fate=opening.fate.replace("E", "S").replace("I", "S")) for opening in openings]

"""What runs where in a project: the newest deployments, read until every stage is known (api.md 3.6)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import field, replace
from typing import TYPE_CHECKING

from reltui.data.gathering import Gathered, all_pages, by_folder
from reltui.data.topics import LiveData, LiveOf, StageLive
from reltui.model.attempt import DeploymentStatus
from reltui.model.decode import BadRow
from reltui.model.definition import Definition
from reltui.model.deployment import Deployment, end_order
from reltui.model.text import SafeText
from reltui.model.values import dataclass

if TYPE_CHECKING:
    from reltui.api.client import ReleaseClient

PAGES = 10
"""Pages of deployments that are read for all stages at once."""
PAGE = 100
"""Deployments of such a page; servers give no more (api.md 3.6)."""
ONE_BY_ONE = 60
"""Stages that are then asked about by themselves."""
SUCCESSES = 20
"""Successes of each kind that such a stage is asked for: the newest to begin need not be the last to end."""

StageKey = tuple[int, int]


@dataclass(slots=True)
class Live:
    """What was found so far."""

    definitions: tuple[Definition, ...] = ()
    stages: dict[StageKey, StageLive] = field(default_factory=dict)
    bad: tuple[BadRow, ...] = ()
    more: bool = False
    """Of some stages it is not known what runs there: it may be older than all that was read."""
    trouble: SafeText = SafeText("")
    is_read: bool = False
    told: dict[StageKey, int] = field(init=False)
    """The release that stands on a stage by the definitions of a newer server (5.0 and later)."""

    def __post_init__(self) -> None:
        self.told = {
            (definition.id, stage.id): stage.current_release.id
            for definition in self.definitions
            for stage in definition.environments or ()
            if stage.current_release is not None
        }

    @property
    def data(self) -> LiveData:
        """For a snapshot."""
        return LiveData(self.definitions, dict(self.stages), self.bad, self.is_read)

    def add(self, deployments: Iterable[Deployment]) -> None:
        """Deployments in any order."""
        for deployment in deployments:
            seen = self.stages.get(deployment.stage, StageLive())
            if seen.latest is None or seen.latest.id < deployment.id:
                seen = replace(seen, latest=deployment)
            if self._may_run(deployment) and (
                seen.live is None or end_order(seen.live) < end_order(deployment)
            ):
                seen = replace(seen, live=deployment)
            self.stages[deployment.stage] = seen

    def _may_run(self, deployment: Deployment) -> bool:
        """It succeeded, and the server's own word, where there is one, is not another release."""
        told = self.told.get(deployment.stage, deployment.release.id)
        return deployment.succeeded and deployment.release.id == told

    def unknown(self) -> list[StageKey]:
        """Stages in which something stands, or may stand, that was not met yet.

        A newer server's definitions tell what stands where. Otherwise it may be a success that is older
        than all that was read.
        """
        return [
            (definition.id, stage.id)
            for definition in self.definitions
            for stage in definition.environments or ()
            if (definition.id, stage.id) in (self.told or self.stages)
            and self.stages.get((definition.id, stage.id), StageLive()).live is None
        ]


async def read_live(topic: LiveOf, client: ReleaseClient, tell: Callable[[object, str], None]) -> Live:
    """Ask the server. Raises ApiError."""
    gathered: Gathered[Definition] = await all_pages(client.definitions(topic.project.id))
    live = Live(by_folder(gathered.items), bad=gathered.bad, trouble=gathered.trouble)
    tell(live.data, "definitions read")
    count, whole = 0, False
    # All attempts: before a redeployment that runs or was canceled the same release may have succeeded.
    async for page in client.deployments(topic.project.id, top=PAGE):
        count += 1
        live.add(page.rows.items)
        live.bad += page.rows.bad
        live.trouble = page.trouble or live.trouble
        unknown = live.unknown()
        whole = page.last
        if page.last or count >= PAGES or (live.told and not unknown):
            break
        still = f", {len(unknown)} stages still unknown" if unknown else ""
        tell(live.data, f"{count} of at most {PAGES} pages of deployments{still}")
    left = live.unknown()
    await _one_by_one(topic, client, live, left[:ONE_BY_ONE], tell)
    live.is_read = True
    live.more = len(left) > ONE_BY_ONE or (bool(live.unknown()) if live.told else not whole)
    return live


async def _one_by_one(
    topic: LiveOf,
    client: ReleaseClient,
    live: Live,
    stages: list[StageKey],
    tell: Callable[[object, str], None],
) -> None:
    """The newest successes of single stages, for those where nothing happened for long."""
    done = 0

    async def ask(stage: StageKey) -> None:
        nonlocal done
        # A question names one status; a partial success runs there as well as a whole one.
        for status in (DeploymentStatus.SUCCEEDED, DeploymentStatus.PARTIALLY_SUCCEEDED):
            pages = client.deployments(
                topic.project.id,
                definition_id=stage[0],
                definition_environment_id=stage[1],
                status=status,
                top=SUCCESSES,
            )
            gathered: Gathered[Deployment] = await all_pages(pages, most=1)
            live.add(gathered.items)
        done += 1
        if done % 10 == 0:
            tell(live.data, f"{done} of {len(stages)} quiet stages")

    await asyncio.gather(*map(ask, stages))

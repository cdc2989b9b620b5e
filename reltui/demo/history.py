"""The past, made again whenever somebody looks: a line's fate is played through the state machine.

People of the past act by a script that follows from the line's fate and, for everything else, from the seed
and the release's id, so that the same release comes out whenever and however often it is made.
"""

from __future__ import annotations

import math
from random import Random
from typing import TYPE_CHECKING

from reltui.demo import approvals, gates, interventions, phrases, tasks
from reltui.demo.clock import Calendar, Event
from reltui.demo.lanes import lane_of
from reltui.demo.life import Ids, Life
from reltui.demo.lines import ReleaseLine
from reltui.demo.records import POST, PRE, Approval, Attempt, Environment, Intervention, Json, Release

if TYPE_CHECKING:
    from reltui.demo.world import World

APPROVALS_EACH = 64
DEPLOYMENTS_EACH = 32
ENVIRONMENTS_EACH = 8
PHASES_EACH = 128
"""How many ids are set aside for each release of the sample."""

LONGEST_STORY = 14 * 86400.0
"""Seconds after its creation by which every release of the sample's past has come to rest."""

_PATIENCE = (120.0, 700.0, 2400.0, 7000.0, 20000.0, 70000.0)
"""Seconds people take to answer, at most, and equally often."""


class History:
    """Makes whole releases out of lines."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.until = math.inf
        """When the past ends, in seconds since 1970."""

    def make(self, line: ReleaseLine) -> Release:
        """The release as it came out."""
        play = Play(self._world, line, self.until)
        play.run()
        return play.release


class Play:
    """One release, from its creation to the end of the past.

    Where it waits, `signed` have signed already; `stumbles` says how often each stage failed before. A
    `swift` one comes there without any failure or delay.
    """

    def __init__(
        self,
        world: World,
        line: ReleaseLine,
        until: float,
        signed: int = 0,
        stumbles: tuple[int, ...] = (),
        *,
        swift: bool = False,
    ) -> None:
        self._world = world
        self._line = line
        self._until = until
        self._signed = signed
        self._random = Random(f"{world.seed}:{line.id}")
        self.calendar = Calendar()
        self.release = self._release()
        ids = Ids(line.id * APPROVALS_EACH - 1, line.id * DEPLOYMENTS_EACH - 1, line.id * PHASES_EACH - 1)
        self.life = Life(world.people, self.calendar, ids, self)
        self._stumbles = {
            position: 1
            for position, letter in enumerate(line.fate)
            if letter == "S" and self._random.random() < 0.06
        }
        """How many attempts failed before one succeeded, by position of the environment."""
        self._swift = swift
        if swift:
            self._stumbles.clear()
        self._stumbles |= {position: count for position, count in enumerate(stumbles) if count}
        self._side = {position: self._random.random() < 0.3 for position in range(len(line.fate))}
        """Whether a rejection comes after the deployment, where somebody is asked there at all."""
        self._stopped: set[int] = set()
        self._started: set[int] = set()

    def _release(self) -> Release:
        line, random = self._line, self._random
        artifacts = line.definition["artifacts"]
        text = random.choice(phrases.DESCRIPTIONS)
        if line.reason == "continuousIntegration":
            text = ""
        elif line.reason == "schedule":
            text = "Scheduled release"
        release = Release(
            id=line.id,
            project_id=line.project_id,
            definition=line.definition,
            name=line.name,
            status="draft" if line.status == "draft" else "active",
            reason=line.reason,
            created=line.created,
            created_by_id=line.created_by_id,
            modified=line.created,
            modified_by_id=line.created_by_id,
            description=text.format(number=20000 + line.id % 977, sprint=40 + line.id % 19),
            builds=((artifacts[0]["alias"], line.build_id),) if line.build_id else (),
            variables=line.definition["variables"],
            keep_forever=line.keep_forever,
        )
        for position, plan in enumerate(line.definition["environments"]):
            release.environments.append(
                Environment(line.id * ENVIRONMENTS_EACH + position, plan, line.created, line.created)
            )
        return release

    def run(self) -> None:
        """Let everything happen up to the end of the past."""
        release, line = self.release, self._line
        if line.status == "draft":
            return
        for position, letter in enumerate(line.fate):
            if letter == "Q":
                self.life.lanes.enter(lane_of(release, position), 0)
        self.life.start(release, line.created)
        self._start_by_hand(line.created)
        if line.status == "abandoned" and "A" not in line.fate:
            self.calendar.enter(line.created + (self._until - line.created) * 0.9, "give up", line.id)
        while (due := self.calendar.next_due) is not None and due <= self._until:
            event = self.calendar.pop()
            self._happen(event)
            self._interfere(event.due)

    def _happen(self, event: Event) -> None:
        release = self.release
        if event.kind == "sign":
            self._sign(event)
        elif event.kind == "act":
            self._act(event)
        elif event.kind == "call off":
            self.life.cancel(release, event.position, release.created_by_id, event.due)
        elif event.kind == "give up":
            if release.status == "active":
                self.life.abandon(release, release.created_by_id, event.due)
        elif event.kind == "deploy":
            letter = self._line.fate[event.position]
            if letter == "D":
                due = math.ceil(self._until / 3600.0) * 3600.0 + 5 * 3600.0
                self.life.schedule(release, event.position, release.created_by_id, due, event.due)
            else:
                self.life.queue(release, event.position, release.created_by_id, "manual", event.due)
        else:
            self.life.happen(event)
            if event.kind in ("phase", "post", "sampled"):
                self._after(event)

    def _after(self, event: Event) -> None:
        """Redeploy what stumbled; start by hand what now may be started."""
        environment = self.release.environments[event.position]
        if environment.status == "rejected" and self._line.fate[event.position] == "S":
            self.calendar.enter(event.due + self._delay(event.due), "deploy", self.release.id, event.position)
        elif environment.status == "succeeded":
            self._start_by_hand(event.due)

    def _start_by_hand(self, moment: float) -> None:
        """Deploy the stages without a trigger, once the automatic ones before them are through."""
        for position, environment in enumerate(self.release.environments):
            if (
                environment.plan["conditions"]
                or self._line.fate[position] == "N"
                or position in self._started
            ):
                continue
            before = [e for e in self.release.environments[:position] if e.plan["conditions"]]
            if all(e.status == "succeeded" for e in before):
                self._started.add(position)
                self.calendar.enter(moment + self._delay(moment), "deploy", self.release.id, position)

    def _interfere(self, moment: float) -> None:
        """Cancel or abandon what is meant to end so, soon after it began."""
        for position, environment in enumerate(self.release.environments):
            letter = self._line.fate[position]
            if letter in "CA" and environment.status == "inProgress" and position not in self._stopped:
                self._stopped.add(position)
                waits = any(approval.status == "pending" for approval in environment.approvals)
                delay = self._delay(moment) if waits else 7.0
                kind = "call off" if letter == "C" else "give up"
                self.calendar.enter(moment + delay, kind, self.release.id, position)

    def _delay(self, moment: float) -> float:
        """How long somebody takes; always short enough that the story ends before the past does."""
        room = 5.0 if self._swift else max(5.0, (self._until - moment) * 0.15)
        return round(min(self._random.choice(_PATIENCE) * self._random.uniform(0.3, 1.0), room), 3)

    # What the state machine asks and tells

    def find(self, release_id: int) -> Release:
        """The one release of this play."""
        return self.release

    def branch(self, release: Release, alias: str) -> str:
        """The branch that the build came from."""
        return self._world.branch(release, alias)

    def changed(self, release: Release) -> None:
        """Nothing to do: nobody looks before the end."""

    def deployed(self, release: Release, environment: Environment) -> None:
        """Nothing to do: the line has told it already."""

    def samples(self, release: Release, environment: Environment, gate: Json) -> str | None:
        """Gates of the past pass; where the release waits for them, the last one does not."""
        position = environment.id - release.id * ENVIRONMENTS_EACH
        planned = gates.planned(environment.plan["preDeploymentGates"])
        return "fail" if self._line.fate[position] == "E" and gate is planned[-1] else "pass"

    def intervened(self, release: Release, position: int, intervention: Intervention) -> None:
        """Decide when somebody will resume, unless the release waits here."""
        if self._line.fate[position] != "I":
            due = intervention.created + self._delay(intervention.created)
            self.calendar.enter(due, "act", release.id, position, intervention.attempt, intervention.id)

    def _act(self, event: Event) -> None:
        _, intervention = interventions.find(self.release, event.detail)
        if intervention.status == "pending" and self.release.status == "active":
            words = self._random.choice(phrases.RESUMED)
            by = self.release.created_by_id
            self.life.act(self.release, event.position, intervention, True, by, words, event.due)

    def asked(self, approval: Approval) -> None:
        """Decide when the person asked will answer, if at all."""
        if approval.status != "pending":
            return
        letter = self._line.fate[approval.position]
        environment = self.release.environments[approval.position]
        if letter in "CAT" and (approval.type == PRE or not _asks(environment, PRE)):
            return
        if letter in ("W", "V") and approval.type == (PRE if letter == "W" else POST):
            asked = approvals.of_attempt(environment, approval.attempt, approval.type)
            if sum(a.approver_id is not None for a in asked) > self._signed:
                return
        self.calendar.enter(
            approval.created + self._delay(approval.created),
            "sign",
            approval.release_id,
            approval.position,
            approval.attempt,
            approval.id,
        )

    def _sign(self, event: Event) -> None:
        environment = self.release.environments[event.position]
        approval = next(a for a in environment.approvals if a.id == event.detail)
        if approval.status != "pending" or self.release.status != "active":
            return
        approve = not self._rejects(environment, event.position, approval)
        words = phrases.APPROVED if approve else phrases.REJECTED
        self.life.sign(
            self.release, approval, approve, self._signer(approval), self._random.choice(words), event.due
        )

    def _rejects(self, environment: Environment, position: int, approval: Approval) -> bool:
        if self._line.fate[position] != "R":
            return False
        after = self._side[position] and _asks(environment, POST)
        side = POST if after or not _asks(environment, PRE) else PRE
        return approval.type == side

    def _signer(self, approval: Approval) -> str:
        """The approver, or one of the group who did not create the release."""
        approver_id = str(approval.approver_id)
        members = self._world.people.by_id[approver_id]["members"]
        if not members:
            return approver_id
        others = [member for member in members if member != self.release.created_by_id]
        return str(self._random.choice(others or members))

    def trouble(self, release: Release, environment: Environment, attempt: Attempt) -> tasks.Trouble | None:
        position = environment.id - release.id * ENVIRONMENTS_EACH
        letter = self._line.fate[position]
        fails = letter == "F" or attempt.number <= self._stumbles.get(position, 0)
        if letter == "P" or fails:
            phase, task = tasks.breaking_point(environment.plan)
            planned = tasks.enabled_tasks(tasks.in_order(environment.plan)[phase])
            if not fails:
                return tasks.Trouble(phase, len(planned) - 1, "")
            message = f"{planned[task]['name']} failed: process completed with exit code 1."
            return tasks.Trouble(phase, task, message)
        if letter in "GWVQDEI":
            return self._world.trouble(release, environment, attempt)
        return None


def _asks(environment: Environment, side: str) -> bool:
    """True when a person is asked on that side of the environment."""
    return any(not step.get("isAutomated") for step in approvals.steps(environment.plan, side))

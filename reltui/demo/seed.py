"""Fills an empty world with the sample organisation, small or large, always the same for the same seed."""

from __future__ import annotations

import copy
import gc
import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from random import Random

from reltui.demo import company, phrases
from reltui.demo.builds import Build, BuildSource
from reltui.demo.clock import as_datetime, wire_time
from reltui.demo.company import Ask, Open, Spec
from reltui.demo.history import APPROVALS_EACH, DEPLOYMENTS_EACH, ENVIRONMENTS_EACH, PHASES_EACH, Play
from reltui.demo.identifiers import guid
from reltui.demo.lines import ReleaseLine
from reltui.demo.older_sample import plain_openings, plain_specs
from reltui.demo.records import Json
from reltui.demo.templates import stage
from reltui.demo.world import World

DAY = 86400.0
CALENDAR = 1_795_512_600.0
"""2026-11-24 09:30 UTC, a Tuesday: what the sample's calendar takes for the present, whatever the day is. So
one seed gives one sample, moved in time; on a Sunday it is as lively as on any other day."""
FIRST_RELEASE = 1207
FIRST_BUILD = 48211


@dataclass(frozen=True, slots=True)
class Size:
    """How much there is; `approvals` 0 leaves it at what the company's table of open releases gives."""

    definitions: int
    releases: int
    approvals: int
    weeks: float
    mine: int = 0
    """How many of the approvals beyond that table are for the signed-in person, outside of production."""
    projects: int = 6


SIZES = {
    "small": Size(0, 400, 0, 6),
    "broad": Size(70, 600, 60, 6, projects=15),
    "large": Size(200, 20_000, 500, 26, mine=50),
    "crowd": Size(500, 100_000, 10_000, 104),
}


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage of a specification, ready for drawing fates."""

    after: tuple[int, ...]
    by_hand: bool
    asks: bool
    hours: int
    """Timeout of the approvals that come first, 0 for the default."""


@dataclass(slots=True)
class Plan:
    """A release that is to be put into the world."""

    created: float
    spec: int
    fate: str
    status: str = "active"
    opening: Open | None = None


def populate(world: World, size: str, now: float, *, older: bool = False) -> Json:
    """Fill the world up to `now`; returns the identity of the signed-in person. `older`: as before 4.0."""
    return Seeder(world, SIZES[size], now, older=older).run()


def still_asked(ask: Ask, signed: int) -> tuple[str, ...]:
    """Who is still asked, at the same time, after so many signatures; empty when that cannot be."""
    if ask.mode == "sequence":
        return ask.who[signed : signed + 1]
    enough = {"any": 1, "two": 2}.get(ask.mode, len(ask.who))
    return ask.who[signed:] if signed < enough else ()


class Seeder:
    """Puts everything in place, in the order of time."""

    def __init__(self, world: World, size: Size, now: float, *, older: bool = False) -> None:
        self.world = world
        self.older = older
        self.size = size
        self.now = now
        self.random = Random(f"{world.seed}:sample")
        self.ids: dict[str, str] = {}
        self.specs = plain_specs(company.SPECS) if older else list(company.SPECS)
        self.projects = dict(company.PROJECTS)
        """Name to description and the keys of who works there."""
        for name in company.MORE_PROJECTS[: size.projects - len(self.projects)]:
            self.projects[name] = f"Services of {name.lower()}", company.PROJECTS["Billing"][1]
        self.stages: list[tuple[Stage, ...]] = []
        self.sources: list[BuildSource] = []
        self.definitions: list[int] = []
        self.build_id = FIRST_BUILD
        self.build_counts: dict[tuple[int, int], int] = {}

    def run(self) -> Json:
        """Everything."""
        world = self.world
        self._people()
        world.resources.owner = self.ids["lupe"]
        world.resources.made = self.now - 800 * DAY
        self._specs()
        self._definitions()
        world.first_id = FIRST_RELEASE
        world.history.until = self.now
        plans = sorted(self._plans(), key=lambda plan: plan.created)
        with _no_collection():
            for plan in plans:
                self._release(plan)
        self._edits()
        last = world.first_id + len(world.lines)
        world.past_approvals = last * APPROVALS_EACH
        world.ids.approval = last * APPROVALS_EACH
        world.ids.deployment = last * DEPLOYMENTS_EACH
        world.ids.phase = last * PHASES_EACH
        world.environment_id = last * ENVIRONMENTS_EACH
        with _lines_left_alone():
            for line, plan in zip(world.lines, plans, strict=True):
                if plan.opening is not None or plan.status == "draft":
                    self._open(line, plan)
        self._fresh_builds()
        return world.people.by_id[self.ids[company.ME]]

    # Who and what

    def _people(self) -> None:
        people = self.world.people
        for key, (name, zone) in company.PEOPLE.items():
            self.ids[key] = guid("person", key)
            parts = name.split()
            mail = f"{key}.{_plain(parts[-1])}@{company.DOMAIN}"
            account = f"{company.COMPANY.upper()}\\{key[0]}{_plain(parts[-1])}"
            people.add_person(self.ids[key], name, mail, account, zone)
        for key, (name, members) in company.GROUPS.items():
            self.ids[key] = guid("group", key)
            scope = guid("scope", name.partition("]")[0])
            unique = f"vstfs:///Classification/TeamProject/{scope}\\{name.partition(chr(92))[2]}"
            people.add_group(self.ids[key], name, unique, (self.ids[member] for member in members))
        for name, (text, _) in self.projects.items():
            project_id = guid("project", name)
            managers = company.MANAGERS.get(name, ())
            self.world.managers[project_id] = frozenset(self.ids[key] for key in managers)
            for permission, keys in company.PERMITTED.get(name, {}).items():
                self.world.permitted[project_id, permission] = frozenset(self.ids[key] for key in keys)
            self.world.projects.append(
                {
                    "id": project_id,
                    "name": name,
                    "description": text,
                    "state": "wellFormed",
                    "revision": 417 + len(name),
                    "visibility": "private",
                    "lastUpdateTime": wire_time(self.now - 400 * DAY - len(text) * 3571.0),
                }
            )

    def _specs(self) -> None:
        """The company's own definitions, and as many more like them as the size asks for."""
        names = [f"{service}.{part}.CD" for part in phrases.PARTS for service in phrases.SERVICES]
        more = list(self.projects)[len(company.PROJECTS) :]
        for position in range(max(0, self.size.definitions - len(self.specs))):
            model = company.SPECS[self.random.randrange(len(company.SPECS))]
            name = names[position]
            self.specs.append(
                Spec(
                    more[position % len(more)] if more else model.project,
                    name,
                    f"{model.path.rstrip(chr(92))}\\{name.partition('.')[0]}",
                    model.graph,
                    model.kind,
                    name.removesuffix(".CD").replace(".", "-").lower(),
                    model.pre,
                    model.post,
                    weight=model.weight,
                    extras=model.extras,
                )
            )

    def _definitions(self) -> None:
        world = self.world
        projects = {project["name"]: project for project in world.projects}
        by_repository: dict[str, BuildSource] = {}
        for position, spec in enumerate(self.specs):
            project = projects[spec.project]
            source = by_repository.get(spec.repository)
            if source is None:
                authors = tuple(self.ids[key] for key in self.projects[spec.project][1])
                reference = {"id": project["id"], "name": project["name"]}
                source = BuildSource(
                    31 + position, f"{spec.repository}.CI", reference, spec.repository, authors
                )
                by_repository[spec.repository] = world.builds.sources[source.id] = source
            self.sources.append(source)
            self.stages.append(_stages(spec))
            self._define(position, spec, source)

    def _define(self, position: int, spec: Spec, source: BuildSource) -> None:
        """Create the definition and, for the company's own, a few revisions."""
        world = self.world
        owner = self.ids["dana" if position % 3 == 0 else "marcus"]
        moment = self.now - (700 - position % 300) * DAY - position * 4111.7
        environments = [stage(spec, rank, self.ids, self.random) for rank in range(1, len(spec.graph) + 1)]
        body: Json = {
            "source": "userInterface",
            "name": spec.name,
            "path": spec.path,
            "description": f"Delivers {spec.repository}",
            "environments": environments,
            "artifacts": [_artifact(source)],
            "triggers": [
                {"artifactAlias": source.name, "triggerConditions": [], "triggerType": "artifactSource"}
            ],
            "releaseNameFormat": spec.form,
            "variables": {"LogLevel": {"value": "Information", "allowOverride": True}},
        }
        project_id = source.project["id"]
        self._use_library(body, project_id)
        definition = world.definitions.create(project_id, body, owner, moment)
        self.definitions.append(definition["id"])
        world.names.used[definition["id"]] = spec.weight * self.random.randrange(2, 12)
        if position >= len(company.SPECS):
            return
        for edit in range(self.random.randrange(4)):
            body = copy.deepcopy(definition)
            body["comment"] = self.random.choice(phrases.REVISIONS)
            body["variables"][f"Setting{edit + 1}"] = {"value": str(self.random.randrange(100))}
            moment += self.random.uniform(5, 160) * DAY
            definition = world.definitions.update(project_id, body, owner, min(moment, self.now - 50 * DAY))

    def _use_library(self, body: Json, project_id: str) -> None:
        """Link the variable groups that the company's table names."""
        if self.older:
            return
        whole, production = company.LIBRARY.get(body["name"], ((), ()))
        ids = {group["name"]: group["id"] for group in self.world.resources.variable_groups(project_id)}
        body["variableGroups"] = [ids[name] for name in whole]
        for environment in body["environments"]:
            if environment["name"].startswith("PROD"):
                environment["variableGroups"] = [ids[name] for name in production]

    def _edits(self) -> None:
        """The late edits of the company, none of them before the newest release of the definition."""
        names = [spec.name for spec in self.specs]
        for edit in company.EDITS:
            number = self.definitions[names.index(edit.name)]
            stored = self.world.definitions.stored(number)
            body = copy.deepcopy(stored.current)
            name, value = edit.variable
            body["variables"][name] = {"value": value}
            body["comment"] = edit.comment
            newest = max((line.created for line in self.world.lines_of[number]), default=0.0)
            moment = max(newest, self.now - edit.minutes * 60.0)
            self.world.definitions.update(stored.project_id, body, self.ids[edit.by], moment)

    # What happened

    def _plans(self) -> list[Plan]:
        by_name = {spec.name: position for position, spec in enumerate(self.specs)}
        plans = [
            Plan(self.now - opening.minutes * 60.0, by_name[opening.name], opening.fate, opening=opening)
            for opening in (plain_openings(company.OPEN) if self.older else company.OPEN)
        ]
        plans += [
            Plan(self.now - 3.2 * 3600, by_name["Reporting.CD"], "NNNN", "draft"),
            Plan(self.now - 2.4 * DAY, by_name["Portal.Hotfix"], "NN", "draft"),
        ]
        if self.size.approvals:
            plans += self._more_open()
        weights = [spec.weight for spec in self.specs]
        count = self.size.releases - len(plans)
        for position in self.random.choices(range(len(self.specs)), weights, k=count):
            created = self._working_hour(position)
            fate, status = self._fate(position, (self.now - created) / 3600.0)
            plans.append(Plan(created, position, fate, status))
        return plans

    def _more_open(self) -> list[Plan]:
        """Open releases until exactly as many approvals are pending as the size says."""
        missing = self.size.approvals - sum(len(_waiting(self.specs, opening)) for opening in company.OPEN)
        mine = self.size.mine
        plans: list[Plan] = []
        while missing > 0:
            position = self.random.randrange(len(self.specs))
            spec = self.specs[position]
            sides = [(name, "W", ask) for name, ask in spec.pre.items()]
            sides += [(name, "V", ask) for name, ask in spec.post.items()]
            if not sides:
                continue
            name, letter, ask = sides[self.random.randrange(len(sides))]
            signed = self.random.randrange(len(ask.who))
            waiting = len(still_asked(ask, signed))
            own = not name.startswith("PROD") and any(map(_is_mine, still_asked(ask, signed)))
            if not 0 < waiting <= missing or (mine > 0 and not own):
                continue
            missing -= waiting
            mine -= own
            longest = min(20 * 24.0, ask.hours * 0.9 or math.inf)
            hours = longest * self.random.random() ** 3 + 0.3
            fate = _open_fate(self.stages[position], [n for n, _ in spec.graph].index(name), letter)
            opening = Open(spec.name, fate, hours * 60.0, signed)
            plans.append(Plan(self.now - hours * 3600.0, position, fate, opening=opening))
        return plans

    def _working_hour(self, position: int) -> float:
        """A moment of the past when somebody of that project is at work, and early enough to be through."""
        latest = self.now - 1.6 * 3600 * len(self.specs[position].graph)
        if any(extra.nightly for extra in self.specs[position].extras.values()):
            latest = self.now - 6 * DAY
        project = self.specs[position].project
        keys = self.projects[project][1]
        zone = company.PEOPLE[keys[self.random.randrange(len(keys))]][1]
        day: int = math.floor((CALENDAR - self.size.weeks * 7 * DAY * self.random.random() ** 1.2) / DAY)
        weekday = (day + 3) % 7
        if weekday > 4:
            day -= weekday - self.random.randrange(5)
        local: float = min(19.0, max(7.5, self.random.gauss(12.5, 2.6)))
        moment = day * DAY + (local - company.HOURS_EAST[zone]) * 3600.0 + self.now - CALENDAR
        while moment > latest:
            moment -= DAY
        return round(moment, 3)

    def _fate(self, position: int, hours: float) -> tuple[str, str]:
        """What became of each stage of a release of that age, and of the release itself."""
        draw = self.random.random
        kind = self.specs[position].kind
        given_up = draw() < 0.05
        status = "active"
        fate = ""
        for place in self.stages[position]:
            if any(fate[before] != "S" for before in place.after) or (place.by_hand and draw() > 0.6):
                fate += "N"
                continue
            luck = draw()
            letter = "S"
            if place.asks and given_up:
                letter, given_up, status = "A", False, "abandoned"
            elif status == "abandoned":
                letter = "N" if place.by_hand else "A" if place.asks else "S"
            elif place.asks:
                if luck < 0.05:
                    letter = "R"
                elif luck < 0.085:
                    letter = "C"
                elif luck < 0.11:
                    letter = "F"
                elif luck < 0.19 and 0 < place.hours * 2.5 < hours:
                    letter = "T"
            elif luck < 0.05:
                letter = "F"
            elif luck < 0.057:
                letter = "C"
            elif luck < 0.075 and kind in ("web", "service", "data"):
                letter = "P"
            fate += letter
        return fate, status

    def _release(self, plan: Plan) -> None:
        """Put one release into the world's index."""
        world, spec = self.world, self.specs[plan.spec]
        source = self.sources[plan.spec]
        definition = world.definitions.stored(self.definitions[plan.spec]).current
        creator = source.authors[self.random.randrange(len(source.authors))]
        reason = "continuousIntegration"
        if not spec.graph[0][1] or plan.status == "draft" or self.random.random() < 0.22:
            reason = "manual"
            if self.random.random() < 0.3:
                creator = self.ids["dana" if self.random.random() < 0.4 else "marcus"]
        elif spec.path == "\\Scheduled":
            reason = "schedule"
        opening = plan.opening
        if opening is not None:
            reason = "manual" if opening.description or opening.creator else reason
            creator = self.ids[opening.creator] if opening.creator else creator
        build = source.builds[-1] if source.builds else None
        breaks = opening.breaks if opening is not None else 0
        if build is None or breaks or reason == "continuousIntegration" or self.random.random() < 0.4:
            build = self._build(source, plan.created - 75.0, breaks)
        name = world.names.next(
            int(definition["id"]),
            definition["releaseNameFormat"],
            as_datetime(plan.created),
            {"Build.BuildNumber": build.number},
        )
        line = ReleaseLine(
            id=world.first_id + len(world.lines),
            project_id=source.project["id"],
            definition=definition,
            name=name,
            created=plan.created,
            status=plan.status,
            created_by_id=creator,
            reason=reason,
            build_id=build.id,
            branch=build.branch,
            fate=plan.fate,
            keep_forever=self.random.random() < 0.02,
        )
        world.add(line)

    def _build(self, source: BuildSource, finished: float, breaks: int) -> Build:
        day = int(finished // DAY)
        count = self.build_counts[source.id, day] = self.build_counts.get((source.id, day), 0) + 1
        moment = as_datetime(finished)
        number = f"{moment:%Y%m%d}.{count}"
        draw = self.random.random()
        branch = "refs/heads/main"
        if draw > 0.97:
            branch = f"refs/heads/hotfix/INC-{20000 + self.build_id % 977}"
        elif draw > 0.86:
            branch = f"refs/heads/release/{moment:%Y}.{(moment.month + 2) // 3}"
        self.build_id += 1
        return self.world.builds.add(Build(self.build_id, source, number, branch, finished, breaks))

    def _open(self, line: ReleaseLine, plan: Plan) -> None:
        """Play an open release up to now and let the world go on with it."""
        world = self.world
        opening = plan.opening
        play = Play(
            world,
            line,
            self.now,
            opening.signed if opening else 0,
            opening.stumbles if opening else (),
            swift=opening is not None and opening.swift,
        )
        play.run()
        release = play.release
        if opening is not None and opening.description:
            release.description = opening.description
        world.keep(release)
        world.life.take_over(release, play.calendar)

    def _fresh_builds(self) -> None:
        """A newer build of every source that nobody has released yet; one in twelve is going to fail."""
        unbuilt = {spec.repository for spec in self.specs if not spec.weight}
        for position, source in enumerate(self.world.builds.sources.values()):
            if source.repository in unbuilt:
                continue
            breaks = 2 if position % 12 == 5 else 0
            self._build(source, self.now - self.random.uniform(300, 2 * DAY), breaks)


@contextmanager
def _no_collection() -> Iterator[None]:
    """While many lines are made none becomes garbage, and looking for some costs as much as making them."""
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()


@contextmanager
def _lines_left_alone() -> Iterator[None]:
    """While releases are played no line becomes garbage; collecting what does would look through them all."""
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def _is_mine(key: str) -> bool:
    """Whether the signed-in person is this one, or one of this group."""
    return key == company.ME or (key in company.GROUPS and company.ME in company.GROUPS[key][1])


def _plain(name: str) -> str:
    table = str.maketrans("áéíóúÉšřčýž", "aeiouEsrcyz")
    return name.translate(table).lower()


def _stages(spec: Spec) -> tuple[Stage, ...]:
    names = [name for name, _ in spec.graph]
    places: list[Stage] = []
    for position, (name, after) in enumerate(spec.graph):
        before = tuple(names.index(one) for one in after.split("+") if one in names)
        if not after:
            before = tuple(index for index in range(position) if spec.graph[index][1])
        first = spec.pre.get(name) or spec.post.get(name)
        places.append(Stage(before, not after, first is not None, first.hours if first else 0))
    return tuple(places)


def _open_fate(stages: tuple[Stage, ...], waiting: int, letter: str) -> str:
    """Everything is through but the stage that waits and what follows it."""
    fate = ""
    for position, place in enumerate(stages):
        if position == waiting:
            fate += letter
        elif (place.by_hand and position > waiting) or any(fate[before] != "S" for before in place.after):
            fate += "N"
        else:
            fate += "S"
    return fate


def _waiting(specs: list[Spec], opening: Open) -> tuple[str, ...]:
    """Whose signatures an open release of the company's table waits for."""
    spec = next(spec for spec in specs if spec.name == opening.name)
    waiting: tuple[str, ...] = ()
    for (name, _), letter in zip(spec.graph, opening.fate, strict=True):
        if letter in "WV":
            waiting += still_asked((spec.pre if letter == "W" else spec.post)[name], opening.signed)
    return waiting


def _artifact(source: BuildSource) -> Json:
    """The build artifact of a definition, as captured."""
    return {
        "sourceId": f"{source.project['id']}:{source.id}",
        "type": "Build",
        "alias": source.name,
        "definitionReference": {
            "defaultVersionBranch": {"id": "", "name": ""},
            "defaultVersionSpecific": {"id": "", "name": ""},
            "defaultVersionTags": {"id": "", "name": ""},
            "defaultVersionType": {"id": "latestType", "name": "Latest"},
            "definition": {"id": str(source.id), "name": source.name},
            "project": source.project,
        },
        "isPrimary": True,
        "isRetained": False,
    }

"""`reltui approve` and `reltui reject`: the same questions, rules and way as the dialogs of the screens."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from reltui.commands.asking import ask, need_person, say_after
from reltui.commands.inbox import every_row
from reltui.commands.insight import insights, read_releases, release_topic, stage_of
from reltui.commands.items import Insight, Item, Row
from reltui.commands.report import Refused, Report
from reltui.commands.session import NotDone, Session, failures, now_at
from reltui.data.confirming import closed, is_protected, word_to_type
from reltui.data.decision import Draft, Pause, Stage, Thing, Verb
from reltui.data.topics import Inbox, InboxData, InboxRow, ObjectKey, Snapshot, Why
from reltui.errors import ConfigError
from reltui.model.approval import Approval
from reltui.model.comments import missing
from reltui.model.effect import effect_of_no, effect_of_stop
from reltui.model.release import Environment, Release
from reltui.model.signing import needs_browser, own_release_warning
from reltui.model.text import clean, is_suspicious
from reltui.model.values import dataclass
from reltui.model.words import count, one_line, short_name, when

UNSURE = "It cannot be told whether"


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked for on the command line."""

    ids: tuple[int, ...]
    rejects: bool
    comment: str
    interventions: bool = False
    yes: bool = False
    protected: tuple[str, ...] = ()
    """Names that stand in for being typed when asked."""
    keep_going: bool = False
    outside_window: bool = False
    as_json: bool = False

    @property
    def kind(self) -> str:
        """What the ids are of."""
        return "intervention" if self.interventions else "approval"

    @property
    def verb(self) -> Verb:
        """What is done to them."""
        if self.interventions:
            return Verb.REJECT_INTERVENTION if self.rejects else Verb.RESUME
        return Verb.REJECT if self.rejects else Verb.APPROVE

    @property
    def does_it(self) -> bool:
        """It lets a deployment go on."""
        return not self.rejects


@dataclass(frozen=True, slots=True)
class Case:
    """One row that can be decided, with what must be typed for it."""

    row: Row
    release: Release
    stage: Environment
    draft: Draft
    word: str
    word_is: str


async def decide(session: Session, request: Request) -> int:
    """Find, check, ask, send and settle. Raises ConfigError: something is missing on the command line."""
    need_person(request.yes)
    report = Report(session, request.as_json, aloud=not request.yes)
    snapshot = await session.read(Inbox())
    found = _find(session, request, snapshot)
    rows = [row for row in found.values() if not isinstance(row, str)]
    releases = await read_releases(session, rows)
    cases: list[Case] = []
    for number, row in found.items():
        case = row if isinstance(row, str) else _case(session, request, row, releases[release_topic(row)])
        if isinstance(case, Case):
            cases.append(case)
        else:
            key = ("" if isinstance(row, str) else row.server, request.kind, number)
            report.refuse(Refused(request.verb, key, f"{request.kind} {number}", case))
    _check_protected(request, cases)
    if report.refused and not request.keep_going:
        for case in cases:
            why = "Stopped, for another one cannot be decided; --keep-going goes on."
            report.refuse(Refused(request.verb, case.row.key, case.draft.title, why))
        return report.code()
    if cases:
        for case in cases:
            _check_comment(session, request, case)
        known = await insights(session, [case.row for case in cases], every_row(snapshot.data), releases)
        if len(found) > 1 and request.verb is Verb.APPROVE:
            cases = _leave_out(session, report, cases, known)
    if cases:
        await _confirm(session, request, cases, known)
        await report.carry_out([case.draft for case in cases], stops=not request.keep_going)
    return report.code()


def _check_protected(request: Request, cases: Sequence[Case]) -> None:
    """Protected stages are decided one at a time. Raises ConfigError."""
    numbers = [case.row.key[2] for case in cases if case.word]
    if len(numbers) > 1:
        which = f"{', '.join(map(str, numbers[:-1]))} and {numbers[-1]}"
        raise ConfigError(
            f"Protected stages are decided one at a time, and {request.kind}s {which} are of such: "
            "call it for each of them. Nothing was sent."
        )


def _leave_out(
    session: Session, report: Report, cases: Sequence[Case], known: Mapping[ObjectKey, Insight]
) -> list[Case]:
    """Those that a person may want together with others; of the rest it is told why not, as a plan does."""
    kept: list[Case] = []
    for case in cases:
        row, why = case.row, ""
        if known[row.key].superseded:
            why = "Superseded: a newer release waits for the same stage, and for you."
        elif isinstance(row, InboxRow):
            me = session.service.server(row.server).me
            why = own_release_warning(case.release, case.stage, row.approval, me)
        if why:
            sentence = f"{why} Left out of several: decide it alone."
            report.refuse(Refused(Verb.APPROVE, row.key, case.draft.title, sentence))
        else:
            kept.append(case)
    return kept


def _find(session: Session, request: Request, snapshot: Snapshot[InboxData]) -> dict[int, Row | str]:
    """Each id's row, or why there is none. Raises ConfigError: an id is not unique."""
    rows: dict[tuple[str, int], list[Row]] = {}
    for row in every_row(snapshot.data):
        rows.setdefault(row.key[1:], []).append(row)
    silent = [server.name for server in session.service.servers if not _answers(snapshot, server.name)]
    found: dict[int, Row | str] = {}
    for number in dict.fromkeys(request.ids):
        same = rows.get((request.kind, number), [])
        if len(same) > 1:
            names = ", ".join(row.server for row in same)
            raise ConfigError(f"There is {request.kind} {number} on {names}: add --server with one of them.")
        others = [name for name in silent if not same or name != same[0].server]
        if not same:
            found[number] = _absent(request, number, snapshot, rows)
        elif others:
            found[number] = (
                f"{UNSURE} {others[0]} has {request.kind} {number} as well, for it did not answer: "
                f"add --server {same[0].server}."
            )
        else:
            found[number] = same[0]
    return found


def _answers(snapshot: Snapshot[InboxData], server: str) -> bool:
    """Whether every project of a server has answered."""
    return not any(str(p.where).split("/")[0] == server for p in snapshot.problems)


def _absent(
    request: Request, number: int, snapshot: Snapshot[InboxData], rows: Mapping[tuple[str, int], list[Row]]
) -> str:
    other = "approval" if request.interventions else "intervention"
    if (other, number) in rows:
        hint = "leave out --intervention" if request.interventions else "add --intervention"
        return f"It is the id of an {other}: {hint}."
    if not snapshot.complete:
        reason = f": {failures(snapshot)[0]}" if snapshot.problems else ""
        return f"{UNSURE} it waits; {snapshot.answered} of {snapshot.parts} projects answered{reason}"
    return "Nothing with this id waits for anybody."


def _case(session: Session, request: Request, row: Row, read: Snapshot[Release]) -> Case | str:
    """All that is needed to decide a row, or why it cannot be."""
    server = session.service.server(row.server)
    if server.read_only:
        return f"{row.server} is read-only here."
    if not row.fresh:
        return f"Its project did not answer, so this is an old row. {server.sentence}".rstrip()
    if row.why is Why.OTHER and isinstance(row, InboxRow):
        name = short_name(row.approval.approver)
        return f"It is asked of {name}, not of you: take it over first, on the screens with :take-over."
    release, stage = read.data, stage_of(row, read.data)
    if release is None or not read.answered:
        return f"Its release could not be read: {failures(read)[0]}"
    if stage is None:
        return "Its release does not show this stage."
    if isinstance(row, InboxRow) and needs_browser(stage, row.approval):
        link = session.service.browser_url(row.server, row.project, row.approval)
        return f"It asks to sign in again, which only the browser can: {link}"
    seen: Approval | Pause = (
        row.approval if isinstance(row, InboxRow) else Pause(Stage(release, stage), row.intervention)
    )
    shut = _shut(session, request, row.server, seen)
    if shut:
        return shut
    word, word_is = word_to_type(request.verb, seen, is_protected(stage.name, server))
    draft = Draft(request.verb, row.server, server.label, row.project, seen, request.comment)
    return Case(row, release, stage, draft, word, word_is)


def _shut(session: Session, request: Request, name: str, seen: Thing) -> str:
    """Why a stage of a server may not be changed now, and when it may; empty when it may."""
    if request.outside_window:
        return ""
    server = session.service.server(name)
    found = closed(session.config, server, request.verb, seen, datetime.now(UTC))
    if found is None:
        return ""
    opens = ""
    if found.next_open is not None:
        opens = f" It opens on {when(found.next_open, now_at(session, name)).strip()}."
    return f"{found.why}{opens} To decide all the same, add --outside-window."


def _check_comment(session: Session, request: Request, case: Case) -> None:
    """The comment is what the stage's rules want. Raises ConfigError."""
    if request.rejects:
        if not request.comment:
            raise ConfigError("To reject, --comment must say why.")
        return
    policy = session.config.policy_of(case.row.server, case.stage.name)
    lacks = missing(policy.comment_pattern, policy.comment_help, request.comment)
    if lacks is not None:
        raise ConfigError(f"{case.draft.title}: {lacks} Say it with --comment.")


async def _confirm(
    session: Session, request: Request, cases: Sequence[Case], known: Mapping[ObjectKey, Insight]
) -> None:
    """Show what a yes means and have it said. Raises NotDone: it was not; ConfigError: --protected lacks."""
    words = {case.word: case.word_is for case in cases if case.word}
    if request.yes:
        for word, what in words.items():
            if word not in request.protected:
                raise ConfigError(
                    f'The stage is protected: besides --yes it takes --protected with {what}, "{word}".'
                )
        for case in cases:
            for warning in _warnings(session, request, case, known[case.row.key]):
                session.out.say(f"{case.draft.title}: {warning}")
        return
    for case in cases:
        for line in _lines(session, request, case, known[case.row.key]):
            session.out.say(line)
    say_after(session.out, session.config.policy.hold_seconds)
    verb = "approve" if request.verb is Verb.APPROVE else "resume" if request.does_it else "reject"
    if len(cases) > 1:
        await ask(session.out, f"To {verb} all {len(cases)}, type how many they are:", str(len(cases)))
    for word, what in words.items():
        await ask(session.out, f"To {verb}, type {what}, {word}:", word)
    if len(cases) == 1 and not words:
        await ask(session.out, f"To {verb}, type y:", "y")
    for case in cases:
        shut = _shut(session, request, case.row.server, case.draft.seen)
        if shut:
            raise NotDone(f"{case.draft.title}: {shut} Nothing was sent.")


def _lines(session: Session, request: Request, case: Case, insight: Insight) -> list[str]:
    """What a dialog tells, one fact a line."""
    row, server = case.row, session.service.server(case.row.server)
    item = Item(row, now_at(session, row.server), bool(case.word), insight)
    protected = ", PROTECTED" if is_protected(case.stage.name, server) else ""
    facts = [
        ("Server", f"{server.label}, profile {row.server}"),
        ("Project", row.project.name),
        ("Definition", f"{row.definition.name}, id {row.definition.id}"),
        ("Release", f"{row.release.name}, id {row.release.id}"),
        ("Stage", f"{row.environment.name}, id {row.environment.id}, attempt {row.attempt}{protected}"),
        (row.key[1].capitalize(), f"id {row.key[2]}, {item.side()}, {item.asked()}"),
    ]
    if not isinstance(row, InboxRow):
        facts.append(("Asks", one_line(row.intervention.instructions) or "no instructions"))
    live = insight.standing.live if insight.standing is not None else None
    if live is not None:
        facts.append(("Runs there", f"{live.release.name}, id {live.release.id}"))
    facts.append(
        ("Versions", ", ".join(f"{alias} {version}" for alias, version in insight.versions) or "none")
    )
    if item.expiry_words():
        facts.append(("Time", item.expiry_words()))
    facts.append(("Your no" if request.rejects else "Your yes", _effect(request, case, insight)))
    if request.comment:
        facts.append(("Comment", one_line(clean(request.comment, lines=True))))
    facts += [("!", warning) for warning in _warnings(session, request, case, insight)]
    width = max(len(label) for label, _ in facts)
    heading = {Verb.APPROVE: "Approve", Verb.RESUME: "Resume"}.get(request.verb, "Reject")
    return [heading, *(f"  {label:{width}}  {text}" for label, text in facts)]


def _effect(request: Request, case: Case, insight: Insight) -> str:
    if not request.rejects:
        return insight.effect
    if isinstance(case.row, InboxRow):
        return effect_of_no(case.release, case.row.approval)
    return effect_of_stop(case.release, case.stage)


def _warnings(session: Session, request: Request, case: Case, insight: Insight) -> list[str]:
    """What speaks against it, in sentences."""
    row = case.row
    found = [
        f"A name looks like another one: go by the id {ref.id}."
        for ref in (row.definition, row.release, row.environment)
        if is_suspicious(ref.name)
    ]
    if request.rejects:
        return found
    standing = insight.standing
    if standing is not None and standing.back:
        least = "at least " if standing.back_at_least else ""
        found.append(f"It would go back {least}{count(standing.back, 'release')}.")
    if standing is not None and standing.is_live:
        found.append("This release runs there already.")
    if insight.newer:
        wait = "waits" if insight.newer == 1 else "wait"
        found.append(f"{count(insight.newer, 'newer release')} {wait} for the same stage.")
    if insight.own:
        found.append(insight.own)
    if "drift" in insight.flags:
        found.append("The definition was edited after this release was cut.")
    return found + [str(trouble) for trouble in insight.troubles]

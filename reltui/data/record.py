"""The record: every decision from here, as the journals of all runs tell it (reliability.md E17).

Nothing here writes. A decision is put together from its last "held" or "intent" and its verdict, which a
later run may have written; what is not in the journal is empty, and what cannot be read is said.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import field
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from reltui.data.decision import OPEN, State, Verb, kind_of
from reltui.data.journal import Journal, Run
from reltui.data.journal import Record as Line
from reltui.model.approval import Approval, ApprovalStatus, Ref
from reltui.model.filtering import Term, length_of, parse
from reltui.model.text import SafeText, clean
from reltui.model.values import dataclass

NOTHING = SafeText("")
NO_REF = Ref(0, NOTHING)

COMMENTS = 10
"""How many comments used lately are offered."""


class Origin(StrEnum):
    """Where a decision was made."""

    HERE = "here"
    ELSEWHERE = "elsewhere"
    """In the browser, by another program or by somebody else: known from the server only."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One decision and what became of it."""

    id: str
    """32 hex digits; "approval-" and a number for one that was made elsewhere."""
    at: datetime
    """UTC: when it was confirmed by this machine's clock; by the server's, for one made elsewhere."""
    verb: Verb
    title: SafeText
    state: State
    sentence: SafeText
    server: SafeText
    """Profile name as it was then."""
    url: str
    project: SafeText
    project_id: str
    object_id: int
    """Of what the verb is about: an approval, a release, a stage."""
    release: Ref = NO_REF
    stage: Ref = NO_REF
    definition: Ref = NO_REF
    person: SafeText = NOTHING
    """Name of who decided; empty in records of versions that did not note it."""
    account: SafeText = NOTHING
    person_id: str = ""
    comment: SafeText = NOTHING
    """May have several lines."""
    options: Mapping[str, Any] = field(default_factory=dict)
    """What else was chosen, as of `Draft.options`; never a secret."""
    before: Mapping[str, SafeText] = field(default_factory=dict)
    """The object as it was on screen: revision, attempt, status."""
    after: Mapping[str, SafeText] = field(default_factory=dict)
    """The same as it was read back; empty when it was not."""
    versions: Mapping[str, SafeText] = field(default_factory=dict)
    """Artifact alias to version of the release, as far as it had been read."""
    latency_ms: int | None = None
    """From the first byte sent to the server's answer; None when none was seen."""
    activity: SafeText = NOTHING
    """The server's id of the request, for support cases."""
    plan: str = ""
    number: int = 0
    """The plan that it was a part of, and its place in it; empty and 0 for one of its own."""
    made_id: int = 0
    """The release that a create made."""
    ended_at: datetime | None = None
    host: SafeText = NOTHING
    pid: int = 0
    """The run that it was decided in."""
    origin: Origin = Origin.HERE

    @property
    def is_open(self) -> bool:
        """Whether its end is not known yet."""
        return self.state in OPEN

    @property
    def kind(self) -> str:
        """What the verb is about: "approval", "release", "environment", "intervention", ..."""
        return kind_of(self.verb)

    @property
    def approval_id(self) -> int:
        """0 where it is not about an approval."""
        return self.object_id if self.kind == "approval" else 0

    @property
    def who(self) -> SafeText:
        """The best that is known of the person."""
        return self.person or self.account or SafeText(self.person_id)


@dataclass(frozen=True, slots=True)
class Entries:
    """All that the journals tell."""

    items: tuple[Entry, ...] = ()
    """Newest first."""
    troubles: tuple[SafeText, ...] = ()
    """What could not be read, in sentences."""


def entries(folder: Path) -> Entries:
    """Everything in the journal folder; reads each file once, so not for the loop."""
    runs, troubles = Journal(folder).runs()
    found = joined(runs)
    return Entries(found.items, (*troubles, *found.troubles))


def joined(runs: Sequence[Run], has_ended: Callable[[Run], bool] = Run.has_ended) -> Entries:
    """The decisions of these runs, which are in the order of their starts."""
    opened: dict[str, tuple[Line, Run]] = {}
    verdicts: dict[str, Line] = {}
    troubles: list[SafeText] = []
    for run in runs:
        if run.torn and has_ended(run):
            troubles.append(_trouble(run, "ends in the middle of a line, with the end of its run"))
        for line in run.records:
            match line.get("type"):
                case "held" | "intent":
                    opened[line["id"]] = (line, run)
                case "verdict":
                    verdicts[line["id"]] = _later(verdicts.get(line["id"]), line)
    items: list[Entry] = []
    foreign: dict[Path, tuple[Run, int]] = {}
    for name, (line, run) in opened.items():
        verdict = verdicts.get(name)
        try:
            ended = verdict is None and has_ended(run)
            items.append(_entry(line, run, verdict, ended))
        except (KeyError, ValueError, TypeError, OverflowError, OSError):
            foreign[run.path] = (run, foreign.get(run.path, (run, 0))[1] + 1)
    for run, count in foreign.values():
        troubles.append(_trouble(run, f"holds {count} decisions of another version of reltui"))
    lost = sum(name not in opened for name in verdicts)
    if lost:
        troubles.append(SafeText(f"{lost} verdicts are about decisions that are in no journal here."))
    items.reverse()
    items.sort(key=lambda entry: entry.at, reverse=True)
    return Entries(tuple(items), tuple(troubles))


def _trouble(run: Run, what: str) -> SafeText:
    return SafeText(f"The journal {clean(run.path.name)} {what}.")


def _later(known: Line | None, line: Line) -> Line:
    """Of two verdicts the final one, and of two final ones the first, which the other retells."""
    if known is None:
        return line
    if known.get("final") is True:
        return known
    # A later look at what was not settled knows nothing of the request itself.
    kept = {key: known[key] for key in ("latency", "activity") if known.get(key) and not line.get(key)}
    return {**line, **kept}


def _entry(line: Line, run: Run, verdict: Line | None, ended: bool) -> Entry:
    """Raises KeyError, ValueError, TypeError, OverflowError or OSError: a record of another version."""
    verb, facts = Verb(line["verb"]), _texts(line.get("facts"))
    state, sentence = _how_it_stands(line, verdict, ended)
    told = verdict or {}
    owner = run.owner
    number = int(line["object_id"])
    kind = kind_of(verb)
    release_id = number if kind == "release" else _number(facts.get("release id")) or int(line["release_id"])
    definition_id = number if kind == "definition" else _number(facts.get("definition id"))
    stage_id = _number(facts.get("environment id")) or int(line["environment_id"])
    return Entry(
        id=line["id"],
        at=_moment(line["confirmed_at"]),
        verb=verb,
        title=_text(line["title"]),
        state=state,
        sentence=sentence,
        server=_text(line["server"]),
        url=_text(line["url"]),
        project=_text(line["project_name"]),
        project_id=_text(line["project_id"]),
        object_id=number,
        release=Ref(release_id, facts.get("release", NOTHING)),
        stage=Ref(stage_id, facts.get("environment") or facts.get("stage", NOTHING)),
        definition=Ref(definition_id, facts.get("definition", NOTHING)),
        person=_text(line.get("person", "")),
        account=_text(line.get("account", "")),
        person_id=_text(line["person_id"]),
        comment=clean(line["comment"], lines=True),
        options=line["options"] if isinstance(line.get("options"), dict) else {},
        before=facts,
        after=_texts(told.get("after")),
        versions=_texts(line.get("versions")),
        latency_ms=_milliseconds(told.get("latency")),
        activity=_text(told.get("activity", "")),
        plan=_text(line.get("plan", "")),
        number=int(line.get("number", 0)),
        made_id=int(told.get("made_id", 0)),
        ended_at=_moment(told["at"]) if told.get("final") is True else None,
        host=clean(owner.host) if owner is not None else NOTHING,
        pid=owner.pid if owner is not None else 0,
    )


def _how_it_stands(line: Line, verdict: Line | None, ended: bool) -> tuple[State, SafeText]:
    if verdict is not None:
        said = clean(str(verdict.get("sentence", "")), lines=True)
        try:
            return State(str(verdict.get("state"))), said
        except ValueError:
            return State.UNSETTLED, said
    if line["type"] == "held":
        if ended:
            return State.NOT_SENT, SafeText("The program ended while it was held.")
        return State.HELD, SafeText("Nothing has been sent.")
    if ended:
        return State.UNSETTLED, SafeText("The program ended before the server's answer was seen.")
    return State.SETTLING, SafeText("It is on its way.")


def _text(value: object) -> SafeText:
    if not isinstance(value, str):
        raise TypeError("a text is needed")
    return clean(value)


def _texts(value: object) -> Mapping[str, SafeText]:
    if not isinstance(value, dict):
        return {}
    return {clean(str(name)): clean(str(text)) for name, text in value.items()}


def _number(text: str | None) -> int:
    return int(text) if text is not None and text.isdecimal() and len(text) < 20 else 0


def _moment(seconds: object) -> datetime:
    if not isinstance(seconds, int | float):
        raise TypeError("a time is needed")
    return datetime.fromtimestamp(seconds, UTC)


def _milliseconds(seconds: object) -> int | None:
    """None for no answer at all, which is written as 0."""
    if not isinstance(seconds, int | float) or not math.isfinite(seconds) or seconds <= 0:
        return None
    return round(seconds * 1000)


# What was decided elsewhere


def elsewhere(
    server: str,
    url: str,
    project_id: str,
    project: SafeText,
    rows: Iterable[Approval],
    ours: Iterable[Entry],
) -> tuple[Entry, ...]:
    """The decided approvals of a project that none of our own entries tells already, newest first.

    Ours are those of the same server, approval and person that landed, or may have.
    """
    told = {
        (entry.approval_id, entry.person_id)
        for entry in ours
        if entry.approval_id and entry.url == url and (entry.state is State.LANDED or entry.is_open)
    }
    found: list[Entry] = []
    for row in rows:
        verb, at = _DECIDED.get(str(row.status)), row.modified_on or row.created_on
        by = row.approved_by
        if verb is None or at is None or row.is_automated or (row.id, by.id if by else "") in told:
            continue
        found.append(
            Entry(
                id=f"approval-{row.id}",
                at=at.astimezone(UTC),
                verb=verb,
                title=SafeText(f"{row.definition.name} / {row.release.name} / {row.environment.name}"),
                state=State.LANDED,
                sentence=NOTHING if by is not None else SafeText("The server does not say by whom."),
                server=clean(server),
                url=url,
                project=project,
                project_id=project_id,
                object_id=row.id,
                release=row.release,
                stage=row.environment,
                definition=row.definition,
                person=by.name if by is not None else NOTHING,
                account=by.account if by is not None else NOTHING,
                person_id=by.id if by is not None else "",
                comment=row.comments,
                after={
                    "status": SafeText(str(row.status)),
                    "attempt": SafeText(str(row.attempt)),
                    "revision": SafeText(str(row.revision)),
                },
                ended_at=at.astimezone(UTC),
                origin=Origin.ELSEWHERE,
            )
        )
    return tuple(sorted(found, key=lambda entry: entry.at, reverse=True))


_DECIDED = {str(ApprovalStatus.APPROVED): Verb.APPROVE, str(ApprovalStatus.REJECTED): Verb.REJECT}


def merged(ours: Iterable[Entry], others: Iterable[Entry]) -> tuple[Entry, ...]:
    """Ours and those of elsewhere in one list, newest first."""
    return tuple(sorted((*ours, *others), key=lambda entry: entry.at, reverse=True))


# Filter


def matching(items: Iterable[Entry], words: str, now: datetime | None = None) -> tuple[Entry, ...]:
    """Those that pass a filter as typed: words, `verb:` `server:` `project:` `stage:` `state:` `person:` ...

    `since:7d` keeps what was decided within that time, `since:2026-11-20` from that day on (UTC); a time
    that cannot be read keeps nothing.
    """
    now = now or datetime.now(UTC)
    terms = parse(words)
    return tuple(entry for entry in items if passes(entry, terms, now))


SINCE = "since"


def passes(entry: Entry, terms: Iterable[Term], now: datetime) -> bool:
    """Whether a decision passes a filter, as of `matching`."""
    fields = fields_of(entry)
    return all(_is_since(entry, term, now) if term.field == SINCE else term.matches(fields) for term in terms)


def since(text: str, now: datetime) -> datetime | None:
    """The moment that "7d", "4h" or "2026-11-20" means; None when it means none."""
    length = length_of(text)
    try:
        if length is not None:
            return now - length
        moment = datetime.fromisoformat(text.upper())
        return moment.astimezone(UTC) if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def _is_since(entry: Entry, term: Term, now: datetime) -> bool:
    moment = since(term.text, now)
    return moment is not None and (entry.at >= moment) != term.negated


def fields_of(entry: Entry) -> Mapping[str, str]:
    """What a filter looks at, under the keys that it takes."""
    return {
        "verb": str(entry.verb),
        "title": entry.title,
        "server": f"{entry.server} {entry.url}",
        "project": entry.project,
        "definition": entry.definition.name,
        "release": f"{entry.release.name} {entry.release.id or ''}",
        "stage": entry.stage.name,
        "state": str(entry.state),
        "person": f"{entry.person} {entry.account}",
        "comment": entry.comment,
        "verdict": entry.sentence,
        "approval": str(entry.approval_id or ""),
        "activity": entry.activity,
        "plan": entry.plan,
        "origin": str(entry.origin),
        "id": entry.id,
    }


# Comments used lately


def last_comments(verb: Verb, used: Iterable[tuple[Verb, str]]) -> tuple[str, ...]:
    """The comments that were used with a verb, each once, in the order given (newest first), at most ten."""
    found = dict.fromkeys(comment for used_with, comment in used if used_with is verb and comment.strip())
    return tuple(found)[:COMMENTS]

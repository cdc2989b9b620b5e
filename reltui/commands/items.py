"""Rows of the inbox as a command tells them: a sentence, cells of a table, or JSON; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from reltui.commands.output import span_words, utc
from reltui.data.rows import row_spans, row_values, type_word
from reltui.data.topics import InboxRow, PauseRow, Why
from reltui.model.approval import ApprovalType
from reltui.model.filtering import Term, matches
from reltui.model.insight import Standing
from reltui.model.signing import TYPE_WORDS
from reltui.model.text import SafeText, cut, is_suspicious, width
from reltui.model.values import dataclass
from reltui.model.words import short_name, short_span, words_of

Row = InboxRow | PauseRow

SPOKEN_CELLS = 120
"""A name of more cells is cut where it stands in a sentence; JSON has it whole."""
SIDES: Mapping[str, str] = {
    ApprovalType.PRE_DEPLOY: "before the deployment",
    ApprovalType.POST_DEPLOY: "after the deployment",
}
SCOPES: Mapping[str, frozenset[Why]] = {
    "mine": frozenset({Why.DIRECT}),
    "groups": frozenset({Why.DIRECT, Why.GROUP, Why.ANYONE}),
    "all": frozenset(Why),
}


@dataclass(frozen=True, slots=True)
class Insight:
    """What more requests tell of a row. None: it is not known, which is not the same as no."""

    expires: datetime | None = None
    standing: Standing | None = None
    newer: int = 0
    """So many newer releases of the definition wait for the same stage."""
    superseded: bool = False
    """One of them waits for the same person."""
    is_last: bool | None = None
    """Nobody has to sign after it."""
    effect: SafeText = SafeText("")
    own: SafeText = SafeText("")
    """What the signed-in person has to do with it themselves, in one sentence."""
    flags: tuple[str, ...] = ()
    versions: tuple[tuple[SafeText, SafeText], ...] = ()
    """Alias and version of each artifact, the primary one first."""
    troubles: tuple[SafeText, ...] = ()
    """What could not be read, in sentences."""


@dataclass(frozen=True, slots=True)
class Item:
    """One row with what is known of it."""

    row: Row
    now: datetime
    """By the clock of the row's server, where that is known."""
    is_protected: bool
    insight: Insight | None = None
    """None: it was not asked for."""

    @property
    def kind(self) -> str:
        """approval or intervention."""
        return self.row.key[1]

    @property
    def id(self) -> int:
        """Of the approval or the intervention."""
        return self.row.key[2]

    @property
    def waits(self) -> float | None:
        """Seconds since it was asked; None when that is not known."""
        created = self.row.created_on
        return max(0.0, (self.now - created).total_seconds()) if created is not None else None

    def sentence(self) -> str:
        """All of it in one line for a screen reader, what matters first; the id is the last word."""
        row = self.row
        protected = ", protected" if self.is_protected else ""
        names = [spoken(ref.name) for ref in (row.definition, row.release, row.environment)]
        parts = [
            f"{', '.join(names)}{protected}",
            self.side(),
            self.asked(),
        ]
        if row.attempt > 1:
            parts.append(f"attempt {row.attempt}")
        if any(is_suspicious(ref.name) for ref in (row.definition, row.release, row.environment)):
            parts.append("a name looks like another one: compare the ids")
        if not row.fresh:
            parts.append("an old row, for its project did not answer")
        parts += self._insight_words()
        if self.waits is not None:
            parts.append(f"waits {span_words(self.waits)}")
        parts += [f"project {spoken(row.project.name)}", f"server {row.server}", f"{self.kind} {self.id}"]
        return ", ".join(parts)

    def side(self) -> str:
        """Where it waits: before or after the deployment, or in the middle of it."""
        if isinstance(self.row, PauseRow):
            return f"manual intervention {spoken(self.row.intervention.name)}"
        return SIDES.get(self.row.approval.type, words_of(self.row.approval.type))

    def asked(self) -> str:
        """Of whom it is asked."""
        if isinstance(self.row, PauseRow):
            return "asked of anyone who may manage deployments"
        name = short_name(self.row.approval.approver)
        match self.row.why:
            case Why.DIRECT:
                return "asked of you"
            case Why.GROUP:
                return f"asked of your group {name}"
        return f"asked of {name}, not of you"

    def expiry_words(self) -> str:
        """When it becomes a rejection; empty where that does not happen."""
        if self.insight is None or isinstance(self.row, PauseRow):
            return ""
        if self.insight.expires is None:
            return "expiry not known"
        left = (self.insight.expires - self.now).total_seconds()
        return f"expires in {span_words(left)}" if left > 0 else "its time is over"

    def _insight_words(self) -> list[str]:
        if self.insight is None:
            return []
        found = [words] if (words := self.expiry_words()) else []
        found += _standing_words(self.insight.standing)
        if self.insight.newer:
            found.append(f"{self.insight.newer} newer waiting")
        if self.insight.superseded:
            found.append("a newer one waits for you")
        if self.insight.is_last:
            found.append("the last signature")
        return found

    def passes(self, terms: tuple[Term, ...]) -> bool:
        """Whether it passes a filter, by the words that the screens take."""
        insight = self.insight or Insight()
        spans = row_spans(self.row, insight.expires, self.now)
        return matches(terms, row_values(self.row, insight.flags), spans)

    def cells(self, *, with_server: bool) -> list[SafeText]:
        """The cells of a table."""
        row = self.row
        stage = f"{row.environment.name} [P]" if self.is_protected else row.environment.name
        left = [self._left()] if self.insight is not None else []
        flags = " ".join((*(self.insight.flags if self.insight is not None else ()), *self._old()))
        return [
            SafeText(text)
            for text in (
                str(self.id),
                *left,
                short_span(self.waits) if self.waits is not None else "-",
                *([row.server] if with_server else []),
                row.project.name,
                row.definition.name,
                row.release.name,
                stage,
                type_word(row),
                row.why.value.upper(),
                flags,
            )
        ]

    def _left(self) -> str:
        if self.insight is None or self.insight.expires is None:
            return "-"
        left = (self.insight.expires - self.now).total_seconds()
        return short_span(left) if left > 0 else "over"

    def _old(self) -> tuple[str, ...]:
        return () if self.row.fresh else ("old",)

    def json(self) -> dict[str, Any]:
        """For JSON, as the README documents it."""
        row = self.row
        approval = row.approval if isinstance(row, InboxRow) else None
        approver = approval.approver if approval is not None else None
        found: dict[str, Any] = {
            "kind": self.kind,
            "id": self.id,
            "server": row.server,
            "project": row.project.name,
            "definition": {"id": row.definition.id, "name": row.definition.name},
            "release": {"id": row.release.id, "name": row.release.name},
            "stage": {
                "id": row.environment.id,
                "name": row.environment.name,
                "protected": self.is_protected,
            },
            "attempt": row.attempt,
            "revision": approval.revision if approval is not None else None,
            "type": TYPE_WORDS.get(approval.type, str(approval.type)) if approval is not None else None,
            "asked_of": short_name(approver) if approver is not None else None,
            "why": row.why.value,
            "group": short_name(approver) if row.why is Why.GROUP else None,
            "created": utc(row.created_on),
            "expires": utc(self.insight.expires) if self.insight is not None else None,
            "waits_seconds": round(self.waits) if self.waits is not None else None,
            "fresh": row.fresh,
        }
        return found | (_insight_json(self.insight) if self.insight is not None else {})


def spoken(name: SafeText) -> SafeText:
    """A name within a sentence; of a very long one its head and tail."""
    return cut(name, SPOKEN_CELLS) or SafeText("(no name)")


def _standing_words(standing: Standing | None) -> list[str]:
    if standing is None:
        return []
    if standing.is_live:
        return ["this release runs there already"]
    found = [f"{spoken(standing.live.release.name)} runs there"] if standing.live is not None else []
    if standing.back:
        least = "at least " if standing.back_at_least else ""
        found.append(f"would go back {least}{standing.back} release{'' if standing.back == 1 else 's'}")
    return found


def _insight_json(insight: Insight) -> dict[str, Any]:
    standing = insight.standing
    live = standing.live if standing is not None else None
    return {
        "live": None
        if live is None or standing is None
        else {"id": live.release.id, "name": live.release.name, "since": utc(standing.since)},
        "back": standing.back if standing is not None else None,
        "back_at_least": standing.back_at_least if standing is not None else None,
        "newer": insight.newer,
        "superseded": insight.superseded,
        "last_signature": insight.is_last,
        "effect": insight.effect or None,
        "flags": list(insight.flags),
        "versions": {alias: version for alias, version in insight.versions},
        "troubles": list(insight.troubles),
    }


COLUMNS = ("Project", "Pipeline", "Release", "Stage", "Type", "Why", "Flags")
SHRINK = ("Server", "Project", "Pipeline", "Release", "Stage")
LEAST = 8


def table(items: Sequence[Item], cells: int | None, *, with_server: bool, with_insight: bool) -> list[str]:
    """An aligned table with a heading; names are cut so that a line fits into `cells`, if that is given."""
    left = ("Left",) if with_insight else ()
    heads = ("Id", *left, "Waits", *(("Server",) if with_server else ()), *COLUMNS)
    rows = [item.cells(with_server=with_server) for item in items]
    widths = [max(width(text) for text in column) for column in zip(heads, *rows, strict=True)]
    if cells is not None:
        _shrink(heads, widths, cells)
    lines = []
    for row in ([SafeText(head) for head in heads], *rows):
        shown = [cut(text, room) for text, room in zip(row, widths, strict=True)]
        padded = [text + " " * (room - width(text)) for text, room in zip(shown, widths, strict=True)]
        lines.append("  ".join(padded).rstrip())
    return lines


def _shrink(heads: Sequence[str], widths: list[int], cells: int) -> None:
    """Take cells from the widest names until a line fits, or they have no more to give."""
    may = [index for index, head in enumerate(heads) if head in SHRINK]
    while sum(widths) + 2 * (len(widths) - 1) > cells:
        widest = max(may, key=lambda index: widths[index])
        if widths[widest] <= LEAST:
            return
        widths[widest] -= 1

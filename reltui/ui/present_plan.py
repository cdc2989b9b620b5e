"""What a plan of several decisions tells before the yes: its rows, and what is left out; pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from reltui.data.confirming import stage_name
from reltui.data.decision import FolderPlace, NewDefinition, Pause, Stage, Thing, Verb
from reltui.model.approval import Approval, ApprovalType, ExecutionOrder
from reltui.model.definition import Definition
from reltui.model.following import followers
from reltui.model.identity import Me
from reltui.model.insight import Standing
from reltui.model.release import Environment, Release
from reltui.model.signing import Signature, environment_of, missing_after, side, still_to_sign
from reltui.model.text import SafeText
from reltui.model.values import dataclass
from reltui.ui.present import Line, Look, Span, fit, padded, plain, span, width, wrap
from reltui.ui.present_words import clock, count, name_cell, quoted, short_name, stage_word, within
from reltui.ui.widgets.columns import Column, lay_out

EMPTY = SafeText("")
INDENT = 5
COMMENT_LINES = 2


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of one thing of a plan besides itself; None is not known, which is never drawn as no."""

    release: Release | None = None
    commits: int | None = None
    """Since the release that runs on the stage now."""
    failed: bool = False
    """The release was asked for and could not be read."""
    standing: Standing | None = None
    """Against what runs on the stage now."""


@dataclass(frozen=True, slots=True)
class PlanRow:
    """One thing of a plan in words."""

    number: int
    """Its place from 1; 0 for what is left out."""
    id: int
    server: SafeText
    project: SafeText
    pipeline: SafeText
    release: SafeText = SafeText("")
    stage: SafeText = SafeText("")
    change: Line = ()
    effect: Line = ()
    trouble: SafeText = SafeText("")
    """Why it cannot be decided as it stands here."""
    comment: str = ""
    """What is sent with it, where that is not the same for all."""


def names_of(seen: Thing) -> tuple[SafeText, SafeText, SafeText]:
    """Definition, release and stage of a thing; empty where it has none."""
    if isinstance(seen, Approval):
        return seen.definition.name, seen.release.name, seen.environment.name
    match seen:
        case Definition() | NewDefinition():
            return seen.name, EMPTY, EMPTY
        case FolderPlace():
            return seen.path, EMPTY, EMPTY
        case Release() | Stage():
            release = seen if isinstance(seen, Release) else seen.release
        case _:
            release = seen.stage.release
    return release.definition.name, release.name, stage_name(seen)


def change_words(verb: Verb, seen: Thing, known: Known) -> Line:
    """What kind of a change it is: the commits since what is live, a step back, or what is answered."""
    if isinstance(seen, Pause):
        return (span("resume" if verb is Verb.RESUME else "intervention"),)
    back = known.standing.back if known.standing is not None else 0
    if known.standing is not None and back:
        return (span(f"back {back}{'+' if known.standing.back_at_least else ''}", "bad"),)
    if isinstance(seen, Approval) and seen.type == ApprovalType.POST_DEPLOY:
        return (span("post"),)
    if known.commits is not None:
        return (span(count(known.commits, "commit")),)
    if isinstance(seen, Approval):
        return (span("pre", "dim"),)
    if isinstance(seen, Stage):
        return (stage_word(seen.environment),)
    return ()


EFFECTS: Mapping[Verb, str] = {
    Verb.RESUME: "continues",
    Verb.REJECT_INTERVENTION: "ends as rejected",
    Verb.CANCEL: "is stopped",
    Verb.ABANDON: "deploys no more",
    Verb.START: "becomes active",
    Verb.RETAIN: "is kept for good",
    Verb.UNRETAIN: "may be purged",
    Verb.DELETE: "leaves all lists",
    Verb.UNDELETE: "is back in lists",
}


def effect_words(verb: Verb, seen: Thing, known: Known, me: Me | None, look: Look) -> Line:
    """What a yes does to one thing, in few words; the preview and the dialog of one tell it whole."""
    if verb in EFFECTS:
        return (span(EFFECTS[verb]),)
    if isinstance(seen, Stage):
        names = [short_name(s.approver) for s in seen.environment.pre_plan.steps if not s.is_automated]
        return (span(f"asks {', '.join(names)} first" if names else "starts at once"),)
    if not isinstance(seen, Approval):
        return ()
    is_post = seen.type == ApprovalType.POST_DEPLOY
    if verb is Verb.REJECT:
        return (span("ends as rejected" if not is_post else "is judged bad"),)
    if known.release is None:
        return (span("could not be read", "warn") if known.failed else span("not read yet", "dim"),)
    environment, asked = environment_of(known.release, seen), still_to_sign(known.release, seen)
    if environment is None or asked is None:
        return (span("cannot be told", "warn"),)
    if asked:
        return (span(_still_asked(asked, environment, seen, me), "info"),)
    return (span(_last_signature(known.release, environment, is_post, look), "head"),)


def _still_asked(
    asked: Sequence[Signature], environment: Environment, approval: Approval, me: Me | None
) -> str:
    """Who must sign after this approval."""
    missing = missing_after(environment, approval) or len(asked)
    if missing == len(asked) == 1:
        approver = asked[0].approver
        is_me = me is not None and approver is not None and approver.id == me.id
        return f"then asks {'you' if is_me else short_name(approver)}"
    return f"{missing} more to sign"


def _last_signature(release: Release, environment: Environment, is_post: bool, look: Look) -> str:
    plan, _ = side(environment, ApprovalType.POST_DEPLOY if is_post else ApprovalType.PRE_DEPLOY)
    gates = environment.post_gates if is_post else environment.pre_gates
    if gates.asks and plan.options.execution_order == ExecutionOrder.BEFORE_GATES:
        return "gates are asked"
    if not is_post:
        later = environment.scheduled_for
        return f"starts {clock(later, look)}" if later is not None and later > look.now else "starts now"
    following = followers(release, environment)
    if not following:
        return "is done"
    return (
        f"unlocks {within(following[0].name)}" if len(following) == 1 else f"unlocks {len(following)} stages"
    )


# The list of a plan


def plan_columns(rows: Sequence[PlanRow]) -> tuple[Column, ...]:
    """The columns that these things need; none of them is ever left out."""

    def longest(texts: Iterable[str], least: int, most: int) -> int:
        return min(max([least, *map(width, texts)]), most)

    found = [
        Column("number", "#", longest((str(row.number) for row in rows), 2, 4), right=True),
        Column("id", "Id", longest((str(row.id) for row in rows), 2, 9), right=True),
    ]
    if len({row.server for row in rows}) > 1:
        found.append(Column("server", "Server", longest((row.server for row in rows), 6, 9)))
    found.append(Column("pipeline", "Pipeline", longest((row.pipeline for row in rows), 8, 12), grow=3))
    for name, title, most in (("release", "Release", 10), ("stage", "Stage", 9)):
        texts = [str(getattr(row, name)) for row in rows]
        if any(texts):
            found.append(Column(name, title, longest(texts, len(title), most), grow=2))
    if any(row.change for row in rows):
        found.append(Column("change", "Change", longest((plain(row.change) for row in rows), 6, 10)))
    if any(row.effect for row in rows):
        found.append(Column("effect", "Effect", 13, grow=3))
    return tuple(found)


def title_line(columns: Sequence[Column], cells: int) -> Line:
    """The titles of the columns."""
    titles = [
        column.title.rjust(size) if column.right else column.title.ljust(size)
        for column, size in lay_out(columns, cells)
    ]
    return (span(" ".join(titles).rstrip(), "dim"),)


def row_lines(row: PlanRow, columns: Sequence[Column], cells: int, look: Look) -> list[Line]:
    """One thing of the list: its line, and under it what had no room there or is its own."""
    parts: list[Span] = []
    was_cut = False
    names: dict[str, SafeText] = {
        "server": row.server,
        "pipeline": row.pipeline,
        "release": row.release,
        "stage": row.stage,
    }
    for column, size in lay_out(columns, cells):
        if column.id in names:
            name = names[column.id]
            was_cut = was_cut or width(name) > size
            cell: Line = name_cell(name, size, look, "head" if column.id == "stage" else "")
        elif column.id == "number":
            cell = (span(f"{row.number or '':>{size}}", "head"),)
        elif column.id == "id":
            cell = (span(f"{row.id:>{size}}", "dim"),)
        else:
            cell = fit(row.change if column.id == "change" else row.effect, size, look.ascii)
        parts += [*padded(cell, size), span(" ")]
    lines: list[Line] = [tuple(parts[:-1])]
    below: list[Line] = []
    if was_cut:
        whole = " / ".join(filter(None, (row.server, row.pipeline, row.release, row.stage)))
        below += wrap((span(whole, "dim"),), cells - INDENT)
    if row.trouble:
        below += wrap((Span(SafeText(f"! {row.trouble}"), "bad"),), cells - INDENT)
    if row.comment:
        below += wrap((Span(quoted(row.comment), "info"),), cells - INDENT, COMMENT_LINES, look.ascii)
    return [*lines, *((span(" " * INDENT), *line) for line in below)]


def left_out_lines(
    left_out: Sequence[tuple[PlanRow, SafeText]], columns: Sequence[Column], cells: int, look: Look
) -> list[Line]:
    """What is left out, under the reasons why."""
    lines: list[Line] = []
    for reason in dict.fromkeys(why for _, why in left_out):
        lines += wrap((span("Left out. ", "warn"), Span(reason)), cells)
        for row, why in left_out:
            if why == reason:
                lines += row_lines(row, columns, cells, look)
    return lines

"""Long work on screen: how far it is, how it ended, and how it is stopped."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reltui.data.topics import Event, Job, JobChanged
from reltui.model.text import SafeText
from reltui.ui.present import Line, span
from reltui.ui.present_words import within

if TYPE_CHECKING:
    from reltui.ui.app import ReltuiApp

MEGABYTE = 1_000_000
SENTENCE_MOST = 600
"""Characters of a job's last sentence that are told; a hostile archive has much to refuse."""


def running(app: ReltuiApp) -> Job | None:
    """The newest work that goes on."""
    return next((job for job in app.service.jobs() if not job.ended), None)


def heard(app: ReltuiApp, event: Event) -> None:
    """Tell how work ended."""
    if not isinstance(event, JobChanged):
        return
    job = next((job for job in app.service.jobs() if job.id == event.id), None)
    if job is not None and job.ended:
        sentence = SafeText(f"{within(job.title)}: {job.sentence}")
        if len(sentence) > SENTENCE_MOST:
            sentence = SafeText(f"{sentence[:SENTENCE_MOST]} ...")
        app.say(sentence, "info" if job.well else "warn")


def stop(app: ReltuiApp) -> None:
    """Stop the newest work."""
    job = running(app)
    if job is None:
        app.say("Nothing runs that could be stopped.")
    else:
        app.service.stop_job(job.id)


def progress(job: Job) -> Line:
    """How far it is: "logs of Rel-142: 12.4 of 31.0 MB"."""
    if job.unit == "bytes":
        done = f"{job.done / MEGABYTE:.1f}"
        words = f"{done} of {job.total / MEGABYTE:.1f} MB" if job.total else f"{done} MB"
    elif job.total is None:
        words = f"{job.done:,} {job.unit}".strip() if job.done else "begun"
    else:
        words = f"{job.unit} {job.done:,} of {job.total:,}".strip()
    return (span(f"{within(job.title)}: {words}", "info"),)

"""What speaks against trying a decision again by the configuration as it is now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reltui.data.confirming import is_protected, server_time
from reltui.data.decision import Decision, Verb
from reltui.model import comments, window
from reltui.model.approval import ApprovalType
from reltui.model.text import SafeText, clean
from reltui.ui.present import Look
from reltui.ui.present_words import clock
from reltui.ui.screens.following import FollowingScreen

if TYPE_CHECKING:
    from reltui.ui.app import ReltuiApp


def against_now(decision: Decision, app: ReltuiApp) -> SafeText | None:
    """Why a confirmed decision may not be sent again now, by the rules of a plan; None when it may.

    It may have been confirmed by an earlier run: windows, protected stages and patterns of comments may be
    others since. It is looked at as it was written down, for its object may not be in memory.
    """
    order = decision.order
    if order is None:
        return None
    server = next((each for each in app.service.servers if each.name == order.server), None)
    if server is None:
        return clean(f"{order.server} is none of the servers that are shown now.")
    if server.read_only:
        return SafeText(f"{server.name} is read-only here: nothing can be decided.")
    stage = order.facts.get("environment") or order.facts.get("stage") or ""
    if stage and is_protected(stage, server):
        return SafeText("A protected stage: decide one by one.")
    if order.verb not in (Verb.APPROVE, Verb.RESUME):
        return None
    policy = app.config.policy_of(server.name, clean(stage))
    if order.facts.get("kind") != ApprovalType.POST_DEPLOY:
        now = FollowingScreen.clock()
        found = window.state(policy.windows, policy.freezes, server_time(server, now))
        if not found.open:
            opens = f" It opens {clock(found.next_open, Look(now))}." if found.next_open is not None else ""
            return SafeText(f"{found.why}{opens} Decide it alone.")
    return comments.missing(policy.comment_pattern, policy.comment_help, order.comment)

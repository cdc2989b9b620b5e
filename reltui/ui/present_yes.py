"""What became of a signature, drawn; who must sign and what it does is in the model. Pure."""

from __future__ import annotations

from reltui.model.approval import ApprovalStatus
from reltui.model.identity import Me
from reltui.model.signing import Signature
from reltui.ui.present import Line, Look, cut_end, line, span
from reltui.ui.present_words import clock, person, quoted, words_of

STATUS_ROLES: dict[str, str] = {ApprovalStatus.APPROVED: "good", ApprovalStatus.REJECTED: "bad"}


def signature_words(signature: Signature, look: Look, me: Me | None, comment_cells: int = 0) -> Line:
    """What became of a signature: who, when, with what comment (cut to `comment_cells`, if given)."""
    approval = signature.approval
    if approval is None:
        return (span("not asked yet", "dim"),)
    if approval.is_pending:
        if not signature.is_mine:
            return (span("pending", "wait"),)
        direct = me is not None and signature.approver is not None and signature.approver.id == me.id
        return line(
            span("pending", "wait"), f"  <-- your turn, {'direct' if direct else 'through this group'}"
        )
    role = STATUS_ROLES.get(approval.status, "dim")
    words = [span(words_of(approval.status), role), span(f" {clock(approval.modified_on, look)}")]
    by = approval.approved_by
    if by is not None and (signature.approver is None or by.id != signature.approver.id):
        words.append(span(f" by {person(by, me.id if me else '')}"))
    if approval.comments:
        comment = quoted(approval.comments)
        words.append(span(f"  {cut_end(comment, comment_cells, look.ascii) if comment_cells else comment}"))
    return tuple(words)

"""Decisions on their way: held, checked, intended, sent, settled (design.md section 3). The only way to write

Every decision has a task of its own that belongs to nobody's screen. Nothing cancels it: leaving a screen, a
refresh and an error elsewhere do not touch it, and closing the program waits for what has been sent.
"""

from __future__ import annotations

import asyncio
import hashlib
import secrets
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from reltui.data import actions
from reltui.data.claims import Claims
from reltui.data.decision import (
    IN_FLIGHT,
    RECALLABLE,
    Decision,
    Draft,
    Plan,
    State,
    Thing,
    Verb,
    object_key,
)
from reltui.data.journal import Journal, Record
from reltui.data.order import Ground, Order, Reading, decision_of
from reltui.data.plans import PlanRun
from reltui.data.verdict import Timing, first_words, is_proved, judge, made_by
from reltui.errors import ApiError, Busy, FolderError, ReadOnly, ReltuiError, TimedOut, Unavailable
from reltui.model.text import SafeText

if TYPE_CHECKING:
    from reltui.api.client import ReleaseClient
    from reltui.data.verdict import Sent


class Outbox:
    """All decisions of this run, and those that earlier runs left open."""

    def __init__(
        self,
        journal: Journal,
        claims: Claims,
        ground: Callable[[str], Ground],
        server_at: Callable[[str], str | None],
        client: Callable[[str], Awaitable[ReleaseClient]],
        changed: Callable[[Decision], None],
        timing: Timing,
        versions: Callable[[Draft], Mapping[str, str]] = lambda draft: {},
    ) -> None:
        """`versions` gives those of the release of a draft as far as they are known, for the record."""
        self._journal = journal
        self._claims = claims
        self._ground = ground
        self._server_at = server_at
        self._client = client
        self._versions = versions
        self._changed = changed
        self._timing = timing
        self._decisions: dict[str, Decision] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._taken_back: dict[str, asyncio.Event] = {}
        self._intended: set[str] = set()
        self._claimed: dict[str, str] = {}
        """The claims that are ours, by the decision's id."""
        self._plans: dict[str, PlanRun] = {}
        self.troubles: tuple[SafeText, ...] = ()
        """What could not be read of earlier runs' journals, in sentences for the screen."""
        self._closing = False

    # What the screens ask

    def decisions(self) -> tuple[Decision, ...]:
        """All of them, newest first."""
        return tuple(reversed(self._decisions.values()))

    def get(self, decision_id: str) -> Decision:
        """One by its id. Raises KeyError."""
        return self._decisions[decision_id]

    def seconds_left(self, decision: Decision) -> float:
        """How long a held decision can still be taken back."""
        return max(0.0, decision.due - time.monotonic()) if decision.state is State.HELD else 0.0

    def in_the_way(self, server: str, verb: Verb, seen: Thing) -> Decision | None:
        """The decision that is in the way of another one on the same object: open, or the same one landed a
        moment ago while the lists may not show it yet (A20). Many releases can be made of one definition."""
        if verb is Verb.CREATE:
            return None
        return self._first(object_key(server, verb, seen.id), lambda by: actions.facts_of(seen, by))

    def _in_the_way(self, order: Order, draft: Draft | None) -> Decision | None:
        if draft is not None:
            return self.in_the_way(draft.server, draft.verb, draft.seen)
        key = object_key(order.server, order.verb, order.object_id)
        return self._first(key, lambda by: order.facts if by is order.verb else {})

    def _first(
        self, key: tuple[str, str, int], facts: Callable[[Verb], Mapping[str, str]]
    ) -> Decision | None:
        for decision in self.decisions():
            if decision.object_key != key:
                continue
            if decision.is_open:
                return decision
            # It has landed on the object as it is still drawn; another attempt of it is another thing.
            order = decision.order
            if decision.state is State.LANDED and order is not None and order.facts == facts(decision.verb):
                return decision
        return None

    # What a person does

    def submit(self, draft: Draft) -> Decision:
        """Take a confirmed draft; it is held from now on, and nothing has left the machine.

        Raises Busy: another decision on the same object is open, here or in another running reltui.
        Raises ReadOnly: the server is read-only. Raises FolderError: it cannot be written down.
        """
        order = self._order(secrets.token_hex(16), draft)
        self._take(order, draft)
        self._hold_from_now([(order, draft)])
        self._start(order.id, self._carry(order.id))
        return self._decisions[order.id]

    def submit_plan(self, drafts: Sequence[Draft], *, at_once: int = 1, stops: bool = True) -> Plan:
        """Take several drafts under one confirmation: held together, then carried out in their order.

        One that cannot be taken is in the plan as not sent, with the reason. Raises FolderError: they
        cannot be written down, and none of them was taken.
        """
        plan = secrets.token_hex(16)
        orders = [
            replace(self._order(secrets.token_hex(16), draft), plan=plan, number=number)
            for number, draft in enumerate(drafts, 1)
        ]
        return self._begin_plan(plan, list(zip(orders, drafts, strict=True)), at_once, stops)

    def retry(self, plan_id: str) -> Plan:
        """Try again what is proved not landed of a plan, as it was on screen then: what has changed since
        stops again. Raises KeyError, FolderError."""
        run = self._plans[plan_id]
        plan = secrets.token_hex(16)
        again: list[tuple[Order, Draft | None]] = []
        for number, decision in enumerate(self.plan(plan_id).retryable, 1):
            if decision.order is not None:
                order = replace(decision.order, id=secrets.token_hex(16), confirmed_at=time.time())
                again.append((replace(order, plan=plan, number=number), decision.draft))
        return self._begin_plan(plan, again, run.at_once, run.stops)

    def _begin_plan(
        self, plan: str, orders: Sequence[tuple[Order, Draft | None]], at_once: int, stops: bool
    ) -> Plan:
        taken: list[tuple[Order, Draft | None]] = []
        refused: dict[str, str] = {}
        for order, draft in orders:
            try:
                self._take(order, draft)
            except ReltuiError as error:
                refused[order.id] = str(error)
            else:
                taken.append((order, draft))
        self._hold_from_now(taken)
        for order, draft in orders:
            if order.id in refused:
                self._set(decision_of(order, draft, State.NOT_SENT, refused[order.id]))
        run = PlanRun(plan, tuple(order.id for order, _ in orders), at_once, stops)
        self._plans[plan] = run
        ids = [order.id for order, _ in taken]
        if ids:
            self._start(ids[0], self._carry_plan(run, ids), *ids[1:])
        return self.plan(plan)

    def plan(self, plan_id: str) -> Plan:
        """A plan as it is now. Raises KeyError."""
        return self._plans[plan_id].plan(self.get)

    def plans(self) -> tuple[Plan, ...]:
        """All plans of this run and those that earlier runs left in the middle, newest first."""
        return tuple(run.plan(self.get) for run in reversed(self._plans.values()))

    def take_back_plan(self, plan_id: str) -> tuple[Decision, ...]:
        """Take back all of a plan that nothing has been sent of; what was on its way goes on."""
        ids = [d.id for d in self.plan(plan_id).decisions if d.state in RECALLABLE]
        return tuple(taken for number in ids if (taken := self.take_back(number)) is not None)

    def _hold_from_now(self, orders: Sequence[tuple[Order, Draft | None]]) -> None:
        """Write them down and hold them. Raises FolderError: none is held."""
        at = time.time()
        try:
            self._journal.write(*({**order.record(), "type": "held", "at": at} for order, _ in orders))
        except FolderError:
            for order, _ in orders:
                self._let_go(order.id)
            raise
        due = time.monotonic() + self._timing.hold
        for order, draft in orders:
            self._taken_back[order.id] = asyncio.Event()
            self._set(replace(decision_of(order, draft, State.HELD), due=due))

    def _take(self, order: Order, draft: Draft | None) -> None:
        """Make sure that nobody else decides on the object meanwhile. Raises ReadOnly, Busy, FolderError."""
        ground = self._ground(order.server)
        if ground.read_only:
            raise ReadOnly(f"{order.server} is read-only here; nothing was sent.", sent=False)
        if self._closing:
            raise Busy("The program is being closed; nothing was sent.")
        if order.verb is Verb.CREATE:
            # Many releases can be made of one definition.
            return
        claim = _claim(ground.url, object_key(order.server, order.verb, order.object_id))
        if self._claims.is_left_over(claim):
            # Its process has ended: what it may have sent comes first.
            self.settle_earlier()
        in_the_way = self._in_the_way(order, draft)
        if in_the_way is not None:
            raise Busy(f"{in_the_way.title}: {in_the_way.verb} is {in_the_way.state} already.")
        holder = self._claims.take(claim)
        if holder:
            raise Busy(f"Another running reltui ({holder}) has a decision on this open; wait for it.")
        self._claimed[order.id] = claim

    def _let_go(self, decision_id: str) -> None:
        claim = self._claimed.pop(decision_id, None)
        if claim is not None:
            self._claims.give_back(claim)

    def take_back(self, decision_id: str | None = None) -> Decision | None:
        """Take back a held decision, the newest if none is named; None when nothing is held any more."""
        for decision in self.decisions():
            if decision.state in RECALLABLE and decision_id in (None, decision.id):
                self._verdict(decision.id, State.TAKEN_BACK, "Nothing was sent.")
                self._taken_back[decision.id].set()
                return self._decisions[decision.id]
        return None

    # Start and end

    def settle_earlier(self) -> None:
        """Take up what runs that have ended left open or could not tell any more.

        Called at the start, before anything else, and when the claim of an ended run is met.
        """
        left = self._journal.left_over()
        self.troubles = left.troubles
        plans: dict[str, list[Order]] = {}
        for record, verdict in left.decisions:
            if record["id"] in self._decisions:
                continue
            try:
                order = Order.from_record(record)
                at = float(record["at"])
            except (KeyError, ValueError, TypeError):
                self.troubles += (SafeText("The journal holds a decision of another version of reltui."),)
                continue
            order = replace(order, server=self._server_at(order.url) or order.server)
            reading = "The program ended before the server's answer was seen; reading it now."
            self._set(replace(decision_of(order, None, State.SETTLING, reading), inherited=True))
            if order.plan:
                plans.setdefault(order.plan, []).append(order)
            if verdict is not None:
                self._inherit(order, verdict)
            elif record["type"] == "held":
                self._verdict(order.id, State.NOT_SENT, "The program ended while it was held.")
            else:
                self._start(order.id, self._take_up(order, at))
        for plan, orders in plans.items():
            ids = tuple(order.id for order in sorted(orders, key=lambda order: order.number))
            self._plans[plan] = PlanRun(plan, ids, inherited=True)

    def _inherit(self, order: Order, verdict: Record) -> None:
        """One that has its verdict; that it was not told then is made good now."""
        said, made_id = str(verdict.get("sentence", "")), int(verdict.get("made_id", 0))
        if verdict.get("told") is False:
            self._verdict(order.id, _state(verdict), said, made_id=made_id)
        else:
            # Of a plan that was cut short: it stands there with the others.
            self._to(order.id, _state(verdict), said, made_id=made_id)

    async def close(self, grace: float) -> None:
        """Send nothing more; let what was sent come to its verdict, for at most `grace` seconds."""
        self._closing = True
        for decision in self.decisions():
            if decision.state in RECALLABLE:
                self._verdict(decision.id, State.NOT_SENT, "The program was closed while it was held.")
                self._taken_back[decision.id].set()
        busy = [self._tasks[d.id] for d in self.decisions() if d.state in IN_FLIGHT and d.id in self._tasks]
        if busy:
            await asyncio.wait(busy, timeout=grace)
        rest = [task for task in self._tasks.values() if not task.done()]
        for task in rest:
            task.cancel()
        await asyncio.gather(*rest, return_exceptions=True)
        for decision in self.decisions():
            if decision.state in IN_FLIGHT:
                # The intent stays open in the journal; the next start settles it.
                self._to(decision.id, State.UNSETTLED, "The next start reads back what became of it.")
        self._journal.close()

    # The way of a decision

    async def _carry(self, decision_id: str) -> None:
        if await self._hold(decision_id):
            await self._go(decision_id)

    async def _carry_plan(self, run: PlanRun, ids: Sequence[str]) -> None:
        held = [decision_id for decision_id in ids if await self._hold(decision_id)]
        for decision_id in held:
            self._to(decision_id, State.WAITING)
        stop = partial(self._verdict, state=State.NOT_SENT)
        await run.carry_out(self.get, self._go, lambda number, why: stop(number, sentence=why))

    async def _go(self, decision_id: str) -> None:
        """Carry out one that has been held long enough."""
        if time.time() - self._decisions[decision_id].confirmed_at > self._timing.plan_for:
            self._verdict(decision_id, State.NOT_SENT, "It waited its turn for too long; decide it anew.")
            return
        while (pause := await self._check_and_send(decision_id)) is not None:
            # The server asks for a pause: it is held again so long, and can be taken back again.
            due = time.monotonic() + (pause.retry_after or 0.0)
            held = replace(self._decisions[decision_id], state=State.HELD, due=due)
            self._set(replace(held, sentence=SafeText(str(pause))))
            if not await self._hold(decision_id):
                return

    async def _hold(self, decision_id: str) -> bool:
        """Wait until it is due; True when it goes on, False when it was taken back or nobody could have."""
        due = self._decisions[decision_id].due
        try:
            async with asyncio.timeout(max(0.0, due - time.monotonic())):
                await self._taken_back[decision_id].wait()
        except TimeoutError:
            pass
        if self._decisions[decision_id].state is not State.HELD:
            return False
        if time.monotonic() - due > self._timing.late:
            # Stopped, or before a terminal that stood still: nobody saw the time run down.
            self._verdict(decision_id, State.NOT_SENT, "The program stood still while it was held.")
            return False
        return True

    async def _check_and_send(self, decision_id: str) -> Unavailable | None:
        """Check, send, settle; or the server's wish for a short pause, when nothing has been sent."""
        self._to(decision_id, State.CHECKING)
        order = self._ordered(decision_id)
        try:
            client = await self._client(order.server)
            order = self._ordered(decision_id)
            stop = await self._check(order, client)
        except ReltuiError as error:
            if isinstance(error, Unavailable) and _is_short(error, self._timing):
                return error
            stop = f"It could not be checked: {error}"
        if stop:
            self._verdict(decision_id, State.NOT_SENT, stop)
            return None
        self._to(decision_id, State.SENDING)
        stop = await self._prepare(order, client)
        if stop:
            self._verdict(decision_id, State.DID_NOT_LAND, stop)
            return None
        started = time.monotonic()
        answer: Sent
        try:
            answer = await actions.send(order, client)
        except ApiError as error:
            answer = error
        if isinstance(answer, ApiError) and not answer.sent:
            undone = await self._undo(order, client)
            if isinstance(answer, Unavailable) and _is_short(answer, self._timing):
                return answer
            self._verdict(decision_id, State.NOT_SENT, f"{answer}{undone}")
            return None
        sent_at = time.time()
        self._to(decision_id, State.SETTLING, first_words(order, answer))
        await self._settle(order, client, answer, time.monotonic() - started)
        if self._decisions[decision_id].state is State.UNSETTLED:
            # On its own, so that the next one of a plan need not wait for it.
            self._start(decision_id, self._keep_asking(order, sent_at))
        return None

    async def _prepare(self, order: Order, client: ReleaseClient) -> str:
        """What must be done on the server first, if anything; why it stops there, or nothing."""
        if not actions.is_prepared(order):
            return ""
        try:
            await self._step(order, "prepare")
            stop = await actions.prepare(order, client)
            if not stop:
                # That took its time: what is decided on may have changed meanwhile.
                stop = await self._check(order, client)
        except ReltuiError as error:
            stop = str(error)
        return stop + await self._undo(order, client) if stop else ""

    async def _undo(self, order: Order, client: ReleaseClient) -> str:
        """Take back what was prepared; what came of that, as a last sentence."""
        if actions.is_prepared(order):
            await self._step(order, "take back what was prepared")
        return await actions.undo(order, client)

    async def _step(self, order: Order, step: str) -> None:
        """Have it on disk that a write beside the one that decides is about to be sent."""
        record = {"type": "step", "id": order.id, "at": time.time(), "step": step}
        await asyncio.to_thread(self._journal.write, record)

    async def _check(self, order: Order, client: ReleaseClient) -> str:
        """Read again, and have the intent on disk; why it stops here, or nothing. Raises ReltuiError."""
        while True:
            changed = await actions.difference(order, client)
            read_at = time.monotonic()
            if changed is not None:
                return changed
            if not self._closing and order.id not in self._intended:
                await asyncio.to_thread(self._journal.write, {**order.record(), "at": time.time()})
                self._intended.add(order.id)
            if self._closing:
                return "The program was closed before it was sent."
            if time.monotonic() - read_at <= self._timing.send_within:
                return ""

    def _order(self, decision_id: str, draft: Draft) -> Order:
        """The order that a confirmed draft stands for."""
        ground = self._ground(draft.server)
        return actions.order_of(draft, decision_id, ground, self._versions(draft), now=time.time())

    def _ordered(self, decision_id: str) -> Order:
        """The order of a decision, with what may have become known of its server since it was confirmed."""
        decision = self._decisions[decision_id]
        if decision.order is None:
            raise KeyError(decision_id)
        ground = self._ground(decision.order.server)
        order = replace(
            decision.order,
            person_id=ground.person_id,
            person=ground.person,
            account=ground.account,
            clock_offset=ground.clock_offset,
        )
        self._set(replace(decision, order=order))
        return order

    async def _settle(self, order: Order, client: ReleaseClient, answer: Sent, latency: float) -> None:
        """Read back until the server shows what became of it."""
        proved = is_proved(order, answer)
        made_id = made_by(order, answer)
        activity = answer.activity if answer is not None else ""
        began = time.monotonic()
        for gap in self._gaps():
            await asyncio.sleep(gap)
            reading: Reading | ApiError
            try:
                reading = await actions.read_back(order, client, made_id=made_id, accepted=proved)
            except ApiError as error:
                reading = error
            found = judge(order, answer, reading, time.monotonic() - began, self._timing)
            if found is not None:
                state, sentence = found
                if state is State.DID_NOT_LAND:
                    sentence += await self._undo(order, client)
                self._verdict(order.id, state, sentence, latency=latency, activity=activity, reading=reading)
                return

    def _gaps(self) -> Iterator[float]:
        yield from self._timing.gaps
        while True:
            yield self._timing.gaps[-1]

    async def _take_up(self, order: Order, sent_at: float) -> None:
        """Settle what an earlier run has sent, or was about to send, when it ended."""
        if self._server_at(order.url) is None:
            self._to(order.id, State.UNSETTLED, f"The server {order.url} is not in use now.")
            return
        await self._read_until_settled(order, sent_at)
        await self._keep_asking(order, sent_at)

    async def _keep_asking(self, order: Order, sent_at: float) -> None:
        """Look again, now and then, at what could not be settled."""
        while self._decisions[order.id].state is State.UNSETTLED:
            await asyncio.sleep(self._timing.ask_again)
            await self._read_until_settled(order, sent_at)

    async def _read_until_settled(self, order: Order, sent_at: float) -> None:
        # Whoever sent it waits no longer: only the server may still be at it.
        gone = TimedOut("The server's answer was not seen.")
        for gap in self._gaps():
            await asyncio.sleep(gap)
            reading: Reading | ApiError
            try:
                client = await self._client(order.server)
                reading = await actions.read_back(order, client)
            except ApiError as error:
                reading = error
            except ReltuiError as error:
                self._to(order.id, State.UNSETTLED, f"The server cannot be asked: {error}")
                return
            found = judge(order, gone, reading, time.time() - sent_at, self._timing)
            if found is not None:
                state, sentence = found
                if state is State.DID_NOT_LAND and not self._decisions[order.id].inherited:
                    # What an earlier run prepared is only told: a start reads, and writes nothing.
                    sentence += await self._undo(order, client)
                self._verdict(order.id, state, sentence, reading=reading)
                return

    # Bookkeeping

    def _verdict(
        self,
        decision_id: str,
        state: State,
        sentence: str,
        *,
        latency: float = 0.0,
        activity: str = "",
        made_id: int = 0,
        reading: Reading | ApiError | None = None,
    ) -> None:
        """Write down how it ended and tell it; `reading` is the reading back that it was judged by."""
        after: Mapping[str, str] = {}
        if isinstance(reading, Reading):
            made_id, after = reading.made_id, reading.after
        record = {
            "type": "verdict",
            "id": decision_id,
            "at": time.time(),
            "final": state is not State.UNSETTLED,
            # What ends while the screen is gone is told again at the next start.
            "told": not self._closing,
            "state": str(state),
            "sentence": sentence,
            "latency": round(latency, 3),
            "activity": activity,
            "made_id": made_id,
            "after": dict(after),
        }
        try:
            self._journal.write(record)
        except FolderError as error:
            # It stays open on disk and is settled again at the next start: nothing is lost by it.
            sentence = f"{sentence} ({error})"
        self._to(decision_id, state, sentence, made_id=made_id)

    def _to(self, decision_id: str, state: State, sentence: str = "", *, made_id: int = 0) -> None:
        decision = self._decisions[decision_id]
        self._set(replace(decision, state=state, sentence=SafeText(sentence), made_id=made_id))
        if not self._decisions[decision_id].is_open:
            self._let_go(decision_id)

    def _set(self, decision: Decision) -> None:
        self._decisions[decision.id] = decision
        self._changed(decision)

    def _start(self, decision_id: str, way: Coroutine[Any, Any, None], *others: str) -> None:
        """Begin the way of a decision, or of it and others of its plan; nothing but the end stops it."""
        task = asyncio.get_running_loop().create_task(way, name=f"decision {decision_id}")
        task.add_done_callback(lambda done: self._ended((decision_id, *others), done))
        self._tasks.update(dict.fromkeys((decision_id, *others), task))

    def _ended(self, ids: Sequence[str], task: asyncio.Task[None]) -> None:
        """A fault of our own must not leave a decision without a word."""
        if task.cancelled() or task.exception() is None:
            return
        for decision_id in ids:
            state = self._decisions[decision_id].state
            if state in IN_FLIGHT or state in RECALLABLE:
                sent = state in (State.SENDING, State.SETTLING)
                self._to(
                    decision_id,
                    State.UNSETTLED if sent else State.NOT_SENT,
                    "reltui failed here; look at the server before you do it again.",
                )
        context = {"message": "A decision's task failed", "exception": task.exception(), "task": task}
        task.get_loop().call_exception_handler(context)


def _is_short(error: Unavailable, timing: Timing) -> bool:
    """Whether the pause that a server asks for is short enough to hold the decision so long."""
    return error.retry_after is not None and error.retry_after <= timing.give_up


def _state(verdict: Record) -> State:
    """The state of a journaled verdict; one of another version is not settled for us."""
    try:
        return State(str(verdict.get("state")))
    except ValueError:
        return State.UNSETTLED


def _claim(url: str, object_key: tuple[str, str, int]) -> str:
    """A file name for an object of a server, whatever the profile is called."""
    return f"{hashlib.sha256(url.encode()).hexdigest()[:16]}-{object_key[1]}-{object_key[2]}"

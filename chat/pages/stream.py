"""A running turn as a page follows it: server-sent events of HTML partials, drawn by the templates of the page.

Every stream opens with the conversation as it is stored, so that one that joins late, comes back or goes again is right
from its first frame on.
"""

import asyncio
from collections.abc import AsyncGenerator
from typing import cast
from uuid import UUID

from django.http import HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from accounts.models import User
from accounts.pages.sign_in import PageRequest, is_htmx
from chat.errors import InternalError
from chat.events import Event, MessageDelta, ToolCallFinished, ToolCallStarted, TurnCompleted, TurnFailed
from chat.running import RunningTurn, turn_running_in
from web.pages.streams import KEEP_ALIVE, KEEP_ALIVE_SECONDS, STREAM_HEADERS

from .text.markdown import markdown_html
from .transcript import answer_html, opening_html

# How long the answer to a form waits for the assistant before it shows the page of a running turn.
PATIENCE_SECONDS = 4

# Text is drawn as a whole, not piece by piece; a long one less often, because it takes longer.
PACE_SECONDS = 0.1
CHARACTERS_PER_PACE = 4_000
STILL_WORKING_SECONDS = 4
# After so many seconds without a word of the model; a server that loads it first is silent for longer.
WAITING_SENTENCES = {STILL_WORKING_SECONDS: _("Still working…"), 10: _("The model is being loaded…")}
# How often the row of a turn that runs in another process is looked at.
POLL_SECONDS = 0.4


def stream_response(frames: AsyncGenerator[str, None]) -> StreamingHttpResponse:
    return StreamingHttpResponse(frames, content_type="text/event-stream", headers=STREAM_HEADERS)


def html_frame(html: str) -> str:
    lines = html.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "".join(f"data: {line}\n" for line in lines) + "\n"


def follow_turn(user: User, conversation_id: UUID) -> AsyncGenerator[str, None]:
    """The turn of a conversation, in whatever process it runs; where none runs, the conversation as it is."""
    running = turn_running_in(conversation_id)
    return turn_frames(running, user, conversation_id) if running else stored_frames(user, conversation_id)


async def turn_frames(
    running: RunningTurn, user: User, conversation_id: UUID, *, is_new: bool = False
) -> AsyncGenerator[str, None]:
    """A turn of this process, by its events. What was told before the page came is in the first frame."""
    told = len(running.seen)
    html, message_id = await opening_html(user, conversation_id, is_new=is_new)
    yield html_frame(html)
    if message_id is None:
        return
    answer = AnswerInWriting(user, conversation_id, message_id)
    async for event in running.events(idle_seconds=PACE_SECONDS):
        told -= event is not None
        if frame := await answer.frame_after(event, told_before=event is not None and told >= 0):
            yield frame


async def stored_frames(user: User, conversation_id: UUID) -> AsyncGenerator[str, None]:
    """A turn of another process, by its stored row."""
    html, message_id = await opening_html(user, conversation_id, is_new=False)
    yield html_frame(html)
    working, shown, silent_seconds = message_id is not None, "", 0.0
    while working and message_id:
        html, working = await answer_html(user, conversation_id, message_id)
        silent_seconds += POLL_SECONDS
        if html != shown:
            shown, silent_seconds = html, 0.0
            yield html_frame(html)
        elif silent_seconds >= KEEP_ALIVE_SECONDS:
            silent_seconds = 0.0
            yield KEEP_ALIVE
        await asyncio.sleep(POLL_SECONDS)


class AnswerInWriting:
    """Draws one answer: its text at a steady pace, the rest whenever something was stored."""

    def __init__(self, user: User, conversation_id: UUID, message_id: UUID) -> None:
        self.user, self.conversation_id, self.message_id = user, conversation_id, message_id
        self.text = self.shown = ""
        self.idle_seconds = 0.0
        self.is_silent = True
        self.next_at = 0.0

    async def frame_after(self, event: Event | None, *, told_before: bool) -> str:
        """The next frame, empty where there is nothing to draw yet."""
        self.idle_seconds = 0.0 if event else self.idle_seconds + PACE_SECONDS
        match event:
            case MessageDelta():
                self.text, self.is_silent = self.text + event.text, False
            case TurnCompleted() | TurnFailed():
                return await self.whole_frame()
            case ToolCallStarted() | ToolCallFinished():
                self.is_silent = False
                if not told_before:
                    return await self.whole_frame()
        return "" if told_before else self.text_frame() or self.idle_frame()

    async def whole_frame(self) -> str:
        self.shown = self.text
        html, _ = await answer_html(self.user, self.conversation_id, self.message_id, self.text)
        return html_frame(html)

    def text_frame(self) -> str:
        now = asyncio.get_running_loop().time()
        if self.text == self.shown or now < self.next_at:
            return ""
        self.shown = self.text
        self.next_at = now + PACE_SECONDS * (1 + len(self.text) // CHARACTERS_PER_PACE)
        context = {"message_id": self.message_id, "text": markdown_html(self.text)}
        return html_frame(render_to_string("chat/_text_so_far.html", context))

    def idle_frame(self) -> str:
        """Sign of life: a sentence once, then comments that keep the connection open."""
        paces = round(self.idle_seconds / PACE_SECONDS)
        for seconds, sentence in WAITING_SENTENCES.items():
            if paces == round(seconds / PACE_SECONDS) and (seconds == STILL_WORKING_SECONDS or self.is_silent):
                context = {"message_id": self.message_id, "sentence": gettext(sentence)}
                return html_frame(render_to_string("chat/_still_working.html", context))
        return KEEP_ALIVE if paces and paces % round(KEEP_ALIVE_SECONDS / PACE_SECONDS) == 0 else ""


async def turn_answer(request: PageRequest, running: RunningTurn, *, is_new: bool = False) -> HttpResponseBase:
    """The turn as a stream, or the page that shows it."""
    if not is_htmx(request):
        return redirect("conversation", await conversation_id_of(running))
    conversation_id = cast(UUID, running.conversation_id)
    response = stream_response(turn_frames(running, request.acting_user, conversation_id, is_new=is_new))
    if is_new:
        response["HX-Push-Url"] = reverse("conversation", args=[conversation_id])
    return response


async def running_answer(request: PageRequest, conversation_id: UUID) -> HttpResponseBase:
    """The answer to a message that is being answered already."""
    if not is_htmx(request):
        return redirect("conversation", conversation_id)
    return stream_response(follow_turn(request.acting_user, conversation_id))


async def conversation_id_of(running: RunningTurn) -> UUID:
    """The conversation of the turn, once that has ended or a few seconds have passed."""
    await asyncio.wait([running.task], timeout=PATIENCE_SECONDS)
    if running.conversation_id is None:
        raise InternalError
    return running.conversation_id

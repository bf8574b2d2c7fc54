"""The rolling summary of a conversation: which turns it is due for, what it is made of, and how it is stored."""

from dataclasses import dataclass
from uuid import UUID

from accounts.models import User
from chat.assistants.interface import AssistantText, HistoryItem, ToolOutput, UserText
from chat.models import Conversation, Message

from .context import past_messages
from .digest import digest_lines, joined_within, quoted
from .window import BYTES_PER_TOKEN, SUMMARY_MAX_TOKENS, history_max_tokens, turns_to_summarise

SUMMARY_MAX_BYTES = int(SUMMARY_MAX_TOKENS * BYTES_PER_TOKEN)
MATERIAL_MAX_BYTES = 40_000
TEXT_MAX_CHARACTERS = 600
CONTINUED = " (continued)"
Turn = list[HistoryItem]


@dataclass(frozen=True)
class Due:
    """Turns to summarise. `was` is the sequence that the summary covers now, `covers` what it will."""

    conversation_id: UUID
    was: int
    covers: int
    summary: str
    turns: list[Turn]

    @property
    def material(self) -> str:
        """What a model makes a summary of."""
        earlier = [f"Earlier summary: {self.summary}"] if self.summary else []
        return joined_within([*earlier, *(turn_text(turn) for turn in self.turns)], MATERIAL_MAX_BYTES)


def turn_text(turn: Turn) -> str:
    """The turn as lines, each text on one, with what the tools did by rule."""
    lines = []
    for item in turn:
        match item:
            case UserText(text):
                lines.append(f"Person: {quoted(text, TEXT_MAX_CHARACTERS)}")
            case AssistantText(text):
                lines.append(f"Assistant: {quoted(text, TEXT_MAX_CHARACTERS)}")
    if any(isinstance(item, ToolOutput) for item in turn):
        lines.append(f"Done: {digest_lines([turn])[0]}")
    return "\n".join(lines)


def digest_of(due: Due) -> str:
    return joined_within([due.summary, *digest_lines(due.turns)], SUMMARY_MAX_BYTES)


def due_summary(conversation_id: UUID, token_ratio: float) -> Due | None:
    """The oldest whole turns, until the others fill half of the budget; None where nothing is due or it is gone."""
    conversation = Conversation.objects.filter(pk=conversation_id).first()
    if conversation is None:
        return None
    groups = turns_after_summary(conversation)
    turns = [turn for turn, _ in groups]
    count = turns_to_summarise(turns, history_max_tokens(), token_ratio)
    if not count:
        return None
    covers = groups[count - 1][1]
    return Due(conversation.pk, conversation.summary_sequence, covers, conversation.summary, turns[:count])


def turns_after_summary(conversation: Conversation) -> list[tuple[Turn, int]]:
    """Each finished turn that the summary does not cover, with the sequence of its answer."""
    running = conversation.messages.filter(status=Message.Status.PENDING).values_list("sequence", flat=True).first()
    messages = past_messages(conversation, before=None if running is None else running - 1)
    return [
        ([*question, *answer], sequence)
        for (_, question), (sequence, answer) in zip(messages[::2], messages[1::2], strict=False)
    ]


def store_summary(due: Due, text: str) -> bool:
    """One statement, which does nothing where another process has gone further: an older never replaces a newer."""
    text = joined_within([text.strip()], SUMMARY_MAX_BYTES)
    unchanged = Conversation.objects.filter(pk=due.conversation_id, summary_sequence=due.was)
    return bool(text) and unchanged.update(summary=text, summary_sequence=due.covers) == 1


def continue_conversation(user: User, conversation_id: UUID) -> Conversation:
    """A new conversation that begins with a summary of all of this one; asked twice, the same while it is empty."""
    source = Conversation.objects.select_for_update(no_key=True).owned(user, conversation_id)
    unused = Conversation.objects.for_user(user).filter(continued_from=source, last_sequence=0).first()
    if unused:
        return unused
    turns = [turn for turn, _ in turns_after_summary(source)]
    summary = joined_within([source.summary, *digest_lines(turns)], SUMMARY_MAX_BYTES)
    max_length = Conversation._meta.get_field("title").max_length or 0
    return Conversation.objects.create(
        owner=user,
        title=source.title.removesuffix(CONTINUED)[: max_length - len(CONTINUED)] + CONTINUED,
        title_set_by_user=source.title_set_by_user,
        summary=summary,
        token_ratio=source.token_ratio,
        continued_from=source,
    )

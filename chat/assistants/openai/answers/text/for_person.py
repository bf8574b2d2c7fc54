"""What of a model's text is for the person: not its thoughts, not control tokens, not calls written as text.

A machine that reads the text as it comes and holds back what may become a tag; each character is looked at a bounded
number of times. What stands between quotation marks is a title and stays.
"""

import re
from collections.abc import Iterable
from enum import Enum

from .held import Held
from .openings import Openings, is_fence, is_leaked_channel
from .shown import Shown
from .tags import (
    BEGINNINGS,
    BRACKET,
    BRACKET_WORDS,
    CALL_NAME,
    END_OF_ANSWER,
    FUNCTION_OPEN,
    NOISE,
    ROLE,
    ROUND,
    TAG,
    THOUGHT_NAME,
    THOUGHT_WORD,
    WRAPPERS,
)
from .thoughts import TAG_MAX_CHARACTERS, Thoughts
from .written_calls import WrittenCall, looks_like_call, written_calls

HEADER_MAX_CHARACTERS, SLICE_CHARACTERS = 300, 1_000
SPECIAL = re.compile(r"[<\[◁\n]")


class Mode(Enum):
    TEXT = 1
    THOUGHT = 2
    HEADER = 3
    MARKUP = 4
    FENCE = 5
    JSON = 6
    ENDED = 7


class AnswerText:
    """Pieces of a model's text in, text for the person out.

    `retracted` says that all that came out before belonged to the thoughts: only their end was marked.
    `hides` says that there was something which is no answer, `unread_call` that there was a call without an end or of
    no tool that there is.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self.retracted = self.hides = self.unread_call = False
        self.calls: list[WrittenCall] = []
        self._names = tuple(names)
        self._openings = Openings(self._names)
        self._mode = Mode.TEXT
        self._buffer = ""
        self._shown = Shown()
        self._held = Held()
        self._thoughts = Thoughts()
        self._drops_role = False
        self._wrapped = False

    @property
    def has_text(self) -> bool:
        return bool(self._shown.tail)

    def feed(self, text: str) -> str:
        """What can be shown now."""
        if self._mode is Mode.TEXT and not (self._buffer or self._shown.line_start or SPECIAL.search(text)):
            return self._shown.pass_on(text)
        for start in range(0, len(text), SLICE_CHARACTERS):  # A long buffer would be copied at each tag in it.
            self._buffer += text[start : start + SLICE_CHARACTERS]
            while self._buffer and self._step():
                pass
        return self._shown.take()

    def end(self) -> str:
        """The rest that turned out to be plain text; from now on `calls` has what was a call."""
        rest, self._buffer = self._buffer, ""
        self.hides = self.hides or self._mode in {Mode.THOUGHT, Mode.HEADER}
        if self._mode is Mode.TEXT and not rest.startswith(("<|", "<｜")):
            self._shown.add(without_role(rest) if self._drops_role else rest)
        elif self._mode is Mode.THOUGHT:
            self._shown.add(self._thoughts.text(rest))
        elif self._mode in {Mode.MARKUP, Mode.FENCE, Mode.JSON}:
            self._held.add(rest)
            self._end_held()
        return self._shown.take()

    def _step(self) -> bool:
        """Take something off the buffer; False where more must come before that can be decided."""
        match self._mode:
            case Mode.TEXT:
                return self._step_in_text()
            case Mode.THOUGHT:
                return self._step_in_thought()
            case Mode.HEADER:
                return self._step_in_header()
            case Mode.FENCE:
                return self._step_in_fence()
            case Mode.ENDED:
                self._buffer = ""
            case _:
                self._held.add(self._buffer)
                self._buffer = ""
        return False

    # Text

    def _step_in_text(self) -> bool:
        if not self.has_text:
            self._buffer = self._buffer.lstrip()
        if self._drops_role and self._buffer:
            if len(self._buffer) < len("assistant<|end_header_id|>") and "\n" not in self._buffer:
                return False
            self._buffer, self._drops_role = without_role(self._buffer), False
        if self._shown.line_start and self._buffer:
            head = self._buffer.lstrip(" \t")
            if self._opens_line(head):
                return True
            if self._openings.is_unsure(head, is_first=not self.has_text):
                return False
            self._shown.line_start = False
        special = SPECIAL.search(self._buffer)
        self._take(special.start() if special else len(self._buffer))
        if special is None:
            return False
        taken = self._read_special()
        if taken:
            self._shown.line_start = self._shown.line_ends()
        return taken

    def _opens_line(self, head: str) -> bool:
        """Whether a call, or what may be one, begins a line: it is held back from here on."""
        if is_fence(head):
            self._mode = Mode.FENCE
        elif self._openings.is_json(head):
            self._mode = Mode.JSON
        elif self._openings.is_action(head):
            self._mode = Mode.MARKUP
        elif not self.has_text and is_leaked_channel(head):
            self._begin_thoughts(Thoughts())
            self.hides = True
        else:
            return False
        return True

    def _read_special(self) -> bool:
        match self._buffer[0]:
            case "\n":
                return self._take(1)
            case "<":
                return self._read_tag()
            case "[":
                return self._read_bracket()
        if match := ROUND.match(self._buffer):
            self._take_thought(len(match[0]), is_end=bool(match[1]))
            return True
        if len(self._buffer) < 24 and "▷" not in self._buffer:
            return False
        return self._take(1)

    def _read_tag(self) -> bool:
        if FUNCTION_OPEN.match(self._buffer) and not self._shown.is_quoting():
            self._mode = Mode.MARKUP
            return True
        tag = TAG.match(self._buffer)
        if tag is None:
            return False if may_become_tag(self._buffer) else self._take(1)
        if self._shown.is_quoting():
            return self._take(len(tag[0]))
        is_token, is_end, words = bool(tag[1] or tag[4]), bool(tag[2]), tag[3].strip()
        name = words.split(" ")[0].lower()
        if CALL_NAME.match(words) or (name in self._names and not is_end):
            if is_end:
                self._buffer = self._buffer[len(tag[0]) :]
            else:
                self._mode = Mode.MARKUP
        elif THOUGHT_NAME.fullmatch(name) or (is_token and THOUGHT_WORD.search(name)):
            self._take_thought(len(tag[0]), is_end=is_end or "end" in name.split("_"))
        elif is_token or name in END_OF_ANSWER | BEGINNINGS | NOISE or tag[2] + name in NOISE:
            return self._take_token(tag[0], name, is_token=is_token)
        elif name in WRAPPERS and (self._wrapped if is_end else not self.has_text):
            self._buffer, self._wrapped = self._buffer[len(tag[0]) :], not is_end
        else:
            return self._take(len(tag[0]))
        return True

    def _read_bracket(self) -> bool:
        match = BRACKET.match(self._buffer)
        if match is None:
            start = self._buffer[:20]
            return False if any(word.startswith(start) for word in BRACKET_WORDS) else self._take(1)
        if self._shown.is_quoting():
            return self._take(len(match[0]))
        if match[2] == "THINK":
            self._take_thought(len(match[0]), is_end=bool(match[1]))
        elif match[1] or match[2].startswith(("END", "INST")):
            self._buffer = self._buffer[len(match[0]) :]
        else:
            self._mode = Mode.MARKUP
        return True

    def _take(self, length: int) -> bool:
        self._shown.add(self._buffer[:length])
        self._buffer = self._buffer[length:]
        return True

    def _take_token(self, tag: str, name: str, *, is_token: bool) -> bool:
        """A control token ends the answer, begins a part of it, or is noise."""
        is_strike = name == "s" and (tag == "<s>" or "<s>" in self._shown.tail)
        if not is_token and (is_strike or name in {"assistant", "user", "system"}):
            return self._take(len(tag))
        self._buffer = self._buffer[len(tag) :]
        if name in {"channel", "start"}:
            self._mode, self.hides = Mode.HEADER, True
        elif name in BEGINNINGS:
            if self.has_text:
                self._mode = Mode.ENDED
            self._drops_role = True
        elif name in END_OF_ANSWER and self.has_text:
            self._mode = Mode.ENDED
        return True

    # Thoughts

    def _take_thought(self, length: int, *, is_end: bool) -> None:
        """The mark where thoughts begin; or their end, where all that came before it was thought."""
        mark, self._buffer = self._buffer[:length], self._buffer[length:]
        if is_end:
            self.retracted, self.hides = self.retracted or self._shown.passed_on, True
            self._shown.forget()
        else:
            self._begin_thoughts(Thoughts(mark=mark, in_line=not self._shown.line_ends()))

    def _begin_thoughts(self, thoughts: Thoughts) -> None:
        self._mode, self._thoughts = Mode.THOUGHT, thoughts

    def _step_in_thought(self) -> bool:
        self._buffer, is_marked = self._thoughts.read(self._buffer)
        if self._thoughts.opens_channel:
            self._mode = Mode.HEADER
        elif self._thoughts.is_over:
            self._mode, self.hides = Mode.TEXT, True
        return is_marked

    def _step_in_header(self) -> bool:
        """Of a channel: `final` is for the person, `to=functions.…` is a call, anything else is thought."""
        header, mark, rest = self._buffer.partition("<|message|>")
        if not mark and len(self._buffer) <= HEADER_MAX_CHARACTERS:
            return False
        if mark:
            self._buffer = rest
        if mark and "to=" in header:
            self._mode = Mode.MARKUP
            self._held.add(f"{header}{mark}")
        elif mark and ("final" in header or header.strip() == "assistant"):
            self._mode = Mode.TEXT
        else:
            self._begin_thoughts(Thoughts(in_channel=True))
        return True

    # Held back

    def _step_in_fence(self) -> bool:
        """A block of code is a call or an answer, which is known when it ends."""
        rest = self._held.add_block(self._buffer)
        self._buffer = rest or ""
        if rest is None:
            return False
        self._end_held()
        return True

    def _end_held(self) -> None:
        """Calls where they are whole and name a tool; plain text where nothing says that it was meant as a call."""
        text, mode = self._held.take(), self._mode
        calls = written_calls(text, self._names)
        self.calls += calls
        if calls:
            self._mode = Mode.ENDED  # What a model writes behind its call was written without knowing what came of it.
        elif mode is Mode.MARKUP or looks_like_call(text):
            self._mode, self.hides, self.unread_call = Mode.ENDED, True, True
        else:
            self._mode = Mode.TEXT
            self._shown.add(text)


def without_role(text: str) -> str:
    """Without the role that some templates write in front of an answer."""
    role = ROLE.match(text)
    return text[role.end() :] if role else text


def may_become_tag(text: str) -> bool:
    """Whether the text, which begins with “<”, can still become a tag."""
    second = text[1:2]
    is_name = not second or second.isalpha() or second in "/|｜_"
    return is_name and len(text) < TAG_MAX_CHARACTERS and "\n" not in text and "<" not in text[1:]

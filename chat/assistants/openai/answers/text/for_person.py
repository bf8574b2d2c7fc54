"""What of a model's text is for the person: not its thoughts, not control tokens, not calls written as text.

A machine that reads the text as it comes and holds back what may become a tag; each character is looked at a bounded
number of times. What stands between quotation marks is a title and stays.
"""

import functools
import re
from collections.abc import Iterable
from enum import Enum

from .tags import (
    BEGINNINGS,
    BRACKET,
    BRACKET_WORDS,
    CALL_NAME,
    CHANNEL_END,
    END_OF_ANSWER,
    FENCE,
    FUNCTION_OPEN,
    LEAKED_CHANNEL,
    LEAKED_FINAL,
    NOISE,
    QUOTES,
    ROLE,
    ROUND,
    TAG,
    THOUGHT_MARK,
    THOUGHT_NAME,
    THOUGHT_WORD,
    WRAPPERS,
)
from .written_calls import WrittenCall, looks_like_call, written_calls

TAG_MAX_CHARACTERS, HEADER_MAX_CHARACTERS, TAIL_CHARACTERS = 100, 300, 200
MARKUP_MAX_CHARACTERS, SLICE_CHARACTERS = 400_000, 1_000
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
        self._line_call = line_call(self._names)
        self._line_words = (*(f"{name}(" for name in self._names), "Action:")
        self._mode = Mode.TEXT
        self._buffer = ""
        self._held: list[str] = []
        self._held_characters = 0
        self._tail = ""
        self._line_start = True
        self._depth = 0
        self._in_channel = False
        self._thought_in_line = False
        self._drops_role = False
        self._wrapped = False
        self._passed_on = False

    @property
    def has_text(self) -> bool:
        return bool(self._tail)

    def feed(self, text: str) -> str:
        """What can be shown now."""
        if self._mode is Mode.TEXT and not self._buffer and not self._line_start and not SPECIAL.search(text):
            self._tail = text if len(text) >= TAIL_CHARACTERS else self._tail[-TAIL_CHARACTERS:] + text
            return text
        shown: list[str] = []
        for start in range(0, len(text), SLICE_CHARACTERS):  # A long buffer would be copied at each tag in it.
            self._buffer += text[start : start + SLICE_CHARACTERS]
            while self._buffer and self._step(shown):
                pass
        self._passed_on = self._passed_on or bool(shown)
        return "".join(shown)

    def end(self) -> str:
        """The rest that turned out to be plain text; from now on `calls` has what was a call."""
        shown: list[str] = []
        rest, self._buffer = self._buffer, ""
        self.hides = self.hides or self._mode in {Mode.THOUGHT, Mode.HEADER}
        if self._mode is Mode.TEXT and not rest.startswith(("<|", "<｜")):
            self._show(without_role(rest) if self._drops_role else rest, shown)
        elif self._mode is Mode.THOUGHT and self._thought_in_line:
            self._show("".join(self._held) + rest, shown)
        elif self._mode in {Mode.MARKUP, Mode.FENCE, Mode.JSON}:
            self._hold(rest)
            self._end_held(shown)
        return "".join(shown)

    def _step(self, shown: list[str]) -> bool:
        """Take something off the buffer; False where more must come before that can be decided."""
        match self._mode:
            case Mode.TEXT:
                return self._step_in_text(shown)
            case Mode.THOUGHT:
                return self._step_in_thought()
            case Mode.HEADER:
                return self._step_in_header()
            case Mode.FENCE:
                return self._step_in_fence(shown)
            case Mode.ENDED:
                self._buffer = ""
            case _:
                self._hold(self._buffer)
                self._buffer = ""
        return False

    # Text

    def _step_in_text(self, shown: list[str]) -> bool:
        if not self._tail:
            self._buffer = self._buffer.lstrip()
        if self._drops_role and self._buffer:
            if len(self._buffer) < len("assistant<|end_header_id|>") and "\n" not in self._buffer:
                return False
            self._buffer, self._drops_role = without_role(self._buffer), False
        if self._line_start and self._buffer:
            if self._opens_line():
                return True
            if self._may_open_line():
                return False
            self._line_start = False
        special = SPECIAL.search(self._buffer)
        if special is None:
            self._show(self._buffer, shown)
            self._buffer = ""
            return False
        self._show(self._buffer[: special.start()], shown)
        self._buffer = self._buffer[special.start() :]
        taken = self._read_special(shown)
        if taken:
            self._line_start = self._line_ends()
        return taken

    def _read_special(self, shown: list[str]) -> bool:
        match self._buffer[0]:
            case "\n":
                return self._take(1, shown)
            case "<":
                return self._read_tag(shown)
            case "[":
                return self._read_bracket(shown)
        if match := ROUND.match(self._buffer):
            self._take_thought(len(match[0]), is_end=bool(match[1]), shown=shown)
            return True
        if len(self._buffer) < 24 and "▷" not in self._buffer:
            return False
        return self._take(1, shown)

    def _opens_line(self) -> bool:
        """Whether a call, or what may be one, begins a line: it is held back from here on."""
        head = self._buffer.lstrip(" \t")
        if head.startswith(FENCE):
            self._mode = Mode.FENCE
        elif re.match(r"\{|\[\s*\{", head) or (self._line_call and self._line_call.match(head)):
            self._mode = Mode.JSON
        elif head.startswith("Action:") and any(name in head for name in self._names):
            self._mode = Mode.MARKUP
        elif not self._tail and re.match(rf"{LEAKED_CHANNEL}[A-Z]", head):
            self._mode, self._depth, self._in_channel = Mode.THOUGHT, 1, False
            self.hides = True
        else:
            return False
        return True

    def _may_open_line(self) -> bool:
        head = self._buffer.lstrip(" \t")
        if not head or head in {"`", "``"} or (head[0] == "[" and not head[1:].strip()):
            return True
        if not self._tail and LEAKED_CHANNEL.startswith(head):
            return True
        if head.startswith("Action:"):
            return len(head) < 40 and "\n" not in head
        bare = head.removeprefix("[").rstrip()
        return len(bare) < 40 and any(word.startswith(bare) for word in self._line_words)

    def _read_tag(self, shown: list[str]) -> bool:
        if FUNCTION_OPEN.match(self._buffer) and not self._is_quoted():
            self._mode = Mode.MARKUP
            return True
        tag = TAG.match(self._buffer)
        if tag is None:
            return False if may_become_tag(self._buffer) else self._take(1, shown)
        if self._is_quoted():
            return self._take(len(tag[0]), shown)
        is_token, is_end, words = bool(tag[1] or tag[4]), bool(tag[2]), tag[3].strip()
        name = words.split(" ")[0].lower()
        if CALL_NAME.match(words) or (name in self._names and not is_end):
            if is_end:
                self._buffer = self._buffer[len(tag[0]) :]
            else:
                self._mode = Mode.MARKUP
        elif THOUGHT_NAME.fullmatch(name) or (is_token and THOUGHT_WORD.search(name)):
            self._take_thought(len(tag[0]), is_end=is_end or "end" in name.split("_"), shown=shown)
        elif is_token or name in END_OF_ANSWER | BEGINNINGS | NOISE or tag[2] + name in NOISE:
            return self._take_token(tag[0], name, is_token=is_token, shown=shown)
        elif name in WRAPPERS and (self._wrapped if is_end else not self._tail):
            self._buffer, self._wrapped = self._buffer[len(tag[0]) :], not is_end
        else:
            return self._take(len(tag[0]), shown)
        return True

    def _read_bracket(self, shown: list[str]) -> bool:
        match = BRACKET.match(self._buffer)
        if match is None:
            start = self._buffer[:20]
            return False if any(word.startswith(start) for word in BRACKET_WORDS) else self._take(1, shown)
        if self._is_quoted():
            return self._take(len(match[0]), shown)
        if match[2] == "THINK":
            self._take_thought(len(match[0]), is_end=bool(match[1]), shown=shown)
        elif match[1] or match[2].startswith(("END", "INST")):
            self._buffer = self._buffer[len(match[0]) :]
        else:
            self._mode = Mode.MARKUP
        return True

    def _take_token(self, tag: str, name: str, *, is_token: bool, shown: list[str]) -> bool:
        """A control token ends the answer, begins a part of it, or is noise."""
        is_strike = name == "s" and (tag == "<s>" or "<s>" in self._tail)
        if not is_token and (is_strike or name in {"assistant", "user", "system"}):
            return self._take(len(tag), shown)
        self._buffer = self._buffer[len(tag) :]
        if name in {"channel", "start"}:
            self._mode, self.hides = Mode.HEADER, True
        elif name in BEGINNINGS:
            if self._tail:
                self._mode = Mode.ENDED
            self._drops_role = True
        elif name in END_OF_ANSWER and self._tail:
            self._mode = Mode.ENDED
        return True

    def _take_thought(self, length: int, *, is_end: bool, shown: list[str]) -> None:
        """The mark where thoughts begin; or their end, where all that came before it was thought."""
        if is_end:
            self._buffer = self._buffer[length:]
            self.retracted, self.hides = self.retracted or self._passed_on, True
            self._tail, self._line_start, self._passed_on = "", True, False
            shown.clear()
            return
        self._thought_in_line = bool(self._tail) and not self._line_ends()
        self._held = [self._buffer[:length]] if self._thought_in_line else []
        self._held_characters = 0
        self._buffer = self._buffer[length:]
        self._mode, self._depth, self._in_channel = Mode.THOUGHT, 1, False

    # Thoughts

    def _step_in_thought(self) -> bool:
        mark = THOUGHT_MARK.search(self._buffer)
        if mark is None:
            keep = min(len(self._buffer), TAG_MAX_CHARACTERS)
            self._drop(len(self._buffer) - keep)
            return False
        word = mark[0].strip("<>[]|◁▷｜").lower()
        self._drop(mark.start())
        if self._in_channel and word in {"start", "channel"}:
            self._mode = Mode.HEADER
        elif self._in_channel and word in CHANNEL_END:
            self._leave_thought()
        elif word.startswith("/") or "end" in word.split("_") or word == LEAKED_FINAL:
            self._depth -= 1
            if self._depth <= 0:
                self._leave_thought()
        elif word not in CHANNEL_END | {"start", "channel"}:
            self._depth += 1
        self._drop(len(mark[0]))
        return True

    def _leave_thought(self) -> None:
        self._mode, self.hides, self._thought_in_line = Mode.TEXT, True, False
        self._held = []

    def _drop(self, length: int) -> None:
        """Out of the buffer; kept where the thoughts may turn out to be plain text that holds such a word."""
        if self._thought_in_line:
            self._hold(self._buffer[:length])
        self._buffer = self._buffer[length:]

    def _step_in_header(self) -> bool:
        """Of a channel: `final` is for the person, `to=functions.…` is a call, anything else is thought."""
        header, mark, rest = self._buffer.partition("<|message|>")
        if not mark:
            if len(self._buffer) > HEADER_MAX_CHARACTERS:
                self._mode, self._in_channel, self._depth = Mode.THOUGHT, True, 1
                return True
            return False
        self._buffer = rest
        if "to=" in header:
            self._mode = Mode.MARKUP
            self._hold(f"{header}{mark}")
        elif "final" in header or header.strip() == "assistant":
            self._mode = Mode.TEXT
        else:
            self._mode, self._in_channel, self._depth = Mode.THOUGHT, True, 1
        return True

    # Held back

    def _hold(self, text: str) -> None:
        self._held_characters += len(text)
        if self._held_characters <= MARKUP_MAX_CHARACTERS:
            self._held.append(text)

    def _step_in_fence(self, shown: list[str]) -> bool:
        """A block of code is a call or an answer, which is known when it ends."""
        before = self._held[-1][-2:] if self._held else ""
        self._hold(self._buffer)
        fence_came = FENCE in before + self._buffer
        self._buffer = ""
        if not fence_came:
            return False
        text = "".join(self._held)
        end = text.find(FENCE, text.find(FENCE) + len(FENCE))
        if end < 0:
            return False
        self._held, self._buffer = [text[: end + len(FENCE)]], text[end + len(FENCE) :]
        self._end_held(shown)
        return True

    def _end_held(self, shown: list[str]) -> None:
        """Calls where they are whole and name a tool; plain text where nothing says that it was meant as a call."""
        text, mode = "".join(self._held), self._mode
        self._held, self._held_characters = [], 0
        calls = written_calls(text, self._names)
        self.calls += calls
        if calls:
            self._mode = Mode.ENDED  # What a model writes behind its call was written without knowing what came of it.
        elif mode is Mode.MARKUP or looks_like_call(text):
            self._mode, self.hides, self.unread_call = Mode.ENDED, True, True
        else:
            self._mode = Mode.TEXT
            self._show(text, shown)

    # Out

    def _show(self, text: str, shown: list[str]) -> None:
        if not self._tail:
            text = text.lstrip()
        if text:
            shown.append(text)
            self._tail = (self._tail + text)[-TAIL_CHARACTERS:]
            self._line_start = self._line_ends()

    def _take(self, length: int, shown: list[str]) -> bool:
        self._show(self._buffer[:length], shown)
        self._buffer = self._buffer[length:]
        return True

    def _line_ends(self) -> bool:
        return not self._tail or self._tail.endswith("\n")

    def _is_quoted(self) -> bool:
        before = self._tail[-1:]
        return (bool(before) and before in QUOTES) or self._tail.rfind("“") > self._tail.rfind("”")


@functools.lru_cache(maxsize=8)
def line_call(names: tuple[str, ...]) -> re.Pattern[str] | None:
    """A tool's name with what opens its arguments, as a line begins where a call is written as in Python."""
    return re.compile(rf"\[?(?:{'|'.join(map(re.escape, names))})\s*[({{]") if names else None


def without_role(text: str) -> str:
    """Without the role that some templates write in front of an answer."""
    role = ROLE.match(text)
    return text[role.end() :] if role else text


def may_become_tag(text: str) -> bool:
    """Whether the text, which begins with “<”, can still become a tag."""
    second = text[1:2]
    is_name = not second or second.isalpha() or second in "/|｜_"
    return is_name and len(text) < TAG_MAX_CHARACTERS and "\n" not in text and "<" not in text[1:]

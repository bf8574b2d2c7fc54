"""A model's thoughts within its text, from the mark where they begin to the one where they end."""

from .held import Held
from .tags import CHANNEL_END, LEAKED_FINAL, THOUGHT_MARK

TAG_MAX_CHARACTERS = 100


class Thoughts:
    """Reads over thoughts, which may stand in one another, or in a channel, where other words end them.

    What began within a line is kept, because it may turn out to be text that only holds such a word.
    """

    def __init__(self, *, in_channel: bool = False, mark: str = "", in_line: bool = False) -> None:
        self.opens_channel = False
        self._depth = 1
        self._in_channel = in_channel
        self._kept = Held() if in_line else None
        self._keep(mark)

    @property
    def is_over(self) -> bool:
        return self._depth <= 0

    def read(self, buffer: str) -> tuple[str, bool]:
        """What is left of the buffer, and whether there was a mark in it: thoughts may be over, or a channel opened."""
        mark = THOUGHT_MARK.search(buffer)
        if mark is None:
            start = len(buffer) - min(len(buffer), TAG_MAX_CHARACTERS)
            self._keep(buffer[:start])
            return buffer[start:], False
        self._keep(buffer[: mark.end()])
        word = mark[0].strip("<>[]|◁▷｜").lower()
        if self._in_channel and word in {"start", "channel"}:
            self.opens_channel = True
        elif self._in_channel and word in CHANNEL_END:
            self._depth = 0
        elif word.startswith("/") or "end" in word.split("_") or word == LEAKED_FINAL:
            self._depth -= 1
        elif word not in CHANNEL_END | {"start", "channel"}:
            self._depth += 1
        return buffer[mark.end() :], True

    def text(self, rest: str) -> str:
        """What it was, if it never ended: plain text where it began within a line, else nothing."""
        return self._kept.take() + rest if self._kept else ""

    def _keep(self, text: str) -> None:
        if self._kept:
            self._kept.add(text)

"""What of an answer was let through to the person."""

from .tags import QUOTES

TAIL_CHARACTERS = 200


class Shown:
    """Text that came out, piece by piece. Of what was taken away only the end is kept, in `tail`.

    `line_start` says that what comes next may be the beginning of a line, `passed_on` that something was taken away
    since the last `forget`.
    """

    def __init__(self) -> None:
        self.tail = ""
        self.line_start = True
        self.passed_on = False
        self._pieces: list[str] = []

    def add(self, text: str) -> None:
        if not self.tail:
            text = text.lstrip()
        if text:
            self._pieces.append(text)
            self.tail = (self.tail + text)[-TAIL_CHARACTERS:]
            self.line_start = self.line_ends()

    def take(self) -> str:
        """What came since the last time."""
        text = "".join(self._pieces)
        self._pieces.clear()
        self.passed_on = self.passed_on or bool(text)
        return text

    def pass_on(self, text: str) -> str:
        """Text with nothing special in it, which is added and taken at once."""
        self.tail = text if len(text) >= TAIL_CHARACTERS else self.tail[-TAIL_CHARACTERS:] + text
        return text

    def forget(self) -> None:
        """All that came so far was no answer."""
        self.tail, self.line_start, self.passed_on = "", True, False
        self._pieces.clear()

    def line_ends(self) -> bool:
        return not self.tail or self.tail.endswith("\n")

    def is_quoting(self) -> bool:
        """Whether what comes next stands in quotation marks, as a title does."""
        before = self.tail[-1:]
        return (bool(before) and before in QUOTES) or self.tail.rfind("“") > self.tail.rfind("”")

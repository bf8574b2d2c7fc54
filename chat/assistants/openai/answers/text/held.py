"""Text that is held back until it is known what it is."""

from .tags import FENCE

MARKUP_MAX_CHARACTERS = 400_000


class Held:
    """Pieces in the order in which they came; past a bound they are counted and not kept."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._characters = 0

    def add(self, text: str) -> None:
        self._characters += len(text)
        if self._characters <= MARKUP_MAX_CHARACTERS:
            self._pieces.append(text)

    def take(self) -> str:
        text = "".join(self._pieces)
        self._pieces, self._characters = [], 0
        return text

    def add_block(self, text: str) -> str | None:
        """Add to a block of code; once it ends, it alone is held, and what stands behind it is returned."""
        before = self._pieces[-1][-2:] if self._pieces else ""
        self.add(text)
        if FENCE not in before + text:
            return None
        held = "".join(self._pieces)
        end = held.find(FENCE, held.find(FENCE) + len(FENCE))
        if end < 0:
            return None
        end += len(FENCE)
        self._pieces = [held[:end]]
        return held[end:]

"""How a line begins that is a call, or thoughts, or may become one of them."""

import functools
import re

from .tags import FENCE, LEAKED_CHANNEL


class Openings:
    """For tools of these `names`. A `head` is what is known of a line, without the spaces before it."""

    def __init__(self, names: tuple[str, ...]) -> None:
        self._names = names
        self._call = line_call(names)
        self._words = (*(f"{name}(" for name in names), "Action:")

    def is_json(self, head: str) -> bool:
        return bool(re.match(r"\{|\[\s*\{", head) or (self._call and self._call.match(head)))

    def is_action(self, head: str) -> bool:
        return head.startswith("Action:") and any(name in head for name in self._names)

    def is_unsure(self, head: str, *, is_first: bool) -> bool:
        """Whether more must come before it is known what the line is; `is_first` in the answer."""
        if not head or head in {"`", "``"} or (head[0] == "[" and not head[1:].strip()):
            return True
        if is_first and LEAKED_CHANNEL.startswith(head):
            return True
        if head.startswith("Action:"):
            return len(head) < 40 and "\n" not in head
        bare = head.removeprefix("[").rstrip()
        return len(bare) < 40 and any(word.startswith(bare) for word in self._words)


def is_fence(head: str) -> bool:
    return head.startswith(FENCE)


def is_leaked_channel(head: str) -> bool:
    """The name of a channel whose marks were lost, with the first word of the thoughts right behind it."""
    return bool(re.match(rf"{LEAKED_CHANNEL}[A-Z]", head))


@functools.lru_cache(maxsize=8)
def line_call(names: tuple[str, ...]) -> re.Pattern[str] | None:
    """A tool's name with what opens its arguments, as a line begins where a call is written as in Python."""
    return re.compile(rf"\[?(?:{'|'.join(map(re.escape, names))})\s*[({{]") if names else None

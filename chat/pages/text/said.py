"""What an answer says already, so that a receipt beside it need not."""

import re

# Where one sentence ends and the next begins.
BETWEEN = re.compile(r"(?<=[.!?…。])\s+")


def unsaid(note: str, answer: str) -> str:
    """The sentences of a note that the answer does not have."""
    said = plain(answer)
    return " ".join(sentence for sentence in BETWEEN.split(note.strip()) if plain(sentence) not in said)


def plain(text: str) -> str:
    """Without the marks of Markdown, white space and case, and with one kind of quotation mark."""
    return " ".join(re.sub(r"[“”„«»\"‘’'*_`\\]", "", text.casefold()).split())

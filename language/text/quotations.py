"""Quoted text is never parsed: each quotation becomes one private character until the grammar is done."""

import re
from dataclasses import dataclass, fields, replace
from typing import Any, TypeVar

from language.acts import Act, Question, Selection, Span
from language.grammar import section

forms = section("quotations")

AnyAct = TypeVar("AnyAct", bound=Act | Selection | Span)
# The fields of acts that are stored as they were written, and those that name a todo.
WRITTEN = frozenset(["title", "notes", "question"])
NAMING = frozenset(["task", "tasks", "text"])
FIRST_MARK = 0xE000
LAST_MARK = 0xF8FF
MARKS = f"[{chr(FIRST_MARK)}-{chr(LAST_MARK)}]"
MARK = re.compile(MARKS)
# A straight single quote opens only behind a space and closes only before one: "the dry cleaner's" is no quotation.
# Private characters that a person typed are set aside in the same way, so that none is taken for a mark.
# Every part is bounded, so that no text of opening marks alone becomes slow.
QUOTATION = re.compile(
    r"\"[^\"\n]{1,500}\"|“[^”\n]{1,500}”|„[^“”\n]{1,500}[“”]|«[^»\n]{1,500}»"
    r"|(?<![^\s(:,])'[^'\n]{1,500}(?:'\w[^'\n]{0,200}){0,3}'(?![^\s).,;:!?])"
    f"|{MARKS}+"
)


@dataclass(frozen=True)
class Quoted:
    """`text` with a mark in the place of each quotation; straight apostrophes, so that rules need one spelling."""

    text: str
    quotations: tuple[str, ...]

    def as_written(self, words: str) -> str:
        """The words with their quotations in quotation marks; a lone quotation loses them."""
        if len(words) == 1 and MARK.match(words):
            return self.inside(words)
        return MARK.sub(lambda mark: self.quotations[ord(mark[0]) - FIRST_MARK], words)

    def as_name(self, words: str) -> str:
        """The words without quotation marks: the "milk" task is looked for as milk."""
        return MARK.sub(lambda mark: self.inside(mark[0]), words)

    def inside(self, mark: str) -> str:
        quotation = self.quotations[ord(mark) - FIRST_MARK]
        return quotation if MARK.match(quotation) else quotation[1:-1].strip()


def set_aside_quotations(text: str) -> Quoted:
    quotations: list[str] = []

    def mark(match: re.Match[str]) -> str:
        if len(quotations) > LAST_MARK - FIRST_MARK:
            return " "
        quotations.append(match[0])
        return chr(FIRST_MARK + len(quotations) - 1)

    def mark_name(match: re.Match[str]) -> str:
        if len(quotations) > LAST_MARK - FIRST_MARK:
            return match[0]
        quotations.append(f"“{match['title']}”")
        return f"{match['before']}{chr(FIRST_MARK + len(quotations) - 1)}"

    marked = QUOTATION.sub(mark, text.replace("’", "'").replace("‘", "'"))
    return Quoted(forms.named_title.sub(mark_name, marked), tuple(quotations))


def with_quotations(act: AnyAct, quoted: Quoted) -> AnyAct:
    """The act with what was set aside back in its words, also in the acts and the selection that it holds."""
    if not quoted.quotations:
        return act
    told = {field.name: getattr(act, field.name) for field in fields(act)}
    return replace(act, **{name: restored(name, value, quoted) for name, value in told.items() if value})


def restored(name: str, value: Any, quoted: Quoted) -> Any:
    if isinstance(value, Act | Selection | Span):
        return with_quotations(value, quoted)
    if isinstance(value, tuple):
        return tuple(restored(name, each, quoted) for each in value)
    if name in WRITTEN and not isinstance(value, Question):
        return quoted.as_written(value)
    return quoted.as_name(value) if name in NAMING else value

"""Quoted text is never parsed: each quotation becomes one private character until the grammar is done."""

import re
from dataclasses import dataclass, replace
from typing import TypeVar

from language import acts
from language.grammar import section

forms = section("quotations")

AnyAct = TypeVar("AnyAct", bound=acts.Act)
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
    """The act with what was set aside back in its words."""
    match act:
        case acts.OfferToDelete(task=task, otherwise=otherwise):
            return replace(act, task=quoted.as_name(task), otherwise=with_quotations(otherwise, quoted))
        case acts.Sought(change=change, otherwise=otherwise):
            other = with_quotations(otherwise, quoted) if otherwise else None
            return replace(act, change=with_quotations(change, quoted), otherwise=other)
        case acts.Supposed(change=change, otherwise=otherwise):
            return replace(act, change=with_quotations(change, quoted), otherwise=with_quotations(otherwise, quoted))
    return simple_with_quotations(act, quoted)


def simple_with_quotations(act: AnyAct, quoted: Quoted) -> AnyAct:
    match act:
        case acts.AddTodo(title=title):
            act = replace(act, title=quoted.as_written(title))
        case acts.AskTodos(selection=selection, task=task):
            selection = replace(selection, text=quoted.as_name(selection.text))
            act = replace(act, selection=selection, task=quoted.as_name(task))
        case acts.ChangeMany(selection=selection):
            act = replace(act, selection=replace(selection, text=quoted.as_name(selection.text)))
        case acts.CompleteTodos(tasks=tasks) | acts.DeleteTodos(tasks=tasks):
            act = replace(act, tasks=tuple(map(quoted.as_name, tasks)))
        case acts.UpdateTodos(tasks=tasks, title=title):
            act = replace(act, tasks=tuple(map(quoted.as_name, tasks)), title=quoted.as_written(title))
        case acts.AnnotateTodo(task=task, notes=notes):
            act = replace(act, task=quoted.as_name(task), notes=quoted.as_written(notes))
        case acts.RestoreTodo(task=task):
            act = replace(act, task=quoted.as_name(task))
        case acts.Clarify(question=question):
            act = replace(act, question=quoted.as_written(question))
    return act

"""What a person can mean: one value for each kind of act, free of the words it was said with.

Tasks are named here as the person named them ("the milk one", "it", "item 4"); `references.py` turns that into ids.
"""

import datetime
from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True)
class Span:
    """Whole days, both ends included; `name` is how a sentence calls them ("this week")."""

    first_on: datetime.date
    last_on: datetime.date
    name: str


@dataclass(frozen=True)
class Selection:
    """Which todos: `filter` as list_tasks knows it, the rest narrows it; a `trait` is seen in what was found."""

    filter: str = "open"
    text: str = ""
    tag: str = ""
    priority: str = ""
    span: Span | None = None
    trait: str = ""


# What is asked: of a group which, how many, whether and in which order; of one todo when, how urgent, and how it is.
Question = StrEnum("Question", "WHICH HOW_MANY IS_THERE WHEN HOW_URGENT WHAT_FIRST ABOUT_ONE")


@dataclass(frozen=True)
class AddTodo:
    title: str
    due: str = ""
    priority: str = ""
    tags: tuple[str, ...] = ()
    remind: str = ""


@dataclass(frozen=True)
class Say:
    """Something to say without looking or changing; `topic` is a key of `sentences.py`."""

    topic: str


@dataclass(frozen=True)
class Clarify:
    """A question back; nothing is changed."""

    question: str


@dataclass(frozen=True)
class AskTodos:
    """A question. `task` names one todo for the questions about a single one; `shown` were listed before.

    `otherwise` is to be added where nothing is found: "is milk on my list? If not, add it". Where it is something to
    say, the question is only a guess, about the one todo that its words may be about.
    """

    question: Question
    selection: Selection
    task: str = ""
    shown: int = 0
    otherwise: AddTodo | Clarify | Say | None = None


@dataclass(frozen=True)
class CompleteTodos:
    tasks: tuple[str, ...]
    reopen: bool = False


@dataclass(frozen=True)
class DeleteTodos:
    tasks: tuple[str, ...]
    is_news: bool = False  # "the gym is cancelled": of "cancel the gym", that it is done


@dataclass(frozen=True)
class UpdateTodos:
    """The same change to each task; an empty field stays as it is, "none" removes the date or the reminders."""

    tasks: tuple[str, ...]
    title: str = ""
    due: str = ""
    priority: str = ""
    add_tags: tuple[str, ...] = ()
    remove_tags: tuple[str, ...] = ()
    stop_repeating: bool = False
    remind: str = ""


Change = CompleteTodos | DeleteTodos | UpdateTodos


@dataclass(frozen=True)
class AnnotateTodo:
    """Words to put behind the notes that a todo already has."""

    task: str
    notes: str


@dataclass(frozen=True)
class RestoreTodo:
    """Out of the trash again. `todo_id` tells it from others of the same title, where it was shown."""

    task: str
    todo_id: str = ""


@dataclass(frozen=True)
class ChangeMany:
    """A change to a whole group ("delete everything"); `verb` says it in a sentence, `due` where a move goes."""

    verb: str
    selection: Selection
    due: str = ""


@dataclass(frozen=True)
class UndoChanges:
    """Take back what the last `count` messages changed; with `redo`, take the taking back back."""

    count: int = 1
    redo: bool = False


@dataclass(frozen=True)
class BriefMe:
    """To be briefed on the day, or to have the week planned: `when` and `by` stay as they are where nothing is said.

    `on` switches it; where nothing at all is said, it is a question.
    """

    plan: str = "day"
    when: str = ""
    by: tuple[str, ...] = ()
    on: bool | None = None


@dataclass(frozen=True)
class RepeatCall:
    """A call that was refused for an unclear reference or answer, now with the clear one."""

    tool_name: str
    arguments: dict


@dataclass(frozen=True)
class Sought:
    """A change of todos that are named by words: looked for first; `otherwise` is meant where none is called so.

    What is only a guess is asked about where one is, unless `otherwise` is the same change of something shown.
    """

    change: Change
    otherwise: AddTodo | Change | Clarify | Say | None = None
    is_guess: bool = False


@dataclass(frozen=True)
class OfferToDelete:
    """ "Cancel the gym": asked back about the open todo that is called like that; `otherwise` where none is."""

    task: str
    otherwise: AddTodo | Clarify


Write = AddTodo | Change | AnnotateTodo | RestoreTodo | ChangeMany | UndoChanges | BriefMe | RepeatCall
Act = Write | AskTodos | Sought | OfferToDelete | Say | Clarify


@dataclass(frozen=True)
class Reading:
    """The acts of one sentence. Without `is_sure` they are a likely guess, or a question back."""

    acts: list[Act]
    is_sure: bool = False


class Unclear(Exception):
    """Raised where understanding cannot go on without asking; `question` is what to ask."""

    def __init__(self, question: str) -> None:
        self.question = question
        super().__init__(question)

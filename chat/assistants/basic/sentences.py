"""What the assistant says when there is nothing to look up or change. Looked up when it is said."""

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from language.acts import Clarify, Say

SAID = {
    "help": _(
        "I am the basic assistant: I look after your todos and understand plain English commands. For example: "
        "“add call the bank friday 3pm”, “what is due this week?”, “mark call the bank as done”, "
        "“move it to monday”, “delete the second one”, “undo that”. "
        "Priorities (p1, urgent), #tags, notes and several requests in one message work too."
    ),
    "who": _(
        "I am the basic assistant of Todo Chat: a program with fixed rules, not a person and not a language model. "
        "I manage your todos; with a model's key set, a smarter assistant takes my place."
    ),
    "hello": _("Hello! I am the basic assistant for your todos. Tell me what to add, or ask what is on your list."),
    "thanks": _("You are welcome."),
    "bye": _("Goodbye! Your list will be here."),
    "yes": _("I have no open question. What would you like me to do?"),
    "no": _("All right, I leave everything as it is."),
    "not meant": _("I am sorry that this was not it. Tell me in other words what to add, find or change."),
    "outside": _(
        "I am the basic assistant and can only help with your todos: add, find, change, finish and delete them."
    ),
    "not yours": _("I can only see and change your own todos, and only on your word. What can I do on your list?"),
    "no more": _("That is all of it."),
    "empty": _("I could not read anything in that. Tell me what to add, or ask what is on your list."),
}


def said_of(act: Say | Clarify) -> str:
    return act.question if isinstance(act, Clarify) else gettext(SAID[act.topic])

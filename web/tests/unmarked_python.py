"""Finds what a module says in a sentence and does not mark: constants and f-strings with words for people."""

import ast
import re
from collections.abc import Iterator

MARKS = {
    *("_", "gettext", "gettext_lazy", "gettext_noop"),
    *("ngettext", "ngettext_lazy", "ngettext_noop", "pgettext", "pgettext_lazy", "npgettext"),
}
# What goes to logs, programs and developers. Descriptions are of the API document, which is in English.
NOT_FOR_PEOPLE = {
    *("debug", "info", "warning", "error", "exception", "critical", "Warning", "Error"),
    *("ValueError", "TypeError", "RuntimeError", "LookupError", "KeyError", "AssertionError", "NotImplementedError"),
    *("ImproperlyConfigured", "CommandError", "Field", "Query", "Path", "compile", "add_argument", "write", "wrong"),
}
NOT_FOR_PEOPLE_BY_NAME = {"help_text", "description", "examples", "help", "hint", "verbose_name", "verbose_name_plural"}
SENTENCE = re.compile(r"^[A-Z“…][^{}<>=/\\]*[a-z’] [a-zA-Z“0-9]")


def sentences(source: str) -> Iterator[tuple[int, str]]:
    """Line and words of each."""
    tree = ast.parse(source)
    marked = {id(part) for call in ast.walk(tree) if is_marking(call) for part in ast.walk(call)}
    known = {part.value for part in ast.walk(tree) if id(part) in marked and isinstance(part, ast.Constant)}
    # What is marked once may be a key or a comparison elsewhere in the module.
    yield from ((line, words) for line, words in of_node(tree) if words not in known)


def is_marking(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and name_of(node.func) in MARKS


def of_node(node: ast.AST) -> Iterator[tuple[int, str]]:
    if isinstance(node, ast.Call) and name_of(node.func) in MARKS | NOT_FOR_PEOPLE:
        return
    if isinstance(node, ast.keyword) and node.arg in NOT_FOR_PEOPLE_BY_NAME:
        return
    if isinstance(node, ast.Raise | ast.Assert) and is_internal(node):
        return
    if isinstance(node, ast.JoinedStr):
        said = "".join(part.value if isinstance(part, ast.Constant) else "x" for part in node.values)
        if SENTENCE.match(said):
            yield node.lineno, said
        return
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and SENTENCE.match(node.value):
        yield node.lineno, node.value
    for child in ast.iter_child_nodes(node):
        if not is_docstring(child):
            yield from of_node(child)


def is_docstring(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def is_internal(node: ast.Raise | ast.Assert) -> bool:
    raised = getattr(node, "exc", None)
    return isinstance(node, ast.Assert) or (isinstance(raised, ast.Call) and name_of(raised.func) in NOT_FOR_PEOPLE)


def name_of(function: ast.expr) -> str:
    return getattr(function, "id", None) or getattr(function, "attr", "")

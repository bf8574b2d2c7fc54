"""The assistant's text as HTML: Markdown without images or raw HTML, and of that only what an allow-list names.

The text comes from a model, which others may have talked into anything: it is treated like a stranger's.
"""

import functools
import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import nh3
from django.utils.html import linebreaks
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from accounts.text import displayable

# Longer text is shown plainly: the time to parse it must not grow with what a model is talked into.
MARKDOWN_MAX_CHARACTERS = 20_000
TAGS = {
    *("p", "br", "hr", "h2", "h3", "strong", "em", "s", "a", "code", "pre", "blockquote", "ul", "ol", "li"),
    *("table", "thead", "tbody", "tr", "th", "td"),
}
HEADINGS = {"h1": "h2", "h4": "h3", "h5": "h3", "h6": "h3"}
TASK = re.compile(r"\[([ xX])\] ")


def markdown_html(text: str) -> SafeString:
    if len(text) > MARKDOWN_MAX_CHARACTERS:
        return mark_safe(linebreaks(displayable(text), autoescape=True))  # noqa: S308 it escapes
    html = nh3.clean(
        displayable(parser().render(text)),  # once rendered, when “&#x202e;” has become a character
        tags=TAGS,
        attributes={"a": {"href"}, "ol": {"start"}},
        attribute_filter=lambda tag, name, value: None if name == "title" else value,
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener nofollow",
    )
    # Code may be wider than its box, and is scrolled by keyboard only where it takes the focus.
    return mark_safe(html.replace("<pre>", '<pre tabindex="0">'))  # noqa: S308 cleaned above


@functools.cache
def parser() -> MarkdownIt:
    """CommonMark with tables and ~~strike~~; a line break stays one, as people expect in a chat."""
    markdown = MarkdownIt("commonmark", {"html": False, "breaks": True, "maxNesting": 20})
    markdown.enable(["table", "strikethrough"]).disable(["image", "html_block", "html_inline"])
    markdown.core.ruler.push("tasks_and_headings", adapt_tokens)
    markdown.core.ruler.push("link_targets", name_targets)
    markdown.validateLink = lambda url: bool(target_of(url))  # type: ignore[method-assign]
    return markdown


def target_of(address: str) -> str:
    """Where a link leads: a host or a mail address; empty for one that no link may have.

    Addresses without a host lead into this program, and a name before the host hides it.
    """
    try:
        parts = urlsplit(address.strip())
        host = parts.hostname or ""
    except ValueError:
        return ""
    if parts.scheme == "mailto":
        return parts.path
    return host if parts.scheme in {"http", "https"} and "@" not in parts.netloc else ""


def name_targets(state: StateCore) -> None:
    """Say behind each link where it leads, unless its text does: a text can name any other place."""
    for token in state.tokens:
        if token.type == "inline" and token.children:
            token.children = list(with_targets(token.children))


def with_targets(tokens: list[Token]) -> Iterator[Token]:
    target, text = "", ""
    for token in tokens:
        if token.type == "link_open":
            target, text = target_of(str(token.attrGet("href"))), ""
        text += token.content
        yield token
        if token.type == "link_close" and not names(text, target):
            yield Token("text", "", 0, content=f" ({target})")


def names(text: str, target: str) -> bool:
    """Whether the text of a link is its address, or the target itself."""
    return text == target or target_of(text) == target


def adapt_tokens(state: StateCore) -> None:
    """Headings fit below the title of the page, and “- [x]” is a ticked box."""
    for before, token in zip([None, None, *state.tokens], state.tokens, strict=False):
        token.tag = HEADINGS.get(token.tag, token.tag)
        if token.type == "inline" and before and before.type == "list_item_open" and token.children:
            first = token.children[0]
            if task := TASK.match(first.content):
                first.content = ("☐ " if task[1] == " " else "☑ ") + first.content[task.end() :]

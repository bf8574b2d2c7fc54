"""The assistant's text as HTML: Markdown without images or raw HTML, and of that only what an allow-list names.

The text comes from a model, which others may have talked into anything: it is treated like a stranger's.
"""

import functools
import re

import nh3
from django.utils.html import linebreaks
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore

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
        return mark_safe(linebreaks(text, autoescape=True))  # noqa: S308 it escapes
    html = nh3.clean(
        parser().render(text),
        tags=TAGS,
        attributes={"a": {"href"}, "ol": {"start"}},
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
    return markdown


def adapt_tokens(state: StateCore) -> None:
    """Headings fit below the title of the page, and “- [x]” is a ticked box."""
    for before, token in zip([None, None, *state.tokens], state.tokens, strict=False):
        token.tag = HEADINGS.get(token.tag, token.tag)
        if token.type == "inline" and before and before.type == "list_item_open" and token.children:
            first = token.children[0]
            if task := TASK.match(first.content):
                first.content = ("☐ " if task[1] == " " else "☑ ") + first.content[task.end() :]

"""The assistant's text as HTML: Markdown without images or raw HTML, and of that only what an allow-list names.

The text comes from a model, which others may have talked into anything: it is treated like a stranger's.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from html import escape
from urllib.parse import urlsplit

import nh3
from django.utils.html import linebreaks
from django.utils.safestring import SafeString, mark_safe
from pyromark import Markdown, Options
from pyromark.event import Event

from web.text import displayable

# Longer text is shown plainly: the time to draw it must not grow with what a model is talked into.
MARKDOWN_MAX_CHARACTERS = 20_000
NESTING_MAX = 20
# CommonMark with tables, ~~strike~~ and “- [x]”.
PARSER = Markdown(options=Options.ENABLE_TABLES | Options.ENABLE_STRIKETHROUGH | Options.ENABLE_TASKLISTS)
# What stands before and after each part. An image is its alternative text; HTML is text.
PARTS = {
    "Paragraph": ("<p>", "</p>\n"),
    "HtmlBlock": ("<p>", "</p>\n"),
    "BlockQuote": ("<blockquote>\n", "</blockquote>\n"),
    "CodeBlock": ("<pre><code>", "</code></pre>\n"),
    "Item": ("<li>", "</li>\n"),
    "Table": ("<table>\n", "</table>\n"),
    "TableHead": ("<thead>\n<tr>\n", "</tr>\n</thead>\n"),
    "TableRow": ("<tr>\n", "</tr>\n"),
    "TableCell": ("<td>", "</td>\n"),
    "Emphasis": ("<em>", "</em>"),
    "Strong": ("<strong>", "</strong>"),
    "Strikethrough": ("<s>", "</s>"),
}
HEADING_CELL = ("<th>", "</th>\n")
# A line break stays one, as people expect in a chat.
MARKS = {"SoftBreak": "<br>\n", "HardBreak": "<br>\n", "Rule": "<hr>\n"}
SANITISER = nh3.Cleaner(
    tags={
        *("p", "br", "hr", "h2", "h3", "strong", "em", "s", "a", "code", "pre", "blockquote", "ul", "ol", "li"),
        *("table", "thead", "tbody", "tr", "th", "td"),
    },
    attributes={"a": {"href"}, "ol": {"start"}},
    url_schemes={"http", "https", "mailto"},
    link_rel="noopener nofollow",
)


# What means something in Markdown, and the beginning of a line of a list.
PUNCTUATION = re.compile(r"[!-/:-@\[-`{-~]")
LINE = re.compile(r"^(\d{1,9}\. |)(.*)$", re.MULTILINE)


# “… in Settings (/accounts/settings#email)”: whoever says it, it leads nowhere else.
OWN_SETTINGS = re.compile(r"(\w{1,30}) \((/accounts/settings#[a-z-]{1,40})\)")


def linked_html(html: str) -> SafeString:
    """Markup in which the address of our settings is a link on the word before it."""
    return mark_safe(OWN_SETTINGS.sub(r'<a href="\2">\1</a>', html))  # noqa: S308 the markup is ours or escaped


def markdown_html(text: str) -> SafeString:
    return plain_html(text) if len(text) > MARKDOWN_MAX_CHARACTERS else drawn_html(text)


def literal_html(text: str) -> SafeString:
    """Text with titles in it as they were typed, whatever they look like; lines that begin with a number are a list."""
    if len(text) > MARKDOWN_MAX_CHARACTERS:
        return plain_html(text)
    return drawn_html(LINE.sub(lambda line: line[1] + PUNCTUATION.sub(r"\\\g<0>", line[2]), text))


def plain_html(text: str) -> SafeString:
    return mark_safe(linebreaks(displayable(text), autoescape=True))  # noqa: S308 it escapes


def drawn_html(text: str) -> SafeString:
    drawn = "".join(pieces(with_targets(PARSER.events(text))))
    html = SANITISER.clean(
        displayable(drawn.replace("<br>\n</p>", "</p>"))
    )  # once drawn, when “&#x202e;” has become a character
    # Code may be wider than its box, and is scrolled by keyboard only where it takes the focus.
    return linked_html(html.replace("<pre>", '<pre tabindex="0">'))


def pieces(events: Iterable[Event]) -> Iterator[str]:
    """HTML, piece by piece. Parts deeper than `NESTING_MAX` are drawn as their text."""
    ends: list[str] = []
    for event in events:
        if isinstance(event, str):
            yield MARKS[event]
        elif "Start" in event:
            before, after = around(event["Start"], ends) if len(ends) < NESTING_MAX else ("", "")
            ends.append(after)
            yield before
        elif "End" in event:
            yield ends.pop()
        elif "Code" in event:
            yield f"<code>{escape(event['Code'])}</code>"
        elif "TaskListMarker" in event:
            yield "☑ " if event["TaskListMarker"] else "☐ "
        else:
            [words] = event.values()
            text = escape(str(words))
            yield text.replace("\n", "<br>\n") if "Html" in event else text


def around(part: object, ends: list[str]) -> tuple[str, str]:
    """What stands before and after a part. Headings fit below the title of the page."""
    if not isinstance(part, dict):
        in_head = part == "TableCell" and ends[-1] == PARTS["TableHead"][1]
        return HEADING_CELL if in_head else PARTS[str(part)]
    [(name, about)] = part.items()
    if name == "Heading":
        tag = "h2" if about["level"] in {"H1", "H2"} else "h3"
        return f"<{tag}>", f"</{tag}>\n"
    if name == "List":
        return ("<ul>\n", "</ul>\n") if about is None else (f'<ol start="{about}">\n', "</ol>\n")
    if name == "Link" and target_of(address := address_of(about)):
        return f'<a href="{escape(address)}">', "</a>"
    return PARTS.get(name, ("", ""))


def with_targets(events: Iterable[Event]) -> Iterator[Event]:
    """Say behind each link where it leads, unless its text does: a text can name any other place."""
    target, text = "", ""
    for event in events:
        yield event
        if not isinstance(event, dict):
            continue
        if isinstance(start := event.get("Start"), dict) and "Link" in start:
            target, text = plain(target_of(address_of(start["Link"]))), ""
        text += str(event.get("Text") or event.get("Code") or "")
        if event.get("End") == "Link" and target and not names(text, target):
            yield {"Text": f" ({target})"}


def address_of(link: Mapping[str, str]) -> str:
    return f"mailto:{link['dest_url']}" if link["link_type"] == "Email" else link["dest_url"]


def target_of(address: str) -> str:
    r"""Where a link leads: a host or a mail address; empty for one that no link may have.

    Addresses without a host lead into this program; a name before the host hides it, and browsers end it at a “\”.
    """
    try:
        parts = urlsplit(address.strip())
        host = parts.hostname or ""
    except ValueError:
        return ""
    if parts.scheme == "mailto":
        return parts.path
    return host if parts.scheme in {"http", "https"} and not set("@\\") & set(parts.netloc) else ""


def plain(target: str) -> str:
    """In the letters of ASCII, so that no other alphabet looks like it."""
    try:
        return target.encode("idna").decode()
    except UnicodeError:
        return target.encode("ascii", "backslashreplace").decode()


def names(text: str, target: str) -> bool:
    """Whether the text of a link is its address, or the target itself."""
    return text == target or target_of(text) == target

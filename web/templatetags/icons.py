"""Icons, drawn into a page where its template is compiled: a list of 100 rows has hundreds, and each include costs."""

from django import template
from django.template.base import Parser, TextNode, Token
from django.template.loader import render_to_string

register = template.Library()


@register.tag
def icon(parser: Parser, token: Token) -> TextNode:
    """`{% icon "check" %}` is the content of `icons/_check.html`."""
    _, name = token.split_contents()
    drawing = render_to_string(f"icons/_{name[1:-1]}.html")
    return TextNode("".join(line.strip() for line in drawing.splitlines()))

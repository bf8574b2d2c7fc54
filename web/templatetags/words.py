"""Words and addresses that stand in templates, looked up once for each language, and not for each row.

The tags are Django's, which look up and wrap a text each time: that took ten times as long as to draw a value. What one
of these does not know it leaves to Django's.
"""

from typing import Any

from django.template import Context, Library, Node, Variable
from django.template.base import FilterExpression, Parser, Token, render_value_in_context
from django.template.defaulttags import URLNode
from django.template.defaulttags import url as address_as_django_does
from django.templatetags.i18n import (
    BlockTranslateNode,
    TranslateNode,
    do_block_translate,
    do_translate,
)
from django.urls import get_script_prefix, get_urlconf
from django.utils import translation

register = Library()


def language_of(context: Context) -> str:
    """The language that a template is drawn in, which does not change meanwhile, asked for once."""
    language = context.render_context.get("language")
    if language is None:
        context.render_context["language"] = language = translation.get_language() or ""
    return language


class Words(Node):
    """`{% translate "Save" %}`."""

    def __init__(self, written: TranslateNode) -> None:
        self.written = written
        self.by_language: dict[str, str] = {}

    def render(self, context: Context) -> str:
        language = language_of(context)
        if (words := self.by_language.get(language)) is None:
            words = self.by_language[language] = str(self.written.render(context))
        return words


class Sentence(Node):
    """`{% blocktranslate with name=todo.title %}Delete “{{ name }}”{% endblocktranslate %}`."""

    def __init__(self, written: BlockTranslateNode) -> None:
        self.written = written
        self.text, self.names = written.render_token_list(written.singular)
        self.by_language: dict[str, str] = {}

    def render(self, context: Context) -> str:
        language = language_of(context)
        if (words := self.by_language.get(language)) is None:
            words = self.by_language[language] = translation.gettext(self.text)
        values = {name: render_value_in_context(self.value(name, context), context) for name in self.names}
        try:
            return words % values
        except (KeyError, ValueError):  # a translation that names something else
            return self.written.render(context)

    def value(self, name: str, context: Context) -> Any:
        given = self.written.extra_context.get(name)
        return context.get(name, "") if given is None else given.resolve(context)


class Address(Node):
    """`{% url "todos" %}`."""

    def __init__(self, written: URLNode) -> None:
        self.written = written
        self.by_site: dict[tuple[str, str | None], str] = {}

    def render(self, context: Context) -> str:
        site = context.render_context.get("site")
        if site is None:
            context.render_context["site"] = site = get_script_prefix(), get_urlconf()
        if (address := self.by_site.get(site)) is None:
            address = self.by_site[site] = self.written.render(context)
        return address


def is_constant(expression: FilterExpression) -> bool:
    variable = expression.var
    return not expression.filters and (not isinstance(variable, Variable) or variable.lookups is None)


@register.tag("translate")
@register.tag("trans")
def words(parser: Parser, token: Token) -> Node:
    written = do_translate(parser, token)
    parts = [part for part in (written.filter_expression, written.message_context) if part is not None]
    return Words(written) if not written.asvar and all(map(is_constant, parts)) else written


@register.tag("blocktranslate")
@register.tag("blocktrans")
def sentence(parser: Parser, token: Token) -> Node:
    written = do_block_translate(parser, token)
    is_plain = not (written.asvar or written.plural or written.message_context)
    return Sentence(written) if is_plain else written


@register.tag
def url(parser: Parser, token: Token) -> Node:
    written = address_as_django_does(parser, token)
    is_plain = not (written.asvar or written.args or written.kwargs) and is_constant(written.view_name)
    return Address(written) if is_plain and ":" not in str(written.view_name.token) else written

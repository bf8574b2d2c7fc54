"""Every sentence that people read is marked for translation: in templates by tags, in modules by gettext."""

import re

import pytest
from django.contrib.admin import site
from django.contrib.admin.utils import flatten_fieldsets
from django.test import RequestFactory, SimpleTestCase
from django.utils.functional import Promise

from accounts.models import User
from web.languages.catalogues import PACKAGES, ROOT

from .unmarked_python import sentences

pytestmark = pytest.mark.once

TEMPLATES = ROOT / "templates"
# Of the API document, which is in English.
IN_ENGLISH = {"api_changes.html"}
# Names, which are the same in all languages, and keys of a keyboard.
NAMES = re.compile(
    r"Todo Chat|Claude Code|Claude Desktop|Cursor|VS Code|Esc|Ctrl|Del|UTC|p50|p95|p99|ms\b|\b[A-Z]\b|&\w+;"
)
MARKED = re.compile(
    r"{%\s*block body_class.*?endblock\s*%}|{%\s*comment.*?endcomment\s*%}|{#.*?#}"
    r"|{%\s*blocktranslate.*?endblocktranslate\s*%}|{%.*?%}|{{.*?}}",
    re.S,
)
NOT_READ = re.compile(r"<!--.*?-->|<!doctype html>|<(style|script|pre|code|kbd)\b.*?</\1>", re.S)
READ_ATTRIBUTE = re.compile(r"""\s(?:aria-label|title|placeholder|alt)=("[^"]*"|'[^']*')""")
TAG = re.compile(r"<[^<>]*>", re.S)
LETTERS = re.compile(r"[^\W\d_]{2,}")


def unmarked(template: str) -> list[str]:
    """Words of a template that no tag looks up."""
    text = NOT_READ.sub(" ", MARKED.sub("", template))
    read = [*READ_ATTRIBUTE.findall(text), *TAG.sub("\n", text).split("\n")]
    return [words.strip() for words in read if LETTERS.search(NAMES.sub("", words))]


class Templates(SimpleTestCase):
    def test_each_word_of_a_template_is_marked(self):
        paths = [path for path in sorted(TEMPLATES.rglob("*.html")) if path.name not in IN_ENGLISH]
        self.assertGreater(len(paths), 120)
        found = {str(path.relative_to(TEMPLATES)): unmarked(path.read_text()) for path in paths}
        self.assertEqual({name: words for name, words in found.items() if words}, {})

    def test_what_is_not_marked_is_found(self):
        for template in ("<p>Hello</p>", '<a title="Go on">{% icon "x" %}</a>', "{% if a %}Overdue{% endif %}"):
            self.assertEqual(len(unmarked(template)), 1, template)
        for template in (
            '<p>{% translate "Hello" %}</p>',
            "<code>curl</code>",
            "{{ name }} · Todo Chat",
            '<p class="hint">',
        ):
            self.assertEqual(unmarked(template), [], template)


# Of programs, models and developers, who read English: protocols, the API document, instructions, prompts, logs.
FOR_PROGRAMS = (
    *(
        "accounts/programs/",
        "chat/api/",
        "chat/assistants/",
        "chat/asking/",
        "chat/history/",
        "chat/search/",
        "config/",
    ),
    *("chat/events.py", "chat/turn.py", "chat/turns/upkeep.py", "chat/briefing/suggesting.py", "chat/briefing/tool.py"),
    *(
        "todos/api/",
        "todos/hosts.py",
        "todos/mcp/server.py",
        "todos/tools.py",
        "todos/transfer/api.py",
        "notices/api.py",
    ),
    *("web/checks.py", "web/languages/catalogues.py", "web/errors.py", "language/dates/", "language/text/spelling.py"),
)
PLAIN_NAMES = {"Todo Chat", "Samsung Internet", "Mac OS X"}


class Modules(SimpleTestCase):
    def test_each_sentence_for_people_is_marked(self):
        found, seen = {}, 0
        for package in PACKAGES:
            for path in sorted((ROOT / package).rglob("*.py")):
                name = str(path.relative_to(ROOT))
                if {"tests", "migrations", "management"} & set(path.parts) or path.stem in {"testing", "schema"}:
                    continue
                seen += 1
                if not name.startswith(FOR_PROGRAMS):
                    said = [words for _, words in sentences(path.read_text()) if words not in PLAIN_NAMES]
                    found |= {name: said} if said else {}
        self.assertGreater(seen, 300)
        self.assertEqual(found, {})

    def test_what_the_admin_says_beside_a_field_is_marked(self):
        request, seen = RequestFactory().get("/admin/"), 0
        request.user = User(is_staff=True, is_superuser=True)
        for model, pages in site._registry.items():
            if model.__module__.partition(".")[0] not in PACKAGES:
                continue
            shown = set(flatten_fieldsets(pages.get_fieldsets(request, model())))
            for field in model._meta.fields:
                if field.name in shown and field.help_text:
                    seen += 1
                    self.assertIsInstance(field.help_text, Promise, f"{model.__name__}.{field.name}")
        self.assertGreater(seen, 5)

    def test_what_is_not_marked_is_found(self):
        for source in ('said = "Nothing was changed."', 'f"Moved {title} to the trash."', 'Refused("Write a title.")'):
            self.assertEqual(len(list(sentences(source))), 1, source)
        marked = (
            '_("Nothing was changed.")',
            '"""A docstring says what."""',
            'logger.info("Sent all of it")',
            '"a_code"',
        )
        for source in marked:
            self.assertEqual(list(sentences(source)), [], source)

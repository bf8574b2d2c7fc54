"""Words, sentences and addresses of templates are those of Django's own tags, in whatever language comes next."""

from django.template import Context, Engine
from django.test import SimpleTestCase
from django.urls import set_script_prefix
from django.utils import translation

TEXTS = (
    '{% translate "Save" %}',
    '{% trans "100 %" %}',
    '{% translate "May" context "short month" %}',
    '{% translate "<b>" %}',
    '{% translate "Save"|upper %}',
    "{% translate name %}",
    '{% translate "Save" noop %}',
    '{% translate "Save" as words %}{{ words }}',
    "{% blocktranslate %}100 % of {{ name }}{% endblocktranslate %}",
    "{% blocktranslate trimmed with name=other %}\n  Delete\n  {{ name }}{% endblocktranslate %}",
    "{% blocktranslate with shown=name|upper %}{{ shown }}, {{ absent }}, {{ number }}{% endblocktranslate %}",
    "{% blocktranslate count n=number %}{{ n }} todo{% plural %}{{ n }} todos{% endblocktranslate %}",
    '{% blocktranslate context "month" %}May{% endblocktranslate %}',
    "{% blocktranslate asvar words %}Save{% endblocktranslate %}{{ words }}",
    "{% autoescape off %}{% blocktranslate %}{{ name }}{% endblocktranslate %}{% endautoescape %}",
    "{% url 'todos' %}",
    "{% url 'conversation' '00000000-0000-0000-0000-000000000000' %}",
    "{% url 'admin:index' %}",
    "{% url 'nowhere' as address %}{{ address }}",
)
DJANGOS = Engine(builtins=["django.templatetags.i18n"])
LANGUAGES = ("en", "de", "fr", "en", None)


class TagsOfTemplatesTests(SimpleTestCase):
    def test_each_is_what_django_makes_of_it_in_one_language_after_another(self):
        for text in TEXTS:
            ours, djangos = Engine.get_default().from_string(text), DJANGOS.from_string(text)
            for language in LANGUAGES:
                with self.subTest(text=text, language=language), translation.override(language):
                    self.assertEqual(ours.render(self.context()), djangos.render(self.context()))

    def context(self) -> Context:
        return Context({"name": "<i>%s</i>", "other": "“x” & y", "number": 1234})

    def test_a_translation_that_names_something_else_gives_way_to_the_sentence_itself(self):
        sentence = Engine.get_default().from_string("{% blocktranslate %}Delete {{ name }}{% endblocktranslate %}")
        for node in sentence.nodelist:
            node.by_language["de"] = "%(title)s löschen"
        with translation.override("de"):
            self.assertEqual(sentence.render(Context({"name": "x"})), "Delete x")

    def test_addresses_follow_where_the_program_is_mounted(self):
        page = Engine.get_default().from_string("{% url 'todos' %}")
        self.addCleanup(set_script_prefix, "/")
        for prefix in ("/", "/apps/chat/", "/"):
            set_script_prefix(prefix)
            self.assertEqual(page.render(Context()), f"{prefix}todos")

"""Answers in the language that they were asked in; pages in the language of the person."""

import datetime
import re

from django.test import TestCase
from django.utils import timezone, translation

from accounts.testing import alice
from chat.models import Message, ToolCall
from chat.tests.chat_case import ChatCase
from todos.models import Todo
from todos.testing import TodoFactory

# What a person says one after the other, and what is said to it, by the English of that sentence.
TALKS = {
    "de": [
        ("Erinnere mich morgen um 9 an den Zahnarzt", "Added %(facts)s."),
        ("Milch kaufen", "Added %(facts)s."),
        ("Was steht auf meiner Liste?", "You have %(todos)s:"),
        ("Hake Milch kaufen ab", "Done: %(todo)s."),
        ("Verschiebe Zahnarzt auf Freitag", "is now due %(when)s"),
        ("Lösche Zahnarzt", "Moved %(todo)s to the trash. It stays there for 30 days."),
        ("danke", "You are welcome."),
    ],
    "fr": [
        ("Rappelle-moi d'appeler le dentiste demain à 9h", "Added %(facts)s."),
        ("Acheter du lait", "Added %(facts)s."),
        ("Qu'est-ce que j'ai à faire ?", "You have %(todos)s:"),
        ("Supprime acheter du lait", "Moved %(todo)s to the trash. It stays there for 30 days."),
        ("merci", "You are welcome."),
    ],
    "es": [
        ("Recuérdame llamar al dentista mañana a las 9", "Added %(facts)s."),
        ("Comprar leche", "Added %(facts)s."),
        ("¿Qué tengo que hacer?", "You have %(todos)s:"),
        ("Borra comprar leche", "Moved %(todo)s to the trash. It stays there for 30 days."),
        ("gracias", "You are welcome."),
    ],
    "en": [
        ("Remind me tomorrow at 9 to call the dentist", "Added %(facts)s."),
        ("what is on my list?", "You have %(todos)s:"),
        ("thanks", "You are welcome."),
    ],
}
YES = {"de": "ja", "fr": "oui", "es": "sí"}
NOT_UNDERSTOOD = {
    "de": "Kannst du mir das Wetter vorlesen",
    "fr": "Peux-tu jouer de la musique",
    "es": "¿Puedes poner música?",
}
ENGLISH = re.compile(r"\b(?:I|your|the|to|are|is)\b")
CLEAR = {"de": "Lösche alles", "fr": "Supprime tout", "es": "Borra todo"}


def form_of(english: str, language: str) -> re.Pattern[str]:
    """How the sentence reads in a language, with anything in its places."""
    with translation.override(language):
        parts = re.split(r"%\(\w+\)s", translation.gettext(english))
    return re.compile(".+".join(map(re.escape, parts)), re.DOTALL)


class Answers(ChatCase):
    def assert_said(self, answer, english, language):
        self.assertRegex(answer, form_of(english, language))
        if language != "en":
            self.assertNotRegex(answer, form_of(english, "en"))

    async def test_what_is_understood_in_a_language_is_answered_in_it(self):
        for language, talk in TALKS.items():
            conversation = {}
            for said, english in talk:
                with self.subTest(said, language=language):
                    told = await self.answer(said, **conversation)
                    conversation = {"conversation_id": told["conversation_id"]}
                    self.assert_said(told["response"], english, language)
            await Todo.objects.all().adelete()

    async def test_a_question_is_known_again_in_the_language_in_which_it_was_asked(self):
        for language, said in NOT_UNDERSTOOD.items():
            with self.subTest(said):
                asked = await self.answer(said)
                question = "Shall I add “%(title)s” to your list? Of other languages I know few sentences."
                self.assert_said(asked["response"], question, language)
                told = await self.answer(YES[language], conversation_id=asked["conversation_id"])
                self.assert_said(told["response"], "Added %(facts)s.", language)

    async def test_a_wide_change_is_approved_in_the_words_of_the_language(self):
        for language, said in CLEAR.items():
            with self.subTest(said):
                await Todo.objects.abulk_create(Todo(owner=self.alice, title=f"Todo {n}") for n in range(5))
                asked = await self.answer(said)
                self.assertEqual(asked["status"], "needs_approval")
                how = "Nothing is done yet: say “yes” to go ahead, “no” to leave them, or choose below."
                self.assert_said(asked["response"], how, language)
                told = await self.answer(YES[language], conversation_id=asked["conversation_id"])
                self.assertNotRegex(told["response"], ENGLISH)
                self.assertFalse(await Todo.objects.for_user(self.alice).open().aexists())

    async def test_a_word_that_many_languages_have_tells_none(self):
        told = await self.answer("Przypomnij mi jutro o 9 o dentyście")
        self.assertRegex(told["response"], ENGLISH)

    async def test_what_is_of_no_language_that_we_know_is_answered_in_the_one_of_the_pages(self):
        self.alice.language = "fr"
        await self.alice.asave()
        for said in ("выбросить мусор завтра", "牛乳を買う", "2", "👍", "שלום"):
            with self.subTest(said):
                told = await self.answer(said)
                self.assertNotRegex(told["response"], ENGLISH)


class Pages(TestCase):
    def setUp(self):
        self.alice = alice(language="fr")
        self.client.force_login(self.alice)
        self.addCleanup(translation.deactivate)

    def send(self, message):
        return self.client.post("/c/send", {"message": message}, follow=True)

    def test_every_starter_is_understood_in_its_language(self):
        for language in ("de", "fr", "es"):
            self.alice.language = language
            self.alice.save()
            TodoFactory(owner=self.alice, title="Pay rent", due_date=datetime.date(2020, 1, 1))
            TodoFactory(owner=self.alice, title="Call Ann", due_date=timezone.now().date())
            starters = self.client.get("/").context["starters"]
            self.assertEqual(len(starters), 4)
            for starter in starters:
                with self.subTest(starter):
                    self.send(starter)
                    self.assertEqual(set(ToolCall.objects.values_list("status", flat=True)), {"success"})
                    ToolCall.objects.all().delete()
            Todo.objects.all().delete()

    def test_lines_of_tools_are_in_the_language_of_the_page_whatever_was_spoken(self):
        page = self.send("add buy milk")
        self.assertContains(page, "1 tâche ajoutée")
        self.assertContains(page, "Added “buy milk”.")
        self.alice.language = "es"
        self.alice.save()
        page = self.client.get(f"/c/{Message.objects.latest('pk').conversation_id}")
        self.assertContains(page, "1 tarea añadida")
        self.assertContains(page, "Added “buy milk”.")

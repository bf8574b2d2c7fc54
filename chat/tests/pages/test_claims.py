import time
from pathlib import Path

from django.test import SimpleTestCase

from chat.pages.text.claims import claims_change

FOLDER = Path(__file__).parent
LISTS = (
    "Open:\n- milk\n\nCompleted:\n- rent",
    "✅ Rent\n⬜ Milk",
    "- [x] rent\n- [ ] milk",
    "You have 2 todos:\n1. milk\n2. Finish what I created",
    "**Done**\n- rent\n\n**Open**\n- milk",
    "✅ Here are your todos: milk",
    "✅ **Completed tasks**\n- rent",
)
IN_OTHER_LANGUAGES = (
    "Ich habe Milch hinzugefügt.",
    "„Miete“ wurde gelöscht.",
    "J’ai ajouté le lait.",
    "Le loyer a été supprimé.",
    "He añadido la leche.",
    "Se ha eliminado la tarea.",
)
UNITS = (
    "I added ",
    "“",
    '"a',
    "was added ",
    "added: ",
    "if x, ",
    "(",
    "**",
    "'a ",
    "all all ",
    "now ",
    "- ",
    "is on ",
    "ok ",
)


def lines_of(name):
    r"""An answer a line, in which \n stands for a new one."""
    lines = (FOLDER / name).read_text(encoding="utf-8").splitlines()
    return [line.replace("\\n", "\n") for line in lines]


class ClaimTests(SimpleTestCase):
    def test_a_change_that_is_reported_as_done_is_a_claim(self):
        for text in [*lines_of("claims.txt"), *IN_OTHER_LANGUAGES]:
            with self.subTest(text):
                self.assertTrue(claims_change(text))

    def test_other_talk_is_none(self):
        for text in [*lines_of("no_claims.txt"), "Ich habe nichts gelöscht.", "Soll ich Milch hinzufügen?"]:
            with self.subTest(text):
                self.assertFalse(claims_change(text))

    def test_a_list_of_done_and_open_todos_is_none(self):
        for text in LISTS:
            with self.subTest(text):
                self.assertFalse(claims_change(text))

    def test_the_last_of_many_sentences_is_read(self):
        self.assertTrue(claims_change("Nothing is due. " * 3_000 + "I deleted both."))

    def test_a_long_answer_is_read_in_a_moment(self):
        for unit in UNITS:
            with self.subTest(unit):
                started = time.thread_time()
                claims_change((unit * 60_000)[:60_000] + "?")
                claims_change((unit * 60_000)[:60_000] + ".")
                # 30 ms here; a pattern that looks at each place from each place takes minutes.
                self.assertLess(time.thread_time() - started, 2)

"""Everyday acts in German, French and Spanish."""

from language.acts import AddTodo, AskTodos, Clarify, CompleteTodos, DeleteTodos, UndoChanges, UpdateTodos
from language.reading.message import understand
from language.tests.reading.case import CLOCK, UnderstandingTestCase


class ForeignTests(UnderstandingTestCase):
    def test_everyday_acts_are_understood_in_german_french_and_spanish(self):
        self.assert_means(
            {
                "Setz Butter auf meine Liste": AddTodo("Butter"),
                "Erinnere mich am Montag an die Miete": AddTodo("Miete", "am Montag"),
                "Blumen gießen": AddTodo("Blumen gießen"),
                "Blumen gießen ist erledigt": CompleteTodos(("Blumen gießen",)),
                "Lösche Blumen gießen": DeleteTodos(("Blumen gießen",)),
                "Mach das rückgängig": UndoChanges(),
                "Kannst du Butter zur Liste Grillabend hinzufügen?": AddTodo("Butter"),
                "Füge dem Einkauf Butter hinzu": AddTodo("Butter"),
                "Butter von der Grillliste streichen": DeleteTodos(("Butter",)),
                "Erinnere mich daran, dass ich morgen den Rasen mähen muss": AddTodo("Rasen mähen", "morgen"),
                "Neuer Termin: Konzert am 12. Mai um 19 Uhr": AddTodo("Konzert", "am 12. Mai um 19 Uhr"),
                "Könntest du mich an etwas erinnern": AddTodo(""),
                "Il faudrait mettre du beurre dans la liste des courses": AddTodo("du beurre"),
                "Reporte payer le loyer à lundi": UpdateTodos(("payer le loyer",), due="lundi"),
                "¿Podrías añadir mantequilla a la lista de la fiesta?": AddTodo("mantequilla"),
                "Ya pagué el alquiler": CompleteTodos(("alquiler",)),
                "Ajoute du beurre à ma liste": AddTodo("du beurre"),
                "Rappelle-moi de payer le loyer lundi": AddTodo("payer le loyer", "lundi"),
                "Supprime payer le loyer": DeleteTodos(("payer le loyer",)),
                "Añade mantequilla a mi lista": AddTodo("mantequilla"),
                "Recuérdame pagar el alquiler el lunes": AddTodo("pagar el alquiler", "el lunes"),
                "Mueve pagar el alquiler al martes": UpdateTodos(("pagar el alquiler",), due="martes"),
            }
        )

    def test_the_list_is_shown_in_each(self):
        for text in (
            "Was steht auf meiner Liste?",
            "Montre-moi ma liste",
            "¿Qué tengo pendiente?",
            "Quel est mon prochain rappel ?",
        ):
            with self.subTest(text):
                (act,) = understand(text, CLOCK)
                self.assertIsInstance(act, AskTodos)

    def test_what_is_told_as_done_is_done_in_each_and_what_was_given_up_is_not(self):
        self.assert_means(
            {
                "Die Rechnung ist bezahlt": CompleteTodos(("Rechnung",)),
                "Hab den Rasen gemäht": CompleteTodos(("Rasen",)),
                "La facture est payée": CompleteTodos(("facture",)),
                "La factura está pagada": CompleteTodos(("factura",)),
                "Nein, doch nicht": UndoChanges(),
            }
        )
        self.assert_asks_back("Der Termin ist abgesagt")

    def test_things_are_told_apart_by_the_conjunction_of_the_language(self):
        things = [AddTodo("Brot"), AddTodo("Käse"), AddTodo("Wein")]
        self.assert_means({"Brot, Käse und Wein auf die Liste": things})

    def test_a_request_of_another_language_that_is_not_understood_is_never_written(self):
        self.assert_asks_back("Brich die Erinnerung für morgen ab", "Bestätige die Erinnerung für morgen")
        self.assert_asks_back("traspasa el informe del lunes al 10 de marzo")

    def test_a_language_without_a_file_is_asked_about_and_quoted(self):
        for text in (
            "herinner me morgen om 9 uur aan de kapper",
            "ricordami di comprare il pane domani",
            "przypomnij mi jutro o lekarzu",
            "bugün ne almam gerekiyor",
            "明日歯医者に電話する",
            "купить хлеб",
        ):
            with self.subTest(text):
                (act,) = understand(text, CLOCK)
                self.assertIsInstance(act, Clarify)
                self.assertIn(text, act.question)

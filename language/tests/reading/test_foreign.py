"""Everyday acts in German, French and Spanish."""

from language.acts import (
    AddTodo,
    AskTodos,
    Clarify,
    CompleteTodos,
    DeleteTodos,
    OfferToDelete,
    Question,
    UndoChanges,
    UpdateTodos,
)
from language.reading.foreign import answer_in_english
from language.reading.message import understand
from language.tests.reading.case import CLOCK, UnderstandingTestCase


class ForeignTests(UnderstandingTestCase):
    def test_a_reminder_that_says_only_when_is_asked_of_what(self):
        self.assert_means(
            {
                f"{request} {when}": AddTodo("", when)
                for request in ("Erinnere mich", "Rappelle-moi", "Recuérdame")
                for when in ("tomorrow at 5", "friday", "next week")
            }
        )

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
                "Il faudrait mettre du beurre dans la liste des courses": AddTodo("beurre"),
                "Reporte payer le loyer à lundi": UpdateTodos(("payer le loyer",), due="lundi"),
                "¿Podrías añadir mantequilla a la lista de la fiesta?": AddTodo("mantequilla"),
                "Ya pagué el alquiler": CompleteTodos(("alquiler",)),
                "Ajoute du beurre à ma liste": AddTodo("beurre"),
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
                "ranger la cave : ok": CompleteTodos(("ranger la cave",)),
                "coche l'assurance": CompleteTodos(("l'assurance",)),
                "ya pedí matrícula": CompleteTodos(("matrícula",)),
                "Nein, doch nicht": UndoChanges(),
            }
        )
        self.assert_asks_back("Der Termin ist abgesagt")

    def test_things_are_told_apart_by_the_conjunction_of_the_language(self):
        things = [AddTodo("Brot"), AddTodo("Käse"), AddTodo("Wein")]
        self.assert_means({"Brot, Käse und Wein auf die Liste": things})
        two = [AddTodo("savon"), AddTodo("shampoing")]
        self.assert_means({"Ajoute du savon et du shampoing à la liste": two})
        self.assert_means({"añade el jabón y la pasta a la lista": [AddTodo("jabón"), AddTodo("pasta")]})

    def test_a_question_is_read_by_its_words_for_lists_states_and_days(self):
        for text, which, days in (
            ("Was ist am Samstag fällig?", "open", "2026-03-07 2026-03-07"),
            ("Was habe ich schon geschafft?", "done", ""),
            ("Welche Termine sind überfällig?", "overdue", ""),
            ("Wie viele Aufgaben habe ich nächste Woche?", "open", "2026-03-09 2026-03-15"),
            ("Quelles tâches sont en retard ?", "overdue", ""),
            ("on a quelque chose de prévu cette semaine ?", "open", "2026-03-02 2026-03-08"),
            ("¿Qué tareas vencen la semana que viene?", "open", "2026-03-09 2026-03-15"),
            ("¿Qué he terminado?", "done", ""),
        ):
            with self.subTest(text):
                (act,) = understand(text, CLOCK)
                span = act.selection.span
                self.assertEqual(act.selection.filter, which)
                self.assertEqual(f"{span.first_on} {span.last_on}" if span else "", days)

    def test_days_are_called_as_they_were_said(self):
        for text, name in (
            ("Was steht diese Woche an?", "diese Woche"),
            ("qu'est-ce qui est prévu la semaine prochaine ?", "la semaine prochaine"),
            ("¿qué tengo esta semana?", "esta semana"),
        ):
            with self.subTest(text):
                (act,) = understand(text, CLOCK)
                self.assertEqual(act.selection.span.name, name)

    def test_a_question_about_one_thing_asks_for_it_alone(self):
        for text, question in (
            ("Wann ist der Elternabend?", Question.WHEN),
            ("Steht Elternabend auf der Liste?", Question.IS_THERE),
            ("Quand est l'Elternabend ?", Question.WHEN),
            ("¿Cuándo tengo Elternabend?", Question.WHEN),
        ):
            with self.subTest(text):
                (act,) = understand(text, CLOCK)
                self.assertEqual((act.question, act.task), (question, "Elternabend"))

    def test_what_has_a_date_and_tells_nothing_is_an_appointment(self):
        self.assert_means(
            {
                "Elternabend am 12. März um 19 Uhr": AddTodo("Elternabend", "am 12. März um 19 Uhr"),
                "réunion de copropriété jeudi à 18h": AddTodo("réunion de copropriété", "jeudi à 18h"),
                "Kino mit Sarah Freitag 20 Uhr": AddTodo("Kino mit Sarah", "Freitag 20 Uhr"),
                "tengo cita con el médico el lunes a las 9": AddTodo("cita con el médico", "el lunes a las 9"),
            }
        )
        self.assert_asks_back(
            "Heute ist das Wetter schlecht",
            "Morgen wird es schneien",
            "réunion jeudi de 10h à 11h",
            "Aujourd'hui je suis malade",
            "hoy no voy al gimnasio",
        )

    def test_what_is_not_done_is_never_a_new_todo(self):
        self.assert_means({"Keller fegen ist noch nicht erledigt": CompleteTodos(("Keller fegen",), reopen=True)})
        self.assert_asks_back("ranger la cave n'est pas urgent", "ordenar el sótano no es urgente")

    def test_things_to_do_are_told_apart_and_what_leads_to_them_is_left_out(self):
        self.assert_means(
            {
                "Und außerdem Seife, Salz und Öl kaufen": [
                    AddTodo(f"{each} kaufen") for each in ("Seife", "Salz", "Öl")
                ],
                "et puis acheter du savon, du sel et de l'huile": [
                    AddTodo(f"acheter {each}") for each in ("du savon", "du sel", "de l'huile")
                ],
                "me puedes recordar a las 18 recoger a Tom": AddTodo("recoger a Tom", "a las 18"),
                "Kannst du mich um 18 Uhr daran erinnern, Tom abzuholen?": AddTodo("Tom abzuholen", "um 18 Uhr"),
            }
        )

    def test_what_is_to_be_done_takes_nothing_off_the_list(self):
        self.assert_means(
            {
                "sacar la pizza del horno en media hora": AddTodo("sacar la pizza del horno", "en media hora"),
                "completar el formulario": AddTodo("completar el formulario"),
                "valider le devis lundi": AddTodo("valider le devis", "lundi"),
                "¿Puedes sacar la pizza de la lista?": DeleteTodos(("pizza",)),
            }
        )
        for text in ("Klavierstunde absagen", "annuler le cours de piano", "cancelar la clase de piano"):
            with self.subTest(text):
                (act,) = understand(text, CLOCK)
                self.assertIsInstance(act, OfferToDelete)
        self.assert_asks_back("Rechnung bezahlen erledigen", "changer laver la voiture", "cambiar lavar el coche")

    def test_a_question_whether_something_is_done_changes_nothing(self):
        for text in ("Ist die Rechnung schon erledigt?", "la facture est payée ?", "¿la factura está pagada?"):
            with self.subTest(text):
                (act,) = understand(text, CLOCK)
                self.assertIsInstance(act, AskTodos)

    def test_a_todo_moves_by_a_distance(self):
        self.assert_means(
            {
                "Verschieb die Miete um zwei Wochen": UpdateTodos(("Miete",), due="2 week later"),
                "décale la réunion d'une heure": UpdateTodos(("réunion",), due="1 hour later"),
                "repousse la réunion au 15": UpdateTodos(("réunion",), due="the 15"),
                "laver la voiture un jour plus tard": UpdateTodos(("laver la voiture",), due="1 day later"),
                "adelanta la reunión 3 días": UpdateTodos(("reunión",), due="3 day earlier"),
            }
        )

    def test_an_english_request_with_foreign_names_stays_english(self):
        self.assert_means(
            {
                "watch La Haine tonight": AddTodo("watch La Haine", "tonight"),
                "buy crème fraîche": AddTodo("buy crème fraîche"),
                "call Señor Núñez mañana": AddTodo("call Señor Núñez", "mañana"),
            }
        )

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
            "wat staat er vandaag op mijn lijst",
            "comprar pão na segunda",
            "süt ekle",
            "doodh aur roti kharidna hai kal",
            "kupi hleb zavtra",
        ):
            with self.subTest(text):
                (act,) = understand(text, CLOCK)
                self.assertIsInstance(act, Clarify)
                self.assertIn(text, act.question)

    def test_accents_may_be_left_out(self):
        self.assert_means(
            {
                "Fuege Moehren zu meiner Liste hinzu": AddTodo("Moehren"),
                "loesche den Schluesseldienst": DeleteTodos(("Schluesseldienst",)),
                "anade jabon a mi lista": AddTodo("jabon"),
                "ya llame al fontanero": CompleteTodos(("fontanero",)),
                "llame al fontanero": AddTodo("llame al fontanero"),
                "j'ai paye la facture": CompleteTodos(("facture",)),
                "repeindre la barriere": AddTodo("repeindre la barriere"),
                "supprime le rendez-vous chez le medecin": DeleteTodos(("rendez-vous chez le medecin",)),
            }
        )

    def test_a_request_may_be_formal_or_name_its_todo_first(self):
        self.assert_means(
            {
                "Löschen Sie bitte die Rechnung": DeleteTodos(("Rechnung",)),
                "Erinnern Sie mich am Montag an die Rechnung": AddTodo("Rechnung", "am Montag"),
                "Verschieben Sie die Rechnung auf Montag": UpdateTodos(("Rechnung",), due="Montag"),
                "Rechnung bezahlen kannst du abhaken": CompleteTodos(("Rechnung bezahlen",)),
                "die Rechnung darfst du jetzt löschen": DeleteTodos(("Rechnung",)),
                "la facture, tu peux la cocher": CompleteTodos(("facture",)),
                "la factura puedes borrarla": DeleteTodos(("factura",)),
            }
        )

    def test_two_changes_may_be_said_in_one_breath(self):
        two = [CompleteTodos(("facture",)), CompleteTodos(("pelouse",))]
        self.assert_means({"j'ai payé la facture et tondu la pelouse": two})
        self.assert_means(
            {
                "Lösch die Rechnung und verschieb den Rasen auf Montag": [
                    DeleteTodos(("Rechnung",)),
                    UpdateTodos(("Rasen",), due="Montag"),
                ],
                "pagué la factura y compré el jabón": [CompleteTodos(("factura",)), CompleteTodos(("jabón",))],
                "ajoute du sel et du poivre à la liste": [AddTodo("sel"), AddTodo("poivre")],
            }
        )

    def test_a_reminder_before_is_one_of_a_todo_that_is_there(self):
        self.assert_means(
            {
                "Erinnere mich einen Tag vorher an den Elternabend": UpdateTodos(
                    ("Elternabend",), remind="einen Tag vorher"
                ),
                "rappelle-moi une heure avant la réunion": UpdateTodos(("réunion",), remind="une heure avant"),
                "recuérdame la reunión media hora antes": UpdateTodos(("reunión",), remind="media hora antes"),
            }
        )

    def test_what_is_needed_is_told_apart_and_what_is_asked_is_not_added(self):
        self.assert_means(
            {
                "wir brauchen Seife und Salz": [AddTodo("Seife"), AddTodo("Salz")],
                "j'ai besoin de savon et de sel": [AddTodo("savon"), AddTodo("sel")],
                "liste : savon, sel": [AddTodo("savon"), AddTodo("sel")],
                "schreib auf: Rasen mähen": AddTodo("Rasen mähen"),
                "nos falta jabón y sal": [AddTodo("jabón"), AddTodo("sal")],
                "muss noch den Rasen mähen": AddTodo("Rasen mähen"),
                "dringend Steuer zahlen": AddTodo("Steuer zahlen", priority="urgent"),
            }
        )
        self.assert_asks_back("sollte ich heute den Rasen mähen?", "je dois tondre la pelouse ?", "debería regar hoy?")

    def test_a_time_is_moved_to_by_the_word_that_says_for(self):
        self.assert_means(
            {
                "modifie la réunion pour 16h": UpdateTodos(("réunion",), due="pour 16h"),
                "cámbiame la reunión para las 5": UpdateTodos(("reunión",), due="para las 5"),
                "la réunion, décale-la à jeudi": UpdateTodos(("réunion",), due="jeudi"),
                "la reunión pásala al jueves": UpdateTodos(("reunión",), due="jueves"),
            }
        )

    def test_what_tells_of_the_person_is_no_request(self):
        self.assert_asks_back("hol ich morgen", "alles erledigt für heute")
        self.assert_means({"Termin im Rathaus am Freitag": AddTodo("Termin im Rathaus", "am Freitag")})

    def test_what_was_done_is_told_in_many_ways(self):
        self.assert_means(
            {
                "die Rechnung hat sich erledigt": CompleteTodos(("Rechnung",)),
                "Rechnung is bezahlt und der Rasen auch": CompleteTodos(("Rechnung, Rasen",)),
                "die Rechnung und der Rasen sind erledigt": CompleteTodos(("Rechnung, Rasen",)),
                "je viens de payer la facture": CompleteTodos(("payer la facture",)),
                "la facture, je l'ai payée hier": CompleteTodos(("facture",)),
                "c'est bon, j'ai tondu la pelouse": CompleteTodos(("pelouse",)),
                "ya pagué la factura esta mañana": CompleteTodos(("factura",)),
                "lo de la factura ya está": CompleteTodos(("factura",)),
                "marque la facture comme payée": CompleteTodos(("facture",)),
                "factura ✅": CompleteTodos(("factura",)),
                "acabo de pagar la factura": CompleteTodos(("pagar la factura",)),
            }
        )

    def test_a_priority_is_understood_in_each(self):
        self.assert_means(
            {
                "Rasen mähen, hohe Priorität": AddTodo("Rasen mähen", priority="high"),
                "wichtig: Rasen mähen": AddTodo("Rasen mähen", priority="high"),
                "einen wichtigen Brief schicken": AddTodo("einen wichtigen Brief schicken"),
                "Der Rasen ist dringend": UpdateTodos(("Rasen",), priority="urgent"),
                "ajoute payer le loyer, priorité haute": AddTodo("payer le loyer", priority="high"),
                "le loyer est urgent": UpdateTodos(("loyer",), priority="urgent"),
                "añade pagar el alquiler con prioridad alta": AddTodo("pagar el alquiler", priority="high"),
                "pagar el alquiler es urgente": UpdateTodos(("pagar el alquiler",), priority="urgent"),
            }
        )

    def test_what_was_shown_is_spoken_of_in_each(self):
        self.assert_means(
            {
                "das zweite ist erledigt": CompleteTodos(("the second",)),
                "Blumen gegossen": CompleteTodos(("Blumen",)),
                "hab ich gekauft": CompleteTodos(("it",)),
                "supprime la deuxième": DeleteTodos(("the second",)),
                "supprime-la": DeleteTodos(("it",)),
                "c'est fait": CompleteTodos(("it",)),
                "borra todas menos la primera": DeleteTodos(("all except the first",)),
                "bórralo": DeleteTodos(("it",)),
            }
        )

    def test_a_correction_is_said_in_each(self):
        for said, english in (
            ("nein, lieber Donnerstag", "no, Donnerstag"),
            ("Quatsch, ich meinte Sonntag", "no, Sonntag"),
            ("non, plutôt vendredi", "no, vendredi"),
            ("no, mejor el jueves", "no, el jueves"),
            ("alle außer dem ersten", "all except the first"),
            ("buy milk!", "buy milk"),
        ):
            self.assertEqual(answer_in_english(said), english)

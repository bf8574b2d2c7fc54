"""What is asked of the list: each word of a question counts."""

import datetime

from language.acts import AddTodo, AskTodos, CompleteTodos, Question, Say, Selection, Span
from language.reading.message import understand
from language.tests.reading.case import CLOCK, UnderstandingTestCase


def which(text="", **narrowed):
    return AskTodos(Question.WHICH, Selection(text=text, **narrowed))


class QuestionTests(UnderstandingTestCase):
    def test_the_words_of_a_question_that_say_what_it_is_about_are_looked_for(self):
        self.assert_means(
            {
                "what do I need from the hardware store?": which("hardware store"),
                "what have I planned with Anna": which("Anna"),
                "what's left for the party": which("party"),
                "which calls do I have to make": which("calls"),
                "who do I have to call?": which("call"),
                "what should I buy": which("buy"),
                "what's on the hardware list": which("hardware"),
                "what did I say about the cake": which("cake"),
                "how many milk todos are there?": AskTodos(Question.HOW_MANY, Selection(text="milk")),
                "show taxes": which("taxes"),
                "show me dentist": which("dentist"),
                "read out the groceries": which("groceries"),
            }
        )

    def test_words_that_only_ask_are_not_looked_for(self):
        for text in (
            "what have I got to do",
            "what's on my list?",
            "so what do I still have left to do here",
            "what am I forgetting",
            "could you read my whole list back to me",
            "what's in store for me",
            "how's my list looking",
        ):
            with self.subTest(text):
                (act,) = understand(text, CLOCK)
                self.assertEqual((act.question, act.selection.text), (Question.WHICH, ""))

    def test_what_repeats_has_no_tag_or_has_notes_is_a_part_of_the_list(self):
        self.assert_means(
            {
                "show all recurring": which(trait="repeating"),
                "which todos repeat?": which(trait="repeating"),
                "show me my recurring work tasks": which("work", trait="repeating"),
                "what's not tagged": which(trait="untagged"),
                "show untagged": which(trait="untagged"),
                "which tasks have no tags": which(trait="untagged"),
                "which ones have notes?": which(trait="noted"),
                "what has no date": which(filter="undated"),
                "list everything with a reminder": which(filter="reminding"),
                "what has no priority": which(priority="none"),
                "todos containing milk": which("milk"),
            }
        )

    def test_a_note_is_asked_for_by_its_todo_or_of_the_one_just_spoken_of(self):
        def about(task):
            return AskTodos(Question.ABOUT_ONE, Selection("all", task), task)

        self.assert_means(
            {
                "what does the note say": about("it"),
                "what's in the notes": about("it"),
                "what does the note on the milk say": about("milk"),
                "what's in the note for the dentist": about("dentist"),
            }
        )

    def test_whether_something_is_done_is_no_news(self):
        def about(task):
            return AskTodos(Question.ABOUT_ONE, Selection("all", task), task)

        self.assert_means(
            {
                "milk done?": about("milk"),
                "paid the rent?": about("paid the rent"),
                "got milk?": about("milk"),
                "report finished?": about("report"),
                "milk done": CompleteTodos(("milk",)),
                "can you mark the milk done?": CompleteTodos(("milk",)),
            }
        )

    def test_who_comes_is_asked_for_by_name(self):
        for text in ("when's the clown coming", "when is the clown coming over?"):
            self.assert_means({text: AskTodos(Question.WHEN, Selection("all", "clown"), "clown")})

    def test_sums_are_not_for_this_assistant(self):
        for text in ("add ten percent tip to 45 euros", "add 5 and 7", "add 20% to the bill", "add vat to $100"):
            self.assert_means({text: Say("outside")})
        self.assert_means(
            {
                "add two cups of flour": AddTodo("two cups of flour"),
                "add 5 lemons and 7 limes to my list": [AddTodo("5 lemons"), AddTodo("7 limes")],
            }
        )

    def test_the_day_of_a_question_when_is_no_part_of_what_is_looked_for(self):
        for text, about in {
            "when is my piano lesson next week": "piano lesson",
            "what time is the dentist on may fourth": "dentist",
            "when is the next haircut": "haircut",
            "when is the sunday roast": "sunday roast",
        }.items():
            self.assert_means({text: AskTodos(Question.WHEN, Selection("all", about), task=about)})

    def test_requests_to_look_are_seen_behind_a_date_and_by_other_verbs(self):
        friday = Span(datetime.date(2026, 3, 6), datetime.date(2026, 3, 6), "friday")
        self.assert_means(
            {
                "please provide the contents of my list": which(),
                "notify me about all my reminders": which(),
                "up coming events": which(filter="upcoming"),
                "on friday show me my meetings": which(span=friday),
                "what do I have to get done": which(),
            }
        )
        [act] = understand("are there any events in the next two months", CLOCK)
        self.assertEqual(act.selection.span.last_on, datetime.date(2026, 5, 3))

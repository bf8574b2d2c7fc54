"""The admin's page of turns: figures that are right, at a cost that does not grow with what is stored."""

import datetime
import re
from xml.etree import ElementTree

from django.db import connection
from django.test import SimpleTestCase, TestCase, override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Reading
from accounts.testing import UserFactory, alice, bob
from chat.audit.charts import bar_chart, rounded_up, short
from chat.audit.cockpit import WINDOWS, latency, overview
from chat.models import Message, ToolCall
from chat.testing import ConversationFactory, MessageFactory

NOW = timezone.now()
DAY = WINDOWS["day"]
PRICES = {"fine": (2.0, 10.0)}


class CockpitTestCase(TestCase):
    def setUp(self):
        self.root = UserFactory(username="root", is_staff=True, is_superuser=True)
        self.client.force_login(self.root)
        self.alice, self.bob = alice(), bob()
        self.conversation = ConversationFactory(owner=self.alice, title="Groceries")

    def answer(self, total_ms: int | None = 100, hours_ago: float = 0, **fields) -> Message:
        defaults = {
            "role": Message.Role.ASSISTANT,
            "content": "Done.",
            "model": "fine",
            "conversation": self.conversation,
        }
        moment = NOW - datetime.timedelta(hours=hours_ago)
        return MessageFactory(**(defaults | {"total_ms": total_ms, "created_at": moment} | fields))


class Figures(CockpitTestCase):
    def test_percentiles_are_those_of_the_window(self):
        for ms in range(1, 102):
            self.answer(ms * 100)
        self.answer(1_000_000, hours_ago=25)
        found = latency(DAY, NOW)
        self.assertEqual(found.percentiles, (5_100.0, 9_600.0, 10_000.0))
        self.assertEqual((found.turns, found.in_time), (101, 50))

    def test_without_turns_there_is_no_figure(self):
        found = latency(DAY, NOW)
        self.assertEqual((found.turns, found.share, found.percentiles), (0, None, None))

    def test_failures_miss_the_objective_and_a_stop_by_the_person_does_not_count(self):
        self.answer(5_000)
        self.answer(5_001)
        self.answer(10, status="failed", error_code="model_error")
        self.answer(None, status="interrupted", error_code="interrupted")
        self.answer(10, status="stopped")
        self.answer(10, status="stopped", error_code="too_many_steps")
        self.answer(None, status="pending", conversation=ConversationFactory())
        found = latency(DAY, NOW)
        self.assertEqual((found.turns, found.in_time), (5, 1))
        step = overview(DAY, NOW).steps[-1]
        self.assertEqual((step.in_time, step.late, step.failed, step.stopped), (1, 1, 3, 1))

    def test_errors_are_counted_by_code(self):
        for code in ("model_error", "model_timeout", "model_error"):
            self.answer(status="failed", error_code=code)
        self.assertEqual(overview(DAY, NOW).errors, [("model_error", 2), ("model_timeout", 1)])

    def test_each_turn_stands_in_its_hour(self):
        for hours in (0, 0, 3):
            self.answer(hours_ago=hours)
        counts = [step.in_time for step in overview(DAY, NOW).steps]
        self.assertEqual((len(counts), counts[-1], counts[-4], sum(counts)), (24, 2, 1, 3))
        days = overview(WINDOWS["month"], NOW).steps
        self.assertEqual((len(days), sum(day.in_time for day in days)), (30, 3))

    @override_settings(MODEL_PRICES=PRICES)
    def test_cost_is_by_user_and_model_and_not_known_without_a_price(self):
        self.answer(input_tokens=1_000_000, output_tokens=100_000)
        self.answer(model="other", input_tokens=5, conversation=ConversationFactory(owner=self.bob))
        self.answer(model="basic", conversation=ConversationFactory(owner=self.root))
        shown = overview(DAY, NOW)
        self.assertIsNone(shown.steps[-1].spending.cost)
        mine = overview(DAY, NOW, self.alice.pk).steps
        self.assertEqual((mine[-1].spending.cost, mine[-2].spending.cost), (3.0, 0.0))
        self.assertEqual({one.name: one.cost for one in shown.models}, {"fine": 3.0, "other": None, "basic": 0.0})
        self.assertEqual([(one.name, one.cost) for one in shown.users], [("alice", 3.0), ("bob", None), ("root", 0.0)])
        self.assertEqual([one.name for one in overview(DAY, NOW, self.bob.pk).models], ["other"])

    def test_the_slowest_come_first(self):
        for ms in (5, 900, 70):
            self.answer(ms)
        self.assertEqual([answer.total_ms for answer in overview(DAY, NOW).slowest], [900, 70, 5])


class OverviewPage(CockpitTestCase):
    def page(self, **query):
        return self.client.get(reverse("admin:chat_cockpit"), query)

    def test_the_index_leads_to_it(self):
        self.assertContains(self.client.get(reverse("admin:index")), reverse("admin:chat_cockpit"))

    def test_only_who_may_read_messages_sees_it(self):
        answer = self.answer()
        self.client.force_login(UserFactory(is_staff=True))
        self.assertNotContains(self.client.get(reverse("admin:index")), reverse("admin:chat_cockpit"))
        for address in (reverse("admin:chat_cockpit"), reverse("admin:chat_turn", args=[answer.pk])):
            self.assertEqual(self.client.get(address).status_code, 403)
        self.client.logout()
        self.assertEqual(self.page().status_code, 302)

    def test_it_shows_figures_and_nothing_that_people_wrote(self):
        MessageFactory(conversation=self.conversation, content="buy milk")
        for ms in (4_000, 6_001, 7_000):
            self.answer(ms, content="bought milk")
        page = self.page()
        self.assertContains(page, "<td>6,001 ms</td>", html=True)
        self.assertContains(page, "33.33 % (missed)")
        for text in ("milk", "Groceries"):
            self.assertNotContains(page, text)

    def test_it_stands_by_itself_under_the_policy_of_all_pages(self):
        self.answer(7_000)
        html = self.page(window="month").content.decode()
        self.assertEqual(re.findall(r"<style|\sstyle=|\son\w+=", html), [])
        plots = re.findall(r"<svg class=\"plot\".*?</svg>", html, re.DOTALL)
        self.assertEqual(len(plots), 2)
        for plot in plots:
            self.assertEqual(ElementTree.fromstring(plot).get("role"), "img")

    def test_cost_is_drawn_where_every_price_is_known(self):
        self.answer(input_tokens=1_000_000)
        with override_settings(MODEL_PRICES=PRICES):
            self.assertContains(self.page(), ": 2.0 cost")
            self.answer(model="other", input_tokens=5)
            self.assertNotContains(self.page(), 'id="chart-cost"')

    def test_odd_addresses_show_the_day_of_everybody(self):
        for query in ({"window": "year"}, {"user": "x"}, {"user": str(self.conversation.pk)}):
            with self.subTest(query):
                self.assertContains(self.page(**query), "Spending by user")
        self.assertNotContains(self.page(user=str(self.bob.pk)), "Spending by user")

    def test_more_turns_users_and_models_cost_no_more_queries(self):
        self.answer()
        counts = []
        for _ in range(2):
            with CaptureQueriesContext(
                connection,
            ) as queries:
                self.page()
            counts.append(len(queries))
            for number in range(15):
                self.answer(model=f"model {number}", conversation=ConversationFactory(), error_code=f"e{number}")
        self.assertEqual(counts[0], counts[1])
        self.assertLessEqual(counts[0], 17)

    def test_no_list_counts_its_whole_table(self):
        for model in ("conversation", "message", "toolcall", "approval"):
            with self.subTest(model), CaptureQueriesContext(connection) as queries:
                self.client.get(reverse(f"admin:chat_{model}_changelist"))
            counting = [query["sql"] for query in queries if "COUNT(*)" in query["sql"] and "LIMIT" not in query["sql"]]
            self.assertEqual(counting, [])


class TurnPage(CockpitTestCase):
    def setUp(self):
        super().setUp()
        MessageFactory(conversation=self.conversation, content="add <b>milk</b>")
        steps = [
            {"step": 1, "model": "fine", "first_output_ms": 61.4, "took_ms": 93.2, "input_tokens": 777},
            {"step": 1, "model": "fine", "took_ms": 5.1, "error": "model_timeout"},
        ]
        metadata = {"stages_ms": {"context": 12, "tools": 450}, "steps": steps, "request_id": "abcdefgh"}
        self.turn = self.answer(900, metadata=metadata)
        for position in (1, 2):
            ToolCall.objects.create(
                conversation=self.conversation,
                message=self.turn,
                step=position,
                position=position,
                tool_name="add_task",
                call_id=f"call_{position}",
                input={"tasks": [{"title": "<b>milk</b>"}]},
                output={"results": []},
                status="success",
                duration_ms=225,
            )

    def page(self, message):
        return self.client.get(reverse("admin:chat_turn", args=[message.pk]))

    def test_it_shows_the_turn_step_by_step_with_its_timings(self):
        text = " ".join(self.page(self.turn).content.decode().split())
        for part in (
            "Step 1",
            "Step 2",
            "225 ms",
            "<td>450.0 ms</td> <td>50.0 %</td>",
            "<td>438.0 ms</td> <td>48.7 %</td>",  # the rest
            "first output after 61 ms, 93 ms in all",
            "777 tokens in",
            "<code>model_timeout</code>",
            "abcdefgh",
            "add &lt;b&gt;milk&lt;/b&gt;",
            '<rect class="stage-tools" x="13.3" width="500.0"',
        ):
            with self.subTest(part):
                self.assertIn(part, text)
        self.assertNotIn("<b>milk</b>", text)

    def test_whoever_opens_it_is_recorded(self):
        self.page(self.turn)
        reading = Reading.objects.get()
        self.assertEqual(
            (reading.reader_id, reading.owner_id, reading.object_id, reading.conversation_id),
            (self.root.pk, self.alice.pk, self.turn.pk, self.conversation.pk),
        )

    def test_a_turn_without_timings_and_one_with_odd_ones_are_shown(self):
        for metadata in ({}, {"stages_ms": None}, {"stages_ms": [1]}, {"stages_ms": {"tools": "fast"}}, {"steps": [1]}):
            with self.subTest(metadata):
                self.assertContains(self.page(self.answer(None, metadata=metadata)), "noted no timings")

    def test_what_is_no_answer_has_no_such_page(self):
        self.assertEqual(self.page(self.conversation.messages.first()).status_code, 404)


class Charts(SimpleTestCase):
    def test_bars_stand_on_each_other_and_nothing_leaves_the_plot(self):
        chart = bar_chart("x", "X", [("a", "as"), ("b", "bs")], [("one", (1, 3)), ("two", (0, 2)), ("none", (0, 0))])
        self.assertEqual([bar.kind for bar in chart.rectangles], ["a", "b", "b"])
        low, high, _ = chart.rectangles
        self.assertAlmostEqual(low.y, high.y + high.height, delta=0.2)
        self.assertAlmostEqual(low.y + low.height, chart.floor, delta=0.2)
        self.assertTrue(all(bar.y >= 0 and bar.x + bar.width <= chart.width for bar in chart.rectangles))

    def test_an_empty_chart_has_an_axis(self):
        self.assertEqual([tick.text for tick in bar_chart("x", "X", [], []).ticks], ["0", "1", "2"])

    def test_the_axis_ends_in_a_round_number(self):
        self.assertEqual([rounded_up(value) for value in (0, 3, 5, 41, 101, 4_001)], [2, 4, 10, 100, 200, 10_000])
        self.assertEqual([short(value) for value in (0.5, 20, 5_000, 2_000_000)], ["0.5", "20", "5k", "2M"])

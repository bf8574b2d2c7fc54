import time
from uuid import uuid4

from asgiref.sync import async_to_sync
from django.test import TestCase, override_settings
from django.utils import timezone

from accounts.testing import alice
from chat.models import Conversation, Message
from chat.turn import open_turn
from chat.turns.keeping import Keeper, KeptTurn
from chat.turns.limits import NewMessage


@override_settings(TURNS_AT_ONCE=100, TOKENS_PER_DAY=10_000_000)
class KeepingTests(TestCase):
    def setUp(self):
        self.alice = alice()
        self.keeper = Keeper()

    def start(self, turns):
        for _ in range(turns):
            turn = open_turn.__wrapped__(self.alice, NewMessage("hello"), "request")
            self.keeper.kept.append(KeptTurn(turn, "", time.monotonic()))
        return [kept.turn for kept in self.keeper.kept]

    def tick(self):
        async_to_sync(self.keeper.store_news)()
        async_to_sync(self.keeper.hear_stops)()

    def test_the_texts_of_all_turns_are_stored_with_the_same_number_of_queries(self):
        for more in (1, 29):
            turns = self.start(more)
            for turn in turns:
                turn.add_text("more")
            # Savepoint, leases, renewal, texts, release; requests to stop.
            with self.subTest(len(turns)), self.assertNumQueries(6):
                self.tick()
        stored = Message.objects.filter(role="assistant").values_list("content", flat=True)
        self.assertEqual(sorted(stored), ["more"] * 29 + ["moremore"])

    def test_a_tick_without_news_is_one_look(self):
        self.start(3)
        with self.assertNumQueries(1):
            self.tick()

    def test_a_silent_turn_keeps_its_lease(self):
        self.start(1)
        almost_over = timezone.now() + timezone.timedelta(seconds=1)
        Conversation.objects.update(lease_until=almost_over)
        self.keeper.kept[0].stored_at -= 11  # a third of the lease of 30 s, and a little
        self.tick()
        self.assertGreater(Conversation.objects.get().lease_until, almost_over)

    def test_a_turn_that_lost_its_lease_writes_no_text_over_that_of_the_next(self):
        turn, other = self.start(2)
        Conversation.objects.filter(pk=turn.conversation.pk).update(lease_token=uuid4())
        turn.add_text("too late")
        other.add_text("in time")
        self.tick()
        self.assertEqual(Message.objects.get(pk=turn.answer.pk).content, "")
        self.assertEqual(Message.objects.get(pk=other.answer.pk).content, "in time")

    def test_only_the_turn_that_was_asked_stops(self):
        turn, other = self.start(2)
        Conversation.objects.filter(pk=turn.conversation.pk).update(stop_requested_at=timezone.now())
        self.tick()
        self.assertEqual((turn.stopped, other.stopped), (True, False))

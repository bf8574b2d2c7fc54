import datetime

from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import TestCase
from django.utils import timezone

from accounts.entry.sign_ins import begin_sign_in, issue_refresh_token
from accounts.models import RefreshToken, SignIn, SpentTicket
from accounts.purge import BATCH, purge_refresh_tokens, purge_sessions, purge_sign_ins, purge_spent_tickets
from accounts.testing import alice

LIFETIME = datetime.timedelta(seconds=settings.REFRESH_TOKEN_SECONDS)
HOUR = datetime.timedelta(hours=1)


class PurgeTests(TestCase):
    def setUp(self):
        self.alice, self.now = alice(), timezone.now()

    def test_a_refresh_token_is_kept_for_one_more_lifetime_after_its_end(self):
        issue_refresh_token(begin_sign_in(self.alice))
        self.assertEqual(purge_refresh_tokens(self.now + 2 * LIFETIME - HOUR), 0)
        self.assertEqual(purge_refresh_tokens(self.now + 2 * LIFETIME + HOUR), 1)
        self.assertFalse(RefreshToken.objects.exists())

    def test_a_sign_in_goes_with_its_tokens_when_it_was_not_used_for_two_lifetimes(self):
        issue_refresh_token(begin_sign_in(self.alice))
        self.assertEqual(purge_sign_ins(self.now + 2 * LIFETIME - HOUR), 0)
        self.assertEqual(purge_sign_ins(self.now + 2 * LIFETIME + HOUR), 1)
        self.assertFalse(SignIn.objects.exists() or RefreshToken.objects.exists())

    def test_a_session_that_has_ended_goes(self):
        for name, hours in (("ended", -1), ("running", 1)):
            Session.objects.create(session_key=name, session_data="", expire_date=self.now + hours * HOUR)
        self.assertEqual(purge_sessions(self.now), 1)
        self.assertEqual([session.session_key for session in Session.objects.all()], ["running"])

    def test_a_spent_ticket_goes_when_it_could_not_be_used_anyway(self):
        for name, hours in (("old", -1), ("spent just now", 1)):
            SpentTicket.objects.create(digest=name, expires_at=self.now + hours * HOUR)
        self.assertEqual(purge_spent_tickets(self.now), 1)
        self.assertEqual([ticket.digest for ticket in SpentTicket.objects.all()], ["spent just now"])

    def test_many_go_in_batches(self):
        ended = [Session(session_key=f"{number}", expire_date=self.now - HOUR) for number in range(BATCH + 1)]
        Session.objects.bulk_create(ended)
        self.assertEqual([purge_sessions(self.now) for _ in range(3)], [BATCH, 1, 0])

"""Queries whose SQL is made once: other values each time, and rows as the ORM would find them."""

import datetime
from uuid import uuid4

from django.db import IntegrityError, transaction
from django.db.models import DateTimeField, DurationField, Value
from django.db.models.functions import Upper
from django.forms.models import model_to_dict
from django.test import TestCase
from django.utils import timezone

from accounts.models import User
from accounts.testing import UserFactory
from database.prepared import PreparedInsert, PreparedQuery, PreparedUpdate, Slot, pk_slot


class PreparedTests(TestCase):
    def setUp(self):
        self.now = timezone.now()
        self.alice, self.bob = (UserFactory(username=name, date_joined=self.now) for name in ("alice", "bob"))
        self.written = 0

    def users_since(self):
        self.written += 1
        return User.objects.filter(pk=pk_slot("user"), date_joined__gte=Slot("since", DateTimeField()))

    def test_a_query_is_written_once_and_asked_with_other_values(self):
        query = PreparedQuery(lambda: self.users_since().values_list("username"))
        asked = ((self.alice, self.now), (self.bob, self.now), (self.bob, self.now + datetime.timedelta(seconds=1)))
        found = [query.rows(user=user.pk, since=since) for user, since in asked]
        self.assertEqual(found, [[("alice",)], [("bob",)], []])
        self.assertEqual(self.written, 1)

    def test_models_are_those_of_the_orm_with_their_annotations(self):
        query = PreparedQuery(lambda: self.users_since().annotate(shout=Upper("username")))
        [found] = query.models(user=self.alice.pk, since=self.now)
        self.assertEqual((found, found.date_joined, found.shout), (self.alice, self.now, "ALICE"))

    def test_an_update_says_how_many_rows_it_changed(self):
        update = PreparedUpdate(
            lambda: (
                User.objects.filter(pk=pk_slot("user")),
                {"date_joined": Value(self.now) + Slot("later", DurationField())},
            )
        )
        later = datetime.timedelta(seconds=90)
        self.assertEqual(update.run(user=self.alice.pk, later=later), 1)
        self.alice.refresh_from_db()
        self.bob.refresh_from_db()
        self.assertEqual((self.alice.date_joined, self.bob.date_joined), (self.now + later, self.now))
        self.assertEqual(update.run(user=uuid4(), later=later), 0)

    def test_rows_are_stored_as_the_orm_stores_them(self):
        alike = {"username": "carol", "first_name": "%s", "date_joined": self.now}
        one, other = User(subject="1", **alike), User(subject="2", **alike | {"username": "dave"})
        PreparedInsert(User).run([one, other])
        kept = list(User.objects.filter(pk__in=[one.pk, other.pk]).order_by("username"))
        self.assertEqual([model_to_dict(user) for user in kept], [model_to_dict(user) for user in (one, other)])
        self.assertEqual((one._state.adding, one._state.db), (False, "default"))

    def test_a_row_that_breaks_a_rule_is_refused_with_all_of_its_statement(self):
        with self.assertRaises(IntegrityError), transaction.atomic():
            PreparedInsert(User).run([User(username="carol", subject="1"), User(username="alice", subject="2")])
        self.assertFalse(User.objects.filter(username="carol").exists())

    def test_a_value_that_is_missing_is_an_error_and_no_null(self):
        query = PreparedQuery(self.users_since)
        with self.assertRaises(KeyError):
            query.rows(user=self.alice.pk)

"""Lists from their beginning are asked by SQL that is written once: it must find what the ORM finds."""

import datetime
import itertools

from django.forms.models import model_to_dict
from django.test import TestCase

from accounts.testing import UserFactory, alice, bob
from language.due import instant_of
from todos.fields.sorting import SORTS
from todos.finding.figures import counts_of, tags_in_use
from todos.finding.selection import Selection
from todos.models import Reminder, Todo
from todos.models.conditions import VIEWS
from todos.testing import NOW, TodoFactory


class BeginningTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.alice, cls.bob = alice(time_zone="Europe/Berlin"), bob()
        today = NOW.astimezone(cls.alice.zone).date()
        for owner, days in itertools.product((cls.alice, cls.bob), (-1, 0, 1, None)):
            day = None if days is None else today + datetime.timedelta(days=days)
            for state in ({}, {"done": True}, {"trashed": True}):
                TodoFactory(owner=owner, title=f"b {days}", due_date=day, tags=["home"], **state)
                TodoFactory(owner=owner, title=f"A {days}", priority=2, notes="%s", **state)
            if day:
                at = instant_of(day, datetime.time(9), owner.zone)
                time = {"due_time": datetime.time(9), "due_zone": owner.zone.key, "due_at": at}
                todo = TodoFactory(owner=owner, title="Call", due_date=day, **time)
                Reminder.objects.create(owner=owner, todo=todo, rule="0 minutes before", at=at)

    def test_each_view_in_each_order_is_that_of_the_orm(self):
        for view, sort, limit in itertools.product(VIEWS, SORTS, (1, 100)):
            with self.subTest(view=view, sort=sort, limit=limit):
                chosen = Selection(self.alice, NOW, view)
                found, cursor = chosen.page(sort, limit)
                expected, expected_cursor = chosen.todos.page(sort, limit)
                self.assertEqual([model_to_dict(todo) for todo in found], [model_to_dict(todo) for todo in expected])
                self.assertEqual([todo.tags for todo in found], [todo.tags for todo in expected])
                cursors = [each and SORTS[sort].read_cursor(each) for each in (cursor, expected_cursor)]
                self.assertEqual(*cursors)

    def test_figures_are_those_of_the_rows(self):
        day = NOW.astimezone(self.alice.zone).date()
        counted = counts_of(self.alice, VIEWS, NOW, day)
        listed = {view: Todo.objects.for_user(self.alice).in_view(view, NOW, day).count() for view in VIEWS}
        self.assertEqual(counted, listed)
        self.assertEqual(counts_of(UserFactory(username="carol"), VIEWS, NOW, day), dict.fromkeys(VIEWS, 0))

    def test_tags_in_use_are_listed_once_and_not_those_of_the_trash(self):
        TodoFactory(owner=self.alice, title="c", tags=["gone"], trashed=True)
        TodoFactory(owner=self.alice, title="d", tags=["errands"])
        self.assertEqual(tags_in_use(self.alice), ["errands", "home"])

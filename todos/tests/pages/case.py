"""What tests of the page of todos share."""

import datetime

from django.test import TestCase
from django.utils import timezone

from accounts.testing import alice, bob
from todos.changing.changes import Origin
from todos.commands import add_todo
from todos.models import Door
from todos.testing import TodoFactory


class TodoPageTestCase(TestCase):
    def setUp(self):
        self.alice, self.bob = alice(), bob()
        self.client.force_login(self.alice)
        self.today = timezone.now().date()

    def todo(self, title, days=None, **fields):
        if days is not None:
            fields["due_date"] = self.today + datetime.timedelta(days)
        return TodoFactory(owner=self.alice, title=title, **fields)

    def timed(self, title, due):
        return add_todo(self.alice, now=timezone.now(), by=Origin(Door.PAGE), title=title, due=due).todo

    def titles(self, address):
        response = self.client.get(address)
        self.assertEqual(response.status_code, 200)
        return [todo.title for group in response.context["listing"].groups for todo in group.todos]

"""The clock, the week and the order of day and month: first from the browser, then as chosen, and on every page."""

from django.test import TestCase

from accounts.models import User
from accounts.testing import PASSWORD, alice
from habits.values import Habits

AMERICAN = {"language": "en", "clock_hours": "12", "first_weekday": "6", "order": "month"}


class HabitsOfAPerson(TestCase):
    def register(self, **headers):
        form = {"username": "carol", "password1": PASSWORD, "password2": PASSWORD, "time_zone": "America/New_York"}
        self.client.post("/accounts/register", form, headers=headers)
        return User.objects.get()

    def test_the_first_ones_are_those_of_the_browser(self):
        self.assertEqual(self.register(accept_language="en-US,en;q=0.9").habits, Habits(12, 6, day_first=False))

    def test_a_browser_that_names_no_language_leaves_them_unsaid(self):
        self.assertFalse(self.register().has_habits)

    def test_what_was_chosen_is_kept_and_shown_and_no_browser_changes_it(self):
        user = alice()
        self.client.force_login(user)
        self.assertContains(self.client.get("/accounts/settings"), "Language and habits")
        self.client.post("/accounts/settings/habits", AMERICAN)
        self.client.post("/todos/add", {"text": "Call Ann 12/5 17:30"})
        self.assertContains(self.client.get("/todos?filter=all"), "December 5")
        self.assertContains(self.client.get("/todos?filter=all"), "5:30 pm")
        self.client.logout()
        login = {"username": "alice", "password": PASSWORD}
        self.client.post("/accounts/login", login, headers={"accept-language": "de"})
        self.assertEqual(User.objects.get().habits, Habits(12, 6, day_first=False))

    def test_an_order_that_was_chosen_is_read_before_that_of_the_zone(self):
        self.client.force_login(alice(time_zone="America/New_York"))
        self.client.post("/accounts/settings/habits", AMERICAN | {"clock_hours": "24", "order": "day"})
        self.client.post("/todos/add", {"text": "Call Ann 12/5"})
        page = self.client.get("/todos?filter=all")
        self.assertContains(page, "12 May")
        self.assertContains(page, "Read 12/5 as 12 May.")

    def test_what_is_no_choice_changes_nothing(self):
        self.client.force_login(alice())
        response = self.client.post("/accounts/settings/habits", AMERICAN | {"clock_hours": "13"})
        self.assertEqual(response.status_code, 422)
        self.assertFalse(User.objects.get().has_habits)

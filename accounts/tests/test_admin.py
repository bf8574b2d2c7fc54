from django.test import Client, TestCase
from django.urls import reverse

from accounts.entry.sign_ins import rotate_refresh_token, sign_out_everywhere
from accounts.models import SignIn, User
from accounts.testing import UserFactory, alice, bob, refresh_token_of


class AdminTestCase(TestCase):
    def setUp(self):
        self.alice = alice(email="alice@example.com")
        self.token = refresh_token_of(self.alice)
        self.client.force_login(UserFactory(username="admin", is_staff=True, is_superuser=True))

    def page(self, name: str, *args):
        return self.client.get(reverse(f"admin:accounts_{name}", args=args))


class UserAdminTests(AdminTestCase):
    def test_users_are_found_by_name_address_and_subject(self):
        bob()
        for words in ["alice", "alice@example", self.alice.subject]:
            response = self.client.get(reverse("admin:accounts_user_changelist"), {"q": words})
            self.assertEqual(list(response.context["cl"].queryset), [self.alice])

    def test_a_user_can_be_changed(self):
        response = self.page("user_change", self.alice.pk)
        self.assertContains(response, self.alice.subject)
        form = {name: value for name, value in response.context["adminform"].form.initial.items() if value is not None}
        form |= {"time_zone": "Europe/Berlin"}
        response = self.client.post(reverse("admin:accounts_user_change", args=[self.alice.pk]), form)
        self.assertEqual(response.status_code, 302)
        self.alice.refresh_from_db()
        self.assertEqual(self.alice.time_zone, "Europe/Berlin")

    def test_a_change_of_something_else_signs_nobody_out(self):
        sign_out_everywhere(self.alice)
        browser = Client()
        browser.force_login(self.alice)
        self.test_a_user_can_be_changed()
        self.assertEqual(browser.get("/accounts/settings").status_code, 200)

    def test_a_user_can_be_deleted_with_everything_that_belongs_to_it(self):
        address = reverse("admin:accounts_user_delete", args=[self.alice.pk])
        self.assertContains(self.client.get(address), "Are you sure")
        self.client.post(address, {"post": "yes"})
        self.assertFalse(User.objects.filter(pk=self.alice.pk).exists())
        self.assertFalse(SignIn.objects.filter(user_id=self.alice.pk).exists())

    def test_signing_a_user_out_refuses_tokens_issued_so_far(self):
        self.client.post(
            reverse("admin:accounts_user_changelist"), {"action": "sign_out", "_selected_action": [self.alice.pk]}
        )
        self.assertIsNone(rotate_refresh_token(self.token))


class SignInAdminTests(AdminTestCase):
    def setUp(self):
        super().setUp()
        self.sign_in = SignIn.objects.get(user=self.alice)

    def test_sign_ins_are_listed_and_shown_without_the_keys_of_sessions(self):
        SignIn.objects.update(session_key="opens-the-door")
        self.assertContains(self.page("signin_changelist"), "alice")
        response = self.page("signin_change", self.sign_in.pk)
        self.assertContains(response, "alice")
        self.assertNotContains(response, "opens-the-door")

    def test_sign_ins_can_be_looked_up_by_user_and_id(self):
        for words in ["alice", str(self.sign_in.pk), "nobody"]:
            response = self.client.get(reverse("admin:accounts_signin_changelist"), {"q": words})
            self.assertEqual(len(response.context["cl"].queryset), words != "nobody")

    def test_sign_ins_cannot_be_added_changed_or_deleted(self):
        self.assertEqual(self.page("signin_add").status_code, 403)
        self.assertEqual(self.page("signin_delete", self.sign_in.pk).status_code, 403)
        change = reverse("admin:accounts_signin_change", args=[self.sign_in.pk])
        self.assertEqual(self.client.post(change, {}).status_code, 403)

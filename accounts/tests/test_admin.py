from django.test import TestCase
from django.urls import reverse

from accounts.models import RefreshToken, User
from accounts.testing import UserFactory, alice, bob
from accounts.tokens import digest_of, issue_refresh_token, rotate_refresh_token


class AdminTestCase(TestCase):
    def setUp(self):
        self.alice = alice(email="alice@example.com")
        self.token = issue_refresh_token(self.alice)
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
        form |= {"time_zone": "Europe/Berlin", "tokens_not_before_0": "", "tokens_not_before_1": ""}
        response = self.client.post(reverse("admin:accounts_user_change", args=[self.alice.pk]), form)
        self.assertEqual(response.status_code, 302)
        self.alice.refresh_from_db()
        self.assertEqual(self.alice.time_zone, "Europe/Berlin")

    def test_a_user_can_be_deleted_with_everything_that_belongs_to_it(self):
        address = reverse("admin:accounts_user_delete", args=[self.alice.pk])
        self.assertContains(self.client.get(address), "Are you sure")
        self.client.post(address, {"post": "yes"})
        self.assertFalse(User.objects.filter(pk=self.alice.pk).exists())
        self.assertFalse(RefreshToken.objects.exists())

    def test_signing_a_user_out_refuses_tokens_issued_so_far(self):
        self.client.post(
            reverse("admin:accounts_user_changelist"), {"action": "sign_out", "_selected_action": [self.alice.pk]}
        )
        self.assertIsNone(rotate_refresh_token(self.token))


class RefreshTokenAdminTests(AdminTestCase):
    def test_tokens_are_listed_and_shown_without_their_hash(self):
        stored = RefreshToken.objects.get()
        self.assertContains(self.page("refreshtoken_changelist"), "alice")
        response = self.page("refreshtoken_change", stored.pk)
        self.assertContains(response, "alice")
        self.assertNotContains(response, digest_of(self.token))

    def test_tokens_can_be_looked_up_by_user_and_family(self):
        for words in ["alice", str(RefreshToken.objects.get().family), "nobody"]:
            response = self.client.get(reverse("admin:accounts_refreshtoken_changelist"), {"q": words})
            self.assertEqual(len(response.context["cl"].queryset), words != "nobody")

    def test_tokens_cannot_be_added_changed_or_deleted(self):
        stored = RefreshToken.objects.get()
        self.assertEqual(self.page("refreshtoken_add").status_code, 403)
        self.assertEqual(self.page("refreshtoken_delete", stored.pk).status_code, 403)
        change = reverse("admin:accounts_refreshtoken_change", args=[stored.pk])
        self.assertEqual(self.client.post(change, {}).status_code, 403)

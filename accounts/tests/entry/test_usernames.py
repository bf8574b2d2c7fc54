"""Names that could be taken for another's, at every door where a name is chosen."""

import importlib

from django.apps import apps
from django.db import IntegrityError, transaction
from django.test import TestCase

from accounts.models import User
from accounts.names.usernames import look_of
from accounts.testing import PASSWORD, UserFactory

# The letters that are not ASCII are Cyrillic, Greek, fullwidth or mathematical.
MIXED = {"аlice": "Cyrillic a", "alіce": "Cyrillic i", "αlice": "Greek alpha", "bоb": "Cyrillic o", "пeтр": "Latin e"}
LIKE_OTHERS = {"сосо": "coco", "СОСО": "coco", "хх": "xx", "οοο": "ooo", "ТОР": "top"}
OF_ONE_ALPHABET = (
    *("алиса", "пётр", "Ольга", "αλίκη", "Νίκος", "李雷", "김철수", "محمد", "דוד", "สมชาย", "Zoë", "Åsa", "Łukasz"),
    *(
        "山田太郎",
        "さくら",
        "サクラ",
        "山田たろう",
        "taro太郎",
        "minkim김",
        "алиса2",
        "user_1",
        "a.b+c@d-e",
        "user1",
        "userl",
    ),
)


class UsernameTests(TestCase):
    def register(self, username):
        body = {"username": username, "password": PASSWORD}
        return self.client.post("/api/auth/register", body, content_type="application/json")

    def reason(self, username):
        response = self.register(username)
        self.assertEqual(response.status_code, 422, username)
        return response.json()["details"]["username"]

    def test_mixed_alphabets_are_refused_whether_or_not_somebody_is_called_so(self):
        for username, kind in MIXED.items():
            with self.subTest(kind):
                self.assertIn("mixes alphabets", self.reason(username))

    def test_a_name_in_one_alphabet_is_refused_only_where_it_looks_like_another_s(self):
        for username, other in LIKE_OTHERS.items():
            with self.subTest(username):
                self.assertEqual(self.register(username).status_code, 201)
                User.objects.all().delete()
                UserFactory(username=other)
                self.assertIn("looks like", self.reason(username))
                User.objects.all().delete()

    def test_it_works_the_other_way_round_as_well(self):
        UserFactory(username="сосо")
        self.assertIn("looks like", self.reason("Coco"))

    def test_names_in_one_alphabet_or_in_those_written_together_are_allowed(self):
        for username in OF_ONE_ALPHABET:
            with self.subTest(username):
                self.assertEqual(self.register(username).status_code, 201)

    def test_a_taken_name_is_said_to_be_taken(self):
        UserFactory(username="alice")
        self.assertIn("already exists", self.reason("ALICE"))

    def test_the_page_says_so_beside_the_name(self):
        UserFactory(username="coco")
        for username, words in {"аlice": "mixes alphabets", "сосо": "looks like"}.items():
            form = {"username": username, "password1": PASSWORD, "password2": PASSWORD}
            response = self.client.post("/accounts/register", form)
            self.assertIn(words, " ".join(response.context["form"].errors["username"]))
        self.assertEqual(User.objects.count(), 1)

    def test_administrators_cannot_choose_such_a_name_and_can_change_who_has_one(self):
        UserFactory(username="coco")
        old = UserFactory(username="сосо", look_shared=True)
        self.client.force_login(UserFactory(username="root", is_staff=True, is_superuser=True))
        form = {"username": "аlice", "password1": PASSWORD, "password2": PASSWORD, "usable_password": "true"}
        response = self.client.post("/admin/accounts/user/add/", form)
        self.assertContains(response, "mixes alphabets")
        page = self.client.get(f"/admin/accounts/user/{old.pk}/change/")
        form = {name: value for name, value in page.context["adminform"].form.initial.items() if value is not None}
        response = self.client.post(f"/admin/accounts/user/{old.pk}/change/", form | {"time_zone": "Asia/Tokyo"})
        self.assertEqual(response.status_code, 302)

    def test_two_who_choose_such_names_at_once_do_not_both_get_them(self):
        """As when the second looked before the first was stored: what is left is the constraint."""
        UserFactory(username="coco")
        with self.assertRaises(IntegrityError), transaction.atomic():
            UserFactory(username="сосо")

    def test_of_those_from_before_the_oldest_has_the_look_and_nobody_else_gets_it(self):
        names = ("coco", "сосо", "COсо")
        for name in names:
            UserFactory(username=name, look_shared=name != "coco")
        User.objects.update(look_shared=True)
        User.objects.filter(username="coco").update(look_shared=False)
        importlib.import_module("accounts.migrations.0013_shared_looks").mark_shared(apps, None)
        shared = dict(User.objects.values_list("username", "look_shared"))
        self.assertEqual(shared, {"coco": False, "сосо": True, "COсо": True})
        self.assertRegex(self.reason("СОСО"), "looks like|already exists")  # whichever constraint is asked first

    def test_who_shared_a_look_and_gets_a_name_of_their_own_shares_no_more(self):
        UserFactory(username="coco")
        other = UserFactory(username="сосо", look_shared=True)
        other.username = "milo"
        other.save()
        self.assertFalse(User.objects.get(pk=other.pk).look_shared)

    def test_users_from_before_get_their_looks(self):
        UserFactory(username="СОСО")
        User.objects.update(look="")
        importlib.import_module("accounts.migrations.0007_looks_of_users").fill(apps, None)
        self.assertEqual(User.objects.get().look, look_of("coco"))

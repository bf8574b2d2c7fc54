"""Who reads what people wrote is written down, and stays written."""

from django.test import TestCase
from django.urls import reverse

from accounts.entry.sign_ins import begin_sign_in
from accounts.models import Reading, User
from accounts.testing import UserFactory, alice


class ReadingAdminTests(TestCase):
    def setUp(self):
        self.root = UserFactory(username="root", is_staff=True, is_superuser=True)
        self.alice = alice()
        self.client.force_login(self.root)
        self.reading = Reading.objects.create(
            reader_id=self.root.pk,
            owner_id=self.alice.pk,
            what="chat.message",
            object_id=self.alice.pk,
            address="/admin/",
        )

    def test_the_log_is_listed_with_names_as_long_as_there_are_accounts(self):
        for words in (str(self.root.pk), str(self.alice.pk)):
            with self.subTest(words):
                page = self.client.get(reverse("admin:accounts_reading_changelist"), {"q": words})
                self.assertContains(page, ">alice</td>")
                self.assertContains(page, ">root</td>")

    def test_nothing_can_be_added_changed_or_deleted_one_by_one_or_in_bulk(self):
        change = reverse("admin:accounts_reading_change", args=[self.reading.pk])
        changelist = reverse("admin:accounts_reading_changelist")
        self.assertEqual(self.client.get(reverse("admin:accounts_reading_add")).status_code, 403)
        self.assertEqual(self.client.post(change, {"what": "x"}).status_code, 403)
        self.assertEqual(self.client.post(change.replace("change", "delete"), {"post": "yes"}).status_code, 403)
        page = self.client.get(changelist)
        self.assertNotContains(page, 'name="action"')
        self.client.post(
            changelist, {"action": "delete_selected", "_selected_action": [str(self.reading.pk)], "post": "yes"}
        )
        self.assertEqual(list(Reading.objects.values_list("what")), [("chat.message",)])

    def test_it_outlives_the_reader_and_the_owner(self):
        User.objects.all().delete()
        self.assertEqual(Reading.objects.count(), 1)


class DeletingAUser(TestCase):
    def test_the_question_names_nothing_that_the_person_wrote(self):
        person = alice()
        sign_in = begin_sign_in(person)
        self.client.force_login(UserFactory(is_staff=True, is_superuser=True))
        page = self.client.get(reverse("admin:accounts_user_delete", args=[person.pk]))
        self.assertContains(page, "Sign ins: 1")
        self.assertNotContains(page, str(sign_in))

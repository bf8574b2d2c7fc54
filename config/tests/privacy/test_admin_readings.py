"""Every look of an administrator leaves a record: each address of the admin, each model, each field, each search."""

from urllib.parse import quote

from django.apps import apps
from django.contrib import admin
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.test import TestCase
from django.urls import reverse

from accounts.audit import UNRECORDED, RecordedAdmin
from accounts.entry.sign_ins import begin_sign_in
from accounts.models import Reading, SignIn, User
from accounts.testing import UserFactory, alice
from chat.testing import belongings

from .isolation import address, names_in, routes

WORD = "purplezebra"
# They lead to pages of everybody.
ELSEWHERE = {"admin/login/", "admin/password_change/"}


class ReadingCase(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.root = UserFactory(username="root", is_staff=True, is_superuser=True)
        cls.alice = alice()
        begin_sign_in(cls.alice)
        cls.ids = belongings(cls.alice, WORD)
        content_type = ContentType.objects.get_for_model(User)
        cls.log_entry = LogEntry.objects.create(
            user=cls.root,
            content_type=content_type,
            object_id=str(cls.alice.pk),
            object_repr="alice",
            action_flag=CHANGE,
        )
        Group.objects.create(name="readers")

    def setUp(self):
        self.client.force_login(self.root)

    def looked(self, path, **query):
        """The answer to a look and the readings that it left."""
        before = Reading.objects.count()
        answer = self.client.get(path, query)
        return answer, list(Reading.objects.all()[: Reading.objects.count() - before])

    def row_of(self, model):
        return model._base_manager.first()


class Addresses(ReadingCase):
    def test_every_address_of_the_admin_that_shows_something_leaves_a_record(self):
        looked_at = 0
        for route in sorted(set(routes())):
            if not route.startswith("admin/") or route in ELSEWHERE:
                continue
            for path in self.paths(route):
                with self.subTest(path):
                    answer, readings = self.looked(path)
                    if answer.resolver_match.url_name in UNRECORDED or answer.status_code >= 400:
                        self.assertNotIn(WORD, answer.content.decode())
                        continue
                    self.assertEqual([reading.address for reading in readings], [path])
                    self.assertEqual(readings[0].reader_id, self.root.pk)
                    looked_at += 1
        self.assertGreater(looked_at, 30)

    def paths(self, route):
        """The addresses of a route, for each model that it could be about."""
        model = next((model for model in admin.site._registry if f"/{model._meta.model_name}/" in route), None)
        row = self.row_of(model) if model else None
        user_type = str(ContentType.objects.get_for_model(User).pk)
        samples = {"app_label": "chat", "url": "nowhere", "content_type_id": user_type, "id": str(self.alice.pk)}
        if "object_id" in names_in(route):
            samples["object_id"] = str(row.pk if row else self.alice.pk)
        return [address(route, {"message_id": self.ids["message_id"]}, samples)]

    def test_what_is_not_recorded_shows_nothing_of_people(self):
        for name in ("index", "accounts_reading_changelist"):
            self.assertNotContains(self.client.get(reverse(f"admin:{name}")), WORD)

    def test_a_row_is_recorded_with_its_owner(self):
        for model, model_admin in admin.site._registry.items():
            row = self.row_of(model)
            if row is None or model is Reading:
                continue
            for page in ("change", "history"):
                with self.subTest(model=model, page=page):
                    _, (reading,) = self.looked(reverse(f"admin:{admin_name(model)}_{page}", args=[quote(str(row.pk))]))
                    self.assertEqual(reading.what, model._meta.label_lower)
                    if isinstance(model_admin, RecordedAdmin) or model is SignIn:
                        owner_id = row.user_id if model is SignIn else self.alice.pk
                        self.assertEqual((reading.object_id, reading.owner_id), (row.pk, owner_id))
        _, (reading,) = self.looked(reverse("admin:accounts_user_change", args=[self.alice.pk]))
        self.assertEqual((reading.object_id, reading.owner_id), (self.alice.pk, self.alice.pk))

    def test_what_the_administrator_does_is_recorded_too(self):
        path = reverse("admin:accounts_user_changelist")
        self.client.post(path, {"action": "sign_out", "_selected_action": [self.alice.pk]})
        self.assertEqual([reading.address for reading in Reading.objects.all()], [path])


class Fields(ReadingCase):
    def test_no_field_of_any_model_completes_what_is_typed(self):
        asked = 0
        for model in apps.get_models():
            for field in model._meta.get_fields():
                source = {"app_label": model._meta.app_label, "model_name": model._meta.model_name}
                for term in ("", WORD, self.ids["message_id"]):
                    answer = self.client.get("/admin/autocomplete/", {**source, "field_name": field.name, "term": term})
                    self.assertEqual(answer.status_code, 404, (model, field.name))
                    self.assertNotIn(WORD, answer.content.decode())
                    asked += 1
        self.assertGreater(asked, 300)

    def test_each_search_filter_and_order_is_recorded_whole(self):
        for model, model_admin in admin.site._registry.items():
            if not isinstance(model_admin, RecordedAdmin):
                continue
            for query in (
                {"q": WORD},
                {"q": str(self.row_of(model).pk)},
                {"q": "alice"},
                {"q": "x" * 3_000 + WORD},
                {"all": "1", "o": "1.-2", "padding": "x" * 2_000, "q": WORD},
                {"owner__id__exact": str(self.alice.pk)},
                {"p": "99"},
                {"nonsense__of__all": "1"},
            ):
                with self.subTest(model=model, query=list(query)):
                    _, (reading,) = self.looked(reverse(f"admin:{admin_name(model)}_changelist"), **query)
                    self.assertEqual((reading.what, reading.object_id), (model._meta.label_lower, None))
                    for name, value in query.items():
                        self.assertIn(f"{name}={value}", reading.address)


def admin_name(model):
    return f"{model._meta.app_label}_{model._meta.model_name}"

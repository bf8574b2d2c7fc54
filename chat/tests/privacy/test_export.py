"""What is stored of a person can be taken along: each table of it, and nothing of anybody else."""

import json

from asgiref.sync import sync_to_async as sync
from django.apps import apps
from django.contrib.admin import site
from django.db.models import Field, ForeignKey, Model
from django.test import TestCase
from django.urls import reverse

from accounts.audit import RecordedAdmin
from accounts.models import User
from accounts.testing import alice, bearer, bob
from accounts.tokens.digest import digest_of
from chat.privacy.belongings import ACCOUNT, NO_PART, PAGE_SIZE, PARTS
from chat.tests.privacy.case import everything_of, token_of
from todos.models import Todo

SECRET_WORDS = ("digest", "password", "hash", "secret", "lease_token", "session_key")


def leads_to_user(model: type[Model], seen: frozenset[type[Model]] = frozenset()) -> bool:
    targets = {field.remote_field.model for field in model._meta.concrete_fields if isinstance(field, ForeignKey)}
    return User in targets or any(leads_to_user(target, seen | {model}) for target in targets - seen - {model})


def secret_columns(model: type[Model]) -> set[str]:
    fields: list[Field] = [field for field in model._meta.concrete_fields]
    return {field.attname for field in fields if any(word in field.attname for word in SECRET_WORDS)}


class Tables(TestCase):
    def test_every_table_that_leads_to_a_user_is_a_part_or_has_a_reason(self):
        found = {model._meta.label for model in apps.get_models(include_auto_created=True) if leads_to_user(model)}
        parts = {part.model._meta.label for part in PARTS}
        self.assertGreater(len(found), 8)
        self.assertEqual(found - parts, set(NO_PART))
        self.assertEqual(parts - found, {"accounts.Reading"}, "it refers to nobody by a key, so that it outlives all")

    def test_no_secret_leaves_the_database_not_even_as_a_hash(self):
        for part in (ACCOUNT, *PARTS):
            with self.subTest(part.name):
                self.assertLessEqual(secret_columns(part.model), part.secret)

    def test_the_admin_shows_none_of_it_without_a_record(self):
        written = {model for model in apps.get_models() if model._meta.app_label in {"chat", "todos"}}
        shown = {model: page for model, page in site._registry.items() if model in written}
        self.assertGreaterEqual(len(shown), 6)
        self.assertEqual([model for model, page in shown.items() if not isinstance(page, RecordedAdmin)], [])

    def test_the_cast_has_a_row_in_each_table(self):
        user = alice()
        everything_of(user)
        self.assertEqual([part.name for part in PARTS if not part.rows(user).exists()], [])


class ExportTests(TestCase):
    def setUp(self):
        self.alice, self.bob = alice(), bob()
        everything_of(self.alice)
        everything_of(self.bob)

    async def export(self, user=None, address=None):
        response = await self.async_client.get(
            address or f"/api/{self.alice.subject}/export", headers={"Authorization": bearer(user or self.alice)}
        )
        return response, json.loads(await body_of(response))

    async def test_it_has_every_row_of_mine_and_none_of_others(self):
        response, file = await self.export()
        self.assertIn("attachment", response["Content-Disposition"])
        self.assertEqual(file["account"]["id"], str(self.alice.pk))
        for part in PARTS:
            with self.subTest(part.name):
                mine = [str(row.pk) async for row in part.rows(self.alice).only("pk")]
                key = part.model._meta.pk.attname
                self.assertEqual([str(row[key]) for row in file[part.name]], mine)
                others = {str(row.pk) async for row in part.rows(self.bob).only("pk")}
                self.assertFalse(others & {str(row[key]) for row in file[part.name]})
        self.assertEqual([token["name"] for token in file["personal_tokens"]], ["notebook"])
        self.assertEqual(file["messages"][0]["content"], "add <milk> & “bread” \u2028 🥛")

    async def test_it_holds_no_hash_and_no_token(self):
        token = await sync(token_of)(self.alice)
        _, file = await self.export()
        text = json.dumps(file)
        for secret in (digest_of(token), token, (await User.objects.aget(pk=self.alice.pk)).password):
            self.assertNotIn(secret, text)

    async def test_many_rows_come_in_pages_in_order(self):
        todos = [Todo(owner=self.alice, title=f"todo {number}") for number in range(PAGE_SIZE + 1)]
        await Todo.objects.abulk_create(todos)
        _, file = await self.export()
        self.assertEqual([row["title"] for row in file["todos"][1:]], [todo.title for todo in todos])

    async def test_others_and_strangers_are_refused(self):
        response, file = await self.export(user=self.bob)
        self.assertEqual((response.status_code, file["error"]), (403, "user_mismatch"))
        response = await self.async_client.get(f"/api/{self.alice.subject}/export")
        self.assertEqual(response.status_code, 401)

    async def test_the_eleventh_in_an_hour_waits(self):
        for _ in range(10):
            await self.export()
        response, file = await self.export()
        self.assertEqual((response.status_code, file["error"]), (429, "rate_limited"))
        self.assertIn("Retry-After", response)
        await self.async_client.aforce_login(self.alice)
        page = await self.async_client.get(reverse("export_account"))
        self.assertEqual(page.status_code, 429)
        self.assertContains(page, "too many requests", status_code=429)

    async def test_the_settings_page_gives_the_same_file(self):
        await self.async_client.aforce_login(self.alice)
        self.assertContains(await self.async_client.get("/accounts/settings"), 'href="/accounts/settings/export"')
        page = await self.async_client.get(reverse("export_account"))
        self.assertEqual(json.loads(await body_of(page))["account"]["username"], "alice")


async def body_of(response) -> bytes:
    if response.streaming:
        return b"".join([part async for part in response.streaming_content])
    return response.content

"""What is stored of a person can be taken along and erased: each table of it, and nothing of anybody else."""

import asyncio
import datetime
import json
from concurrent.futures import ThreadPoolExecutor
from unittest import skipUnless

from asgiref.sync import async_to_sync
from asgiref.sync import sync_to_async as sync
from channels.testing import WebsocketCommunicator
from django.apps import apps
from django.contrib.admin import site
from django.contrib.admin.models import CHANGE, LogEntry
from django.db import IntegrityError, connection, transaction
from django.db.models import Field, ForeignKey, Model
from django.test import TestCase, TransactionTestCase, override_settings
from django.urls import reverse
from django.utils import timezone

from accounts.audit import RecordedAdmin
from accounts.entry.sign_ins import begin_sign_in, digest_of, issue_refresh_token
from accounts.models import AccountMail, OutsideIdentity, Passkey, Reading, SecurityEvent, User
from accounts.programs.testing import connected_program, pending_code
from accounts.second_factor.stored import turn_on_passkeys
from accounts.security_log import record
from accounts.testing import PASSWORD, alice, bearer, bob, outside_issuer
from accounts.tokens.personal import issue_personal_token
from chat.briefing.hours import Wish, wish
from chat.models import Approval, Briefing, Message, ToolCall
from chat.pages.consumers import LiveConsumer
from chat.privacy.belongings import ACCOUNT, KEPT, NO_PART, PAGE_SIZE, PARTS, erase
from chat.testing import ConversationFactory, MessageFactory, says, scripted_model
from chat.tests.pages.test_live import cookie_of
from chat.turn import failure_of, open_turn
from chat.turns.limits import NewMessage
from notices.models import Delivery, NoticeSettings, PushSubscription, Webhook
from notices.outbox.filling import put
from todos.commands import add_todo, update_todo
from todos.models import CalendarFeed, Reminder, Todo, TodoChange
from todos.testing import BY_CHAT, NOW, TodoFactory
from web.errors import TokenInvalid
from web.models import KeptAnswer

SECRET_WORDS = ("digest", "password", "hash", "secret", "lease_token", "session_key")


def token_of(user: User) -> str:
    return issue_refresh_token(begin_sign_in(user))


@transaction.atomic
def everything_of(user: User) -> None:
    """At least one row in each table that belongs to a person."""
    token_of(user)
    issue_personal_token(user, "notebook", "read", days=30)
    Passkey.objects.create(user=user, name="phone", credential_id=user.subject, public_key="key")
    turn_on_passkeys(user)
    AccountMail.objects.create(user=user, kind="confirm", address="a@example.com")
    record(user, SecurityEvent.Kind.TOKEN_MADE)
    OutsideIdentity.objects.create(user=user, issuer="https://id.example", subject=user.subject, shown="anne")
    conversation = ConversationFactory(owner=user, title="Groceries")
    MessageFactory(conversation=conversation, content="add <milk> & “bread” \u2028 🥛")
    answer = MessageFactory(conversation=conversation, role=Message.Role.ASSISTANT, content="Added.")
    ToolCall.objects.create(
        conversation=conversation, message=answer, step=1, position=1, tool_name="add_task", call_id="call_1"
    )
    Approval.objects.create(owner=user, conversation=conversation, message=answer, rows=[], expires_at=timezone.now())
    milk = add_todo(user, now=NOW, by=BY_CHAT, title="milk", tags={"food", "home"}).todo
    Reminder.objects.create(owner=user, todo=milk, rule="0 min", at=NOW)
    PushSubscription.objects.create(owner=user, endpoint=f"https://push.example/{user.pk}", device="Firefox")
    NoticeSettings.objects.create(owner=user)
    Webhook.objects.create(owner=user, url="https://example.com/hook")
    wish(user, Briefing.Kind.DAY, Wish(True, datetime.time(7), "FREQ=DAILY", frozenset()), NOW)
    put(user.pk, Delivery.Kind.TEST, user.pk, NOW, NOW, {"title": "Test", "text": "", "address": "/"})
    KeptAnswer.objects.create(owner=user, key="one-and-only")
    pending_code(user, connected_program(user).application)
    CalendarFeed.objects.create(user=user, digest=user.subject, created_at=NOW)
    Reading.objects.create(reader_id=user.pk, owner_id=user.pk, what="chat.message", address="/admin/")
    LogEntry.objects.create(user=user, action_flag=CHANGE, object_repr="x")


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


def found_by_search(*words: str) -> int:
    """How many rows the search index of SQLite has with any of the words; PostgreSQL's is part of the tables."""
    if connection.vendor != "sqlite":
        return 2
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM chat_search WHERE chat_search MATCH %s", [" OR ".join(words)])
        return cursor.fetchone()[0]


def rows_by_table(user: User) -> dict[str, int]:
    return {part.name: part.rows(user).count() for part in (ACCOUNT, *PARTS)}


class ErasureTests(TransactionTestCase):
    """In real transactions, because what is checked at their end is checked here."""

    def setUp(self):
        self.alice, self.bob = alice(password=PASSWORD), bob()
        everything_of(self.alice)
        everything_of(self.bob)

    async def erase(self, user=None, as_user=None, **body):
        user = user or self.alice
        return await self.async_client.delete(
            f"/api/{user.subject}",
            body or {"username": user.username, "password": PASSWORD},
            content_type="application/json",
            headers={"Authorization": bearer(as_user or user)},
        )

    async def test_the_manifest_says_what_went_table_by_table_and_nothing_of_it_is_left(self):
        before = await sync(rows_by_table)(self.alice)
        await self.async_client.aforce_login(self.alice)
        before["sign_ins"] += 1
        before["security_log"] += 1
        others = await sync(rows_by_table)(self.bob)
        response = await self.erase()
        self.assertEqual(response.status_code, 200)
        manifest = response.json()
        readings = before.pop("read_by_administrators")
        self.assertEqual(manifest["erased"], before | {"sessions": 1})
        self.assertEqual(manifest["kept"], KEPT)
        after = await sync(rows_by_table)(self.alice)
        self.assertEqual(after, dict.fromkeys(before, 0) | {"read_by_administrators": readings})
        self.assertEqual(await sync(rows_by_table)(self.bob), others)
        self.assertEqual(await sync(found_by_search)("Groceries", "milk"), others["conversations"] + 1)

    async def test_the_tokens_are_refused_and_the_name_is_free(self):
        token, refresh = bearer(self.alice), await sync(token_of)(self.alice)
        await self.erase()
        for path in ("auth/me", f"{self.alice.subject}/todos"):
            response = await self.async_client.get(f"/api/{path}", headers={"Authorization": token})
            self.assertEqual((response.status_code, response.json()["error"]), (401, "token_invalid"))
        response = await self.async_client.post(
            "/api/auth/refresh", {"refresh_token": refresh}, content_type="application/json"
        )
        self.assertEqual(response.status_code, 401)
        self.assertEqual((await sync(alice)()).username, "alice")

    async def test_another_method_at_the_address_of_an_account_is_refused_as_such(self):
        issuer = self.enterContext(outside_issuer("ES256"))
        self.enterContext(override_settings(JWT_TRUSTED_ISSUERS={issuer.name: issuer.trusted}))
        outside = {"Authorization": f"Bearer {issuer.token({'sub': 'any-word'})}"}
        for method in ("GET", "HEAD", "POST", "PUT", "PATCH", "OPTIONS"):
            for word, headers, status in (
                (self.alice.subject, {}, 405),
                (self.alice.subject, {"Authorization": "Bearer a.b.c"}, 405),
                ("any-word", outside, 405),
                ("any-word", {}, 404),
                ("another-word", outside, 404),
            ):
                with self.subTest(method, word=word, headers=headers):
                    response = await self.async_client.generic(method, f"/api/{word}", headers=headers)
                    self.assertEqual(response.status_code, status)
                    self.assertEqual(response.headers.get("Allow"), "DELETE" if status == 405 else None)
                    if method != "HEAD":
                        code = "method_not_allowed" if status == 405 else "not_found"
                        self.assertEqual(response.json()["error"], code)

    async def test_without_both_confirmations_nothing_goes(self):
        for body, field in (
            ({}, "username"),
            ({"username": "alice"}, "password"),
            ({"username": "alice", "password": "wrong"}, "password"),
            ({"username": "bob", "password": PASSWORD}, "username"),
        ):
            with self.subTest(body):
                response = await self.erase(**(body or {"x": 1}))
                self.assertEqual(response.status_code, 422)
                self.assertIn(field, response.json()["details"])
        self.assertEqual((await self.erase(as_user=self.bob)).status_code, 403)
        self.assertTrue(await Todo.objects.filter(owner=self.alice).aexists())

    async def test_the_password_cannot_be_guessed_here_either(self):
        statuses = [(await self.erase(username="alice", password="wrong")).status_code for _ in range(6)]
        self.assertEqual(statuses, [422] * 5 + [429])
        self.assertEqual((await self.erase()).status_code, 429)

    async def test_who_has_no_password_confirms_by_name(self):
        self.assertEqual((await self.erase(self.bob, username="bob")).status_code, 200)

    async def test_a_turn_that_runs_ends_and_leaves_nothing(self):
        async def erase_meanwhile(request):
            self.assertEqual((await self.erase()).status_code, 200)
            return says("Hello.")

        with scripted_model(erase_meanwhile), self.assertNoLogs(level="ERROR"):
            response = await self.async_client.post(
                f"/api/{self.alice.subject}/chat",
                {"message": "hi"},
                content_type="application/json",
                headers={"Authorization": bearer(self.alice)},
            )
        self.assertEqual((response.status_code, response.json()["error"]), (409, "interrupted"))
        self.assertEqual(sum((await sync(rows_by_table)(self.alice)).values()), 1)

    async def test_a_model_that_is_still_writing_is_not_waited_for(self):
        async def never(request):
            await self.erase()
            async with asyncio.timeout(20):
                await asyncio.Event().wait()

        with scripted_model(never), self.assertNoLogs(level="ERROR"):
            response = await self.async_client.post(
                f"/api/{self.alice.subject}/chat",
                {"message": "hi"},
                content_type="application/json",
                headers={"Authorization": bearer(self.alice)},
            )
        self.assertEqual(response.json()["error"], "interrupted")

    async def test_open_pages_are_told_and_their_sockets_closed(self):
        await self.async_client.aforce_login(self.alice)
        own_page = [(b"host", b"localhost"), (b"origin", b"http://localhost")]
        socket = WebsocketCommunicator(
            LiveConsumer.as_asgi(), "/live", [*own_page, await sync(cookie_of)(self.async_client)]
        )
        self.assertTrue((await socket.connect())[0])
        await self.erase()
        while (sent := await socket.receive_output(timeout=5))["type"] == "websocket.send":
            self.assertIn("catch-up", sent["text"])
        self.assertEqual(sent["type"], "websocket.close")
        page = await self.async_client.get("/todos")
        self.assertEqual(page.status_code, 302)

    async def test_a_turn_that_begins_just_then_is_refused(self):
        await self.erase()
        with self.assertRaises(TokenInvalid):
            await open_turn(self.alice, NewMessage("hi"), "")


@skipUnless(connection.vendor == "postgresql", "SQLite has one writer at a time")
class ErasingWhileOthersWrite(TransactionTestCase):
    def setUp(self):
        self.alice = alice()
        everything_of(self.alice)

    def test_whoever_is_writing_finishes_and_what_they_wrote_goes_as_well(self):
        with ThreadPoolExecutor() as threads:
            with transaction.atomic():
                todo = Todo.objects.for_user(self.alice).select_for_update().get()
                erasing = threads.submit(async_to_sync(erase), self.alice)
                wait_for_a_lock()
                update_todo(self.alice, todo.pk, now=NOW, by=BY_CHAT, title="bread")
            erased = erasing.result(timeout=10)
        self.assertEqual((erased["todos"], erased["todo_changes"], erased["account"]), (1, 2, 1))
        self.assertFalse(TodoChange.objects.exists())

    def test_what_is_added_too_late_is_refused_and_leaves_nothing(self):
        with ThreadPoolExecutor() as threads, self.assertRaises(IntegrityError) as late, transaction.atomic():
            TodoFactory(owner=self.alice)
            erased = threads.submit(async_to_sync(erase), self.alice).result(timeout=10)
        self.assertEqual((erased["todos"], erased["account"]), (1, 1))
        self.assertFalse(Todo.objects.exists())
        self.assertEqual(failure_of(late.exception).code, "service_unavailable")


def wait_for_a_lock() -> None:
    """Until some other connection waits for a lock."""
    with connection.cursor() as cursor:
        for _ in range(100_000):
            cursor.execute("SELECT 1 FROM pg_locks WHERE NOT granted")
            if cursor.fetchone():
                return
    raise AssertionError("nobody waits")


class ErasurePage(TransactionTestCase):
    def setUp(self):
        self.alice = alice(password=PASSWORD)
        everything_of(self.alice)
        self.client.force_login(self.alice)

    def test_a_slip_erases_nothing_and_is_told_beside_its_field(self):
        for form, sentence in (
            ({"username": "Alice", "password": PASSWORD}, "This is not alice."),
            ({"username": "alice", "password": "wrong"}, "This is not your password."),
        ):
            with self.subTest(form):
                page = self.client.post(reverse("erase_account"), form)
                self.assertContains(page, sentence, status_code=422)
        self.assertRedirects(self.client.get(reverse("erase_account")), reverse("settings"))
        self.assertTrue(User.objects.exists())

    def test_the_page_says_what_went_and_the_login_is_over(self):
        page = self.client.post(reverse("erase_account"), {"username": "alice", "password": PASSWORD})
        self.assertContains(page, "<li>messages: 2</li>")
        self.assertContains(page, KEPT["read_by_administrators"])
        self.assertFalse(User.objects.exists())
        self.assertEqual(self.client.session.items().__len__(), 0)
        self.assertEqual(self.client.get("/").status_code, 302)

    def test_without_a_password_the_name_is_enough(self):
        User.objects.update(password="!")
        self.client.force_login(User.objects.get())
        self.assertNotContains(self.client.get("/accounts/settings"), "id_erase_password")
        self.assertContains(self.client.post(reverse("erase_account"), {"username": "alice"}), "is erased")

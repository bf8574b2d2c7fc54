"""What is stored of a person can be erased, also while others write, and nothing of anybody else."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from unittest import skipUnless

from asgiref.sync import async_to_sync
from asgiref.sync import sync_to_async as sync
from channels.testing import WebsocketCommunicator
from django.db import IntegrityError, connection, transaction
from django.test import TransactionTestCase, override_settings
from django.urls import reverse

from accounts.models import User
from accounts.testing import PASSWORD, alice, bearer, bob, outside_issuer
from chat.pages.consumers import LiveConsumer
from chat.privacy.belongings import ACCOUNT, KEPT, PARTS, erase
from chat.testing import says, scripted_model
from chat.tests.pages.test_live import cookie_of
from chat.tests.privacy.case import everything_of, token_of
from chat.turn import failure_of, open_turn
from chat.turns.limits import NewMessage
from todos.commands import update_todo
from todos.models import Todo, TodoChange
from todos.testing import BY_CHAT, NOW, TodoFactory
from web.errors import TokenInvalid


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

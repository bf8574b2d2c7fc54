import asyncio
import contextlib
from unittest import skipIf

from asgiref.sync import sync_to_async
from channels.layers import channel_layers, get_channel_layer
from channels.testing import WebsocketCommunicator
from django.conf import settings
from django.db import transaction
from django.test import Client, TransactionTestCase, override_settings

from accounts.models import SignIn
from accounts.testing import PASSWORD, alice, bearer, bob
from chat.conversations import change_conversation, put_away
from chat.live import group_of
from chat.pages.consumers import LiveConsumer
from chat.testing import ConversationFactory, says, scripted_model
from todos.models import Todo

OWN_PAGE = [(b"host", b"localhost:8000"), (b"origin", b"http://localhost:8000")]


def cookie_of(client):
    return (b"cookie", f"{settings.SESSION_COOKIE_NAME}={client.session.session_key}".encode())


class SocketTests(TransactionTestCase):
    def setUp(self):
        self.alice = alice()
        self.client.force_login(self.alice)
        self.cookie = cookie_of(self.client)

    async def connects(self, headers, **scope):
        socket = WebsocketCommunicator(LiveConsumer.as_asgi(), "/live", headers)
        socket.scope |= scope
        connected, _ = await socket.connect()
        await socket.disconnect()
        return connected

    async def test_a_page_of_somebody_who_is_signed_in_is_heard(self):
        self.assertTrue(await self.connects([*OWN_PAGE, self.cookie]))

    async def test_nobody_else_is(self):
        for name, headers in {
            "no login": OWN_PAGE,
            "a login that ended": [*OWN_PAGE, (b"cookie", b"sessionid=nonsense")],
            "no page": [OWN_PAGE[0], self.cookie],
            "no host": [OWN_PAGE[1], self.cookie],
            "a host that is not ours": [
                (b"host", b"evil.example"),
                (b"origin", b"http://evil.example"),
                self.cookie,
            ],
        }.items():
            with self.subTest(name):
                self.assertFalse(await self.connects(headers))

    async def test_the_page_must_be_of_our_scheme_name_and_port(self):
        for origin in (
            *(b"http://evil.example", b"http://localhost.evil:8000", b"http://evil@localhost:8000", b"null", b""),
            *(b"https://localhost:8000", b"http://localhost", b"http://localhost:8001", b"ws://localhost:8000"),
        ):
            with self.subTest(origin):
                headers = [OWN_PAGE[0], (b"origin", origin), self.cookie]
                self.assertFalse(await self.connects(headers))

    async def test_over_tls_the_page_must_have_come_over_tls(self):
        secure, plain = ((b"origin", origin) for origin in (b"https://localhost:8000", b"http://localhost:8000"))
        forwarded = (b"x-forwarded-proto", b"https")
        self.assertTrue(await self.connects([OWN_PAGE[0], secure, self.cookie], scheme="wss"))
        self.assertFalse(await self.connects([OWN_PAGE[0], plain, self.cookie], scheme="wss"))
        self.assertFalse(await self.connects([OWN_PAGE[0], secure, self.cookie, forwarded]), "nobody set it for us")
        with override_settings(SECURE_PROXY_SSL_HEADER=("HTTP_X_FORWARDED_PROTO", "https")):
            self.assertTrue(await self.connects([OWN_PAGE[0], secure, self.cookie, forwarded]))
            self.assertFalse(await self.connects([OWN_PAGE[0], plain, self.cookie, forwarded]))

    @override_settings(CSRF_TRUSTED_ORIGINS=["https://page.example"])
    async def test_a_page_that_the_operator_trusts_is_heard(self):
        for origin, heard in {b"https://page.example": True, b"http://page.example": False}.items():
            self.assertEqual(await self.connects([OWN_PAGE[0], (b"origin", origin), self.cookie]), heard)

    async def test_changes_that_come_together_are_told_together_and_only_to_their_owner(self):
        socket = WebsocketCommunicator(LiveConsumer.as_asgi(), "/live", [*OWN_PAGE, self.cookie])
        await socket.connect()
        self.assertIn("catch-up", await socket.receive_from())
        layer = get_channel_layer()
        other = await sync_to_async(bob)()
        await layer.group_send(group_of(other.pk), {"type": "changed"})
        self.assertTrue(await socket.receive_nothing())
        for _ in range(5):
            await layer.group_send(group_of(self.alice.pk), {"type": "changed"})
        self.assertIn("catch-up", await socket.receive_from())
        self.assertTrue(await socket.receive_nothing())
        await socket.disconnect()


@skipIf("redis" in settings.CHANNEL_LAYERS["default"]["BACKEND"], "listens in this process")
class SignOutTests(TransactionTestCase):
    """A socket closes as soon as the sign-in of its page is over, and only then."""

    def setUp(self):
        channel_layers.backends.clear()
        self.alice = alice(password=PASSWORD)
        self.other = Client()
        for client in (self.client, self.other):
            client.force_login(self.alice)

    async def after(self, act) -> list[bool]:
        """Whether the sockets of this browser and of another are still open, after something was done."""
        sockets = [self.socket(client) for client in (self.client, self.other)]
        for socket in sockets:
            await socket.connect()
            self.assertIn("catch-up", await socket.receive_from())
        await sync_to_async(act)()
        still_open = [await self.is_open(socket) for socket in sockets]
        for socket in sockets:
            await socket.disconnect()
        return still_open

    def socket(self, client):
        return WebsocketCommunicator(LiveConsumer.as_asgi(), "/live", [*OWN_PAGE, cookie_of(client)])

    async def is_open(self, socket) -> bool:
        """A page that is signed out is told to look, and looking leads to the sign-in page."""
        if await socket.receive_nothing():
            return True
        told = [await socket.receive_output(), await socket.receive_output()]
        self.assertIn("catch-up", told[0]["text"])
        self.assertEqual(told[1]["type"], "websocket.close")
        return False

    async def test_signing_out_closes_the_sockets_of_this_browser(self):
        self.assertEqual(await self.after(lambda: self.client.post("/accounts/logout")), [False, True])

    async def test_signing_another_browser_out_closes_its_sockets(self):
        def sign_out_the_other():
            sign_in = SignIn.objects.get(session_key=self.other.session.session_key)
            self.client.post(f"/accounts/settings/sign-ins/{sign_in.pk}/end")

        self.assertEqual(await self.after(sign_out_the_other), [True, False])

    async def test_signing_out_everywhere_closes_all(self):
        act = lambda: self.client.post("/accounts/settings/sign-ins/end")  # noqa: E731
        self.assertEqual(await self.after(act), [False, False])

    async def test_a_disabled_account_closes_all(self):
        def disable():
            self.alice.is_active = False
            self.alice.save()

        self.assertEqual(await self.after(disable), [False, False])

    async def test_what_ends_no_sign_in_closes_nothing(self):
        act = lambda: self.client.post("/accounts/settings/time-zone", {"time_zone": "Asia/Tokyo"})  # noqa: E731
        self.assertEqual(await self.after(act), [True, True])


class TokenSocketTests(TransactionTestCase):
    """Programs may listen too: a token opens a socket as it opens every door, and needs no page."""

    def setUp(self):
        self.alice = alice()

    async def answer(self, *headers, **scope):
        socket = WebsocketCommunicator(LiveConsumer.as_asgi(), "/live", [(b"host", b"localhost"), *headers])
        socket.scope |= scope
        await socket.send_input({"type": "websocket.connect"})
        answer = await socket.receive_output()
        if answer["type"] == "websocket.accept":
            await socket.disconnect()
        return answer

    async def test_a_token_opens_a_socket(self):
        answer = await self.answer((b"authorization", bearer(self.alice).encode()))
        self.assertEqual(answer["type"], "websocket.accept")

    async def test_a_bad_token_is_refused_as_everywhere_where_the_server_can_say_so(self):
        bad = (b"authorization", b"Bearer a.b.c")
        self.assertEqual((await self.answer(bad))["type"], "websocket.close")
        answer = await self.answer(bad, extensions={"websocket.http.response": {}})
        self.assertEqual((answer["type"], answer["status"]), ("websocket.http.response.start", 401))


@skipIf("redis" in settings.CHANNEL_LAYERS["default"]["BACKEND"], "listens in this process")
class AnnouncementTests(TransactionTestCase):
    """What is announced, to whom, and not before it is committed."""

    def setUp(self):
        channel_layers.backends.clear()
        self.alice = alice()

    async def heard(self, act):
        layer = get_channel_layer()
        channel = await layer.new_channel()
        await layer.group_add(group_of(self.alice.pk), channel)
        await act()
        messages = []
        while True:
            try:
                async with asyncio.timeout(0.05):
                    messages.append(await layer.receive(channel))
            except TimeoutError:
                return messages

    async def test_a_todo_is_announced_by_whatever_door_it_changes(self):
        messages = await self.heard(lambda: Todo.objects.acreate(owner=self.alice, title="Buy milk"))
        self.assertEqual([message["answering"] for message in messages], [None])

    async def test_a_turn_is_announced_when_it_begins_and_when_it_ends(self):
        await self.async_client.aforce_login(self.alice)
        with scripted_model(says("Hello.")):
            messages = await self.heard(lambda: self.async_client.post("/c/send", {"message": "hi"}))
        self.assertEqual([bool(message["answering"]) for message in messages], [True, False])

    async def test_a_renamed_and_a_deleted_conversation_are_announced(self):
        conversation = await sync_to_async(ConversationFactory)(owner=self.alice)
        rename = await self.heard(
            lambda: change_conversation(self.alice, conversation.pk, title="New name", archived=None)
        )
        delete = await self.heard(lambda: put_away(self.alice, conversation.pk))
        self.assertEqual((len(rename), len(delete)), (1, 1))

    async def test_what_is_not_committed_is_not_announced(self):
        @sync_to_async
        def fail():
            with contextlib.suppress(ValueError), transaction.atomic():
                Todo.objects.create(owner=self.alice, title="Buy milk")
                raise ValueError

        self.assertEqual(await self.heard(fail), [])

    async def test_a_batch_is_announced_once(self):
        @sync_to_async
        def add_three():
            with transaction.atomic():
                for number in range(3):
                    Todo.objects.create(owner=self.alice, title=f"todo {number}")

        self.assertEqual(len(await self.heard(add_three)), 1)

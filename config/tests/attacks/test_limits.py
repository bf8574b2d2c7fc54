"""How often what is expensive may be asked for: by a user and from an address, at every door, in all processes."""

import asyncio
import functools
import json
from concurrent.futures import ThreadPoolExecutor
from unittest import TestCase as PlainTestCase

from channels.testing import WebsocketCommunicator
from django.conf import settings
from django.test import Client, TestCase, TransactionTestCase, override_settings

from accounts.testing import PASSWORD, UserFactory, alice, bearer, bob
from chat.pages.consumers import SOCKETS_AT_ONCE, SOCKETS_PER_USER, open_sockets
from chat.testing import ConversationFactory, says, scripted_model, upkeep_done
from config.asgi import application
from config.testing import close_database_threads, empty_database, running_redis, running_server
from config.tests.asking import ask
from web.ratelimits import check_rate, check_use
from web.tests import test_ratelimits

HERE, ELSEWHERE = "203.0.113.66", "198.51.100.7"
TABLE = "TYPE,CONTENT\n"


@override_settings(RATE_LIMITS=True, TURNS_PER_MINUTE=2)
class DoorTests(TestCase):
    def setUp(self):
        self.alice, self.bob = alice(), bob()
        self.conversation = ConversationFactory(owner=self.alice)

    def api(self, method, path, body=None, *, user=None, address=HERE):
        user = user or self.alice
        return Client(REMOTE_ADDR=address).generic(
            method,
            f"/api/{path.format(user=user.subject, conversation=self.conversation.pk)}",
            body or "",
            content_type="text/csv" if body == TABLE else "application/json",
            headers={"Authorization": bearer(user)},
        )

    def times_until_refused(self, ask, most):
        for number in range(most + 1):
            answer = ask()
            if answer.status_code == 429:
                self.assertIn(int(answer["Retry-After"]), range(1, 3601))
                return number
        return self.fail(f"{most + 1} uses were allowed")

    def test_answers_say_where_the_caller_stands(self):
        """As the IETF's draft has it: https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/."""
        first, second = (self.api("GET", "{user}/todos?q=milk") for _ in range(2))
        policies = '"requests-minute";q=600;w=60, "search-minute";q=120;w=60'
        self.assertEqual((first["RateLimit-Policy"], second["RateLimit-Policy"]), (policies, policies))
        for answer, left in ((first, (599, 119)), (second, (598, 118))):
            pattern = r'"requests-minute";r=%d;t=\d{1,2}, "search-minute";r=%d;t=\d{1,2}'
            self.assertRegex(answer["RateLimit"], f"^{pattern % left}$")

    def test_a_turn_says_its_limits_and_the_refused_one_that_nothing_is_left(self):
        message = '{"message": "what is overdue?"}'
        answers = [self.api("POST", "{user}/chat", message) for _ in range(3)]
        self.assertEqual([answer.status_code for answer in answers], [200, 200, 429])
        self.assertIn('"turns-minute";q=2;w=60, "turns-hour";q=1000;w=3600', answers[0]["RateLimit-Policy"])
        self.assertIn('"turns-minute";r=0;t=', answers[2]["RateLimit"])

    def test_pages_and_who_is_nobody_are_told_no_limits(self):
        for answer in (self.client.get("/accounts/login"), self.client.get("/api/auth/me")):
            self.assertNotIn("RateLimit", answer)

    def test_each_expensive_door_of_the_api_has_its_limit(self):
        doors = {
            ("POST", "{user}/chat", '{"message": "what is overdue?"}'): 2,
            ("GET", "{user}/export", None): 10,
            ("GET", "{user}/todos/export", None): 30,
            ("POST", "{user}/todos/import", TABLE): 10,
        }
        for (method, path, body), allowed in doors.items():
            with self.subTest(path):
                refused_at = self.times_until_refused(functools.partial(self.api, method, path, body), allowed)
                self.assertEqual(refused_at, allowed)
                self.assertNotEqual(
                    self.api(method, path, body, user=self.bob).status_code, 429, "bob is somebody else"
                )

    def test_files_of_all_kinds_and_doors_count_together(self):
        for _ in range(15):
            self.api("GET", "{user}/conversations/{conversation}/export")
            self.api("GET", "{user}/todos/export")
        self.client.force_login(self.alice)
        for page in (f"/c/{self.conversation.pk}/export", "/todos/export"):
            refused = self.client.get(page)
            self.assertContains(refused, 'data-countdown="', status_code=429)
            self.assertEqual(refused["Retry-After"], str(refused.context["refusal"].retry_after_seconds))

    def test_searches_count_at_the_api_and_on_pages(self):
        for _ in range(60):
            self.api("GET", "{user}/todos?q=milk")
            self.api("GET", "{user}/conversations?q=milk")
        self.assertEqual(self.api("GET", "{user}/todos?q=milk").status_code, 429)
        self.assertEqual(self.api("GET", "{user}/todos").status_code, 200)
        self.client.force_login(self.alice)
        self.assertEqual(self.client.get("/todos?q=milk").status_code, 429)
        self.assertEqual(self.client.get("/?find=milk", headers={"HX-Request": "true"})["HX-Reswap"], "none")
        self.assertEqual(self.client.get("/todos").status_code, 200)

    @override_settings(REQUESTS_PER_MINUTE=5)
    def test_whatever_door_it_is_all_requests_of_a_user_have_a_limit(self):
        self.client.force_login(self.alice)
        for path in ("/", "/todos", "/accounts/settings"):
            self.assertEqual(self.client.get(path).status_code, 200)
        self.api("GET", "auth/me")
        self.api("GET", "{user}/todos")
        self.assertEqual(self.api("GET", "{user}/todos").status_code, 429)
        self.assertContains(self.client.get("/todos"), "Try again in", status_code=429)
        self.assertEqual(self.api("GET", "{user}/todos", user=self.bob).status_code, 200)

    def test_who_is_signed_in_is_not_limited_by_those_who_share_an_address(self):
        users = [UserFactory() for _ in range(3 * settings.PEOPLE_PER_ADDRESS)]
        say = '{"message": "what is overdue?"}'
        for user in users:
            for _ in range(2):
                self.assertEqual(self.api("POST", "{user}/chat", say, user=user).status_code, 200)
        self.assertEqual(self.api("POST", "{user}/chat", say, user=users[0]).status_code, 429)

    def test_right_passwords_and_refresh_tokens_are_bounded_by_address_too(self):
        UserFactory(username="carol", password=PASSWORD)

        def post(path, body, address=HERE):
            return Client(REMOTE_ADDR=address).post(f"/api/auth/{path}", body, content_type="application/json")

        credentials = {"username": "carol", "password": PASSWORD}
        self.assertEqual(self.times_until_refused(lambda: post("token", credentials), 120), 120)
        self.assertEqual(post("token", credentials, ELSEWHERE).status_code, 200)
        self.assertEqual(self.times_until_refused(lambda: post("refresh", {"refresh_token": "x"}), 300), 300)
        self.assertEqual(post("revoke", {"refresh_token": "x"}).status_code, 429)


@override_settings(RATE_LIMITS=True)
class SocketTests(TransactionTestCase):
    def setUp(self):
        self.addCleanup(close_database_threads)
        self.alice, self.bob = alice(), bob()

    def socket(self, user, address=HERE, **scope):
        socket = WebsocketCommunicator(application, "/live", [(b"authorization", bearer(user).encode())])
        socket.scope |= {"client": [address, 1], **scope}
        return socket

    async def opens(self, user, address=HERE):
        socket = self.socket(user, address)
        opened, _ = await socket.connect()
        await socket.disconnect()
        return opened

    async def test_a_user_opens_so_many_in_a_minute_and_hears_when_to_come_back(self):
        for _ in range(119):
            await check_use("sockets", self.alice, SOCKETS_PER_USER)
        self.assertTrue(await self.opens(self.alice))
        self.assertFalse(await self.opens(self.alice))
        self.assertFalse(await self.opens(self.alice, ELSEWHERE))
        self.assertTrue(await self.opens(self.bob))
        refused = self.socket(self.alice, extensions={"websocket.http.response": {}})
        await refused.send_input({"type": "websocket.connect"})
        answer = await refused.receive_output()
        self.assertEqual(answer["status"], 429)
        self.assertIn(int(dict(answer["headers"])[b"Retry-After"]), range(1, 61))

    async def test_a_user_keeps_so_many_open_and_each_that_closes_makes_room(self):
        sockets = [self.socket(self.alice) for _ in range(SOCKETS_AT_ONCE)]
        for socket in sockets:
            self.assertTrue((await socket.connect())[0])
        self.assertFalse(await self.opens(self.alice))
        self.assertTrue(await self.opens(self.bob))
        await sockets.pop().disconnect()
        self.assertTrue(await self.opens(self.alice))
        for socket in sockets:
            await socket.disconnect()
        self.assertEqual(open_sockets, {})


@override_settings(FALLBACK=False, TOKENS_PER_DAY=20_000, CONTEXT_MAX_TOKENS=16_000, TURNS_AT_ONCE=6)
class QuotaTests(TransactionTestCase):
    """In as many database threads as the program has: with PostgreSQL these begin their turns at the same moment."""

    def setUp(self):
        self.addCleanup(close_database_threads)
        self.alice = alice()

    async def say(self):
        headers = [(b"authorization", bearer(self.alice).encode()), (b"content-type", b"application/json")]
        body = [b'{"message": "hello"}']
        status, _, answer = await ask(f"/api/{self.alice.subject}/chat", method="POST", headers=headers, body=body)
        return status, json.loads(answer).get("error")

    async def test_turns_that_begin_together_share_what_is_left_of_the_day(self):
        others_are_refused = asyncio.Event()

        async def answer(request):
            if len(model.requests) > 2:
                others_are_refused.set()
            await others_are_refused.wait()
            return says("Hello.", 15_000, 1_000)

        with scripted_model(*[answer] * 6) as model:
            turns = [asyncio.create_task(self.say()) for _ in range(6)]
            ended = asyncio.as_completed(turns)
            self.assertEqual([await next(ended) for _ in range(4)], [(429, "rate_limited")] * 4)
            others_are_refused.set()
            self.assertEqual([await turn for turn in ended], [(200, None)] * 2)
            self.assertEqual(await self.say(), (429, "quota_exhausted"))
            await upkeep_done()


class RedisTests(test_ratelimits.CheckRateTests):
    """What is said of counts in memory holds of those in Redis."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.redis, address = cls.enterClassContext(running_redis())
        here = test_ratelimits.NO_CACHE["default"] | {"LOCATION": address}
        cls.enterClassContext(override_settings(CACHES={"default": here}))

    async def test_all_counts_of_a_check_are_one_round_trip_and_all_requests_share_a_connection(self):
        await check_rate("turns", "alice", "20/m")
        self.redis.config_resetstat()
        for _ in range(5):
            await asyncio.create_task(check_rate("turns", "alice", "20/m", "1000/h"))
        self.assertEqual(self.redis.info("commandstats")["cmdstat_evalsha"]["calls"], 5)
        self.assertEqual(self.redis.info("stats")["total_connections_received"], 0)


class SeveralProcessesTests(PlainTestCase):
    """Two processes, one Redis: what one counts the other knows, and no two of them count the same use."""

    def test_a_limit_is_one_limit_for_all_processes(self):
        with running_redis() as (_, address):
            self.check_with(address)

    def check_with(self, redis_url: str) -> None:
        # By the hour, so that no new window begins meanwhile.
        variables = {"REDIS_URL": redis_url, "TURNS_PER_HOUR": "6", "TURNS_AT_ONCE": "20"}
        with (
            empty_database() as database,
            running_server(database, "daphne", **variables) as one,
            running_server(database, "uvicorn", **variables) as other,
        ):
            account = one.request("POST", "/api/auth/register", {"username": "alice", "password": PASSWORD}).body
            chat, token = f"/api/{account['user_id']}/chat", account["access_token"]
            with ThreadPoolExecutor(6) as pool:
                asked = [
                    pool.submit(server.request, "POST", chat, {"message": "what is overdue?"}, token=token)
                    for _ in range(6)
                    for server in (one, other)
                ]
                statuses = [answer.result().status for answer in asked]
            self.assertEqual((statuses.count(200), statuses.count(429)), (6, 6))
            wrong = {"username": "alice", "password": "guess"}
            guesses = [
                server.request("POST", "/api/auth/token", wrong).status for _ in range(10) for server in (one, other)
            ]
            # Of twenty that two processes would allow, five a minute, in two minutes at most.
            self.assertLessEqual(guesses.count(401), 10)
            self.assertEqual(guesses.count(401) + guesses.count(429), 20)

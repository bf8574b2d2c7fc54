import contextlib

from django.core.cache import cache
from django.test import RequestFactory, SimpleTestCase, override_settings

from accounts.models import User
from web.errors import RateLimited, ServiceUnavailable
from web.ratelimits import address_of, check_address, check_failed_logins, check_rate, check_use, count_failed_login

# Nothing listens on port 1.
NO_CACHE = {"default": {"BACKEND": "database.cache.SharedRedisCache", "LOCATION": "redis://127.0.0.1:1/0"}}
HOME = "192.0.2.1"
ELSEWHERE = "198.51.100.7"


@override_settings(RATE_LIMITS=True)
class CheckRateTests(SimpleTestCase):
    def setUp(self):
        cache.clear()

    async def test_the_first_use_above_the_rate_is_refused_and_told_when_to_return(self):
        await check_rate("turns", "alice", "2/d")
        await check_rate("turns", "alice", "2/d")
        with self.assertRaises(RateLimited) as refusal:
            await check_rate("turns", "alice", "2/d")
        self.assertIn(refusal.exception.retry_after_seconds, range(1, 24 * 3600 + 1))

    async def test_keys_and_groups_are_counted_apart(self):
        await check_rate("turns", "alice", "1/d")
        await check_rate("turns", "bob", "1/d")
        await check_rate("registrations", "alice", "1/d")

    async def test_nobody_is_forgotten_because_many_others_come(self):
        await check_rate("turns", "alice", "1/d")
        for number in range(500):
            await check_rate("turns", f"user{number}", "1/d")
        with self.assertRaises(RateLimited):
            await check_rate("turns", "alice", "1/d")

    async def test_what_is_refused_by_one_rate_uses_up_no_other(self):
        user = User()
        for _ in range(3):
            with contextlib.suppress(RateLimited):
                await check_use("turns", user, "1/h", "2/d")
        await check_rate("turns", str(user.pk), "2/d")
        with self.assertRaises(RateLimited):
            await check_rate("turns", str(user.pk), "2/d")

    async def test_an_address_may_as_often_as_the_people_who_may_share_it(self):
        for people in (1, 3):
            with self.settings(PEOPLE_PER_ADDRESS=people):
                group = f"refresh-{people}"
                for _ in range(2 * people):
                    await check_address(group, HOME, "2/m")
                with self.assertRaises(RateLimited):
                    await check_address(group, HOME, "2/m")

    @override_settings(RATE_LIMITS=False)
    async def test_limits_can_be_switched_off(self):
        for _ in range(3):
            await check_rate("turns", "alice", "1/d")

    @override_settings(CACHES=NO_CACHE)
    async def test_without_a_cache_the_use_passes_and_is_logged(self):
        with self.assertLogs("web.ratelimits", "WARNING") as logged:
            await check_rate("turns", "alice", "1/d")
        self.assertIn("turns", logged.output[0])
        self.assertNotIn("alice", logged.output[0])


@override_settings(RATE_LIMITS=True, FAILED_LOGINS_PER_MINUTE=1)
class FailedLoginTests(SimpleTestCase):
    def setUp(self):
        cache.clear()

    async def test_looking_at_the_count_does_not_add_to_it(self):
        for _ in range(3):
            await check_failed_logins("alice", HOME)

    async def test_an_account_is_closed_to_the_address_that_failed(self):
        await count_failed_login("alice", HOME)
        with self.assertRaises(RateLimited) as refusal:
            await check_failed_logins("alice", HOME)
        self.assertIn(refusal.exception.retry_after_seconds, range(1, 61))

    async def test_failures_of_one_address_lock_nobody_out_elsewhere(self):
        await count_failed_login("alice", ELSEWHERE)
        await check_failed_logins("alice", HOME)
        await check_failed_logins("bob", ELSEWHERE)

    @override_settings(PEOPLE_PER_ADDRESS=4)
    async def test_an_address_that_tries_many_accounts_is_stopped(self):
        for number in range(4):
            await count_failed_login(f"user{number}", ELSEWHERE)
        with self.assertRaises(RateLimited):
            await check_failed_logins("alice", ELSEWHERE)
        await check_failed_logins("alice", HOME)

    @override_settings(CACHES=NO_CACHE)
    async def test_without_a_cache_nobody_may_guess(self):
        with self.assertRaises(ServiceUnavailable), self.assertLogs("web.ratelimits", "WARNING"):
            await check_failed_logins("alice", HOME)
        with self.assertRaises(ServiceUnavailable) as refusal, self.assertLogs("web.ratelimits", "WARNING"):
            await count_failed_login("alice", HOME)
        self.assertIsNotNone(refusal.exception.retry_after_seconds)

    @override_settings(CACHES=NO_CACHE, RATE_LIMITS=False)
    async def test_switched_off_limits_need_no_cache(self):
        await check_failed_logins("alice", HOME)
        await count_failed_login("alice", HOME)


class AddressTests(SimpleTestCase):
    def address(self, remote: str) -> str:
        return address_of(RequestFactory().get("/", REMOTE_ADDR=remote))

    def test_an_ipv4_address_is_itself(self):
        self.assertEqual(self.address("192.0.2.1"), "192.0.2.1")
        self.assertEqual(self.address("::ffff:192.0.2.1"), "192.0.2.1")

    def test_ipv6_addresses_of_one_subscriber_are_one(self):
        self.assertEqual(self.address("2001:db8:1:2::3"), "2001:db8:1:2::")
        self.assertEqual(self.address("2001:db8:1:2:ffff::4"), "2001:db8:1:2::")
        self.assertNotEqual(self.address("2001:db8:1:3::3"), "2001:db8:1:2::")

    def test_a_unix_socket_has_no_address(self):
        for remote in ["", "unix:"]:
            self.assertEqual(self.address(remote), "unknown")

"""Who asks, where proxies stand between: what ours say of it counts, and nothing that anybody else writes."""

from ipaddress import ip_network

from django.test import SimpleTestCase, override_settings

from web.addresses.proxies import seen_through_proxies

NEAR, FRONT, CLIENT = "127.0.0.1", "10.0.0.5", "203.0.113.7"
OURS = [ip_network(network) for network in ("127.0.0.0/8", "10.0.0.0/24", "fd00::/8")]


@override_settings(TRUSTED_PROXIES=OURS)
class SeenThroughProxies(SimpleTestCase):
    def seen(self, peer, *forwarded, proto="", kind="http"):
        headers = [(b"x-forwarded-for", value.encode("latin-1")) for value in forwarded]
        headers += [(b"x-forwarded-proto", proto.encode())] if proto else []
        client = [peer, 50_000] if peer is not None else None
        scope = seen_through_proxies({"type": kind, "scheme": "http", "client": client, "headers": headers})
        return (scope["client"] or [None])[0], scope["scheme"]

    def address(self, peer, *forwarded):
        return self.seen(peer, *forwarded)[0]

    def test_one_proxy_says_who_asks(self):
        self.assertEqual(self.address(NEAR, CLIENT), CLIENT)
        self.assertEqual(self.address("fd00::1", "2001:db8::1"), "2001:db8::1")

    def test_of_several_the_first_that_is_not_ours_is_the_client(self):
        self.assertEqual(self.address(NEAR, f"{CLIENT}, {FRONT}"), CLIENT)
        self.assertEqual(self.address(NEAR, CLIENT, FRONT), CLIENT)

    def test_what_a_client_writes_itself_is_not_believed(self):
        self.assertEqual(self.address(NEAR, f"198.51.100.9, {CLIENT}"), CLIENT)
        self.assertEqual(self.address(NEAR, f"198.51.100.9, {FRONT}, {CLIENT}, {FRONT}"), CLIENT)
        self.assertEqual(self.address(NEAR, f"garbage, {CLIENT}"), CLIENT)
        self.assertEqual(self.seen(CLIENT, "198.51.100.9", proto="https"), (CLIENT, "http"))

    def test_what_is_no_address_ends_the_search(self):
        for garbage in ("unknown", "", "<script>", "1.2.3", "\xff", "localhost"):
            with self.subTest(garbage):
                self.assertEqual(self.address(NEAR, f"{CLIENT}, {garbage}, {FRONT}"), FRONT if garbage else CLIENT)

    def test_ports_and_brackets_are_no_part_of_an_address(self):
        self.assertEqual(self.address(NEAR, f"{CLIENT}:4711"), CLIENT)
        self.assertEqual(self.address(NEAR, "[2001:db8::1]:4711"), "2001:db8::1")
        self.assertEqual(self.address("::ffff:127.0.0.1", CLIENT), CLIENT)

    def test_without_a_word_of_the_proxy_it_is_the_client(self):
        self.assertEqual(self.address(NEAR), NEAR)
        self.assertEqual(self.address(NEAR, FRONT), FRONT)

    def test_a_socket_file_is_a_proxy_of_this_machine(self):
        self.assertEqual(self.seen(None, CLIENT, proto="https"), (CLIENT, "https"))
        with override_settings(TRUSTED_PROXIES=[]):
            self.assertEqual(self.seen(None, CLIENT, proto="https"), (None, "http"))

    def test_the_scheme_is_the_outermost(self):
        self.assertEqual(self.seen(NEAR, CLIENT, proto="https"), (CLIENT, "https"))
        self.assertEqual(self.seen(NEAR, CLIENT, proto="https, http"), (CLIENT, "https"))
        self.assertEqual(self.seen(NEAR, CLIENT, proto="https", kind="websocket"), (CLIENT, "wss"))
        self.assertEqual(self.seen(NEAR, CLIENT, proto="http"), (CLIENT, "http"))

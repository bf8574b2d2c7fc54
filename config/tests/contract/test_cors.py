"""Browser apps of other origins at the API."""

from django.test import TestCase, override_settings

from accounts.testing import alice, bearer

APP, OTHER = "https://app.example.com", "https://other.example.com"


@override_settings(CORS_ALLOWED_ORIGINS=[APP])
class OtherOrigins(TestCase):
    def setUp(self):
        self.alice = alice()
        self.address = f"/api/{self.alice.subject}/todos"

    def preflight(self, origin, path=None, method="PATCH", headers="authorization,content-type,if-match"):
        asked = {"Access-Control-Request-Method": method, "Access-Control-Request-Headers": headers}
        return self.client.options(path or self.address, headers={"Origin": origin} | asked)

    def test_an_allowed_one_may_ask_with_all_headers_that_the_api_reads(self):
        read = {"authorization", "idempotency-key", "if-match", "if-none-match", "last-event-id"}
        answer = self.preflight(APP, headers=",".join(sorted(read)))
        self.assertEqual((answer.status_code, answer["Access-Control-Allow-Origin"]), (200, APP))
        allowed = {name.strip() for name in answer["Access-Control-Allow-Headers"].split(",")}
        self.assertLessEqual(read, allowed)
        self.assertIn("PATCH", answer["Access-Control-Allow-Methods"])

    def test_it_reads_answers_and_refusals_with_their_headers(self):
        for path, headers, status in (
            (self.address, {}, 401),
            ("/api/nothing/here/at/all", {}, 404),
            ("/api/openapi.json", {}, 200),
        ):
            with self.subTest(path):
                answer = self.client.get(path, headers={"Origin": APP} | headers)
                self.assertEqual((answer.status_code, answer["Access-Control-Allow-Origin"]), (status, APP))
                self.assertIn("x-request-id", answer["Access-Control-Expose-Headers"])
                self.assertIn("origin", answer["Vary"].lower())

    def test_another_one_may_not(self):
        for origin in (OTHER, "null", APP + ".evil.example", "http://app.example.com", APP + ":8443"):
            with self.subTest(origin):
                self.assertNotIn("Access-Control-Allow-Origin", self.preflight(origin))
                answer = self.client.get(self.address, headers={"Origin": origin, "Authorization": bearer(self.alice)})
                self.assertNotIn("Access-Control-Allow-Origin", answer)

    def test_cookies_never_count_and_pages_are_no_part_of_it(self):
        self.assertNotIn("Access-Control-Allow-Credentials", self.preflight(APP))
        for page in ("/", "/accounts/login", "/todos"):
            with self.subTest(page):
                self.assertNotIn("Access-Control-Allow-Origin", self.preflight(APP, page))

"""Attacks on how programs are let in, and what comes wrong by itself: each is refused, and nothing is granted."""

import datetime
import re
from unittest import mock

from django.core import signing
from django.test import AsyncClient
from oauth2_provider.models import AccessToken, Application, Grant, RefreshToken

from accounts.entry.tickets import TICKET_SECONDS
from accounts.programs.clients.redirects import fault_of_redirect, form_target
from accounts.testing import bearer
from accounts.tests.programs.case import CALLBACK, ORIGIN, ProgramCase, challenge_of


class Codes(ProgramCase):
    async def test_a_code_that_comes_twice_ends_what_came_of_it(self):
        client_id = await self.registered()
        code = await self.code(client_id)
        tokens = (await self.trade(client_id, code)).json()
        again = await self.trade(client_id, code)
        self.assertEqual((again.status_code, again.json()["error"]), (400, "invalid_grant"))
        self.assertEqual((await self.at_mcp(tokens["access_token"])).status_code, 401)
        self.assertEqual((await self.refresh(client_id, tokens["refresh_token"])).json()["error"], "invalid_grant")

    async def test_a_code_is_good_for_its_program_its_verifier_and_its_address_alone(self):
        client_id, other = await self.registered(), await self.registered()
        code = await self.code(client_id)
        for spoilt in (
            {"client_id": other},
            {"code_verifier": "x" * 64},
            {"code_verifier": challenge_of(self.verifier)},
            {"code_verifier": None},
            {"code_verifier": ""},
            {"redirect_uri": "https://program.example/other"},
        ):
            with self.subTest(spoilt):
                refused = await self.trade(client_id, code, **spoilt)
                self.assertIn(refused.json()["error"], {"invalid_grant", "invalid_request"})
        self.assertFalse(await AccessToken.objects.aexists())
        self.assertEqual((await self.trade(client_id, code)).status_code, 200)

    async def test_the_tokens_of_a_code_are_for_the_resource_that_the_person_saw(self):
        client_id = await self.registered()
        refused = await self.trade(client_id, await self.code(client_id), resource=f"{ORIGIN}/api")
        self.assertEqual(refused.json()["error"], "invalid_target")
        tokens = await self.connected()
        refused = await self.refresh(tokens["client_id"], tokens["refresh_token"], resource=f"{ORIGIN}/api")
        self.assertEqual(refused.json()["error"], "invalid_target")

    async def test_a_code_is_good_for_a_minute(self):
        client_id = await self.registered()
        code = await self.code(client_id)
        grant = await Grant.objects.aget()
        self.assertLessEqual(grant.expires - grant.created, datetime.timedelta(seconds=61))
        await Grant.objects.aupdate(expires=grant.created)
        self.assertEqual((await self.trade(client_id, code)).json()["error"], "invalid_grant")


class Downgrades(ProgramCase):
    async def test_nothing_but_s256_is_taken(self):
        client_id = await self.registered()
        for spoilt in (
            {"code_challenge_method": "plain"},
            {"code_challenge_method": None},
            {"code_challenge_method": "s256"},
            {"code_challenge": None},
            {"code_challenge": None, "code_challenge_method": None},
            {"code_challenge": ""},
            {"code_challenge": "short"},
            {"code_challenge": self.verifier + "~"},
        ):
            with self.subTest(spoilt):
                self.assertEqual(await self.refused(self.question(client_id, **spoilt)), "invalid_request")

    async def test_other_grants_and_response_types_are_not_there(self):
        client_id = await self.registered()
        for kind in ("token", "id_token", "code token", "none", ""):
            with self.subTest(kind):
                error = await self.refused(self.question(client_id, response_type=kind))
                self.assertIn(error, {"unsupported_response_type", "unauthorized_client", "invalid_request"})
        for kind in ("password", "client_credentials", "urn:ietf:params:oauth:grant-type:device_code", ""):
            form = {"grant_type": kind, "client_id": client_id, "username": "alice", "password": "x"}
            response = await self.post("/o/token", form)
            self.assertEqual((response.status_code, response.json()["error"]), (400, "unsupported_grant_type"))

    async def test_a_resource_is_named_once_and_is_one_of_ours(self):
        client_id = await self.registered()
        for named in (None, "", "https://elsewhere.example/mcp", f"{ORIGIN}/", f"{ORIGIN}/admin", f"{ORIGIN}/mcp#x"):
            with self.subTest(named):
                self.assertEqual(await self.refused(self.question(client_id, resource=named)), "invalid_target")
        both = [f"{ORIGIN}/mcp", f"{ORIGIN}/api"]
        self.assertEqual(await self.refused(self.question(client_id, resource=both)), "invalid_target")

    async def test_scopes_that_are_not_known_or_not_of_this_door_are_refused(self):
        client_id = await self.registered()
        for scope in ("admin", "todos:read admin", "chat"):
            with self.subTest(scope):
                self.assertEqual(await self.refused(self.question(client_id, scope=scope)), "invalid_scope")


class Redirects(ProgramCase):
    async def test_nobody_is_sent_to_an_address_that_was_not_registered(self):
        client_id = await self.registered()
        for address in (
            "https://program.example/callback/",
            "https://program.example/callback?x=1",
            "https://program.example/callback#x",
            "https://program.example/callback/../evil",
            "https://program.example:444/callback",
            "https://program.example@evil.example/callback",
            "https://evil.example/callback",
            "https://program.example.evil.example/callback",
            "http://program.example/callback",
            "https://program.example/CALLBACK",
            "https://program.example\\@evil.example/callback",
            "//program.example/callback",
            "javascript:alert(1)",
            "",
        ):
            with self.subTest(address):
                response = await self.async_client.get(self.question(client_id, redirect_uri=address))
                if address:
                    self.assertEqual((response.status_code, response.get("Location")), (400, None))
                else:
                    self.assertNotIn("evil", response.get("Location", ""))

    async def test_such_addresses_are_not_registered(self):
        for address in (
            "http://program.example/callback",
            "http://127.0.0.1.evil.example/",
            "https:///callback",
            "https://x.example/#f",
            "https://x.example/ y",
            "https://*.example/",
            "https://a@x.example/",
            "https://x.example:99999/",
            "javascript:alert(1)",
            "data:text/html,x",
            "intent://x#Intent",
            "https://x.example/\u202e",
            "callback",
            "",
        ):
            with self.subTest(address):
                response = await self.register(redirect_uris=[address])
                self.assertEqual((response.status_code, response.json()["error"]), (400, "invalid_redirect_uri"))
        self.assertFalse(await Application.objects.aexists())

    def test_a_policy_names_just_the_place(self):
        for address, target in (
            ("https://x.example/cb?a=1", "https://x.example"),
            ("http://127.0.0.1:8000/cb", "http://127.0.0.1:8000"),
            ("http://[::1]:8000/cb", "http:"),
            ("com.example.app:/cb", "com.example.app:"),
        ):
            self.assertIsNone(fault_of_redirect(address))
            self.assertEqual(form_target(address), target)


class OfThePerson(ProgramCase):
    """Mix-ups, forged answers, and what a person did not do."""

    async def test_every_answer_says_who_answers(self):
        client_id = await self.registered()
        allowed = self.heard(await self.decide(self.question(client_id)))
        declined = self.heard(await self.decide(self.question(client_id), "decline"))
        for heard in (allowed, declined):
            self.assertEqual((heard["iss"], heard["state"]), (f"{ORIGIN}/o", "kept"))

    async def test_an_answer_cannot_carry_an_issuer_of_somebody_else(self):
        address = f"{CALLBACK}?iss=https%3A%2F%2Fevil.example&code=stolen&kept=1"
        client_id = await self.registered(redirect_uris=[address])
        location = (await self.decide(self.question(client_id, redirect_uri=address)))["Location"]
        self.assertNotIn("evil", location)
        self.assertNotIn("stolen", location)
        self.assertIn("kept=1", location)

    async def test_a_page_of_another_site_cannot_say_yes(self):
        client_id = await self.registered()
        address = self.question(client_id)
        strict = AsyncClient(enforce_csrf_checks=True)
        await strict.aforce_login(self.alice)
        ticket = self.ticket_in(await self.page(address))
        response = await strict.post(address, {"ticket": ticket, "decision": "allow"})
        self.assertEqual(response.status_code, 403)
        for forged in ("", "x", signing.dumps({"browser": "x", "nonce": "y", "said": {}}, salt="other")):
            response = await self.post(address, {"ticket": forged, "decision": "allow"})
            self.assertEqual(response.status_code, 422)
        self.assertFalse(await Grant.objects.aexists())

    async def test_the_page_is_shown_in_no_frame_and_its_form_leads_to_the_program_alone(self):
        page = await self.page(self.question(await self.registered()))
        policy = page["Content-Security-Policy"]
        self.assertIn("frame-ancestors 'none'", policy)
        self.assertIn("form-action 'self' https://program.example;", policy)
        self.assertEqual((page["X-Frame-Options"], page["Referrer-Policy"]), ("DENY", "same-origin"))
        self.assertIn("no-store", page["Cache-Control"])

    async def test_a_yes_is_for_what_was_shown_by_whom_it_was_shown_to_and_once(self):
        client_id, other = await self.registered(), await self.registered(client_name="Other")
        address = self.question(client_id)
        shown = self.ticket_in(await self.page(address))
        yes = {"ticket": shown, "decision": "allow"}
        for changed in (self.question(other), self.question(client_id, scope="todos:write"), address + "&x=1"):
            self.assertEqual((await self.post(changed, yes)).status_code, 422)
        await self.async_client.aforce_login(self.bob)
        self.assertEqual((await self.post(address, yes)).status_code, 422)
        await self.async_client.aforce_login(self.alice)
        self.assertEqual((await self.post(address, yes)).status_code, 303)
        self.assertEqual((await self.post(address, yes)).status_code, 422)
        self.assertEqual(await Grant.objects.acount(), 1)

    async def test_a_page_that_stood_open_too_long_asks_again(self):
        address = self.question(await self.registered())
        yes = {"ticket": self.ticket_in(await self.page(address)), "decision": "allow"}
        with mock.patch("django.core.signing.time.time", return_value=signing.time.time() + TICKET_SECONDS + 1):
            response = await self.post(address, yes)
        self.assertEqual(response.status_code, 422)
        self.assertIn("That took too long", response.content.decode())
        self.assertFalse(await Grant.objects.aexists())

    async def test_a_token_of_the_person_lets_no_program_in(self):
        await self.async_client.alogout()
        address = self.question(await self.registered())
        response = await self.async_client.get(address, headers={"Authorization": bearer(self.alice)})
        self.assertTrue(response["Location"].startswith("/accounts/login"))

    async def test_two_pages_at_once_each_give_one_code(self):
        client_id = await self.registered()
        codes = {await self.code(client_id), await self.code(client_id)}
        self.assertEqual(len(codes), 2)
        for code in codes:
            self.assertEqual((await self.trade(client_id, code)).status_code, 200)

    async def test_two_pages_that_stand_open_together_are_each_answered_for_what_they_show(self):
        client_id = await self.registered()
        reading, writing = (self.question(client_id, scope=scope) for scope in ("todos:read", "todos:write"))
        tickets = [self.ticket_in(await self.page(address)) for address in (reading, writing)]
        swapped = await self.post(reading, {"ticket": tickets[1], "decision": "allow"})
        self.assertNotIn("code=", swapped.get("Location", ""))
        for address, ticket, scope in zip((reading, writing), tickets, ("todos:read", "todos:write"), strict=True):
            heard = self.heard(await self.post(address, {"ticket": ticket, "decision": "allow"}))
            self.assertEqual((await self.trade(client_id, heard["code"])).json()["scope"], scope)


class InMidFlow(ProgramCase):
    async def test_a_person_who_is_gone_lets_nobody_in(self):
        address = self.question(await self.registered())
        ticket = self.ticket_in(await self.page(address))
        await type(self.alice).objects.filter(pk=self.alice.pk).adelete()
        response = await self.post(address, {"ticket": ticket, "decision": "allow"})
        self.assertEqual(response.status_code, 302)
        self.assertTrue(response["Location"].startswith("/accounts/login"), response["Location"])
        self.assertFalse(await Grant.objects.aexists())

    async def test_a_program_that_is_gone_gets_nothing(self):
        client_id = await self.registered()
        address = self.question(client_id)
        ticket, code = self.ticket_in(await self.page(address)), await self.code(client_id)
        await Application.objects.all().adelete()
        response = await self.post(address, {"ticket": ticket, "decision": "allow"})
        self.assertEqual(response.status_code, 400)
        self.assertIn("not known here", response.content.decode())
        refused = await self.trade(client_id, code)
        self.assertEqual((refused.status_code, refused.json()["error"]), (401, "invalid_client"))

    async def test_with_the_account_goes_all_that_it_let_in(self):
        tokens = await self.connected()
        code = await self.code(tokens["client_id"])
        await self.async_client.post("/accounts/settings/erase", {"username": "alice"})
        self.assertFalse(await type(self.alice).objects.filter(username="alice").aexists())
        self.assertEqual((await self.at_mcp(tokens["access_token"])).status_code, 401)
        for answer in (
            await self.trade(tokens["client_id"], code),
            await self.refresh(tokens["client_id"], tokens["refresh_token"]),
        ):
            self.assertEqual(answer.json()["error"], "invalid_grant")


class RefreshReuse(ProgramCase):
    async def test_a_refresh_token_that_comes_twice_ends_its_family(self):
        tokens = await self.connected()
        client_id = tokens["client_id"]
        other = await self.connected(client_id)
        new = (await self.refresh(client_id, tokens["refresh_token"])).json()
        self.assertEqual((await self.refresh(client_id, tokens["refresh_token"])).json()["error"], "invalid_grant")
        self.assertEqual((await self.at_mcp(new["access_token"])).status_code, 401)
        self.assertEqual((await self.refresh(client_id, new["refresh_token"])).json()["error"], "invalid_grant")
        self.assertEqual((await self.at_mcp(other["access_token"])).status_code, 200)

    async def test_it_is_no_use_to_another_program(self):
        tokens, other = await self.connected(), await self.registered()
        self.assertEqual((await self.refresh(other, tokens["refresh_token"])).json()["error"], "invalid_grant")
        self.assertEqual(await RefreshToken.objects.filter(revoked=None).acount(), 1)


class BadInput(ProgramCase):
    async def test_a_parameter_that_comes_twice_is_refused(self):
        client_id = await self.registered()
        for name, value in (
            ("client_id", client_id),
            ("redirect_uri", CALLBACK),
            ("state", "kept"),
            ("scope", "todos:read"),
            ("code_challenge", challenge_of("x")),
            ("code_challenge_method", "S256"),
            ("response_type", "code"),
        ):
            with self.subTest(name):
                response = await self.async_client.get(self.question(client_id, **{name: [value, value]}))
                self.assertEqual(response.status_code, 400)
        code = await self.code(client_id)
        twice = f"grant_type=authorization_code&client_id={client_id}&code={code}&code={code}"
        self.assertEqual((await self.post("/o/token", twice)).json()["error"], "invalid_request")

    async def test_what_is_malformed_is_told_and_is_no_error_of_the_server(self):
        client_id = await self.registered()
        for spoilt in (
            {"state": "x" * 10_000},
            {"state": "a\0b"},
            {"client_id": "\0"},
            {"client_id": "x" * 5000},
            {"client_id": None},
            {"client_id": "https://[bad/x"},
            {"redirect_uri": "http://["},
            {"scope": "\n"},
        ):
            with self.subTest(spoilt):
                response = await self.async_client.get(self.question(client_id, **spoilt))
                self.assertEqual(response.status_code, 400)
                self.assertIn("Nothing was allowed", response.content.decode())
        for form in ("", "grant_type=%00", "code=%00&grant_type=authorization_code", "%ff=%ff", "a" * 5000):
            with self.subTest(form[:20]):
                response = await self.post("/o/token", form)
                self.assertEqual(response.status_code, 400)
                self.assertIn("error", response.json())
        for path in ("/o/token", "/o/revoke"):
            response = await self.async_client.post(path, "{}", content_type="application/json")
            self.assertEqual(response.json()["error"], "invalid_request")
            self.assertEqual((await self.async_client.get(path)).status_code, 405)

    async def test_a_description_that_is_none_registers_nobody(self):
        bodies = ["", "{", "[]", "7", "null", "[" * 5000, "{}", '{"redirect_uris": []}', '{"redirect_uris": "x"}']
        bodies += ['{"redirect_uris": [7]}', '{"redirect_uris": ["https://x.example/"], "client_name": 7}']
        bodies += ['{"redirect_uris": ["https://x.example/"], "grant_types": ["implicit"]}']
        for body in bodies:
            with self.subTest(body[:40]):
                response = await self.async_client.post("/o/register", body, content_type="application/json")
                self.assertEqual(response.status_code, 400)
                self.assertIn(response.json()["error"], {"invalid_client_metadata", "invalid_redirect_uri"})
                self.assertTrue(re.fullmatch(r"[ -~]+", response.json()["error_description"]))
        self.assertFalse(await Application.objects.aexists())

    async def test_a_program_that_asks_for_a_secret_is_told_that_there_is_none(self):
        answer = (await self.register(token_endpoint_auth_method="client_secret_basic")).json()
        self.assertEqual(answer["token_endpoint_auth_method"], "none")
        self.assertNotIn("client_secret", answer)

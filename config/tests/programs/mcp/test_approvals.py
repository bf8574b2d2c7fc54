"""What a program may not do on its own waits for the person: in the program where it can ask, else on a page."""

import datetime
import json
import re

from asgiref.sync import sync_to_async
from django.utils import timezone

from accounts.programs.testing import connected_program
from accounts.testing import bearer
from chat.models import Approval
from config.tests.programs.mcp.test_endpoint import NEW, OLD, McpCase, envelope
from todos.models import Door, TodoChange

TITLES = ["Apples", "Bread", "Cheese", "Dates"]
DELETING = {"name": "delete_task", "arguments": {"tasks": TITLES}}


class ApprovalCase(McpCase):
    def setUp(self):
        super().setUp()
        self.program = connected_program(self.alice, "Claude")

    async def add_all(self):
        await self.call("add_task", {"tasks": [{"title": title} for title in TITLES]})

    async def approval(self) -> Approval:
        return await Approval.objects.for_user(self.alice).order_by("-id").afirst()

    async def at_page(self, approval, ticked, user=None):
        await self.async_client.aforce_login(user or self.alice)
        form = {"decision": "approve" if ticked else "decline", f"approve-{approval.pk}": ticked}
        return await self.async_client.post(f"/approvals/{approval.pk}", form)

    async def at_api(self, approval, approve):
        return await self.async_client.post(
            f"/api/{self.alice.subject}/approvals/{approval.pk}",
            {"approve": approve},
            content_type="application/json",
            headers={"Authorization": bearer(self.alice)},
        )


class InTheProgram(ApprovalCase):
    """The newer revision: the call ends with the question, and comes again with the answer."""

    async def ask_again(self, params=DELETING, authorization=None, capabilities=None, **more):
        asked = {**params, **more} | envelope(NEW)
        asked["_meta"]["io.modelcontextprotocol/clientCapabilities"] = (
            {"elicitation": {}} if capabilities is None else capabilities
        )
        message = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": asked}
        named = {"Mcp-Method": "tools/call", "Mcp-Name": params["name"]}
        response = await self.post(message, authorization or self.program.bearer, NEW, **named)
        return response.json()

    async def asked(self):
        await self.add_all()
        result = (await self.ask_again())["result"]
        self.assertEqual(result["resultType"], "input_required", result)
        return result

    async def answer(self, asked, action, rows=None, **options):
        reply = {"action": action} | ({"content": rows} if rows is not None else {})
        replies = {"approval": reply}
        return await self.ask_again(inputResponses=replies, requestState=asked["requestState"], **options)

    async def test_the_question_has_a_box_for_each_todo_and_nothing_is_done_before(self):
        asked = await self.asked()
        form = asked["inputRequests"]["approval"]["params"]
        self.assertIn("This would delete 4 todos", form["message"])
        rows = form["requestedSchema"]["properties"]
        self.assertEqual([row["title"] for row in rows.values()], TITLES)
        self.assertEqual({row["default"] for row in rows.values()}, {True})
        self.assertEqual(len(await self.titles(self.alice)), 4)

    async def test_what_is_ticked_is_done_once_and_undone_from_another_door(self):
        asked = await self.asked()
        ticked = {"row_1": True, "row_2": True, "row_3": False, "row_4": True}
        done = (await self.answer(asked, "accept", ticked))["result"]
        self.assertFalse(done["isError"], done)
        self.assertEqual([item["outcome"] for item in done["structuredContent"]["results"]], ["deleted"] * 3)
        self.assertEqual(done["structuredContent"]["declined"], ["Cheese"])
        self.assertEqual(await self.titles(self.alice), ["Cheese"])
        again = (await self.answer(asked, "accept", ticked))["result"]
        self.assertTrue(again["isError"])
        self.assertIn("decided already", again["content"][0]["text"])
        call = await TodoChange.objects.for_user(self.alice).order_by("-id").afirst()
        self.assertEqual(call.door, Door.MCP)
        response = await self.async_client.post(
            f"/api/{self.alice.subject}/undo",
            {"tool_call_id": str(call.tool_call_id)},
            content_type="application/json",
            headers={"Authorization": bearer(self.alice)},
        )
        self.assertEqual(response.status_code, 200, response.content)
        self.assertEqual(sorted(await self.titles(self.alice)), TITLES)

    async def test_a_decline_is_a_decline(self):
        done = (await self.answer(await self.asked(), "decline"))["result"]
        self.assertFalse(done["isError"])
        self.assertEqual(done["structuredContent"]["decision"], "declined")
        self.assertIn("The person declined", done["content"][0]["text"])
        self.assertEqual(len(await self.titles(self.alice)), 4)

    async def test_who_says_nothing_has_a_page(self):
        asked = await self.asked()
        for action, rows in (("cancel", None), ("accept", None), ("accept", {"other": True})):
            open_still = (await self.answer(asked, action, rows))["result"]
            approval = await self.approval()
            self.assertIn(f"http://testserver/approvals/{approval.pk}", open_still["content"][0]["text"])
            self.assertIsNone(approval.decided_at)
        await self.at_api(approval, [])
        self.assertIn("The person declined", (await self.answer(asked, "cancel"))["result"]["content"][0]["text"])

    async def test_a_state_is_for_its_program_its_person_and_its_call(self):
        asked = await self.asked()
        others = await sync_to_async(connected_program)(self.bob)
        another = await sync_to_async(connected_program)(self.alice, "Another")
        changed = {"name": "delete_task", "arguments": {"tasks": [*TITLES[:3], "Other"]}}
        forged = asked | {"requestState": asked["requestState"][:-4] + "AAAA"}
        for case, options in (
            (asked, {"authorization": others.bearer}),
            (asked, {"authorization": another.bearer}),
            (asked, {"params": changed}),
            (forged, {}),
        ):
            with self.subTest(str(options)[:30]), self.assertLogs("mcp", "WARNING"):
                refused = await self.answer(case, "accept", {"row_1": True}, **options)
                self.assertEqual(refused["error"]["code"], -32602, refused)
        self.assertEqual(len(await self.titles(self.alice)), 4)

    async def test_a_program_that_cannot_ask_is_told_where(self):
        await self.add_all()
        for capabilities in ({}, {"elicitation": {"url": {}}}):
            refused = (await self.ask_again(capabilities=capabilities))["result"]
            self.assertTrue(refused["isError"])
            self.assertIn("http://testserver/approvals/", refused["content"][0]["text"])

    async def test_todos_that_changed_meanwhile_are_left_alone(self):
        asked = await self.asked()
        await self.call("update_task", {"updates": [{"task": "Bread", "priority": "high"}]})
        ticked = {f"row_{number}": True for number in range(1, 5)}
        done = (await self.answer(asked, "accept", ticked))["result"]["structuredContent"]
        self.assertEqual([item["outcome"] for item in done["results"]], ["deleted", "refused", "deleted", "deleted"])
        self.assertEqual(await self.titles(self.alice), ["Bread"])

    async def test_too_late_is_told(self):
        asked = await self.asked()
        await Approval.objects.aupdate(expires_at=timezone.now() - datetime.timedelta(seconds=1))
        refused = (await self.answer(asked, "accept", {"row_1": True}))["result"]
        self.assertTrue(refused["isError"])
        self.assertEqual(len(await self.titles(self.alice)), 4)


class OnAPage(ApprovalCase):
    async def asked(self):
        await self.add_all()
        refused = await self.call(**DELETING, authorization=self.program.bearer)
        approval = await self.approval()
        self.assertIn(f"/approvals/{approval.pk}", refused["content"][0]["text"])
        return approval

    async def test_the_page_says_who_asks_and_shows_the_same_card(self):
        approval = await self.asked()
        await self.async_client.aforce_login(self.alice)
        page = (await self.async_client.get(f"/approvals/{approval.pk}")).content.decode()
        self.assertIn("<strong>Claude</strong> asks. This would delete 4 todos", page)
        self.assertEqual(page.count(f'name="approve-{approval.pk}"'), 4)
        chosen = [row["todo_id"] for row in approval.rows[:2]]
        response = await self.at_page(approval, chosen)
        self.assertEqual(response["Location"], f"/approvals/{approval.pk}")
        self.assertEqual(sorted(await self.titles(self.alice)), TITLES[2:])
        page = (await self.async_client.get(f"/approvals/{approval.pk}")).content.decode()
        self.assertIn("“Apples” and “Bread” are in the trash now.", page)
        [undo] = re.findall(r'action="(/undo/tool-call/[^"]+)"', page)
        response = await self.async_client.post(undo, {"next": f"/approvals/{approval.pk}"})
        self.assertEqual(response["Location"], f"/approvals/{approval.pk}")
        self.assertEqual(sorted(await self.titles(self.alice)), TITLES)
        page = (await self.async_client.get(f"/approvals/{approval.pk}")).content.decode()
        self.assertNotIn("/undo/tool-call/", page)
        self.assertNotIn("in the trash now", page)
        self.assertIn("This was approved and done, and undone since.", page)

    async def test_it_is_nobody_elses(self):
        approval = await self.asked()
        self.assertEqual((await self.at_page(approval, "x", self.bob)).status_code, 404)
        self.assertEqual((await self.async_client.get(f"/approvals/{approval.pk}")).status_code, 404)

    async def test_the_first_answer_wins_and_the_others_hear_it(self):
        approval = await self.asked()
        await self.at_page(approval, [approval.rows[0]["todo_id"]])
        late = await self.at_api(approval, "all")
        self.assertEqual((late.status_code, late.json()["error"]), (409, "approval_decided"))
        self.assertEqual(late.json()["details"]["approval"]["approved"], [approval.rows[0]["todo_id"]])
        self.assertIn("“Apples” is in the trash now.", late.json()["message"])
        self.assertEqual(sorted(await self.titles(self.alice)), TITLES[1:])


APPS = {"extensions": {"io.modelcontextprotocol/ui": {"mimeTypes": ["text/html;profile=mcp-app"]}}}


class CardCase(ApprovalCase):
    """A host that shows pages."""

    async def host_asks(self, method, params, capabilities=APPS, authorization=None):
        params = dict(params) | envelope(NEW)
        params["_meta"]["io.modelcontextprotocol/clientCapabilities"] = capabilities
        message = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
        named = {"Mcp-Method": method, "Mcp-Name": params.get("name", "")}
        response = await self.post(message, authorization or self.program.bearer, NEW, **named)
        return response.json()["result"]

    async def asked(self):
        await self.add_all()
        return await self.host_asks("tools/call", DELETING)

    async def decide(self, key, authorization=None, capabilities=APPS, **choice):
        params = {"name": "decide", "arguments": {"key": key, **choice}}
        return await self.host_asks("tools/call", params, capabilities, authorization)


class InTheCard(CardCase):
    """Its card has the key to answer, which no model is shown."""

    async def test_the_card_gets_rows_and_key_and_the_model_neither(self):
        asked = await self.asked()
        self.assertFalse(asked["isError"])
        card = asked["_meta"]["todo-chat/approval"]
        self.assertEqual([row["title"] for row in card["rows"]], TITLES)
        self.assertEqual(card["status"], "pending")
        said = json.dumps([asked["content"], asked["structuredContent"]])
        self.assertNotIn(card["key"], said)
        self.assertIn("Nothing is done yet", said)
        self.assertIn(f"/approvals/{(await self.approval()).pk}", said)
        self.assertEqual(len(await self.titles(self.alice)), 4)

    async def test_what_is_ticked_is_done_and_undone_in_the_card(self):
        card = (await self.asked())["_meta"]["todo-chat/approval"]
        looked = (await self.decide(card["key"]))["structuredContent"]["approval"]
        self.assertEqual((looked["status"], looked["undo"]), ("pending", False))
        ticked = [row["todo_id"] for row in card["rows"][:3]]
        done = (await self.decide(card["key"], approve=ticked))["structuredContent"]
        self.assertEqual((done["approval"]["status"], done["approval"]["undo"]), ("approved", True))
        self.assertEqual(sorted(done["approval"]["approved"]), sorted(ticked))
        self.assertIn("“Apples”, “Bread” and “Cheese” are in the trash now.", done["message"])
        self.assertEqual(await self.titles(self.alice), ["Dates"])
        back = (await self.decide(card["key"], undo=True))["structuredContent"]
        self.assertEqual(back["approval"]["undo"], False)
        self.assertIn("“Apples” is out of the trash again", back["message"])
        self.assertEqual(sorted(await self.titles(self.alice)), TITLES)
        self.assertTrue((await self.decide(card["key"], undo=True))["isError"])
        looked = (await self.decide(card["key"]))["structuredContent"]["approval"]
        self.assertEqual(looked["said"], "This was approved and done, and undone since.")

    async def test_a_decline_is_a_decline(self):
        card = (await self.asked())["_meta"]["todo-chat/approval"]
        declined = await self.decide(card["key"], approve=[])
        self.assertFalse(declined["isError"])
        self.assertEqual(declined["structuredContent"]["approval"]["status"], "declined")
        self.assertEqual(len(await self.titles(self.alice)), 4)

    async def test_who_comes_second_is_shown_what_was_decided(self):
        card = (await self.asked())["_meta"]["todo-chat/approval"]
        await self.at_page(await self.approval(), [card["rows"][0]["todo_id"]])
        late = await self.decide(card["key"], approve=[row["todo_id"] for row in card["rows"]])
        self.assertTrue(late["isError"])
        self.assertEqual(late["structuredContent"]["approval"]["approved"], [card["rows"][0]["todo_id"]])
        self.assertIn("decided already", late["structuredContent"]["message"])
        self.assertEqual(len(await self.titles(self.alice)), 3)

    async def test_a_key_is_for_its_person_its_program_and_its_question(self):
        card = (await self.asked())["_meta"]["todo-chat/approval"]
        others = await sync_to_async(connected_program)(self.bob)
        another = await sync_to_async(connected_program)(self.alice, "Another")
        unknown = [str(row["todo_id"]) for row in card["rows"]] + ["01a22416-e148-77bb-9d3b-5b4c17d0282a"]
        for key, approve, authorization in (
            (card["key"], [], others.bearer),
            (card["key"], [], another.bearer),
            (card["key"], unknown, None),
            (card["key"][:-3] + "AAA", [], None),
            (str((await self.approval()).pk), [], None),
            ("", [], None),
        ):
            with self.subTest(key[:20]):
                refused = await self.decide(key, authorization, approve=approve)
                self.assertTrue(refused["isError"], refused)
        approval = await self.approval()
        self.assertIsNone(approval.decided_at)

    async def test_who_shows_no_cards_has_neither_key_nor_tool(self):
        await self.add_all()
        plain = await self.host_asks("tools/call", DELETING, {})
        self.assertTrue(plain["isError"])
        self.assertNotIn("todo-chat/approval", plain.get("_meta") or {})
        card = (await self.host_asks("tools/call", DELETING))["_meta"]["todo-chat/approval"]
        refused = await self.decide(card["key"], capabilities={}, approve=[])
        self.assertEqual(refused["content"][0]["text"], "There is no such tool.")
        for capabilities, expected in ((APPS, True), ({}, False)):
            tools = {tool["name"]: tool for tool in (await self.host_asks("tools/list", {}, capabilities))["tools"]}
            self.assertEqual("decide" in tools, expected)
        tools = {tool["name"]: tool for tool in (await self.host_asks("tools/list", {}))["tools"]}
        self.assertEqual(tools["decide"]["_meta"]["ui"], {"visibility": ["app"]})
        sent = json.dumps(list(tools.values()), ensure_ascii=False, separators=(",", ":")).encode()
        self.assertLessEqual(len(sent) / 3.5, 3_000)

    async def test_a_host_of_the_older_revision_says_once_that_it_shows_cards(self):
        await self.add_all()
        params = {"protocolVersion": OLD, "capabilities": APPS, "clientInfo": {"name": "test", "version": "1"}}
        begun = await self.post(
            {"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": params}, self.program.bearer
        )
        call = {"jsonrpc": "2.0", "id": 7, "method": "tools/call", "params": DELETING}
        session = {"Mcp-Session-Id": begun["Mcp-Session-Id"]}
        asked = (await self.post(call, self.program.bearer, OLD, **session)).json()["result"]
        key = asked["_meta"]["todo-chat/approval"]["key"]
        call["params"] = {"name": "decide", "arguments": {"key": key, "approve": []}}
        done = (await self.post(call, self.program.bearer, OLD, **session)).json()["result"]
        self.assertEqual(done["structuredContent"]["approval"]["status"], "declined")

    async def test_too_late_is_told(self):
        card = (await self.asked())["_meta"]["todo-chat/approval"]
        await Approval.objects.aupdate(expires_at=timezone.now() - datetime.timedelta(seconds=1))
        late = await self.decide(card["key"], approve=[card["rows"][0]["todo_id"]])
        self.assertTrue(late["isError"])
        self.assertEqual(late["structuredContent"]["approval"]["status"], "expired")
        self.assertEqual(len(await self.titles(self.alice)), 4)


class WhileTheCallWaits(ApprovalCase):
    """The older revision: the answer to the call is a stream, which begins with the question."""

    async def begin(self, authorization):
        params = {"protocolVersion": OLD, "capabilities": {"elicitation": {}}}
        params["clientInfo"] = {"name": "test", "version": "1"}
        message = {"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": params}
        response = await self.post(message, authorization)
        self.assertEqual(response.status_code, 200, response.content)
        return response["Mcp-Session-Id"]

    async def asked(self, session, authorization=None):
        message = {"jsonrpc": "2.0", "id": 7, "method": "tools/call", "params": DELETING}
        return await self.post(message, authorization or self.program.bearer, OLD, **{"Mcp-Session-Id": session})

    async def reply(self, question, result, authorization=None):
        message = {"jsonrpc": "2.0", "id": question["id"], "result": result}
        return await self.post(message, authorization or self.program.bearer)

    async def test_the_question_comes_first_and_the_result_when_somebody_has_decided(self):
        await self.add_all()
        response = await self.asked(await self.begin(self.program.bearer))
        self.assertEqual(response["Content-Type"], "text/event-stream")
        events = aiter(response)
        question = data_of(await anext(events))
        self.assertEqual(question["method"], "elicitation/create")
        self.assertEqual(len(question["params"]["requestedSchema"]["properties"]), 4)
        others = await sync_to_async(connected_program)(self.bob)
        accepted = {"action": "accept", "content": {"row_1": True, "row_2": False, "row_3": False, "row_4": False}}
        self.assertEqual((await self.reply(question, accepted, others.bearer)).status_code, 404)
        self.assertEqual((await self.reply(question, accepted)).status_code, 202)
        self.assertEqual((await self.reply(question, {"action": "decline"})).status_code, 409)
        answer = data_of(await anext(events))
        self.assertEqual(answer["id"], 7)
        self.assertEqual(answer["result"]["structuredContent"]["decision"], "approved")
        self.assertEqual(sorted(await self.titles(self.alice)), TITLES[1:])
        self.assertEqual([event async for event in events], [])

    async def test_another_door_answers_the_call_as_well(self):
        await self.add_all()
        events = aiter(await self.asked(await self.begin(self.program.bearer)))
        await anext(events)
        await self.at_api(await self.approval(), [])
        answer = data_of(await anext(events))["result"]
        self.assertIn("The person declined", answer["content"][0]["text"])

    async def test_a_session_is_of_one_program(self):
        await self.add_all()
        another = await sync_to_async(connected_program)(self.alice, "Another")
        for session in (await self.begin(another.bearer), "forged"):
            response = await self.asked(session)
            self.assertIn("/approvals/", response.json()["result"]["content"][0]["text"])


def data_of(event: bytes | str) -> dict:
    text = event.decode() if isinstance(event, bytes) else event
    return json.loads(text.split("data: ", 1)[1])

"""One question of a program, answered at five doors of two processes at the same time: decided once, told alike.

`APPROVAL_ROUNDS` says how often; a test run needs few.
"""

import asyncio
import contextlib
import os
import re
from unittest import TestCase

import httpx2

from config.testing import empty_database, running_server
from config.tests.programs.connecting import Browser
from config.tests.programs.mcp.test_approvals import APPS
from config.tests.programs.mcp.test_endpoint import ACCEPT, NEW, envelope

ROUNDS = int(os.environ.get("APPROVAL_ROUNDS", "5"))
TITLES = ["Apples", "Bread", "Cheese", "Dates", "Eggs"]
DELETING = {"name": "delete_task", "arguments": {"tasks": TITLES}}
LIMITS = {"MCP_REQUESTS_PER_MINUTE": "100000", "REQUESTS_PER_MINUTE": "100000", "RATE_LIMITS": "off"}


class Program:
    """A person's script at /mcp of one process, with the newer revision."""

    def __init__(self, origin: str, token: str) -> None:
        headers = {"Authorization": f"Bearer {token}", "Accept": ACCEPT}
        self.http = httpx2.AsyncClient(base_url=origin, headers=headers, timeout=30)

    async def call(self, name: str, arguments: dict, **more) -> dict:
        params = {"name": name, "arguments": arguments, **more} | envelope(NEW)
        params["_meta"]["io.modelcontextprotocol/clientCapabilities"] = {"elicitation": {}, **APPS}
        message = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}
        headers = {"MCP-Protocol-Version": NEW, "Mcp-Method": "tools/call", "Mcp-Name": name}
        return (await self.http.post("/mcp", json=message, headers=headers)).json()["result"]

    async def reply(self, question: str, content: dict) -> httpx2.Response:
        """As a program of the older revision answers in the middle of its call."""
        message = {"jsonrpc": "2.0", "id": f"approval-{question}", "result": {"action": "accept", "content": content}}
        return await self.http.post("/mcp", json=message, headers={"MCP-Protocol-Version": "2025-11-25"})


class FiveDoors(TestCase):
    def test_the_first_answer_wins_and_everybody_is_told_it(self):
        with contextlib.ExitStack() as contexts:
            database = contexts.enter_context(empty_database())
            servers = [contexts.enter_context(running_server(database, **LIMITS)) for _ in range(2)]
            origins = [f"http://127.0.0.1:{server.port}" for server in servers]
            browser = Browser(origins[0], "alice")
            self.addCleanup(browser.http.close)
            browser.register()
            person = {"username": "alice", "password": "seven green bottles"}
            signed_in = servers[0].request("POST", "/api/auth/token", person).body
            winners = asyncio.run(self.race(origins, signed_in, browser))
        self.assertEqual(sum(winners.values()), ROUNDS)

    async def race(self, origins, signed_in, browser) -> dict[str, int]:
        token, user = signed_in["access_token"], signed_in["user_id"]
        here, there = (Program(origin, token) for origin in origins)
        cookies = dict(browser.http.cookies)
        won = dict.fromkeys(("page", "api", "retry", "reply", "card"), 0)
        async with here.http, there.http, httpx2.AsyncClient(base_url=origins[0], cookies=cookies) as pages:
            for number in range(ROUNDS):
                await here.call("add_task", {"tasks": [{"title": title} for title in TITLES]})
                asked = await here.call(**DELETING)
                listed = (await here.call("list_tasks", {"limit": 100}))["structuredContent"]["tasks"]
                ids = {task["title"]: task["id"] for task in listed}
                question, key = await self.question_of(here, asked)
                page = await pages.get(f"/approvals/{question}", timeout=30)
                form = browser.form(page.text, decision="approve")
                chosen = {
                    "page": TITLES[:1],
                    "api": TITLES[:2],
                    "retry": TITLES[:3],
                    "reply": TITLES[:4],
                    "card": TITLES[1:],
                }
                ticks = {door: self.boxes(titles) for door, titles in chosen.items()}
                order = [
                    pages.post(
                        f"/approvals/{question}",
                        data=form | {f"approve-{question}": [ids[title] for title in chosen["page"]]},
                        timeout=30,
                    ),
                    there.http.post(
                        f"/api/{user}/approvals/{question}", json={"approve": [ids[title] for title in chosen["api"]]}
                    ),
                    there.call(
                        **DELETING,
                        inputResponses={"approval": {"action": "accept", "content": ticks["retry"]}},
                        requestState=asked["requestState"],
                    ),
                    here.reply(question, ticks["reply"]),
                    there.call("decide", {"key": key, "approve": [ids[title] for title in chosen["card"]]}),
                ]
                page_answer, api, retry, reply, card = await self.at_once(order, first=number % len(order))
                winner = self.winner(api, retry, reply, card)
                won[winner] += 1
                left = (await here.call("list_tasks", {"limit": 100}))["structuredContent"]["tasks"]
                expected = sorted(set(TITLES) - set(chosen[winner]))
                self.assertEqual(sorted(task["title"] for task in left), expected, winner)
                self.assertEqual(page_answer.status_code, 302)
                await self.all_are_told(winner, chosen[winner], api, retry, card, pages, question)
                for task in left:
                    await here.call("delete_task", {"tasks": [task["id"]]})
        return won

    async def at_once(self, asked, first) -> list:
        """The answers in the order of `asked`. Another one goes first in each round: that is nobody's habit."""
        answers = await asyncio.gather(*asked[first:], *asked[:first])
        return [*answers[len(asked) - first :], *answers[: len(asked) - first]]

    def boxes(self, titles) -> dict[str, bool]:
        return {f"row_{number}": title in titles for number, title in enumerate(TITLES, 1)}

    async def question_of(self, program, asked) -> tuple[str, str]:
        """Its id, and the key of its card: a cancel leaves it open and names both."""
        cancelled = {"approval": {"action": "cancel"}}
        told = await program.call(**DELETING, inputResponses=cancelled, requestState=asked["requestState"])
        card = told["_meta"]["todo-chat/approval"]
        return re.search(r"/approvals/([0-9a-f-]{36})$", card["page"])[1], card["key"]

    def winner(self, api, retry, reply, card) -> str:
        winners = [name for name, won in (("api", api.status_code == 200), ("reply", reply.status_code == 202)) if won]
        winners += [name for name, answer in (("retry", retry), ("card", card)) if not answer["isError"]]
        self.assertLessEqual(len(winners), 1)
        for lost in (api, reply):
            self.assertIn(lost.status_code, {200, 202, 409})
        return winners[0] if winners else "page"

    async def all_are_told(self, winner, titles, api, retry, card, pages, question):
        words = f"“{titles[0]}”" if len(titles) == 1 else titles[-1] if len(titles) < 4 else "1 more"
        page = (await pages.get(f"/approvals/{question}", timeout=30)).text
        self.assertIn(words, page)
        self.assertIn(words, retry["content"][0]["text"])
        self.assertIn(words, card["content"][0]["text"])
        self.assertEqual(len(card["structuredContent"]["approval"]["approved"]), len(titles))
        if winner != "api":
            self.assertIn(words, api.json()["message"])
            self.assertEqual(len(api.json()["details"]["approval"]["approved"]), len(titles))

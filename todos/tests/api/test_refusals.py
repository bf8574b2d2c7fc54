"""Who comes in, what is documented, and what no operation knows."""

from accounts.testing import bob
from todos.models import Todo
from todos.testing import TodoFactory
from todos.tests.api.case import TodoApiTestCase


class UnknownParameterTests(TodoApiTestCase):
    async def test_a_query_parameter_that_is_not_known_is_refused_at_every_operation(self):
        of_todo = f"/{self.todo.id}"
        requests = [
            ("get", "", None, {"fitler": "done"}),
            ("get", of_todo, None, {"version": "1"}),
            ("post", "", {"title": "Nap"}, {"dry_run": "1"}),
            ("patch", of_todo, {"title": "Nap"}, {"notes": "x"}),
            ("delete", of_todo, None, {"force": "1"}),
            ("get", f"/api/{self.alice.subject}/conversations", None, {"page": "2", "limit": "5"}),
        ]
        for method, path, body, query in requests:
            with self.subTest(method, path=path):
                [unknown] = query.keys() - {"limit"}
                answer = await self.refused(422, "validation_error", method, path, body, query=query)
                self.assertEqual(answer["details"], {unknown: "This parameter is not known."})
        self.assertEqual([todo.title async for todo in Todo.objects.all()], ["Buy milk"])

    async def test_nobody_learns_of_parameters_before_they_say_who_they_are(self):
        response = await self.async_client.get(self.address, query_params={"fitler": "done"})
        self.assertEqual(response.status_code, 401)


class DoorTests(TodoApiTestCase):
    """Who may come in, the same for all operations."""

    OPERATIONS = (
        ("get", "", None),
        ("post", "", {"title": "x"}),
        ("get", "/{id}", None),
        ("patch", "/{id}", {"title": "x"}),
        ("delete", "/{id}", None),
        ("post", "/{id}/complete", {}),
        ("post", "/{id}/reopen", {}),
        ("post", "/{id}/restore", {}),
    )

    def setUp(self):
        super().setUp()
        self.bob = bob()
        self.theirs = TodoFactory(owner=self.bob, title="Bob's secret")

    async def test_without_a_token_nobody_comes_in(self):
        for method, path, body in self.OPERATIONS:
            with self.subTest(f"{method} {path}"):
                address = self.address + path.format(id=self.todo.id)
                options = {"data": body, "content_type": "application/json"} if body is not None else {}
                response = await getattr(self.async_client, method)(address, **options)
                self.assertEqual((response.status_code, response.json()["error"]), (401, "token_missing"))

    async def test_anothers_address_is_refused(self):
        for method, path, body in self.OPERATIONS:
            with self.subTest(f"{method} {path}"):
                address = f"/api/{self.bob.subject}/todos" + path.format(id=self.theirs.id)
                await self.refused(403, "user_mismatch", method, address, body)

    async def test_anothers_todo_is_refused(self):
        for method, path, body in self.OPERATIONS[2:]:
            with self.subTest(f"{method} {path}"):
                answer = await self.refused(403, "not_your_todo", method, path.format(id=self.theirs.id), body)
                self.assertNotIn("secret", str(answer))
        await self.theirs.arefresh_from_db()
        self.assertEqual(self.theirs.version, 1)

    async def test_the_documentation_names_every_status(self):
        operations = (await self.async_client.get("/api/openapi.json")).json()["paths"]
        change = operations["/api/{user_id}/todos/{todo_id}"]["patch"]["responses"]
        refusals = {"401", "403", "404", "408", "409", "413", "415", "422", "429", "500", "503"}
        self.assertEqual(set(change), {"200"} | refusals)
        self.assertIn("ErrorBody", str(change["409"]))

"""What tests of the API of todos share."""

from django.test import TestCase

from accounts.testing import alice, bearer
from todos.models import Todo
from todos.testing import TodoFactory

OUT_KEYS = {
    "id",
    "title",
    "notes",
    "priority",
    "due",
    "due_text",
    "recurrence",
    "recurs_from_completion",
    "repeats",
    "overdue",
    "reminds",
    "tags",
    "completed_at",
    "deleted_at",
    "version",
    "created_at",
    "updated_at",
}


class TodoApiTestCase(TestCase):
    def setUp(self):
        self.alice = alice(time_zone="Asia/Tokyo")
        self.address = f"/api/{self.alice.subject}/todos"
        self.todo = TodoFactory(owner=self.alice, title="Buy milk", tags=["home"])

    async def request(self, method, path="", body=None, *, user=None, if_match=None, query=None):
        headers = {"Authorization": bearer(user or self.alice)} | ({"If-Match": if_match} if if_match else {})
        address = path if path.startswith("/api") else self.address + path
        body = {} if body is None and method == "post" else body
        return await getattr(self.async_client, method)(
            address,
            **({"data": body, "content_type": "application/json"} if body is not None else {}),
            headers=headers,
            **({"query_params": query} if query else {}),
        )

    async def ok(self, method, path="", body=None, status=200, **options):
        response = await self.request(method, path, body, **options)
        self.assertEqual(response.status_code, status, response.content)
        return response.json() if response.content else None

    async def refused(self, status, code, method, path="", body=None, **options):
        response = await self.request(method, path, body, **options)
        self.assertEqual((response.status_code, response.json()["error"]), (status, code), response.content)
        self.assertEqual(set(response.json()), {"error", "message", "details", "request_id"})
        return response.json()

    def stored(self):
        return Todo.objects.aget(pk=self.todo.id)

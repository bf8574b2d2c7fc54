"""What tests of the chat endpoint share."""

from asgiref.sync import sync_to_async
from django.test import TestCase

from accounts.testing import alice, bearer

ADD_MILK = {"tasks": [{"title": "Buy milk"}]}


class ChatCase(TestCase):
    def setUp(self):
        self.alice = alice()

    async def send(self, message, *, user=None, to=None, headers=None, **body):
        user = user or self.alice
        return await self.async_client.post(
            f"/api/{to or user.subject}/chat",
            {"message": message, **body},
            content_type="application/json",
            headers={"Authorization": bearer(user), **(headers or {})},
        )

    async def answer(self, message, **options):
        response = await self.send(message, **options)
        self.assertEqual(response.status_code, 200, response.content)
        return response.json()


rows = sync_to_async(lambda model: list(model.objects.order_by("id").values()))

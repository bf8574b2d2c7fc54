"""Editing the last message: what came of it is taken back, both versions are kept, and the new text is asked anew."""

from asgiref.sync import sync_to_async

from accounts.testing import bearer, bob
from chat.assistants.interface import UserText
from chat.models import Approval, Conversation, Message, ToolCall
from chat.testing import calls, says, scripted_model
from chat.tests.chat_case import ADD_MILK, ChatCase
from todos.models import Todo, TodoChange
from todos.testing import TodoFactory

ADD_BREAD = {"tasks": [{"title": "Buy bread"}]}
UNKNOWN = "0198c2f0-a1b2-7c3d-8e4f-000000000000"


class EditingCase(ChatCase):
    def setUp(self):
        super().setUp()
        self.async_client.force_login(self.alice)

    async def add_milk(self, **body):
        with scripted_model(calls("add_task", ADD_MILK), says("Added milk.")):
            return await self.answer("add milk", **body)

    async def question(self, answer):
        found = await Message.objects.aget(pk=answer["message_id"])
        return await Message.objects.aget(conversation=found.conversation_id, sequence=found.sequence - 1)

    async def edit(self, answer, text, question=None, **options):
        question = question or (await self.question(answer)).pk
        return await self.send(text, conversation_id=answer["conversation_id"], replaces=str(question), **options)

    async def open_titles(self):
        return [todo.title async for todo in Todo.objects.for_user(self.alice).open().by_urgency()]


class EditedTests(EditingCase):
    async def test_what_came_of_it_is_undone_and_the_new_text_is_asked_without_the_old_one(self):
        answer = await self.add_milk()
        with scripted_model(calls("add_task", ADD_BREAD), says("Added bread.")) as model:
            response = await self.edit(answer, "add bread")
        self.assertEqual(response.status_code, 200, response.content)
        self.assertEqual(response.json()["conversation_id"], answer["conversation_id"])
        self.assertEqual(await self.open_titles(), ["Buy bread"])
        self.assertEqual(model.requests[0].history, (UserText("add bread"),))
        self.assertEqual((await Conversation.objects.aget()).title, "Buy bread")

    async def test_both_versions_are_kept_and_only_the_first_is_marked(self):
        answer = await self.add_milk()
        with scripted_model(says("Hello.")):
            await self.edit(answer, "hello")
        address = f"/api/{self.alice.subject}/conversations/{answer['conversation_id']}"
        headers = {"Authorization": bearer(self.alice)}
        page = (await self.async_client.get(f"{address}/messages", headers=headers)).json()["items"]
        self.assertEqual(
            [(item["sequence"], item["content"], item["replaced"]) for item in page],
            [(1, "add milk", True), (2, "Added milk.", True), (3, "hello", False), (4, "Hello.", False)],
        )
        self.assertEqual(page[1]["tool_calls"][0]["status"], "undone")
        export = await self.async_client.get(f"{address}/export?format=markdown", headers=headers)
        text = b"".join([part async for part in export]).decode()
        self.assertEqual(text.count("(replaced by an edited message)"), 2)

    async def test_what_was_changed_since_stays_as_it_is_and_is_said(self):
        answer = await self.add_milk()
        await sync_to_async(Todo.objects.update)(title="Buy oat milk")
        with scripted_model(says("Hello.")):
            await self.edit(answer, "hello")
        self.assertEqual(await self.open_titles(), ["Buy oat milk"])
        page = await self.async_client.get(f"/c/{answer['conversation_id']}")
        self.assertContains(page, "“Buy oat milk” was changed since: title")

    async def test_what_it_asked_is_declined(self):
        for number in range(5):
            await sync_to_async(TodoFactory)(owner=self.alice, title=f"Todo {number}")
        with scripted_model(calls("delete_task", {"tasks": [f"Todo {number}" for number in range(5)]})):
            answer = await self.answer("delete all")
        with scripted_model(says("Hello.")):
            await self.edit(answer, "hello")
        approval = await Approval.objects.aget()
        self.assertEqual((approval.approved, approval.decided_at is None), ([], False))
        self.assertEqual((await ToolCall.objects.aget()).status, "denied")
        self.assertEqual(len(await self.open_titles()), 5)

    async def test_the_same_key_edits_once(self):
        answer = await self.add_milk()
        question = (await self.question(answer)).pk
        with scripted_model(calls("add_task", ADD_BREAD), says("Added bread.")):
            first = await self.edit(answer, "add bread", question, headers={"Idempotency-Key": "k"})
        again = await self.edit(answer, "add bread", question, headers={"Idempotency-Key": "k"})
        self.assertEqual(first.json()["message_id"], again.json()["message_id"])
        other = await self.send(
            "add bread", conversation_id=answer["conversation_id"], headers={"Idempotency-Key": "k"}
        )
        self.assertEqual((other.status_code, other.json()["error"]), (422, "idempotency_mismatch"))
        self.assertEqual(await self.open_titles(), ["Buy bread"])


class RefusedTests(EditingCase):
    async def refused(self, response, status, code):
        self.assertEqual((response.status_code, response.json()["error"]), (status, code))
        self.assertEqual(await Message.objects.filter(replaced_at=None).acount(), await Message.objects.acount())
        self.assertFalse(await TodoChange.objects.filter(undoes__isnull=False).aexists())

    async def test_only_the_last_message_is_edited_once(self):
        answer = await self.add_milk()
        first = (await self.question(answer)).pk
        with scripted_model(says("Hello.")):
            second = await self.answer("hello", conversation_id=answer["conversation_id"])
        await self.refused(await self.edit(answer, "x", first), 409, "not_editable")
        await self.refused(await self.edit(second, "x", second["message_id"]), 404, "message_not_found")
        await self.refused(await self.edit(answer, "x", UNKNOWN), 404, "message_not_found")
        await self.refused(await self.send("x", replaces=str(first)), 404, "message_not_found")

    async def test_what_somebody_else_said_is_not_edited(self):
        answer, eve = await self.add_milk(), await sync_to_async(bob)()
        question = str((await self.question(answer)).pk)
        mine = await self.send("x", user=eve, conversation_id=answer["conversation_id"], replaces=question)
        await self.refused(mine, 403, "not_your_conversation")
        await self.async_client.aforce_login(eve)
        for method in (self.async_client.get, self.async_client.post):
            page = await method(f"/c/{answer['conversation_id']}/messages/{question}/edit")
            self.assertEqual(page.status_code, 404)

    async def test_what_cannot_be_begun_takes_nothing_back(self):
        answer = await self.add_milk()
        await self.refused(await self.edit(answer, " "), 422, "validation_error")
        await self.refused(await self.edit(answer, "x" * 8_001), 422, "validation_error")
        self.assertEqual(await self.open_titles(), ["Buy milk"])

    async def test_what_decided_a_question_is_not_edited(self):
        for number in range(4):
            await sync_to_async(TodoFactory)(owner=self.alice, title=f"Todo {number}")
        with scripted_model(calls("delete_task", {"tasks": [f"Todo {number}" for number in range(4)]})):
            asked = await self.answer("delete all")
        with scripted_model():
            answer = await self.answer("yes", conversation_id=asked["conversation_id"])
        await self.refused(await self.edit(answer, "no"), 409, "not_editable")


class PageTests(EditingCase):
    """Without a script."""

    def get(self, path, **options):
        return self.async_client.get(path, **options)

    async def test_the_question_lists_what_will_be_undone_and_the_answer_comes_on_the_page(self):
        answer = await self.add_milk()
        chat = f"/c/{answer['conversation_id']}"
        edit = f"{chat}/messages/{(await self.question(answer)).pk}/edit"
        self.assertContains(await self.get(chat), f'href="{edit}"')
        page = await self.get(edit)
        for words in ("add milk</textarea>", "What came of it is taken back first:", "Buy milk", "Undo this and send"):
            self.assertContains(page, words)
        form = {"message": "add bread", "form_key": UNKNOWN}
        with scripted_model(calls("add_task", ADD_BREAD), says("Added bread.")):
            response = await self.async_client.post(edit, form)
        self.assertRedirects(response, chat, fetch_redirect_response=False)
        page = await self.get(chat)
        for words in ("Before it was edited", "add milk", "Added milk.", "“Buy milk” is off the list again."):
            self.assertContains(page, words)
        self.assertNotContains(page, f'href="{edit}"')
        self.assertEqual(await self.open_titles(), ["Buy bread"])
        # The old address leads back, with the reason.
        self.assertContains(await self.get(edit, follow=True), "Only your last message can be edited")

    async def test_what_changed_nothing_is_sent_without_a_question(self):
        with scripted_model(says("Hello.")):
            answer = await self.answer("hello")
        page = await self.get(f"/c/{answer['conversation_id']}/messages/{(await self.question(answer)).pk}/edit")
        self.assertNotContains(page, "taken back")
        self.assertContains(page, "Send</button>")

    async def test_a_refused_text_stays_in_the_form_with_the_reason(self):
        answer = await self.add_milk()
        edit = f"/c/{answer['conversation_id']}/messages/{(await self.question(answer)).pk}/edit"
        page = await self.async_client.post(edit, {"message": "x" * 8_001})
        self.assertContains(page, "A message has at most 8,000 characters", status_code=422)
        self.assertContains(page, "x" * 8_001, status_code=422)

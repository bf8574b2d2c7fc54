import asyncio
import datetime
import re

from asgiref.sync import sync_to_async
from django.test import AsyncRequestFactory, SimpleTestCase, TestCase
from django.utils import timezone
from uuid_utils.compat import uuid7

from accounts.testing import alice, bearer, bob
from chat.assistants.interface import StepEnd, TextDelta
from chat.errors import ModelUnavailable
from chat.events import MessageDelta
from chat.models import Conversation, Message
from chat.pages.stream import WAITING_SENTENCES, AnswerInWriting, stored_frames, turn_frames
from chat.running import start_turn
from chat.testing import ConversationFactory, MessageFactory, calls, says, scripted_model
from chat.turn import begin_turn
from chat.turns.limits import NewMessage

LIVE = {"HX-Request": "true"}


class PageStreamCase(TestCase):
    def setUp(self):
        self.alice = alice()
        self.async_client.force_login(self.alice)

    async def send(self, message, **fields):
        return await self.async_client.post("/c/send", {"message": message, **fields}, headers=LIVE)

    async def frames(self, response):
        self.assertEqual((response.status_code, response["Content-Type"]), (200, "text/event-stream"))
        return [html_of(frame.decode() if isinstance(frame, bytes) else frame) async for frame in response]


class GoneTests(PageStreamCase):
    async def test_a_page_whose_conversation_is_gone_makes_way_for_a_new_chat(self):
        gone = await sync_to_async(ConversationFactory)(owner=self.alice, deleted_at=timezone.now())
        foreign = await sync_to_async(ConversationFactory)(owner=await sync_to_async(bob)())
        for conversation in (gone, foreign):
            response = await self.async_client.get(f"/c/{conversation.pk}", headers=LIVE)
            self.assertEqual((response.status_code, response["HX-Redirect"]), (204, "/"))

    async def test_a_message_to_a_conversation_that_is_gone_is_refused_beside_the_box(self):
        gone = await sync_to_async(ConversationFactory)(owner=self.alice, deleted_at=timezone.now())
        response = await self.send("hello", conversation_id=str(gone.pk))
        self.assertContains(response, "There is no such conversation.", status_code=404)
        self.assertContains(response, 'hx-target="#composer-problem"', status_code=404)


def html_of(frame):
    return "\n".join(line.removeprefix("data: ") for line in frame.splitlines() if line.startswith("data:"))


def partial(html, target):
    """The content of the last partial for a target, without white space between elements."""
    found = re.findall(rf'<hx-partial hx-target="#{target}" [^>]*>(.*?)</hx-partial>', html, re.DOTALL)
    return squeezed(found[-1]) if found else ""


def last_article(html, message):
    return squeezed(re.findall(rf'<article id="message-{message.pk}".*?</article>', html, re.DOTALL)[-1])


def squeezed(html):
    return re.sub(r">\s+<", "><", re.sub(r"\s+", " ", html)).strip()


class LiveTurnTests(PageStreamCase):
    async def test_the_first_frame_has_the_message_and_the_last_one_what_the_page_will_show(self):
        with scripted_model(calls("add_task", {"tasks": [{"title": "Buy milk"}]}), says("Added **milk**.")):
            response = await self.send("add <milk>")
            frames = await self.frames(response)
        answer = await Message.objects.aget(role="assistant")
        self.assertEqual(response["HX-Push-Url"], f"/c/{answer.conversation_id}")
        self.assertIn("add &lt;milk&gt;", partial(frames[0], "chat"))
        page = squeezed((await self.async_client.get(f"/c/{answer.conversation_id}")).content.decode())
        final = last_article("\n".join(frames), answer)
        self.assertIn("Added <strong>milk</strong>", final)
        self.assertIn("Buy milk", final)
        self.assertIn(final, page)
        self.assertIn("Reply ready.", frames[-1])

    async def test_a_failure_is_drawn_as_on_the_page(self):
        with scripted_model([TextDelta("Let me"), ModelUnavailable()]):
            frames = await self.frames(await self.send("hello"))
        self.assertIn("out of reach", frames[-1])
        self.assertIn("Retry", frames[-1])

    async def test_a_refusal_comes_beside_the_box_and_nothing_is_stored(self):
        response = await self.send("   ")
        self.assertEqual(response.status_code, 422)
        self.assertIn("Write a message first.", partial(response.content.decode(), "composer-problem"))
        self.assertFalse(await Message.objects.aexists())

    async def test_the_script_of_a_page_brings_a_token_and_is_told_when_it_is_not_valid(self):
        headers = {**LIVE, "Authorization": bearer(self.alice)}
        with scripted_model(says("Hello.")):
            await self.frames(await self.async_client.post("/c/send", {"message": "hi"}, headers=headers))
        response = await self.async_client.post(
            "/c/send", {"message": "hi"}, headers={**LIVE, "Authorization": "Bearer nonsense"}
        )
        self.assertEqual(response.status_code, 401)

    async def test_a_message_that_is_sent_twice_is_followed_not_repeated(self):
        form = {"form_key": str(uuid7())}
        with scripted_model(says("Hello.")):
            await self.frames(await self.send("hi", **form))
            frames = await self.frames(await self.send("hi", **form))
        self.assertIn("Hello.", partial(frames[0], "chat"))
        self.assertEqual(await Message.objects.acount(), 2)


class FollowTests(PageStreamCase):
    async def test_who_comes_late_sees_the_text_so_far_and_the_rest(self):
        spoken, go_on = asyncio.Event(), asyncio.Event()

        async def speak():
            yield TextDelta("First part")
            spoken.set()
            await go_on.wait()
            yield TextDelta(" and the rest.")
            yield StepEnd()

        request = AsyncRequestFactory().post("/c/send")
        request.acting_user = self.alice
        with scripted_model() as model:
            model.stream = lambda _: speak()
            running = await start_turn(begin_turn(request, self.alice.subject, NewMessage("hello")))
            await spoken.wait()
            frames = turn_frames(running, self.alice, running.conversation_id)
            first = html_of(await anext(frames))
            go_on.set()
            rest = [html_of(frame) async for frame in frames]
            del model.stream
        self.assertIn("Stop", partial(first, "composer-action"))
        self.assertIn("First part and the rest.", rest[-1])

    async def test_a_turn_of_another_process_is_followed_by_its_row(self):
        conversation = await make_running_conversation(self.alice)
        frames = stored_frames(self.alice, conversation.pk)
        self.assertIn("half", html_of(await anext(frames)))
        answer = await Message.objects.aget(role="assistant")
        self.assertIn("half", html_of(await anext(frames)))
        await Message.objects.filter(pk=answer.pk).aupdate(content="half and whole", status="completed")
        await Conversation.objects.aupdate(lease_token=None, lease_until=None)
        rest = [html_of(frame) async for frame in frames]
        self.assertIn("half and whole", rest[-1])
        self.assertIn("Reply ready.", rest[-1])

    async def test_a_conversation_in_which_nothing_runs_is_told_as_it_is(self):
        with scripted_model(says("Hello.")):
            await self.frames(await self.send("hi"))
        conversation = await Conversation.objects.aget()
        frames = await self.frames(await self.async_client.get(f"/c/{conversation.pk}/follow", headers=LIVE))
        self.assertEqual(len(frames), 1)

    async def test_nobody_follows_the_conversation_of_somebody_else(self):
        with scripted_model(says("Hello.")):
            await self.frames(await self.send("hi"))
        conversation = await Conversation.objects.aget()
        await sign_in_bob(self.async_client)
        for address in (f"/c/{conversation.pk}/follow", f"/c/{conversation.pk}"):
            self.assertEqual((await self.async_client.get(address)).status_code, 404)
        self.assertEqual((await self.async_client.post(f"/c/{conversation.pk}/stop")).status_code, 404)


@sync_to_async
def make_running_conversation(user):
    conversation = ConversationFactory(owner=user)
    MessageFactory(conversation=conversation, content="hello")
    MessageFactory(conversation=conversation, role="assistant", content="half", status="pending")
    until = timezone.now() + datetime.timedelta(minutes=1)
    Conversation.objects.update(lease_token=uuid7(), lease_until=until)
    return conversation


@sync_to_async
def sign_in_bob(client):
    client.force_login(bob())


class Waiting(SimpleTestCase):
    async def test_a_model_that_says_nothing_for_long_is_being_loaded(self):
        """As servers do when they are first asked; one that has spoken is still working."""
        for begun, sentences in (([], ["Still working…", "The model is being loaded…"]), (["Hi"], ["Still working…"])):
            answer = AnswerInWriting(None, None, uuid7())
            frames = [
                await answer.frame_after(MessageDelta(answer.message_id, text), told_before=True) for text in begun
            ]
            answer.shown = answer.text
            frames += [await answer.frame_after(None, told_before=False) for _ in range(150)]
            told = [sentence for frame in frames for sentence in WAITING_SENTENCES.values() if sentence in frame]
            self.assertEqual(told, sentences)

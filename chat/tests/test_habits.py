"""What a turn says to the person, and of them to the model, is written as they are used to."""

from accounts.models import User
from chat.models import ToolCall
from chat.testing import calls, says, scripted_model

from .chat_case import ChatCase

DUE = {"tasks": [{"title": "Call Ann", "due": "12/5 at 5pm"}]}


class HabitsInATurn(ChatCase):
    async def added(self, **habits):
        await User.objects.aupdate(**habits)
        await self.alice.arefresh_from_db()
        with scripted_model(calls("add_task", DUE), says("Added.")) as model:
            await self.answer("call ann on 12/5 at 5pm")
        call = await ToolCall.objects.aget()
        return model.requests[0].instructions, call.output["results"][0]

    async def test_of_an_american(self):
        told, added = await self.added(clock_hours=12, first_weekday=6, day_first=False)
        self.assertIn("They write 5:00 pm and 5/12 for May 12; their week begins on Sunday.", told)
        self.assertIn("December 5", added["task"]["due_text"])
        self.assertIn("5:00 pm", added["task"]["due_text"])
        self.assertIn("Read 12/5 as December 5.", added["note"])

    async def test_of_somebody_who_writes_the_day_first(self):
        told, added = await self.added(clock_hours=24, first_weekday=0, day_first=True)
        self.assertIn("They write 17:00 and 5/12 for 5 December; their week begins on Monday.", told)
        self.assertIn("12 May", added["task"]["due_text"])
        self.assertIn("17:00", added["task"]["due_text"])
        self.assertIn("Read 12/5 as 12 May.", added["note"])

    async def test_the_model_is_told_the_language_of_the_pages_and_tools_speak_the_one_of_the_message(self):
        told, _ = await self.added(language="de")
        self.assertIn("Their pages are in German: answer in it, unless they write to you in another language.", told)
        self.assertRegex(told, r"It is \w+day \d")
        with scripted_model(calls("add_task", {"tasks": [{"title": "Arzt", "due": "morgen"}]}), says("Ist notiert.")):
            answer = await self.answer("Erinnere mich morgen an den Arzt")
        [call] = answer["tool_calls"]
        self.assertEqual(call["output"]["results"][0]["task"]["due_text"], "morgen")

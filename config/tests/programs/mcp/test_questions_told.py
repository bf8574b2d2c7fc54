"""What a program asks reaches the person by their channels too, and nobody is told of it once it is decided."""

import datetime
import json

from asgiref.sync import sync_to_async
from django.db.models import F

from config.tests.programs.mcp.test_approvals import APPS, DELETING, TITLES, ApprovalCase, CardCase
from notices.channel import Outcome
from notices.channels.mail import mail_of
from notices.channels.push import message_of
from notices.models import Delivery, NoticeSettings
from notices.outbox.sending import send_due
from notices.preferences import UNSEEN
from notices.testing import ScriptedChannel, only_channels


class ToldCase(ApprovalCase):
    def setUp(self):
        super().setUp()
        self.push = ScriptedChannel(name="push", targets=("phone", "tablet"))
        self.enterContext(only_channels(self.push))

    async def asked(self):
        await self.add_all()
        await self.call(**DELETING, authorization=self.program.bearer)
        return await self.approval()

    async def told(self):
        await send_due()
        return self.push.notices

    async def later(self):
        await Delivery.objects.aupdate(not_before=F("not_before") - datetime.timedelta(minutes=5))


class Told(ToldCase):
    async def test_each_device_is_told_who_asks_for_what_with_two_buttons(self):
        approval = await self.asked()
        first, second = await self.told()
        self.assertEqual({first.target, second.target}, {"phone", "tablet"})
        [item] = first.items
        self.assertEqual((item.title, item.address), ("Claude asks", f"/approvals/{approval.pk}"))
        self.assertIn("This would delete 4 todos: “Apples”", item.text)
        self.assertEqual(list(item.acts), ["Approve", "Decline"])
        message = await message_of(first)
        self.assertEqual([button["title"] for button in message["actions"]], ["Approve", "Decline"])

    async def test_a_button_asks_first_decides_once_and_the_other_device_hears_it(self):
        await self.asked()
        first, second = await self.told()
        approve, decline = first.items[0].acts["Approve"], second.items[0].acts["Decline"]
        page = (await self.async_client.get(approve)).content.decode()
        self.assertIn("This would delete 4 todos", page)
        self.assertEqual(len(await self.titles(self.alice)), 4)
        done = await self.async_client.post(approve)
        self.assertEqual(done.status_code, 200)
        self.assertIn("are in the trash now.", done.content.decode())
        self.assertEqual(await self.titles(self.alice), [])
        for address in (approve, decline):
            again = await self.async_client.post(address)
            self.assertEqual(again.status_code, 410)
            self.assertIn("This was done already.", again.content.decode())

    async def test_decline_is_a_decline_for_the_program_as_well(self):
        approval = await self.asked()
        first, _ = await self.told()
        self.assertEqual((await self.async_client.post(first.items[0].acts["Decline"])).status_code, 200)
        late = await self.at_api(approval, "all")
        self.assertEqual((late.status_code, late.json()["details"]["approval"]["status"]), (409, "declined"))
        self.assertEqual(len(await self.titles(self.alice)), 4)

    async def test_a_button_that_is_pressed_too_late_says_so(self):
        approval = await self.asked()
        first, _ = await self.told()
        approval.expires_at -= datetime.timedelta(hours=1)
        await approval.asave()
        late = await self.async_client.post(first.items[0].acts["Approve"])
        self.assertEqual(late.status_code, 410)
        self.assertIn("has expired", late.content.decode())
        self.assertEqual(len(await self.titles(self.alice)), 4)

    async def test_what_is_decided_before_is_not_told(self):
        approval = await self.asked()
        await self.at_page(approval, [])
        self.assertEqual(await self.told(), [])

    async def test_what_is_decided_while_it_could_not_be_sent_is_not_tried_again(self):
        approval = await self.asked()
        self.push.outcomes = [Outcome("again", "timeout"), Outcome("again", "timeout")]
        self.assertEqual(len(await self.told()), 2)
        await self.at_api(approval, "all")
        await self.later()
        self.assertEqual(len(await self.told()), 2)
        self.assertEqual(await Delivery.objects.open().acount(), 0)

    async def test_what_is_done_at_once_tells_nobody(self):
        await self.asked()
        await self.call("complete_task", {"tasks": TITLES[:2]})
        self.assertEqual(await Delivery.objects.acount(), 2)


class AsThePersonChose(ToldCase):
    async def test_only_the_channels_that_are_on(self):
        page, mail = ScriptedChannel(name="page", targets=[""]), ScriptedChannel(name="mail", targets=[])
        with only_channels(page, mail):
            await self.asked()
        self.assertEqual([row.channel async for row in Delivery.objects.all()], ["page"])

    async def test_an_open_page_shows_it_unless_it_is_the_question_itself(self):
        with only_channels(ScriptedChannel(name="page", targets=[""])):
            approval = await self.asked()
            await send_due()
        await self.async_client.aforce_login(self.alice)
        page = f"/approvals/{approval.pk}"
        for here, times in (("http://testserver/todos", 1), (f"http://testserver{page}", 0)):
            shown = await self.async_client.get("/notices", headers={"HX-Request": "true", "HX-Current-URL": here})
            self.assertContains(shown, f'<a href="{page}">Claude asks</a>', times)
        await self.at_page(approval, [])
        shown = await self.async_client.get("/notices", headers={"HX-Request": "true"})
        self.assertNotContains(shown, "Claude asks")

    async def test_who_wants_no_words_on_the_screen_gets_none_and_no_button(self):
        await NoticeSettings.objects.acreate(owner=self.alice, says_what=False)
        await self.asked()
        first, _ = await self.told()
        shown = await message_of(first)
        self.assertEqual((shown["body"], shown["actions"]), ("You have a question to decide.", []))
        mail = await sync_to_async(mail_of)(first, seen=False)
        self.assertEqual(mail.subject, "You have a question to decide")
        for said in (json.dumps(shown), f"{mail.subject} {mail.text}"):
            for word in ("Apples", "delete", "Claude", "/r/"):
                self.assertNotIn(word, said)

    def test_each_kind_that_reaches_people_has_words_that_say_nothing(self):
        self.assertEqual({*UNSEEN, "test", "event"}, set(Delivery.Kind.values))


class WhoSitsBeforeTheProgram(ToldCase, CardCase):
    """Is asked there first: a phone is told when they have not answered for a while."""

    async def test_a_phone_is_told_later_and_not_at_all_after_an_answer(self):
        await self.add_all()
        card = (await self.host_asks("tools/call", DELETING, APPS))["_meta"]["todo-chat/approval"]
        self.assertEqual(await self.told(), [])
        await self.later()
        self.assertEqual(len(await self.told()), 2)
        await self.host_asks("tools/call", DELETING, APPS)
        await self.decide(card["key"], approve=[])
        self.push.notices.clear()
        second = (await self.host_asks("tools/call", DELETING, APPS))["_meta"]["todo-chat/approval"]
        await self.decide(second["key"], approve=[])
        await self.later()
        self.assertEqual(len(await self.told()), 2)  # of the one that nobody has answered

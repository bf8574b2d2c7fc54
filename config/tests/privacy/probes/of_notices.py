"""Probes of what people are told, by page, push, mail and webhook."""

from types import SimpleNamespace
from typing import Any, cast

from django.test import override_settings

from chat.models.briefings import Briefing
from config.tests.privacy.probes.lies import Lies, probe
from database.units import within_unit
from language.reading.clauses.reminding import LAST_REMINDER
from notices.buttons.acts import act_on
from notices.buttons.views import acted, shown_to
from notices.channels.push import subscription_and_key
from notices.models import NoticeSettings, PushSubscription, Webhook
from notices.preferences import notice_settings
from notices.push.subscriptions import SUBSCRIPTIONS_MAX, subscribe
from notices.push.testing import Browser, PushService
from notices.stopping.signing import stop_mails
from notices.webhooks.acts import deliveries_of
from notices.webhooks.events import WebhookTold, tell
from notices.webhooks.health import note_whether_any
from notices.webhooks.pages import last_deliveries
from notices.webhooks.sending import letter_of
from todos.mcp.batches import Caller
from todos.tools import last_reminding


@probe
def what_eves_page_shows_of_carols_todo(lies: Lies) -> Any:
    lies.told_of_reminder(lies.eve, lies.carols_todo)
    return len(shown_to(SimpleNamespace(acting_user=lies.eve)))


@probe
def what_carol_was_told_of_the_same(lies: Lies) -> Any:
    told = lies.delivery(lies.eve, lies.eves_todo)
    same = lies.delivery(lies.carol, lies.carols_todo, source_id=told.source_id, channel="push")
    act_on(lies.eve, told, "dismissed", lies.now)
    same.refresh_from_db()
    return same.acted


@probe
def what_carol_was_told_of_eves_todo(lies: Lies) -> Any:
    lies.told_of_reminder(lies.carol, lies.eves_todo)
    return len(shown_to(SimpleNamespace(acting_user=lies.eve)))


@probe
def a_button_of_carol_pressed_by_eve(lies: Lies) -> Any:
    told = lies.delivery(lies.carol, lies.eves_todo)
    return acted(SimpleNamespace(acting_user=lies.eve), told.pk, "dismissed")


@probe
def a_device_of_carol_told_for_eve(lies: Lies) -> Any:
    subscription, _ = within_unit(subscription_and_key)(lies.eve, PushSubscription.objects.get(owner=lies.carol).pk)
    return subscription


@probe
def how_carol_is_told(lies: Lies) -> Any:
    NoticeSettings.objects.update_or_create(owner=lies.carol, defaults={"page": False})
    return notice_settings(lies.eve).page


@probe
def a_device_of_eve_beside_all_of_carols(lies: Lies) -> Any:
    PushSubscription.objects.bulk_create(
        PushSubscription(owner=lies.carol, endpoint=f"https://push.example/{number}")
        for number in range(SUBSCRIPTIONS_MAX)
    )
    browser = Browser(cast(PushService, SimpleNamespace(port=9)))
    with override_settings(CALLS_TO_LOOPBACK=True):
        return subscribe(lies.eve, browser.endpoint, **browser.keys).owner.username


@probe
def what_carol_was_sent_by_a_webhook_of_eve(lies: Lies) -> Any:
    webhook = Webhook.objects.get(owner=lies.eve)
    lies.delivery(lies.carol, lies.carols_todo, channel="webhook", target=str(webhook.pk))
    listed = last_deliveries(lies.eve, [webhook])[str(webhook.pk)]
    return deliveries_of(lies.eve, webhook).count(), len(listed)


@probe
def what_is_told_of_eve_to_webhooks_of_carol(lies: Lies) -> Any:
    lies.eve.has_webhooks = True
    told = WebhookTold(webhook_id=lies.eves_todo.pk)
    return tell(lies.eve, "todo.added", lies.eves_todo.pk, lies.now, told)


@probe
def a_letter_of_eve_to_a_webhook_of_carol(lies: Lies) -> Any:
    delivery = lies.delivery(lies.eve, lies.eves_todo, channel="webhook")
    return within_unit(letter_of)(lies.eve, delivery.pk, delivery.pk, Webhook.objects.get(owner=lies.carol).pk)


@probe
def that_carol_has_webhooks_and_eve_none(lies: Lies) -> Any:
    Webhook.objects.filter(owner=lies.eve).delete()
    note_whether_any(lies.eve)
    return lies.eve.has_webhooks


@probe
def what_reminded_eve_last(lies: Lies) -> Any:
    lies.reminder(lies.carol, lies.carols_todo)
    return last_reminding(cast(Caller, SimpleNamespace(user=lies.eve)), LAST_REMINDER)


@probe
def mails_that_eve_stopped(lies: Lies) -> Any:
    Briefing.objects.all().delete()
    lies.briefing(lies.carol, mail=True)
    stop_mails(lies.eve.pk)
    return Briefing.objects.get().mail

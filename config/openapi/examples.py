"""Examples for the API document: what each operation takes and answers, and each error where it can come up.

Alice asks on Wednesday, 4 March 2026. The tests hold every example against the schema of its operation.
"""

import json
from typing import Any

from chat.events import EXAMPLE as TURN
from notices.api import EXAMPLE as NEW_BROWSER

USER_ID = "0199c3f2-7a4e-7d10-8f6c-2b1f8a3c9e55"
REFRESH_TOKEN = "kX0b1mJq3yYw2v9c5N8rT4sLhZpQeAaGdUfIoPjKxEs"  # noqa: S105 nobody's
RESET_KEY = "0199c3f27a4e7d108f6c2b1f8a3c9e55.cu1x2c-0f8b6c1d5a7e9f3b2d4c6a8e0f1b3d5c"
PASSWORD = "correct horse battery staple"  # noqa: S105
REQUEST_ID = "0199c3f27a517c3e9d0b5f2f6f0f4c11"
ASKED_AT, ANSWERED_AT = "2026-03-04T09:12:08.114Z", "2026-03-04T09:12:09.350Z"
APPROVAL_ID = "0199c3f2-7b00-7a11-9c4e-3d2f1b0a9e88"
SENTENCE = "Remind me friday 5pm to call the dentist"

TOOL_CALL: Any = TURN["tool_calls"][0]  # type: ignore[index]
CONVERSATION_ID, MESSAGE_ID = TURN["conversation_id"], TURN["message_id"]
TOKENS = {
    "user_id": USER_ID,
    "access_token": "eyJhbGciOiJIUzI1NiIs…",
    "refresh_token": REFRESH_TOKEN,
    "token_type": "Bearer",
    "expires_in": 900,
}
CONVERSATION = {
    "id": CONVERSATION_ID,
    "title": "Call the dentist",
    "archived": False,
    "pinned": False,
    "message_count": 2,
    "message_limit": 500,
    "nearly_full": False,
    "summary_sequence": 0,
    "continued_from": None,
    "hit": None,
    "created_at": ASKED_AT,
    "updated_at": ANSWERED_AT,
}
CONTINUATION = {
    **CONVERSATION,
    "id": "0199c3f3-0c11-7d52-8a90-6e5d4c3b2a19",
    "title": "Call the dentist (continued)",
    "message_count": 0,
    "continued_from": CONVERSATION_ID,
}
QUESTION = {
    "id": "0199c3f2-7a50-70aa-b1c2-d3e4f5a6b7c8",
    "sequence": 1,
    "role": "user",
    "content": SENTENCE,
    "status": "completed",
    "error": None,
    "tool_calls": [],
    "approval": None,
    "usage": {"input_tokens": 0, "output_tokens": 0},
    "model": "",
    "first_token_ms": None,
    "total_ms": None,
    "replaced": False,
    "created_at": ASKED_AT,
}
ANSWER = {
    **QUESTION,
    "id": MESSAGE_ID,
    "sequence": 2,
    "role": "assistant",
    "content": TURN["response"],
    "tool_calls": TURN["tool_calls"],
    "usage": TURN["usage"],
    "model": TURN["model"],
    "first_token_ms": 612,
    "total_ms": 1236,
}
TODO = {
    "id": "0199c3f2-7a55-7e21-a0b1-c2d3e4f5a6b7",
    "title": "Call the dentist",
    "notes": "",
    "priority": "high",
    "due": "2026-03-06T17:00:00+01:00",
    "due_text": "Friday 6 March, 17:00",
    "recurrence": None,
    "recurs_from_completion": False,
    "repeats": None,
    "overdue": False,
    "reminds": ["2026-03-06T17:00:00+01:00"],
    "tags": ["health"],
    "completed_at": None,
    "deleted_at": None,
    "version": 1,
    "created_at": ANSWERED_AT,
    "updated_at": ANSWERED_AT,
}
TODO_ID = TODO["id"]
REMINDER = {
    "id": "0199c3f2-7a58-7c3d-b4e5-f60718293a4b",
    "at": "2026-03-06T17:00:00+01:00",
    "before_minutes": 0,
    "text": "at the time",
    "state": "waiting",
    "snoozed": False,
}
EARLIER = REMINDER | {
    "id": "0199c3f2-7a59-7d4e-85f6-0718293a4b5c",
    "at": "2026-03-06T16:30:00+01:00",
    "before_minutes": 30,
    "text": "30 minutes before",
}
SNOOZED = REMINDER | {
    "id": "0199c3f2-7a5a-7e5f-96a7-18293a4b5c6d",
    "at": "2026-03-06T18:00:00+01:00",
    "before_minutes": None,
    "text": "Friday 6 March, 18:00",
    "snoozed": True,
}
FILE = {
    "format": "todo-chat",
    "exported_at": ANSWERED_AT,
    "todos": [
        {
            "id": TODO_ID,
            "title": "Call the dentist",
            "notes": "",
            "priority": "high",
            "due": {"date": "2026-03-06", "time": "17:00:00", "zone": "Europe/Berlin"},
            "recurrence": None,
            "recurs_from_completion": False,
            "recurs_from": None,
            "reminder_rules": None,
            "position": None,
            "tags": ["health"],
            "completed_at": None,
            "deleted_at": None,
            "created_at": ANSWERED_AT,
        }
    ],
}
CSV = (
    "TYPE,CONTENT,DESCRIPTION,PRIORITY,INDENT,AUTHOR,RESPONSIBLE,DATE,DATE_LANG,TIMEZONE\r\n"
    "task,Call the dentist @health,,2,1,,,2026-03-06 17:00,en,Europe/Berlin\r\n"
)
TEXT_LENGTH = len(str(TURN["response"]))
STREAM = (
    "id: 1\nevent: turn.started\n"
    f'data: {{"conversation_id": "{CONVERSATION_ID}", "user_message_id": "{QUESTION["id"]}", '
    f'"message_id": "{MESSAGE_ID}"}}\n\n'
    f"id: {TEXT_LENGTH}001\nevent: message.delta\n"
    f'data: {{"message_id": "{MESSAGE_ID}", "text": "{TURN["response"]}"}}\n\n'
    f"id: {TEXT_LENGTH}002\nevent: turn.completed\n"
    f'data: {{"conversation_id": "{CONVERSATION_ID}", "message_id": "{MESSAGE_ID}", '
    f'"response": "{TURN["response"]}", "status": "completed", …}}\n\n'
)
RUN_IDS = {"threadId": "groceries", "runId": "7"}
RUN_STREAM = "".join(
    f"data: {json.dumps(event)}\n\n"
    for event in (
        {"type": "RUN_STARTED", **RUN_IDS, "protocolVersion": "1.0"},
        {"type": "TEXT_MESSAGE_START", "messageId": MESSAGE_ID, "role": "assistant"},
        {"type": "TEXT_MESSAGE_CONTENT", "messageId": MESSAGE_ID, "delta": TURN["response"]},
        {"type": "TEXT_MESSAGE_END", "messageId": MESSAGE_ID},
        {"type": "RUN_FINISHED", **RUN_IDS, "outcome": {"type": "success"}, "result": TURN},
    )
)
APPROVAL = {
    "id": APPROVAL_ID,
    "status": "approved",
    "rows": [
        {"todo_id": TODO_ID, "title": TODO["title"], "due_text": TODO["due_text"], "action": "delete"},
    ],
    "approved": [TODO_ID],
    "expires_at": "2026-03-04T09:27:09Z",
}
CHANGE = {
    "id": "0199c3f2-7a56-7c00-8d1e-2f3a4b5c6d7e",
    "kind": "updated",
    "before": {"title": "Call the dentist", "priority": 0, "version": 1},
    "after": {"title": "Call the dentist", "priority": 3, "version": 2},
    "door": "chat",
    "message_id": MESSAGE_ID,
    "tool_call_id": TOOL_CALL["id"],
    "undoes": None,
    "undone_at": None,
    "created_at": ANSWERED_AT,
}

BROWSER = {
    "id": "0199c3f2-7a57-7b11-9a2b-3c4d5e6f7081",
    "device": "Firefox on Android",
    "created_at": ASKED_AT,
    "last_success_at": None,
}

WEBHOOK = {
    "id": "0199c3f2-7a58-7c22-8b3c-4d5e6f708192",
    "url": "https://example.com/hooks/todos",
    "name": "Kitchen display",
    "events": ["todo.added", "todo.completed"],
    "state": "on",
    "off_because": None,
    "failing_since": None,
    "last_success_at": ANSWERED_AT,
    "old_secret_until": None,
    "created_at": ASKED_AT,
}
SENT = {
    "id": "0199c3f2-7a59-7d33-9c4d-5e6f708192a3",
    "type": "todo.completed",
    "state": "sent",
    "code": "http_204",
    "attempts": 1,
    "created_at": ANSWERED_AT,
    "sent_at": ANSWERED_AT,
    "next_attempt_at": None,
}
TEST_DELIVERY = {
    **SENT,
    "type": "webhook.test",
    "state": "waiting",
    "code": "",
    "attempts": 0,
    "sent_at": None,
    "next_attempt_at": ANSWERED_AT,
}

BRIEFING = {
    "on": True,
    "time": "07:30",
    "recurrence": "FREQ=DAILY",
    "next_at": "2026-03-05T06:30:00Z",
    "conversation_id": CONVERSATION_ID,
    "channels": ["push"],
    "week": {
        "on": False,
        "time": "18:00",
        "recurrence": "FREQ=WEEKLY;BYDAY=SU",
        "next_at": None,
        "conversation_id": None,
    },
}

OF_CONVERSATION, OF_TODO = "/api/{user_id}/conversations/{conversation_id}", "/api/{user_id}/todos/{todo_id}"
# By operation; where it takes or answers several media types, one for each.
BODIES: dict[str, Any] = {
    "POST /api/auth/register": {"username": "alice", "email": "alice@example.com", "password": PASSWORD},
    "POST /api/auth/token": {"username": "alice", "password": PASSWORD},
    "POST /api/auth/refresh": {"refresh_token": REFRESH_TOKEN},
    "POST /api/auth/revoke": {"refresh_token": REFRESH_TOKEN},
    "POST /api/auth/password/forgot": {"email": "alice@example.com"},
    "POST /api/auth/password/reset": {"token": RESET_KEY, "password": PASSWORD, "end_tokens": True},
    "POST /api/{user_id}/chat": {"message": SENTENCE, "conversation_id": None, "stream": False},
    "POST /api/{user_id}/agui": {**RUN_IDS, "messages": [{"id": "1", "role": "user", "content": SENTENCE}]},
    "POST /api/{user_id}/conversations": {"continue_from": CONVERSATION_ID},
    f"PATCH {OF_CONVERSATION}": {"title": "Dentist", "pinned": True},
    "POST /api/{user_id}/approvals/{approval_id}": {"approve": [TODO_ID]},
    "DELETE /api/{user_id}": {"username": "alice", "password": PASSWORD},
    "POST /api/{user_id}/todos": {
        "title": "Call the dentist",
        "due": "friday 5pm",
        "priority": "high",
        "tags": ["health"],
    },
    "POST /api/{user_id}/todos/batch": {
        "create": [{"title": "Call the dentist", "due": "friday 5pm", "priority": "high", "tags": ["health"]}],
        "update": [{"id": "0199c3f2-7a55-7e21-a0b1-c2d3e4f5a6b8", "title": "Buy oat milk", "version": 2}],
    },
    f"PATCH {OF_TODO}": {"due": "monday 9am", "priority": "urgent"},
    f"POST {OF_TODO}/reminders": {"when": "30 minutes before"},
    f"POST {OF_TODO}/reminders/{{reminder_id}}/snooze": {"until": "1 hour"},
    "POST /api/{user_id}/todos/import": {"application/json": FILE, "text/csv": CSV},
    "PUT /api/{user_id}/briefing": {"on": True, "time": "07:30", "recurrence": "FREQ=DAILY", "channels": ["push"]},
    "POST /api/{user_id}/push-subscriptions": NEW_BROWSER,
    "POST /api/{user_id}/webhooks": {"url": WEBHOOK["url"], "events": WEBHOOK["events"]},
    "PATCH /api/{user_id}/webhooks/{webhook_id}": {"on": True},
    "POST /api/{user_id}/undo": {"tool_call_id": TOOL_CALL["id"]},
}
ANSWERS: dict[str, Any] = {
    "POST /api/auth/register": TOKENS,
    "POST /api/auth/token": TOKENS,
    "POST /api/auth/refresh": TOKENS,
    "POST /api/auth/password/forgot": {
        "message": "If an account has confirmed this address, a mail with a link is on its way."
    },
    "GET /api/auth/me": {
        "user_id": USER_ID,
        "username": "alice",
        "time_zone": "Europe/Berlin",
        "language": "de",
        "habits": {"clock_hours": 24, "first_weekday": 0, "day_first": True},
        "limits": {
            "message_characters": 8000,
            "conversation_messages": 500,
            "turns_per_minute": 20,
            "turns_per_hour": 1000,
            "turns_at_once": 3,
            "tokens_per_day": 200_000,
        },
        "usage_today": {"tokens": 1840},
    },
    "POST /api/{user_id}/chat": {"application/json": TURN, "text/event-stream": STREAM},
    "POST /api/{user_id}/agui": {"text/event-stream": RUN_STREAM},
    "GET /api/{user_id}/conversations": {"items": [CONVERSATION], "next": None},
    "POST /api/{user_id}/conversations": CONTINUATION,
    f"GET {OF_CONVERSATION}": CONVERSATION,
    f"PATCH {OF_CONVERSATION}": {**CONVERSATION, "title": "Dentist", "pinned": True},
    f"POST {OF_CONVERSATION}/restore": CONVERSATION,
    f"GET {OF_CONVERSATION}/export": {
        "application/json": {"conversation": {**CONVERSATION, "summary": ""}, "messages": [QUESTION, ANSWER]},
        "text/markdown": f"# Call the dentist\n\n## You, 2026-03-04 09:12\n\n> {SENTENCE}\n",
    },
    f"GET {OF_CONVERSATION}/messages": {"items": [QUESTION, ANSWER], "next": None},
    f"POST {OF_CONVERSATION}/messages/{{message_id}}/retry": TURN,
    "GET /api/{user_id}/turns/{message_id}/events": {"text/event-stream": STREAM},
    "POST /api/{user_id}/approvals/{approval_id}": {"approval": APPROVAL, "tool_calls": [TOOL_CALL]},
    "GET /api/{user_id}/export": {
        "format": "todo-chat-account",
        "exported_at": ANSWERED_AT,
        "account": {"id": USER_ID, "username": "alice", "email": "alice@example.com", "time_zone": "Europe/Berlin"},
        "conversations": [{"id": CONVERSATION_ID, "title": "Call the dentist"}],
    },
    "DELETE /api/{user_id}": {
        "erased": {"account": 1, "sign_ins": 2, "conversations": 1, "messages": 2, "tool_calls": 1, "todos": 1},
        "kept": {"logs": "Lines about requests and turns: ids and figures, until the operator’s logs are rotated."},
    },
    "GET /api/{user_id}/briefing": BRIEFING,
    "PUT /api/{user_id}/briefing": BRIEFING,
    "GET /api/{user_id}/push-subscriptions": {
        "items": [BROWSER],
        "next": None,
        "public_key": "BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8",
    },
    "POST /api/{user_id}/push-subscriptions": BROWSER,
    "GET /api/{user_id}/webhooks": {"items": [WEBHOOK], "next": None},
    "POST /api/{user_id}/webhooks": WEBHOOK,
    "GET /api/{user_id}/webhooks/{webhook_id}": WEBHOOK,
    "PATCH /api/{user_id}/webhooks/{webhook_id}": WEBHOOK,
    "GET /api/{user_id}/webhooks/{webhook_id}/secret": {"secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"},
    "POST /api/{user_id}/webhooks/{webhook_id}/rotate": {**WEBHOOK, "old_secret_until": "2026-03-05T09:12:09.350Z"},
    "POST /api/{user_id}/webhooks/{webhook_id}/test": TEST_DELIVERY,
    "GET /api/{user_id}/webhooks/{webhook_id}/deliveries": {"items": [SENT], "next": None},
    "GET /api/{user_id}/todos/export": {"application/json": FILE, "text/csv": CSV},
    "POST /api/{user_id}/todos/import": {
        "added": 1,
        "skipped": 0,
        "refused": 0,
        "rows": [{"row": 1, "outcome": "added", "reason": "", "id": TODO_ID}],
    },
    "GET /api/{user_id}/todos": {"items": [TODO], "next": None},
    "POST /api/{user_id}/todos": TODO,
    "POST /api/{user_id}/todos/batch": {
        "created": [{"outcome": "created", "todo": TODO, "error": None}],
        "updated": [
            {
                "outcome": "refused",
                "todo": None,
                "error": {"error": "todo_not_found", "message": "There is no such todo.", "details": {}},
            }
        ],
    },
    f"GET {OF_TODO}": TODO,
    f"PATCH {OF_TODO}": {
        **TODO,
        "due": "2026-03-09T09:00:00+01:00",
        "due_text": "Monday 9 March, 09:00",
        "reminds": ["2026-03-09T09:00:00+01:00"],
        "priority": "urgent",
        "version": 2,
    },
    f"POST {OF_TODO}/complete": {**TODO, "completed_at": ANSWERED_AT, "reminds": [], "version": 2},
    f"POST {OF_TODO}/reopen": {**TODO, "version": 3},
    f"POST {OF_TODO}/restore": {**TODO, "version": 4},
    f"GET {OF_TODO}/reminders": {"items": [REMINDER], "next": None},
    f"POST {OF_TODO}/reminders": {"items": [EARLIER, REMINDER], "next": None},
    f"POST {OF_TODO}/reminders/{{reminder_id}}/snooze": {
        "items": [REMINDER | {"state": "done"}, SNOOZED],
        "next": None,
    },
    f"GET {OF_TODO}/changes": {"items": [CHANGE], "next": None},
    "POST /api/{user_id}/undo": {
        "change_id": "0199c3f2-7a60-7f00-9a1b-2c3d4e5f6a7b",
        "results": [{"outcome": "undone", "note": "", "differences": [], "todo": {**TODO, "priority": "none"}}],
    },
}

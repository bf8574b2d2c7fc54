"""What is to be heard at each address of the API and of /mcp."""

from functools import partial
from typing import Any

from .isolation import METHODS, Door, Doors

Todo = partial(Door, anothers="403 not_your_todo", missing="404 todo_not_found")
Conversation = partial(Door, anothers="403 not_your_conversation", missing="404 conversation_not_found")
Open = partial(Door, unknown="own")
CHAT = {"message": "what is overdue?"}
IN_CHAT = CHAT | {"conversation_id": "{conversation_id}"}
RESUME = {"interruptId": "{approval_id}", "status": "resolved", "payload": {"approve": "all"}}
STREAM = {"Accept": "text/event-stream"}
JSON_RPC = {"Accept": "application/json, text/event-stream", "MCP-Protocol-Version": "2025-11-25"}


def run(thread: str, *, said: bool = True) -> dict[str, Any]:
    messages = [{"id": "1", "role": "user", "content": "what is overdue?"}] if said else []
    return {"threadId": thread, "runId": "1", "messages": messages}


ANSWER = run("groceries", said=False) | {"resume": [RESUME]}


def undo(name: str) -> Door:
    return Door("200", "404 change_not_found", "404 change_not_found", body={name: f"{{{name}}}"})


def tool(name: str, **arguments: Any) -> Door:
    """A tool called at /mcp, with a todo by its id: foreign and missing sound the same."""
    call = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": name, "arguments": arguments}}
    named = "{todo_id}" in str(arguments)
    return Door("200", "refused" if named else "", "refused" if named else "", body=call, headers=JSON_RPC)


NOTHING = Open("404 not_found")
SHUT = dict.fromkeys(METHODS, NOTHING)
Webhook = partial(Door, anothers="404 webhook_not_found", missing="404 webhook_not_found")
API: Doors = {
    "api/openapi.json": {"GET": Open("200"), "HEAD": Open("200")},
    "api/changes": {"GET": Open("200"), "HEAD": Open("200")},
    "api/docs": {"GET": Open("200"), "HEAD": Open("200")},
    "api/": SHUT,
    "api/auth/register": {"POST": Open("422 validation_error", body={})},
    "api/auth/token": {"POST": Open("401 login_failed", body={"username": "alice", "password": "guess"})},
    "api/auth/refresh": {"POST": Open("401 token_invalid", body={"refresh_token": "guess"})},
    "api/auth/revoke": {"POST": Open("204", body={"refresh_token": "guess"})},
    "api/auth/password/forgot": {"POST": Open("202", body={"email": "alice@example.com"})},
    "api/auth/password/reset": {"POST": Open("422 validation_error", body={"token": "guess", "password": "guess"})},
    "api/auth/me": {"GET": Door("200")},
    "api/<user_id>/chat": {"POST": Conversation("200", body=IN_CHAT), "POST new": Door("200", body=CHAT)}
    | {"POST stream": Conversation("200", body=IN_CHAT, headers=STREAM)},
    "api/<user_id>/agui": {
        "POST": Conversation("200", missing="200", body=run("{conversation_id}")),
        "POST history": Conversation("200", missing="200", body=run("{conversation_id}", said=False)),
        "POST new": Door("200", body=run("groceries")),
        "POST resume": Door("200", "404 approval_not_found", "404 approval_not_found", body=ANSWER),
    },
    "api/<user_id>/conversations": {
        "GET": Door("200"),
        "POST": Conversation("201", body={"continue_from": "{conversation_id}"}),
    },
    "api/<user_id>/conversations/<conversation_id>": {
        "GET": Conversation("200"),
        "PATCH": Conversation("200", body={"title": "taken"}),
        "DELETE": Conversation("204"),
    },
    "api/<user_id>/conversations/<conversation_id>/restore": {"POST": Conversation("200")},
    "api/<user_id>/conversations/<conversation_id>/export": {"GET": Conversation("200")},
    "api/<user_id>/conversations/<conversation_id>/messages": {"GET": Conversation("200")},
    "api/<user_id>/conversations/<conversation_id>/stop": {"POST": Conversation("202")},
    "api/<user_id>/conversations/<conversation_id>/messages/<message_id>/retry": {
        "POST": Conversation("200", mixed="404 message_not_found")
    },
    "api/<user_id>/turns/<message_id>/events": {"GET": Door("200", "404 message_not_found", "404 message_not_found")},
    "api/<user_id>/approvals/<approval_id>": {
        "POST": Door("200", "404 approval_not_found", "404 approval_not_found", body={"approve": "all"})
    },
    "api/<user_id>/export": {"GET": Door("200")},
    "api/<user_id>": {"DELETE": Door("200", body={"username": "alice"}, other="422 validation_error")},
    "api/<user_id>/briefing": {"GET": Door("200"), "PUT": Door("200", body={"on": True})},
    "api/<user_id>/push-subscriptions": {
        "GET": Door("200"),
        "POST": Door("422 validation_error", body={"endpoint": "push", "keys": {"p256dh": "", "auth": ""}}),
        "DELETE": Door("204"),
    },
    # What is another's sounds like what is gone, and stays.
    "api/<user_id>/push-subscriptions/<subscription_id>": {"DELETE": Door("204", "204", "204")},
    "api/<user_id>/webhooks": {
        "GET": Door("200"),
        "POST": Door("422 validation_error", body={"url": "https://10.0.0.1/"}),
    },
    "api/<user_id>/webhooks/<webhook_id>": {
        "GET": Webhook("200"),
        "PATCH": Webhook("200", body={"name": "taken"}),
        "DELETE": Door("204", "204", "204"),
    },
    "api/<user_id>/webhooks/<webhook_id>/secret": {"GET": Webhook("200")},
    "api/<user_id>/webhooks/<webhook_id>/rotate": {"POST": Webhook("200")},
    "api/<user_id>/webhooks/<webhook_id>/test": {"POST": Webhook("202")},
    "api/<user_id>/webhooks/<webhook_id>/deliveries": {"GET": Webhook("200")},
    "api/<user_id>/todos/export": {"GET": Door("200")},
    "api/<user_id>/todos/import": {"POST": Door("200", body={"todos": []})},
    "api/<user_id>/todos": {"GET": Door("200"), "POST": Door("201", body={"title": "new"})},
    "api/<user_id>/todos/batch": {
        "POST": Door("200", "refused", "refused", body={"update": [{"id": "{todo_id}", "title": "taken"}]}),
    },
    "api/<user_id>/todos/<todo_id>": {
        "GET": Todo("200"),
        "PATCH": Todo("200", body={"title": "taken"}),
        "DELETE": Todo("204"),
    },
    "api/<user_id>/todos/<todo_id>/complete": {"POST": Todo("200")},
    "api/<user_id>/todos/<todo_id>/reopen": {"POST": Todo("200")},
    "api/<user_id>/todos/<todo_id>/restore": {"POST": Todo("200")},
    "api/<user_id>/todos/<todo_id>/changes": {"GET": Todo("200")},
    "api/<user_id>/todos/<todo_id>/reminders": {
        "GET": Todo("200"),
        "POST": Todo("201", body={"when": "tomorrow at 9"}),
    },
    "api/<user_id>/todos/<todo_id>/reminders/<reminder_id>": {"DELETE": Todo("204")},
    "api/<user_id>/todos/<todo_id>/reminders/<reminder_id>/snooze": {"POST": Todo("200", body={"until": "1 hour"})},
    "api/<user_id>/undo": {f"POST {name}": undo(name) for name in ("change_id", "tool_call_id", "message_id")},
    "^api/": SHUT,
}
TOOLS = {
    "POST add_task": tool("add_task", tasks=[{"title": "new"}]),
    "POST list_tasks": tool("list_tasks"),
    "POST complete_task": tool("complete_task", tasks=["{todo_id}"]),
    "POST update_task": tool("update_task", updates=[{"task": "{todo_id}", "title": "taken"}]),
    "POST delete_task": tool("delete_task", tasks=["{todo_id}"]),
    "POST undo": tool("undo", task="{todo_id}"),
}
MCP: Doors = {
    "mcp": TOOLS,
    "mcp/": TOOLS,
}

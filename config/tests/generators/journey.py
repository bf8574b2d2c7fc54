"""A program on the client that openapi-python-client makes: what a builder does in the first hour.

Run as `journey.py <address of the server> <folder of the package client>`; writes what it saw as JSON.
"""

import json
import sys

sys.path.insert(0, sys.argv[2])

from client import AuthenticatedClient, Client
from client.api.chat import decide_approval, send_message
from client.api.privacy import export_account
from client.api.sign_in import register
from client.api.todos import create_todo, list_todos, undo_changes, update_todo
from client.models import ChatRequest, Decision, NewTodo, Priority, Registration, TodoUpdate, UndoRequest

TITLES = ("Buy milk", "Call mom", "Pay rent", "Water plants", "Read mail")


def main(address: str) -> None:
    person = Registration(username="python", password="seven green bottles")
    user = register.sync(client=Client(base_url=address), body=person)
    client = AuthenticatedClient(base_url=address, token=user.access_token)
    made = [create_todo.sync_detailed(user.user_id, client=client, body=NewTodo(title=title)) for title in TITLES]
    todo, etag = made[0].parsed, made[0].headers["ETag"]

    change = TodoUpdate(priority=Priority.HIGH)
    changed = update_todo.sync(user.user_id, todo.id, client=client, body=change, if_match=etag)
    conflict = update_todo.sync(user.user_id, todo.id, client=client, body=change, if_match=etag)
    said = send_message.sync(user.user_id, client=client, body=ChatRequest(message="complete call mom"))
    asked = send_message.sync(user.user_id, client=client, body=ChatRequest(message="delete all my todos"))
    decided = decide_approval.sync(user.user_id, asked.approval.id, client=client, body=Decision(approve="all"))
    undone = undo_changes.sync(user.user_id, client=client, body=UndoRequest(message_id=asked.message_id))
    export = export_account.sync(user.user_id, client=client)
    seen = {
        "titles": paged_titles(user.user_id, client),
        "changed": changed.priority,
        "conflict": conflict.error,
        "said": said.status,
        "events": events_of(f"/api/{user.user_id}/chat", client),
        "asked": asked.status,
        "decided": decided.approval.status,
        "undone": sorted(result.outcome for result in undone.results),
        "exported": len(export["todos"]),
    }
    sys.stdout.write(json.dumps(seen))


def paged_titles(user_id: str, client: AuthenticatedClient) -> list[str]:
    page = list_todos.sync(user_id, client=client, limit=2)
    titles = [todo.title for todo in page.items]
    while page.next_:
        page = list_todos.sync(user_id, client=client, limit=2, cursor=page.next_)
        titles += [todo.title for todo in page.items]
    return sorted(titles)


def events_of(path: str, client: AuthenticatedClient) -> list[str]:
    body = ChatRequest(message="add take a nap", stream=True).to_dict()
    with client.get_httpx_client().stream("POST", path, json=body) as response:
        return [line.removeprefix("event: ") for line in response.iter_lines() if line.startswith("event: ")]


main(sys.argv[1])

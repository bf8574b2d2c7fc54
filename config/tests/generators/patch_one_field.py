"""A program on the client that openapi-python-client makes: each field of a whole todo changed alone.

Run as `patch_one_field.py <address of the server> <folder of the package client>`; writes the todo after each change.
"""

import json
import sys

sys.path.insert(0, sys.argv[2])

from client import AuthenticatedClient, Client
from client.api.sign_in import register
from client.api.todos import create_todo, update_todo
from client.models import NewTodo, Registration, TodoUpdate

WHOLE = {
    "title": "Buy milk",
    "notes": "the oat one",
    "priority": "high",
    "due": "2036-03-07",
    "recurrence": "FREQ=WEEKLY;BYDAY=FR",
    "tags": ["home"],
}
CHANGES = {
    "title": "Buy bread",
    "notes": "the dark one",
    "priority": "low",
    "due": "2036-03-14",
    "recurrence": "FREQ=DAILY",
    "tags": ["work"],
}


def main(address: str) -> None:
    person = Registration(username="alice", password="seven green bottles")
    tokens = register.sync(client=Client(base_url=address), body=person)
    client = AuthenticatedClient(base_url=address, token=tokens.access_token)
    after = {}
    for name, value in CHANGES.items():
        todo = create_todo.sync(tokens.user_id, client=client, body=NewTodo.from_dict(WHOLE))
        change = TodoUpdate.from_dict({name: value})
        after[name] = update_todo.sync(tokens.user_id, todo.id, client=client, body=change).to_dict()
    sys.stdout.write(json.dumps(after))


main(sys.argv[1])

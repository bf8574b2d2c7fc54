"""What clients ask for: random operations on the todos of one person, most of which are likely to succeed."""

import json
import random
from collections.abc import Callable
from typing import Any

from .operations import Operation, Person

Step = list[list[Any]]
WORDS = ("low", "medium", "high", "urgent", "none")
REPEATS = ("every day", "every weekday at 9:00", "every friday 17:00")
WIDE = 5
MANY = 10
# Of the writes by the API; the others are bound to a version, or to what can be done once.
KEYED = 0.7
STREAMED = 0.3
SHARED = 0.25
TURNS_PER_CONVERSATION = 12


def steps_of(text: str) -> list[Step]:
    """The tool calls that a message names, step by step; none in other messages."""
    try:
        return json.loads(text)["steps"]
    except ValueError:
        return []


class Requests:
    """Makes operations; `number` gives each its own, and with it titles and keys that are nobody else's."""

    def __init__(self, person: Person, name: str, chance: random.Random, number: Callable[[], int]) -> None:
        self.person, self.name, self.random, self.number = person, name, chance, number
        self.own: str | None = None
        self.kinds: dict[Callable[[], Operation | None], int] = {
            self.add: 6,
            self.add_and_complete: 3,
            self.change_some: 8,
            self.delete_many: 3,
            self.undo_in_words: 3,
            self.say_yes: 2,
            self.create: 3,
            self.patch: 4,
            self.act: 6,
            self.undo: 4,
            self.decide: 6,
            self.read: 2,
            self.by_program: 6,
            self.stop: 2,
            self.retry: 3,
        }

    def next(self) -> Operation:
        while True:
            [kind] = self.random.choices(list(self.kinds), list(self.kinds.values()))
            if operation := kind():
                return operation

    # By chat, always with a key

    def say(self, kind: str, steps: list[Step], text: str = "") -> Operation:
        number = self.number()
        said = text or json.dumps({"operation": number, "steps": steps})
        body = {"message": said, "conversation_id": self.conversation(), "stream": self.random.random() < STREAMED}
        return self.operation(number, kind, "POST", "chat", body, steps=steps)

    def conversation(self) -> str | None:
        """Mostly one's own; one that others of the person are in; now and then a new one."""
        if self.own is None or self.random.random() < 1 / TURNS_PER_CONVERSATION:
            return None
        return self.random.choice(self.person.conversations[-2:]) if self.random.random() < SHARED else self.own

    def title(self) -> str:
        return f"{self.name} thing {self.random.getrandbits(60):x}"

    def task(self) -> dict[str, Any]:
        task: dict[str, Any] = {"title": self.title()}
        if self.random.random() < 0.4:
            task["due"] = self.random.choice(REPEATS)
        return task

    def add(self) -> Operation:
        """By many calls, so that a turn that is cut off has often made some of them."""
        tasks = [self.task() for _ in range(self.random.randint(1, MANY))]
        half = self.random.randint(0, len(tasks))
        steps = [[["add_task", {"tasks": [task]}] for task in part] for part in (tasks[:half], tasks[half:]) if part]
        return self.say("say", steps)

    def add_and_complete(self) -> Operation:
        task = self.task()
        return self.say("say", [[["add_task", {"tasks": [task]}]], [["complete_task", {"tasks": [task["title"]]}]]])

    def change_some(self) -> Operation | None:
        chosen = self.todos(2)
        if not chosen:
            return None
        update = {"task": chosen[0], "priority": self.random.choice(WORDS), "notes": self.title()}
        made: list[Step] = [
            [["complete_task", {"tasks": chosen}]],
            [["complete_task", {"tasks": chosen, "reopen": True}]],
            [["update_task", {"updates": [update]}], ["delete_task", {"tasks": chosen[1:] or chosen}]],
            [["update_task", {"updates": [update]}]],
        ]
        return self.say("say", self.random.sample(made, self.random.randint(1, 2)))

    def delete_many(self) -> Operation | None:
        """So many that the person is asked."""
        chosen = self.todos(WIDE)
        tool = self.random.choice(["delete_task", "complete_task"])
        return self.say("say", [[[tool, {"tasks": chosen}]]]) if len(chosen) == WIDE else None

    def undo_in_words(self) -> Operation:
        return self.say("say", [[["undo", {"redo": self.random.random() < 0.3}]]])

    def say_yes(self) -> Operation | None:
        return self.say("say", [], self.random.choice(["yes", "no"])) if self.person.approvals else None

    def stop(self) -> Operation | None:
        """Whatever runs there, of whichever client of the person."""
        if not self.person.conversations:
            return None
        conversation = self.random.choice(self.person.conversations[-2:])
        return self.operation(self.number(), "stop", "POST", f"conversations/{conversation}/stop")

    def retry(self) -> Operation | None:
        if not self.person.unfinished:
            return None
        conversation, message = self.random.choice(self.person.unfinished[-5:])
        path = f"conversations/{conversation}/messages/{message}/retry"
        return self.operation(self.number(), "retry", "POST", path, {}, message_id=message)

    # By a program at /mcp, where nothing has a key

    def by_program(self) -> Operation | None:
        chosen = self.todos(1)
        tool, arguments = "add_task", {"tasks": [self.task()]}
        if chosen and self.random.random() < 0.6:
            tool, arguments = "update_task", {"updates": [{"task": chosen[0], "notes": self.title()}]}
        params = {"name": tool, "arguments": arguments}
        body = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}
        return Operation(self.number(), "mcp", self.person, "POST", "/mcp", body)

    # By the API

    def create(self) -> Operation:
        return self.operation(self.number(), "create", "POST", "todos", self.task())

    def patch(self) -> Operation | None:
        body = {"notes": self.title(), "priority": self.random.choice(WORDS)}
        return self.bound("patch", "PATCH", "", body)

    def act(self) -> Operation | None:
        action = self.random.choice(["complete", "complete", "reopen", "restore", "delete"])
        return self.bound(action, "DELETE" if action == "delete" else "POST", action)

    def bound(self, kind: str, method: str, action: str, body: Any = None) -> Operation | None:
        chosen = self.todos(1)
        if not chosen:
            return None
        path = f"todos/{chosen[0]}" + (f"/{action}" if method == "POST" else "")
        version = self.person.versions.get(chosen[0], 1)
        return self.operation(self.number(), kind, method, path, body, todo_id=chosen[0], expects=version)

    def undo(self) -> Operation | None:
        if not self.person.targets:
            return None
        return self.operation(self.number(), "undo", "POST", "undo", self.random.choice(self.person.targets))

    def decide(self) -> Operation | None:
        if not self.person.approvals:
            return None
        chosen = self.random.choice(["all", "all", []])
        approval = self.random.choice(self.person.approvals[-2:])
        return self.operation(self.number(), "decide", "POST", f"approvals/{approval}", {"approve": chosen})

    def read(self) -> Operation | None:
        chosen = self.todos(1)
        if not chosen:
            return None
        todo_id, seen = chosen[0], self.person.versions.get(chosen[0], 1)
        return self.operation(self.number(), "read", "GET", f"todos/{todo_id}", todo_id=todo_id, at_least=seen)

    def todos(self, count: int) -> list[str]:
        known = list(self.person.versions)
        return self.random.sample(known, min(count, len(known)))

    def operation(self, number: int, kind: str, method: str, path: str, body: Any = None, **more: Any) -> Operation:
        may_be_keyed = method != "GET" and kind not in {"stop", "retry"}
        is_keyed = kind == "say" or (may_be_keyed and self.random.random() < KEYED)
        key = f"{self.name}-{number}" if is_keyed else ""
        return Operation(number, kind, self.person, method, f"/api/{self.person.user_id}/{path}", body, key, **more)

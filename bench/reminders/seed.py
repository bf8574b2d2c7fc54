"""People with todos whose reminders come within some seconds: run as a program, on the database of DATABASE_URL.

python -m bench.reminders.seed COUNT SECONDS_FROM_NOW SPREAD_SECONDS
"""

import datetime
import sys

PEOPLE = 100


def main() -> None:
    import django  # noqa: PLC0415 this is a program of its own

    django.setup()
    from django.utils import timezone  # noqa: PLC0415

    from accounts.models import User  # noqa: PLC0415
    from todos.models import Reminder, Todo  # noqa: PLC0415

    count, start, spread = int(sys.argv[1]), float(sys.argv[2]), float(sys.argv[3])
    people = [User(username=f"person{number}", subject=f"person{number}") for number in range(min(PEOPLE, count))]
    User.objects.bulk_create(people)
    first = timezone.now() + datetime.timedelta(seconds=start)
    moments = [first + datetime.timedelta(seconds=spread * number / count) for number in range(count)]
    todos = [
        Todo(owner=people[number % len(people)], title=f"Todo {number}", reminder_rules=["5 min"])
        for number in range(count)
    ]
    Todo.objects.bulk_create(todos)
    Reminder.objects.bulk_create(
        Reminder(owner_id=todo.owner_id, todo=todo, rule="5 min", at=at)
        for todo, at in zip(todos, moments, strict=True)
    )


if __name__ == "__main__":
    main()

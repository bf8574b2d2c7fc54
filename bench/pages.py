"""How long the server takes for a page or a list: `python -m bench.pages` prints medians of CPU and wall-clock time.

One process with DEBUG off and a SQLite database that is thrown away; a person with 100 todos, 30 conversations and, in
one of these, 30 messages. Requests go through all of Django, middlewares included, and not over a network. They are
made in turn, so that a slow moment of the machine is in the figures of all of them.
"""

import asyncio
import os
import secrets
import statistics
import tempfile
import time
from collections import defaultdict
from importlib import import_module
from typing import Any

import django
from asgiref.sync import sync_to_async
from django.core.management import call_command
from django.test import AsyncClient

ROUNDS, WARM_UP = 60, 5
ENVIRONMENT = {
    "DEBUG": "off",
    "ALLOWED_HOSTS": "testserver",
    "SECURE_SSL_REDIRECT": "off",
    "LOG_LEVEL": "ERROR",
    "REQUESTS_PER_MINUTE": "1000000",
}


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= ENVIRONMENT | {
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "DATABASE_URL": f"sqlite:///{folder}/bench.sqlite3",
            "SECRET_KEY": secrets.token_urlsafe(64),
        }
        django.setup()
        call_command("migrate", verbosity=0)
        asyncio.run(measure())


async def measure() -> None:
    client = AsyncClient()
    addresses, authorization = await sync_to_async(signed_in_with_addresses)(client)
    cpu_ms, wall_ms, size = defaultdict(list), defaultdict(list), {}
    for round_number in range(-WARM_UP, ROUNDS):
        for name, address in addresses.items():
            cpu, wall = time.process_time(), time.perf_counter()
            headers = {"Authorization": authorization} if address.startswith("/api/") else {}
            response = await client.get(address, headers=headers)
            spent = (time.process_time() - cpu) * 1000, (time.perf_counter() - wall) * 1000
            assert response.status_code == 200, (address, response.status_code)
            size[name] = len(response.content)
            if round_number >= 0:
                cpu_ms[name].append(spent[0])
                wall_ms[name].append(spent[1])
    print("page or list               CPU ms p50  wall ms p50      kB")
    for name in addresses:
        print(
            f"{name:25}  {statistics.median(cpu_ms[name]):10.1f}  {statistics.median(wall_ms[name]):11.1f}"
            f"  {size[name] / 1000:6.0f}"
        )


def signed_in_with_addresses(client: Any) -> tuple[dict[str, str], str]:
    """What is asked for, by its name in the table, and the Authorization header for what belongs to the API."""
    # Models can be imported only now that settings know the database.
    accounts = import_module("accounts.testing")
    owner = accounts.alice()
    conversation = import_module("chat.testing").full_page(owner)
    client.force_login(owner)
    api = f"/api/{owner.subject}"
    return {
        "30 messages, 100 todos": f"/c/{conversation.pk}",
        "new chat, 100 todos": "/",
        "100 todos": "/todos?filter=all",
        "todos of today": "/todos?filter=today",
        "settings": "/accounts/settings",
        "API: 20 todos": f"{api}/todos",
        "API: 20 todos by title": f"{api}/todos?sort=title",
        "API: 20 conversations": f"{api}/conversations",
        "API: 20 messages": f"{api}/conversations/{conversation.pk}/messages",
    }, accounts.bearer(owner)


if __name__ == "__main__":
    main()

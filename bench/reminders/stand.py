"""A database with reminders, and processes that send them to the sink."""

import subprocess
import sys
from typing import Any

from django.conf import settings

from bench.reminders.sink import Sink
from bench.surroundings.stored import stored
from config.testing import environment

SETTINGS = "bench.reminders.settings"


def seed(database_url: str, count: int, start_seconds: float = 0, spread_seconds: float = 0) -> None:
    run = [sys.executable, "-m", "bench.reminders.seed", *map(str, (count, start_seconds, spread_seconds))]
    subprocess.run(run, check=True, cwd=settings.BASE_DIR, env=environment(database_url))


def variables(sink: Sink, hold_at: str = "") -> dict[str, Any]:
    held = {"HOLD_AT": hold_at} if hold_at else {}
    return {"DJANGO_SETTINGS_MODULE": SETTINGS, "SINK_URL": sink.url, **held}


def sending(database_url: str, sink: Sink, hold_at: str = "", **streams: Any) -> subprocess.Popen[bytes]:
    """`manage.py send_reminders`, as cron runs it."""
    command = [sys.executable, "manage.py", "send_reminders"]
    env = environment(database_url, **variables(sink, hold_at))
    return subprocess.Popen(command, cwd=settings.BASE_DIR, env=env, **streams)


def end_claims(database_url: str) -> None:
    """So much time passes for the outbox that the claims of whoever died are over."""
    over = "'2000-01-01 00:00:00'" if database_url.startswith("sqlite") else "'2000-01-01+00'"
    changed = f"UPDATE notices_delivery SET not_before = {over} WHERE state IN ('waiting', 'claimed')"
    stored(database_url, changed + " RETURNING 1")


def count_of(database_url: str, where: str) -> int:
    return int(stored(database_url, f"SELECT COUNT(*) FROM {where}")[0][0])

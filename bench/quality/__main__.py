"""Quality: `python -m bench.quality` prints what the basic assistant passes, and what becomes of each faulty model.

With `--live 4` the model of the settings (OPENAI_BASE_URL, OPENAI_MODEL, …) plays every scenario four times instead,
and pass^k is the share of scenarios that it passes k times out of k. Everything is on a database that is thrown away.
"""

import argparse
import asyncio
import os
import tempfile
from importlib import import_module

import django
from django.conf import settings
from django.core.management import call_command
from django.test.utils import setup_test_environment


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.quality", description="Scenarios, graded by rows.")
    parser.add_argument("--live", type=int, default=0, metavar="TIMES", help="play them with the model of the settings")
    parser.add_argument("--kind", default="", help="only scenarios of this kind")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["DATABASE_URL"] = f"sqlite:///{folder}/bench.sqlite3"
        os.environ |= {"DJANGO_SETTINGS_MODULE": "config.settings", "LOG_LEVEL": "ERROR"}
        django.setup()
        setup_test_environment()
        settings.RATE_LIMITS, settings.TOKENS_PER_DAY = False, 10**9
        call_command("migrate", verbosity=0)
        # Models can be imported only now that settings know the database.
        report = import_module("bench.quality.report")
        asyncio.run(report.live(options.live, options.kind) if options.live else report.basic_and_faulty(options.kind))


if __name__ == "__main__":
    main()

"""The settings of a process whose notices go to the bench, by HTTP, and nowhere else."""

import os

from config.settings import *  # noqa: F403

INSTALLED_APPS += ["bench.reminders.apps.SinkConfig"]  # noqa: F405
if "HOLD_AT" in os.environ:
    DATABASES["default"]["ENGINE"] = "config.tests.failures.held_database"  # noqa: F405

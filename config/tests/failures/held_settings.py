"""The settings of a server that is to be killed at one moment of a turn."""

from config.settings import *  # noqa: F403

DATABASES["default"]["ENGINE"] = "config.tests.failures.held_database"  # noqa: F405

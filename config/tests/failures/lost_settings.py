"""The settings of a server that loses its database at named moments."""

from config.settings import *  # noqa: F403

DATABASES["default"]["ENGINE"] = "config.tests.failures.lost_database"  # noqa: F405

"""The settings of a server that speaks one language more: `pseudo.py` writes it into PSEUDO_LOCALE."""

import os

from config.settings import *  # noqa: F403

LOCALE_PATHS = [os.environ["PSEUDO_LOCALE"], *LOCALE_PATHS]  # noqa: F405
LANGUAGES = [*LANGUAGES, ("he", "עברית")]  # noqa: F405

"""The settings, with static files from another folder: a deployment of another version."""

import os

from config.settings import *  # noqa: F403

STATIC_ROOT = os.environ["STATIC_FOLDER"]

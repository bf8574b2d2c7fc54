"""python manage.py check_model: whether the model server of the settings works with this program."""

import asyncio
import logging
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

WORDS = {True: "yes", False: "no", None: "–"}


class Command(BaseCommand):
    help = "Ask the model server of the settings for all that a turn needs, and say which setting helps."

    def handle(self, *args: Any, **options: Any) -> None:
        if not (settings.OPENAI_API_KEY or settings.OPENAI_BASE_URL):
            self.stdout.write("There is no model server to check: set OPENAI_API_KEY or OPENAI_BASE_URL.")
            return
        logging.getLogger("chat.assistants").setLevel(logging.CRITICAL)  # The table says it all.
        missing = asyncio.run(self.write_findings())
        if missing:
            raise CommandError(f"Turns do not work with this server: {', '.join(missing)}.")
        self.stdout.write("Turns work with this server.")

    async def write_findings(self) -> list[str]:
        """Write a line for each finding; returns those that turns cannot do without and that do not hold."""
        # Here, because openai takes half a second to import, which other commands should not pay.
        from chat.assistants.openai.check import findings  # noqa: PLC0415
        from chat.assistants.openai.client import OpenAIModel  # noqa: PLC0415

        model, missing = OpenAIModel(), []
        self.stdout.write(f"{model.name} at {model.address.base_url}, {model.address.api}\n\n")
        async for finding in findings(model):
            self.stdout.write(f"{finding.name:30} {WORDS[finding.holds]:4} {finding.note}".rstrip())
            if finding.is_needed and not finding.holds:
                missing.append(finding.name)
        await model.close()
        self.stdout.write("")
        return missing

"""Puts the channel of the bench in the place of all others."""

import datetime
import os

from django.apps import AppConfig


class SinkConfig(AppConfig):
    name = "bench.reminders"
    label = "bench_reminders"

    def ready(self) -> None:
        from bench.reminders.channel import SinkChannel  # noqa: PLC0415 models are not loaded before
        from notices.channels.registry import channels  # noqa: PLC0415
        from notices.outbox import claims  # noqa: PLC0415

        # Of who is killed the claim ends within the run, by the clock, as everywhere; any attempt here takes less.
        if "CLAIM_SECONDS" in os.environ:
            claims.CLAIM = datetime.timedelta(seconds=int(os.environ["CLAIM_SECONDS"]))
        channels.clear()
        channels["push"] = SinkChannel(os.environ["SINK_URL"])

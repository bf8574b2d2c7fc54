"""Puts the channel of the bench in the place of all others."""

import os

from django.apps import AppConfig


class SinkConfig(AppConfig):
    name = "bench.reminders"
    label = "bench_reminders"

    def ready(self) -> None:
        from bench.reminders.channel import SinkChannel  # noqa: PLC0415 models are not loaded before
        from notices.channels.registry import channels  # noqa: PLC0415

        channels.clear()
        channels["push"] = SinkChannel(os.environ["SINK_URL"])

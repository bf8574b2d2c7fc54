"""Work that a process does beside its requests, in rounds, for as long as it lives."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import NoReturn

from telemetry.causes import cause_of

from .units import is_outage, request_thread

logger = logging.getLogger(__name__)


async def repeat(name: str, work: Callable[[], Awaitable[float]], after_fault: float = 1.0) -> NoReturn:
    """Do `work` again and again, with the rest in seconds that each round returns. Its owner cancels it.

    Whatever breaks a round off, the next one begins `after_fault` seconds later: were it to end here, nobody would
    be reminded until a restart.
    The log has one line when the database gets out of reach and one when it is back, and all of a fault.
    """
    cause = ""
    async with request_thread():
        while True:
            before = cause
            try:
                rest = await work()
                cause = ""
            except Exception as error:
                cause = cause_of(error)
                if not is_outage(error):
                    logger.exception("%s: a round failed", name)
                elif cause != before:
                    logger.warning("%s: database out of reach (%s)", name, cause)
                rest = after_fault
            if before and not cause:
                logger.info("%s: goes on, after %s", name, before)
            await asyncio.sleep(rest)

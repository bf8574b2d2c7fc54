"""The scale bench: production settings, PostgreSQL and Redis, a model with the pace of a real one.

    python -m bench.scale users       1, 10 and 100 users on two processes, who chat, list and keep a socket open
    python -m bench.scale streams     500 streams at once on one process
    python -m bench.scale sockets     1,000 sockets on one process, and how soon a change reaches all tabs of a user
    python -m bench.scale memory      an idle process, and what an open stream and an open socket add to it
    python -m bench.scale growth      a turn with 10³, 10⁵ and 10⁶ messages in the database
    python -m bench.scale turns       turns a second of one process, a model that answers at once

Each prints a table and fails beyond its objective. Clients, model, database and server share the machine.
"""

import argparse
import asyncio
import contextlib
import statistics
import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any

import aiohttp
import psycopg

from bench.load import Stand, cpu_ms, processes_of, production_stand
from bench.surroundings.bare import bare_client
from bench.surroundings.crowd import Crowd, Person, Told, bare_turns

REALISTIC = ("--first-token-ms", "400", "--tokens-per-second", "40")
AT_ONCE = ("--first-token-ms", "0")
# An answer of forty words then takes most of a minute, so that all streams are open before the first one ends.
UNHURRIED = ("--first-token-ms", "400", "--tokens-per-second", "0.7")
# Streams that begin within ten seconds are then open for ten more.
STEADY = ("--first-token-ms", "400", "--tokens-per-second", "2")
RAMP_SECONDS, ALL_OPEN_SECONDS = 10, 15
OBJECTIVE_MS, ADDED_MS, MEMORY_MB = 5_000, 250, 250
LOST = """
SELECT (SELECT count(*) FROM chat_message WHERE role = 'user' AND content LIKE 'Bench turn %') AS questions,
       (SELECT count(*) FROM chat_message WHERE role = 'assistant' AND status = 'completed') AS answers,
       (SELECT count(*) FROM (SELECT 1 FROM chat_message GROUP BY conversation_id
                              HAVING count(*) <> max(sequence)) AS gaps) AS gaps
"""


@contextlib.contextmanager
def stand(processes: int, pace: tuple[str, ...], people: int) -> Iterator[tuple[Stand, list[Person]]]:
    """The database, Redis and settings of a production; the processes start with `stand.running()`."""
    with production_stand(pace, processes) as made:
        yield made, [Person(user.user_id, user.token) for user in made.create_users(people)]


@contextlib.asynccontextmanager
async def crowd(made: Stand, people: list[Person]) -> AsyncIterator[Crowd]:
    """The people as clients of a running server that has answered each kind of request once."""
    limits = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=limits, timeout=aiohttp.ClientTimeout(total=120)) as session:
        gathered = Crowd(session, made.port, made.upstream_port, people)
        await asyncio.gather(*(gathered.turn(person, warm=True) for person in people[:8]))
        yield gathered


def memory_mb(pid: int, line: str = "VmHWM") -> float:
    """The most that the process has had in memory, or with VmRSS what it has now."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(found.split()[1]) / 1000 for found in lines if found.startswith(line))


def spread(values: list[float]) -> tuple[float, float]:
    """Median and 95th percentile."""
    cuts = statistics.quantiles(values if len(values) > 1 else [*values, 0, 0][:2], n=20)
    return cuts[9], cuts[18]


def lost_messages(url: str) -> tuple[int, int, int]:
    with psycopg.connect(url) as connection:
        found = connection.execute(LOST).fetchone()
    assert found is not None
    return found


async def users(options: argparse.Namespace) -> bool:
    met = True
    with stand(options.processes, REALISTIC, max(options.users)) as (made, people), made.running() as server:
        print("users  turns  failed  turns/s  total p95 s  under 5 s  added p50  p95 ms  list p95 ms  ratio  MB")
        async with crowd(made, people) as gathered:
            for count in options.users:
                told = await gathered.live(count, options.seconds, options.think)
                bare = await bare_turns(gathered, count, options.seconds / 3, options.think)
                memory = max(memory_mb(pid) for pid in processes_of(server.pid))
                met &= told_well(told, count, bare, memory)
        questions, answers, gaps = lost_messages(made.environment["DATABASE_URL"])
        print(f"sent {gathered.sent}, stored questions {questions}, answers {answers}, conversations with gaps {gaps}")
        return met and questions == answers == gathered.sent and gaps == 0


def told_well(told: Told, count: int, bare: list[float], memory: float) -> bool:
    total, added, listing = spread(told.total_ms), spread(told.added_ms), spread(told.list_ms)
    under = sum(ms < OBJECTIVE_MS for ms in told.total_ms) / max(len(told.total_ms), 1)
    ratio = total[0] / statistics.median(bare)
    print(
        f"{count:5}  {len(told.total_ms):5}  {told.failed:6}  {len(told.total_ms) / told.seconds:7.1f}"
        f"  {total[1] / 1000:11.2f}  {under:9.1%}  {added[0]:9.0f}  {added[1]:6.0f}  {listing[1]:11.0f}"
        f"  {ratio:5.2f}  {memory:3.0f}",
        flush=True,
    )
    return told.failed == 0 and under >= 0.95 and added[1] < ADDED_MS and memory < MEMORY_MB


async def streams(options: argparse.Namespace) -> bool:
    with stand(1, UNHURRIED, options.streams) as (made, people), made.running() as server:
        async with crowd(made, people) as gathered:
            told = await gathered.stream_all(options.ramp)
            memory = max(memory_mb(pid) for pid in processes_of(server.pid))
    first, added = spread(told.first_ms), spread(told.added_ms)
    print(f"streams {len(people)}, open at once {told.most_open}, failed {told.failed}, {memory:.0f} MB")
    print(f"first event p50 {first[0]:.0f} ms, p95 {first[1]:.0f} ms")
    print(f"added p50 {added[0]:.0f} ms, p95 {added[1]:.0f} ms")
    return told.failed == 0 and told.most_open == len(people) and memory < MEMORY_MB


async def sockets(options: argparse.Namespace) -> bool:
    tabs = 5
    with stand(1, AT_ONCE, options.sockets // tabs) as (made, people), made.running() as server:
        async with crowd(made, people) as gathered:
            reached = await gathered.open_tabs(tabs, changes=options.changes)
            memory = max(memory_mb(pid) for pid in processes_of(server.pid))
    p50, p95 = spread(reached)
    print(f"{options.sockets} sockets, {memory:.0f} MB")
    print(f"a change reached all {tabs} tabs of a user in {p50:.0f} ms, p95 {p95:.0f} ms")
    return p95 < 200 and memory < MEMORY_MB


async def memory(options: argparse.Namespace) -> bool:
    with stand(1, STEADY, options.held) as (made, people), made.running() as server:
        (pid,) = processes_of(server.pid)
        async with crowd(made, people) as gathered:
            idle = memory_mb(pid, "VmRSS")
            async with contextlib.AsyncExitStack() as stack:
                for person in people:
                    page = await stack.enter_async_context(gathered.socket(person))
                    await page.receive_str()
                with_sockets = memory_mb(pid, "VmRSS")
            streaming = asyncio.create_task(gathered.stream_all(RAMP_SECONDS))
            await asyncio.sleep(ALL_OPEN_SECONDS)
            with_streams = memory_mb(pid, "VmRSS")
            told = await streaming
    print(f"idle {idle:.0f} MB after a few turns")
    print(f"{(with_sockets - idle) * 1000 / options.held:.0f} KB a socket, of {options.held}")
    print(f"{(with_streams - idle) * 1000 / options.held:.0f} KB a stream at most, of {told.most_open} open at once")
    return told.failed == 0 and told.most_open == options.held and with_streams < MEMORY_MB


async def turns(options: argparse.Namespace) -> bool:
    with stand(1, AT_ONCE, options.at_once) as (made, people), made.running() as server:
        async with crowd(made, people) as gathered:
            (pid,) = processes_of(server.pid)
            rates, costs, ratios = [], [], []
            with bare_client(made.environment["OPENAI_BASE_URL"]) as bare:
                for _ in range(options.rounds):
                    before = cpu_ms(pid)
                    told = await gathered.chat(people, options.seconds)
                    assert told.failed == 0, told
                    rates.append(len(told.total_ms) / told.seconds)
                    costs.append((cpu_ms(pid) - before) / len(told.total_ms))
                    ratios.append(costs[-1] / (await bare.take_turns(len(people), seconds=2)).cpu_ms)
                    print(
                        f"{rates[-1]:6.1f} turns/s  {costs[-1]:5.1f} CPU ms a turn  {ratios[-1]:5.2f} × bare",
                        flush=True,
                    )
    print(f"CPU of a turn by that of a bare client: {statistics.median(ratios):.2f} ×")
    print(f"median {statistics.median(rates):.1f} turns/s, {statistics.median(costs):.1f} CPU ms a turn")
    return statistics.median(rates) >= 60


async def growth(options: argparse.Namespace) -> bool:
    """Rounds of turns with each size of database in between, so that a slow moment is in the figures of all."""
    with contextlib.ExitStack() as stack:
        stands = []
        for messages in options.messages:
            made, people = stack.enter_context(stand(1, AT_ONCE, 1))
            fill(made.environment["DATABASE_URL"], messages)
            server = stack.enter_context(made.running())
            stands.append((messages, made, people, server))
        costs: dict[int, list[tuple[float, float]]] = {messages: [] for messages in options.messages}
        async with contextlib.AsyncExitStack() as crowds:
            gathered = {size: await crowds.enter_async_context(crowd(made, p)) for size, made, p, _ in stands}
            for _ in range(options.rounds):
                for messages, _, people, server in stands:
                    (pid,) = processes_of(server.pid)
                    before = cpu_ms(pid)
                    told = await gathered[messages].chat(people, seconds=1.5)
                    assert told.failed == 0, told
                    spent = (cpu_ms(pid) - before) / len(told.total_ms)
                    costs[messages].append((statistics.median(told.total_ms), spent))
    print(" messages  turn p50 ms  CPU ms")
    medians = {size: [statistics.median(column) for column in zip(*rows, strict=True)] for size, rows in costs.items()}
    for messages, (wall, cpu) in medians.items():
        print(f"{messages:9}  {wall:11.1f}  {cpu:6.1f}")
    first, last = medians[options.messages[0]], medians[options.messages[-1]]
    print(f"ratio {last[0] / first[0]:.2f}, of CPU {last[1] / first[1]:.2f}")
    return last[0] / first[0] < 1.2


def fill(url: str, messages: int) -> None:
    """Messages of three days ago, 1,000 of each person, 20 in a conversation: only how many others there are grows."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(OTHERS, [max(messages // 1_000 - 1, 0)])
        for statement in (CONVERSATIONS, MESSAGES, "ANALYZE"):
            connection.execute(statement)


OTHERS = """
INSERT INTO accounts_user (id, password, is_superuser, username, first_name, last_name, email, is_staff, is_active,
                           date_joined, issuer, subject, time_zone, look)
SELECT gen_random_uuid(), '', false, 'other-' || n, '', '', '', false, true, now(), 'bench', 'other-' || n, 'UTC', ''
FROM generate_series(1, %s) AS n
"""
CONVERSATIONS = """
INSERT INTO chat_conversation (id, owner_id, title, title_set_by_user, last_sequence, seen_sequence, summary,
                               summary_sequence, token_ratio, created_at, updated_at)
SELECT gen_random_uuid(), id, 'Plans', false, 20, 20, '', 0, 1, now() - interval '3 days', now() - interval '3 days'
FROM accounts_user, generate_series(1, 50)
"""
MESSAGES = """
INSERT INTO chat_message (id, conversation_id, owner_id, sequence, role, content, status, error_code, model,
                          input_tokens, output_tokens, upkeep_tokens, metadata, created_at)
SELECT gen_random_uuid(), id, owner_id, n, CASE WHEN n % 2 = 1 THEN 'user' ELSE 'assistant' END,
       'Water the plants before the weekend', 'completed', '', 'bench', 10, 10, 0, '{}', now() - interval '3 days'
FROM chat_conversation, generate_series(1, 20) AS n
"""


COMMANDS: dict[str, Callable[[argparse.Namespace], Coroutine[Any, Any, bool]]] = {
    "users": users,
    "streams": streams,
    "sockets": sockets,
    "memory": memory,
    "growth": growth,
    "turns": turns,
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.scale", description="Measure under many users.")
    parser.add_argument("what", choices=[*COMMANDS, "all"], nargs="?", default="all")
    parser.add_argument("--users", type=int, nargs="+", default=[1, 10, 100])
    parser.add_argument("--think", type=float, default=10, help="seconds that people read before they go on")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=30, help="of each level or round")
    parser.add_argument("--streams", type=int, default=500)
    parser.add_argument("--ramp", type=float, default=30, help="seconds over which the streams begin")
    parser.add_argument("--sockets", type=int, default=1_000)
    parser.add_argument("--held", type=int, default=200, help="sockets and streams whose memory is measured")
    parser.add_argument("--changes", type=int, default=200)
    parser.add_argument("--at-once", type=int, default=16, help="turns at once")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--messages", type=int, nargs="+", default=[1_000, 100_000, 1_000_000])
    options = parser.parse_args()
    chosen = list(COMMANDS) if options.what == "all" else [options.what]
    missed = [what for what in chosen if not asyncio.run(COMMANDS[what](options))]
    if missed:
        sys.exit(f"The objective was not met: {', '.join(missed)}.")


if __name__ == "__main__":
    main()

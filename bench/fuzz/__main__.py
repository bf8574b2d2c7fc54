"""Requests that nobody would think of, at every operation of the API: `python -m bench.fuzz [EXAMPLES]`.

Starts a server on a database that is thrown away and lets schemathesis make EXAMPLES (1,000) requests of each operation
of the OpenAPI document, right ones and wrong ones, with all of its checks. Limits on how often are off, or nothing else
would be met. Exits with 1 where something is found.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from bench.load import ROOT, Stand

HERE = Path(__file__).resolve().parent
SCHEMATHESIS = HERE / ".venv" / "bin" / "schemathesis"
PHASES = "examples,coverage,fuzzing,stateful"
SEVERAL = 20
LOG_SHOWN = 6_000
# A person with todos and conversations, whose name is not that of the examples: nobody erases them by chance.
CREATE = """
import json
from accounts.testing import UserFactory
from accounts.tokens.access import issue_access_token
from chat.testing import belongings

user = UserFactory(username="somebody-in-particular")
made = [belongings(user, f"thing {number}") for number in range(SEVERAL)]
ids = {name: sorted({one[name] for one in made}) for name in made[0]}
ids["continue_from"] = ids["conversation_id"]
print(json.dumps({"token": issue_access_token(user), "ids": ids}))
"""


def main() -> int:
    examples = sys.argv[1] if len(sys.argv) > 1 else "1000"
    with tempfile.TemporaryDirectory() as folder:
        stand = Stand(Path(folder), f"sqlite:///{folder}/fuzz.sqlite3")
        stand.environment |= {
            "ACCESS_TOKEN_SECONDS": "86400",
            "TURNS_AT_ONCE": "1000",
            "OPENAI_API_KEY": "",
            "OPENAI_BASE_URL": "",
        }
        stand.manage("migrate")
        made = json.loads(stand.manage("shell", "--command", CREATE.replace("SEVERAL", str(SEVERAL))))
        with stand.running() as server:
            found = run_schemathesis(stand.port, made, examples)
            died = server.poll() is not None
        log = (Path(folder) / "server.log").read_text()
        # What failed without an expectation, with its place.
        print(log.partition(" ERROR ")[2][:LOG_SHOWN])
        return found or int(died or "Traceback" in log)


def run_schemathesis(port: int, made: dict, examples: str) -> int:
    command: list[str | Path] = [
        *(SCHEMATHESIS, "--config-file", HERE / "schemathesis.toml"),
        *("run", f"http://127.0.0.1:{port}/api/openapi.json"),
        *("--header", f"Authorization: Bearer {made['token']}"),
        *("--checks", "all", "--phases", PHASES, "--max-examples", examples, "--workers", "1"),
        *("--suppress-health-check", "all", "--continue-on-failure", *sys.argv[2:]),
    ]
    environment = os.environ | {"SCHEMATHESIS_HOOKS": "bench.fuzz.hooks", "FUZZ_IDS": json.dumps(made["ids"])}
    return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode


if __name__ == "__main__":
    raise SystemExit(main())

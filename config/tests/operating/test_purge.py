"""A running process removes what is over, and counts it."""

import urllib.request

from bench.surroundings.stored import stored
from config.testing import empty_database, running_server
from config.tests.servers import ServerCase, wait_for


class Purges(ServerCase):
    def test_a_process_empties_the_trash_and_says_so_in_its_metrics(self):
        with empty_database() as database, running_server(database, PURGE_SECONDS="1", TRASH_DAYS="1") as server:
            user = self.sign_up(server)
            path = f"/api/{user[0]}/todos"
            todos = [server.request("POST", path, {"title": title}, user[1]).body["id"] for title in ("old", "new")]
            for todo_id in todos:
                self.assertEqual(server.request("DELETE", f"{path}/{todo_id}", token=user[1]).status, 204)
            age(database, "old")
            wait_for(lambda: self.titles(server, path, user) == ["new"])
            with urllib.request.urlopen(f"http://127.0.0.1:{server.port}/metrics", timeout=20) as answer:
                self.assertIn('todo_chat_purged_rows_total{what="todos"} 1.0', answer.read().decode())
            self.assertEqual(server.request("GET", f"{path}/{todos[0]}", token=user[1]).status, 404)

    def titles(self, server, path, user):
        return [todo["title"] for todo in server.request("GET", f"{path}?filter=trash", token=user[1]).body["items"]]


def age(database: str, title: str) -> None:
    """As if it had been in the trash for years."""
    stored(
        database, f"UPDATE todos_todo SET deleted_at = '2020-01-01 00:00:00+00:00' WHERE title = '{title}' RETURNING id"
    )

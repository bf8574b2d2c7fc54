"""README's way to a service on one machine, word for word, up to the first administrator and a turn over TLS."""

import contextlib
import http.client
import json
import os
import re
import shutil
import signal
import ssl
import subprocess
import sys
import tempfile
from http.cookies import SimpleCookie
from pathlib import Path
from unittest import TestCase, skipUnless
from urllib.parse import urlencode, urlsplit

from bench.surroundings.proxy import NGINX, make_certificate, wait_until_open
from config.testing import empty_database, free_port
from config.tests.servers import wait_for
from config.tests.serving.test_serve import running_redis

from .test_readme import NOT_COPIED, ROOT, blocks, own_environment

HOST, PASSWORD = "todo.example.com", "seven green bottles"


@skipUnless(NGINX, "nginx is not installed")
@skipUnless(os.environ.get("DATABASE_URL"), "This way has PostgreSQL.")
class OnOneMachine(TestCase):
    def setUp(self):
        scratch = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.folder, self.nginx_folder = scratch / "todo-chat", scratch / "nginx"
        shutil.copytree(ROOT, self.folder, ignore=shutil.ignore_patterns(*NOT_COPIED))
        (self.folder / ".venv").symlink_to(sys.prefix)
        self.nginx_folder.mkdir()
        self.certificate = make_certificate(self.nginx_folder / "tls")
        self.port, self.tls_port = free_port(), free_port()
        self.here = {
            "postgresql://todo_chat:password@localhost:5432/todo_chat": self.enterContext(empty_database()),
            "redis://localhost:6379/0": self.enterContext(running_redis()),
            "/etc/nginx/todo-chat": str(self.nginx_folder),
            "sudo ": "",
        }

    def followed(self, script: str) -> subprocess.Popen:
        """A block of the README on this machine, whose addresses are others."""
        for there, here in self.here.items():
            script = script.replace(there, here)
        environment = own_environment() | {"PORT": str(self.port)}
        return subprocess.Popen(
            ["bash", "-euc", script],
            cwd=self.folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def printed(self, script: str) -> str:
        process = self.followed(script)
        text, _ = process.communicate(timeout=120)
        self.assertEqual(process.returncode, 0, text)
        return text

    @contextlib.contextmanager
    def kept(self, script: str):
        process = self.followed(script)
        try:
            yield process
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.communicate()

    def ask(self, method, path, body=None, **headers):
        trust = ssl.create_default_context(cafile=self.certificate)
        connection = http.client.HTTPSConnection("localhost", self.tls_port, timeout=60, context=trust)
        with contextlib.closing(connection):
            connection.request(method, path, body, {"Host": HOST, **headers})
            answer = connection.getresponse()
            answer.body = answer.read().decode()
        return answer

    def post_json(self, path, body, **headers):
        answer = self.ask("POST", path, json.dumps(body), **{"Content-Type": "application/json", **headers})
        self.assertEqual(answer.status, 200, answer.body)
        return json.loads(answer.body)

    def test_it_leads_to_a_signed_in_administrator_and_a_turn_over_tls(self):
        settings, program, nginx, administrator = blocks("shell")
        self.printed(settings)
        with self.kept(program) as served:
            wait_until_open(self.port, seconds=120)
            self.assertIsNone(served.poll())
            with self.nginx(nginx):
                link = urlsplit(self.printed(administrator).splitlines()[-1])
                self.assertEqual(f"{link.scheme}://{link.netloc}", f"https://{HOST}")
                self.choose_password(f"{link.path}?{link.query}")
                tokens = self.post_json("/api/auth/token", {"username": "root", "password": PASSWORD})
                bearer = f"Bearer {tokens['access_token']}"
                say = {"message": "Create a todo: Buy groceries"}
                turn = self.post_json(f"/api/{tokens['user_id']}/chat", say, Authorization=bearer)
                self.assertIn("Buy groceries", turn["response"])
                self.assertEqual(json.loads(self.ask("GET", "/readyz").body)["status"], "ready")

    @contextlib.contextmanager
    def nginx(self, script: str):
        copy, start = script.splitlines()
        self.printed(copy)
        pid_file = self.nginx_folder / "nginx.pid"
        for file in self.nginx_folder.glob("*.conf"):
            text = file.read_text().replace("127.0.0.1:8000", f"127.0.0.1:{self.port}")
            text = text.replace("listen 443", f"listen {self.tls_port}").replace("listen 80 ", f"listen {free_port()} ")
            text = text.replace("/etc/nginx/todo-chat", str(self.nginx_folder)).replace("/var/log/nginx", "/tmp")
            file.write_text(text.replace("/run/todo-chat-nginx.pid", str(pid_file)))
        self.printed(start)
        try:
            wait_until_open(self.tls_port)
            yield
        finally:
            os.kill(int(pid_file.read_text()), signal.SIGTERM)
            wait_for(lambda: not pid_file.exists())

    def choose_password(self, path: str) -> None:
        page = self.ask("GET", path)
        self.assertEqual(page.status, 200, page.body)
        cookies = SimpleCookie("; ".join(page.headers.get_all("Set-Cookie")))
        csrf = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.body)[1]
        form = urlencode({"new_password1": PASSWORD, "new_password2": PASSWORD, "csrfmiddlewaretoken": csrf})
        sent = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Cookie": f"csrftoken={cookies['csrftoken'].value}",
            "Referer": f"https://{HOST}{path}",
        }
        chosen = self.ask("POST", path, form, **sent)
        self.assertEqual((chosen.status, chosen.headers["Location"]), (302, "/admin/"), chosen.body)
        session = SimpleCookie("; ".join(chosen.headers.get_all("Set-Cookie")))["sessionid"].value
        admin = self.ask("GET", "/admin/", Cookie=f"sessionid={session}")
        self.assertEqual(admin.status, 200)
        self.assertIn("root", admin.body)

"""What is in deploy/ names what is there: figures, settings, probes, and the limits of the shipped nginx."""

import json
import re
from pathlib import Path

import yaml
from django.conf import settings
from django.test import SimpleTestCase
from prometheus_client import REGISTRY

from config.asgi import PROBES
from config.processes.leaving import LINGER_SECONDS
from telemetry import metrics

DEPLOY = Path(settings.BASE_DIR, "deploy")


class Figures(SimpleTestCase):
    known = {sample for family in REGISTRY.collect() for sample in (family.name, *(s.name for s in family.samples))}
    known |= {f"{name}_{end}" for name in known for end in ("total", "bucket")}

    def names_in(self, expression: str) -> set[str]:
        return set(re.findall(r"todo_chat_\w+", expression))

    def assert_known(self, expression: str) -> None:
        self.assertLessEqual(self.names_in(expression), self.known)
        self.assertEqual(expression.count("("), expression.count(")"), expression)

    def test_alerts_are_of_figures_that_there_are(self):
        self.assertTrue(metrics.turns)
        [group] = yaml.safe_load((DEPLOY / "prometheus-rules.yaml").read_text())["groups"]
        self.assertGreater(len(group["rules"]), 5)
        for rule in group["rules"]:
            with self.subTest(rule["alert"]):
                self.assert_known(rule["expr"])
                self.assertTrue(rule["annotations"]["summary"])
                self.assertIn(rule["labels"]["severity"], {"page", "ticket"})

    def test_the_dashboard_shows_figures_that_there_are(self):
        board = json.loads((DEPLOY / "grafana-dashboard.json").read_text())
        shown = [target["expr"] for panel in board["panels"] for target in panel["targets"]]
        for expression in shown:
            with self.subTest(expression):
                self.assertTrue(self.names_in(expression))
                self.assert_known(expression)
        self.assertEqual(len({panel["id"] for panel in board["panels"]}), len(board["panels"]))


class Kubernetes(SimpleTestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        made = yaml.safe_load_all((DEPLOY / "kubernetes.yaml").read_text())
        cls.made = {resource["kind"]: resource for resource in made}
        cls.pod = cls.made["Deployment"]["spec"]["template"]["spec"]
        [cls.web] = cls.pod["containers"]

    def test_every_variable_is_a_setting(self):
        example = Path(settings.BASE_DIR, ".env.example").read_text()
        for name in (*self.made["Secret"]["stringData"], *self.made["ConfigMap"]["data"]):
            with self.subTest(name):
                self.assertIn(f"#{name}=", example)

    def test_its_probes_are_ours_and_its_labels_agree(self):
        for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
            self.assertIn(self.web[probe]["httpGet"]["path"], PROBES)
        labels = self.made["Deployment"]["spec"]["template"]["metadata"]["labels"]
        for selector in (
            self.made["Deployment"]["spec"]["selector"]["matchLabels"],
            self.made["Service"]["spec"]["selector"],
        ):
            self.assertEqual(selector, labels)

    def test_a_pod_has_time_to_end_its_turns(self):
        pause = int(self.web["lifecycle"]["preStop"]["exec"]["command"][1])
        needed = pause + LINGER_SECONDS + 2 * settings.SHUTDOWN_GRACE_SECONDS
        self.assertGreater(self.pod["terminationGracePeriodSeconds"], needed)

    def test_its_ingress_has_the_limits_of_nginx(self):
        nginx = (DEPLOY / "nginx" / "http.conf").read_text()
        annotations = self.made["Ingress"]["metadata"]["annotations"]
        for name, directive in {
            "proxy-body-size": "client_max_body_size",
            "proxy-buffering": "proxy_buffering",
            "proxy-connect-timeout": "proxy_connect_timeout",
            "proxy-read-timeout": "proxy_read_timeout",
            "proxy-send-timeout": "proxy_send_timeout",
            "proxy-next-upstream": "proxy_next_upstream",
            "proxy-next-upstream-tries": "proxy_next_upstream_tries",
        }.items():
            with self.subTest(name):
                shipped = re.search(rf"^{directive} (.+?);", nginx, re.MULTILINE)[1]
                unit = "s" if name.endswith("timeout") else ""
                self.assertEqual(annotations[f"nginx.ingress.kubernetes.io/{name}"] + unit, shipped)

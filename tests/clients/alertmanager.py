"""Runs Alertmanager with an emitted configuration and posts alerts to it: a webhook must hear exactly what the policy lets through
now. Once with a maintenance and a freeze round this minute, once with both of them later and a maintenance of one region now. What
recurs must be heard where the model of Alertmanager's evaluation says so. Usage: alertmanager.py OPSC"""

import datetime
import http.server
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

import yaml
from alertmanager_model import intervals

POLICY = """
policy muted {{ language 1; horizon {year}-01-01 .. {next}-01-01 }}
region near {{ zone "America/New_York" }}
region far {{ zone "Pacific/Kiritimati" }}
tier T0 "any" {{ examples "x" }}
freeze hard {{ block T0 }}
role ops {{ members "ada" }}
status red "Red" {{ level major-outage; shows "x" }}
severity S1 "Bad" {{ impact "x"; status red; pages ops }}
severity S2 "Less" {{ impact "x"; status red; pages ops }}
audience users {{ channel "page"; told "what" }}
surface writes : endpoint {{ route "POST" "/w" }}
window peak : hard {{ during {start} .. {end} }}
window night : hard {{ every day 20:00 .. 08:00 }}
window month-end : hard {{ every month last day for 36h }}
window holidays : hard {{ every year Nov 15 .. Jan 06 }}
{weekly}
maintenance part {{ regions far; during {part} .. {part_end}; refuses writes; begin {{ freeze-writes }}; end {{ unfreeze-writes }} }}
maintenance quiet {{ during {start} .. {end}; refuses writes; begin {{ freeze-writes }}; end {{ unfreeze-writes }} }}
target alertmanager {{ to "alertmanager.yml"; webhook "http://127.0.0.1:{port}" }}
"""
ALERTS = [
    {"alertname": "Back", "ops": "rollback", "severity": "S2"},
    {"alertname": "Bad", "ops": "incident", "severity": "S1"},
    {"alertname": "Far", "ops": "incident", "severity": "S1", "region": "far"},
    {"alertname": "Near", "ops": "incident", "severity": "S1", "region": "near"},
    {"alertname": "Runs", "ops": "rollout", "pipeline": "p"},
    {"alertname": "Blind", "ops": "blind", "pipeline": "p"},
]
ALWAYS = {("severity-S2", "Back"), ("default", "Blind")}
TOLD = {(receiver, alert) for receiver in ("severity-S1", "audience-users") for alert in ("Bad", "Near")}
EXPECTED = {"now": ALWAYS | {("freeze-peak", "Runs")}, "later": ALWAYS | TOLD}
WEEKLY = [f"window on-{day.lower()} : hard {{ every {day} 06:00 .. 18:00 }}" for day in ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")]

heard = set()


class Webhook(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        heard.update((self.path.strip("/"), alert["labels"]["alertname"]) for alert in body["alerts"])
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_):
        pass


def routed(config, labels):
    given = [f"{name}={value}" for name, value in {"policy": "muted", **labels}.items()]
    said = subprocess.run(
        ["amtool", "config", "routes", "test", f"--config.file={config}", *given], check=True, capture_output=True, text=True
    )
    return set(said.stdout.strip().split(","))


def post(port, alerts):
    body = json.dumps([{"labels": {"policy": "muted", **labels}} for labels in alerts]).encode()
    request = urllib.request.Request(f"http://127.0.0.1:{port}/api/v2/alerts", body, {"Content-Type": "application/json"})
    for _ in range(100):
        try:
            return urllib.request.urlopen(request, timeout=2)
        except OSError:
            time.sleep(0.1)
    raise SystemExit("Alertmanager does not answer")


def main(opsc):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Webhook)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    for case, (begin, end) in {"now": (-2, 5), "later": (60, 70)}.items():
        heard.clear()
        now = datetime.datetime.now(datetime.timezone.utc)
        at = lambda minutes: (now + datetime.timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:00Z")
        with tempfile.TemporaryDirectory() as folder:
            text = POLICY.format(
                year=now.year - 1, next=now.year + 2, start=at(begin), end=at(end), port=server.server_port,
                part=at(58 - begin), part_end=at(65 - begin), weekly="\n".join(WEEKLY),
            )
            pathlib.Path(folder, "main.ops").write_text(text)
            subprocess.run([opsc, "build", folder], check=True)
            config = os.path.join(folder, "alertmanager.yml")
            recurring = {
                name: holds
                for name, holds in intervals(yaml.safe_load(open(config))).items()
                if name.startswith("freeze-") and name != "freeze-peak"
            }
            assert len(recurring) == 10
            told = lambda: {(name, "Runs") for name, holds in recurring.items() if holds(int(time.time()))}
            expected = EXPECTED[case] | told()
            for labels, receivers in [
                (ALERTS[0], {"severity-S2"}),
                ({"ops": "rollback", "severity": "S1"}, {"severity-S1"}),
                ({"ops": "rollback"}, {"default"}),
                (ALERTS[1], {"audience-users", "severity-S1"}),
                ({"ops": "status", "severity": "S2"}, {"audience-users", "severity-S2"}),
                ({"ops": "incident"}, {"audience-users", "default"}),
                ({"ops": "rollout"}, {"freeze-peak", *recurring}),
                ({"ops": "blind"}, {"default"}),
                ({"policy": "another", "ops": "rollback", "severity": "S1"}, {"default"}),
            ]:
                found = routed(config, labels)
                assert found == set(receivers), f"{labels} goes to {found}, not to {receivers}"
            port = server.server_port - 1 if server.server_port > 2048 else server.server_port + 1
            manager = subprocess.Popen(
                ["prometheus-alertmanager", f"--config.file={config}", f"--storage.path={folder}/data",
                 f"--web.listen-address=127.0.0.1:{port}", "--cluster.listen-address="],
                stderr=subprocess.PIPE, stdout=subprocess.DEVNULL,
            )
            try:
                post(port, ALERTS)
                end_of_wait = time.monotonic() + 20
                while heard != expected and time.monotonic() < end_of_wait:
                    time.sleep(0.2)
                # Whatever is to be heard was heard; what is not would be by now.
                time.sleep(3)
            finally:
                manager.terminate()
                manager.wait()
            # An interval may have begun or ended meanwhile.
            maybe = expected ^ (EXPECTED[case] | told())
        assert heard - maybe == expected - maybe, f"{case}: heard {sorted(heard)}, expected {sorted(expected)}"
    print("alertmanager: 2 runs heard what they should, 18 routes lead where they should")


main(sys.argv[1])

"""Runs nginx with the emitted files before a server that takes everything, and asks it: every method to every route, to paths
beside it and to other spellings of it, with each switch on and off, and by a clock that is moved to every second at which a
maintenance begins or ends and the seconds beside it. What is refused, and how, is held against what the policy says.
Usage: nginx.py FOLDER TRUTH
"""

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time

METHODS = ["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"]
DEFAULT = {"status": 503, "code": "read_only", "retry_after": 300}


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def filled(answer):
    answer = answer or {}
    return {key: answer.get(key) or value for key, value in DEFAULT.items()}


def spellings(path):
    """Requests for a path, as clients may write them, and paths that only look like it."""
    sample = path.replace("*", "a/b.html")
    same = [sample, sample + "?x=/y", "/." + sample, "/x/.." + sample, "/" + sample, sample.rstrip("/") + "/"]
    if letter := sample.rstrip("/")[-1:]:
        same.append(sample.rstrip("/")[:-1] + "%%%02X" % ord(letter))
    if "*" in path:
        same += [path.replace("*", "a%0Ab"), path.replace("*", "x"), path.replace("*", "")]
    other = ["/", "/healthz", "/prefix" + sample, "/x" + sample, "/.ops/read-only/423", "/.ops/read-only/503"]
    if letter and not path.endswith("*"):
        other += [sample.rstrip("/") + end for end in ("/more", "s", ".json")]
    return same, other


def meant(route, method, path):
    """Whether a decoded path is a route's, said once more and in another way than by what was emitted."""
    if method != route[0]:
        return False
    pieces = [re.escape(piece) for piece in route[1].rstrip("/").split("*")]
    return re.fullmatch(".*".join(pieces) + "/*", path, re.DOTALL) is not None


class Proxy:
    def __init__(self, folder, work):
        self.work, self.port, behind = work, free_port(), free_port()
        self.switches = os.path.join(work, "switches")
        self.clock = os.path.join(work, "clock")
        os.mkdir(self.switches)
        os.chmod(work, 0o755)
        server = open(os.path.join(folder, "read-only.server.conf")).read()
        named = set(re.findall(r'-f "(/[^"]*)/read-only[^"/]*"', server))
        assert len(named) == 1, f"one folder of switches: {named}"
        with open(os.path.join(work, "server.conf"), "w") as file:
            file.write(server.replace(named.pop(), self.switches))
        with open(os.path.join(work, "nginx.conf"), "w") as file:
            file.write(
                f"""env FAKETIME_TIMESTAMP_FILE; env FAKETIME_NO_CACHE; env FAKETIME_DONT_FAKE_MONOTONIC;
                daemon off; master_process off; worker_processes 1; pid {work}/pid; error_log {work}/error.log;
                events {{}}
                http {{
                  access_log off; client_body_temp_path {work}/t1; proxy_temp_path {work}/t2; fastcgi_temp_path {work}/t3;
                  uwsgi_temp_path {work}/t4; scgi_temp_path {work}/t5;
                  types {{ text/html html; }}
                  include {os.path.abspath(folder)}/read-only.http.conf;
                  server {{ listen 127.0.0.1:{behind}; location / {{ return 200 "arrived"; }} }}
                  server {{
                    listen 127.0.0.1:{self.port};
                    include {work}/server.conf;
                    location / {{ proxy_pass http://127.0.0.1:{behind}; }}
                  }}
                }}"""
            )
        self.at(1_500_000_000)
        library = subprocess.run(["faketime", "2020-01-01", "printenv", "LD_PRELOAD"], capture_output=True, text=True, check=True)
        faked = {
            **os.environ,
            "LD_PRELOAD": library.stdout.strip(),
            "FAKETIME_TIMESTAMP_FILE": self.clock,
            "FAKETIME_NO_CACHE": "1",
            "TZ": "UTC",
            # Only what people call time moves: a monotonic clock that jumped would end nginx's timers.
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }
        command = ["nginx", "-p", work, "-c", os.path.join(work, "nginx.conf")]
        subprocess.run([*command, "-t", "-q"], check=True)
        self.process = subprocess.Popen(command, env=faked)
        for _ in range(100):
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                return
            except OSError:
                time.sleep(0.05)
        raise AssertionError("nginx does not answer: " + open(os.path.join(work, "error.log")).read())

    def at(self, second):
        """Stops the clock in the middle of a second."""
        written = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(second)) + ".500000"
        with open(self.clock + ".new", "w") as file:
            file.write(written)
        os.rename(self.clock + ".new", self.clock)

    def turn(self, name, on):
        path = os.path.join(self.switches, name)
        if on:
            open(path, "w").close()
        else:
            os.unlink(path)

    def ask(self, method, path):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        connection.request(method, path, body=b"{}" if method in ("POST", "PUT", "PATCH") else None)
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        return answer, body

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(10)


class Judge:
    def __init__(self, proxy):
        self.proxy, self.count = proxy, 0

    def refused(self, method, path, answer, maintenance):
        said, body = self.proxy.ask(method, path)
        where = f"{method} {path}"
        assert said.status == answer["status"], f"{where}: {said.status}, not {answer['status']}"
        assert said.getheader("Retry-After") == str(answer["retry_after"]), f"{where}: {said.getheaders()}"
        assert said.getheader("Content-Type") == "application/json", f"{where}: {said.getheaders()}"
        assert said.getheader("Cache-Control") == "no-store", f"{where}: {said.getheaders()}"
        if method != "HEAD":
            wanted = {"error": answer["code"], "maintenance": maintenance, "retry_after_seconds": answer["retry_after"]}
            assert json.loads(body) == wanted, f"{where}: {body}"
        self.count += 1

    def passes(self, method, path):
        said, body = self.proxy.ask(method, path)
        internal = said.status == 404 and path.startswith("/.ops/")
        assert internal or said.status == 200, f"{method} {path}: {said.status} {body}"
        assert internal or method == "HEAD" or body == b"arrived", f"{method} {path}: {body}"
        self.count += 1

    def everything(self, asked, routes, answer, maintenance):
        """Every method to every spelling; refused where one of `routes` is meant, and passed on where none is."""
        for route in asked:
            same, other = spellings(route[1])
            for path in same + other:
                decoded = re.sub("/+", "/", re.sub(r"^/(\.|x/\.\.)/", "/", path.split("?")[0]))
                decoded = re.sub("%([0-9A-F]{2})", lambda found: chr(int(found[1], 16)), decoded, flags=re.I)
                for method in METHODS:
                    if any(meant(one, method, decoded) for one in routes):
                        self.refused(method, path, answer, maintenance)
                    else:
                        self.passes(method, path)


def main(folder, truth_file):
    truth = json.load(open(truth_file))
    routes, maintenances = truth["routes"], truth["maintenances"]
    assert routes, "the policy names no route"
    with tempfile.TemporaryDirectory() as work:
        proxy = Proxy(folder, work)
        judge = Judge(proxy)
        try:
            judge.everything(routes, [], None, None)
            answers = [row["answer"] for row in maintenances.values() if row["answer"]]
            proxy.turn("read-only", True)
            judge.everything(routes, routes, filled(answers[0] if answers else None), None)
            proxy.turn("read-only", False)
            judge.everything(routes, [], None, None)
            moments = 0
            for name, row in maintenances.items():
                if not row["routes"]:
                    continue
                answer = filled(row["answer"])
                proxy.turn(f"read-only.{name}", True)
                judge.everything(routes, row["routes"], answer, name)
                proxy.turn(f"read-only.{name}", False)
                method, path = row["routes"][0]
                path = path.replace("*", "x")
                for edge in sorted({edge for span in row["spans"] for edge in span}):
                    for second in (edge - 1, edge, edge + 1):
                        proxy.at(second)
                        moments += 1
                        holding = [
                            other
                            for other, its in maintenances.items()
                            if any(start <= second < end for start, end in its["spans"])
                            and any(meant(route, method, path) for route in its["routes"])
                        ]
                        if holding:
                            first = holding[0]
                            judge.refused(method, path, filled(maintenances[first]["answer"]), first)
                        else:
                            judge.passes(method, path)
                proxy.at(1_500_000_000)
            judge.everything(routes, [], None, None)
        finally:
            proxy.stop()
        said = open(os.path.join(work, "error.log")).read()
        assert not re.search(r"\[(warn|error|crit|alert|emerg)\]", said), said
    print(f"nginx: {judge.count} requests answered as the policy says, {moments} of them by the clock")


main(*sys.argv[1:])

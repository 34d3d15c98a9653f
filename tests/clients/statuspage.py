"""Sends every emitted request to a server on loopback that answers as Statuspage's API description says, and holds what then
stands on the page against the policy: each entry of a maintenance is one of its occurrences, and each occurrence has one. Requests
that are broken on purpose must be refused.
Usage: statuspage.py FILE TRUTH SCHEMA
"""

import copy
import datetime
import http.client
import http.server
import json
import re
import sys
import threading

import jsonschema

NASTY = 'a "quoted"\nline \\ {incident} \u202e é 🚦 </script>'
SCHEDULED = ("scheduled_for", "scheduled_until")


def instant(text):
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", text), f"no instant: {text}"
    return int(datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp())


class Page:
    """What stands on the page."""

    def __init__(self, schema):
        described = json.load(open(schema))["definitions"]
        self.rules = []
        for key, rule in described.items():
            method, path = key.split(" ")
            pattern = re.sub(r"\{[a-z_]+\}", "([a-z0-9]+)", path)
            self.rules.append((method, re.compile(pattern), jsonschema.Draft7Validator(rule)))
        self.incidents = {}

    def ask(self, method, path, body):
        for known, pattern, rule in self.rules:
            match = pattern.fullmatch(path)
            if known != method or not match:
                continue
            problems = [problem.message for problem in rule.iter_errors(body)]
            if problems:
                return 422, {"error": problems}
            if "component" in body:
                return 200, {}
            return self.put(method, match, body["incident"])
        return 404, {}

    def put(self, method, match, incident):
        try:
            times = [instant(incident[field]) for field in SCHEDULED if field in incident]
        except (AssertionError, ValueError) as problem:
            return 422, {"error": str(problem)}
        if len(times) == 2 and times[0] >= times[1]:
            return 422, {"error": "it ends before it begins"}
        if len(incident.get("name", "")) > 255 or len(incident.get("body", "")) > 25000:
            return 422, {"error": "too long"}
        if any(not isinstance(value, dict) for value in incident.get("metadata", {}).values()):
            return 422, {"error": "metadata holds objects"}
        if "reminder_intervals" in incident and not 1 <= int(incident["reminder_intervals"]) <= 24:
            return 422, {"error": "reminders come after 1 to 24 hours"}
        if method == "POST":
            name = f"incident{len(self.incidents)}"
            self.incidents[name] = copy.deepcopy(incident)
            return 201, {"id": name}
        if match[2] not in self.incidents:
            return 404, {}
        self.incidents[match[2]].update(incident)
        return 200, {"id": match[2]}


def served(page):
    class Handler(http.server.BaseHTTPRequestHandler):
        def answer(self):
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            status, said = page.ask(self.command, self.path, body)
            data = json.dumps(said).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_POST = do_PATCH = answer

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def filled(value, names):
    """Every name that is to be filled in, in one pass."""
    if isinstance(value, dict):
        return {filled(key, names): filled(item, names) for key, item in value.items()}
    if isinstance(value, list):
        return [filled(item, names) for item in value]
    if not isinstance(value, str) or not names:
        return value
    return re.sub("|".join(re.escape("{" + name + "}") for name in names), lambda found: names[found[0][1:-1]], value)


def main(path, truth_path, schema):
    document, truth = json.load(open(path)), json.load(open(truth_path))
    page = Page(schema)
    server = served(page)

    def send(method, where, body):
        connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=10)
        connection.request(method, where, json.dumps(body), {"Content-Type": "application/json"})
        answer = connection.getresponse()
        said = json.loads(answer.read())
        connection.close()
        return answer.status, said

    ids = [request["id"] for request in document["requests"]]
    assert len(set(ids)) == len(ids), "an id names two requests"
    created, broken = "", 0
    known = {"page": "kctbh9vrtdwd", "scheduled-for": "2030-01-01T00:00:00Z", "scheduled-until": "2031-01-01T00:00:00Z"}
    for request in document["requests"]:
        raw = json.dumps([request["path"], request["body"]], ensure_ascii=False)
        names = {}
        for name in request["fill"]:
            assert "{" + name + "}" in raw, f"{request['id']}: {name} is nowhere"
            is_component = name.split(".")[0] == "component"
            names[name] = known.get(name) or (created if name == "incident" else "gcvfrw2r8w36" if is_component else NASTY)
        if request["method"] == "PATCH" and "incident" in names and not created:
            created = send("POST", "/pages/kctbh9vrtdwd/incidents", {"incident": {"name": "x"}})[1]["id"]
            names["incident"] = created
        where, body = filled(request["path"], names), filled(request["body"], names)
        status, said = send(request["method"], where, body)
        assert status in (200, 201), f"{request['id']}: {status} {said}"
        created = said.get("id", created)
        [(what, fields)] = body.items()
        for harm in ({"status": "fixed"}, {"impact": "none"}, {"status": 1}):
            assert send(request["method"], where, {what: {**fields, **harm}})[0] == 422, f"{request['id']}: {harm} passes"
            broken += 1
        if "at" in request:
            assert instant(request["at"])
    entries = {}
    for incident in page.incidents.values():
        key = incident.get("metadata", {}).get("ops", {}).get("id", "")
        found = re.fullmatch(r"maintenance\.(.+?)\.\d{4}-.*", key)
        if found:
            span = tuple(instant(time) for time in key_span(document, key))
            entries.setdefault(found[1], set()).add(span)
    for name, row in truth["maintenances"].items():
        assert entries.pop(name, set()) == {tuple(span) for span in row["spans"]}, f"{name}: other times than the policy's"
    assert not entries, entries
    server.shutdown()
    print(f"statuspage: {len(ids)} requests accepted, {broken} broken ones refused, {len(document['banners'])} banners")


def key_span(document, key):
    """What an entry was created with: later requests may have moved its end."""
    [request] = [request for request in document["requests"] if request["id"] == key]
    return [request["body"]["incident"][field] for field in SCHEDULED]


main(*sys.argv[1:])

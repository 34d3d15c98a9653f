"""Runs the emitted script against a server on loopback that takes and answers what GitHub's API description says of environments, and
refuses what it does not take. What the server then exports goes through `opsc drift`, which must find nothing; then each setting is
weakened by itself, and `opsc drift` must find it.
Usage: environments.py FOLDER POLICY SCHEMA
"""

import copy
import http.server
import json
import os
import subprocess
import sys
import tempfile
import threading

import jsonschema

# Stands in for `gh api`: the same words, asked of the server.
GH = '''#!{python}
import json, subprocess, sys, urllib.request
words = sys.argv[2:]
method, body, fields, query, silent, path = "GET", None, {{}}, ".", False, None
while words:
    word = words.pop(0)
    if word == "--method": method = words.pop(0)
    elif word == "--input": body = open(words.pop(0)).read()
    elif word == "-f": name, _, value = words.pop(0).partition("="); fields[name] = value
    elif word == "--jq": query = words.pop(0)
    elif word == "--silent": silent = True
    elif word == "--paginate": pass
    elif word.startswith("-"): sys.exit(f"gh: unknown flag {{word}}")
    else: path = word
body = body if body is not None else json.dumps(fields) if fields else None
request = urllib.request.Request("{server}/" + path, method=method, data=body.encode() if body else None)
try:
    answer = urllib.request.urlopen(request).read()
except urllib.error.HTTPError as error:
    sys.exit(f"gh: {{error.code}} {{error.read().decode()}}")
if not silent:
    sys.exit(subprocess.run(["jq", "-r", query] if query.endswith(".id") else ["jq", "-c", query], input=answer).returncode)
'''


class Host:
    """What the repository holds."""

    def __init__(self, schemas):
        taken = copy.deepcopy(schemas["put"])
        # Taken and answered by the API, and missing from its description (go-github, issue 2725).
        taken["properties"]["can_admins_bypass"] = {"type": "boolean"}
        self.put = jsonschema.Draft7Validator(taken)
        self.policy = jsonschema.Draft7Validator(schemas["policy"])
        self.ids, self.environments, self.branches = {}, {}, {}

    def user(self, login):
        number = self.ids.setdefault(("User", login), len(self.ids) + 1)
        address = f"https://api.github.com/users/{login}"
        lists = ("followers", "following", "gists", "starred", "subscriptions", "organizations", "repos", "events", "received_events")
        return {
            "login": login, "id": number, "node_id": f"U{number}", "avatar_url": "", "gravatar_id": "", "url": address,
            "html_url": f"https://github.com/{login}", "type": "User", "site_admin": False,
            **{f"{name}_url": f"{address}/{name}" for name in lists},
        }

    def answer(self, method, path, body):
        parts = path.strip("/").split("/")
        if method == "GET" and parts[0] == "users" and len(parts) == 2:
            return 200, self.user(parts[1])
        if parts[:3] != ["repos", "octo", "rag"] or parts[3] != "environments":
            return 404, {}
        if len(parts) == 4:
            return 200, {"total_count": len(self.environments), "environments": list(self.environments.values())}
        name = parts[4]
        if len(parts) == 5 and method == "PUT":
            return self.settle(name, body)
        if name not in self.environments or not self.environments[name]["deployment_branch_policy"]["custom_branch_policies"]:
            return 404, {}
        known = self.branches.setdefault(name, [{"id": 7, "name": "*", "type": "branch"}])
        if method == "GET":
            return 200, {"total_count": len(known), "branch_policies": known}
        if method == "DELETE":
            known[:] = [one for one in known if str(one["id"]) != parts[6]]
            return 204, {}
        if list(self.policy.iter_errors(body)):
            return 422, {}
        known.append({"id": 8 + len(known), **body})
        return 200, known[-1]

    def settle(self, name, body):
        problems = [problem.message for problem in self.put.iter_errors(body)]
        rules = body.get("deployment_branch_policy")
        if rules and rules["protected_branches"] == rules["custom_branch_policies"]:
            problems.append("protected and custom branches exclude each other")
        reviewers = body.get("reviewers") or []
        if len(reviewers) > 6 or (body.get("prevent_self_review") and not reviewers):
            problems.append("up to six reviewers, and at least one where self-review is prevented")
        logins = {number: login for (_, login), number in self.ids.items()}
        if any(reviewer.get("id") not in logins for reviewer in reviewers):
            problems.append("no such reviewer")
        if problems:
            return 422, {"message": problems}
        held = [{"type": one["type"], "reviewer": self.user(logins[one["id"]])} for one in reviewers]
        self.environments[name] = {
            "id": 1, "node_id": "E", "name": name, "url": "", "html_url": "", "created_at": "", "updated_at": "",
            "can_admins_bypass": body.get("can_admins_bypass", True),
            "protection_rules": [
                *([{"id": 2, "node_id": "R", "type": "required_reviewers",
                    "prevent_self_review": body.get("prevent_self_review", False), "reviewers": held}] if held else []),
                *([{"id": 3, "node_id": "B", "type": "branch_policy"}] if rules else []),
            ],
            "deployment_branch_policy": rules,
        }
        return 200, self.environments[name]


def served(host):
    class Handler(http.server.BaseHTTPRequestHandler):
        def do(self):
            length = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(length)) if length else None
            status, said = host.answer(self.command, self.path, body)
            data = json.dumps(said).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(0 if status == 204 else len(data)))
            self.end_headers()
            if status != 204:
                self.wfile.write(data)

        do_GET = do_PUT = do_POST = do_DELETE = do

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def drift(policy, export):
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(export, file)
        file.flush()
        done = subprocess.run(
            ["opsc", "drift", policy, "--environments", file.name, "--format", "json"], capture_output=True, text=True
        )
    assert done.returncode in (0, 1), done.stderr
    report = json.loads(done.stdout)
    assert (report["weaker"] > 0) == (done.returncode == 1), report
    return [finding for finding in report["findings"] if finding["gravity"] == "weaker"]


def weakened(export):
    """Each way to let more through by one setting, with its name."""
    stranger = {"type": "User", "reviewer": {"login": "stranger"}}
    for at, environment in enumerate(export["environments"]):
        name = environment["name"]

        def changed(change):
            other = copy.deepcopy(export)
            change(other["environments"][at])
            return other

        missing = copy.deepcopy(export)
        del missing["environments"][at]
        missing["total_count"] -= 1
        yield f"{name} missing", missing
        yield f"{name} bypass", changed(lambda one: one.update(can_admins_bypass=True))
        yield f"{name} bypass unsaid", changed(lambda one: one.pop("can_admins_bypass"))
        yield f"{name} any branch", changed(lambda one: one.update(deployment_branch_policy=None))
        other = {key: not value for key, value in environment["deployment_branch_policy"].items()}
        yield f"{name} other branches", changed(lambda one: one.update(deployment_branch_policy=other))
        for number, rule in enumerate(environment["protection_rules"]):
            if rule["type"] != "required_reviewers":
                continue

            def ruled(change):
                return changed(lambda one: change(one["protection_rules"][number]))

            yield f"{name} no rule", changed(lambda one: one["protection_rules"].pop(number))
            yield f"{name} no rules", changed(lambda one: one.pop("protection_rules"))
            yield f"{name} self-review", ruled(lambda rule: rule.update(prevent_self_review=False))
            yield f"{name} self-review unsaid", ruled(lambda rule: rule.pop("prevent_self_review"))
            yield f"{name} nobody", ruled(lambda rule: rule.update(reviewers=[]))
            yield f"{name} somebody else", ruled(lambda rule: rule["reviewers"].append(stranger))
            yield f"{name} somebody else alone", ruled(lambda rule: rule.update(reviewers=[stranger]))


def main(folder, policy, schemas):
    schemas = json.load(open(schemas))
    host = Host(schemas)
    server = served(host)
    with tempfile.TemporaryDirectory() as programs:
        with open(os.path.join(programs, "gh"), "w") as gh:
            gh.write(GH.format(python=sys.executable, server=f"http://127.0.0.1:{server.server_address[1]}"))
        os.chmod(gh.name, 0o755)
        path = f"{programs}:{os.environ['PATH']}"
        for _ in range(2):  # what is applied again stays as it is
            subprocess.run(["bash", f"{folder}/apply.sh", "octo/rag"], check=True, env={**os.environ, "PATH": path})
    files = [json.load(open(f"{folder}/{name}")) for name in os.listdir(folder) if name.endswith(".json")]
    assert {file["environment"] for file in files} == set(host.environments)
    for file in files:
        assert host.answer("PUT", f"/repos/octo/rag/environments/{file['environment']}-unfilled", file["body"])[0] == (
            422 if file["fill"] else 200
        )
        host.environments.pop(f"{file['environment']}-unfilled", None)
        if file["branches"]:
            assert [one["name"] for one in host.branches[file["environment"]]] == file["branches"]
    _, export = host.answer("GET", "/repos/octo/rag/environments", None)
    jsonschema.validate(export, schemas["list"])
    assert drift(policy, export) == [], drift(policy, export)
    assert drift(policy, [export]) == []
    number = 0
    for name, weaker in weakened(export):
        found = drift(policy, weaker)
        assert found, name
        assert all(f"`{name.split(' ')[0]}`" in finding["found"] for finding in found), (name, found)
        number += 1
    print(f"environments: {len(files)}, weakened settings found: {number}")


main(*sys.argv[1:])

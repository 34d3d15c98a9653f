"""Stands in for what an API server's admission watches in the core API of a cluster: namespaces, ConfigMaps, admission policies and
their bindings. Whatever is PUT or DELETEd at its path is told to whoever watches; nothing is judged here.
Usage: core.py PORT
"""

import http.server
import json
import sys
import threading
import urllib.parse

RESOURCES = {  # group and version -> resource -> kind, and whether it is of a namespace
    "v1": {"namespaces": ("Namespace", False), "configmaps": ("ConfigMap", True), "services": ("Service", True)},
    "admissionregistration.k8s.io/v1": {
        "validatingadmissionpolicies": ("ValidatingAdmissionPolicy", False),
        "validatingadmissionpolicybindings": ("ValidatingAdmissionPolicyBinding", False),
    },
}
FOREVER = 3600  # seconds that a watch is held open


class Store:
    """Objects by resource and path, and everything that happened to them, in order."""

    def __init__(self):
        self.objects = {}
        self.events = []
        self.changed = threading.Condition()

    def put(self, key, one):
        with self.changed:
            kind = "MODIFIED" if key in self.objects else "ADDED"
            self.objects[key] = one
            self.happened(kind, key, one)

    def delete(self, key):
        with self.changed:
            self.happened("DELETED", key, self.objects.pop(key))

    def happened(self, kind, key, one):
        version = len(self.events) + 1
        one["metadata"].update(uid="/".join(key), resourceVersion=str(version), generation=version)
        self.events.append((kind, key[0], json.loads(json.dumps(one))))
        self.changed.notify_all()

    def listed(self, resource):
        with self.changed:
            return len(self.events), [one for key, one in sorted(self.objects.items()) if key[0] == resource]

    def since(self, version):
        """What happened behind `version`: waits until something has."""
        with self.changed:
            self.changed.wait_for(lambda: len(self.events) > version, FOREVER)
            return len(self.events), self.events[version:]


def defaulted(one):
    """As an API server stores it: a selector that is not said selects everything, where one that is not stored selects nothing."""
    spec = one.get("spec", {})
    if one["kind"] == "ValidatingAdmissionPolicy":
        spec.setdefault("failurePolicy", "Fail")
        matched(spec.setdefault("matchConstraints", {}))
    elif one["kind"] == "ValidatingAdmissionPolicyBinding" and "matchResources" in spec:
        matched(spec["matchResources"])
    return one


def matched(resources):
    resources.setdefault("matchPolicy", "Equivalent")
    resources.setdefault("namespaceSelector", {})
    resources.setdefault("objectSelector", {})
    for rule in resources.get("resourceRules", []):
        rule.setdefault("scope", "*")


def discovery(path):
    """What this API says it has, or nothing where `path` asks something else."""
    groups = [version for version in RESOURCES if "/" in version]
    if path == "/api":
        return {"kind": "APIVersions", "versions": ["v1"]}
    if path == "/apis":
        versions = [{"groupVersion": group, "version": group.split("/")[1]} for group in groups]
        named = [{"name": one["groupVersion"].split("/")[0], "versions": [one], "preferredVersion": one} for one in versions]
        return {"kind": "APIGroupList", "apiVersion": "v1", "groups": named}
    version = path.removeprefix("/apis/").removeprefix("/api/")
    if version not in RESOURCES:
        return None
    verbs = ["get", "list", "watch"]
    resources = [
        {"name": name, "singularName": kind.lower(), "kind": kind, "namespaced": namespaced, "verbs": verbs}
        for name, (kind, namespaced) in RESOURCES[version].items()
    ]
    return {"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": version, "resources": resources}


def located(path):
    """The version, resource, and key of a path; the key is of the resource alone where it names no object."""
    parts = path.strip("/").split("/")
    named = 2 if parts[0] == "api" else 3
    version, rest = "/".join(parts[1:named]), parts[named:]
    namespace = []
    if len(rest) > 2 and rest[0] == "namespaces":
        namespace, rest = [rest[1]], rest[2:]
    if not rest or rest[0] not in RESOURCES.get(version, {}):
        return None
    return version, rest[0], (rest[0], *namespace, *rest[1:])


class Core(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    store = Store()

    def do_GET(self):
        url = urllib.parse.urlparse(self.path)
        query = {name: values[0] for name, values in urllib.parse.parse_qs(url.query).items()}
        found = discovery(url.path)
        where = located(url.path)
        if found is not None:
            return self.answer(200, found)
        if where is None:
            return self.answer(404, {"kind": "Status", "status": "Failure", "reason": "NotFound", "code": 404})
        version, resource, key = where
        kind, namespaced = RESOURCES[version][resource]
        if len(key) == (3 if namespaced else 2):
            one = self.store.objects.get(key)
            return self.answer(200, one) if one else self.answer(404, {"kind": "Status", "reason": "NotFound", "code": 404})
        if query.get("watch") in ("true", "1"):
            return self.watch(version, resource, query)
        at, items = self.store.listed(resource)
        self.answer(200, {"apiVersion": version, "kind": f"{kind}List", "metadata": {"resourceVersion": str(at)}, "items": items})

    def do_PUT(self):
        one = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.store.put(located(self.path)[2], defaulted(one))
        self.answer(200, one)

    def do_DELETE(self):
        self.store.delete(located(self.path)[2])
        self.answer(200, {"kind": "Status", "status": "Success"})

    def watch(self, version, resource, query):
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        at = int(query.get("resourceVersion") or 0)
        if query.get("sendInitialEvents") == "true":
            at, items = self.store.listed(resource)
            for one in items:
                self.event("ADDED", one)
            ended = {"resourceVersion": str(at), "annotations": {"k8s.io/initial-events-end": "true"}}
            self.event("BOOKMARK", {"apiVersion": version, "kind": RESOURCES[version][resource][0], "metadata": ended})
        while True:
            at, events = self.store.since(at)
            for kind, of, one in events:
                if of == resource:
                    self.event(kind, one)

    def event(self, kind, one):
        text = json.dumps({"type": kind, "object": one}).encode() + b"\n"
        self.wfile.write(b"%x\r\n%b\r\n" % (len(text), text))
        self.wfile.flush()

    def answer(self, status, body):
        text = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)


if __name__ == "__main__":
    server = http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Core)
    server.daemon_threads = True
    server.serve_forever()

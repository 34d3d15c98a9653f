"""Asks a real Kubernetes API server about what `opsc build` writes for a cluster: its custom resources are made, every object is
posted as strictly as can be, broken ones too, and its admission runs the emitted policies in a freeze and outside one.
Usage: ask.py REPOSITORY WORK SERVER CORE, with WORK the folder of certificates, SERVER and CORE the addresses of the API server and
of the stand-in for the core API; OPSC is the program that builds.
"""

import copy
import datetime
import glob
import http.client
import json
import os
import shutil
import ssl
import subprocess
import sys
import time
import urllib.parse

import yaml
from kubernetes import Calendar
from objects import SCHEMAS

WAIT = 20  # seconds: a server that starts, a definition that is taken up, a policy that is heard of
ROLLBACK = "system:serviceaccount:ops:rollback"
COMPONENT = "app.kubernetes.io/component"
BROKEN = {  # kind -> what is broken, the path to it, a key there, and what is put under that key
    "Rollout": [
        ("a misspelt field", ["spec", "strategy", "canary", "steps", 0], "setWieght", 5),
        ("a wrong type", ["spec", "strategy", "canary"], "scaleDownDelaySeconds", "soon"),
    ],
    "AnalysisTemplate": [
        ("a misspelt field", ["spec", "metrics", 0], "failureLimmit", 1),
        ("a wrong type", ["spec"], "metrics", "none"),
    ],
    "AppProject": [
        ("a misspelt field", ["spec", "syncWindows", 0], "timezone", "UTC"),
        ("a wrong type", ["spec", "syncWindows", 0], "manualSync", "no"),
    ],
    "HTTPRoute": [
        ("a misspelt field", ["spec", "rules", 0, "backendRefs", 0], "wieght", 5),
        ("a wrong type", ["spec", "rules", 0, "backendRefs", 0], "weight", "most"),
        ("a number out of range", ["spec", "rules", 0, "backendRefs", 0], "weight", 1_000_001),
    ],
}
NEW_VERSION = {"spec": {"template": {"spec": {"containers": [{"name": "one", "image": "one:2", "resources": {}}]}}}}
SMALL = """policy {name} {{
  language 1
  horizon  {start} .. {end}
}}
region eu {{ zone "UTC" }}
component web {{ paths "web/**" }}
tier T1 "Standard" {{ examples "page" }}
freeze hard {{ block others }}
window repair : hard {{ during {opens}Z .. {closes}Z }}
target kubernetes {{
  to            "kubernetes"
  namespace     "{name}"
  rollback-user "{rollback}"
}}
"""


class Api:
    """An API over HTTP: answers are a status and the object that came with it."""

    def __init__(self, address, certificates=None, user=None):
        self.url = urllib.parse.urlparse(address)
        self.context = None
        if certificates:
            self.context = ssl.create_default_context(cafile=os.path.join(certificates, "ca.crt"))
            self.context.load_cert_chain(*(os.path.join(certificates, f"{user}.{end}") for end in ("crt", "key")))

    def ask(self, method, path, body=None, form="application/json"):
        where = {"host": self.url.hostname, "port": self.url.port, "timeout": WAIT}
        tls = self.context is not None
        connection = http.client.HTTPSConnection(**where, context=self.context) if tls else http.client.HTTPConnection(**where)
        text = None if body is None else json.dumps(body)
        try:
            connection.request(method, path, text, {"Content-Type": form, "User-Agent": "ci"})
            answer = connection.getresponse()
            said = answer.read()
        finally:
            connection.close()
        return answer.status, json.loads(said) if said.startswith(b"{") else {"message": said.decode()}


class Log:
    """One line a question, and how many were answered otherwise than was expected."""

    def __init__(self):
        self.asked = self.failed = 0

    def chapter(self, title):
        print(f"\n{title}")

    def hold(self, what, wanted, answer, says=""):
        status, body = answer
        message = body.get("message", "") if status >= 400 else ""
        fits = status in wanted and says in message
        self.asked += 1
        self.failed += not fits
        short = message if len(message) <= 240 else message[:240] + "..."
        print(f"{'ok  ' if fits else 'FAIL'} {what}: {status}{', ' + short if short else ''}", flush=True)


def until(question, fits):
    """The first answer that fits, or the last within the time there is: what is changed is heard of a moment later."""
    end = time.monotonic() + WAIT
    while True:
        try:
            answer = question()
        except OSError as error:
            answer = (0, {"message": str(error)})
        if fits(answer) or time.monotonic() > end:
            return answer
        time.sleep(0.2)


def collection(one):
    version, namespace = one["apiVersion"], one["metadata"]["namespace"]
    start = f"/apis/{version}" if "/" in version else f"/api/{version}"
    return f"{start}/namespaces/{namespace}/{one['kind'].lower()}s"


def definition(file):
    """The custom resource of a published schema."""
    schema = json.load(open(file))
    group, version = schema["apiVersion"].split("/")
    kind = schema["kind"]
    plural = f"{kind.lower()}s"
    served = {"name": version, "served": True, "storage": True, "schema": {"openAPIV3Schema": schema["openAPIV3Schema"]}}
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        # Groups of Kubernetes itself ask who has approved of a definition; nobody has of one that was cut down.
        "metadata": {"name": f"{plural}.{group}", "annotations": {"api-approved.kubernetes.io": "unapproved, a test"}},
        "spec": {
            "group": group,
            "scope": "Namespaced",
            "names": {"kind": kind, "plural": plural, "singular": kind.lower(), "listKind": f"{kind}List"},
            "versions": [served],
        },
    }


def define(api, log):
    path = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
    for file in sorted(glob.glob(os.path.join(SCHEMAS, "*.crd.json"))):
        one = definition(file)
        name = one["metadata"]["name"]
        log.hold(f"the definition of {name}", [201], api.ask("POST", f"{path}?fieldValidation=Strict", one))
        version = one["spec"]["versions"][0]["name"]
        listed = f"/apis/{one['spec']['group']}/{version}/{one['spec']['names']['plural']}"
        until(lambda listed=listed: api.ask("GET", listed), lambda answer: answer[0] == 200)


def build(folder):
    subprocess.run([os.environ["OPSC"], "build", folder], check=True, capture_output=True)


def written(folder, parts):
    for part in parts:
        files = sorted(glob.glob(os.path.join(folder, part, "**", "*.yml"), recursive=True))
        assert files, f"{part}: nothing was written"
        for file in files:
            for one in yaml.safe_load_all(open(file)):
                yield os.path.relpath(file, folder), one


def strictly(api, one):
    return api.ask("POST", f"{collection(one)}?fieldValidation=Strict&dryRun=All", one)


def objects(api, log, folder):
    first = {}
    for file, one in written(folder, ["argo-rollouts", "argo-cd", "kubernetes/routes"]):
        log.hold(f"{file}, {one['kind']} {one['metadata']['name']}", [201], strictly(api, one))
        first.setdefault(one["kind"], (file, one))
    assert sorted(first) == sorted(BROKEN), f"kinds that were written: {sorted(first)}"
    log.chapter("The same objects, broken")
    for kind, (file, one) in first.items():
        for what, path, key, value in BROKEN[kind]:
            broken = copy.deepcopy(one)
            place = broken
            for step in path:
                place = place[step]
            place[key] = value
            log.hold(f"{file}, {what}", [400, 422], strictly(api, broken), says=key)


class Cluster:
    """What the core API of a cluster would hold: a namespace, the emitted policy, its binding and its ConfigMap."""

    def __init__(self, core, folder):
        self.core = core
        self.policy, self.binding = yaml.safe_load_all(open(os.path.join(folder, "kubernetes", "admission.yml")))
        [calendar] = glob.glob(os.path.join(folder, "kubernetes", "calendar", "*.yml"))
        self.calendar = yaml.safe_load(open(calendar))
        self.namespace = self.calendar["metadata"]["namespace"]
        self.parameters = f"{collection(self.calendar)}/{self.calendar['metadata']['name']}"

    def load(self):
        namespaced(self.core, self.namespace)
        self.set()
        for one in (self.policy, self.binding):
            plural = "policies" if one is self.policy else "policybindings"
            self.put(f"/apis/{one['apiVersion']}/validatingadmission{plural}/{one['metadata']['name']}", one)

    def set(self, **data):
        named = {key.replace("_", "-"): value for key, value in data.items()}
        self.put(self.parameters, {**self.calendar, "data": {**self.calendar["data"], **named}})

    def forget(self):
        assert self.core.ask("DELETE", self.parameters)[0] == 200

    def put(self, path, one):
        status, said = self.core.ask("PUT", path, one)
        assert status == 200, said


def namespaced(core, name):
    labels = {"kubernetes.io/metadata.name": name}
    one = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}}
    assert core.ask("PUT", f"/api/v1/namespaces/{name}", one)[0] == 200


def workload(namespace, component):
    pod = {"metadata": {"labels": {"app": "one"}}, "spec": {"containers": [{"name": "one", "image": "one:1", "resources": {}}]}}
    return {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Rollout",
        "metadata": {"name": "one", "namespace": namespace, "labels": {COMPONENT: component}},
        "spec": {"replicas": 1, "selector": {"matchLabels": {"app": "one"}}, "template": pod, "strategy": {"canary": {}}},
    }


def kept(api, one):
    return api.ask("POST", f"{collection(one)}?fieldValidation=Strict", one)


def patched(api, one, change):
    path = f"{collection(one)}/{one['metadata']['name']}?fieldValidation=Strict&dryRun=All"
    return api.ask("PATCH", path, change, "application/merge-patch+json")


def stamp(instant):
    return instant.strftime("%Y-%m-%dT%H:%M:%SZ")


def small(work, name, opens, closes):
    """The folder of a policy that is closed from `opens` until `closes`, built."""
    folder = os.path.join(work, name)
    os.mkdir(folder)
    start, end = (opens - datetime.timedelta(days=2)).date(), (closes + datetime.timedelta(days=2)).date()
    minutes = {"opens": opens.strftime("%Y-%m-%dT%H:%M"), "closes": closes.strftime("%Y-%m-%dT%H:%M")}
    with open(os.path.join(folder, "main.ops"), "w") as file:
        file.write(SMALL.format(name=name, start=start, end=end, rollback=ROLLBACK, **minutes))
    build(folder)
    return folder


def admission(api, rollback, core, log, folders):
    frozen, open_, example = [Cluster(core, folder) for folder in folders]
    for cluster in (frozen, open_, example):
        cluster.load()
    namespaced(core, "elsewhere")

    def held(what, wanted, question, says=""):
        answer = until(question, lambda answer: answer[0] == wanted and says in answer[1].get("message", ""))
        log.hold(what, [wanted], answer, says)

    in_a_freeze(api, rollback, frozen, held)
    outside(api, open_, held)
    held("no policy is bound to this namespace: made", 201, lambda: strictly(api, workload("elsewhere", "web")))
    log.chapter("The policy of the example, at this moment")
    by_calendar(api, example, held)


def in_a_freeze(api, rollback, cluster, held):
    now = datetime.datetime.now(datetime.UTC)
    one = workload(cluster.namespace, "web")
    unknown = workload(cluster.namespace, "no-such-component")
    later, past = stamp(now + datetime.timedelta(hours=1)), stamp(now - datetime.timedelta(hours=1))

    def made():
        return strictly(api, one)

    held("in a freeze: made", 403, made, "calendar is closed")
    held("in a freeze: made, of a component that the policy has not", 403, lambda: strictly(api, unknown), "calendar is closed")
    cluster.set(override_until=later, override_because="INC-1")
    held("in a freeze, overridden: made", 201, made)
    cluster.set(override_until=past, override_because="INC-1")
    held("in a freeze, the override is over: made", 403, made, "calendar is closed")
    cluster.set(override_until=later, override_because="INC-1")
    held("in a freeze, overridden again: made, and kept", 201, lambda: kept(api, one))
    held("in a freeze, overridden: a new version", 200, lambda: patched(api, one, NEW_VERSION))
    cluster.set(override_until=later, override_because="")
    held("in a freeze, overridden without a reason: a new version", 403, lambda: patched(api, one, NEW_VERSION), "calendar is closed")
    cluster.set()
    held("in a freeze: scaled", 200, lambda: patched(api, one, {"spec": {"replicas": 2}}))
    held("in a freeze: a new version", 403, lambda: patched(api, one, NEW_VERSION), "calendar is closed")
    held("in a freeze: a new version by the user who brings releases back", 200, lambda: patched(rollback, one, NEW_VERSION))


def outside(api, cluster, held):
    one = workload(cluster.namespace, "web")

    def made():
        return strictly(api, one)

    cluster.set(freeze="the index is being repaired")
    held("outside, frozen by hand: made", 403, made, "frozen by hand: the index is being repaired")
    cluster.set(freeze="")
    held("outside: made", 201, made)
    held("outside: made, and kept", 201, lambda: kept(api, one))
    held("outside: a new version", 200, lambda: patched(api, one, NEW_VERSION))
    cluster.forget()
    held("outside, without the ConfigMap: made", 422, made, "no params found")
    cluster.set()
    held("outside, the ConfigMap is back: a new version", 200, lambda: patched(api, one, NEW_VERSION))


def by_calendar(api, cluster, held):
    """Each component of the example's policy: refused or not as its calendar has this second, which is read without any CEL."""
    calendar = Calendar(cluster.calendar["data"])
    second = int(time.time())
    for component in calendar.closed:
        is_open = calendar.is_open(component, second)
        held(
            f"{component}, {'open' if is_open else 'closed'} at this moment: made",
            201 if is_open else 403,
            lambda component=component: strictly(api, workload(cluster.namespace, component)),
            "" if is_open else "calendar is closed",
        )


def main(repository, work, address, core_address):
    log = Log()
    api, rollback = Api(address, work, "someone"), Api(address, work, "rollback")
    core = Api(core_address)
    ready = until(lambda: api.ask("GET", "/readyz"), lambda answer: answer[0] == 200)
    log.chapter("The server, and the custom resources of the published schemas")
    log.hold("ready", [200], ready)
    define(api, log)

    log.chapter("Every object of examples/rag-platform, fieldValidation=Strict&dryRun=All")
    example = os.path.join(work, "rag-platform")
    shutil.copytree(os.path.join(repository, "examples", "rag-platform"), example)
    build(example)
    objects(api, log, example)

    log.chapter("Admission: emitted policies, one with a freeze around this moment and one whose freeze is tomorrow")
    now, hour = datetime.datetime.now(datetime.UTC), datetime.timedelta(hours=1)
    day = datetime.timedelta(days=1)
    folders = [small(work, "frozen", now - hour, now + hour), small(work, "open", now + day, now + day + hour), example]
    admission(api, rollback, core, log, folders)
    print(f"\n{log.asked} questions, {log.failed} answered otherwise than expected")
    return 1 if log.failed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

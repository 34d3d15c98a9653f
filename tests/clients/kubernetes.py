"""Holds the files for a cluster against the policy: schemas read each object; `kubectl patch --local` flips each Service and back;
the calendar is compared with the decision at every instant at which it changes and a second to either side; and a CEL interpreter
runs the admission policy's own expressions at those, on objects as the API server stamps them.
Usage: kubernetes.py FOLDER TRUTH
"""

import bisect
import datetime
import glob
import json
import os
import subprocess
import sys
import tempfile

import celpy
import yaml
from celpy import celtypes
from objects import validated

LABEL = "example.com/component"
SAMPLES = 90  # questions to the CEL interpreter a file; the calendar itself is compared at all


def stamp(second):
    return datetime.datetime.fromtimestamp(second, datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def seconds(text):
    return int(datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp())


def split(text, by):
    return celtypes.ListType([celtypes.StringType(part) for part in text.split(by)])


class Policy:
    """The admission policy, as the API server evaluates it: conditions, then variables as they are asked for, then validations."""

    def __init__(self, manifest):
        spec = manifest["spec"]
        self.environment = celpy.Environment()
        self.conditions = [self.compiled(one["expression"]) for one in spec["matchConditions"]]
        self.variables = [(one["name"], self.compiled(one["expression"])) for one in spec["variables"]]
        self.validations = [self.compiled(one["expression"]) for one in spec["validations"]]
        self.texts = [self.compiled(one["messageExpression"]) for one in spec["validations"] if "messageExpression" in one]
        self.annotations = [self.compiled(one["valueExpression"]) for one in spec["auditAnnotations"]]

    def compiled(self, text):
        return self.environment.program(self.environment.compile(text), functions={"split": split})

    def admits(self, operation, new, old, data, user="someone"):
        """Whether a request passes; whatever cannot be evaluated does not (`failurePolicy: Fail`)."""
        given = {
            "object": new,
            "oldObject": old,
            "params": {"data": data},
            "request": {"operation": operation, "userInfo": {"username": user}},
        }
        context = {name: celpy.json_to_cel(value) for name, value in given.items()}
        if not all(bool(condition.evaluate(context)) for condition in self.conditions):
            return None
        known = celtypes.MapType()
        context["variables"] = known
        try:
            for name, program in self.variables:
                known[celtypes.StringType(name)] = program.evaluate(context)
            for program in self.annotations:
                said = program.evaluate(context)
                assert isinstance(said, str), "the API server refuses an annotation that may be anything but a text"
            admitted = all(bool(validation.evaluate(context)) for validation in self.validations)
            return admitted
        except celpy.CELEvalError:
            return False


def workload(component, image, stamps=(), made=None):
    metadata = {"name": "one", "labels": {LABEL: component} if component else {}}
    if made is not None:
        metadata["creationTimestamp"] = stamp(made)
    metadata["managedFields"] = [
        {"manager": manager, "operation": "Update", "time": stamp(second), "fieldsV1": {}} for manager, second in stamps
    ]
    return {"metadata": metadata, "spec": {"template": {"image": image}}}


def update(policy, component, second, data, **more):
    """A request of `ci`, which has changed this before, as the server stamps it at `second`."""
    old = workload(component, "a", [("ci", 1_000_000_000), ("controller", 1_000_000_001)])
    new = workload(component, "b", [("ci", second), ("controller", 1_000_000_001)])
    return policy.admits("UPDATE", new, old, data, **more)


class Calendar:
    """The ConfigMap, read without any CEL."""

    def __init__(self, data):
        self.start, self.end = seconds(data["from"]), seconds(data["until"])
        self.closed = {}
        for component in data["components"].split(" "):
            lines = []
            for key in sorted(data):
                if key.rsplit(".", 1)[0] == f"closed.{component}":
                    lines += [[seconds(word) for word in line.split(" ")] for line in data[key].split("\n")]
            assert all(a[1] <= b[0] for a, b in zip(lines, lines[1:])), f"{component}: intervals overlap"
            self.closed[component] = lines

    def is_open(self, component, second):
        lines = self.closed[component]
        index = bisect.bisect_right(lines, [second, float("inf")]) - 1
        return self.start <= second < self.end and (index < 0 or second >= lines[index][1])


def meant(table):
    """By component: instants, and whether a deploy of every tier is open there."""
    by_component = {}
    for key, letters in table["open"].items():
        *component, _ = key.removeprefix("ops.").split(".")
        name = component[0] if component else "everything"
        known = by_component.setdefault(name, [True] * len(letters))
        by_component[name] = [was and letter == "1" for was, letter in zip(known, letters)]
    return table["instants"], by_component


def flips(folder, work):
    """Each Service from each colour to each other and back, by the program that people use."""
    patches = {}
    for path in sorted(glob.glob(os.path.join(folder, "selectors", "*.yml"))):
        service, colour = os.path.basename(path).removesuffix(".yml").rsplit(".", 1)
        patches.setdefault(service, {})[colour] = path
    count = 0
    for service, colours in patches.items():
        label = next(iter(yaml.safe_load(open(next(iter(colours.values()))))["spec"]["selector"]))
        for start in colours:
            spec = {"selector": {"app": service, label: start}, "ports": [{"port": 80, "protocol": "TCP", "targetPort": "http"}]}
            now = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": service}, "spec": spec}
            for to in colours:
                flipped = patched(work, now, colours[to])
                assert flipped["spec"]["selector"] == {"app": service, label: to}, flipped
                assert {**flipped, "spec": spec} == now, "a flip changes the selector alone"
                assert patched(work, flipped, colours[start]) == now, "its inverse gives back what was there"
                count += 1
    return count


def patched(work, one, patch):
    file = os.path.join(work, "service.json")
    json.dump(one, open(file, "w"))
    command = ["kubectl", "patch", "--local", "-f", file, "--patch-file", patch, "-o", "json"]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def routes(folder):
    weights = {}
    for path in sorted(glob.glob(os.path.join(folder, "routes", "*.yml"))):
        [route] = validated(path)
        [rule] = route["spec"]["rules"]
        stable, canary = rule["backendRefs"]
        assert stable["name"].endswith("-stable") and canary["name"].endswith("-canary")
        assert "weight" in stable and "weight" in canary, "a weight that is left out is 1"
        step = os.path.basename(path).removesuffix(".yml").split(".", 1)[1]
        share = float(step.rsplit("-", 1)[-1]) / 100 if step != "back" and "-mirror-" not in step else 0
        sent = canary["weight"] / (canary["weight"] + stable["weight"])
        assert share - 1e-6 < sent <= share + 1e-12, f"{path}: {sent} of the traffic, not {share}"
        if "-mirror-" in step:
            part = rule["filters"][0]["requestMirror"]["fraction"]
            assert abs(part["numerator"] / part["denominator"] - float(step.rsplit("-", 1)[-1]) / 100) < 1e-6
        weights[path] = sent
    return len(weights)


def judge(policy, data, table, user):
    calendar = Calendar(data)
    instants, by_component = meant(table)
    asked = compared = 0
    for component, is_open in by_component.items():
        changes = set()
        for index, (second, wanted) in enumerate(zip(instants, is_open)):
            assert calendar.is_open(component, second) == wanted, f"{component} at {stamp(second)}: open={wanted}"
            compared += 1
            if index and is_open[index - 1] != wanted:
                changes |= {index - 1, index}
        changes = sorted(changes)
        step = max(1, len(changes) * len(by_component) // SAMPLES)
        for index in {*changes[::step], 0, len(instants) - 1}:
            second, wanted = instants[index], is_open[index]
            where = f"{component} at {stamp(second)}"
            assert update(policy, component, second, data) == wanted, f"{where}: an update, open={wanted}"
            made = workload(component, "a", [("ci", second)], made=second)
            assert policy.admits("CREATE", made, None, data) == wanted, f"{where}: made, open={wanted}"
            asked += 2
    asked += by_hand(policy, data, instants, by_component, user)
    return compared, asked


def by_hand(policy, data, instants, by_component, user):
    """What people do to a cluster in a freeze, and what they try."""
    calendar = Calendar(data)
    component = next(iter(by_component))
    is_open = by_component[component]
    one_open, one_closed = instants[is_open.index(True)], next(
        second for second, was in zip(instants, is_open) if not was and calendar.start <= second < calendar.end
    )
    override = {"override-until": stamp(one_closed + 60), "override-because": "INC-1"}
    cases = [
        ("open", update(policy, component, one_open, data), True),
        ("closed", update(policy, component, one_closed, data), False),
        ("frozen by hand", update(policy, component, one_open, {**data, "freeze": "x"}), False),
        ("no more frozen", update(policy, component, one_open, {**data, "freeze": ""}), True),
        ("overridden", update(policy, component, one_closed, {**data, **override}), True),
        ("frozen and overridden", update(policy, component, one_closed, {**data, **override, "freeze": "x"}), True),
        ("override over", update(policy, component, one_closed + 60, {**data, **override}), calendar.is_open(component, one_closed + 60)),
        ("without a reason", update(policy, component, one_closed, {**data, **override, "override-because": ""}), False),
        ("no instant", update(policy, component, one_closed, {**data, **override, "override-until": "soon"}), False),
        ("no calendar", update(policy, component, one_open, {}), False),
        ("before it", update(policy, component, calendar.start - 1, data), False),
        ("behind it", update(policy, component, calendar.end, data), False),
    ]
    if user:
        cases.append(("a rollback", update(policy, component, one_closed, data, user=user), None))
    for name in (None, "no-such-component"):
        wanted = {second: all(calendar.is_open(other, second) for other in calendar.closed) for second in instants}
        first_open = next((second for second in instants if wanted[second]), None)
        if first_open is not None:
            cases.append((f"{name}, all open", update(policy, name, first_open, data), True))
        cases.append((f"{name}, one closed", update(policy, name, one_closed, data), False))
    old = workload(component, "a", [("ci", 1_000_000_000)])
    forged = workload(component, "b", [("ci", one_closed), ("x", one_open)])
    cases.append(("a stamp of one's own", policy.admits("UPDATE", forged, old, data), False))
    planted = workload(component, "a", [("ci", 1_000_000_000), ("x", one_open)])
    cases.append(("planted before", policy.admits("UPDATE", forged, planted, data), False))
    bare = workload(component, "b")
    cases.append(("no stamp at all", policy.admits("UPDATE", bare, old, data), False))
    again = workload(component, "b", [("ci", one_open)])
    cases.append(("twice in a second", policy.admits("UPDATE", again, workload(component, "a", [("ci", one_open)]), data), True))
    scaled = workload(component, "a", [("ci", one_closed)])
    cases.append(("scaled", policy.admits("UPDATE", scaled, old, data), None))
    for name, got, wanted in cases:
        assert got == wanted, f"{name}: {got}, not {wanted}"
    return len(cases)


def main(folder, truth_file):
    truth = json.load(open(truth_file))["deploys"]["kubernetes"]
    manifest, binding = validated(os.path.join(folder, "admission.yml"))
    names = {manifest["metadata"]["name"], binding["spec"]["policyName"], binding["spec"]["paramRef"]["name"]}
    assert len(names) == 1 and binding["spec"]["paramRef"]["parameterNotFoundAction"] == "Deny"
    assert manifest["spec"]["failurePolicy"] == "Fail" and "Deny" in binding["spec"]["validationActions"]
    text = next(one["expression"] for one in manifest["spec"]["variables"] if one["name"] == "label")
    ours = text.split("'")[1]
    for one in manifest["spec"]["variables"]:
        one["expression"] = one["expression"].replace(f"'{ours}'", f"'{LABEL}'")
    exempt = [one["expression"] for one in manifest["spec"]["matchConditions"] if one["name"] == "no-rollback"]
    policy = Policy(manifest)
    compared = asked = 0
    for path in sorted(glob.glob(os.path.join(folder, "calendar", "*.yml"))):
        [config] = validated(path)
        assert config["metadata"]["name"] in names
        assert len(json.dumps(config)) < 1_000_000, "an object may have a megabyte"
        region = os.path.basename(path).removesuffix(".yml")
        table = truth.get(region, truth.get(""))
        more = judge(policy, config["data"], table, exempt[0].split("'")[1] if exempt else None)
        compared, asked = compared + more[0], asked + more[1]
    assert compared, "no calendar was read"
    with tempfile.TemporaryDirectory() as work:
        flipped = flips(folder, work)
    print(f"kubernetes: {compared} questions to the calendar, {asked} to the admission policy, {flipped} flips and {routes(folder)} routes agree")


if __name__ == "__main__":
    main(*sys.argv[1:])

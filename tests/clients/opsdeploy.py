"""Holds the runbook's files against the policy, read the way the runbook's own gate reads them: a window counts where
`start <= now < end`, the region and the component are listed, and the gate forbids or asks something of the tier during its kind. A flag
serves its default while a window holds whose kind is among its hard rules to abort by.
Usage: opsdeploy.py FOLDER TRUTH
"""

import bisect
import datetime
import hashlib
import json
import os
import sys

import yaml


def seconds(text):
    return int(datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp())


def manifest(folder, name):
    path = os.path.join(folder, "flags", name)
    return yaml.safe_load(open(path)) if os.path.exists(path) else {"flags": {}}


USERS = 20_000


def serve(file, key, user, active):
    """The variant that a server gives a user: none but the default where a hard rule holds or the user has no key."""
    flag = file["flags"][key]
    traffic = flag["traffic"]
    weights = {name.removesuffix("_weight"): weight for name, weight in traffic.items() if name.endswith("_weight")}
    rules = {rule["kind"] for rule in flag.get("abort_rules", {}).get("hard", [])}
    if "default" in traffic and (user is None or rules & active):
        return traffic["default"]
    point = int.from_bytes(hashlib.sha256(f"{key}:{user}".encode()).digest()[:8], "big") / 2**64
    for name, weight in weights.items():
        point -= weight
        if point < 0:
            return name
    return name


def flags(folder, calendar, written):
    """Every flag of the manifests, with the server's clock at every edge of the calendar; how many questions were asked."""
    file, off, good = (manifest(folder, f"{name}.yml") for name in ("feature_flags", "off", "last_known_good"))
    truth, served, pins, asked = written["flags"], written["served"], written["pins"], written["asked"]
    compared = 0
    assert set(file["flags"]) == set(served) | set(pins), "the manifest has exactly the flags and the pins of the policy"
    assert set(off["flags"]) == {key for key, flag in served.items() if not flag["read_only"]}
    assert set(good["flags"]) == {key for key, pin in pins.items() if pin["good"] is not None}
    for key, pin in pins.items():
        assert file["flags"][key]["versions"] == {key: pin["pinned"]}
        assert pin["good"] is None or good["flags"][key]["versions"] == {key: pin["good"]}
        compared += 2
    for key, flag in served.items():
        if key in off["flags"]:
            assert {"kind": "global_off"} in off["flags"][key]["abort_rules"]["hard"]
            killed = {serve(off, key, f"user-{user}", set()) for user in range(500)}
            assert killed == {flag["default"] if flag["shares"] else "baseline"}, f"{key}, killed: {killed}"
            compared += 500
        item = file["flags"][key]
        if flag["read_only"]:
            assert serve(file, key, "user-1", set()) == "baseline"
            for region, spans in flag["on"].items():
                for edge in {edge for span in spans for edge in span}:
                    for at in (edge - 1, edge, edge + 1):
                        windows = [window for window in item["windows"] if not region or region in window["regions"]]
                        is_on = any(seconds(window["start"]) <= at < seconds(window["end"]) for window in windows)
                        assert is_on == any(start <= at < end for start, end in spans), f"{key} in {region} at {at}"
                        compared += 1
            continue
        if not flag["shares"]:
            assert {serve(file, key, f"user-{user}", set()) for user in range(500)} == {"canary"}, key
            continue
        assert item["traffic"]["sticky"] == (flag["sticky"] or "targetingKey")
        first = [serve(file, key, f"user-{user}", set()) for user in range(USERS)]
        assert first == [serve(file, key, f"user-{user}", set()) for user in range(USERS)], f"{key}: users keep a variant"
        for name, share in flag["shares"].items():
            got, wanted = first.count(name) / USERS, float(share)
            wide = 4 * (wanted * (1 - wanted) / USERS) ** 0.5
            assert abs(got - wanted) <= wide, f"{key}: {name} is served to {got}, not {wanted}"
        users = [next(f"user-{index}" for index, name in enumerate(first) if name == variant) for variant in set(first)]
        for region, table in truth.items():
            windows = [
                (seconds(window["start"]), seconds(window["end"]), window["kind"] + "_active")
                for window in calendar["windows"]
                if (not region or region in window["regions"])
                and (not flag["components"] or set(flag["components"]) & set(window["scope"]))
                and (not asked["action"] or asked["action"] in window.get("actions", [asked["action"]]))
                and (not asked["environment"] or asked["environment"] in window.get("environments", [asked["environment"]]))
            ]
            edges = sorted({edge for start, end, _ in windows for edge in (start, end)})
            known = {}
            letters = [
                text
                for name, text in table["open"].items()
                if not flag["components"] or name.split(".")[1] in flag["components"]
            ]
            for index, at in list(enumerate(table["instants"]))[2:-2]:
                stretch = bisect.bisect_right(edges, at)
                if stretch not in known:
                    active = {kind for start, end, kind in windows if start <= at < end}
                    known[stretch] = {serve(file, key, user, active) for user in users}
                is_open = all(text[index] == "1" for text in letters)
                wanted = {serve(file, key, user, set()) for user in users} if is_open else {flag["default"]}
                assert known[stretch] == wanted, f"{key} in {region} at {at}: {known[stretch]}, not {wanted}"
                assert serve(file, key, None, set()) == flag["default"]
                compared += 1
    return len(served) + len(pins), compared


def main(folder, truth_file):
    calendar = yaml.safe_load(open(os.path.join(folder, "release_calendar.yml")))
    gate = yaml.safe_load(open(os.path.join(folder, "change_freeze_gate.yml")))
    written = json.load(open(truth_file))
    truth, asked = written["flags"], written["asked"]

    ids = [window["id"] for window in calendar["windows"]]
    assert len(ids) == len(set(ids)), "an id is there twice"

    last = max(table["instants"][-1] for table in truth.values()) - 1
    behind = [window for window in calendar["windows"] if window["id"].endswith("-behind-horizon")]
    assert all(seconds(window["start"]) == last for window in behind), "what recurs stays closed from the horizon on"

    held_up = set()
    for item in gate["checks"]["forbid_when"]:
        kind, _, limited = item["kind"].partition("_freeze_active")
        held_up |= {(kind + "_freeze", tier) for tier in (item["tiers"] if limited else [None])}
    for item in gate["checks"]["require"]:
        held_up |= {(kind, tier) for kind in item.get("during", []) for tier in item["tiers"]}

    compared = 0
    for region, table in truth.items():
        for key, letters in table["open"].items():
            *component, tier = key.removeprefix("ops.").split(".")
            spans = [
                (seconds(window["start"]), seconds(window["end"]))
                for window in calendar["windows"]
                if (not region or region in window["regions"])
                and (not component or component[0] in window["scope"])
                and (not asked["action"] or asked["action"] in window.get("actions", [asked["action"]]))
                and (not asked["environment"] or asked["environment"] in window.get("environments", [asked["environment"]]))
                and {(window["kind"], tier), (window["kind"], None)} & held_up
            ]
            edges = []
            for start, end in sorted(spans):
                if edges and start <= edges[-1][1]:
                    edges[-1][1] = max(edges[-1][1], end)
                else:
                    edges.append([start, end])
            starts = [start for start, _ in edges]
            first, last = table["instants"][0], table["instants"][-1]
            for at, letter in zip(table["instants"], letters):
                if at in (first, first + 1) or at >= last - 1:
                    continue  # the file has no horizon to be closed outside of
                index = bisect.bisect_right(starts, at) - 1
                is_open = index < 0 or at >= edges[index][1]
                assert is_open == (letter == "1"), f"{key} in {region} at {at}: the files say open={is_open}"
                compared += 1
    count, questions = flags(folder, calendar, written)
    print(f"opsdeploy: {count} flags agree with the policy at {questions} questions")
    print(f"opsdeploy: {len(ids)} windows agree with the decision at {compared} questions")


main(*sys.argv[1:])

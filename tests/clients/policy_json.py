"""Reads the policy's document as any program would, and holds it against the policy: whether each window is active in each region, at
every second at which that changes and the one before.
Usage: policy_json.py SCHEMA FILE TRUTH
"""

import datetime
import json
import sys

import jsonschema


def seconds(text):
    return int(datetime.datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=datetime.timezone.utc).timestamp())


def intervals(window, region):
    """Whoever asks about a region that a window does not concern has asked wrongly."""
    [times] = [times for times in window["times"] if times["region"] == region]
    return [tuple(map(seconds, interval.split("/"))) for interval in times["intervals"]]


def main(schema_file, file, truth_file):
    document = json.load(open(file))
    jsonschema.Draft202012Validator(json.load(open(schema_file))).validate(document)
    truth = json.load(open(truth_file))["active"]
    windows = {window["name"]: window for window in document["windows"] if window["while"] is None}
    assert windows.keys() == truth.keys(), "windows are there by name"
    names = {kind: {row["name"] for row in document[kind]} for kind in ["regions", "components", "environments", "tiers", "freezes"]}
    start, end = map(seconds, document["policy"]["horizon"].split("/"))
    compared = 0
    for name, by_region in truth.items():
        window = windows[name]
        assert window["freeze"] in names["freezes"]
        for kind in ["regions", "components", "environments"]:
            assert set(window[kind] or []) <= names[kind]
        assert [times["region"] or "" for times in window["times"]] == list(by_region), "each region that it concerns, and no other"
        for region, table in by_region.items():
            held = intervals(window, region or None)
            assert all(start <= first < last <= end for first, last in held)
            assert all(one[1] < other[0] for one, other in zip(held, held[1:])), "in order, and apart"
            at = 0
            for instant, letter in zip(table["instants"], table["active"]):
                while at < len(held) and held[at][1] <= instant:
                    at += 1
                active = at < len(held) and held[at][0] <= instant
                assert active == (letter == "1"), f"{name} in {region} at {instant}: the document says active={active}"
                compared += 1
    for freeze in document["freezes"]:
        assert {ruling["tier"] for ruling in freeze["rulings"]} == names["tiers"], "a ruling for each tier"
    print(f"json: {len(windows)} windows agree with the policy at {compared} questions")


main(*sys.argv[1:])

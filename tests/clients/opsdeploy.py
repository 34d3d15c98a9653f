"""Holds the runbook's two files against the policy, read the way the runbook's own gate reads them: a window counts where
`start <= now < end`, the region and the component are listed, and the gate forbids or asks something of the tier during its kind.
Usage: opsdeploy.py FOLDER TRUTH
"""

import bisect
import datetime
import json
import os
import sys

import yaml


def seconds(text):
    return int(datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp())


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
    print(f"opsdeploy: {len(ids)} windows agree with the decision at {compared} questions")


main(*sys.argv[1:])

"""Reads the policy's document as any program would, and holds it against the policy: whether each window is active in each region, at
every second at which that changes and the one before; when maintenances are, what they refuse and how that is answered; and
whether everything that one part names is there in another.
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


def maintenances(document, truth):
    """Exactly the policy's occurrences, and for a refused request the policy's answer."""
    surfaces = {surface["name"]: surface for surface in document["surfaces"]}
    found = {maintenance["name"]: maintenance for maintenance in document["maintenances"]}
    assert found.keys() == truth.keys(), "maintenances are there by name"
    compared = 0
    for name, wanted in truth.items():
        maintenance = found[name]
        spans = {tuple(map(seconds, span.split("/"))) for times in maintenance["times"] or [] for span in times["intervals"]}
        assert spans == {tuple(span) for span in wanted["spans"]}, name
        routes = [route for surface in maintenance["refuses"] + maintenance["drops"] for route in surfaces[surface]["routes"]]
        assert [[route["method"], route["path"]] for route in routes] == wanted["routes"], name
        answer, said = maintenance["answer"], wanted["answer"]
        assert (answer is None) == (said is None), name
        if answer is not None:
            after = answer["retry_after"] and answer["retry_after"]["seconds"]
            assert [answer["status"], answer["code"], after] == [said["status"], said["code"], said["retry_after"]], name
        compared += len(spans) + len(routes)
    return compared


def named(document):
    """Whoever follows a name finds what it names."""
    there = {kind: {row["name"] for row in rows} for kind, rows in document.items() if isinstance(rows, list)}
    follows = [
        (document["roles"], "schedules", "schedules"),
        (document["maintenances"], "refuses", "surfaces"),
        (document["maintenances"], "drops", "surfaces"),
        (document["maintenances"], "stops", "surfaces"),
        (document["maintenances"], "flag", "flags"),
        (document["severities"], "status", "statuses"),
        (document["incidents"], "severity", "severities"),
        (document["incidents"], "comms", "comms"),
        ([said for comms in document["comms"] for said in comms["says"]], "template", "templates"),
        ([queue for maintenance in document["maintenances"] for queue in maintenance["queues"]], "surfaces", "surfaces"),
        ([longer for maintenance in document["maintenances"] for longer in maintenance["extensions"]], "rollback", "rollbacks"),
    ]
    for rows, field, kind in follows:
        for row in rows:
            names = row[field] if isinstance(row[field], list) else [row[field]] if row[field] else []
            assert set(names) <= there[kind], f"{field} of {row} names what is not there"
    start, end = map(seconds, document["policy"]["horizon"].split("/"))
    for shift in (shift for schedule in document["schedules"] for shift in schedule["shifts"]):
        held = [tuple(map(seconds, span.split("/"))) for span in shift["intervals"]]
        assert all(start <= first < last <= end for first, last in held)
        assert all(one[1] < other[0] for one, other in zip(held, held[1:])), "in order, and apart"


def main(schema_file, file, truth_file):
    document = json.load(open(file))
    jsonschema.Draft202012Validator(json.load(open(schema_file))).validate(document)
    named(document)
    asked = maintenances(document, json.load(open(truth_file))["maintenances"])
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
    print(f"json: {len(windows)} windows agree with the policy at {compared} questions, maintenances at {asked}")


main(*sys.argv[1:])

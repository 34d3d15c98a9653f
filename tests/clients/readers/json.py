"""What the policy's document says to a program that reads all of it: windows with their scopes, rulings, conditions, exceptions."""

import bisect
import datetime
import json
import os


def seconds(text):
    return int(datetime.datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=datetime.timezone.utc).timestamp())


def holds(condition, change):
    """None where nobody knows."""
    match condition:
        case {"all": parts}:
            found = [holds(part, change) for part in parts]
            return False if False in found else None if None in found else True
        case {"any": parts}:
            found = [holds(part, change) for part in parts]
            return True if True in found else None if None in found else False
        case {"not": part}:
            found = holds(part, change)
            return None if found is None else not found
        case {"fact": _}:
            return {"true": True, "false": False, None: None}[change["fact"]]
    raise AssertionError(condition)


def reader(folder):
    document = json.load(open(os.path.join(folder, "policy.json")))
    rulings = {freeze["name"]: {row["tier"]: row for row in freeze["rulings"]} for freeze in document["freezes"]}
    tiers = {tier["name"]: tier for tier in document["tiers"]}
    start, end = map(seconds, document["policy"]["horizon"].split("/"))
    spans = {
        (window["name"], times["region"]): [tuple(map(seconds, one.split("/"))) for one in times["intervals"]]
        for window in document["windows"]
        for times in window["times"]
    }

    def covers(row, change, *also):
        scopes = {"regions": "region", "components": "component", "environments": "environment", **dict(also)}
        return all(row[scope] is None or change[one] in row[scope] for scope, one in scopes.items())

    def is_active(window, change, second):
        if window["while"]:
            found = holds(window["while"]["condition"], change)
            return window["while"]["where_unknown"] == "active" if found is None else found
        held = spans[window["name"], change["region"]]
        index = bisect.bisect_right(held, (second, float("inf"))) - 1
        return index >= 0 and second < held[index][1]

    def is_lifted(window, change, second):
        """By an exception, whose approval is asked for where a change uses it."""
        return any(
            window["name"] in one["lifts"]
            and one["tier"] == change["tier"]
            and covers(one, change)
            and (one["starts"] is None or seconds(one["starts"]) <= second)
            and second < seconds(one["expires"])
            and (one["approve"] is None or change["fact"] == "true")
            for one in document["exceptions"]
        )

    def admits(window, change, second):
        row = rulings[window["freeze"]][change["tier"]]
        if row["ruling"] == "admit":
            return holds(row["when"], change) is True
        return row["ruling"] == "except" and is_lifted(window, change, second)

    def is_open(change, second):
        if not start <= second < end:
            return False  # it says nothing of that time
        only = {}
        for window in (one for one in document["windows"] if covers(one, change, ("actions", "action"))):
            active, vendor = is_active(window, change, second), window["vendor"]
            if window["only"]:
                known = only.setdefault(window["freeze"], [False, window])
                known[0] = known[0] or active
            elif active and not admits(window, change, second):
                return False
            if vendor and vendor["stale_from"] and second >= seconds(vendor["stale_from"]):
                return False
        if any(not inside and not admits(window, change, second) for inside, window in only.values()):
            return False
        return all(holds(asked["condition"], change) is True for asked in tiers[change["tier"]]["requirements"])

    return is_open

#!/usr/bin/env python3
"""The script that many teams have: decide.py CALENDAR.json REQUEST.json prints the windows that block, and exits 1 where any does."""

import json
import sys


def blocking(windows, request):
    found = []
    for window in windows:
        if not window["start"] <= request["at"] < window["end"]:
            continue
        if request["region"] not in window["regions"] or request["component"] not in window["components"]:
            continue
        if request["tier"] == "T0":
            continue
        found.append(window["name"])
    return found


if __name__ == "__main__":
    with open(sys.argv[1]) as calendar, open(sys.argv[2]) as request:
        names = blocking(json.load(calendar)["windows"], json.load(request))
    print(json.dumps({"allow": not names, "blocking": names}))
    sys.exit(1 if names else 0)

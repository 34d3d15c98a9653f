"""What somebody would read in the calendar: its events, by a reader of recurrences that others wrote, with the words that they carry."""

import bisect
import datetime
import glob
import os
import re

import icalendar
import recurring_ical_events

from . import held

UTC = datetime.timezone.utc
FIRST, LAST = datetime.datetime(2025, 12, 1, tzinfo=UTC), datetime.datetime(2027, 2, 1, tzinfo=UTC)


class Window:
    def __init__(self, event):
        text = str(event["DESCRIPTION"])
        lines = dict(line.split(": ", 1) for line in text.split("\n") if ": " in line)
        self.regions = re.search(r"\(([^()]*)\)$", event["SUMMARY"]).group(1).split(", ")
        self.scopes = {scope: lines[scope].split(", ") for scope in ("components", "environments", "actions") if scope in lines}
        self.is_open = str(event["SUMMARY"]).startswith("[open]")
        self.kind = event["CATEGORIES"].cats[1]
        rulings = next(line for line in text.split("\n") if re.search(r"^\S+ (admitted|blocked)", line))
        self.rulings = dict(ruling.split(" ", 1) for ruling in rulings.split("; "))

    def covers(self, change):
        asked = {"components": "component", "environments": "environment", "actions": "action"}
        return change["region"] in self.regions and all(change[asked[scope]] in names for scope, names in self.scopes.items())

    def admits(self, change):
        ruling = self.rulings[change["tier"]]
        return ruling == "admitted" or ruling.startswith("admitted when ") and held(ruling.removeprefix("admitted when "), change)


def reader(folder):
    [path] = glob.glob(os.path.join(folder, "*.ics"))
    calendar = icalendar.Calendar.from_ical(open(path, "rb").read())
    spans, behind = {}, float("inf")
    for event in recurring_ical_events.of(calendar).between(FIRST, LAST):
        start, end = (int(event[edge].dt.astimezone(UTC).timestamp()) for edge in ("DTSTART", "DTEND"))
        if event["CATEGORIES"].cats[1:] == ["horizon"]:
            behind = start
            continue
        window = Window(event)
        key = (str(event["SUMMARY"]), str(event["DESCRIPTION"]))
        spans.setdefault(key, (window, []))[1].append((start, end))
    for _, times in spans.values():
        times.sort()

    def is_open(change, second):
        if second >= behind:
            return False
        inside = {}
        for window, times in (one for one in spans.values() if one[0].covers(change)):
            index = bisect.bisect_right(times, (second, float("inf"))) - 1
            active = index >= 0 and second < times[index][1]
            if window.is_open:
                inside[window.kind] = inside.get(window.kind, False) or active or window.admits(change)
            elif active and not window.admits(change):
                return False
        return all(inside.values())

    return is_open

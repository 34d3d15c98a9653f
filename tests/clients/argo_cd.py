"""Holds sync windows against the policy with a model of Argo CD's evaluation, written after its API types (`SyncWindow.active`,
`SyncWindows.Matches`, `CanSync`): at every instant at which the policy's calendar changes, and a second to either side, each
application that is closed there must be denied. Where more is denied than the policy closes, it must be for a reason that the
target's page gives.
Usage: argo_cd.py FILE TRUTH
"""

import bisect
import datetime
import fnmatch
import json
import re
import sys
import zoneinfo

from objects import validated

MINUTE, DAY = 60, 86_400


class Window:
    def __init__(self, window):
        assert window["kind"] == "deny" and not window.get("manualSync"), window
        self.raw = window
        minute, hour, day, month, weekday = window["schedule"].split(" ")
        self.minutes, self.hours = [int(minute)], [int(hour)]
        self.day = None if day == "*" else int(day)
        self.month = None if month == "*" else int(month)
        self.weekdays = None if weekday == "*" else {int(one) for one in weekday.split(",")}
        assert (self.day is None) == (self.month is None) and (self.day is None) != (self.weekdays is None), window
        length = re.fullmatch(r"(\d+)h(\d+)m", window["duration"])
        self.length = int(length[1]) * 3600 + int(length[2]) * MINUTE
        self.zone = zoneinfo.ZoneInfo(window["timeZone"])
        assert len(window["description"]) <= 255
        self.starts, self.known = {}, {}

    def next_after(self, wall):
        """The first time of the schedule behind a reading of the wall clock, as robfig/cron finds it."""
        day = wall // DAY
        for day in range(day, day + 366 * 9):
            if day not in self.starts:
                date = datetime.date(1970, 1, 1) + datetime.timedelta(days=day)
                matches = (
                    (self.month is None or date.month == self.month)
                    and (self.day is None or date.day == self.day)
                    and (self.weekdays is None or date.isoweekday() % 7 in self.weekdays)
                )
                self.starts[day] = day * DAY + self.hours[0] * 3600 + self.minutes[0] * MINUTE if matches else None
            start = self.starts[day]
            if start is not None and start > wall:
                return start
        raise AssertionError(f"{self.raw['schedule']} never comes")

    def is_active(self, second):
        if second not in self.known:
            self.known[second] = self.asked(second)
        return self.known[second]

    def asked(self, second):
        offset = int(datetime.datetime.fromtimestamp(second, self.zone).utcoffset().total_seconds())
        return self.next_after(second + offset - self.length) < second + offset

    def matches(self, application, cluster):
        matched = is_set = False
        both = self.raw.get("andOperator", False)
        for key, name in (("applications", application), ("clusters", cluster)):
            if not self.raw.get(key):
                continue
            is_set, matched = True, any(fnmatch.fnmatchcase(name, glob) for glob in self.raw[key])
            if both and not matched:
                return False
            if not both and matched:
                return True
        return matched and is_set


def meant(table):
    """By component: instants, and whether a deploy of every tier is open there."""
    by_component = {}
    for key, letters in table["open"].items():
        *component, _ = key.removeprefix("ops.").split(".")
        name = component[0] if component else ""
        known = by_component.setdefault(name, [True] * len(letters))
        by_component[name] = [was and letter == "1" for was, letter in zip(known, letters)]
    return table["instants"], by_component


def weekly_share(window, instants, is_open):
    """Of the weeks in which a weekly window holds, the share in which the policy closes half of it at least."""
    held = closed = 0
    offset = int(datetime.datetime.fromtimestamp(instants[1], window.zone).utcoffset().total_seconds())
    wall = instants[1] + offset
    while (wall := window.next_after(wall)) < instants[-2]:
        points = [wall + window.length * part // 10 - offset for part in range(1, 10)]
        states = [is_open[bisect.bisect_right(instants, point) - 1] for point in points]
        held, closed = held + 1, closed + (states.count(False) * 2 >= len(states))
    return closed / held if held else 1


def main(file, truth_file):
    truth = json.load(open(truth_file))["deploys"]["argo-cd"]
    [project] = validated(file)
    windows = [Window(window) for window in project["spec"]["syncWindows"]]
    clusters = {name for window in windows for name in window.raw.get("clusters", [])}
    questions = stricter = 0
    for region, table in truth.items():
        instants, by_component = meant(table)
        cluster = next((name for name in clusters if region and name.endswith(region)), region or "in-cluster")
        for component, is_open in by_component.items():
            for application in {component or "anything", f"{component or 'anything'}-canary"}:
                concerned = [window for window in windows if window.matches(application, cluster)]
                for index in range(2, len(instants) - 2):
                    second, wanted = instants[index], is_open[index]
                    denying = [window for window in concerned if window.is_active(second)]
                    questions += 1
                    where = f"{application} in {cluster} at {datetime.datetime.fromtimestamp(second, datetime.UTC)}"
                    if not wanted:
                        assert denying, f"{where}: the policy is closed, and nothing denies"
                        continue
                    if not denying:
                        continue
                    stricter += 1
                    later = is_open[bisect.bisect_right(instants, second + MINUTE + 1) - 1]
                    dated = any(window.day is not None for window in denying)
                    assert dated or not later or all(window.length >= 2 * MINUTE for window in denying), where
                if application == component:
                    for window in (window for window in concerned if window.weekdays is not None):
                        share = weekly_share(window, instants, is_open)
                        assert share > 0.6, f"{application} in {cluster}: {window.raw} holds in {share:.0%} of its weeks"
    print(f"argo-cd: {len(windows)} windows, {questions} questions, none open that the policy closes; {stricter} closed beyond it")


if __name__ == "__main__":
    main(*sys.argv[1:])

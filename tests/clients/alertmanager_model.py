"""Holds the `time_intervals` and routes of an emitted configuration against the policy, with a model of Alertmanager's evaluation that
is written after its documentation and `timeinterval.TimeInterval.ContainsTime`: at every instant at which the policy's calendar
changes, a second to either side, at the minutes round it, at every change of clocks and twice a day.
Usage: alertmanager_model.py FILE TRUTH
"""

import bisect
import datetime
import json
import sys
import zoneinfo

import yaml

UTC = datetime.timezone.utc
MINUTE, HOUR, DAY = 60, 3600, 86_400
WEEKDAYS = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"]


def numbers(texts, read=int):
    ranges = [text.split(":") for text in texts or []]
    return [(read(one[0]), read(one[-1])) for one in ranges]


def minutes(text):
    hour, minute = text.split(":")
    return int(hour) * 60 + int(minute)


class Item:
    """One `time_intervals` entry."""

    known = {}

    def __init__(self, written):
        assert written.keys() <= {"times", "weekdays", "days_of_month", "months", "years", "location"}, written
        self.times = [(minutes(one["start_time"]), minutes(one["end_time"])) for one in written.get("times", [])]
        self.weekdays = numbers(written.get("weekdays"), WEEKDAYS.index)
        self.days, self.months, self.years = (numbers(written.get(name)) for name in ("days_of_month", "months", "years"))
        self.zone = written.get("location", "UTC")
        assert all(start < end for start, end in self.times), written
        assert all(first <= last for first, last in self.weekdays + self.months + self.years), written
        assert all(first * last > 0 and -31 <= first <= last <= 31 for first, last in self.days), written

    @classmethod
    def wall(cls, second, zone):
        """The reading of the wall clock, and how many days Alertmanager finds in its month: hours between midnights by 24."""
        if (second, zone) not in cls.known:
            local = datetime.datetime.fromtimestamp(second, zoneinfo.ZoneInfo(zone))
            first = local.replace(day=1, hour=0, minute=0, second=0, fold=0)
            behind = (first.replace(day=28) + datetime.timedelta(days=4)).replace(day=1)
            cls.known[second, zone] = local, int((behind.timestamp() - first.timestamp()) // DAY)
        return cls.known[second, zone]

    def contains(self, second):
        local, length = self.wall(second, self.zone)
        within = lambda value, ranges: not ranges or any(first <= value <= last for first, last in ranges)
        minute = local.hour * 60 + local.minute
        if self.times and not any(start <= minute < end for start, end in self.times):
            return False
        from_start = lambda day: length + day + 1 if day < 0 else day
        days = [(min(from_start(first), length), min(from_start(last), length)) for first, last in self.days if from_start(first) <= length]
        return (
            (not self.days or any(first <= local.day <= last for first, last in days))
            and within(local.month, self.months)
            and within(local.isoweekday() % 7, self.weekdays)
            and within(local.year, self.years)
        )


class Steps:
    """What holds from each instant to the next."""

    def __init__(self, instants, held):
        self.instants, self.held = instants, held

    @classmethod
    def of(cls, spans):
        merged = []
        for start, end in sorted(spans):
            if merged and start <= merged[-1]:
                merged[-1] = max(merged[-1], end)
            else:
                merged += [start, end]
        return cls(merged, [True, False] * (len(merged) // 2))

    def at(self, second):
        index = bisect.bisect_right(self.instants, second) - 1
        return index >= 0 and self.held[index]

    def in_minute(self, second):
        """Whether it holds at some instant of the minute, and whether at all of them."""
        start = second // MINUTE * MINUTE
        first, behind = bisect.bisect_right(self.instants, start), bisect.bisect_left(self.instants, start + MINUTE)
        found = {self.at(start), *self.held[first:behind]}
        return any(found), all(found)


def intervals(config):
    """By name: whether an interval holds at a second."""
    items = {one["name"]: [Item(item) for item in one["time_intervals"]] for one in config["time_intervals"]}
    return {name: (lambda second, all=all: any(item.contains(second) for item in all)) for name, all in items.items()}


def clock_changes(zones, start, end):
    found = set()
    for zone in map(zoneinfo.ZoneInfo, zones):
        offset = lambda second: datetime.datetime.fromtimestamp(second, zone).utcoffset()
        for day in range(start, end, DAY):
            if offset(day) != offset(day + DAY):
                change = bisect.bisect(range(day, day + DAY), False, key=lambda second, day=day: offset(second) != offset(day))
                for at in range(day + change - 2 * HOUR, day + change + 2 * HOUR, 15 * MINUTE):
                    found |= {at - 1, at}
    return found


def routes(route, above=()):
    yield route, above
    for child in route.get("routes") or []:
        yield from routes(child, (*above, route))


def main(file, truth_file):
    config, truth = yaml.safe_load(open(file)), json.load(open(truth_file))
    written, closing = intervals(config), truth["closing"]
    start, end = closing["horizon"]
    zones = {item.get("location", "UTC") for one in config["time_intervals"] for item in one["time_intervals"]}
    common = clock_changes(zones, start, end) | {at for day in range(start, end, DAY // 2) for at in (day - 1, day)}
    expected = {f"freeze-{name}": (Steps.of(spans), 0) for name, spans in closing["closed"].items()}
    for name, row in truth["maintenances"].items():
        by_region = {region: Steps.of(spans) for region, spans in row["by_region"].items()}
        edges = sorted({at for steps in by_region.values() for at in steps.instants})
        whole = Steps(edges, [all(steps.at(at) for steps in by_region.values()) for at in edges])
        expected[f"maintenance-{name}"] = (whole, 1)
        expected |= {f"maintenance-{name}-{region}": (steps, 1) for region, steps in by_region.items()}
    assert written.keys() <= expected.keys(), f"nothing of the policy is called so: {written.keys() - expected.keys()}"

    questions = 0
    for name, (steps, inward) in expected.items():
        holds = written.get(name)
        if holds is None:  # it never holds, or where every region has the same times that is said once
            assert not any(steps.held) or name.startswith("maintenance-"), f"{name} is missing"
            continue
        near = {second for at in steps.instants for second in (at - 1, at, at + 1, at // MINUTE * MINUTE - 1, at // MINUTE * MINUTE, -(-at // MINUTE) * MINUTE)}
        for second in sorted(near | common):
            if start <= second < end:
                wanted, said = steps.in_minute(second)[inward], holds(second)
                assert said == wanted, f"{name} at {datetime.datetime.fromtimestamp(second, UTC)}: the file says {said}, the policy {wanted}"
                questions += 1
        for second in range(end, end + 800 * DAY, 36 * HOUR + 7):
            assert not inward or not holds(second), f"{name} mutes behind the horizon"

    # Whom mutes concern: whatever names a region, those of that region; whatever asks for a rollback, none.
    muting = 0
    for route, above in routes(config["route"]):
        matchers = [matcher for one in (*above, route) for matcher in one.get("matchers", [])]
        muted = route.get("mute_time_intervals", [])
        assert all(name.startswith("maintenance-") for name in muted)
        assert not (muted or route.get("active_time_intervals")) or not any("rollback" in matcher for matcher in matchers)
        region = next((json.loads(matcher.removeprefix("region=")) for matcher in matchers if matcher.startswith("region=")), None)
        if not any("incident" in matcher for matcher in matchers) or route.get("routes"):
            continue
        muting += 1
        for name, row in truth["maintenances"].items():
            spans = [row["by_region"][region]] if region is not None else row["by_region"].values()
            for second in sorted({at + by for of_region in spans for span in of_region for at in span for by in (-1, 0)}):
                if start <= second < end:
                    wanted = all(Steps.of(of_region).in_minute(second)[1] for of_region in spans)
                    mine = [one for one in muted if one == f"maintenance-{name}" or one == f"maintenance-{name}-{region}"]
                    said = any(written[one](second) for one in mine)
                    assert said == wanted, f"{name} in {region} at {second}: muted={said}, the policy {wanted}"
                    questions += 1
    print(f"alertmanager: {len(written)} intervals agree with the policy at {questions} questions, {muting} routes are muted as they should")


if __name__ == "__main__":
    main(*sys.argv[1:])

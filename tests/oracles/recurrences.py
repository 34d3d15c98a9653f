"""Recurrence rules and what dateutil makes of them: one JSON object a line, read by tests/oracles.rs."""

import datetime as clock
import json
import random
from datetime import datetime, timedelta

from dateutil.rrule import rrulestr

DAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]
CASES = 3000
LAST = datetime(2032, 12, 31)
# dateutil looks for a date that never comes up to this year, and reads it here.
clock.MAXYEAR = LAST.year + 1


def pick(choice, values, most):
    return ",".join(str(value) for value in choice.sample(values, choice.randint(1, most)))


def signed(most):
    return [number for number in range(-most, most + 1) if number]


def rule(choice):
    """A rule, and the date it counts from."""
    start = datetime(2019, 1, 1) + timedelta(days=choice.randrange(2200))
    frequency = choice.choice(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"])
    week_start = choice.choice([None, None, *DAYS])
    parts = {"FREQ": frequency}
    if choice.random() < 0.5:
        parts["INTERVAL"] = choice.choice([2, 3, 4, 5, 7, 10, 26])
    if week_start:
        parts["WKST"] = week_start
    if choice.random() < 0.4:
        parts["BYMONTH"] = pick(choice, range(1, 13), 5)
    if frequency != "WEEKLY" and choice.random() < 0.35:
        parts["BYMONTHDAY"] = pick(choice, signed(31), 5)
    numbered = frequency == "MONTHLY" or frequency == "YEARLY"
    by_week = frequency == "YEARLY" and choice.random() < 0.25
    if by_week:
        parts["BYWEEKNO"] = pick(choice, signed(53), 6)
    elif frequency == "YEARLY" and choice.random() < 0.25:
        parts["BYYEARDAY"] = pick(choice, signed(366), 8)
    if by_week or choice.random() < 0.5:
        days = DAYS
        if numbered and not by_week and choice.random() < 0.5:
            most = 5 if frequency == "MONTHLY" or "BYMONTH" in parts else 53
            days = [f"{number}{day}" for number in choice.sample(signed(most), 4) for day in DAYS]
        parts["BYDAY"] = pick(choice, days, 4)
    chooses = any(part in parts for part in ["BYMONTH", "BYMONTHDAY", "BYYEARDAY", "BYWEEKNO", "BYDAY"])
    if chooses and frequency != "DAILY" and choice.random() < 0.25:
        most = {"WEEKLY": 4, "MONTHLY": 8, "YEARLY": 30}[frequency]
        parts["BYSETPOS"] = pick(choice, signed(most), 2)
        if frequency == "WEEKLY":
            # dateutil counts positions in the first week from the start, RFC 5545 in the whole week: begin with one.
            start -= timedelta(days=(start.weekday() - DAYS.index(week_start or "MO")) % 7)
    end = choice.random()
    if end < 0.25:
        parts["COUNT"] = choice.choice([1, 2, 5, 20, 100])
    elif end < 0.5:
        parts["UNTIL"] = (start + timedelta(days=choice.randrange(4000))).strftime("%Y%m%d")
    return ";".join(f"{name}={value}" for name, value in parts.items()), start


def main():
    choice = random.Random(20261121)
    for _ in range(CASES):
        text, start = rule(choice)
        dates = []
        for at in rrulestr(text, dtstart=start):
            if at > LAST or len(dates) == 400:
                break
            dates.append(at.strftime("%Y-%m-%d"))
        print(json.dumps({"rule": text, "from": start.strftime("%Y-%m-%d"), "dates": dates, "all": len(dates) < 400}))


main()

"""Recurring events in zones and what recurring-ical-events makes of them: one JSON object a line."""

import json
import random
from datetime import date, datetime, timedelta, timezone

import icalendar
import recurring_ical_events

ZONES = ["Europe/Dublin", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia", "Asia/Kathmandu", "Africa/Casablanca"]
RULES = [
    "FREQ=DAILY;INTERVAL=2",
    "FREQ=WEEKLY;BYDAY=MO,WE,FR",
    "FREQ=WEEKLY;INTERVAL=2;BYDAY=SU",
    "FREQ=MONTHLY;BYDAY=-1FR",
    "FREQ=MONTHLY;BYMONTHDAY=31",
    "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
    "FREQ=YEARLY;BYMONTH=3,10;BYDAY=-1SU",
]
CASES = 200


def event(choice):
    zone = choice.choice(ZONES)
    rule = choice.choice(RULES)
    start = date(2023, 1, 1) + timedelta(days=choice.randrange(365))
    # Hours that no clock change of these zones touches: readings that a change skips or repeats are ours to define.
    hour, minute, hours = choice.randrange(6, 20), choice.choice([0, 15, 30]), choice.randrange(1, 4)
    parts = [
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//oracle//EN", "BEGIN:VEVENT", "UID:1",
        f"DTSTART;TZID={zone}:{start:%Y%m%d}T{hour:02}{minute:02}00",
        f"DURATION:PT{hours}H",
        f"RRULE:{rule}",
    ]
    skipped = [start + timedelta(days=choice.randrange(700)) for _ in range(40)]
    parts += [f"EXDATE;TZID={zone}:{day:%Y%m%d}T{hour:02}{minute:02}00" for day in skipped]
    parts += ["END:VEVENT", "END:VCALENDAR", ""]
    calendar = icalendar.Calendar.from_ical("\r\n".join(parts))
    first, last = datetime(2023, 1, 1, tzinfo=timezone.utc), datetime(2025, 1, 1, tzinfo=timezone.utc)
    found = recurring_ical_events.of(calendar).between(first, last)
    spans = sorted(
        (int(one["DTSTART"].dt.timestamp()), int(one["DTEND"].dt.timestamp() if "DTEND" in one else one["DTSTART"].dt.timestamp() + hours * 3600))
        for one in found
        # A first occurrence that the rule does not give is RFC 5545's exception; a timetable has none.
        if matches(rule, start, one["DTSTART"].dt.date())
    )
    return {
        "zone": zone, "rule": rule, "from": start.isoformat(), "at": f"{hour:02}:{minute:02}", "hours": hours,
        "except": sorted({day.isoformat() for day in skipped}), "spans": spans,
    }


def matches(rule, start, day):
    from dateutil.rrule import rrulestr

    begin = datetime(start.year, start.month, start.day)
    return any(at.date() == day for at in rrulestr(rule, dtstart=begin).between(begin, datetime(day.year, day.month, day.day), inc=True))


def main():
    choice = random.Random(545)
    for _ in range(CASES):
        print(json.dumps(event(choice)))


main()

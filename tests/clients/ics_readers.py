"""Holds an emitted calendar against the policy, with readers that others wrote. Usage: ics_readers.py FILE TRUTH

icalendar must read it without an error, vobject must find it valid, and recurring-ical-events must find every window
holding exactly when the policy says, region by region.
"""

import datetime
import json
import re
import sys

import icalendar
import recurring_ical_events
import vobject

UTC = datetime.timezone.utc


def seconds(value):
    return int(value.astimezone(UTC).timestamp())


def merged(spans):
    found = []
    for start, end in sorted(set(map(tuple, spans))):
        if found and start <= found[-1][1]:
            found[-1][1] = max(found[-1][1], end)
        else:
            found.append([start, end])
    return found


def main(file, truth_file):
    data = open(file, "rb").read()
    for line in data.split(b"\r\n"):
        assert b"\n" not in line and b"\r" not in line, "a line does not end in CRLF"
        assert len(line) <= 75, f"a line is longer than 75 octets: {line!r}"
    calendar = icalendar.Calendar.from_ical(data)
    errors = [error for part in calendar.walk() for error in getattr(part, "errors", [])]
    assert not errors, errors
    vobject.readOne(data.decode()).validate(raiseException=True)
    uids = [str(event["UID"]) for event in calendar.walk("VEVENT")]
    assert len(uids) == len(set(uids)), "a UID is there twice"

    truth = json.load(open(truth_file))["occurrences"]
    all_seconds = [at for regions in truth.values() for spans in regions.values() for span in spans for at in span]
    first = datetime.datetime.fromtimestamp(min(all_seconds) - 86400, UTC)
    last = datetime.datetime.fromtimestamp(max(all_seconds) + 86400, UTC)
    held = {}
    for event in recurring_ical_events.of(calendar).between(first, last):
        made, kind, *name = event["CATEGORIES"].cats
        if made != "opsc" or kind == "release":
            continue
        [name] = name
        tags = re.search(r"\(([^()]*)\)$", event["SUMMARY"])
        span = (seconds(event["DTSTART"].dt), seconds(event["DTEND"].dt))
        for region in tags.group(1).split(", ") if tags else [""]:
            held.setdefault(name, {}).setdefault(region, []).append(span)

    compared = 0
    for name, regions in truth.items():
        for region, spans in regions.items():
            got, want = merged(held.get(name, {}).get(region, [])), merged(spans)
            assert got == want, (
                f"{name} in {region or 'no region'}: {len(got)} spans, not {len(want)}; "
                f"only here {[span for span in got if span not in want][:3]}, "
                f"only in the policy {[span for span in want if span not in got][:3]}"
            )
            compared += len(want)
    extra = {(name, region) for name, regions in held.items() for region in regions} - {
        (name, region) for name, regions in truth.items() for region in regions
    }
    assert not extra, f"the calendar shows what the policy does not have: {extra}"
    print(f"icalendar, vobject, recurring-ical-events: {compared} spans of {len(truth)} windows agree with the policy")


main(*sys.argv[1:])

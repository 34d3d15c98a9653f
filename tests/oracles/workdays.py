"""National holidays and the working days that numpy counts round them: one JSON object a line."""

import json
from datetime import date, timedelta

import holidays
import numpy

# Country, zone, days of the week that are not worked (0 is Monday).
COUNTRIES = [
    ("US", "America/New_York", [5, 6]),
    ("DE", "Europe/Berlin", [5, 6]),
    ("GB", "Europe/London", [5, 6]),
    ("JP", "Asia/Tokyo", [5, 6]),
    ("BR", "America/Sao_Paulo", [5, 6]),
    ("IN", "Asia/Kolkata", [6]),
    ("IL", "Asia/Jerusalem", [4, 5]),
    ("EG", "Africa/Cairo", [4, 5]),
    ("CN", "Asia/Shanghai", [5, 6]),
    ("NP", "Asia/Kathmandu", [5]),
]
YEARS = range(2023, 2029)


def day(value):
    return date.fromisoformat(str(value))


def month(first, mask, free):
    """The month's working days, as numpy sees them."""
    following = (first.replace(day=28) + timedelta(days=4)).replace(day=1)
    days = numpy.arange(first, following, dtype="datetime64[D]")
    return [str(one) for one in days[numpy.is_busday(days, weekmask=mask, holidays=free)]]


def nth(first, number, mask, free):
    """The nth working day from the start of a month, or from its end, by counting offsets."""
    start = numpy.datetime64(first, "D")
    if number > 0:
        return str(numpy.busday_offset(start, number - 1, roll="forward", weekmask=mask, holidays=free))
    following = numpy.datetime64((first.replace(day=28) + timedelta(days=4)).replace(day=1), "D")
    return str(numpy.busday_offset(following, number, roll="forward", weekmask=mask, holidays=free))


def main():
    for country, zone, weekend in COUNTRIES:
        # A year more to either side: offsets look past the ends.
        dates = holidays.country_holidays(country, years=range(YEARS.start - 1, YEARS.stop + 1))
        free = sorted(dates)
        mask = [one not in weekend for one in range(7)]
        months = [date(year, number, 1) for year in YEARS for number in range(1, 13)]
        workdays = [one for first in months for one in month(first, mask, free)]
        offsets = {number: [nth(first, number, mask, free) for first in months] for number in [1, 2, 5, -1, -2, -3]}
        print(json.dumps({
            "country": country, "zone": zone, "weekend": weekend, "holidays": [one.isoformat() for one in free],
            "first": months[0].isoformat(), "last": date(YEARS.stop, 1, 1).isoformat(), "workdays": workdays, "nth": offsets,
        }))


main()

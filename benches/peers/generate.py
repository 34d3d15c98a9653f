#!/usr/bin/env python3
"""generate.py FOLDER: the same calendars and the same declarations in every language, from one seed."""

import datetime
import json
import os
import random
import sys

from decide import blocking

SIZES = [10, 100, 200, 1_000, 2_000, 5_000, 10_000]
REGIONS = ["us-east", "us-west", "eu-west", "eu-north", "ap-south", "ap-east"]
COMPONENTS = [f"service-{number:02}" for number in range(20)]
TIERS = ["T0", "T1", "T2", "T3"]
START = 1_767_225_600  # 2026-01-01T00:00:00Z
YEAR = 365 * 86_400

OPS_HEAD = f"""policy bench {{ language 1 }}

{"".join(f'region {name} {{ zone "UTC" }}' + chr(10) for name in REGIONS)}
{"".join(f'component {name} {{ paths "{name}/**" }}' + chr(10) for name in COMPONENTS)}
tier T0 "fix"
tier T1 "small"
tier T2 "usual"
tier T3 "large"

freeze hard {{
  admit T0
  block others
}}

freeze soft {{
  admit T0
  block others
}}
"""


def some(lots, names, most):
    return sorted(lots.sample(names, lots.randint(1, most)))


def window(lots, number):
    start = START + lots.randrange(YEAR // 900) * 900
    hours = lots.choice([2, 4, 8, 12, 24, 24, 48, 96])
    return {
        "name": f"w{number:05}",
        "kind": lots.choice(["hard", "soft"]),
        "start": start,
        "hours": hours,
        "end": start + hours * 3_600,
        "regions": REGIONS if lots.random() < 0.3 else some(lots, REGIONS, 3),
        "components": COMPONENTS if lots.random() < 0.3 else some(lots, COMPONENTS, 5),
    }


def declaration(lots, number):
    """One that takes as many lines, and much the same length, in every language."""
    pair = {"regions": sorted(lots.sample(REGIONS, 2)), "components": sorted(lots.sample(COMPONENTS, 2))}
    return window(lots, number) | pair


def instant(seconds):
    return datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def ops(windows):
    for one in windows:
        yield f'\nwindow {one["name"]} : {one["kind"]} {{\n'
        yield f'  during  {instant(one["start"])} .. {instant(one["end"])}\n'
        if len(one["regions"]) < len(REGIONS):
            yield f'  regions {", ".join(one["regions"])}\n'
        if len(one["components"]) < len(COMPONENTS):
            yield f'  scope   {", ".join(one["components"])}\n'
        yield "}\n"


def quoted(names):
    return ", ".join(f'"{name}"' for name in names)


def jsonnet(windows):
    yield (
        "local window(kind, start, hours, regions, components) = {\n"
        "  assert std.member(['hard', 'soft'], kind),\n"
        "  kind: kind, start: start, end: start + hours * 3600, regions: regions, components: components,\n"
        "};\n{\n"
    )
    for one in windows:
        yield f'  {one["name"]}: window(\n    kind="{one["kind"]}", start={one["start"]},\n    hours={one["hours"]},\n'
        yield f'    regions=[{quoted(one["regions"])}],\n    components=[{quoted(one["components"])}]\n  ),\n'
    yield "}\n"


def nickel(windows):
    yield (
        "let Window = { kind | [| 'hard, 'soft |], start | Number, hours | Number, regions | Array String, "
        "components | Array String } in {\n"
    )
    for one in windows:
        yield f'  {one["name"]} | Window = {{\n    kind = \'{one["kind"]}, start = {one["start"]},\n    hours = {one["hours"]},\n'
        yield f'    regions = [{quoted(one["regions"])}],\n    components = [{quoted(one["components"])}],\n  }},\n'
    yield "}\n"


def request(lots, windows):
    """One that a calendar blocks, for a tier that nothing admits."""
    while True:
        one = lots.choice(windows)
        asked = {
            "tier": "T2",
            "region": lots.choice(REGIONS),
            "component": lots.choice(COMPONENTS),
            "at": lots.randrange(one["start"], one["end"]),
        }
        if blocking(windows, asked):
            return asked


def main(folder):
    os.makedirs(folder, exist_ok=True)
    for size in SIZES:
        lots = random.Random(20_261_121 + size)
        windows = [window(lots, number) for number in range(size)]
        asked = request(lots, windows)
        declared = [declaration(lots, number) for number in range(size)]
        texts = {
            "ops": OPS_HEAD + "".join(ops(windows)),
            "declared.ops": OPS_HEAD + "".join(ops(declared)),
            "declared.jsonnet": "".join(jsonnet(declared)),
            "declared.ncl": "".join(nickel(declared)),
            "json": json.dumps({"windows": windows}),
            "request.json": json.dumps(asked),
            "expected.json": json.dumps(blocking(windows, asked)),
        }
        for ending, text in texts.items():
            with open(f"{folder}/{size}.{ending}", "w") as file:
                file.write(text)


if __name__ == "__main__":
    main(sys.argv[1])

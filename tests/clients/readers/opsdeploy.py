"""What the runbook's own gate would say of a change: a window of the calendar counts where the gate forbids or asks something then."""

import datetime
import os

import yaml

from . import held


def seconds(text):
    return int(datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp())


def reader(folder):
    calendar = yaml.safe_load(open(os.path.join(folder, "release_calendar.yml")))
    gate = yaml.safe_load(open(os.path.join(folder, "change_freeze_gate.yml")))["checks"]
    windows = [{**window, "start": seconds(window["start"]), "end": seconds(window["end"])} for window in calendar.get("windows") or []]
    stops, asks = set(), []
    for item in gate.get("forbid_when") or []:
        kind, _, limited = item["kind"].partition("_freeze_active")
        stops |= {(f"{kind}_freeze", tier) for tier in (item["tiers"] if limited else [None])}
    for item in gate.get("require") or []:
        [text] = item.keys() - {"tiers", "during", "before"}
        asks.append((text, item.get("during"), item.get("tiers")))

    def is_open(change, second):
        active = {
            window["kind"]
            for window in windows
            if window["start"] <= second < window["end"]
            and change["region"] in window["regions"]
            and change["component"] in window["scope"]
            and change["action"] in window.get("actions", [change["action"]])
            and change["environment"] in window.get("environments", [change["environment"]])
        }
        if any((kind, tier) in stops for kind in active for tier in (change["tier"], None)):
            return False
        required = (
            text
            for text, during, tiers in asks
            if (during is None or active & set(during)) and (tiers is None or change["tier"] in tiers)
        )
        return all(held(text, change) for text in required)

    return is_open

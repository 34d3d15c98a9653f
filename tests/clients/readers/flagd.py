"""What flagd would serve, by an implementation of JsonLogic that others wrote."""

import json
import os

from json_logic import jsonLogic


def opened(value, evaluators):
    """With each `$ref` replaced by what it stands for, as flagd does before it evaluates."""
    if isinstance(value, dict):
        if "$ref" in value:
            return opened(evaluators[value["$ref"]], evaluators)
        return {key: opened(one, evaluators) for key, one in value.items()}
    return [opened(one, evaluators) for one in value] if isinstance(value, list) else value


def reader(folder):
    written = json.load(open(os.path.join(folder, "ops.flagd.json")))
    flags = {key: opened(flag["targeting"], written["$evaluators"]) for key, flag in written["flags"].items()}
    known = {}

    def is_open(change, second):
        key = (f"ops.{change['component']}.{change['tier']}", change["region"], second)
        if key not in known:
            known[key] = jsonLogic(flags[key[0]], {"region": key[1], "$flagd": {"timestamp": second}}) == "open"
        return known[key]

    return is_open

"""Holds Rollouts and their AnalysisTemplates against the policy: schemas read each object; a model of Argo Rollouts walks each of
them from the files alone, and what it does is what the policy says, in order; a gate that does not allow holds it and nothing
else; what is measured takes it back, or leaves it to a hand, as the policy says; and promtool evaluates every query on values
on both sides of each bar, on nothing and on what is no number.
Usage: argo_rollouts.py FOLDER POLICY.json
"""

import datetime
import decimal
import glob
import json
import os
import random
import re
import subprocess
import sys
import tempfile

from argo_model import DEGRADED, HEALTHY, NOW, PAUSED, WAITS, Broken, Cluster, Run, resolved
from objects import validated

DAY = 86_400
ALLOW = {"verdict": "allow", "simulated": False, "at": "2027-01-15T08:00:00Z"}
PENDING = {"verdict": "pending", "simulated": False, "at": "2027-01-15T08:00:00Z"}
CASES = 40  # values a query is evaluated on


# --- what the policy says ------------------------------------------------------------


class Policy:
    def __init__(self, path):
        self.raw = json.load(open(path))
        tables = ("metrics", "gates", "pipelines", "rollbacks")
        self.metrics, self.gates, self.pipelines, self.rollbacks = (
            {row["name"]: row for row in self.raw.get(table, [])} for table in tables
        )
        self.regions = [region["name"] for region in self.raw.get("regions", [])]


def ratio(value):
    return decimal.Decimal(value["ratio"])


def percent(share):
    return int(share * 100)  # rounded down


def span(value):
    return value["seconds"] if value else 0


def ordered(pipeline):
    """Stages, each behind those it comes after; of equals the first written first."""
    done, left = [], list(pipeline["stages"])
    while left:
        waiting = {stage["name"] for stage in left}
        before = lambda stage: {one["stage"] for one in stage["after"] if one["pipeline"] == pipeline["name"]}
        stage = next(stage for stage in left if not before(stage) & waiting)
        left.remove(stage)
        done.append(stage)
    return done


def visits(pipeline):
    """Stage, regions (empty for all) and share of each step, in order."""
    for stage in ordered(pipeline):
        traffic = stage["traffic"] or {}
        whole = stage["kind"] == "promote" or stage["switch"]
        shares = [ratio(share) for share in traffic["shares"]] if "shares" in traffic else [decimal.Decimal(1) if whole and not traffic else None]
        for regions in stage["region_plan"] or [[]]:
            for position, share in enumerate(shares):
                yield stage, regions, share, position == 0


def gives(stage, share):
    return share is not None or bool(stage["traffic"])


def is_told(policy, check):
    """Whether queries tell all of a check."""
    match check:
        case {"all": parts} | {"any": parts}:
            return all(is_told(policy, part) for part in parts)
        case {"not": part}:
            return is_told(policy, part)
        case {"gate": name}:
            return all(is_told(policy, bound["check"]) for bound in policy.gates[name]["requires"])
        case {"metric": name}:
            metric = policy.metrics[name]
            query, baseline = metric["prometheus"], metric["baseline"]
            if query is None or "$quantile" in query and check["aggregate"] not in ("p50", "p95", "p99", "max"):
                return False
            if "baseline" not in check["limit"]:
                return True
            return baseline is not None and ("$track" in query or isinstance(baseline, dict) and "offset" in baseline)
        case _:
            return False


def bars(policy, check):
    match check:
        case {"all": parts} | {"any": parts}:
            return [bar for part in parts for bar in bars(policy, part)]
        case {"not": part}:
            return bars(policy, part)
        case {"gate": name}:
            return [bar for bound in policy.gates[name]["requires"] for bar in bars(policy, bound["check"])]
        case {"metric": _}:
            return [check] if is_told(policy, check) else []
        case _:
            return []


def required(policy, stage):
    return [bound["check"] for gate in stage["gates"] for bound in policy.gates[gate]["requires"]]


def meant(policy, pipeline, region, mirrors):
    """What the Rollout of a region does, in order."""
    steps = list(visits(pipeline))
    giving = [index for index, (stage, _, share, _) in enumerate(steps) if gives(stage, share)]
    reached, events, elsewhere, weight, put = {}, [], False, 0, False
    for index, (stage, regions, share, first) in enumerate(steps):
        places = regions or [None]
        share_of = lambda place: max((had for known, had in reached.items() if known in (place, None)), default=None)
        raises = share is not None and any((share_of(place) or 0) < share for place in places)
        enters = bool(stage["region_plan"]) and any(share_of(place) is None for place in places)
        puts = stage["kind"] in ("migrate", "expand", "contract", "deploy") and not put
        put = put or puts
        asks = raises or enters or puts
        if asks:
            for place in places:
                reached[place] = max(reached.get(place, 0), share or 0)
        if not giving[0] <= index <= giving[-1]:
            continue
        if regions and region is not None and region not in regions:
            elsewhere = True
            continue
        if elsewhere:
            events.append(("wait",))
            elsewhere = False
        if stage["approve"] and first and (not stage["region_plan"] or regions == stage["region_plan"][0]):
            events.append(("wait",))
        mirrored = (stage["traffic"] or {}).get("mirror")
        if mirrored and not mirrors:
            continue
        if not gives(stage, share):
            events.append(("wait",))
            continue
        if asks:
            action = "promote" if share is not None and share >= 1 else "deploy"
            traffic = "" if share is None else f"{(share * 100).normalize():f}%"
            events.append(("ask", stage["name"], action, traffic))
        if mirrored:
            events.append(("mirror", percent(ratio(mirrored))))
        elif percent(share) != weight:
            weight = percent(share)
            events.append(("give", weight))
        if span(stage["hold"]):
            events.append(("hold", span(stage["hold"])))
        checks = required(policy, stage)
        if any(not is_told(policy, check) for check in checks):
            events.append(("wait",))
        if any(bars(policy, check) for check in checks):
            events.append(("judge", stage["name"]))
    return events


def later(policy, pipeline):
    """What is asked behind a switch of colours, with how long behind it."""
    found, at, switched = [], 0, False
    for stage, _, share, _ in visits(pipeline):
        switched = switched or bool(stage["switch"])
        if switched and gives(stage, share):
            at += span(stage["hold"])
            if any(bars(policy, check) for check in required(policy, stage)):
                found.append((stage["name"], at))
    return found, at


# --- what the files do ---------------------------------------------------------------


def is_gate(metric):
    return "web" in metric["provider"]


def is_trigger(metric):
    return not is_gate(metric) and "consecutiveSuccessLimit" not in metric


def answers(gate=lambda now: ALLOW, gates=lambda name, now: [1.0], triggers=lambda now: [0.0]):
    def answered(metric, now):
        if is_gate(metric):
            value = gate(now)
        elif is_trigger(metric):
            value = triggers(now)
        else:
            value = gates(metric["name"], now)
        if isinstance(value, Exception):
            raise value
        if isinstance(value, dict) and value.get("at") == ALLOW["at"]:
            value = {**value, "at": stamp(now)}
        return value

    return answered


def stamp(now):
    return datetime.datetime.fromtimestamp(NOW + now, datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def told(events):
    """Events of a Rollout as the policy says them."""
    found = []
    for event in events:
        if event[0] == "ask":
            body = event[1]
            found.append(("ask", body["stage"], body["action"], body["traffic"]))
        elif event[0] != "later":
            found.append(event)
    return found


REFUSALS = {
    "block": {**ALLOW, "verdict": "block"},
    "pending": PENDING,
    "an old allow": {**ALLOW, "at": "2020-01-01T00:00:00Z"},
    "a simulated allow": {**ALLOW, "simulated": True},
    "no verdict": {"at": "2027-01-15T08:00:00Z", "simulated": False},
    "nothing said of a simulation": {"verdict": "allow", "at": "2027-01-15T08:00:00Z"},
    "a text": "allow",
    "nothing": None,
    "another status, or no answer": Broken("503"),
}


def walk(policy, pipeline, region, rollout, templates, where):
    mirrors = "istio" in json.dumps(rollout)
    blue_green = "blueGreen" in rollout["spec"]["strategy"]
    wanted = meant(policy, pipeline, region, mirrors)
    make = lambda **how: Cluster(rollout, templates, answers(**how))
    cluster = make()
    assert cluster.run() == HEALTHY, where
    did = told(cluster.events)
    if blue_green:
        at = next(index for index, event in enumerate(wanted) if event[0] == "give")
        waits = [("wait",)] if ("wait",) in wanted[:at] else []
        asks = [event for event in wanted[:at] if event[0] == "ask"]
        assert did == asks + waits + [("give", 100)], f"{where}: {did}, not {wanted}"
        gates, watched = later(policy, pipeline)
        asked = [event[2] for event in cluster.events if event[0] == "later" and event[1].endswith("-gates")]
        assert asked == [at for _, at in gates], f"{where}: {asked}"
    else:
        judged = iter([event[1] for event in wanted if event[0] == "judge"])
        did = [("judge", next(judged)) if event[0] == "judge" else event for event in did]
        assert did == wanted, f"{where}:\n{did}\n{wanted}"
    for event in cluster.events:
        if event[0] == "ask":
            body = event[1]
            assert body["region"] == (region or "") and body["pipeline"] == pipeline["name"] and body["policy"] == policy.raw["policy"]["name"]
    count = len(did)
    if any(event[0] == "ask" for event in wanted):
        for name, refusal in REFUSALS.items():
            held = make(gate=lambda now: refusal)
            assert held.run() == WAITS, f"{where}: {name} does not hold it, and nothing else: {held.run()}"
            assert held.weight == 0 and held.events[-1][0] == "ask", f"{where}: {name}"
            opens = make(gate=lambda now: ALLOW if now > 200 else refusal)
            assert opens.run() == HEALTHY, f"{where}: {name}, then an allow"
            assert [one for one in told(opens.events)] == told(cluster.events)
            count += 2
        metrics = resolved(templates[next(name for name in templates if name.endswith("-ask"))], dict.fromkeys(("stage", "action", "traffic", "region", "environment", "revision"), "x"))
        for refusal in (REFUSALS["block"], Broken("503")):
            run = Run(metrics, answers(gate=lambda now: refusal), 0).advance(DAY // 4)
            assert run.phase == "Running", f"{where}: hours of refusals are {run.phase}"
    failing = {stage["name"]: stage["on_failure"] or pipeline["on_failure"] for stage in pipeline["stages"]}
    judged = later(policy, pipeline)[0] if blue_green else [(event[1], 0) for event in wanted if event[0] == "judge"]
    for stage, _ in judged:
        back = isinstance(failing[stage], dict)
        name = next(metric for metric in gate_metrics(templates) if metric_of(metric, stage))
        fails = make(gates=lambda asked, now: [0.0] if asked == name else [1.0])
        assert fails.run() == (DEGRADED if back else PAUSED), f"{where}: gates of {stage} fail"
        assert (fails.weight == 0) == back or not back
        unknown = make(gates=lambda asked, now: [0.5] if asked == name and now % DAY < 40_000 else [1.0])
        unknown.patience = 10_000
        assert unknown.run() == HEALTHY, f"{where}: gates of {stage} are not known for a while"
        count += 2
    return count + watched_by(policy, pipeline, rollout, make, where)


def gate_metrics(templates):
    return [metric["name"] for template in templates.values() for metric in template["spec"]["metrics"] if metric["name"].endswith("-gates")]


def metric_of(name, stage):
    return name == re.sub("[^a-z0-9]", "-", stage.lower()) + "-gates"


def watched_by(policy, pipeline, rollout, make, where):
    """A trigger that fires while the change has traffic takes it back, whenever that is; one that is not known does nothing."""
    own = [bound for row in policy.rollbacks.values() if row["pipeline"] == pipeline["name"] for bound in row["triggers"]]
    seen = [bound for bound in own if bars(policy, bound["check"])]
    canary = rollout["spec"]["strategy"].get("canary")
    if not seen or canary is None:
        return 0
    steps = canary["steps"]
    first = next(index for index, step in enumerate(steps) if "setWeight" in step or "setMirrorRoute" in step)
    before = steps[canary["analysis"]["startingStep"]:first]
    assert all("setCanaryScale" in step for step in before), f"{where}: triggers are watched from the first traffic on"
    length = sum(event[1] for event in make_events(make) if event[0] == "hold")
    count = 0
    for at in range(600, max(length, 601), max(length // 7, 1)):
        fires = make(triggers=lambda now: [1.0] if now >= at else [0.0])
        ended = fires.run()
        assert ended == (DEGRADED if length > at + 120 else ended), f"{where}: a trigger fires after {at} s: {ended}"
        assert ended != DEGRADED or fires.weight == 0
        count += 1
    assert make(triggers=lambda now: [0.5]).run() == HEALTHY, f"{where}: triggers that are not known"
    return count + 1


def make_events(make):
    cluster = make()
    cluster.run()
    return cluster.events


# --- what the queries say ------------------------------------------------------------

QUANTILES = {"p50": "0.5", "p95": "0.95", "p99": "0.99", "max": "1"}
CALLS = {"mean": "avg_over_time(", None: "avg_over_time(", "max": "max_over_time(", "rate": "rate("}


# All that a query holds besides those of the author.
OURS = re.compile(r"v\d+|(?:last|min)_over_time|clamp_max|clamp_min|count|max|min|avg|scalar|vector|offset|bool|or|and|Inf|[0-9.]+[smhd]?|[-+*<>=!()\[\]:,\s]")


def written(seconds):
    """A span as PromQL writes it."""
    parts = []
    for unit, size in (("d", DAY), ("h", 3600), ("m", 60), ("s", 1)):
        if seconds >= size:
            parts.append(f"{seconds // size}{unit}")
            seconds %= size
    return "".join(parts)


def query(metric, bar, track, hold, step):
    """The author's query with everything filled in."""
    whole, by = written(span(bar["over"]) or hold), bar["aggregate"]
    text, quantile = metric["prometheus"].strip(), QUANTILES.get(by, "0.95")
    fill = lambda window: text.replace("$window", window).replace("$quantile", quantile).replace("$track", track)
    if "$quantile" in text or by in (None, "mean") and "$window" in text:
        return fill(whole)
    call = CALLS.get(by, f"quantile_over_time({quantile}, ")
    return f"{call}(\n{fill(step)}\n)[{whole}:{step}])"


def sides(policy, bar, hold, step):
    """The queries of the change and of its baseline."""
    metric = policy.metrics[bar["metric"]]
    found = [query(metric, bar, "canary", hold, step)]
    if "baseline" in bar["limit"]:
        baseline = metric["baseline"]
        track = "pinned" if "pinned" in baseline else "stable" if baseline == "stable" or "$track" in metric["prometheus"] else "canary"
        found.append(query(metric, bar, track, hold, step))
    return found


def amount(value):
    if value is None:
        return 0.0
    [(kind, number)] = value.items()
    return float(number["seconds"] if isinstance(number, dict) else number if kind != "seconds" else number)


def bar_says(policy, bar, values, hold, step, feared):
    """1, 0 or 0.5; `values` gives a number, or none where nothing is measured."""
    metric = policy.metrics[bar["metric"]]
    read = [values[text] for text in sides(policy, bar, hold, step)]
    if any(value is None for value in read):
        return {"hold": 0.5, "fail": float(feared), "pass": float(not feared)}[metric["no_data"]]
    if "baseline" in bar["limit"]:
        against = bar["limit"]["baseline"]
        limit = read[1] * float(against["factor"]) + amount(against["plus"])
    else:
        limit = amount(bar["limit"])
    value = read[0]
    said = {"<": value < limit, "<=": value <= limit, ">": value > limit, ">=": value >= limit, "==": value == limit, "!=": value != limit}
    return float(said[bar["is"]])


def says(policy, check, values, hold, step, feared):
    """Kleene's logic over what queries tell; none where they tell nothing."""
    below = lambda parts: [said for part in parts if (said := says(policy, part, values, hold, step, feared)) is not None]
    match check:
        case {"all": parts}:
            return min(below(parts), default=None)
        case {"any": parts}:
            return max(below(parts), default=None)
        case {"not": part}:
            inner = says(policy, part, values, hold, step, not feared)
            return None if inner is None else 1 - inner
        case {"gate": name}:
            return min(below([bound["check"] for bound in policy.gates[name]["requires"]]), default=None)
        case {"metric": _} if is_told(policy, check):
            return bar_says(policy, check, values, hold, step, feared)
        case _:
            return None


def queries(policy, pipeline, templates):
    """Each query with the checks it stands for, the span of those that name none, and whether they are feared."""
    metrics = [metric for template in templates.values() for metric in resolved(template, dict.fromkeys(("stage", "action", "traffic", "region", "environment", "revision"), "x"))]
    prometheus = [metric for metric in metrics if not is_gate(metric)]
    holds = [span(stage["hold"]) or 300 for stage, _, share, first in visits(pipeline) if first and (stage["traffic"] or stage["kind"] == "promote")]
    own = [bound["check"] for row in policy.rollbacks.values() if row["pipeline"] == pipeline["name"] for bound in row["triggers"]]
    feared = []
    for check in own:
        if bars(policy, check):
            spans = dict.fromkeys(holds or [300]) if any(bar["over"] is None for bar in bars(policy, check)) else [300]
            feared += [(check, hold) for hold in spans]
    for metric in prometheus:
        text = metric["provider"]["prometheus"]["query"]
        if is_trigger(metric):
            check, hold = feared.pop(0)
            yield text, [check], hold, True, metric["interval"]
        else:
            stage = next(stage for stage in pipeline["stages"] if metric_of(metric["name"], stage["name"]))
            yield text, required(policy, stage), span(stage["hold"]) or 300, False, metric["interval"]
    assert not feared or not any(is_trigger(metric) for metric in prometheus), "every trigger has a metric"


def evaluated(policy, pipeline, templates, work):
    """Evaluates every query by promtool, with a made-up series in the place of each of the author's."""
    cases, rules, chance = [], [], random.Random(1)
    for number, (text, checks, hold, feared, interval) in enumerate(queries(policy, pipeline, templates)):
        rules.append(text)
        step = written(int(interval[:-1]) * {"s": 1, "m": 60, "h": 3600}[interval[-1]])
        found = [bar for check in checks for bar in bars(policy, check)]
        texts = list(dict.fromkeys(side for bar in found for side in sides(policy, bar, hold, step)))
        made = text
        for position, one in sorted(enumerate(texts), key=lambda pair: -len(pair[1])):
            assert one in made, f"a query of the policy is not asked:\n{one}\n{text}"
            made = made.replace(f"(\n{one}\n)", f"(\nv{position}\n)")
        bare = "\n".join(line for line in made.split("\n") if not line.startswith("#"))
        assert not OURS.sub("", bare), f"asked beyond the policy:\n{made}\n{OURS.sub('', bare)}"
        limits = [amount(bar["limit"]) for bar in found if "baseline" not in bar["limit"]] or [1.0]
        for case in range(CASES):
            values = {}
            for one in texts:
                near = chance.choice(limits)
                values[one] = None if case == 0 else chance.choice([None, "NaN", near, near * 1.01, near * 0.99, near * 2, near / 2, 0.0] if case > 6 else [near, near * 1.01, near * 0.99])
            numbers = {one: None if value == "NaN" else value for one, value in values.items()}
            truths = [said for check in checks if (said := says(policy, check, numbers, hold, step, feared)) is not None]
            cases.append((made, [values[one] for one in texts], min(truths)))
    if not rules:
        return 0
    with open(os.path.join(work, "rules.yml"), "w") as file:
        json.dump({"groups": [{"name": "queries", "rules": [{"record": f"q{at}", "expr": text} for at, text in enumerate(rules)]}]}, file)
    subprocess.run(["promtool", "check", "rules", file.name], check=True, capture_output=True, text=True)
    before = max((span(metric["baseline"]["offset"]) for metric in policy.metrics.values() if isinstance(metric["baseline"], dict) and "offset" in metric["baseline"]), default=0)
    # One test for all, with series of its own for each case: a test begins with a storage of its own.
    whole = {"interval": "3m", "input_series": [], "promql_expr_test": []}
    samples = 61 + (before // 180 if any("offset" in made for made, *_ in cases) else 0)
    for number, (made, values, wanted) in enumerate(cases):
        made = re.sub(r"\bv(\d+)\b", rf"c{number}v\1", made)
        whole["input_series"] += [{"series": f"c{number}v{at}", "values": " ".join([str(value)] * samples)} for at, value in enumerate(values) if value is not None]
        whole["promql_expr_test"].append({"expr": made, "eval_time": f"{(samples - 1) * 3}m", "exp_samples": [{"labels": "{}", "value": wanted}]})
    with open(os.path.join(work, "test.yml"), "w") as file:
        json.dump({"rule_files": [], "evaluation_interval": "3m", "tests": [whole]}, file)
    done = subprocess.run(["promtool", "test", "rules", file.name], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[:3000] + done.stderr[:3000]
    return len(cases)


def main(folder, policy_file):
    policy = Policy(policy_file)
    walked = asked = 0
    found = {}
    for path in sorted(glob.glob(os.path.join(folder, "analysis", "*.yml"))):
        templates = {one["metadata"]["name"]: one for one in validated(path)}
        ask = next(one for name, one in templates.items() if name.endswith("-ask"))
        found[os.path.basename(path).removesuffix(".yml")] = (ask["spec"]["metrics"][0]["provider"]["web"]["jsonBody"]["pipeline"], templates)
    giving = {name for name, pipeline in policy.pipelines.items() if any(gives(stage, share) for stage, _, share, _ in visits(pipeline))}
    assert {name for name, _ in found.values()} == giving, "every pipeline that gives traffic is written"
    for base, (name, templates) in found.items():
        pipeline = policy.pipelines[name]
        steps = [(regions, share) for stage, regions, share, _ in visits(pipeline) if gives(stage, share)]
        reached = [region for region in policy.regions if any(not regions or region in regions for regions, _ in steps)] or [None]
        files = {None if region is None else region: os.path.join(folder, "rollouts", f"{base}.yml" if region is None else f"{base}.{region}.yml") for region in reached}
        for region, path in files.items():
            [rollout] = validated(path)
            walked += walk(policy, pipeline, region, rollout, templates, os.path.basename(path))
        with tempfile.TemporaryDirectory() as work:
            asked += evaluated(policy, pipeline, templates, work)
    print(f"argo-rollouts: {walked} steps and endings of {len(found)} pipelines, {asked} answers of queries agree")


main(*sys.argv[1:])

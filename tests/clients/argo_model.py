"""A model of how Argo Rollouts 1.8 evaluates what it is given, written from its sources: analysis runs (`analysis/analysis.go`,
`utils/evaluate`), what becomes of a Rollout by them (`rollout/analysis.go`), and its steps."""

import datetime
import json
import re

NOW = 1_800_000_000
DEGRADED, PAUSED, WAITS, HEALTHY = "Degraded", "Paused", "Progressing", "Healthy"
SUCCESSFUL, FAILED, INCONCLUSIVE, ERROR, RUNNING = "Successful", "Failed", "Inconclusive", "Error", "Running"
WORDS = re.compile(r'\s+|"[a-z0-9]*"|len|result|verdict|simulated|at|now|date|duration|false|true|&&|\|\||==|!=|[!.<>()\[\]+-]|[0-9.]+')
ERROR_RETRY = 10


class Broken(Exception):
    """Nothing that can be judged was answered."""


def seconds(text):
    number, unit = re.fullmatch(r"([0-9]+)([smh])", str(text)).groups()
    return int(number) * {"s": 1, "m": 60, "h": 3600}[unit]


def holds(condition, result, now):
    """A condition of the expression language that is used, which knows no truth but booleans."""
    assert "".join(WORDS.findall(condition)) == condition, condition
    text = re.sub(r"result\.(\w+)", r'result["\1"]', condition)
    text = text.replace("&&", " and ").replace("||", " or ").replace("!=", "<>").replace("!", " not ").replace("<>", "!=")
    text = re.sub(r"\bfalse\b", "False", text)

    def date(value):
        return datetime.datetime.fromisoformat(value.replace("Z", "+00:00")).timestamp()

    known = {"result": result, "len": len, "now": lambda: now, "date": date, "duration": seconds}
    try:
        value = eval(text.strip(), {"__builtins__": {}}, known)  # noqa: S307 - made of the words above alone
    except (TypeError, KeyError, IndexError, ValueError, AttributeError) as why:
        raise Broken(why) from why
    if not isinstance(value, bool):
        raise Broken(f"{condition} is no boolean")
    return value


def measured(metric, result, now):
    success = holds(metric["successCondition"], result, now)
    failure = holds(metric["failureCondition"], result, now)
    return FAILED if failure else SUCCESSFUL if success else INCONCLUSIVE


def limit(metric, name, default):
    return int(metric.get(name, default))


def validate(metrics):
    assert metrics and len({metric["name"] for metric in metrics}) == len(metrics), "metrics have names of their own"
    for metric in metrics:
        count, failures = limit(metric, "count", 0), limit(metric, "failureLimit", 0)
        successes, unclear = limit(metric, "consecutiveSuccessLimit", 0), limit(metric, "inconclusiveLimit", 0)
        assert successes >= 0 and failures >= -1 and unclear >= 0 and limit(metric, "consecutiveErrorLimit", 4) >= 0
        assert successes > 0 or failures >= 0, "both limits are off"
        if count > 0:
            assert count >= max(failures, 0) + successes and count >= unclear, metric
        assert count <= 1 or "interval" in metric
        assert len(metric["provider"]) == 1


class Run:
    """An AnalysisRun. `answers(metric, now)` is what its providers answer, or raises Broken."""

    def __init__(self, metrics, answers, start):
        validate(metrics)
        self.metrics, self.answers, self.start, self.phase = metrics, answers, start, RUNNING
        self.state = {metric["name"]: {"next": start + seconds(metric.get("initialDelay", "0s")), "phase": RUNNING,
                                       "count": 0, "failed": 0, "unclear": 0, "errors": 0, "row": 0} for metric in metrics}

    def advance(self, until):
        """Takes the measurements that are due, in the order of time."""
        while self.phase == RUNNING:
            due = [(self.state[one["name"]]["next"], index) for index, one in enumerate(self.metrics) if self.state[one["name"]]["phase"] == RUNNING]
            if not due or min(due)[0] > until:
                return self
            now, index = min(due)
            self.measure(self.metrics[index], now)
            self.assess()
        return self

    def measure(self, metric, now):
        state = self.state[metric["name"]]
        try:
            phase = measured(metric, self.answers(metric, now), NOW + now)
        except Broken:
            phase = ERROR
        if phase == ERROR:
            state["errors"] += 1
            state["row"] = 0
        else:
            state["count"] += 1
            state["errors"] = 0
            state["row"] = state["row"] + 1 if phase == SUCCESSFUL else 0
            state["failed"] += phase == FAILED
            state["unclear"] += phase == INCONCLUSIVE
        state["next"] = now + (ERROR_RETRY if phase == ERROR else seconds(metric["interval"]))
        failures = limit(metric, "failureLimit", 0)
        if 0 <= failures < state["failed"]:
            state["phase"] = FAILED
        if state["unclear"] > limit(metric, "inconclusiveLimit", 0):
            state["phase"] = INCONCLUSIVE
        if state["errors"] > limit(metric, "consecutiveErrorLimit", 4):
            state["phase"] = ERROR
        if state["phase"] == RUNNING:
            successes, count = limit(metric, "consecutiveSuccessLimit", 0), limit(metric, "count", 0)
            if 0 < successes <= state["row"]:
                state["phase"] = SUCCESSFUL
            elif 0 < count <= state["count"]:
                state["phase"] = SUCCESSFUL if successes == 0 else INCONCLUSIVE if failures >= 0 else FAILED

    def assess(self):
        phases = [state["phase"] for state in self.state.values()]
        for worst in (FAILED, ERROR, INCONCLUSIVE):  # one that ends badly ends the run
            if worst in phases:
                self.phase = worst
                return
        if all(phase == SUCCESSFUL for phase in phases):
            self.phase = SUCCESSFUL


def resolved(template, given):
    """The metrics of a template with its arguments filled in; one that nobody gives is an error."""
    args = {one["name"]: one.get("value") for one in template["spec"].get("args", [])} | given
    text = json.dumps(template["spec"]["metrics"])

    def fill(found):
        value = args.get(found[1].removeprefix("args."))
        assert found[1].startswith("args.") and value is not None, f"{found[0]} is given by nobody"
        return json.dumps(value)[1:-1]

    return json.loads(re.sub(r"\{\{(.*?)\}\}", fill, text, flags=re.S))


class Cluster:
    """One Rollout with its templates. `answers(metric, now)` answers for providers; a hand promotes whatever waits for one."""

    def __init__(self, rollout, templates, answers, patience=50):
        self.spec = rollout["spec"]["strategy"]
        self.templates, self.answers, self.patience = templates, answers, patience
        self.clock, self.weight, self.events, self.background, self.asked = 0, 0, [], None, []

    def metrics(self, analysis):
        given = {one["name"]: one["value"] if "value" in one else "6d8f9c7b5" for one in analysis.get("args", [])}
        metrics = [metric for one in analysis["templates"] for metric in resolved(self.templates[one["templateName"]], given)]
        names = {metric["name"] for metric in metrics}
        return metrics, names

    def run(self):
        """What becomes of it, and what it did."""
        phase = self.blue_green() if "blueGreen" in self.spec else self.canary()
        if phase == DEGRADED:
            self.weight = 0
        return phase

    def passes(self, metrics):
        """Runs an analysis beside the background one; the phase of the Rollout, or none where it goes on."""
        run = Run(metrics, self.answers, self.clock)
        for _ in range(self.patience):
            run.advance(self.clock)
            ended = self.ended(run) or self.watch()
            if ended or run.phase == SUCCESSFUL:
                return ended
            self.clock += min(ERROR_RETRY, *(seconds(metric["interval"]) for metric in metrics))
        return WAITS

    @staticmethod
    def ended(run):
        return {FAILED: DEGRADED, ERROR: DEGRADED, INCONCLUSIVE: PAUSED}.get(run.phase)

    def watch(self):
        return self.ended(self.background.advance(self.clock)) if self.background else None

    def analyse(self, analysis):
        metrics, names = self.metrics(analysis)
        if names == {"gate"}:
            body = metrics[0]["provider"]["web"]["jsonBody"]
            self.events.append(("ask", body))
        else:
            self.events.append(("judge", tuple(sorted(names))))
        return self.passes(metrics)

    def canary(self):
        canary = self.spec["canary"]
        routes = {one["name"] for one in canary["trafficRouting"].get("managedRoutes", [])}
        for index, step in enumerate(canary["steps"]):
            [(kind, what)] = step.items()
            if "analysis" in canary and index == canary["analysis"].get("startingStep", 0):
                self.background = Run(self.metrics(canary["analysis"])[0], self.answers, self.clock)
            ended = None
            if kind == "setWeight":
                assert 0 <= what <= 100 and what != self.weight
                self.weight = what
                self.events.append(("give", what))
            elif kind == "setMirrorRoute":
                assert what["name"] in routes and "istio" in canary["trafficRouting"]
                if "match" in what:
                    self.events.append(("mirror", what["percentage"]))
            elif kind == "setCanaryScale":
                assert what in ({"replicas": 1}, {"matchTrafficWeight": True})
            elif kind == "pause" and not what:
                self.events.append(("wait",))
            elif kind == "pause":
                self.events.append(("hold", seconds(what["duration"])))
                self.clock += seconds(what["duration"])
                ended = self.watch()
            else:
                ended = self.analyse(what)
            ended = ended or self.watch()
            if ended:
                return ended
        return HEALTHY

    def blue_green(self):
        spec = self.spec["blueGreen"]
        assert spec["activeService"] != spec["previewService"]
        if "prePromotionAnalysis" in spec:
            ended = self.analyse(spec["prePromotionAnalysis"])
            if ended:
                return ended
        if not spec["autoPromotionEnabled"]:
            self.events.append(("wait",))
        self.weight = 100
        self.events.append(("give", 100))
        if "postPromotionAnalysis" in spec:
            metrics, _ = self.metrics(spec["postPromotionAnalysis"])
            for metric in metrics:
                self.events.append(("later", metric["name"], seconds(metric.get("initialDelay", "0s"))))
            self.patience = 10_000
            return self.passes(metrics) or HEALTHY
        return HEALTHY

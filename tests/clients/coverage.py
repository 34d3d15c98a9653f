"""Measures how each target that knows the time holds each construct of the calendar, and writes the matrix of it.

Every policy of `constructs/` is built for every target that has a reader in `readers/`. At each edge of a window, at each change of
clocks and a second to either side, each change that the decision was asked of is asked of the target. Where that lets pass what the
policy refuses it is weaker, where it refuses what the policy lets pass, stricter. The worst of that must be what the compiler's own
table says of what the policy uses.
Usage: coverage.py OPSC ANSWERS PAGE [--bless]; prints a line of JSON a construct and target
"""

import importlib
import json
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).parent
BEHIND = "time behind the horizon"
ORDER = ["exact", "stricter", "weaker"]
HEAD = """# Coverage

How each target that knows the time holds each construct of a policy's calendar. Nobody wrote this table: it is what was measured.
Each construct is a small policy, built for every target. A model of the engine, or the engine itself, reads the written file and is
asked of every change at every edge of a window, at every change of clocks and a second to either side; the decision of `opsc gate` is
asked of the same. **exact**: never another answer. **stricter**: in so many of the questions it refuses what the policy lets pass.
**weaker**: in so many it lets pass what the policy refuses, which `opsc build` refuses without `allow lossy`.
A dash stands where a target does not write that part of a policy. Why a target is not exact is on its page.

The workflows of [`github-actions`](targets/github-actions.md) and [`gitlab-ci`](targets/gitlab-ci.md) and the Rollouts of
[`argo-rollouts`](targets/argo-rollouts.md) are not among them: they ask the gate itself; [`html`](targets/html.md) is looked at in a browser. [`prometheus`](targets/prometheus.md), [`nginx`](targets/nginx.md), [`runbook`](targets/runbook.md) and
[`statuspage`](targets/statuspage.md) hold no freezes.
"""


def cases():
    """By file: the row that is measured, what it is a case of, and the policy."""
    for path in sorted((HERE / "constructs").glob("*.ops")):
        if path.name != "head.ops":
            text = path.read_text()
            row, _, case = text.split("\n")[0].removeprefix("// ").partition(": ")
            yield path.stem, row, case, text


def said(truth, target, row):
    """What the table says of all that the policy uses; none where the target does not write the row."""
    table = truth["table"][target]
    if row not in table:
        return None
    rows = [row] if row == BEHIND else set(truth["uses"]) - {BEHIND}
    return max((table.get(one, "exact") for one in rows), key=ORDER.index)


def measure(is_open, answers, behind):
    """Questions, and how many were answered alike, stricter and weaker; what a target is never asked it does not refuse."""
    start, end = answers["horizon"]
    found = []
    for of_region in answers["asked"]:
        for change in of_region["changes"]:
            change["region"] = of_region["region"]
            for second, letter in zip(of_region["instants"], change["open"]):
                if (second >= end) == behind:
                    found.append((letter == "1", is_open(change, second)))
    asked = [one for one in found if one[1] is not None]
    if all(wanted for wanted, _ in asked):
        asked = [(wanted, said is None or said) for wanted, said in found]
    equal = sum(wanted == said for wanted, said in asked)
    weaker = sum(said and not wanted for wanted, said in asked)
    return {"asked": len(asked), "equal": equal, "stricter": len(asked) - equal - weaker, "weaker": weaker}


def main(opsc, answers, page, *bless):
    targets = sorted(path.stem.replace("_", "-") for path in (HERE / "readers").glob("[a-z]*.py"))
    measured, table = {}, {}
    with tempfile.TemporaryDirectory() as work:
        for name, row, case, text in cases():
            folder = pathlib.Path(work, name)
            folder.mkdir()
            written = [f'target {target} {{ to "{target}"; allow lossy because "it is measured" }}' for target in targets]
            folder.joinpath("main.ops").write_text("\n".join([(HERE / "constructs" / "head.ops").read_text(), text, *written, ""]))
            built = subprocess.run([opsc, "build", folder], capture_output=True, text=True)
            assert built.returncode == 0, f"{name}: {built.stdout}{built.stderr}"
            truth = json.loads(subprocess.run([answers, folder], check=True, capture_output=True, text=True).stdout)
            assert row in truth["uses"], f"{name} does not use its construct"
            for target in targets:
                wanted = said(truth, target, row)
                if wanted is None:
                    continue
                reader = importlib.import_module(f"readers.{target.replace('-', '_')}").reader(folder / target)
                counts = measure(reader, truth, row == BEHIND)
                assert counts["asked"] > 50, f"{name}: {target} was hardly asked"
                print(json.dumps({"construct": row, "case": case, "target": target, **counts, "table": wanted}))
                measured.setdefault((row, case), {})[target] = counts
                known = table.setdefault((row, target), ("exact", "exact"))
                table[row, target] = tuple(max(pair, key=ORDER.index) for pair in zip(known, (wanted, held(counts))))
    wrong = [
        f"{row}: {target} is {found}, the table says {wanted}" for (row, target), (wanted, found) in table.items() if found != wanted
    ]
    order = list(truth["table"]["json"])
    text = matrix(targets, dict(sorted(measured.items(), key=lambda one: (order.index(one[0][0]), one[0][1]))))
    if bless:
        pathlib.Path(page).write_text(text)
    elif pathlib.Path(page).read_text() != text:
        wrong.append(f"{page} is not what was measured: `BLESS=1 tests/clients/run` writes it anew")
    if wrong:
        raise SystemExit("\n".join(wrong))


def held(counts):
    return "weaker" if counts["weaker"] else "stricter" if counts["stricter"] else "exact"


def matrix(targets, measured):
    links = " | ".join(f"[`{target}`](targets/{target}.md)" for target in targets)
    lines = [HEAD, f"| construct | {links} |", "|---" * (len(targets) + 1) + "|"]
    for (row, case), by_target in measured.items():
        cells = [cell(by_target[target]) if target in by_target else "-" for target in targets]
        lines.append(f"| {', '.join(filter(None, (row, case)))} | {' | '.join(cells)} |")
    asked = sum(counts["asked"] for by_target in measured.values() for counts in by_target.values())
    return "\n".join([*lines, "", f"{asked} questions were asked.", ""])


def cell(counts):
    what = held(counts)
    return what if what == "exact" else f"{what}: {counts[what]} of {counts['asked']}"


if __name__ == "__main__":
    main(*sys.argv[1:])

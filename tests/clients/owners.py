"""Asks a reader of CODEOWNERS that others wrote who owns a path of each glob of the policy: it must be whom the policy asks there. Then
breaks the file line by line: `opsc drift` must find whatever that reader takes for weaker.
Usage: owners.py FILE TRUTH POLICY
"""

import json
import re
import subprocess
import sys
import tempfile

from codeowners import CodeOwners


def handle(name):
    if re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9-]*", name):
        return "@" + name
    return name if re.fullmatch(r"[A-Za-z0-9._+-]+@[A-Za-z0-9.-]+", name) else None


def drifts(policy, text):
    """What `opsc drift` finds weaker."""
    with tempfile.NamedTemporaryFile("w", suffix="CODEOWNERS") as file:
        file.write(text)
        file.flush()
        done = subprocess.run(
            ["opsc", "drift", policy, "--codeowners", file.name, "--format", "json"], capture_output=True, text=True
        )
    assert done.returncode in (0, 1), done.stderr
    report = json.loads(done.stdout)
    assert (report["weaker"] > 0) == (done.returncode == 1), done.stdout
    return [finding for finding in report["findings"] if finding["gravity"] == "weaker"]


def main(path, truth, policy):
    text = open(path, newline="").read()
    rows = json.load(open(truth))["owners"]

    def owners(text, path):
        # This reader hides blanks of a path behind slashes, which no `?` matches; the second one does not.
        return {owner.lower() for _, owner in CodeOwners(text).of(path.replace(" ", "_"))}

    wanted = {}
    for row in rows:
        names = row["asked"] or row["answers"]
        expected = {handle(name).lower() for name in names if handle(name)}
        if expected:
            assert owners(text, row["path"]) == expected, (row, owners(text, row["path"]))
            wanted[row["path"]] = expected
    assert wanted, "the policy asks nobody"
    assert drifts(policy, text) == [], drifts(policy, text)

    lines = text.split("\n")
    broken = found = 0
    for at, line in enumerate(lines):
        if not line or line.startswith("#"):
            continue
        pattern = line.split(" ")[0]
        for changed in (
            lines[:at] + lines[at + 1 :],
            lines[:at] + [pattern] + lines[at + 1 :],
            lines[:at] + [f"{pattern} @stranger"] + lines[at + 1 :],
            lines[:at] + [f"{line} @stranger"] + lines[at + 1 :],
            lines + [f"{pattern} @stranger"],
            lines[: at + 1] + [f"{pattern.rstrip('/')}/** @stranger"] + lines[at + 1 :],
        ):
            changed = "\n".join(changed)
            broken += 1
            weaker = [path for path, names in wanted.items() if not owners(changed, path) or owners(changed, path) - names]
            drifted = drifts(policy, changed)
            found += bool(drifted)
            assert drifted or not weaker, f"drift does not find {weaker} in\n{changed}"
    for rest in ("* @stranger", "*.md @stranger", "/*/ @stranger", "*"):
        weaker = drifts(policy, f"{text}{rest}\n")
        assert weaker and all(finding["line"] == len(lines) for finding in weaker), (rest, weaker)
    print(f"paths: {len(wanted)}, broken files: {broken}, of them weaker: {found}")


main(*sys.argv[1:])

#!/usr/bin/env python3
"""Whole processes in turn: the median of CPU time (user and system), of wall time, and the peak of memory, of each command.

measure.py [gate|check|growth]...: the tables that are asked for, or all. Where a command answers, its answer is held
against the others' first."""

import json
import os
import shutil
import statistics
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
PEERS, OPSC, PYTHON = os.environ["PEERS"], os.environ["OPSC"], os.environ["PYTHON"]
DATA, BIN, CACHE = f"{PEERS}/data", f"{PEERS}/bin", f"{PEERS}/cache"
ROUNDS = int(os.environ.get("ROUNDS", "11"))
SIZES = [10, 100, 200, 1_000, 10_000]
GROWTH = [100, 1_000, 2_000, 5_000, 10_000]


def once(command, folder):
    """CPU seconds, wall seconds and peak MiB of one run."""
    environment = {**os.environ, "XDG_CACHE_HOME": folder, "NO_COLOR": "1"}
    start = time.monotonic()
    process = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment
    )
    _, status, used = os.wait4(process.pid, 0)
    # 10 is a gate's block, 1 a file that `fmt --check` would write otherwise: anything else measured nothing.
    if os.waitstatus_to_exitcode(status) not in (0, 1, 10):
        sys.exit(f"measure.py: {' '.join(command)} ended with status {status}")
    return used.ru_utime + used.ru_stime, time.monotonic() - start, used.ru_maxrss / 1024


def measured(commands, rounds):
    """Medians for each command; rounds take every command in turn, so that a busy moment falls on all of them."""
    runs = {name: [] for name in commands}
    for number in range(rounds + 1):
        for name, (command, folder) in commands.items():
            run = once(command, folder)
            if number > 0:
                runs[name].append(run)
    return {name: [statistics.median(column) for column in zip(*rows)] for name, rows in runs.items()}


def cell(run):
    cpu, wall, peak = run
    return f"{cpu * 1e3:.1f} / {wall * 1e3:.1f} / {peak:.0f}"


def table(title, sizes, commands_of, rounds=ROUNDS):
    columns = [measured(commands_of(size), max(3, rounds // 2) if size >= 10_000 else rounds) for size in sizes]
    print(f"\n{title}: CPU ms / wall ms / peak MiB, medians\n")
    print("| command | " + " | ".join(f"{size:,}".replace(",", " ") for size in sizes) + " |")
    print("|---|" + "---|" * len(sizes))
    for name in columns[0]:
        print(f"| {name} | " + " | ".join(cell(column[name]) for column in columns) + " |", flush=True)
    return columns


def ratios(columns, sizes, ours, theirs):
    for name in ours:
        for other in (other for other in theirs if other in columns[0]):
            found = [f"{column[name][0] / max(column[other][0], 1e-9):.2f}" for column in columns]
            said = ", ".join(f"{ratio} at {size}" for ratio, size in zip(found, sizes))
            print(f"\n{name} over {other}, CPU: {said}")


def installed(commands):
    return {name: entry for name, entry in commands.items() if shutil.which(entry[0][0])}


def gate(size):
    with open(f"{DATA}/{size}.request.json") as file:
        asked = json.load(file)
    at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(asked["at"]))
    ask = [OPSC, "gate", f"{DATA}/{size}.ops", "--tier", asked["tier"], "--action", "deploy", "--at", at]
    ask += ["--region", asked["region"], "--component", asked["component"], "--json"]
    rego = [f"{BIN}/regorus", "eval", "-d", f"{HERE}/decide.rego", "-d", f"{DATA}/{size}.json"]
    jsonnet = [f"{BIN}/jrsonnet", "--tla-code-file", f"calendar={DATA}/{size}.json"]
    subprocess.run([OPSC, "build", f"{DATA}/{size}.ops"], env={**os.environ, "XDG_CACHE_HOME": CACHE}, check=True)
    return installed({
        "opsc gate, from source": (ask, f"{PEERS}/no-cache"),
        "opsc gate, compiled": (ask, CACHE),
        "Python script": ([PYTHON, f"{HERE}/decide.py", f"{DATA}/{size}.json", f"{DATA}/{size}.request.json"], CACHE),
        "regorus eval": (rego + ["-i", f"{DATA}/{size}.request.json", "data.release.decision"], CACHE),
        "jrsonnet": (
            jsonnet + ["--tla-code-file", f"request={DATA}/{size}.request.json", f"{HERE}/decide.jsonnet"], CACHE
        ),
    })


def agree(size):
    """Every command of the gate's table names the same windows."""
    with open(f"{DATA}/{size}.expected.json") as file:
        expected = json.load(file)
    for name, (command, folder) in gate(size).items():
        run = subprocess.run(command, capture_output=True, env={**os.environ, "XDG_CACHE_HOME": folder})
        said = json.loads(run.stdout)
        if name.startswith("opsc"):
            found = [reason["name"] for reason in said["reasons"] if reason["verdict"] == "block"]
        elif name == "regorus eval":
            found = said["result"][0]["expressions"][0]["value"]["blocking"]
        else:
            found = said["blocking"]
        assert sorted(found) == sorted(expected), f"{name} at {size}: {found}, not {expected}"


def check(size):
    return installed({
        "opsc check": ([OPSC, "check", f"{DATA}/{size}.declared.ops"], CACHE),
        "jrsonnet": ([f"{BIN}/jrsonnet", f"{DATA}/{size}.declared.jsonnet"], CACHE),
        "nickel typecheck": ([f"{BIN}/nickel", "typecheck", f"{DATA}/{size}.declared.ncl"], CACHE),
    })


def growth(size):
    path = f"{DATA}/{size}.declared.ops"
    return {
        "opsc fmt --check": ([OPSC, "fmt", "--check", path], CACHE),
        "opsc check": ([OPSC, "check", path], CACHE),
        "opsc build": ([OPSC, "build", path], CACHE),
        "opsc calendar": ([OPSC, "calendar", path], CACHE),
        "opsc test": ([OPSC, "test", path], CACHE),
    }


def main(asked):
    if not asked or "gate" in asked:
        for size in SIZES:
            agree(size)
        columns = table("One decision, by windows", SIZES, gate)
        ours = ["opsc gate, from source", "opsc gate, compiled"]
        ratios(columns, SIZES, ours, ["Python script", "regorus eval"])
    if not asked or "check" in asked:
        columns = table("A whole check, by declarations", SIZES, check)
        ratios(columns, SIZES, ["opsc check"], ["jrsonnet", "nickel typecheck"])
    if not asked or "growth" in asked:
        table("Growth, by declarations", GROWTH, growth, rounds=5)


if __name__ == "__main__":
    main(sys.argv[1:])

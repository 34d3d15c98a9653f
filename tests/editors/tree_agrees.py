"""Holds the tree-sitter grammar against the compiler, over every policy of the repository.

A policy that the compiler reads without a finding of syntax has no error in the tree, and both trees have the same items,
statements, names, texts, literals and comments, byte for byte. In one that it does not, whatever stands before or behind the
broken item is an item of the tree as well.
Usage: tree_agrees.py TRUTH, which is what policies.py prints
"""

import json
import pathlib
import sys

import grammar
import tree_sitter

# What the compiler calls a leaf, by the node of the tree.
LEAVES = {
    "name": "name", "keyword": "keyword", "string": "string", "boolean": "boolean", "range": "range",
    "number": "Number", "ratio": "Ratio", "points": "Points", "duration": "Duration", "rate": "Rate", "money": "Money",
    "instant": "Instant", "zoned": "ZonedDateTime", "local": "LocalDateTime", "date": "Date", "time": "Time",
    "ordinal": "Ordinal", "malformed": "malformed",
}


def leaf(node):
    """A leaf as the compiler tells of it; a date that begins a statement is its keyword."""
    first = node.parent and node.parent.child_by_field_name("keyword")
    leads = first is not None and first == node and node.parent.type in ("item", "statement")
    return ("keyword" if leads else LEAVES[node.type], node.start_byte, node.end_byte)


def read(root):
    nodes, leaves, comments = [], [], []
    for node in grammar.walk(root):
        if node.type in ("item", "statement"):
            nodes.append((node.type, node.start_byte, node.end_byte))
        elif node.type in LEAVES and node.is_named:
            leaves.append(leaf(node))
        elif node.type == "comment":
            comments.append((node.start_byte, node.end_byte))
    return {"nodes": nodes, "leaves": leaves, "comments": comments}


def rows(told):
    return [tuple(row) for row in told]


def main(truth):
    parser = tree_sitter.Parser(grammar.language())
    wrong = []
    counts = {"policies": 0, "nodes": 0, "leaves": 0, "comments": 0, "broken policies": 0, "sound items beside a broken one": 0}
    told = json.loads(pathlib.Path(truth).read_text())["files"]
    for name, says in told.items():
        text = pathlib.Path(name).read_bytes()
        root = parser.parse(text).root_node
        seen = read(root)
        if says["findings"]:
            counts["broken policies"] += 1
            starts = {start for kind, start, _ in seen["nodes"] if kind == "item"}
            items = [start for kind, start, _ in rows(says["nodes"]) if kind == "item"]
            counts["sound items beside a broken one"] += len(items)
            wrong += [f"{name}: no item at {line(text, start)}" for start in items if start not in starts]
            continue
        counts["policies"] += 1
        wrong += [f"{name}: {node.type} at {line(text, node.start_byte)}" for node in grammar.errors(root)]
        for what, mine in seen.items():
            theirs = rows(says[what])
            counts[what] += len(theirs)
            for row in sorted(set(theirs) ^ set(mine), key=lambda row: row[-2]):
                who = "the compiler" if row in theirs else "the tree"
                wrong.append(f"{name}: only {who} has {row} in {line(text, row[-2])}")
    for what, count in counts.items():
        print(f"{what}: {count}")
    print("\n".join(wrong))
    sys.exit(bool(wrong) or not all(counts.values()))


def line(text, at):
    start = text.rfind(b"\n", 0, at) + 1
    return f"line {text.count(bytes([10]), 0, at) + 1}: " + text[start:].split(b"\n")[0].decode(errors="replace")


main(*sys.argv[1:])

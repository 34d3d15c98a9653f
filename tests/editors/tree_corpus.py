"""Runs the corpus of the tree-sitter grammar, in the form of `tree-sitter test`; BLESS=1 writes what is read."""

import os
import re
import sys

import grammar
import tree_sitter

CASE = re.compile(r"^(=+\n(?P<name>[^\n]+)\n=+\n)(?P<input>.*?)^---+\n(?P<tree>.*?)(?=^===|\Z)", re.MULTILINE | re.DOTALL)


def shown(node, depth=0, field=""):
    """The tree of named nodes, a node a line."""
    label = f"MISSING {node.type}" if node.is_missing else node.type
    lines = ["  " * depth + (f"{field}: " if field else "") + f"({label}"]
    for index, child in enumerate(node.children):
        if child.is_named or child.is_missing:
            lines.append(shown(child, depth + 1, node.field_name_for_child(index) or ""))
    return "\n".join(lines) + ")"


def main():
    parser = tree_sitter.Parser(grammar.language())
    cases = failed = 0
    for path in sorted((grammar.FOLDER / "test/corpus").glob("*.txt")):
        text = path.read_text()
        blessed = ""
        for case in CASE.finditer(text):
            cases += 1
            tree = shown(parser.parse(case["input"].strip("\n").encode() + b"\n").root_node)
            blessed += f"{case[1]}{case['input']}---\n\n{tree}\n\n"
            if tree.split() != case["tree"].split() and not os.environ.get("BLESS"):
                failed += 1
                print(f"{path.name}: {case['name']}: is read as\n{tree}")
        if os.environ.get("BLESS"):
            path.write_text(blessed.rstrip("\n") + "\n")
    print(f"cases: {cases}")
    sys.exit(failed > 0 or cases == 0)


main()

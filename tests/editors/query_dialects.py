"""Writes the queries of Helix and Zed, which are those of `editors/tree-sitter-ops` in the names that their themes know, and compares
them with those that are committed; BLESS=1 writes them.
"""

import os
import re
import sys

import grammar
import policies

HELIX = {
    "comment": "comment.line",
    "comment.documentation": "comment.line.documentation",
    "property": "variable.other.member",
    "module": "namespace",
    "string.escape": "constant.character.escape",
    "boolean": "constant.builtin.boolean",
    "number": "constant.numeric",
}
ZED = {
    "comment.documentation": "comment.doc",
    "module": "type",
    "constant.builtin": "constant",
    "error": "hint",
}
DIALECTS = [
    ("highlights", "helix/queries", HELIX),
    ("injections", "helix/queries", {}),
    ("highlights", "zed/languages/ops", ZED),
    ("injections", "zed/languages/ops", {}),
]
HEAD = "; Made of editors/tree-sitter-ops/queries/{name}.scm: BLESS=1 tests/editors/run makes it anew.\n\n"


def main():
    stale = []
    for name, folder, names in DIALECTS:
        text = (grammar.FOLDER / f"queries/{name}.scm").read_text()
        unused = [known for known in names if f"@{known}" not in text]
        if unused:
            sys.exit(f"no {name} query has {unused}")
        made = HEAD.format(name=name) + re.sub(r"@([\w.]+)", lambda found: "@" + names.get(found[1], found[1]), text)
        path = policies.ROOT / "editors" / folder / f"{name}.scm"
        if os.environ.get("BLESS"):
            path.write_text(made)
        if not path.exists() or path.read_text() != made:
            stale.append(f"{path} is not what it is made of; BLESS=1 tests/editors/run writes it")
    print(f"dialects: {len(DIALECTS)}")
    print("\n".join(stale))
    sys.exit(bool(stale))


main()

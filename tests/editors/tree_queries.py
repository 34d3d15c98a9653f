"""Reads every query of the editors by the grammar, and checks what they capture: colours by the marked places of
`test/highlight/`, names of tags, injected languages, and folds.

`// ^^^ name` under a line says that its innermost capture there is `name`; `// <- name` says it of the comment's own column.
"""

import re
import sys

import grammar
import policies
import tree_sitter

MARK = re.compile(rb"^\s*//\s*(?:(?P<here><-)|(?P<under>\^+))\s+(?P<name>[\w.]+)$")


def captures(language, path, parser, text):
    """(start, end, name, text) of everything that the query in `path` captures, its predicates counted."""
    query = tree_sitter.Query(language, path.read_text())
    tree = parser.parse(text)
    found = tree_sitter.QueryCursor(query).captures(tree.root_node)
    places = [(node.start_byte, node.end_byte, name) for name, nodes in found.items() for node in nodes]
    return [(start, end, name, text[start:end].decode()) for start, end, name in places]


def rank(path):
    """Where each pattern of a query stands: of two that capture the same, editors take the later."""
    return {name: at for at, name in enumerate(re.findall(r"@([\w.]+)", path.read_text()))}


def colours(language, parser):
    """What is wrong at the marked places."""
    query = grammar.FOLDER / "queries/highlights.scm"
    wrong, marks = [], 0
    for path in sorted((grammar.FOLDER / "test/highlight").glob("*.ops")):
        text = path.read_bytes()
        found = captures(language, query, parser, text)
        order = rank(query)
        line_start, before = 0, 0
        for number, line in enumerate(text.split(b"\n"), 1):
            mark = MARK.match(line)
            if mark:
                marks += 1
                column = line.index(b"//") if mark["here"] else mark.start("under")
                for at in range(before + column, before + column + len(mark["under"] or b"^")):
                    over = [row for row in found if row[0] <= at < row[1] and not row[2].startswith("_")]
                    best = min(over, key=lambda row: (row[1] - row[0], -order[row[2]]), default=(0, 0, "nothing", ""))
                    if best[2] != mark["name"].decode():
                        wrong.append(f"{path.name}:{number}: {best[2]}, not {mark['name'].decode()}")
                        break
            else:
                before = line_start
            line_start += len(line) + 1
    print(f"places: {marks}")
    return wrong if marks else ["no place is marked"]


def main():
    language = grammar.language()
    parser = tree_sitter.Parser(language)
    wrong = colours(language, parser)
    queries = grammar.FOLDER / "queries"
    told = {name: set() for name in ["tags", "injections", "folds"]}
    count = 0
    folders = [queries, policies.ROOT / "editors/helix", policies.ROOT / "editors/zed"]
    for query in sorted(path for folder in folders for path in folder.glob("**/*.scm")):
        count += 1
        for path in sorted(policies.ROOT.glob("examples/*/*.ops")) + sorted(policies.ROOT.glob("stdlib/**/*.ops")):
            found = captures(language, query, parser, path.read_bytes())
            if query.parent == queries and query.stem in told:
                told[query.stem].update((name, text) for _, _, name, text in found)
    tags = {text for name, text in told["tags"] if name == "name"}
    for name in ["rag-release", "bad-answers", "weekend", "canary", '"Black Friday, per region"']:
        if name not in tags:
            wrong.append(f"no tag for {name}")
    if not any("quantile_over_time" in text for name, text in told["injections"] if name == "injection.content"):
        wrong.append("no PromQL is injected")
    if not told["folds"]:
        wrong.append("nothing folds")
    print(f"queries: {count}")
    print("\n".join(wrong))
    sys.exit(bool(wrong))


main()

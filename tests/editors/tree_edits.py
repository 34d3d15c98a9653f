"""Edits policies as a person does, a few bytes at a time, and reads each again from the tree before: what can be read without an error
comes out as from a fresh start, and once all edits are undone so does everything. The same edits in every run.
"""

import random
import sys

import grammar
import policies
import tree_sitter

EDITS, ROUNDS = 12, 12
# What a policy is made of, and what it is not.
PIECES = [b"{", b"}", b"(", b"]", b'"', b'"""', b"//", b"///", b"\n", b"\n\n", b" and ", b" or ", b",", b"..", b"-", b";", b"use ", b"in [",
          b"region x { zone \"Etc/UTC\" }\n", b"15m", b"\xc3\xa9", b"#", b"\t", b"\r\n"]


def point(text, at):
    return (text.count(b"\n", 0, at), at - text.rfind(b"\n", 0, at) - 1)


def edited(tree, text, at, removed, added):
    """The text with one edit, which the tree is told of."""
    after = text[:at] + added + text[at + removed:]
    tree.edit(
        start_byte=at, old_end_byte=at + removed, new_end_byte=at + len(added),
        start_point=point(text, at), old_end_point=point(text, at + removed), new_end_point=point(after, at + len(added)),
    )
    return after


def shape(tree):
    return [(node.type, node.start_byte, node.end_byte) for node in grammar.walk(tree.root_node)]


def boundary(text, at):
    """The start of the character at or before `at`."""
    while at < len(text) and text[at] & 0xC0 == 0x80:
        at -= 1
    return at


def main():
    parser = tree_sitter.Parser(grammar.language())
    chance = random.Random(1)
    count, clean, wrong = 0, 0, []
    for path in sorted(policies.ROOT.glob("examples/*/*.ops")) + sorted(policies.ROOT.glob("stdlib/**/*.ops")):
        original = path.read_bytes()
        for _ in range(ROUNDS):
            text, tree, undo = original, parser.parse(original), []
            for _ in range(EDITS):
                at = boundary(text, chance.randrange(len(text) + 1))
                removed = boundary(text, min(len(text), at + chance.choice([0, 0, 1, 2, 8, 60]))) - at
                added = chance.choice(PIECES + [b""])
                undo.append((at, len(added), text[at:at + removed]))
                text = edited(tree, text, at, removed, added)
                tree = parser.parse(text, tree)
                count += 1
                fresh = parser.parse(text)
                if not fresh.root_node.has_error:
                    clean += 1
                    if shape(fresh) != shape(tree):
                        wrong.append(f"{path.name}: differs behind {added!r} at {at} for {removed} bytes")
            for at, removed, added in reversed(undo):
                text = edited(tree, text, at, removed, added)
                tree = parser.parse(text, tree)
            if text != original or shape(tree) != shape(parser.parse(original)):
                wrong.append(f"{path.name}: undone, it differs")
    print(f"edits: {count}\nread without an error: {clean}")
    print("\n".join(wrong))
    sys.exit(bool(wrong) or not clean)


main()

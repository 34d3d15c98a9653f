"""Breaks each item of each policy in every way below, one at a time: all other items of the file must still be items of the tree.

What asks for more at the end of a line outside all blocks, an open parenthesis or an operator, takes the next line by the rules
of the language; so these are tried inside blocks.
"""

import collections
import sys
import tempfile

import grammar
import policies
import tree_sitter


def without_last(mark):
    return lambda text: drop(text, text.rfind(mark), len(mark))


def drop(text, at, length):
    return None if at < 0 else text[:at] + text[at + length:]


def behind_first_line(mark):
    return lambda text: text.replace(b"\n", mark + b"\n", 1) if b"\n" in text else text + mark


def in_block(mark):
    return lambda text: text.replace(b"{", b"{ x " + mark, 1) if b"{" in text else None


BREAKS = {
    "the last `}` is missing": without_last(b"}"),
    "the first `{` is missing": lambda text: drop(text, text.find(b"{"), 1),
    "the last quote is missing": without_last(b'"'),
    "a `}` too many": behind_first_line(b" }"),
    "a `)` too many": behind_first_line(b" )"),
    "a `(` too many": in_block(b"( "),
    "a `[` too many": in_block(b"[ "),
    "an operator too many": in_block(b"<= <= "),
    "signs that mean nothing": behind_first_line(b" # ? ~"),
    "its first word is none": lambda text: b"%% " + text,
    "it is not finished": lambda text: text.split(b"{")[0].rstrip() + b" {\n" if b"{" in text else None,
}


def items(parser, text):
    return [node for node in parser.parse(text).root_node.children if node.type == "item"]


def main():
    parser = tree_sitter.Parser(grammar.language())
    tried, lost = collections.Counter(), []
    with tempfile.TemporaryDirectory() as folder:
        for name, path in policies.gather(folder).items():
            text = path.read_bytes()
            if not name.startswith(("examples/", "stdlib/")):
                continue
            whole = items(parser, text)
            for broken in whole:
                for how, change in BREAKS.items():
                    changed = change(text[broken.start_byte:broken.end_byte])
                    if changed is None or b'"""' in text[broken.start_byte:broken.end_byte]:
                        continue
                    tried[how] += 1
                    shift = len(changed) - (broken.end_byte - broken.start_byte)
                    after = text[:broken.start_byte] + changed + text[broken.end_byte:]
                    starts = {item.start_byte for item in items(parser, after)}
                    for other in whole:
                        moved = other.start_byte + (shift if other.start_byte > broken.start_byte else 0)
                        if other != broken and moved not in starts:
                            where = f"{name}:{broken.start_point[0] + 1}"
                            lost.append(f"{where}: {how}: the item of line {other.start_point[0] + 1} is lost")
    for how, count in tried.items():
        print(f"{how}: {count}")
    print(f"{len(lost)} lost")
    print("\n".join(lost))
    sys.exit(bool(lost) or not tried)


main()

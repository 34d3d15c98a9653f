"""Draws what a program wrote to a terminal as SVG: text in colours, on a grid, that scales and can be selected.

Usage: terminal.py TITLE < TEXT > PICTURE.svg
"""

import re
import sys
import unicodedata
from xml.sax.saxutils import escape

BACKGROUND, BAR, PLAIN, FAINT = "#1d2129", "#2a303b", "#d6dae2", "#8a93a3"
BASIC = ["#3b4252", "#e06c75", "#8fc97a", "#e5c07b", "#61afef", "#c678dd", "#56b6c2", "#d6dae2"]
BRIGHT = ["#7c8698", "#ff8790", "#a8e08f", "#f4d391", "#82c4ff", "#dc96ee", "#76d3de", "#ffffff"]
CUBE = [0, 95, 135, 175, 215, 255]
SIZE, WIDTH, LINE, MARGIN, HEAD = 14, 8.43, 20, 18, 34
FONT = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace"
SEQUENCE = re.compile(r"\x1b\[([0-9;:]*)m|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[\[(][0-9;?]*[A-Za-z]")


def indexed(number):
    """Colour `number` of the 256."""
    if number < 8:
        return BASIC[number]
    if number < 16:
        return BRIGHT[number - 8]
    if number < 232:
        number -= 16
        return "#%02x%02x%02x" % (CUBE[number // 36], CUBE[number // 6 % 6], CUBE[number % 6])
    return "#%02x%02x%02x" % ((8 + 10 * (number - 232),) * 3)


def restyle(style, codes):
    """The style behind one sequence of codes."""
    style, codes = dict(style), [int(code or 0) for code in re.split("[;:]", codes)]
    while codes:
        code = codes.pop(0)
        if code == 0:
            style = {}
        elif code in (38, 48) and codes:
            side, way = ("fill" if code == 38 else "back"), codes.pop(0)
            if way == 5 and codes:
                style[side] = indexed(codes.pop(0))
            elif way == 2 and len(codes) >= 3:
                style[side] = "#%02x%02x%02x" % tuple(codes[:3])
                codes = codes[3:]
        elif 30 <= code <= 37 or 90 <= code <= 97:
            style["fill"] = (BASIC if code < 90 else BRIGHT)[code % 10]
        elif 40 <= code <= 47 or 100 <= code <= 107:
            style["back"] = (BASIC if code < 100 else BRIGHT)[code % 10]
        else:
            on = {1: "bold", 2: "faint", 3: "italic", 4: "underline", 7: "inverse"}.get(code)
            off = {22: ("bold", "faint"), 23: ("italic",), 24: ("underline",), 27: ("inverse",), 39: ("fill",), 49: ("back",)}
            if on:
                style[on] = True
            for name in off.get(code, ()):
                style.pop(name, None)
    return style


def wide(text):
    """How many columns it takes."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def runs(text):
    """Lines of (column, width, text, style)."""
    style, lines = {}, []
    for line in text.rstrip("\n").split("\n"):
        row, column, at = [], 0, 0
        for found in [*SEQUENCE.finditer(line), None]:
            part = line[at:found.start() if found else len(line)]
            width = wide(part)
            if part:
                row.append((column, width, part, style))
            column += width
            if found:
                at = found.end()
                if found[1] is not None:
                    style = restyle(style, found[1])
        lines.append(row)
    return lines


def drawn(row, top):
    """One line: what lies behind it, then its text."""
    behind, text = [], []
    for column, width, part, style in row:
        fill, back = style.get("fill", FAINT if style.get("faint") else PLAIN), style.get("back")
        if style.get("inverse"):
            fill, back = back or BACKGROUND, fill
        x = MARGIN + column * WIDTH
        if back:
            behind.append(f'<rect x="{x:.2f}" y="{top - 15}" width="{width * WIDTH:.2f}" height="{LINE}" fill="{back}"/>')
        more = ' font-weight="bold"' if style.get("bold") else ""
        more += ' font-style="italic"' if style.get("italic") else ""
        more += ' text-decoration="underline"' if style.get("underline") else ""
        more += f' fill="{fill}"' if fill != PLAIN else ""
        # A viewer may take several blanks for one: each group of words has a place of its own.
        for words in re.finditer(r"\S+(?: \S+)*", part):
            at = x + wide(part[:words.start()]) * WIDTH
            text.append(f'<tspan x="{at:.2f}" textLength="{wide(words[0]) * WIDTH:.2f}"{more}>{escape(words[0])}</tspan>')
    return "".join(behind) + (f'<text y="{top}">{"".join(text)}</text>' if text else "")


def picture(title, text):
    lines = runs(text)
    columns = max([len(title) + 8] + [column + width for row in lines for column, width, _, _ in row])
    width, height = round(2 * MARGIN + columns * WIDTH), HEAD + 2 * MARGIN + LINE * len(lines) - 6
    body = [drawn(row, HEAD + MARGIN + 12 + LINE * number) for number, row in enumerate(lines)]
    dots = "".join(f'<circle cx="{20 + 18 * at}" cy="17" r="5.5" fill="{fill}"/>' for at, fill in enumerate(["#e06c75", "#e5c07b", "#8fc97a"]))
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img">',
        f"<title>{escape(title)}</title>",
        f'<rect width="{width}" height="{height}" rx="9" fill="{BACKGROUND}"/>',
        f'<path d="M0 {HEAD}V9a9 9 0 0 1 9-9H{width - 9}a9 9 0 0 1 9 9V{HEAD}z" fill="{BAR}"/>{dots}',
        f'<g font-family="{FONT}" font-size="{SIZE}" fill="{PLAIN}">',
        f'<text x="{width / 2:.0f}" y="22" text-anchor="middle" font-size="13" fill="{FAINT}">{escape(title)}</text>',
        *[line for line in body if line],
        "</g>",
        "</svg>",
        "",
    ])


if __name__ == "__main__":
    sys.stdout.write(picture(sys.argv[1], sys.stdin.read()))

"""Every policy of the repository: the files, and the fenced blocks of its pages, each as a file of its own.

Usage: policies.py EDITOR_TRUTH FOLDER writes the blocks to FOLDER and prints what the compiler says of all.
"""

import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
FOLDERS = ["examples", "stdlib", "tests", "editors"]
PAGES = ["README.md", "docs/**/*.md", "examples/*/README.md", "editors/**/*.md"]
FENCE = re.compile(r"^```ops\b[^\n]*\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def gather(into):
    """Writes the blocks of pages to the folder `into`; the paths of all policies, by their names."""
    into = pathlib.Path(into)
    found = {}
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).glob("**/*.ops")):
            if "node_modules" not in path.parts and "target" not in path.parts:
                found[str(path.relative_to(ROOT))] = path
    for pattern in PAGES:
        for page in sorted(ROOT.glob(pattern)):
            if "node_modules" in page.parts or not page.is_file():
                continue
            name = str(page.relative_to(ROOT))
            for number, block in enumerate(FENCE.finditer(page.read_text()), 1):
                path = into / f"{name.replace('/', '_')}.{number}.ops"
                path.write_text(block[1])
                found[f"{name}, block {number}"] = path
    return found


if __name__ == "__main__":
    truth, folder = sys.argv[1:]
    subprocess.run([truth, *map(str, gather(folder).values())], check=True)

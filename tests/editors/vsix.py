"""Checks what is in the packaged extension: what it contributes is there, and nothing else came along. Usage: vsix.py FILE [FOLDER]

Into FOLDER it is laid as VS Code lays it.
"""

import json
import sys
import zipfile

EXPECTED = {
    "package.json", "readme.md", "changelog.md", "LICENSE.txt", "language-configuration.json", "dist/extension.js", "dist/licences.txt",
    "images/icon.png", "images/file.svg", "images/policy.png", "snippets/ops.json", "syntaxes/ops.tmLanguage.json",
}
LARGEST = 1_000_000


def paths(value):
    """Every file that a part of the manifest names."""
    if isinstance(value, str):
        return {value.removeprefix("./")} if value.startswith("./") else set()
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
    return set().union(*map(paths, parts), set())


def main(file, folder):
    with zipfile.ZipFile(file) as package:
        inside = {name.removeprefix("extension/") for name in package.namelist() if name.startswith("extension/")}
        manifest = json.loads(package.read("extension/package.json"))
        wrong = [f"missing: {name}" for name in sorted(EXPECTED - inside)] + [f"came along: {name}" for name in sorted(inside - EXPECTED)]
        wrong += [f"named and not there: {name}" for name in sorted((paths(manifest) | {manifest["icon"]}) - inside)]
        size = sum(entry.compress_size for entry in package.infolist())
        if size > LARGEST:
            wrong.append(f"{size} bytes are too many")
        licences = package.read("extension/dist/licences.txt").decode()
        wrong += [f"no licence of {name}" for name in ["vscode-languageclient", "vscode-jsonrpc"] if name not in licences]
        print(f"files: {len(inside)}\nbytes: {size}")
        package.extractall(folder)
    print("\n".join(wrong))
    sys.exit(bool(wrong))


main(*sys.argv[1:])

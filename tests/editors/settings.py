"""Reads the settings of Helix and Zed: they are TOML, name one language and one server alike, and every file they point to is there."""

import sys
import tomllib

import policies

EDITORS = policies.ROOT / "editors"


def main():
    helix = tomllib.loads((EDITORS / "helix/languages.toml").read_text())
    zed = tomllib.loads((EDITORS / "zed/extension.toml").read_text())
    config = tomllib.loads((EDITORS / "zed/languages/ops/config.toml").read_text())
    [language], [grammar] = helix["language"], helix["grammar"]
    server = helix["language-server"]["opsc"]
    facts = {
        "Helix names the language and its grammar alike": language["name"] == grammar["name"] == "ops",
        "Helix starts the server": (server["command"], server["args"]) == ("opsc", ["lsp"]),
        "Helix gives the language that server": language["language-servers"] == ["opsc"],
        "both take the file type": language["file-types"] == config["path_suffixes"] == ["ops"],
        "both take comments alike": language["comment-tokens"] == [token.strip() for token in config["line_comments"]],
        "Zed's language takes Zed's grammar": config["grammar"] in zed["grammars"],
        "Zed's server serves Zed's language": zed["language_servers"]["opsc"]["languages"] == [config["name"]],
        "the grammar is where both say": all(
            (policies.ROOT / path / "src/parser.c").is_file()
            for path in [zed["grammars"]["ops"]["path"], grammar["source"]["path"].removeprefix("/path/to/opsc/")]
        ),
    }
    wrong = [what for what, holds in facts.items() if not holds]
    print(f"settings: {len(facts)}")
    print("\n".join(wrong))
    sys.exit(bool(wrong))


main()

"""Completions asked of the real bash, zsh and fish, from where the package puts them: bash and zsh at a terminal of their own, where
a line is typed and the tab key pressed, fish by its own `complete -C`. Usage: completions.py SHARE (opsc on the PATH)"""
import os
import pty
import re
import select
import signal
import subprocess
import sys
import tempfile
import time

SHARE = os.path.abspath(sys.argv[1])
ASKED = [
    ("opsc che", "check"),
    ("opsc check --for", "--format"),
    ("opsc check --format sar", "sarif"),
    ("opsc completions elv", "elvish"),
    ("opsc explain window-has", "window-has-no-next-year"),
    ("opsc check poli", "policies/"),
    ("opsc log ver", "verify"),
]
BASH = f"source {SHARE}/bash-completion/completions/opsc"
ZSH = f"fpath=({SHARE}/zsh/vendor-completions $fpath); autoload -Uz compinit; compinit -D -u"
FISH = f"{SHARE}/fish/vendor_completions.d/opsc.fish"


def until(terminal, wanted, seconds=10):
    said, end = "", time.monotonic() + seconds
    while wanted not in said and time.monotonic() < end:
        if select.select([terminal], [], [], 0.1)[0]:
            said += os.read(terminal, 65536).decode(errors="replace")
    return said


def typed(words, begin, line, wanted):
    process, terminal = pty.fork()
    if process == 0:
        os.execvp(words[0], words)
    try:
        os.write(terminal, f'PS1="> "; {begin}; echo rea""dy\n'.encode())
        until(terminal, "ready")
        time.sleep(0.1)
        os.write(terminal, f"{line}\t\t".encode())
        return until(terminal, wanted)
    finally:
        os.kill(process, signal.SIGKILL)
        os.waitpid(process, 0)
        os.close(terminal)


def fish(line, _):
    command = ["fish", "--no-config", "-c", "source $argv[1]; complete -C $argv[2]", FISH, line]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


SHELLS = {
    "bash": lambda line, wanted: typed(["bash", "--norc", "-i"], BASH, line, wanted),
    "zsh": lambda line, wanted: typed(["zsh", "-f", "-i"], ZSH, line, wanted),
    "fish": fish,
}

with tempfile.TemporaryDirectory() as folder:
    os.environ.update(HOME=folder, TERM="dumb")
    os.chdir(folder)
    os.mkdir("policies")
    for name, offered in SHELLS.items():
        for line, wanted in ASKED:
            said = offered(line, wanted)
            assert re.search(rf"(?<![\w-]){re.escape(wanted)}(?![\w-])", said), f"{name}: {line!r} offers {said!r}"
    print(f"completions: {len(SHELLS) * len(ASKED)} asked of {', '.join(SHELLS)}")

# For scripts that run many checks: `check NAME COMMAND...`, with what they share in `$work`, and `exit "$failed"` at their end.
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0

check() { # NAME COMMAND...: says what failed, with what it said, and goes on
  local name=$1
  shift
  if "$@" > "$work/said" 2>&1; then
    echo "ok    $name"
    grep -hE '^[a-z, -]+: [0-9]' "$work/said" | sed 's/^/      /' || true
  else
    echo "FAIL  $name"
    cut -c1-300 "$work/said" | tail -40 | sed 's/^/      /'
    failed=1
  fi
}

#!/usr/bin/env bash
# Made by opsc from policy rag-platform: do not edit, run `opsc build`.
# target github-actions, policy sha256:d54b97430d125cd901e7b5d2dd252e7c7e1c98ce0eccda653f13937d4ef7421f
# One step of a pipeline or of a rollback. What is done is said by the environment, never by this file: commands of the policy
# are run as they are written, everything else by the repository's own scripts in OPS_HOOKS. The manual lists them:
# `opsc explain github-actions`.
set -euo pipefail

say() { echo "ops: $*"; }
fail() {
  echo "ops: $*" >&2
  exit 1
}

hook() { # NAME WORD...
  local file="$OPS_HOOKS/$1"
  shift
  [ -x "$file" ] || fail "the repository has no program $file, which this step calls"
  "$file" "$@"
}

carry_out() { # COMMAND HOOK WORD...: the policy's command, or else the hook
  local command=$1
  shift
  if [ -n "$command" ]; then bash -eo pipefail -c "$command"; else hook "$@"; fi
}

# --- before anything starts -------------------------------------------------

check_hooks() {
  local name missing=()
  for name in ${OPS_CALLS:-}; do
    [ -x "$OPS_HOOKS/$name" ] || missing+=("$OPS_HOOKS/$name")
  done
  [ "${#missing[@]}" -eq 0 ] || fail "these programs are called later and are not there: ${missing[*]}"
}

gather_facts() { # FILE
  if [ -x "$OPS_HOOKS/facts" ]; then hook facts > "$1"; else echo '{}' > "$1"; fi
}

# Who approved must fill each of the seats, and have no part in the commits between OPS_BASE and OPS_HEAD.
check_approval() {
  local authors
  authors=$(git -C "$OPS_SOURCE" log --format='%ae%n%ce%n%(trailers:key=Co-authored-by,valueonly)' --end-of-options "${OPS_BASE:?}..${OPS_HEAD:?}") ||
    fail "who wrote what rolls out is not known"
  authors=$(printf '%s\n' "$authors" | sed -e 's/.*<\(.*\)>.*/\1/' -e 's/@.*//' -e 's/^[0-9]*+//')
  jq --exit-status --null-input --arg authors "$authors" --arg started "${OPS_STARTED_BY:-}" \
    --argjson by "$OPS_APPROVED_BY" --argjson seats "$OPS_SEATS" '
      def same: ascii_downcase;
      [($authors | split("\n")[]), $started | select(. != "") | same] as $barred
      | [$by[] | same] | unique - $barred
      | . as $people
      | all($seats[]; . as $seat | [$people[] | select(IN($seat.of[] | same))] | length >= $seat.people)
    ' > /dev/null || fail "the approvals do not fill the seats that the policy asks for: $OPS_APPROVED_BY of $OPS_SEATS"
}

# --- what is measured -------------------------------------------------------

# Asks the policy's own bars; 0 passes, 10 does not, 11 is not known yet.
judge() { # WORD...
  local name code=0 words=()
  for name in ${OPS_REGIONS:-}; do words+=(--region "$name"); done
  for name in ${OPS_EVIDENCE:-}; do
    if OPS_SINCE="$since" hook holds "$name"; then words+=(--holds "$name"); fi
  done
  if [ -n "${OPS_MEASURES:-}" ]; then
    OPS_SINCE="$since" hook measure > "$state/trace" || fail "nothing could be measured"
    words+=(--trace "$state/trace")
  fi
  opsc judge "$OPS_PIPELINE" "$OPS_POLICY" "${words[@]}" "$@" || code=$?
  case "$code" in 0 | 10 | 11) return "$code" ;; *) fail "what was measured could not be judged" ;; esac
}

wait_and_watch() { # SECONDS
  local end=$((SECONDS + $1)) left code
  while [ "$SECONDS" -lt "$end" ]; do
    if [ -n "${OPS_WATCHED:-}" ]; then
      code=0
      judge --stage "$OPS_STAGE" --holding || code=$?
      [ "$code" -ne 10 ] || fail "what was measured sends the change back"
    fi
    left=$((end - SECONDS))
    [ "$left" -le 0 ] || sleep "$((left < every ? left : every))"
  done
}

pass_gates() {
  local code
  while :; do
    code=0
    judge --stage "$OPS_STAGE" || code=$?
    case "$code" in
      0) return ;;
      10) fail "a gate of the stage does not pass" ;;
    esac
    say "not known yet: asked again in $every s"
    sleep "$every"
  done
}

# --- whether a rollout runs ---------------------------------------------------

# Sets the series that alerts on nothing measured rest on. Where that cannot be done the rollout goes on all the same.
tell_active() { # 1 or 0
  [ -n "${OPS_PUSHGATEWAY:-}" ] || return 0
  printf '# TYPE ops_rollout_active gauge\nops_rollout_active %s\n' "$1" |
    curl --silent --show-error --fail --max-time 10 --retry 2 --retry-connrefused --retry-max-time 20 --data-binary @- \
      --url "${OPS_PUSHGATEWAY%/}/metrics/job/ops/pipeline/$OPS_PIPELINE" > /dev/null ||
    say "warning: ops_rollout_active could not be set to $1 at $OPS_PUSHGATEWAY" >&2
}

# --- one step of a stage ----------------------------------------------------

# Pins that an earlier stage made, for commands: PIN_INDEX_HASH and the like.
export_pins() {
  local name value
  while IFS=$'\t' read -r name value; do
    name=${name//-/_}
    export "PIN_${name^^}=$value"
  done < <(jq -r 'to_entries[] | [.key, .value] | @tsv' <<< "$pins")
}

# The values of NAME=VALUE lines as one object; names that are awaited and not there stop it.
read_values() { # FILE NAME...
  local file=$1
  shift
  # shellcheck disable=SC2016 # these are variables of jq
  jq --raw-input --slurp --compact-output --args '
    [split("\n")[] | select(test("^[A-Za-z][A-Za-z0-9_-]*=[A-Za-z0-9._:/@+=-]{1,200}$")) | split("=") | { (.[0]): (.[1:] | join("=")) }]
    | add // {}
    | . as $values
    | [$ARGS.positional[] | select($values[.] == null)] as $missing
    | if $missing == [] then with_entries(select(IN(.key; $ARGS.positional[])))
      else error("these were to be written to the file, as NAME=VALUE: \($missing | join(", "))") end
  ' "$@" < "$file"
}

act() {
  local tries=$((${OPS_RETRIES:-0} + 1)) name
  for name in ${OPS_NEEDS_READY:-}; do hook ready "$name"; done
  while :; do
    tries=$((tries - 1))
    : > "$OPS_MADE"
    : > "$OPS_FOUND"
    if once; then break; fi
    [ "$tries" -gt 0 ] || fail "stage $OPS_STAGE failed"
    say "stage $OPS_STAGE failed: tried again"
  done
  for name in ${OPS_STARTS:-}; do hook ready "$name"; done
}

once() {
  if [ -n "${OPS_COMMAND:-}" ]; then
    bash -eo pipefail -c "$OPS_COMMAND"
  elif [ -n "${OPS_HOOK:-}" ]; then
    # shellcheck disable=SC2086 # a hook and its words, all of them names
    hook $OPS_HOOK
  fi
}

# What started must be what was made: it says so itself, as NAME=VALUE lines in OPS_FOUND.
check_pins() {
  local found
  # shellcheck disable=SC2086 # names
  found=$(read_values "$OPS_FOUND" $OPS_EXPECTS) || fail "what is expected was not found where it runs"
  jq --exit-status --null-input --argjson made "$pins" --argjson found "$found" \
    '$found | to_entries | all(.value == $made[.key])' > /dev/null ||
    fail "what runs is not what was made: made $pins, found $found"
}

keep_made() {
  local made
  # shellcheck disable=SC2086 # names
  made=$(read_values "$OPS_MADE" $OPS_PRODUCES) || fail "stage $OPS_STAGE did not say what it made"
  # shellcheck disable=SC2016,SC2086 # these are variables of jq, and names
  jq --exit-status --null-input --argjson made "$made" --args \
    '[$ARGS.positional[] as $name | $made[$name] | test("sha256:[0-9a-f]{64}$")] | all' ${OPS_ARTIFACTS:-} > /dev/null ||
    fail "an artifact is named by its digest, sha256:..., so that what is promoted is what was built: $made"
  echo "made=$made" >> "${OPS_OUTPUT:-${GITHUB_OUTPUT:-/dev/null}}"
}

step() {
  act
  if [ -n "${OPS_EXPECTS:-}" ]; then check_pins; fi
  if [ -n "${OPS_PRODUCES:-}" ]; then keep_made; fi
  since=$(date -u +%s)
  if [ -n "${OPS_HOLD:-}" ]; then wait_and_watch "$OPS_HOLD"; fi
  if [ -n "${OPS_GATES:-}" ]; then pass_gates; fi
  if [ -n "${OPS_SOAK:-}" ]; then wait_and_watch "$OPS_SOAK"; fi
}

# --- one step back ----------------------------------------------------------

# The first lever that can be pulled: OPS_LEVERS is a list of names and commands, the fastest first.
pull_fastest() {
  local count at lever command
  count=$(jq length <<< "$OPS_LEVERS")
  for ((at = 0; at < count; at += 1)); do
    lever=$(jq -r --argjson at "$at" '.[$at][0]' <<< "$OPS_LEVERS")
    command=$(jq -r --argjson at "$at" '.[$at][1]' <<< "$OPS_LEVERS")
    say "pulls $lever"
    if carry_out "$command" pull "$lever"; then return; fi
    say "$lever could not be pulled"
  done
  fail "no lever is left"
}

await_recovery() { # ROLLBACK LEAST MOST SEVERITY
  local end=$((SECONDS + $3)) code
  sleep "$2"
  while :; do
    code=0
    judge --recovered "$1" || code=$?
    if [ "$code" -eq 0 ]; then return; fi
    if [ "$SECONDS" -ge "$end" ]; then break; fi
    sleep "$every"
  done
  if [ "$4" != - ]; then hook incident "$4"; fi
  fail "it has not recovered"
}

# OPS_DEEDS is a list of steps: words for this program, what it is told, and whether it is done however the others end.
do_deeds() {
  local count at deed begun stage failed=0 words told
  count=$(jq length <<< "$OPS_DEEDS")
  for ((at = 0; at < count; at += 1)); do
    deed=$(jq --compact-output --argjson at "$at" '.[$at]' <<< "$OPS_DEEDS")
    if [ "$failed" -ne 0 ] && [ "$(jq -r .always <<< "$deed")" != true ]; then continue; fi
    begun=$(jq -r '.begun // ""' <<< "$deed")
    stage=$(jq -r '.stage // ""' <<< "$deed")
    if [ -n "$begun" ] && ! { [ -s "$OPS_SOURCE/ops-state/$begun" ] && [ "$(cat "$OPS_SOURCE/ops-state/$begun")" != - ]; }; then
      case " ${OPS_UNDO:-} " in *" $stage "*) ;; *) continue ;; esac
    fi
    say "$(jq -r .title <<< "$deed")"
    mapfile -t words < <(jq -r '.words[]' <<< "$deed")
    mapfile -d '' -t told < <(jq -j '.told | to_entries[] | "\(.key)=\(.value)\u0000"' <<< "$deed")
    env "${told[@]}" bash "$0" "${words[@]}" || failed=1
  done
  [ "$failed" -eq 0 ] || fail "not everything could be done"
}

verify() { # GATE...
  local gate words=()
  for gate in "$@"; do words+=(--gate "$gate"); done
  judge "${words[@]}"
}

# ----------------------------------------------------------------------------

case "$OPS_HOOKS" in /*) ;; *) export OPS_HOOKS="$PWD/$OPS_HOOKS" ;; esac
case "${OPS_SOURCE:-/}" in /*) ;; *) export OPS_SOURCE="$PWD/$OPS_SOURCE" ;; esac
case "${OPS_POLICY:-/}" in /*) ;; *) export OPS_POLICY="$PWD/$OPS_POLICY" ;; esac
every=${OPS_EVERY:-60}
since=$(date -u +%s)
pins=$(jq -c 'add // {}' <<< "${OPS_PINS:-[]}") || fail "what earlier stages made cannot be read: $OPS_PINS"
state=$(mktemp -d)
trap 'rm -rf "$state"' EXIT
export OPS_MADE="$state/made" OPS_FOUND="$state/found"
export_pins
what=$1
shift
case "$what" in
  hooks) check_hooks ;;
  facts) gather_facts "$@" ;;
  approval) check_approval ;;
  step)
    if [ -n "${OPS_ACTIVE:-}" ]; then tell_active 1; fi
    timeout --kill-after=30 "$OPS_TIMEOUT" bash "$0" step-in-time
    ;;
  step-in-time)
    cd "$OPS_SOURCE"
    step
    ;;
  run)
    cd "$OPS_SOURCE"
    bash -eo pipefail -c "$OPS_COMMAND"
    ;;
  hook) hook "$@" ;;
  pull)
    cd "$OPS_SOURCE"
    pull_fastest
    ;;
  deeds) do_deeds ;;
  over) tell_active 0 ;;
  wait) sleep "$1" ;;
  recover) await_recovery "$@" ;;
  verify) verify "$@" ;;
  *) fail "there is no $what" ;;
esac

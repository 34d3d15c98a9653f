#!/usr/bin/env bash
# Made by opsc from policy rag-platform: do not edit, run `opsc build`.
# target github-environments, policy sha256:d54b97430d125cd901e7b5d2dd252e7c7e1c98ce0eccda653f13937d4ef7421f
# Brings the environments of a repository to what the policy asks: bash apply.sh OWNER/REPOSITORY [FILE...]
# Needs jq, and gh, signed in as somebody who may administer the repository. Nothing is changed before every reviewer is known.
set -euo pipefail
repository=${1:?usage: bash apply.sh OWNER/REPOSITORY [FILE...]}
shift
if [ "$#" -eq 0 ]; then set -- "$(dirname "${BASH_SOURCE[0]}")"/*.json; fi
bodies=$(mktemp -d)
trap 'rm -rf "$bodies"' EXIT

for file in "$@"; do
  name=$(jq -er .environment "$file")
  asked=$(jq -r '.fill[] | [.name, .path] | @tsv' "$file")
  ids='{}'
  while IFS=$'\t' read -r who path; do
    if [ -z "$who" ]; then continue; fi
    id=$(gh api "$path" --jq .id)
    ids=$(jq -cn --argjson ids "$ids" --arg who "$who" --argjson id "$id" '$ids + {("{" + $who + "}"): $id}')
  done <<< "$asked"
  jq --argjson ids "$ids" '
    if .asks and (.body.reviewers == []) then error("environment \(.environment): nobody whom GitHub can name may approve") else . end
    | .body | .reviewers |= map(.id = ($ids[.id] // error("no number for \(.id)")))' "$file" > "$bodies/$name.json"
done

for file in "$@"; do
  name=$(jq -er .environment "$file")
  place="repos/$repository/environments/$name"
  gh api --method PUT "$place" --input "$bodies/$name.json" --silent
  wanted=$(jq -c .branches "$file")
  if [ "$wanted" != '[]' ]; then
    known=$(gh api --paginate "$place/deployment-branch-policies" --jq '.branch_policies[]' | jq -cs .)
    for id in $(jq -r --argjson wanted "$wanted" '.[] | select(.name as $name | $wanted | index($name) | not) | .id' <<< "$known"); do
      gh api --method DELETE "$place/deployment-branch-policies/$id" --silent
    done
    missing=$(jq -r --argjson known "$known" '.[] | select(. as $name | [$known[].name] | index($name) | not)' <<< "$wanted")
    while IFS= read -r branch; do
      if [ -n "$branch" ]; then gh api --method POST "$place/deployment-branch-policies" -f "name=$branch" -f type=branch --silent; fi
    done <<< "$missing"
  fi
  echo "$name: as the policy asks"
done

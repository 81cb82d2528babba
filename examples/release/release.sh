#!/usr/bin/env bash
# The release of release.py with the command `relcore` alone: its audit log is a file of lines.
#
# usage: release.sh FOLDER    the log and its head are written there
set -euo pipefail
folder=$(cd "$1" && pwd)
log=$folder/log.jsonl head=$folder/head.json
cd "$(dirname "$0")"

append() { # ENTRY: adds it to the log
  local record
  record=$(relcore audit append --head "$head" --entry - <<<"$1")
  printf '%s\n' "$record" >>"$log"
  relcore audit head --record - <<<"$record" >"$head" # keep it elsewhere, too: it shows that nothing was cut off
}

record() { # NOW FUNCTION INPUT: makes a decision and adds it to the log
  append "$(relcore audit record-decision --at "$1" --function-name "$2" --input "$3")"
}

decided() { # EXIT CODE: 0, 10, 20 and 30 are decisions; anything else is none, and ends the script
  case $1 in
    0 | 10 | 20 | 30) ;;
    *) exit "$1" ;;
  esac
}

first_line() { # the first line of a decision's text
  local text code=0
  text=$("$@" --explain) || code=$?
  decided "$code"
  printf '%s\n' "${text%%$'\n'*}"
}

check() { # whether the log is whole, and every decision comes out the same again
  printf '[%s]' "$(cat "$head")" >"$folder/known.json"
  first_line relcore audit verify-log --text "@$log" --known-heads "$folder/known.json"
  local records
  records=$(relcore audit read-log --text "@$log" --get records)
  first_line relcore audit replay --log - <<<"$records"
}

relcore audit genesis >"$head"
request=$(cat request.json) situation=$(cat situation.json)
policy=$(relcore readiness policy-from-yaml --text @policy.yaml)

for now in 2026-11-24T18:00:00Z 2026-11-24T19:10:00Z; do
  record "$now" readiness.may_release \
    "{\"request\":$request,\"situation\":$situation,\"policy\":$policy,\"now\":\"$now\"}"
  ask=(relcore readiness may-release --request request.json --situation situation.json --policy policy.yaml --now "$now")
  printf '%s may it go out? ' "${now:11:5}"
  first_line "${ask[@]}"
done
"${ask[@]}" >/dev/null # exit code 0: it may

schedule=$(relcore canary schedule-from-yaml --text @schedule.yaml)
state=$(relcore canary start --schedule schedule.yaml --now "$now")
record "$now" canary.start "{\"schedule\":$schedule,\"now\":\"$now\"}"
minute=10 observations='[]'
for errors in 0.9 1.1 1.0 0.9 1.2 1.0 1.1 4.2 5.1 6.3; do
  now=2026-11-24T19:$minute:00Z
  if [ "$minute" -gt 10 ]; then
    reading="{\"type\":\"value\",\"value\":$errors,\"n\":500}"
    observations="[{\"at\":\"$now\",\"kind\":{\"type\":\"measurement\",\"metric\":\"error_rate\",\"reading\":$reading}}]"
  fi
  input="{\"schedule\":$schedule,\"state\":$state,\"observations\":$observations,\"now\":\"$now\"}"
  printf '%s' "$state" >"$folder/state.json"
  code=0
  decision=$(relcore canary next-action --schedule schedule.yaml --state "$folder/state.json" --dry-run \
    --observations - --now "$now" --get state --get state.weight --get state.phase -r <<<"$observations") || code=$?
  decided "$code"
  { read -r state && read -r weight && read -r phase; } <<<"$decision"
  record "$now" canary.next_action "$input"
  echo "${now:11:5} canary at $weight %, $phase"
  if [ "$phase" = rolled_back ]; then break; fi
  minute=$((minute + 1))
done

default=$(relcore rollback default-policy)
record "$now" rollback.decide "{\"situation\":$(cat outage.json),\"policy\":$default,\"now\":\"$now\"}"
printf '%s roll back or fix forward? ' "${now:11:5}"
first_line relcore rollback decide --situation outage.json --policy <(printf '%s' "$default") --now "$now"

relcore incident fold --events incident.json >"$folder/incident-state.json"
relcore incident render-update --incident "$folder/incident-state.json" --form full \
  --cadence <(relcore incident default-cadence) --now 2026-11-24T19:40:00Z -r
check

# Somebody with access to the file makes the first answer of the evening a yes.
sed -i '1s/later/yes/' "$log"
check

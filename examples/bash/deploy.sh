#!/usr/bin/env bash
# Rolls out a canary: asks relcore, routes the traffic, measures, until the rollout has ended.
#
# usage: deploy.sh SCHEDULE STATE MEASURE ROUTE
#   SCHEDULE  the file with the schedule
#   STATE     the file that keeps the state; it is made if there is none
#   MEASURE   a command that prints what it observes now, as a JSON list of observations
#   ROUTE     a command whose argument is the share of the traffic for the new version, in percent
#
# After a crash start it again with the same arguments: it goes on where it was.
set -euo pipefail
schedule=$1 state=$2 measure=$3 route=$4

if [ ! -e "$state" ]; then
  relcore canary start --schedule "$schedule" --state "$state" >/dev/null
fi

observations='[]' # there is nothing to measure before the first traffic
while true; do
  code=0
  result=$(relcore canary next-action --schedule "$schedule" --state "$state" --observations "$observations" \
    --get state.phase --get state.weight --explain) || code=$?
  case $code in
    0 | 10 | 20 | 30) { read -r phase && read -r weight; } <<<"$result" ;;
    *) exit "$code" ;; # no decision: the traffic stays as it is
  esac

  "$route" "$weight" # at every tick, because the one before may have died between its decision and this line

  case $phase in
    succeeded | rolled_back | frozen) exit "$code" ;; # 0 succeeded, 20 rolled back, 30 a person must act
  esac
  sleep "${INTERVAL:-10}"
  observations=$("$measure")
done

#!/usr/bin/env bash
# Rolls out a canary with the command `relcore`, HAProxy and Prometheus, as `deploy.py` does.
#
# usage: deploy.sh FOLDER
#   FOLDER has `schedule.yaml`; the script keeps `state.json` and `decisions.jsonl` there.
#   PROMETHEUS and CANARY are addresses, SOCKET is the socket of HAProxy, USERS how many use the service at a time.
#
# It may be killed anywhere. Start it again, and it goes on where it was.
set -euo pipefail
queries=$(dirname "$(realpath "$0")")/queries
cd "$1"
# Prometheus's answer on one line. No answer is a failed query, which holds the rollout; it is never a good measurement.
query() {
  curl -sS --max-time 3 -G "$PROMETHEUS/api/v1/query_range" --data-urlencode "query@$queries/$1.promql" \
    -d "start=$now" -d "end=$now" -d step=1s || echo '{"status": "error", "errorType": "curl", "error": "no answer"}'
}

observe() {
  local samples measured ready=false
  samples=$(query samples)
  measured=$(for metric in error_rate latency_p99; do
    printf -- '- metric: %s\n  answer: |\n    %s\n  samples: |\n    %s\n' "$metric" "$(query "$metric")" "$samples"
  done | relcore interchange prometheus-observations --start "$now" --end "$now" --step 1s --metrics -)
  curl -sf --max-time 1 -o /dev/null "$CANARY/ready" && ready=true
  echo "${measured%]}, {\"at\": \"$now\", \"kind\": {\"type\": \"health\", \"role\": \"canary\", \"healthy\": $ready}}]"
}

[ -e state.json ] || relcore canary start --schedule schedule.yaml --state state.json >started.json
while true; do
  now=$(date -u +%Y-%m-%dT%H:%M:%S.%3NZ) code=0
  relcore canary next-action --schedule schedule.yaml --state state.json --observations "$(observe)" --now "$now" \
    >decision.json || code=$?
  case $code in
    0 | 10 | 20 | 30) cat decision.json >>decisions.jsonl ;; # for the exposure
    75) sleep 1 && continue ;; # a part of a killed script still decides
    *) exit "$code" ;; # no decision: the traffic stays as it is
  esac

  # The weight of the stored state, at every tick: the tick before may have ended between its decision and this line.
  weight=$(relcore canary routing state.json --get weight)
  answer=$(echo "set weight app/canary ${weight%.*}; set weight app/stable $((100 - ${weight%.*}))" |
    socat stdio "unix:$SOCKET")
  [ -z "$answer" ] || echo "haproxy: $answer" >&2

  [[ $(<decision.json) =~ \"phase\":\"([a-z_]+)\" ]]
  case ${BASH_REMATCH[1]} in
    succeeded | rolled_back | frozen) break ;;
  esac
  sleep "${INTERVAL:-2}"
done
relcore canary explain decision.json --raw
{ echo '[' && paste -sd, decisions.jsonl && echo ']'; } |
  relcore canary exposure --decisions - --population "$USERS" --until "$now"
exit "$code"

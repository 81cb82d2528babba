#!/usr/bin/env bash
# Prints the error rate of the canary now, as observations for deploy.sh. PROMETHEUS is the address of the server.
set -euo pipefail
now=$(date -u +%Y-%m-%dT%H:%M:%SZ)
query='sum(rate(http_requests_total{version="canary",code=~"5.."}[1m])) / sum(rate(http_requests_total{version="canary"}[1m]))'

# A server that does not answer is a failed query, which the schedule limits; it is never a good measurement.
answer=$(curl -sS --max-time 5 -G "$PROMETHEUS/api/v1/query_range" --data-urlencode "query=$query" \
  -d "start=$now" -d "end=$now" -d step=1s) || answer='{"status": "error", "errorType": "curl", "error": "no answer"}'

relcore interchange prometheus-observations --start "$now" --end "$now" --step 1s --metrics - <<EOF
- metric: error_rate
  scale: 100 # the query is a share, the schedule wants percent
  answer: |
    $answer
EOF

#!/usr/bin/env bash
# Tells Spark this machine's GPUs: {"name": "gpu", "addresses": ["0","1"]}.
# For spark.executor.resource.gpu.discoveryScript and spark.worker.resource.gpu.discoveryScript.
set -euo pipefail

indices=$(nvidia-smi --query-gpu=index --format=csv,noheader)
addresses=$(echo "$indices" | sed -e 's/[[:space:]]//g' -e '/^$/d' -e 's/.*/"&"/' | paste -sd, -)
echo "{\"name\": \"gpu\", \"addresses\": [$addresses]}"

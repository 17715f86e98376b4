#!/usr/bin/env bash
# GPU discovery script: prints this machine's GPUs for Spark: {"name": "gpu", "addresses": ["0","1"]}.
# For spark.executor.resource.gpu.discoveryScript and spark.worker.resource.gpu.discoveryScript.
set -euo pipefail

# If only some GPUs are visible, lists those. If GPUs are split into parts (MIG), lists the parts by name.
if [[ -n ${CUDA_VISIBLE_DEVICES:-} ]]; then
  names=$(tr , '\n' <<<"$CUDA_VISIBLE_DEVICES")
else
  names=$(nvidia-smi -L | sed -n 's/.*UUID: \(MIG-[^)]*\)).*/\1/p')
  [[ -n $names ]] || names=$(nvidia-smi --query-gpu=index --format=csv,noheader)
fi
addresses=$(echo "$names" | sed -e 's/[[:space:]]//g' -e '/^$/d' -e 's/.*/"&"/' | paste -sd, -)
echo "{\"name\": \"gpu\", \"addresses\": [$addresses]}"

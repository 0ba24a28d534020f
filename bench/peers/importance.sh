#!/usr/bin/env bash
# Values and times of measures beside Captum's and Torch-Pruning's, on one network and its data: importance.sh DATA OUT [NETWORK]
#   DATA     folder of MNIST's four IDX files, plain or .gz (subset.py makes a smaller one)
#   OUT      folder for the lines of all programs and values.csv; the tables go into README.md here
#   NETWORK  a .safetensors file of gpu-importance; without it one is trained, 5 epochs
#   PYTHON, ADAPTER, ROUNDS (3), RUNS (3) as environment variables
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
data=$(cd "${1:?usage: importance.sh DATA OUT [NETWORK]}" && pwd)
mkdir -p "${2:?usage: importance.sh DATA OUT [NETWORK]}"
out=$(cd "$2" && pwd)
network=${3:-$out/study/models/repeat-000.safetensors}
python=${PYTHON:-python3}
rounds=${ROUNDS:-3}
runs=${RUNS:-3}
lines=$out/lines.jsonl

if [ $# -lt 3 ]; then
  node "$here/../../dist/cli.js" run --data "$data" --repeats 1 --epochs 5 --scopes layers --random-draws 1 --stride 20 \
    --singles none --no-report --force ${ADAPTER:+--adapter "$ADAPTER"} --out "$out/study" >"$out/summary.txt"
fi

# Times in rounds, so that what else the machine does meets all of them.
: >"$lines"
for _ in $(seq "$rounds"); do
  node "$here/importance_ours.mjs" "$network" "$data" "$runs" ${ADAPTER:+"$ADAPTER"} >"$out/ours.jsonl"
  cat "$out/ours.jsonl" >>"$lines"
  for peer in captum torch_pruning; do
    "$python" "$here/${peer}_importance.py" --network "$network" --data "$data" --ours "$out/ours.jsonl" --runs "$runs" --times | tee -a "$lines" >&2
  done
done
for peer in captum torch_pruning; do
  "$python" "$here/${peer}_importance.py" --network "$network" --data "$data" --ours "$out/ours.jsonl" >>"$lines"
done
node "$here/importance_table.mjs" "$here/README.md" "$out/values.csv" <"$lines"

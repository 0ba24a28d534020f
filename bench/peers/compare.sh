#!/usr/bin/env bash
# gpu-importance and its peers on the same machine, in one call, and one table. See README.md for what to install.
#   ./compare.sh DATA [REPEATS] [EPOCHS]
# DATA is a folder of MNIST's IDX files. PYTHON (default python3) runs the Python peers, ADAPTER picks the WebGPU adapter
# of gpu-importance and TensorFlow.js, PEERS (default all) names those to run, DRAWS the random orders a scope.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
data=$(cd "${1:?usage: compare.sh DATA [REPEATS] [EPOCHS]}" && pwd)
repeats=${2:-50}
epochs=${3:-20}
python=${PYTHON:-python3}
draws=${DRAWS:-15}
peers=${PEERS:-pytorch_loop torch_func jax_vmap tfjs_webgpu}
adapter=(${ADAPTER:+--adapter "$ADAPTER"})
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
lines=$folder/lines.jsonl

echo "gpu-importance" >&2
node "$here/../../dist/cli.js" run --data "$data" --repeats "$repeats" --epochs "$epochs" --random-draws "$draws" \
  "${adapter[@]}" --out "$folder/study" >"$folder/summary.txt"
node "$here/ours.mjs" "$folder/study" | tee -a "$lines"

for peer in $peers; do
  echo "$peer" >&2
  if [ "$peer" = tfjs_webgpu ]; then
    command=(node "$here/tfjs_webgpu.mjs" "${adapter[@]}")
  elif [ "$peer" = torch_func ]; then
    command=("$python" "$here/$peer.py" --no-sweep)
  else
    command=("$python" "$here/$peer.py" --random-draws "$draws")
  fi
  # A peer that is not installed is named and left out; the others still say something.
  "${command[@]}" --data "$data" --repeats "$repeats" --epochs "$epochs" | tee -a "$lines" || echo "$peer failed" >&2
done
echo
node "$here/table.mjs" <"$lines"

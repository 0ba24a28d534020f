#!/usr/bin/env bash
# BROJA of some pairs of neurons beside dit's, by each of its methods: pairs.sh RESULTS OUT [PAIRS]
#   RESULTS  folder of results that was made with --pairs, at one bit
#   OUT      folder for the lines of both programs; the table goes into README.md here
#   PAIRS    how many (12), at equal steps through pairs.csv
#   PYTHON, METHODS ("cone admui auto"), RUNS (5) as environment variables
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
results=$(cd "${1:?usage: pairs.sh RESULTS OUT [PAIRS]}" && pwd)
mkdir -p "${2:?usage: pairs.sh RESULTS OUT [PAIRS]}"
out=$(cd "$2" && pwd)

node "$here/pairs_ours.mjs" "$results" "${3:-12}" "${RUNS:-5}" >"$out/ours.jsonl"
cp "$out/ours.jsonl" "$out/lines.jsonl"
for method in ${METHODS:-cone admui auto}; do
  OMP_NUM_THREADS=1 "${PYTHON:-python3}" "$here/dit_pairs.py" --method "$method" <"$out/ours.jsonl" | tee -a "$out/lines.jsonl" >&2
done
node "$here/pairs_table.mjs" "$here/README.md" <"$out/lines.jsonl"

#!/bin/bash
# Submits a study as an array of shards, and the job that merges them once all have ended well:
#   ./submit.sh SHARDS OUT [OPTIONS OF run...]
#   ./submit.sh 20 results/wide --repeats 200 --hidden 300,100
# OUT is a folder that all nodes see. Further options of sbatch: SBATCH_PARTITION and the like, or "#SBATCH" lines in the scripts.
set -eu
if [ $# -lt 2 ] || ! [ "$1" -ge 1 ] 2>/dev/null; then
  echo "usage: $0 SHARDS OUT [OPTIONS OF run...], SHARDS from 1" >&2
  exit 2
fi
here=$(cd "$(dirname "$0")" && pwd)
shards=$1
out=$2
shift 2
array=$(sbatch --parsable --array="1-$shards" "$here/shard.sbatch" "$out/shards" "$@")
merge=$(sbatch --parsable --dependency="afterok:$array" --kill-on-invalid-dep=yes "$here/merge.sbatch" "$out/shards" "$out/whole")
echo "array $array, merge $merge"

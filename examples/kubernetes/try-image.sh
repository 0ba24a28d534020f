#!/bin/bash
# Runs what the image does without a container engine: its build commands on a clone of HEAD, then three pods' commands and the merge, as
# an ordinary user with nothing but the installed package, and compares with one whole run. Needs git, Node 20, and root:
#   examples/kubernetes/try-image.sh [ADAPTER]
set -eu
source=$(cd "$(dirname "$0")/../.." && pwd)
adapter=${1:-swiftshader}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 755 "$work"

git clone --quiet "$source" "$work/source"
cd "$work/source"
npm ci --silent
mkdir "$work/packed"
npm pack --silent --pack-destination "$work/packed"
npm install --silent --global --prefix "$work/image" "$work"/packed/*.tgz
cd "$work"
rm -rf source

mkdir results
chown 1000:1000 results
pod() {
  setpriv --reuid=1000 --regid=1000 --clear-groups env -i PATH="$work/image/bin:$PATH" HOME="$work/results" "$@"
}
options="--repeats 3 --epochs 2 --hidden 32,16 --stride 8 --random-draws 2 --no-report --quiet --adapter $adapter"
for index in 2 0 1; do
  # shellcheck disable=SC2086
  pod JOB_COMPLETION_INDEX=$index gpu-importance run $options --shard auto --shards 3 --out "$work/results/shards"
done
pod gpu-importance merge "$work/results/shards" --out "$work/results/whole" --quiet --no-report
# shellcheck disable=SC2086
pod gpu-importance run $options --out "$work/results/alone"
for file in neurons.csv orders.csv curves.csv single.csv models/repeat-002.safetensors; do
  cmp "$work/results/alone/$file" "$work/results/whole/$file"
done
code=0
pod JOB_COMPLETION_INDEX=7 gpu-importance run $options --shard auto --shards 3 --out "$work/results/shards" 2>"$work/refused" || code=$?
cat "$work/refused"
test "$code" = 2
echo "the merged study is the whole one; a wrong index ends with 2"

#!/bin/bash
# Runs a small study on a Slurm of its own, on this machine, kills and requeues tasks, and compares what is merged with one whole run:
#   apt-get install slurm-wlm munge; npm run build; sudo examples/slurm/try-on-one-machine.sh [ADAPTER]
# Needs root, since slurmd does. Everything lies in a temporary folder; the daemons end with the script.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
adapter=${1:-swiftshader}
work=$(mktemp -d)
chmod 755 "$work"
export SLURM_CONF="$work/slurm.conf"
export GPU_IMPORTANCE="node $here/../../dist/cli.js"
options="--repeats 3 --epochs 12 --hidden 32,16 --stride 8 --random-draws 2 --checkpoint-seconds 1 --no-report --adapter $adapter"

stop() {
  set +e
  for daemon in slurmd slurmctld munged; do
    [ -f "$work/$daemon.pid" ] && kill "$(cat "$work/$daemon.pid")" 2>/dev/null
  done
  [ "${KEEP:-}" = "" ] && rm -rf "$work"
}
trap stop EXIT

head -c 1024 /dev/urandom >"$work/munge.key"
mkdir -p "$work/spool" "$work/state" "$work/munge"
chown -R munge: "$work/munge.key" "$work/munge"
chmod 400 "$work/munge.key"
chmod 755 "$work/munge"
munge="$work/munge"
setpriv --reuid=munge --regid=munge --clear-groups munged --force --key-file="$work/munge.key" --socket="$munge/socket" \
  --pid-file="$munge/munged.pid" --log-file="$munge/log" --seed-file="$munge/seed"
ln -sf "$munge/munged.pid" "$work/munged.pid"

cat >"$SLURM_CONF" <<END
ClusterName=one
SlurmctldHost=$(hostname)
AuthType=auth/munge
# A requeued task waits until its old credential has expired: by default two minutes.
AuthInfo=socket=$munge/socket,cred_expire=5
CredType=cred/munge
SlurmUser=root
StateSaveLocation=$work/state
SlurmdSpoolDir=$work/spool
SlurmctldPidFile=$work/slurmctld.pid
SlurmdPidFile=$work/slurmd.pid
SlurmctldLogFile=$work/slurmctld.log
SlurmdLogFile=$work/slurmd.log
SlurmctldPort=16817
SlurmdPort=16818
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
MpiDefault=none
ReturnToService=2
KillWait=15
SchedulerParameters=batch_sched_delay=0,sched_interval=2
RequeueExit=75
NodeName=$(hostname) CPUs=$(nproc) State=UNKNOWN
PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP OverSubscribe=FORCE:2
END
slurmctld
slurmd -N "$(hostname)"

for _ in $(seq 50); do
  [ "$(sinfo -h -o %t 2>/dev/null)" = idle ] && break
  sleep 1
done
sinfo

echo "# a whole run, undisturbed"
# shellcheck disable=SC2086
$GPU_IMPORTANCE run $options --out "$work/alone" --quiet >"$work/alone.log"

echo "# three shards, killed and requeued"
# shellcheck disable=SC2086
(cd "$work" && "$here/submit.sh" 3 "$work/study" $options) | tee "$work/submitted"
array=$(sed 's/array \([0-9]*\),.*/\1/' "$work/submitted")
merge=$(sed 's/.*merge \([0-9]*\)$/\1/' "$work/submitted")

running() {
  for _ in $(seq 120); do
    [ "$(squeue -h -j "${array}_$1" -o %T 2>/dev/null)" = RUNNING ] && return
    sleep 0.5
  done
  echo "task $1 does not run" >&2
  squeue >&2
  exit 1
}

kills=0
running 1
sleep 4
echo "  kill -9 of the programs of all tasks that run: each requeues itself"
pkill -9 -f "shard auto --shards 3 --out $work/study/shards" && kills=$((kills + 1))
sleep 5
running 2
sleep 4
echo "  requeue of task 2 while it runs, as a preemption does"
scontrol requeue "${array}_2" && kills=$((kills + 1))
running 3
sleep 3
echo "  TERM to the script of task 3, as before a time limit"
scancel --signal=TERM --batch "${array}_3" && kills=$((kills + 1))

for _ in $(seq 600); do
  [ -z "$(squeue -h -j "$array,$merge" 2>/dev/null)" ] && break
  sleep 1
done
if ! [ -f "$work/study/whole/study.json" ]; then
  echo "the study is not whole:" >&2
  squeue >&2
  tail -n 5 "$work"/slurm-*.out >&2
  exit 1
fi
grep -h "go on\|goes on\|there already" "$work"/slurm-*.out | sort | uniq -c || true

echo "# files of the merged study beside those of the whole run"
different=0
for file in neurons.csv orders.csv curves.csv single.csv models/repeat-000.safetensors models/repeat-002.safetensors; do
  if cmp -s "$work/alone/$file" "$work/study/whole/$file"; then echo "  equal $file"; else
    echo "  DIFFERENT $file"
    different=1
  fi
done
echo "$kills kills and requeues"
exit "$different"

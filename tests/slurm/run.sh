#!/bin/bash
# A real Slurm, on this one machine, trains the quickstart as a job array of four tasks. Midway one
# task is requeued (as by a preemption), one is warned of its time limit, and one run is killed with
# SIGKILL. In the end the results must be identical to those of an uninterrupted run, except timings.csv and
# manifest.json.
#
#   sudo apt-get install slurm-wlm munge
#   sudo tests/slurm/run.sh        (or `make test-slurm` as root)
#
# Slurm's and munge's configuration, state, sockets, ports and logs are the script's own, in a temporary
# folder; a Slurm that is installed on the machine is not touched. It takes two or three minutes:
# Slurm waits a while before it starts a requeued task again.
#
#   BN_LAB=path   the program [default: target/release/bn-lab, built if it is not there]
#   EPOCHS=n      the length of a training [default: 200]; increase it if all is done before the interruptions
#   KEEP=yes      keep the temporary folder
#
# Exit code: 0 PASS, 1 FAIL, 2 cannot be run here.

set -u -o pipefail
export LC_ALL=C

refuse() {
    echo "cannot run here: $*" >&2
    exit 2
}

test "$(id -u)" = 0 || refuse "Slurm's daemons must be started by root"
for tool in munged slurmctld slurmd sbatch squeue scancel scontrol; do
    command -v "$tool" >/dev/null || refuse "no \`$tool\`; on Debian: apt-get install slurm-wlm munge"
done
root=$(cd "$(dirname "$0")/../.." && pwd) || refuse "no repository"
if test -z "${BN_LAB:-}"; then
    BN_LAB=$root/target/release/bn-lab
    test -x "$BN_LAB" || (cd "$root" && cargo build --release --locked) || refuse "bn-lab does not build"
fi
bn_lab=$(readlink -f "$BN_LAB")
test -x "$bn_lab" || refuse "no program \`$BN_LAB\`"

lab=$(mktemp -d) || refuse "no temporary folder"
chmod 755 "$lab"
array=

stop_daemon() {
    test -s "$lab/$1.pid" || return 0
    local process
    process=$(cat "$lab/$1.pid")
    kill "$process" 2>/dev/null
    for _ in $(seq 100); do
        kill -0 "$process" 2>/dev/null || return 0
        sleep 0.1
    done
    kill -9 "$process" 2>/dev/null
}

clean_up() {
    if test -n "$array"; then
        scancel "$array" "${after:-$array}" 2>/dev/null
        sleep 1
    fi
    # Slurm's daemons first: they communicate through munge.
    stop_daemon slurmd
    stop_daemon slurmctld
    stop_daemon munged
    if test -n "${KEEP:-}"; then
        echo "kept: $lab"
    else
        rm -rf "$lab"
    fi
}
trap clean_up EXIT
trap 'exit 1' INT TERM

fail() {
    squeue --array 2>/dev/null
    tail -n 20 "$lab"/*.log "$results.slurm"/logs/* 2>/dev/null
    echo "FAIL: $*"
    exit 1
}

# --- A local Slurm ------------------------------------------------------------------------------

free_port() {
    local port
    while :; do
        port=$((20000 + RANDOM % 20000))
        (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || break
    done
    echo "$port"
}

host=$(hostname -s)
cores=$(nproc)
memory=$(awk '/^MemTotal/ { print int($2 / 2048) }' /proc/meminfo)
results="$lab/with a space/quickstart"
mkdir "$lab/state" "$lab/spool" "$lab/with a space"
export SLURM_CONF=$lab/slurm.conf
cat >"$SLURM_CONF" <<CONF
ClusterName=bn-lab
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=$(free_port)
SlurmdPort=$(free_port)
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket=$lab/munge.socket
StateSaveLocation=$lab/state
SlurmdSpoolDir=$lab/spool
SlurmctldPidFile=$lab/slurmctld.pid
SlurmdPidFile=$lab/slurmd.pid
SlurmctldLogFile=$lab/slurmctld.log
SlurmdLogFile=$lab/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
MpiDefault=none
ReturnToService=2
JobRequeue=1
KillWait=30
NodeName=$host NodeAddr=127.0.0.1 CPUs=$cores RealMemory=$memory State=UNKNOWN
PartitionName=test Nodes=$host Default=YES MaxTime=INFINITE State=UP
CONF

(umask 077 && head -c 1024 /dev/urandom >"$lab/munge.key")
munged --force --key-file="$lab/munge.key" --socket="$lab/munge.socket" --pid-file="$lab/munged.pid" \
    --log-file="$lab/munged.log" --seed-file="$lab/munged.seed" 2>"$lab/munged-start.log" ||
    fail "munged does not start"
slurmctld || fail "slurmctld does not start"
slurmd || fail "slurmd does not start"
for _ in $(seq 100); do
    test "$(sinfo --noheader --format=%t 2>/dev/null)" = idle && break
    sleep 0.2
done
test "$(sinfo --noheader --format=%t)" = idle || fail "the node is not idle"
echo "Slurm $(sbatch --version | cut -d' ' -f2) is up: node $host, $cores cores"

# --- The expected results -----------------------------------------------------------------------

experiment=("$root/configs/quickstart.toml" -o "train.epochs=${EPOCHS:-200}")
"$bn_lab" run "${experiment[@]}" -o "output.dir=$lab/local" --quiet || fail "the local run failed"
trials=$(find "$lab/local/trials" -name trial.json | wc -l)
echo "undisturbed local run: $trials trials"

# --- The array, with interruptions --------------------------------------------------------------

cd "$lab" || exit 1
"$bn_lab" submit "${experiment[@]}" -o 'output.dir="with a space/quickstart"' --engine slurm --tasks 4 \
    --time 00:10:00 --memory 200M --partition test --submit >"$lab/submitted" || fail "not submitted"
cat "$lab/submitted"
read -r array after < <(awk '/^job / { print $2 }' "$lab/submitted" | xargs)

finished() { find "$results/trials" -name trial.json 2>/dev/null | wc -l; }
under_way() { find "$results/trials" -name running.json 2>/dev/null | wc -l; }
running_tasks() { squeue --noheader --array --states=RUNNING --jobs="$array" --format=%i; }

# Waits until more trials are finished than before and some is under way, so that the interruption hits
# a running trial.
wait_for_work() {
    local before
    before=$(finished)
    for _ in $(seq 600); do
        if test "$(finished)" -gt "$before" && test "$(under_way)" -gt 0; then
            test "$(finished)" -lt "$trials" || fail "all was done before it was disturbed; set EPOCHS higher"
            return
        fi
        sleep 0.2
    done
    fail "no progress in two minutes"
}

wait_for_work
task=$(running_tasks | head -n 1)
scontrol requeue "$task" || fail "task $task was not requeued"
echo "task $task requeued (preemption), $(finished) of $trials trials finished"

wait_for_work
task=$(running_tasks | tail -n 1)
# On a busy machine the task may have requeued itself before `scancel` has its answer, which is then an
# error; the number of tasks that started again shows in the end whether it took effect.
scancel --batch --signal=USR1 "$task" || true
echo "task $task warned of its time limit, $(finished) of $trials trials finished"

wait_for_work
victim=
for process in /proc/[0-9]*; do
    test "$(readlink "$process/exe" 2>/dev/null)" = "$bn_lab" || continue
    tr '\0' '\n' 2>/dev/null <"$process/environ" | grep -qx "SLURM_ARRAY_JOB_ID=$array" && victim=${process#/proc/}
done
test -n "$victim" || fail "no run to kill"
kill -9 "$victim" || fail "run $victim was not killed"
echo "run $victim killed with SIGKILL, $(finished) of $trials trials finished"

# --- The end ------------------------------------------------------------------------------------

for _ in $(seq 1200); do
    test -z "$(squeue --noheader --jobs="$array,$after" 2>/dev/null)" && break
    sleep 0.5
done
test -z "$(squeue --noheader --jobs="$array,$after" 2>/dev/null)" || fail "it does not end"
again=$(scontrol show job "$array" | grep -o 'Restarts=[0-9]*' | awk -F= '{ n += $2 } END { print n }')
echo "tasks started again: $again; runs: $(grep -c '"started"' "$results/manifest.json")"
test "$again" -ge 3 || fail "of three disturbed tasks, $again started again"
scontrol show job "$after" | grep -q 'JobState=COMPLETED' || fail "the job for the charts did not complete"
diff -rq --exclude=timings.csv --exclude=manifest.json "$lab/local" "$results" || fail "the results differ"
files=$(find "$results" -type f ! -name timings.csv ! -name manifest.json | wc -l)
echo "PASS: $files files have the bytes of the local run"

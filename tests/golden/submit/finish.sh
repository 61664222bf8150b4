#!/bin/bash
#SBATCH --job-name="quickstart (charts)"
#SBATCH --output="results/quickstart.slurm/logs/%j-charts.log"
#SBATCH --time=02:00:00
#SBATCH --cpus-per-task=2
#SBATCH --mem=4G
#SBATCH --requeue
#SBATCH --signal=B:USR1@120
#SBATCH --open-mode=append
#SBATCH --partition=cpu

# quickstart, written by `bn-lab submit`.
# Trains what the array left, which should be nothing, and draws the charts.
# All tasks share one results folder; one that starts again goes on from what is there.

set -u
cd -- /home/ada/lab || exit 1

# Slurm sends USR1 to this script alone, shortly before the time limit: the run then ends its steps,
# keeps its state, exits with 130, and the task queues again. TERM comes to the run as well, with
# `scancel` or a preemption, and Slurm knows what is to follow.
child=
code=0
is_stopped=
is_out_of_time=
trap 'is_stopped=yes; is_out_of_time=yes; test -z "$child" || kill -TERM "$child"' USR1
trap 'is_stopped=yes' TERM INT

train() {
    /opt/bn-lab run results/quickstart.slurm/experiment.toml -o 'output.dir="results/quickstart"' --jobs 2 "$@" &
    child=$!
    wait "$child"
    code=$?
    # A signal ends the waiting, not the run.
    while test "$code" -gt 128 && kill -0 "$child" 2>/dev/null; do
        wait "$child"
        code=$?
    done
    child=
}

train

# A run that was killed (for its memory, say) is tried again three times.
if test "$code" -gt 128; then
    if test -n "$is_out_of_time" ||
        { test -z "$is_stopped" && test "${SLURM_RESTART_COUNT:-0}" -lt 3; }; then
        echo "bn-lab ended with $code: this task queues again"
        task=${SLURM_ARRAY_JOB_ID:+${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID}
        # Slurm ends this script.
        scontrol requeue "${task:-$SLURM_JOB_ID}" && sleep 60
    fi
fi
exit "$code"

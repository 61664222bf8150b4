//! A Slurm job array, and the job that completes the experiment and draws the charts after it.

use super::{Job, quote};
use crate::shell;

/// Seconds before the time limit at which Slurm signals a task.
const WARNING_SECONDS: u32 = 120;

/// Settings for Slurm. Paths are those on the nodes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Site {
    /// The path of the program.
    pub program: String,
    /// The working directory.
    pub directory: String,
    /// The path of the experiment file.
    pub experiment: String,
    /// The results folder.
    pub results: String,
    /// The folder of the tasks' logs; it must exist.
    pub logs: String,
    /// Time limit of each task, as Slurm writes it: `02:00:00`.
    pub time: String,
    /// The partition, if not Slurm's default one.
    pub partition: Option<String>,
    /// The account that is charged, if not the user's own.
    pub account: Option<String>,
    /// The quality of service, if not Slurm's default one.
    pub qos: Option<String>,
    /// Further options, made by [`further_option`].
    pub options: Vec<FurtherOption>,
}

/// An option of `sbatch` that the user adds to those of the script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FurtherOption(String);

/// The options that the script sets, and what sets them; the empty text where nothing else can.
const OWN: [(&str, &str); 18] = [
    ("array", "`--tasks` and `--array-limit`"),
    ("time", "`--time`"),
    ("cpus-per-task", "`--cpus`"),
    ("mem", "`--memory`"),
    ("mem-per-cpu", "`--memory`"),
    ("mem-per-gpu", "`--memory`"),
    ("gpus", "`--gpus`"),
    ("gpus-per-node", "`--gpus`"),
    ("partition", "`--partition`"),
    ("account", "`--account`"),
    ("qos", "`--qos`"),
    ("job-name", ""),
    ("output", ""),
    ("requeue", ""),
    ("no-requeue", ""),
    ("signal", ""),
    ("open-mode", ""),
    ("wrap", ""),
];

/// Checks and quotes an option in its long form, `--constraint=avx512` or `--exclusive`. Slurm's `%` sequences in its value
/// keep their meaning. An error says what is wrong with it, to complete "`--engine-option …`: ".
pub fn further_option(text: &str) -> Result<FurtherOption, String> {
    let (name, value) = text.split_once('=').map_or((text, None), |(name, v)| (name, Some(v)));
    let plain = name.strip_prefix("--").unwrap_or_default();
    let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if plain.is_empty() || !plain.chars().all(is_plain) {
        return Err(
            "an option of `sbatch` begins with `--`, and has its value after `=`: `--engine-option=--constraint=avx512`"
                .to_owned(),
        );
    }
    // `sbatch` takes the beginning of a name for the name.
    match OWN.iter().find(|(own, _)| own.starts_with(plain)) {
        Some((_, "")) => return Err(format!("`{name}` is set by the script")),
        Some((_, by)) => return Err(format!("`{name}` is set by {by}")),
        None => {}
    }
    let Some(value) = value else {
        return Ok(FurtherOption(name.to_owned()));
    };
    let value = quote::in_sbatch_quotes(value).ok_or("its value holds a control character")?;
    Ok(FurtherOption(format!("{name}={value}")))
}

/// The array's script; `None` where a name, a path or an argument cannot be written in a script: a control
/// character in an option of Slurm, or NUL.
pub fn array(job: &Job, site: &Site) -> Option<String> {
    let options = [
        format!("--job-name={}", quote::sbatch(&job.name)?),
        format!("--array=1-{}{}", job.tasks, limit(job)),
        format!("--output={}", log(site, "%A_%a.log")?),
    ];
    let train = format!(
        "train --shard \"$SLURM_ARRAY_TASK_ID/{}\"\n\
         # Whoever is done takes what no task has begun.\n\
         if test -z \"$is_stopped\" && {{ test \"$code\" -eq 0 || test \"$code\" -eq 5; }}; then train; fi",
        job.tasks
    );
    let about = format!(
        "Each of {} tasks trains its part of the trials, then helps with the others'.",
        job.tasks
    );
    script(job, site, &options, &about, &train)
}

/// `%3`, where at most 3 tasks may run at the same time.
fn limit(job: &Job) -> String {
    job.limit.map_or(String::new(), |limit| format!("%{limit}"))
}

/// The script of the job that follows: it trains trials that the array left, which should be none, and
/// draws all charts.
pub fn finish(job: &Job, site: &Site) -> Option<String> {
    let name = format!("{} (charts)", job.name);
    let options = [
        format!("--job-name={}", quote::sbatch(&name)?),
        format!("--output={}", log(site, "%j-charts.log")?),
    ];
    let about = "Trains what the array left, which should be nothing, and draws the charts.";
    script(job, site, &options, about, "train")
}

/// The command that submits both scripts, from the site's directory.
/// `None` where their paths cannot be pasted into a terminal.
pub fn command(array: &str, finish: &str) -> Option<String> {
    Some(format!(
        "array=$(sbatch --parsable {}) && sbatch --dependency=\"afterany:${{array%%;*}}\" {}",
        shell::pasted(array)?,
        shell::pasted(finish)?
    ))
}

/// The job number in the output of `sbatch --parsable`: `123` or `123;cluster`.
pub fn job_number(printed: &str) -> Option<&str> {
    let number = printed.trim().split(';').next()?;
    let is_number = !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit());
    is_number.then_some(number)
}

fn log(site: &Site, name: &str) -> Option<String> {
    let folder = quote::sbatch(&site.logs)?;
    Some(format!("{}/{name}\"", folder.strip_suffix('"')?))
}

fn script(job: &Job, site: &Site, options: &[String], about: &str, train: &str) -> Option<String> {
    let shared = [
        format!("--time={}", site.time),
        format!("--cpus-per-task={}", job.cpus),
        format!("--mem={}", job.memory),
        "--requeue".to_owned(),
        format!("--signal=B:USR1@{WARNING_SECONDS}"),
        "--open-mode=append".to_owned(),
    ];
    let named = [("partition", &site.partition), ("account", &site.account), ("qos", &site.qos)];
    let named = named.into_iter().filter_map(|(option, name)| {
        let name = name.as_ref()?;
        Some(format!("--{option}={name}"))
    });
    let gpus = job.gpus.map(|gpus| format!("--gpus={gpus}"));
    let lines: Vec<String> = options
        .iter()
        .chain(&shared)
        .cloned()
        .chain(gpus)
        .chain(named)
        .chain(site.options.iter().map(|option| option.0.clone()))
        .map(|option| format!("#SBATCH {option}\n"))
        .collect();
    let options = lines.concat();
    let mut run = [&site.program, "run", &site.experiment].map(str::to_owned).to_vec();
    run.extend(["-o".to_owned(), format!("output.dir={}", quote::toml(&site.results))]);
    run.extend(["--jobs".to_owned(), job.cpus.to_string()]);
    run.extend(job.run_arguments.iter().cloned());
    let run = quote::command(&run)?;
    let (name, about) = (quote::comment(&job.name), quote::comment(about));
    let directory = shell::word(&site.directory)?;
    Some(format!(
        "#!/bin/bash\n{options}\n\
         # {name}, written by `bn-lab submit`.\n\
         # {about}\n\
         # All tasks share one results folder; one that starts again goes on from what is there.\n\n\
         set -u\n\
         cd -- {directory} || exit 1\n\n\
         {SIGNALS}\n\
         train() {{\n    {run} \"$@\" &\n{WAIT}}}\n\n\
         {train}\n\n\
         {END}"
    ))
}

const SIGNALS: &str = r#"# Slurm sends USR1 to this script alone, shortly before the time limit: the run then ends its steps,
# keeps its state, exits with 130, and the task queues again. TERM comes to the run as well, with
# `scancel` or a preemption, and Slurm knows what is to follow.
child=
code=0
is_stopped=
is_out_of_time=
trap 'is_stopped=yes; is_out_of_time=yes; test -z "$child" || kill -TERM "$child"' USR1
trap 'is_stopped=yes' TERM INT
"#;

const WAIT: &str = r#"    child=$!
    wait "$child"
    code=$?
    # A signal ends the waiting, not the run.
    while test "$code" -gt 128 && kill -0 "$child" 2>/dev/null; do
        wait "$child"
        code=$?
    done
    child=
"#;

const END: &str = r#"# A run that was killed (for its memory, say) is tried again three times.
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
"#;

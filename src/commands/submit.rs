//! `bn-lab submit`: writes the files with which an engine trains an experiment in parts, beside its results
//! folder, and submits them on request.

use std::path::{Path, PathBuf};
use std::process::Command;

use clap::Parser;

use crate::cli::{self, Engine, ExperimentArgs};
use crate::commands::{OUTPUT_DIR, load, print, provenance, refuse_compact, say};
use crate::config::{self, spec::Experiment};
use crate::data::{self, Availability, Places};
use crate::error::{Error, Result};
use crate::fs;
use crate::plan;
use crate::results::format::layout::Layout;
use crate::results::recovery::ownership;
use crate::shell;
use crate::submit::{Job, kubernetes, slurm};
use crate::units;

/// Writes the job's files and prints how to submit them.
pub fn run(arguments: &cli::Submit) -> Result<()> {
    refuse_the_other_engines_options(arguments)?;
    let experiment = load(&arguments.experiment, false)?;
    refuse_compact(&experiment)?;
    for table in &experiment.tables {
        provenance::check_presence(table, &Layout::new(&experiment.output.dir))?;
    }
    let job = Job {
        name: experiment.name.clone(),
        tasks: tasks(&experiment, arguments.tasks),
        cpus: arguments.cpus,
        memory: arguments.memory,
        gpus: arguments.gpus,
        limit: arguments.array_limit,
        run_arguments: run_arguments(arguments)?,
    };
    note_unused_gpus(&job);
    match arguments.engine {
        Engine::Slurm => {
            // Checked here, since every task would be refused. Pods write into a volume instead.
            ownership::check_folder(&Layout::new(&experiment.output.dir), OUTPUT_DIR)?;
            let folder = beside(&experiment.output.dir, "slurm")?;
            let ExperimentArgs { experiment: file, overrides } = &arguments.experiment;
            let kept = config::load_for(file, overrides, &folder)?.experiment;
            to_slurm(arguments, &kept, &job)?;
        }
        Engine::Kubernetes => to_kubernetes(arguments, &experiment, &job)?,
    }
    remind_of_data(arguments, &experiment);
    Ok(())
}

/// Refuses options that the chosen engine does not have, all in one message.
fn refuse_the_other_engines_options(arguments: &cli::Submit) -> Result<()> {
    let of_slurm = [
        ("--time", arguments.time.is_some()),
        ("--partition", arguments.partition.is_some()),
        ("--account", arguments.account.is_some()),
        ("--qos", arguments.qos.is_some()),
        ("--engine-option", !arguments.engine_option.is_empty()),
        ("--submit", arguments.submit),
    ];
    let of_kubernetes =
        [("--image", arguments.image.is_some()), ("--claim", arguments.claim.is_some())];
    let (others, engine, other, hint) = match arguments.engine {
        Engine::Slurm => (&of_kubernetes[..], "slurm", "kubernetes", ""),
        Engine::Kubernetes => (
            &of_slurm[..],
            "kubernetes",
            "slurm",
            "\n  hint: the manifest is one JSON file; what the cluster asks for besides, such as a queue or a node selector, is added to it before `kubectl apply`",
        ),
    };
    let given = others.iter().filter(|(_, is_given)| *is_given);
    let given: Vec<String> = given.map(|(option, _)| format!("`{option}`")).collect();
    if given.is_empty() {
        return Ok(());
    }
    Err(Error::Usage(format!(
        "{} {} of `--engine {other}`, with no meaning for `--engine {engine}`{hint}",
        units::joined(&given, "and"),
        if given.len() == 1 { "is an option" } else { "are options" },
    )))
}

/// Prints a note where tasks get GPUs that the run does not use.
fn note_unused_gpus(job: &Job) {
    let names_device = |word: &String| word == "--device" || word.starts_with("--device=");
    if job.gpus.is_some() && !job.run_arguments.iter().any(names_device) {
        say(
            "note: the tasks get GPUs, and compute on the CPU: `-- --device wgpu` names the GPU, in a build with that feature",
        );
    }
}

/// The requested number of tasks, but no more than there are trials.
fn tasks(experiment: &Experiment, asked: u32) -> u32 {
    let trials = plan::trials(experiment).len();
    let tasks = asked.min(u32::try_from(trials).unwrap_or(u32::MAX)).max(1);
    if tasks < asked {
        say(&format!(
            "note: {}, since there {}",
            units::counted(tasks as usize, "task", "tasks"),
            if trials == 1 { "is 1 trial".to_owned() } else { format!("are {trials} trials") }
        ));
    }
    tasks
}

fn run_arguments(arguments: &cli::Submit) -> Result<Vec<String>> {
    let mut further = Vec::new();
    if let Some(folder) = &arguments.data.data_dir {
        further.extend(["--data-dir".to_owned(), text(folder)?]);
    }
    further.extend(arguments.run_arguments.iter().cloned());
    check_run_arguments(&further)?;
    Ok(further)
}

/// Refuses arguments that every task would refuse: together with those that the script adds, they must form
/// a valid command line.
fn check_run_arguments(further: &[String]) -> Result<()> {
    let own = ["bn-lab", "run", "x.toml", "--jobs", "1", "--shard", "1/1"];
    let all = own.into_iter().chain(further.iter().map(String::as_str));
    match cli::Cli::try_parse_from(all) {
        Ok(_) => Ok(()),
        Err(error) => {
            let text = error.to_string();
            let reason = text.lines().next().unwrap_or_default();
            Err(Error::Usage(format!(
                "`{}` behind `--`: {}\n  hint: these arguments go to `bn-lab run` in each task, which gets `--jobs` and `--shard` by itself",
                further.join(" "),
                reason.trim_start_matches("error: ")
            )))
        }
    }
}

/// A time limit in Slurm's syntax: `02:00:00`, `90` (minutes) or `1-12` (days and hours). An error where Slurm
/// reads the text differently than one may expect.
fn time_limit(text: &str) -> Result<String> {
    let is_number = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_digit());
    let (days, rest) = text.split_once('-').map_or((None, text), |(days, rest)| (Some(days), rest));
    let parts: Vec<&str> = rest.split(':').collect();
    if days.is_some_and(|days| !is_number(days))
        || parts.len() > 3
        || !parts.iter().all(|part| is_number(part))
    {
        return Err(Error::Usage(format!(
            "`--time {text}`: must be hours, minutes and seconds such as `02:00:00`, or minutes such as `90`"
        )));
    }
    match (days, &parts[..]) {
        (None, [minutes]) => say(&format!("note: `--time {text}` is {minutes} minutes to Slurm")),
        (None, [minutes, seconds]) => say(&format!(
            "note: `--time {text}` is {minutes} minutes and {seconds} seconds to Slurm; hours need `HH:MM:SS`"
        )),
        _ => {}
    }
    Ok(text.to_owned())
}

fn to_slurm(arguments: &cli::Submit, experiment: &Experiment, job: &Job) -> Result<()> {
    let folder = beside(&experiment.output.dir, "slurm")?;
    let resolved = folder.join("experiment.toml");
    let program = std::env::current_exe()
        .map_err(|e| Error::io("find the program", Path::new("bn-lab"), e))?;
    let directory =
        std::env::current_dir().map_err(|e| Error::io("find the folder", Path::new("."), e))?;
    let time = arguments.time.as_deref().unwrap_or("01:00:00");
    let site = slurm::Site {
        program: text(&program)?,
        directory: text(&directory)?,
        experiment: text(&resolved)?,
        results: text(&experiment.output.dir)?,
        logs: text(&folder.join("logs"))?,
        time: time_limit(time)?,
        partition: plain("--partition", arguments.partition.as_deref(), "_.,-")?,
        account: plain("--account", arguments.account.as_deref(), "_.,-")?,
        qos: plain("--qos", arguments.qos.as_deref(), "_.,-")?,
        options: further_options(&arguments.engine_option)?,
    };
    let (array, finish) = (folder.join("array.sh"), folder.join("finish.sh"));
    let scripts = (slurm::array(job, &site), slurm::finish(job, &site));
    let (Some(array_script), Some(finish_script)) = scripts else {
        return Err(no_script(job, &folder));
    };
    ownership::check_files([&resolved, &array, &finish], Some(OUTPUT_DIR))?;
    fs::create_folder(&folder.join("logs"))?;
    fs::remove_partials(&folder)?;
    fs::replace(&resolved, experiment.resolved.as_bytes())?;
    fs::replace(&array, array_script.as_bytes())?;
    fs::replace(&finish, finish_script.as_bytes())?;
    let (array, finish) = (text(&array)?, text(&finish)?);
    print(&format!("script   {array}\ncharts   {finish}\n"))?;
    if arguments.submit {
        hand_over(&array, &finish)
    } else {
        let command = slurm::command(&array, &finish).ok_or_else(|| no_script(job, &folder))?;
        print(&format!("submit   {command}\n"))
    }
}

/// The error where a path or an argument cannot be a word of a script.
fn no_script(job: &Job, folder: &Path) -> Error {
    Error::Usage(format!(
        "no script can be written for `{}` into `{}`: a name, a path or an argument holds control characters",
        job.name,
        folder.display()
    ))
}

/// Submits the array, then the job that follows it.
fn hand_over(array: &str, finish: &str) -> Result<()> {
    let number = sbatch(&[array])?;
    print(&format!("job      {number} ({array})\n"))?;
    let after = sbatch(&[&format!("--dependency=afterany:{number}"), finish])?;
    print(&format!("job      {after} ({finish}, after {number})\n"))
}

/// Calls `sbatch` and returns the number of the job.
fn sbatch(arguments: &[&str]) -> Result<String> {
    let refused = |why: &str| {
        Error::Results(format!(
            "`sbatch` did not take the job: {why}\n  hint: the script is written; submit it from a machine that has Slurm"
        ))
    };
    let output = Command::new("sbatch")
        .arg("--parsable")
        .args(arguments)
        .output()
        .map_err(|e| refused(&e.to_string()))?;
    if !output.status.success() {
        return Err(refused(String::from_utf8_lossy(&output.stderr).trim()));
    }
    let printed = String::from_utf8_lossy(&output.stdout);
    let number = slurm::job_number(&printed).map(str::to_owned);
    number.ok_or_else(|| refused(&format!("it answered `{}`", printed.trim())))
}

fn to_kubernetes(arguments: &cli::Submit, experiment: &Experiment, job: &Job) -> Result<()> {
    let or_default = |given: &Option<String>| given.clone().unwrap_or_else(|| "bn-lab".to_owned());
    let site = kubernetes::Site {
        image: or_default(&arguments.image),
        volume_claim: or_default(&arguments.claim),
        experiment: experiment.resolved.clone(),
    };
    let folder = beside(&experiment.output.dir, "kubernetes")?;
    let path = folder.join("job.yaml");
    let refused = || no_script(job, &folder);
    let manifest = kubernetes::manifest(job, &site).ok_or_else(refused)?;
    let word = shell::pasted(&text(&path)?).ok_or_else(refused)?;
    ownership::check_files([&path], Some(OUTPUT_DIR))?;
    fs::create_folder(&folder)?;
    fs::remove_partials(&folder)?;
    fs::replace(&path, manifest.as_bytes())?;
    print(&format!("manifest {}\n", path.display()))?;
    print(&format!("submit   kubectl apply -f {word}\n"))
}

/// Reminds the user to download the dataset first: otherwise every task would download it.
fn remind_of_data(arguments: &cli::Submit, experiment: &Experiment) {
    if arguments.engine == Engine::Kubernetes {
        for table in &experiment.tables {
            say(&format!(
                "note: the pods need the table `{}`; put it on the volume claim and say where it is there: `-- -o {}=/bn-lab/data/{}`",
                table.path.display(),
                table.key,
                table.path.file_name().unwrap_or_default().display()
            ));
        }
    }
    let places = Places::from_environment(arguments.data.data_dir.clone());
    let mut needed: Vec<&str> = experiment
        .conditions
        .iter()
        .map(|condition| condition.settings.data.dataset.name())
        .collect();
    needed.sort_unstable();
    needed.dedup();
    for status in data::status(&places) {
        let is_here =
            matches!(status.availability, Availability::Generated | Availability::Found(_));
        let is_elsewhere = arguments.engine == Engine::Kubernetes;
        if needed.contains(&status.name)
            && status.availability != Availability::Generated
            && (is_elsewhere || !is_here)
        {
            say(&format!(
                "note: the tasks need `{}`; put it where they can read it before they start: `bn-lab data fetch {}`",
                status.name, status.name
            ));
        }
    }
}

/// `results/x.slurm` for `results/x`, since a results folder contains results only. A path that begins
/// with a hyphen would be an option in a script.
fn beside(results: &Path, engine: &str) -> Result<PathBuf> {
    let mut path = PathBuf::from(text(results)?.trim_end_matches('/'));
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{engine}"));
    path.set_file_name(name);
    if text(&path)?.starts_with('-') {
        path = Path::new(".").join(path);
    }
    Ok(path)
}

/// The path as UTF-8, since a script can contain nothing else.
fn text(path: &Path) -> Result<String> {
    let text = path.to_str().map(str::to_owned);
    text.ok_or_else(|| Error::Usage(format!("the path `{}` is not UTF-8", path.display())))
}

/// The value that is given, if it consists of letters, digits and `others`.
fn plain(option: &str, value: Option<&str>, others: &str) -> Result<Option<String>> {
    let Some(value) = value else {
        return Ok(None);
    };
    let is_plain = |c: char| c.is_ascii_alphanumeric() || others.contains(c);
    if value.is_empty() || !value.chars().all(is_plain) {
        return Err(Error::Usage(format!("`{option} {value}` is not one that Slurm has")));
    }
    Ok(Some(value.to_owned()))
}

fn further_options(given: &[String]) -> Result<Vec<slurm::FurtherOption>> {
    let option = |text: &String| {
        slurm::further_option(text)
            .map_err(|fault| Error::Usage(format!("`--engine-option {text}`: {fault}")))
    };
    given.iter().map(option).collect()
}

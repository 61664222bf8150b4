//! `bn-lab submit`: the generated jobs run as intended. Tests with a real Slurm are in `tests/slurm`.

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::harness::{Lab, Ran, SMALL, assert_same};

const FOLDER: &str = "it's here/small";

fn submitted(lab: &Lab, arguments: &[&str]) -> Ran {
    let start = ["submit", "experiment.toml", "--engine", "slurm"];
    let folder = format!("output.dir=\"{FOLDER}\"");
    lab.bn_lab(&[&start, arguments, &["-o", &folder]].concat())
}

/// A program of that name, first on the path.
#[cfg(unix)]
fn fake(lab: &Lab, name: &str, script: &str) {
    use std::os::unix::fs::PermissionsExt;
    lab.write(&format!("bin/{name}"), format!("#!/bin/sh\n{script}").as_bytes());
    let path = lab.path(&format!("bin/{name}"));
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).expect("our own file");
}

fn with_fakes(lab: &Lab, command: &mut Command) {
    let path = std::env::var("PATH").unwrap_or_default();
    command.env("PATH", format!("{}:{path}", lab.path("bin").display()));
}

/// Starts a script of the array as Slurm would.
#[cfg(unix)]
fn start(lab: &Lab, script: &str, task: &str) -> Child {
    let mut command = Command::new("bash");
    command
        .arg(lab.path(&format!("{FOLDER}.slurm/{script}")))
        .env("SLURM_ARRAY_TASK_ID", task)
        .env("SLURM_ARRAY_JOB_ID", "7")
        .env("SLURM_JOB_ID", "8")
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    with_fakes(lab, &mut command);
    command.spawn().expect("a shell")
}

#[cfg(unix)]
#[test]
fn the_tasks_of_an_array_leave_what_one_run_leaves() {
    let whole = Lab::with(SMALL);
    whole.run(&[]);
    let lab = Lab::with(SMALL);
    let ran = submitted(&lab, &["--tasks", "3"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(
        ran.stdout.contains("sbatch --parsable \"it's here/small.slurm/array.sh\""),
        "{}",
        ran.stdout
    );
    // The submitted experiment counts, even if its file changes afterwards.
    lab.write("experiment.toml", b"not an experiment any more");
    let tasks = ["1", "2", "3"].map(|task| start(&lab, "array.sh", task));
    for mut task in tasks {
        assert_eq!(task.wait().expect("it ends").code(), Some(0));
    }
    let mut finish = start(&lab, "finish.sh", "");
    assert_eq!(finish.wait().expect("it ends").code(), Some(0));
    assert_same(&whole.reproducible_files("results/small"), &lab.reproducible_files(FOLDER));
}

#[cfg(unix)]
#[test]
fn a_results_folder_that_begins_with_a_hyphen_is_no_option() {
    let lab = Lab::with(SMALL);
    let start = ["submit", "experiment.toml", "-o", "output.dir=-dash"];
    let ran = lab.bn_lab(&[&start[..], &["--engine", "slurm", "--tasks", "1"]].concat());
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let says = "sbatch --parsable ./-dash.slurm/array.sh)";
    assert!(ran.stdout.contains(says), "{}", ran.stdout);
    let array = Command::new("bash")
        .arg(lab.path("-dash.slurm/array.sh"))
        .envs([("SLURM_ARRAY_TASK_ID", "1"), ("SLURM_JOB_ID", "8")])
        .output()
        .expect("a shell");
    assert_eq!(array.status.code(), Some(0), "{array:?}");
    assert!(lab.path("-dash/trials.csv").is_file());
    let ran = lab.bn_lab(&[&start[..], &["--engine", "kubernetes"]].concat());
    let says = "kubectl apply -f ./-dash.kubernetes/job.yaml\n";
    assert!(ran.stdout.contains(says), "{}", ran.stdout);
}

#[cfg(unix)]
#[test]
fn a_task_that_is_out_of_time_queues_again_and_a_cancelled_one_does_not() {
    let long = SMALL.replace("epochs = 2", "epochs = 2000");
    for (signal, asked) in [("-USR1", "requeue 7_1\n"), ("-TERM", "")] {
        let lab = Lab::with(&long);
        fake(
            &lab,
            "scontrol",
            &format!("echo \"$@\" >> '{}'\nexit 1\n", lab.path("asked").display()),
        );
        lab.write("asked", b"");
        assert_eq!(submitted(&lab, &["--tasks", "1"]).code, Some(0));
        let mut task = start(&lab, "array.sh", "1");
        let deadline = Instant::now() + Duration::from_mins(2);
        let is_training = || {
            let files = lab.path(FOLDER).join("trials");
            std::fs::read_dir(files).is_ok_and(|mut trials| {
                trials.any(|trial| trial.is_ok_and(|t| t.path().join("steps.csv").is_file()))
            })
        };
        while !is_training() {
            assert!(Instant::now() < deadline, "it does not train");
            std::thread::sleep(Duration::from_millis(5));
        }
        let kill = |process: &str| Command::new("kill").args([signal, process]).status();
        assert!(kill(&task.id().to_string()).expect("`kill` exists").success());
        if signal == "-TERM" {
            // Slurm signals the run as well.
            let children = format!("/proc/{0}/task/{0}/children", task.id());
            let children = std::fs::read_to_string(children).expect("Linux");
            for child in children.split_whitespace() {
                assert!(kill(child).expect("`kill` exists").success());
            }
        }
        assert_eq!(task.wait().expect("it ends").code(), Some(130), "{signal}");
        assert_eq!(lab.text("asked"), asked, "{signal}");
    }
}

#[cfg(unix)]
#[test]
fn sbatch_is_called_on_request_and_its_absence_is_reported() {
    let lab = Lab::with(SMALL);
    let mut command = lab.command(&["submit", "experiment.toml", "--engine", "slurm", "--submit"]);
    command.env("PATH", lab.path("nothing here"));
    let ran = Ran::from(command.output().expect("the program starts"));
    ran.refused(1, &["`sbatch` did not take the job", "hint: "]);
    assert!(lab.path("results/small.slurm/array.sh").exists());

    fake(&lab, "sbatch", "echo \"$@\" >> asked\necho '12;cluster'\n");
    let mut command = lab.command(&["submit", "experiment.toml", "--engine", "slurm", "--submit"]);
    with_fakes(&lab, &mut command);
    let ran = Ran::from(command.output().expect("the program starts"));
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert_eq!(
        lab.text("asked"),
        "--parsable results/small.slurm/array.sh\n\
         --parsable --dependency=afterany:12 results/small.slurm/finish.sh\n"
    );
    assert!(ran.stdout.contains("job      12 "), "{}", ran.stdout);
}

#[test]
fn a_kubernetes_job_holds_the_experiment_and_no_more_pods_than_trials() {
    let lab = Lab::with(SMALL);
    let kubernetes = ["submit", "experiment.toml", "--engine", "kubernetes"];
    let ran = lab.bn_lab(&[&kubernetes[..], &["--tasks", "50", "-o", "train.epochs=3"]].concat());
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(ran.stderr.contains("note: 6 tasks"), "{}", ran.stderr);
    assert!(
        ran.stdout.contains("submit   kubectl apply -f results/small.kubernetes/job.yaml\n"),
        "{}",
        ran.stdout
    );
    let manifest = lab.text("results/small.kubernetes/job.yaml");
    let list: serde_json::Value = serde_json::from_str(&manifest).expect("JSON, which is YAML");
    assert_eq!(list["kind"], "List");
    assert_eq!(list["items"][1]["spec"]["completions"], 6);
    let experiment = &list["items"][0]["data"]["experiment.toml"];
    let experiment = experiment.as_str().expect("a text");
    assert!(experiment.contains("\nepochs = 3\n"), "{experiment}");
    assert!(!lab.path("results/small").exists(), "nothing is trained");
}

#[test]
fn options_that_the_engine_does_not_have_are_usage_errors() {
    let lab = Lab::with(SMALL);
    for (engine, wrong) in [
        ("slurm", &["--image", "x"][..]),
        ("slurm", &["--time", "an hour"]),
        ("slurm", &["--partition", "a b"]),
        ("slurm", &["--memory", "much"]),
        ("slurm", &["--tasks", "0"]),
        ("kubernetes", &["--submit"]),
        ("kubernetes", &["--time", "01:00:00"]),
        ("docker", &[]),
    ] {
        let start = ["submit", "experiment.toml", "--engine", engine];
        let ran = lab.bn_lab(&[&start, wrong].concat());
        ran.refused(2, &wrong[..wrong.len().min(1)]);
    }
    assert!(!lab.path("results").exists(), "nothing is written");
}

#[test]
fn what_every_task_would_refuse_is_refused_before_it_is_submitted() {
    let lab = Lab::with(SMALL);
    for (arguments, says) in [
        (&["--time", "10m"][..], "`--time 10m`: must be"),
        (&["--time", "1:"], "`--time 1:`: must be"),
        (&["--time", "-5"], "`--time -5`: must be"),
        (&["--time", "1:2:3:4"], "`--time 1:2:3:4`: must be"),
        (&["--memory", "-5"], "write it as `512M`"),
        (&["--", "--jbos", "2"], "`--jbos 2` behind `--`"),
        (&["--", "--shard", "1/2"], "`--shard 1/2` behind `--`"),
        (&["--", "-j", "3"], "`-j 3` behind `--`"),
    ] {
        let all: Vec<&str> = ["submit", "experiment.toml", "--engine", "slurm"]
            .iter()
            .chain(arguments)
            .copied()
            .collect();
        lab.bn_lab(&all).refused(2, &[says]);
    }
    assert!(!lab.path("results").exists(), "nothing was written");
}

#[test]
fn what_a_cluster_asks_for_is_passed_on_and_checked_by_engine() {
    let lab = Lab::with(SMALL);
    let further = [
        "--gpus=1",
        "--account=lab",
        "--qos=short",
        "--array-limit=2",
        "--engine-option=--constraint=avx512",
        "--engine-option=--exclusive",
    ];
    let ran = submitted(&lab, &further);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(ran.stderr.contains("compute on the CPU: `-- --device wgpu`"), "{}", ran.stderr);
    let array = lab.text(&format!("{FOLDER}.slurm/array.sh"));
    let finish = lab.text(&format!("{FOLDER}.slurm/finish.sh"));
    assert!(array.contains("#SBATCH --array=1-4%2\n"), "{array}");
    for script in [&array, &finish] {
        for line in ["--gpus=1", "--account=lab", "--constraint=\"avx512\"", "--exclusive"] {
            assert!(script.contains(&format!("#SBATCH {line}\n")), "{line}\n{script}");
        }
    }
    submitted(&lab, &["--engine-option=--array=1-9"])
        .refused(2, &["`--array` is set by `--tasks` and `--array-limit`"]);
    submitted(&lab, &["--account=a b"]).refused(2, &["`--account a b`"]);
    let kubernetes = ["submit", "experiment.toml", "--engine", "kubernetes"];
    lab.bn_lab(&[&kubernetes[..], &further].concat()).refused(
        2,
        &["`--account`, `--qos` and `--engine-option` are options of `--engine slurm`", "JSON"],
    );
    let allowed = ["--gpus=1", "--array-limit=2", "--", "--device", "wgpu"];
    let ran = lab.bn_lab(&[&kubernetes[..], &allowed].concat());
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(!ran.stderr.contains("compute on the CPU"), "{}", ran.stderr);
    let manifest = lab.text("results/small.kubernetes/job.yaml");
    assert!(manifest.contains("\"nvidia.com/gpu\": \"1\""), "{manifest}");
}

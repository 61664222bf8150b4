use super::*;

fn job() -> Job {
    Job {
        name: "quickstart".to_owned(),
        tasks: 4,
        cpus: 2,
        memory: "4G".parse().expect("an amount"),
        gpus: None,
        limit: None,
        run_arguments: Vec::new(),
    }
}

fn site() -> slurm::Site {
    slurm::Site {
        program: "/opt/bn-lab".to_owned(),
        directory: "/home/ada/lab".to_owned(),
        experiment: "results/quickstart.slurm/experiment.toml".to_owned(),
        results: "results/quickstart".to_owned(),
        logs: "results/quickstart.slurm/logs".to_owned(),
        time: "02:00:00".to_owned(),
        partition: Some("cpu".to_owned()),
        account: None,
        qos: None,
        options: Vec::new(),
    }
}

/// Compares with a file of `tests/golden/submit`; `BN_LAB_BLESS=1` rewrites it.
fn assert_golden(name: &str, text: &str) {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let path = root.join("tests/golden/submit").join(name);
    if std::env::var_os("BN_LAB_BLESS").is_some() {
        crate::fs::replace(&path, text.as_bytes()).expect("a writable file");
    }
    let golden = crate::fs::read_text(&path).expect("a golden file");
    assert!(golden == text, "{name} should read\n{text}");
}

#[test]
fn a_slurm_array_and_the_job_after_it_are_as_recorded() {
    assert_golden("array.sh", &slurm::array(&job(), &site()).expect("a script"));
    assert_golden("finish.sh", &slurm::finish(&job(), &site()).expect("a script"));
}

#[test]
fn a_kubernetes_job_is_as_recorded() {
    let site = kubernetes::Site {
        image: "registry.example/bn-lab:0.1".to_owned(),
        volume_claim: "lab".to_owned(),
        experiment: "name = \"quickstart\"\n\n[data]\ndataset = \"glyphs\"\n".to_owned(),
    };
    assert_golden("job.yaml", &kubernetes::manifest(&job(), &site).expect("no NUL"));
}

#[test]
fn what_a_user_chose_stays_one_word_of_the_script() {
    let nasty = r#"it's $(touch x) `y` "z" % # \"#;
    let mut job = job();
    job.name = nasty.to_owned();
    job.run_arguments = vec!["--data-dir".to_owned(), nasty.to_owned()];
    let site = slurm::Site {
        directory: nasty.to_owned(),
        logs: nasty.to_owned(),
        results: nasty.to_owned(),
        ..site()
    };
    let script = slurm::array(&job, &site).expect("a script");
    let lines = || script.lines().map(str::trim);
    let words_of = |start: &str| {
        let line = lines().find(|line| line.starts_with(start)).expect(start);
        shlex::split(line).expect("every quote is closed")
    };
    assert_eq!(words_of("cd -- ")[2], nasty);
    let run = words_of("/opt/bn-lab run");
    assert_eq!(run[run.len() - 4..run.len() - 2], ["--data-dir", nasty]);
    assert_eq!(run[run.len() - 2..], ["$@", "&"]);
    // As TOML in a shell word.
    assert_eq!(run[4], format!("output.dir={}", serde_json::json!(nasty)));
    assert!(
        script.contains(r#"#SBATCH --job-name="it's $(touch x) `y` \"z\" %% # \\""#),
        "{script}"
    );
}

#[test]
fn what_a_cluster_asks_for_stands_in_both_scripts() {
    let job = Job { gpus: Some(2), limit: Some(3), ..job() };
    let option = |text: &str| slurm::further_option(text).expect(text);
    let site = slurm::Site {
        account: Some("lab".to_owned()),
        qos: Some("short".to_owned()),
        options: vec![
            option("--constraint=avx512&ib"),
            option("--exclusive"),
            option("--comment=it's 5 % of \"x\" # \\"),
        ],
        ..site()
    };
    let [array, finish] =
        [slurm::array(&job, &site), slurm::finish(&job, &site)].map(|script| script.expect("one"));
    for script in [&array, &finish] {
        for line in [
            "--gpus=2",
            "--account=lab",
            "--qos=short",
            "--constraint=\"avx512&ib\"",
            "--exclusive",
            "--comment=\"it's 5 % of \\\"x\\\" # \\\\\"",
        ] {
            assert!(script.contains(&format!("#SBATCH {line}\n")), "{line}\n{script}");
        }
    }
    assert!(array.contains("#SBATCH --array=1-4%3\n"), "{array}");
    assert!(!finish.contains("--array"), "{finish}");
    let manifest = kubernetes::manifest(
        &job,
        &kubernetes::Site {
            image: "bn-lab".to_owned(),
            volume_claim: "bn-lab".to_owned(),
            experiment: String::new(),
        },
    );
    let list: serde_json::Value = serde_json::from_str(&manifest.expect("no NUL")).expect("JSON");
    let spec = &list["items"][1]["spec"];
    assert_eq!((&spec["completions"], &spec["parallelism"]), (&4.into(), &3.into()));
    let resources = &spec["template"]["spec"]["containers"][0]["resources"];
    assert_eq!(resources["limits"]["nvidia.com/gpu"], "2");
}

#[test]
fn options_that_the_script_sets_itself_or_that_are_none_are_refused() {
    for (text, says) in [
        ("constraint=avx512", "begins with `--`"),
        ("-C avx512", "begins with `--`"),
        ("--constraint avx512", "begins with `--`"),
        ("--=x", "begins with `--`"),
        ("--a\n#SBATCH --wrap=x", "begins with `--`"),
        ("--comment=a\nb", "control character"),
        ("--array=1-9", "`--tasks` and `--array-limit`"),
        ("--mem=4G", "`--memory`"),
        ("--mem-per-cpu=4G", "`--memory`"),
        ("--account=lab", "`--account`"),
        ("--requeue", "set by the script"),
        ("--no-requeue", "set by the script"),
        ("--tim=9", "`--time`"),
        ("--mem-per-gpu=4G", "`--memory`"),
        ("--gpus-per-node=2", "`--gpus`"),
        ("--wrap=x", "set by the script"),
    ] {
        let fault = slurm::further_option(text).expect_err(text);
        assert!(fault.contains(says), "{text}: {fault}");
    }
}

#[test]
fn text_that_no_script_can_contain_is_refused_and_has_no_effect_in_a_comment() {
    let broken = Job { name: "a\n#SBATCH --wrap=x".to_owned(), ..job() };
    assert_eq!(slurm::array(&broken, &site()), None);
    let nul = Job { run_arguments: vec!["a\0b".to_owned()], ..job() };
    assert_eq!(slurm::array(&nul, &site()), None);
    assert_eq!(slurm::finish(&nul, &site()), None);
    assert_eq!(slurm::command("a\nb", "c"), None);
    let kubernetes = kubernetes::Site {
        image: "a\nb".to_owned(),
        volume_claim: "c: d\u{2028}kind: x\u{85}\u{202e}".to_owned(),
        experiment: "a = 1\u{2028}\n".to_owned(),
    };
    assert_eq!(kubernetes::manifest(&nul, &kubernetes), None);
    let manifest = kubernetes::manifest(&broken, &kubernetes).expect("no NUL");
    let list: serde_json::Value = serde_json::from_str(&manifest).expect("JSON");
    let [map, job] = list["items"].as_array().expect("a list").as_slice() else {
        panic!("{manifest}");
    };
    assert_eq!(map["data"]["experiment.toml"], kubernetes.experiment);
    let pod = &job["spec"]["template"]["spec"];
    assert_eq!(pod["containers"][0]["image"], kubernetes.image);
    let claim = &pod["volumes"][1]["persistentVolumeClaim"]["claimName"];
    assert_eq!(*claim, kubernetes.volume_claim);
    assert_eq!(map["metadata"]["name"], job["metadata"]["name"]);
    assert_eq!(pod["volumes"][0]["configMap"]["name"], job["metadata"]["name"]);
    // No character that YAML reads as a line end.
    let is_end = |c: char| c != '\n' && (c.is_control() || "\u{2028}\u{2029}".contains(c));
    assert!(!manifest.contains(is_end), "{manifest}");
}

#[test]
fn the_number_of_a_job_is_read_from_what_sbatch_prints() {
    assert_eq!(slurm::job_number("12\n"), Some("12"));
    assert_eq!(slurm::job_number("12;cluster\n"), Some("12"));
    assert_eq!(slurm::job_number("Submitted batch job 12\n"), None);
    assert_eq!(slurm::job_number(""), None);
}

#[test]
fn memory_is_an_amount_with_a_unit() {
    for right in ["512M", "4G", "1T"] {
        assert_eq!(right.parse::<Memory>().expect(right).to_string(), right);
    }
    for (written, read, bytes) in [
        ("512MiB", "512M", 512 << 20),
        ("3GiB", "3G", 3 << 30),
        ("2TiB", "2T", 2 << 40),
        // Powers of ten, rounded to units that engines have.
        ("1024MB", "1000000K", 1_024_000_000),
        ("1GB", "976562K", 976_562 * 1024),
    ] {
        let memory: Memory = written.parse().expect(written);
        assert_eq!((&memory.to_string()[..], memory.bytes()), (read, bytes), "{written}");
    }
    for wrong in ["", "4", "G", "0G", "-4G", "4GBit", "4 G", "4g", "1.5G", "4é"] {
        wrong.parse::<Memory>().expect_err(wrong);
    }
}

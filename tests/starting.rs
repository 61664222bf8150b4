//! What a new user does in an empty folder, without the files of the repository.

use crate::harness::Lab;

#[test]
fn an_experiment_is_written_planned_and_never_overwritten() {
    let lab = Lab::new();
    let ran = lab.bn_lab(&["init", "mine", "--template", "mnist"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(0), "mine.toml\n"), "{}", ran.stderr);
    assert!(ran.stderr.contains("bn-lab run mine.toml"), "{}", ran.stderr);
    assert_eq!(lab.listing(""), ["bn-lab.schema.json", "mine.toml"]);
    let text = lab.text("mine.toml");
    assert!(text.starts_with("#:schema ./bn-lab.schema.json\n"), "{text}");
    assert!(text.contains("bn-lab run mine.toml") && !text.contains("configs/"), "{text}");
    let plan = lab.bn_lab(&["plan", "mine.toml"]);
    assert_eq!(plan.code, Some(0), "{}", plan.stderr);
    assert!(plan.stdout.contains("3 conditions × 3 replicates"), "{}", plan.stdout);
    lab.write("mine.toml", b"# changed\n");
    lab.bn_lab(&["init", "mine.toml"]).refused(2, &["`mine.toml` exists", "another name"]);
    assert_eq!(lab.text("mine.toml"), "# changed\n");
    lab.bn_lab(&["init", "../mine"]).refused(2, &["letters, digits"]);
    lab.bn_lab(&["init", "x", "--template", "minst"]).refused(2, &["did you mean `mnist`?"]);
}

#[test]
fn a_built_in_experiment_runs_by_its_name_and_a_file_of_that_name_comes_first() {
    let lab = Lab::new();
    let short = ["-o", "train.epochs=1", "-o", "data.train_examples=200", "-o", "replicates=2"];
    let ran = lab.bn_lab(&[&["run", "quickstart"][..], &short].concat());
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(ran.stderr.contains("note: `quickstart` is built into bn-lab"), "{}", ran.stderr);
    assert!(lab.text("results/quickstart/experiment.toml").contains("quickstart"));
    lab.write("quickstart", b"[data]\ndataset = 'mnist'\nvalidation = -1\n");
    lab.bn_lab(&["plan", "quickstart"]).refused(3, &["validation"]);
}

#[test]
fn built_in_experiments_and_keys_are_listed_and_printed() {
    let lab = Lab::new();
    let listed = lab.bn_lab(&["configs"]);
    assert_eq!(listed.code, Some(0), "{}", listed.stderr);
    for expected in ["quickstart\n", "claims/10-bias\n", "9 trainings of 10 passes"] {
        assert!(listed.stdout.contains(expected), "{}", listed.stdout);
    }
    let shown = lab.bn_lab(&["configs", "show", "mnist"]);
    assert_eq!(shown.stdout, include_str!("../configs/mnist.toml"));
    lab.bn_lab(&["configs", "show", "cifar"]).refused(2, &["is not a built-in experiment"]);

    let key = lab.bn_lab(&["keys", "train.batch_size"]).stdout;
    assert!(key.starts_with("train.batch_size\n  a whole number from 1 to "), "{key}");
    assert_eq!(key.lines().count(), 3, "{key}");
    assert!(lab.bn_lab(&["keys", "MOMENTUM"]).stdout.contains("norm.decay"));
    assert!(lab.bn_lab(&["keys"]).stdout.lines().count() > 200);
    lab.bn_lab(&["keys", "bacth_size"]).refused(2, &["did you mean `train.batch_size`?"]);
}

#[test]
fn shells_and_editors_get_what_they_read() {
    let lab = Lab::new();
    for (shell, expected) in
        [("bash", "complete -F"), ("zsh", "#compdef bn-lab"), ("fish", "complete -c bn-lab")]
    {
        let script = lab.bn_lab(&["completions", shell]);
        assert_eq!(script.code, Some(0), "{}", script.stderr);
        assert!(script.stdout.contains(expected), "{shell}");
    }
    assert!(
        lab.bn_lab(&["completions", "powershell"]).stdout.contains("Register-ArgumentCompleter")
    );
    let page = lab.bn_lab(&["man", "run"]).stdout;
    assert!(page.contains(".TH") && page.contains("\\-\\-jobs"), "{page}");
    lab.bn_lab(&["man", "rum"]).refused(2, &["did you mean `bn-lab man run`?"]);
    let schema = lab.bn_lab(&["schema"]).stdout;
    let schema: serde_json::Value = serde_json::from_str(&schema).expect("valid JSON");
    assert_eq!(schema["properties"]["train"]["properties"]["epochs"]["type"], "integer");
    let version = lab.bn_lab(&["--version"]).stdout;
    assert!(version.starts_with("bn-lab 0.") && version.contains(" ("), "{version}");
}

#[test]
fn a_slip_on_the_command_line_is_answered_with_what_was_meant() {
    let lab = Lab::new();
    lab.write("blog.toml", b"[data]\ndataset = 'glyphs'\n");
    for (line, code, expected) in [
        ("blog.toml", 2, "did you mean `bn-lab run blog.toml`?"),
        ("run blok.toml", 1, "did you mean `blog.toml`?"),
        ("run configs/mnist.toml", 1, "`mnist` is built into bn-lab"),
        ("run nothing.toml", 1, "`bn-lab init` writes an experiment file"),
        ("run --epochs 5 blog.toml", 2, "`-o train.epochs=5`"),
        ("run blog.toml -o train.epochs 5", 2, "did you mean `-o train.epochs=5`?"),
        ("run a.yaml", 2, "is a YAML file"),
        ("data fetch cifar", 2, "did you mean `cifar10`?"),
        ("plan blog.toml -o bs=3", 3, "did you mean `train.batch_size`?"),
        ("plan blog.toml -o model.batchnorm=true", 3, "did you mean `norm.placement`?"),
        ("plan blog.toml -o model.hidden=128", 3, "write `[128]`"),
        ("plan blog.toml -o norm.axis=1", 3, "one γ and one β for each feature"),
    ] {
        let arguments: Vec<&str> = line.split(' ').collect();
        lab.bn_lab(&arguments).refused(code, &[expected]);
    }
}

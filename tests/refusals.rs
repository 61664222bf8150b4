//! Invalid input: one clear error, the documented exit code, and nothing lost.

use std::io::Write;

use crate::harness::{Lab, Ran, SMALL};

#[test]
fn a_typo_in_a_key_names_the_file_the_line_and_the_key_that_was_meant() {
    let lab = Lab::with(&SMALL.replace("epochs = 2", "epocs = 2"));
    let ran = lab.bn_lab(&["run", "experiment.toml"]);
    ran.refused(3, &["experiment.toml:11", "train.epocs", "did you mean `train.epochs`"]);
    assert!(!lab.path("results").exists(), "nothing is written for a bad experiment");
}

#[test]
fn all_problems_of_a_file_are_reported_at_once() {
    let text = SMALL
        .replace("hidden = [16]", "hidden = [0]")
        .replace("epochs = 2", "epochs = 2\nbatch_size = 0\nlearning_rate = \"fast\"");
    let ran = Lab::with(&text).bn_lab(&["run", "experiment.toml"]);
    ran.refused(3, &["model.hidden", "train.batch_size = 0", "train.learning_rate"]);
    assert_eq!(ran.stderr.matches("error: ").count(), 3, "{}", ran.stderr);
}

#[test]
fn an_override_that_is_wrong_is_named_as_such() {
    Lab::with(SMALL)
        .bn_lab(&["run", "experiment.toml", "-o", "train.batch_size=0"])
        .refused(3, &["-o train.batch_size=0"]);
}

#[test]
fn an_experiment_that_is_not_there_is_named() {
    Lab::new().bn_lab(&["run", "absent.toml"]).refused(1, &["`absent.toml`"]);
}

#[test]
fn files_that_are_no_experiment_and_folders_without_results_are_refused() {
    let lab = Lab::with(SMALL);
    lab.write("results/old/experiment.toml", SMALL.as_bytes());
    lab.write("people.csv", b"age,class\n1,a\n2,b\n");
    lab.bn_lab(&["run", "results/old"])
        .refused(2, &["`results/old` is a results folder", "`results/old/experiment.toml`"]);
    lab.bn_lab(&["plan", "people.csv"])
        .refused(2, &["`people.csv` is a table", "file = \"people.csv\""]);
    for verb in ["report", "results", "compare", "show"] {
        lab.bn_lab(&[verb, "experiment.toml"])
            .refused(1, &["`experiment.toml` is not a results folder: it is a file"]);
    }
}

#[test]
fn a_wrong_command_line_exits_with_2() {
    let ran = Lab::new().bn_lab(&["rum"]);
    assert_eq!(ran.code, Some(2), "{}", ran.stderr);
}

#[test]
fn a_device_that_does_not_exist_is_refused_with_those_that_do() {
    let lab = Lab::with(SMALL);
    lab.bn_lab(&["run", "experiment.toml", "--device", "tpu"]).refused(6, &["`tpu`", "`cpu`"]);
    if cfg!(not(feature = "wgpu")) {
        lab.bn_lab(&["run", "experiment.toml", "--device", "wgpu"])
            .refused(6, &["`wgpu`", "--features wgpu"]);
    }
    assert!(!lab.path("results").exists());
}

#[test]
fn a_warm_up_as_long_as_the_training_is_found_before_anything_is_trained() {
    let lab = Lab::with(SMALL);
    let ran = lab.bn_lab(&["run", "experiment.toml", "-o", "train.warmup_steps=1000000"]);
    ran.refused(4, &["`train.warmup_steps = 1000000`", "steps"]);
    assert!(!ran.stderr.contains("trials to train"), "{}", ran.stderr);
}

#[test]
fn a_results_folder_that_cannot_be_made_is_found_before_anything_is_trained() {
    let lab = Lab::with(SMALL);
    lab.write("results", b"a file where the folder should be");
    let ran = lab.bn_lab(&["run", "experiment.toml"]);
    ran.refused(1, &["results/small"]);
    assert!(!ran.stderr.contains("trials to train"), "{}", ran.stderr);
}

#[cfg(unix)]
#[test]
fn a_read_only_results_folder_is_found_before_anything_is_trained() {
    use std::os::unix::fs::PermissionsExt;
    let lab = Lab::with(SMALL);
    std::fs::create_dir_all(lab.path("locked")).expect("a writable folder");
    let read_only = std::fs::Permissions::from_mode(0o555);
    std::fs::set_permissions(lab.path("locked"), read_only).expect("our own folder");
    // The superuser can write everywhere except into something that is no real folder.
    let is_superuser = std::fs::write(lab.path("locked/probe"), b"").is_ok();
    let folder = if is_superuser { "/proc/self" } else { "locked" };
    let ran = lab.bn_lab(&["run", "experiment.toml", "-o", &format!("output.dir={folder}/out")]);
    ran.refused(1, &[&format!("{folder}/out")]);
    assert!(!ran.stderr.contains("trials to train"), "{}", ran.stderr);
}

#[test]
fn a_dataset_that_cannot_be_had_names_the_four_files_and_what_works_without() {
    let lab = Lab::with("[data]\ndataset = \"mnist\"\n");
    lab.bn_lab(&["run", "experiment.toml"]).refused(
        4,
        &[
            "train-images-idx3-ubyte.gz",
            "train-labels-idx1-ubyte.gz",
            "t10k-images-idx3-ubyte.gz",
            "t10k-labels-idx1-ubyte.gz",
            "`bn-lab run quickstart` works",
        ],
    );
}

#[test]
fn a_truncated_data_file_is_named_with_the_way_out() {
    let lab = Lab::with("[data]\ndataset = \"mnist\"\n");
    four_files(&lab, "mnist");
    let images = "mnist/train-images-idx3-ubyte.gz";
    let whole = std::fs::read(lab.path(images)).expect("just written");
    lab.write(images, &whole[..whole.len() / 2]);
    lab.bn_lab(&["run", "experiment.toml", "--data-dir", "."])
        .refused(4, &["train-images-idx3-ubyte.gz", "data fetch mnist"]);
    lab.write(images, &whole);
    let repaired = lab.bn_lab(&[
        "run",
        "experiment.toml",
        "--data-dir",
        ".",
        "-o",
        "train.epochs=1",
        "-o",
        "replicates=1",
    ]);
    assert_eq!(repaired.code, Some(0), "{}", repaired.stderr);
}

/// A dataset of 20 training and 10 test images in the published layout.
fn four_files(lab: &Lab, folder: &str) {
    for (name, dims) in [
        ("train-images-idx3-ubyte.gz", [20, 28, 28].as_slice()),
        ("train-labels-idx1-ubyte.gz", &[20]),
        ("t10k-images-idx3-ubyte.gz", &[10, 28, 28]),
        ("t10k-labels-idx1-ubyte.gz", &[10]),
    ] {
        lab.write(&format!("{folder}/{name}"), &idx_gz(dims, 0));
    }
}

/// A valid gzipped IDX file of bytes with the given dimensions, all values below 10.
fn idx_gz(dims: &[u32], offset: u32) -> Vec<u8> {
    let mut bytes = vec![0, 0, 8, u8::try_from(dims.len()).expect("few dimensions")];
    bytes.extend(dims.iter().flat_map(|dim| dim.to_be_bytes()));
    // A multiplicative sequence, so that the file cannot be compressed.
    let count: u32 = dims.iter().product();
    bytes.extend((0..count).map(|i| ((i + offset).wrapping_mul(2_654_435_761) >> 13) as u8 % 10));
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(&bytes).expect("to memory");
    encoder.finish().expect("to memory")
}

#[test]
fn what_a_datasets_size_makes_impossible_is_refused_before_anything_is_trained() {
    let lab = Lab::with("[data]\ndataset = \"mnist\"\nvalidation = 20\n");
    four_files(&lab, "mnist");
    let ran = lab.bn_lab(&["run", "experiment.toml", "--data-dir", "."]);
    ran.refused(4, &["data.validation = 20", "20 training examples"]);
    assert!(!ran.stderr.contains("trials to train"), "{}", ran.stderr);
}

#[test]
fn trials_on_other_data_under_the_same_name_are_not_mixed() {
    let lab = Lab::with("[data]\ndataset = \"mnist\"\n[train]\nepochs = 1\n");
    four_files(&lab, "mnist");
    lab.run(&["--data-dir", ".", "-o", "replicates=1"]);
    lab.write("mnist/t10k-labels-idx1-ubyte.gz", &idx_gz(&[10], 7));
    lab.bn_lab(&["run", "experiment.toml", "--data-dir", ".", "-o", "replicates=2"])
        .refused(4, &["`t10k-labels-idx1-ubyte`", "has changed", "output.dir"]);
    four_files(&lab, "mnist");
    lab.run(&["--data-dir", ".", "-o", "replicates=2"]);
}

#[test]
fn a_record_of_a_newer_format_is_not_trained_over() {
    let lab = Lab::with(SMALL);
    lab.run(&["--quiet"]);
    let trials = crate::harness::rows(&lab.text("results/small/trials.csv"));
    let record = format!("results/small/trials/{}/trial.json", trials[0]["trial"]);
    lab.write(&record, br#"{"schema": 99, "id": "something else entirely"}"#);
    lab.bn_lab(&["run", "experiment.toml"]).refused(1, &["format 99", "newer bn-lab"]);
    assert!(lab.text(&record).contains("99"), "it is untouched");
}

#[test]
fn a_folder_that_holds_no_results_cannot_be_plotted() {
    let lab = Lab::new();
    lab.bn_lab(&["plot", "."]).refused(1, &["not a results folder"]);
}

#[test]
fn a_horizontal_axis_that_cannot_be_is_refused_with_those_that_can() {
    let lab = Lab::with(SMALL);
    lab.run(&["--quiet", "-o", "train.epochs=1"]);
    for (figure, x, said) in [
        ("curves", "secnds", "`--x secnds`: must be `epoch`, `step` or `seconds`"),
        ("final", "train.batch_sise", "there is no axis `train.batch_sise`"),
        ("final-test_lost", "epoch", "there is no figure `final-test_lost`"),
    ] {
        lab.bn_lab(&["plot", "results/small", "--figure", figure, "--x", x]).refused(2, &[said]);
    }
}

#[test]
fn a_claim_whose_figure_there_is_not_is_refused_before_anything_is_trained() {
    let lab = Lab::with(&format!(
        "{SMALL}[claim]\nstatement = \"It helps\"\nfigure = \"to-traget\"\n\
         tests = [{{ compare = [\"before\", \"none\"], expect = \"higher\" }}]\n"
    ));
    for verb in ["run", "plan"] {
        lab.bn_lab(&[verb, "experiment.toml"]).refused(
            3,
            &["experiment.toml: `claim.figure = \"to-traget\"`", "did you mean `to-target`?"],
        );
    }
    assert!(!lab.path("results").exists());
    // A run draws the figure that its claim names.
    lab.run(&["--quiet", "-o", "claim.figure=to-target-by-step"]);
    assert!(lab.path("results/small/charts/to-target-by-step.svg").is_file());
}

#[test]
fn missing_folders_and_files_in_their_place_are_reported() {
    let lab = Lab::with(SMALL);
    for verb in ["plot", "report", "show", "compare"] {
        lab.bn_lab(&[verb, "nowhere"])
            .refused(1, &["`nowhere` is not a results folder: there is no such folder"]);
    }
    assert!(!lab.path("nowhere").exists());
    lab.write("afile", b"");
    lab.bn_lab(&["run", "experiment.toml", "-o", "output.dir=afile/x"])
        .refused(1, &["cannot go to `afile/x`: `afile` is a file", "-o output.dir=DIR"]);
}

#[test]
fn a_hint_names_the_option_by_which_the_command_writes_elsewhere() {
    let lab = Lab::with(SMALL);
    lab.run(&["--quiet"]);
    lab.write("afile", b"");
    for (words, option) in [
        (&["report", "results/small", "--output", "afile/x"][..], "`--output DIR`"),
        (&["plot", "results/small", "--output", "afile/x"], "`--output DIR`"),
        (&["publish", "results/small", "--into", "afile/x"], "`--into DIR`"),
        (&["merge", "results/small", "--into", "afile/x"], "`--into DIR`"),
        (&["data", "fetch", "mnist", "--data-dir", "afile/x"], "`--data-dir DIR`"),
    ] {
        let ran = lab.bn_lab(words);
        ran.refused(1, &["hint: choose another folder", option]);
        assert!(!ran.stderr.contains("output.dir"), "{}", ran.stderr);
    }
    // A command that writes nothing has no such option.
    let ran = lab.bn_lab(&["results", "afile"]);
    ran.refused(1, &[]);
    assert!(!ran.stderr.contains("choose another folder"), "{}", ran.stderr);
}

/// Runs as a user who may not write to the existing files.
#[cfg(target_os = "linux")]
#[test]
fn a_lock_of_another_user_is_reported_as_one() {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};
    use std::os::unix::process::CommandExt;
    let lab = Lab::with(SMALL);
    lab.run(&["--quiet"]);
    let allow = |name: &str, mode: u32| {
        let permissions = std::fs::Permissions::from_mode(mode);
        std::fs::set_permissions(lab.path(name), permissions).expect("our own");
    };
    allow("", 0o777);
    allow("results", 0o777);
    allow("results/small", 0o777);
    allow("results/small/.lock", 0o444);
    let mut command = lab.command(&["run", "experiment.toml", "--quiet", "--force"]);
    let is_root = std::fs::metadata("/proc/self").expect("Linux").uid() == 0;
    if is_root {
        command.uid(65_534);
    }
    let Ok(output) = command.output() else {
        crate::harness::tell("SKIPPED: another user may not start the program");
        return;
    };
    Ran::from(output).refused(
        1,
        &[
            "cannot use the lock `results/small/.lock`: Permission denied",
            "hint: it seems to be another user's",
            "choose another one (`-o output.dir=DIR`)",
        ],
    );
}

#[test]
fn a_damaged_table_is_named() {
    let lab = Lab::with(SMALL);
    lab.run(&["--quiet"]);
    let plot = |arguments: &[&str]| lab.bn_lab(&[&["plot", "results/small"], arguments].concat());
    plot(&["--facet", "plaement"]).refused(2, &["no axis `plaement`", "`norm.placement`"]);
    plot(&["--metric", "test_acc"]).refused(2, &["no metric `test_acc`", "`test_accuracy`"]);
    plot(&["--figure", "units", "--metric", "foo"]).refused(2, &["no metric `foo`"]);
    plot(&["--size", "100000cm"]).refused(2, &["at most 20000 px, which are 529 cm"]);
    lab.write("results/small/trials.csv", b"trial,nonsense\n1,2\n");
    lab.bn_lab(&["plot", "results/small"]).refused(1, &["trials.csv", "damaged"]);
}

/// Overrides of [`ONE`] that cannot be combined, and their messages.
const FORBIDDEN: &[(&[&str], &[&str])] = &[
    (
        &["norm.kind=group", "norm.groups=3", "model.hidden=[10]"],
        &["`norm.groups = 3`", "10 features of hidden layer 0", "`1`, `2`, `5` would"],
    ),
    (
        &["norm.virtual_batch_size=64"],
        &["`norm.virtual_batch_size = 64`", "larger than a batch", "`train.batch_size = 32`"],
    ),
    (&["norm.virtual_batch_size=10"], &["does not divide `train.batch_size = 32`", "divisor"]),
    (
        &["sweep.norm.placement=[\"after-addition\"]"],
        &["\"after-addition\"", "resnet", "`\"before\"` or `\"after\"`"],
    ),
    (&["norm.kind=renorm"], &["-o norm.kind=renorm", "`norm.r_max`", "`norm.d_max`", "is missing"]),
    (&["norm.kind=instance"], &["`norm.kind = \"instance\"`", "`\"layer\"`"]),
    (
        &["data.dataset=two-spirals", "model.kind=convnet"],
        &["`model.kind = \"convnet\"`", "needs images", "`\"mlp\"`"],
    ),
    (
        &["data.dataset=two-spirals", "model.kind=resnet"],
        &["`model.kind = \"resnet\"`", "needs images"],
    ),
    (&["data.dataset=two-spirals", "model.kind=rnn"], &["`model.kind = \"rnn\"`", "needs images"]),
    (
        &["data.dataset=two-spirals", "data.input_scaling=binary"],
        &["`data.input_scaling = \"binary\"`", "`\"standardize\"`"],
    ),
    (&["norm.layers=[1]"], &["`norm.layers = [1]`", "no hidden layer 1", "counted from 0"]),
    (
        &["norm.track_running_stats=false", "norm.evaluation=running"],
        &["`norm.evaluation = \"running\"`", "`\"batch\"` or `\"precise\"`"],
    ),
    (
        &["model.kind=resnet", "norm.layers=first"],
        &["`norm.layers = \"first\"`", "`norm.placement`"],
    ),
    (&["train.steps=20", "train.warmup_steps=20"], &["`train.warmup_steps = 20`", "`train.steps`"]),
    (
        &[
            "model.kind=convnet",
            "model.blocks=[{ channels = 2, pool = 4 }, { channels = 2, pool = 8 }]",
        ],
        &["`model.blocks", "block 2 pools over 8 × 8", "7 × 7", "pool less"],
    ),
    (&["model.kind=convnet", "model.blocks=[]"], &["`model.blocks = []`", "1 to 100 blocks"]),
    (&["model.kind=resnet", "model.depth=18"], &["`model.depth = 18`", "`14` and `20`"]),
    (
        &["train.schedule=step", "train.schedule_milestones=[0.7, 0.3]"],
        &["`train.schedule_milestones = [0.7, 0.3]`", "rising"],
    ),
    (
        &["checkpoint.every=often", "checkpoint.final=1", "probe.every=0", "probe.norms=yes"],
        &[
            "`checkpoint.every = \"often\"`",
            "`checkpoint.final = 1`",
            "`probe.every = 0`",
            "`probe.norms = \"yes\"`",
        ],
    ),
    (&["sweep.probe.every=[1, 2]"], &["`probe.every` cannot be swept", "`[train]`"]),
    (&["sweep.checkpoint.final=[true, false]"], &["`checkpoint.final` cannot be swept"]),
    (&["data.dataset=csv"], &["`data.file`: is missing"]),
    (
        &["data.dataset=cifar10", "data.train_batches=[6]"],
        &["`data.train_batches = [6]`", "1 to 5"],
    ),
];

#[test]
fn what_several_keys_forbid_together_is_refused_with_the_reason_and_the_way_out() {
    for &(overrides, says) in FORBIDDEN {
        let lab = Lab::with(ONE);
        let arguments: Vec<&str> = ["run", "experiment.toml"]
            .into_iter()
            .chain(overrides.iter().flat_map(|text| ["-o", *text]))
            .collect();
        lab.bn_lab(&arguments).refused(3, says);
        assert!(!lab.path("results").exists(), "{overrides:?}");
    }
}

/// One trial on a layer of ten units.
const ONE: &str = "replicates = 1\n[data]\ndataset = \"glyphs\"\n[model]\nhidden = [10]\n[train]\nbatch_size = 32\n";

#[test]
fn a_table_that_cannot_be_used_is_named_with_the_line_and_the_column() {
    let many = |cell: fn(usize) -> String| -> Vec<u8> {
        let lines: String = (0..300).map(cell).collect();
        format!("a,b\n{lines}").into_bytes()
    };
    for (table, says) in [
        (b"a,b,c\n1,2,x\n1,2\n".to_vec(), &["line 3", "expected 3 cells", "found 2"][..]),
        (b"a,b,c\n1,2,x\n1,,y\n".to_vec(), &["line 3, column `b`", "the cell is empty"]),
        (b"a,b\n1,x\n2,x\n".to_vec(), &["the same label", "`data.label`"]),
        (b"a,b\n1,x\n\xff,y\n".to_vec(), &["line 3", "not UTF-8"]),
        (b"a,b\n".to_vec(), &["no rows", "`data.header`"]),
        (b"a,b\n1,x\nnan,y\n".to_vec(), &["line 3, column `a`", "not a finite number"]),
        (
            many(|i| match i % 40 {
                9 => format!("?,{}\n", i % 2),
                _ => format!("{},{}\n", i % 7, i % 2),
            }),
            &[
                "line 11, column `a`: `?` is not a number; 292 of 300 cells are",
                "`data.missing = [\"?\"]`",
                "`data.missing_rows = \"drop\"`",
                "`data.categorical = [\"a\"]`",
            ],
        ),
        (
            many(|i| format!("{i},{}\n", i / 150)),
            &["column \"a\" counts from 0 to 299", "`data.ignore = [\"a\"]`"],
        ),
        (b",b\n4,x\n9,y\n".to_vec(), &["column 1 has no name", "`data.inputs`"]),
        (b"1,2,x\n3,4,y\n5,5,x\n".to_vec(), &["`1`, `2`, `x`", "`data.header = false`"]),
        (b"a,b,b\n1,x,x\n2,y,y\n".to_vec(), &["columns 2 and 3 are both called `b`"]),
        (many(|i| format!("v{i},{}\n", i % 2)), &["column `a`", "300 different values", "256"]),
        (many(|i| format!("{},k{i}\n", 2 * i)), &["column `b`", "300 different labels", "256"]),
    ] {
        let lab = Lab::with("[data]\ndataset = \"csv\"\nfile = \"table.csv\"\n");
        lab.write("table.csv", &table);
        let ran = lab.bn_lab(&["run", "experiment.toml"]);
        ran.refused(4, &["`table.csv`"]).refused(4, says);
        assert!(!ran.stderr.contains("trials to train"), "{}", ran.stderr);
    }
}

#[test]
fn photographs_that_are_missing_or_damaged_are_named() {
    let lab = Lab::with("[data]\ndataset = \"cifar10\"\ntrain_batches = [1, 2]\n");
    let run = || lab.bn_lab(&["run", "experiment.toml", "--data-dir", "."]);
    run().refused(4, &["data_batch_1.bin", "data_batch_2.bin", "test_batch.bin"]);
    for file in ["data_batch_1", "test_batch"] {
        lab.write(&format!("cifar10/{file}.bin"), &[1; 3073]);
    }
    run().refused(4, &["lacks `data_batch_2.bin`", "data.train_batches = [1]"]);
    lab.write("cifar10/data_batch_2.bin", &[1; 5000]);
    run().refused(4, &["data_batch_2.bin", "whole records of 3073 bytes", "5000"]);
    lab.write("cifar10/data_batch_2.bin", &[10; 3073]);
    run().refused(4, &["data_batch_2.bin", "labels from 0 to 9", "found 10 in record 0"]);
}

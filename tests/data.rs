//! Tests with real MNIST, where it is available; elsewhere they are skipped with a note.

use std::path::PathBuf;

use crate::harness::{Lab, assert_same, rows};

/// The folder with the real files: `$BN_LAB_DATA`, or `../shared/data` beside the checkout.
fn real_data() -> Option<PathBuf> {
    let beside = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/data");
    let folder = std::env::var_os("BN_LAB_DATA").map_or(beside, PathBuf::from);
    let is_there = folder.join("mnist/train-images-idx3-ubyte.gz").is_file();
    if !is_there {
        #[expect(clippy::print_stderr, reason = "a skipped test must not look like a passed one")]
        {
            eprintln!("SKIPPED: no real MNIST files; set BN_LAB_DATA to test with them");
        }
    }
    is_there.then_some(folder)
}

#[test]
fn one_epoch_of_real_mnist_reaches_the_usual_accuracy() {
    let Some(data) = real_data() else { return };
    let lab = Lab::with(include_str!("../configs/mnist.toml"));
    lab.run(&[
        "-o",
        "train.epochs=1",
        "-o",
        "replicates=1",
        "--data-dir",
        &data.display().to_string(),
    ]);
    let trials = rows(&lab.text("results/mnist/trials.csv"));
    assert_eq!(trials.len(), 3);
    for trial in trials {
        let accuracy: f64 = trial["test_accuracy"].parse().expect("a number");
        assert!((0.94..0.985).contains(&accuracy), "{} {accuracy}", trial["norm.placement"]);
    }
}

#[test]
fn data_list_prints_where_each_dataset_is() {
    let lab = Lab::new();
    let list = lab.bn_lab(&["data", "list"]);
    assert_eq!(list.code, Some(0), "{}", list.stderr);
    for text in
        ["glyphs", "mnist", "fashion-mnist", "cifar10", "two-spirals", "bn-lab data fetch mnist"]
    {
        assert!(list.stdout.contains(text), "{}", list.stdout);
    }
}

#[test]
fn data_verify_names_a_damaged_file_and_exits_with_4() {
    let lab = Lab::new();
    for part in ["train-images-idx3", "train-labels-idx1", "t10k-images-idx3", "t10k-labels-idx1"] {
        lab.write(&format!("mnist/{part}-ubyte.gz"), b"not what was published");
    }
    lab.bn_lab(&["data", "verify", "--data-dir", "."])
        .refused(4, &["4 of 14 files are damaged", "data fetch mnist"]);
    let Some(data) = real_data() else { return };
    let verify = lab.bn_lab(&["data", "verify", "--data-dir", &data.display().to_string()]);
    assert_eq!(verify.code, Some(0), "{}", verify.stderr);
    // For CIFAR-10, some files suffice.
    let sound = verify.stdout.matches("  ok").count();
    assert!(sound >= 8, "{}", verify.stdout);
}

#[test]
fn data_verify_without_files_is_an_error() {
    let lab = Lab::new();
    lab.bn_lab(&["data", "verify", "--data-dir", "."])
        .refused(4, &["none of the files is there", "bn-lab data fetch NAME"]);
    lab.bn_lab(&["data", "verify"]).refused(4, &["none of the files is there"]);
}

#[test]
fn fetching_a_dataset_without_files_is_refused() {
    let lab = Lab::new();
    lab.bn_lab(&["data", "fetch", "imagenet"]).refused(2, &["imagenet", "mnist"]);
    lab.bn_lab(&["data", "fetch", "mnist"]).refused(4, &["train-images-idx3-ubyte.gz"]);
}

#[test]
fn training_finished_trials_again_needs_the_data_that_they_were_trained_on() {
    let table = |shift: i32| -> String {
        let row = |i: i32| format!("{},{},{}\n", i % 7 + shift, i % 5, i % 2);
        (0..60).map(row).collect()
    };
    let lab = Lab::with(
        "name = 'table'\nreplicates = 1\n[data]\ndataset = 'csv'\nfile = 't.csv'\nheader = false\n[train]\nepochs = 2\n",
    );
    lab.write("t.csv", table(0).as_bytes());
    lab.run(&[]);
    let before = lab.reproducible_files("results/table");
    lab.write("t.csv", table(1).as_bytes());
    lab.bn_lab(&["run", "experiment.toml", "-o", "checkpoint.final=true"])
        .refused(4, &["`t.csv`", "has changed", "run --force`"]);
    assert_same(&before, &lab.reproducible_files("results/table"));
}

/// Images and labels in the layout of MNIST, unpacked, with the file names of Kaggle: 40 for
/// training and 20 for testing. `shade` is the grey of the first class.
fn in_the_layout_of_mnist(lab: &Lab, folder: &str, shade: u8) {
    for (part, count) in [("train", 40_u32), ("t10k", 20)] {
        let labels: Vec<u8> = (0..count).map(|index| (index % 2) as u8).collect();
        let mut images = vec![0, 0, 8, 3];
        for size in [count, 28, 28] {
            images.extend(size.to_be_bytes());
        }
        for label in &labels {
            images.extend([if *label == 0 { shade } else { 200 }; 784]);
        }
        let mut bytes = vec![0, 0, 8, 1];
        bytes.extend(count.to_be_bytes());
        bytes.extend(labels);
        lab.write(&format!("{folder}/{part}-images.idx3-ubyte"), &images);
        lab.write(&format!("{folder}/{part}-labels.idx1-ubyte"), &bytes);
    }
}

#[test]
fn files_that_are_not_the_published_mnist_are_noted_and_compared_by_their_content() {
    let lab = Lab::with(
        "name = 'x'\nreplicates = 1\n[data]\ndataset = 'mnist'\nvalidation = 0\n[model]\nhidden = [4]\n[train]\nepochs = 1\nbatch_size = 8\n",
    );
    in_the_layout_of_mnist(&lab, "files/MNIST/raw", 10);
    let ran = lab.run(&["--data-dir", "files"]);
    assert!(ran.stderr.contains("do not hold what was published as `mnist`"), "{}", ran.stderr);
    let manifest = lab.text("results/x/manifest.json");
    assert!(manifest.contains("\"published\": false"), "{manifest}");
    assert_eq!(lab.bn_lab(&["report", "results/x"]).code, Some(0));
    let report = lab.text("results/x/report.md");
    assert!(report.contains("not the published files"), "{report}");
    assert!(report.contains("-o output.dir=again --data-dir DIR"), "{report}");
    assert!(!report.contains("data fetch mnist"), "{report}");

    // Undamaged files are not to be deleted.
    let verified = lab.bn_lab(&["data", "verify", "--data-dir", "files"]);
    verified.refused(4, &["4 of 14 files are whole, and hold something else"]);
    assert!(!verified.stderr.contains("delete"), "{}", verified.stderr);

    // Other files under the same names: the results are not shown as current.
    in_the_layout_of_mnist(&lab, "files/MNIST/raw", 11);
    for verb in ["run", "plan"] {
        let says = ["`t10k-images-idx3-ubyte`", "has changed", "SHA-256", "run --force`"];
        lab.bn_lab(&[verb, "experiment.toml", "--data-dir", "files"]).refused(4, &says);
    }
    lab.run(&["--data-dir", "files", "--force"]);
    lab.run(&["--data-dir", "files"]);

    // A folder that was given and is not used is named.
    std::fs::create_dir(lab.path("empty")).expect("a folder");
    lab.bn_lab(&["run", "experiment.toml", "-o", "output.dir=y", "--data-dir", "empty"])
        .refused(4, &["`--data-dir empty` is not used for `mnist`: it has no file of it"]);
}

/// An archive of NumPy's with arrays of bytes, as `numpy.savez` writes it.
fn npz(arrays: &[(&str, &str, Vec<u8>)]) -> Vec<u8> {
    use std::io::Write;
    let mut bytes = Vec::new();
    let mut archive = rawzip::ZipArchiveWriter::new(&mut bytes);
    for (name, shape, elements) in arrays {
        let header = format!("{{'descr': '|u1', 'fortran_order': False, 'shape': {shape}, }}");
        let header = format!("{header:117}\n");
        let member = format!("{name}.npy");
        let file = archive.new_file(member.as_str());
        let file = file.compression_method(rawzip::CompressionMethod::STORE);
        let (mut entry, config) = file.start().expect("memory");
        let mut writer = config.wrap(&mut entry);
        for part in [b"\x93NUMPY\x01\x00v\x00".as_slice(), header.as_bytes(), elements] {
            writer.write_all(part).expect("memory");
        }
        let (_, descriptor) = writer.finish().expect("memory");
        entry.finish(descriptor).expect("memory");
    }
    archive.finish().expect("memory");
    bytes
}

#[test]
fn what_keras_has_downloaded_is_read_where_it_is_and_never_written() {
    let lab = Lab::with(
        "name = 'x'\nreplicates = 1\n[data]\ndataset = 'mnist'\nvalidation = 0\n[model]\nhidden = [4]\n[train]\nepochs = 1\nbatch_size = 8\n",
    );
    // The same images and labels as IDX files and as Keras's archive.
    in_the_layout_of_mnist(&lab, "files/mnist", 10);
    let part = |part: &str, count: usize| {
        let skip = |name: &str, header: usize| {
            std::fs::read(lab.path(&format!("files/mnist/{part}-{name}"))).expect("written")
                [header..]
                .to_vec()
        };
        let shapes = (format!("({count}, 28, 28)"), format!("({count},)"));
        (shapes, skip("images.idx3-ubyte", 16), skip("labels.idx1-ubyte", 8))
    };
    let ((x, y), images, labels) = part("train", 40);
    let ((x_test, y_test), test_images, test_labels) = part("t10k", 20);
    let archive = npz(&[
        ("x_test", &x_test, test_images),
        ("x_train", &x, images),
        ("y_train", &y, labels),
        ("y_test", &y_test, test_labels),
    ]);
    lab.write("keras/datasets/mnist.npz", &archive);
    let before = lab.files("keras");
    let list = lab.bn_lab(&["data", "list"]).stdout;
    assert!(list.contains("keras/datasets  (Keras)"), "{list}");
    lab.run(&[]);
    lab.run(&["-o", "output.dir=again", "--data-dir", "files"]);
    let [from_keras, from_files] =
        ["results/x", "again"].map(|folder| lab.text(&format!("{folder}/trials.csv")));
    assert_eq!(from_keras, from_files);
    let sums = |folder: &str| {
        let manifest = lab.text(&format!("{folder}/manifest.json"));
        let lines: Vec<&str> = manifest.lines().collect();
        let sums = lines.iter().filter(|line| line.contains("-ubyte\": \""));
        sums.map(|line| (*line).to_owned()).collect::<Vec<_>>()
    };
    assert_eq!((sums("results/x").len(), sums("results/x")), (4, sums("again")));
    let verified = lab.bn_lab(&["data", "verify"]);
    verified.refused(4, &["4 of 14 files are whole, and hold something else"]);
    assert!(verified.stdout.contains("mnist.npz x_train  OTHER"), "{}", verified.stdout);
    assert_same(&before, &lab.files("keras"));

    // What cannot be read is an error that names the file, and where else data may be.
    lab.write("keras/datasets/mnist.npz", &archive[..archive.len() / 2]);
    lab.bn_lab(&["run", "experiment.toml", "--force"])
        .refused(4, &["mnist.npz", "ZIP archive is damaged"]);
    lab.bn_lab(&["data", "fetch", "mnist"]).refused(4, &["--data-dir DIR", "BN_LAB_DATA"]);
}

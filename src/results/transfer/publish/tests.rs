use std::path::PathBuf;

use tempfile::TempDir;

use super::*;
use crate::results::query::{Details, Results};
use crate::results::status::account;

const PUBLISHED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/results/published/mnist");
/// A trial of the published folder.
const TRIAL: &str = "e18083315646c65a";

/// A copy of the published folder whose trial has layers.
fn whole() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("whole");
    copy(Path::new(PUBLISHED), &root);
    let layers = "trial,step,layer,quantity,value\n".to_owned()
        + &format!("{TRIAL},0,layers.0,dead,0.12345678901\n")
        + &format!("{TRIAL},0,layers.1,dead,1234567.25\n")
        + &format!("{TRIAL},10,layers.0,dead,-1.5e-9\n{TRIAL},10,layers");
    let path = Layout::new(&root).trial(TRIAL).layers();
    fs::replace_unsynced(&path, layers.as_bytes()).unwrap();
    (folder, root)
}

fn copy(from: &Path, to: &Path) {
    fs::create_folder(to).unwrap();
    for file in fs::files(from).unwrap() {
        fs::copy(&file, &to.join(file.file_name().unwrap())).unwrap();
    }
    for folder in fs::folders(from).unwrap() {
        copy(&folder, &to.join(folder.file_name().unwrap()));
    }
}

fn read(root: &Path) -> Results {
    let details =
        Details { steps: true, layers: vec!["dead"], predictions: true, ..Details::default() };
    reader::read_with(root, &details).unwrap()
}

const ALL: Options = Options {
    steps: true,
    layers: true,
    layer_digits: None,
    quantities: Vec::new(),
    predictions: true,
};

#[test]
fn a_compact_copy_reads_as_the_folder_does_and_copies_no_trial_folder() {
    let (folder, root) = whole();
    let into = folder.path().join("compact");
    let published = publish(&root, &into, &ALL).unwrap();
    let results = read(&root);
    assert_eq!(read(&into), results);
    assert_eq!(published.trials, results.trials.len());
    let trial = results.trials.iter().find(|trial| trial.id == TRIAL);
    let trial = trial.expect("in the plan");
    assert!(!trial.steps.is_empty() && trial.layers.len() == 2 && !trial.seconds.is_empty());
    let account = |root: &Path| {
        let ids = results.trials.iter().map(|trial| trial.id.as_str());
        account::read(root, ids).unwrap()
    };
    assert_eq!(account(&into), account(&root));
    assert!(!account(&into).data.is_empty() && account(&into).parameters.is_some());
    let names: Vec<String> = fs::files(&into)
        .unwrap()
        .iter()
        .map(|path| path.file_name().unwrap().to_string_lossy().into_owned())
        .collect();
    let expected = [
        "compact.json",
        "comparisons.csv",
        "epochs.csv",
        "experiment.toml",
        "layers.csv",
        "manifest.json",
        "records.csv",
        "steps.csv",
        "summary.csv",
        "timings.csv",
        "trials.csv",
    ];
    assert_eq!(names, expected);
    assert!(fs::folders(&into).unwrap().is_empty());
    // Every row keeps its digits.
    let row = |path: &Path, wanted: &str| {
        let text = fs::read_text(path).unwrap();
        text.lines().any(|line| line.starts_with(wanted))
    };
    let rows = fs::read_text(&Layout::new(&root).trial(TRIAL).epochs()).unwrap();
    for line in rows.lines().skip(1) {
        assert!(row(&into.join("epochs.csv"), &format!("{TRIAL},{line}")), "{line}");
    }
}

#[test]
fn files_that_are_not_requested_are_left_out_and_removed() {
    let (folder, root) = whole();
    let into = folder.path().join("compact");
    publish(&root, &into, &ALL).unwrap();
    fs::replace_unsynced(&into.join("notes.md"), b"mine").unwrap();
    fs::replace_unsynced(&into.join("tuned.csv"), b"values,tuned,metric,values,chosen,edge\n")
        .unwrap();
    publish(&root, &into, &Options::default()).unwrap();
    for gone in ["steps.csv", "layers.csv", "tuned.csv"] {
        assert!(!fs::is_file(&into.join(gone)), "{gone}");
    }
    assert_eq!(fs::read(&into.join("notes.md")).unwrap(), b"mine");
    let results = read(&into);
    assert!(results.trials.iter().all(|trial| trial.steps.is_empty() && trial.layers.is_empty()));
    assert_eq!(results.trials[0].epochs, read(&root).trials[0].epochs);
}

#[test]
fn numbers_of_layers_are_rounded_on_request() {
    let (folder, root) = whole();
    let into = folder.path().join("compact");
    let options = Options { layer_digits: Some(6), ..ALL };
    publish(&root, &into, &options).unwrap();
    assert_eq!(
        fs::read_text(&into.join("layers.csv")).unwrap(),
        format!(
            "trial,step,layer,quantity,value\n{TRIAL},0,layers.0,dead,0.123457\n{TRIAL},0,layers.1,dead,1234570.0\n{TRIAL},10,layers.0,dead,-1.5e-9\n"
        )
    );
    for (value, digits, expected) in [(0.0, 6, 0.0), (99.96, 3, 100.0), (-7.7, 0, -8.0)] {
        assert!((rounded(value, digits) - expected).abs() < 1e-12);
    }
    assert!(rounded(f64::NAN, 6).is_nan());
}

#[test]
fn only_the_requested_quantities_are_kept() {
    let (folder, root) = whole();
    let into = folder.path().join("compact");
    let with = |quantity: &str| {
        let quantities = vec![quantity.to_owned()];
        let options = Options { quantities, ..ALL };
        publish(&root, &into, &options).unwrap();
        let text = fs::read_text(&into.join("layers.csv")).unwrap();
        text.lines().count() - 1
    };
    assert_eq!((with("dead"), with("alive")), (3, 0));
}

#[test]
fn a_damaged_stacked_table_is_refused_with_its_name_and_the_way_out() {
    let (folder, root) = whole();
    let into = folder.path().join("compact");
    publish(&root, &into, &ALL).unwrap();
    let text = fs::read_text(&into.join("epochs.csv")).unwrap();
    for (other, says) in [
        (text.replacen("trial,", "id,", 1), "its first column is not `trial`"),
        (text.replacen(",0,0,", ",0,x,", 1), "line: 2"),
    ] {
        fs::replace_unsynced(&into.join("epochs.csv"), other.as_bytes()).unwrap();
        let error = reader::read(&into).unwrap_err().to_string();
        let named = format!("`{}` is damaged: ", into.join("epochs.csv").display());
        assert!(error.starts_with(&named) && error.contains(says), "{error}");
        assert!(error.contains("`bn-lab publish` makes it again"), "{error}");
    }
}

#[test]
fn a_copy_names_the_numbers_version_of_its_trials() {
    let (folder, root) = whole();
    let into = folder.path().join("compact");
    let set = |path: &Path, version: Option<u32>| {
        let mut file: serde_json::Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
        let fields = file.as_object_mut().expect("an object");
        fields.remove("numbers_version");
        fields.extend(version.map(|version| ("numbers_version".to_owned(), version.into())));
        fs::replace_unsynced(path, file.to_string().as_bytes()).unwrap();
    };
    let version_of = |root: &Path| numbers::version(&Layout::new(root), &[TRIAL]).unwrap();
    for (recorded, expected) in [(None, 2), (Some(3), 3)] {
        for trial in fs::folders(&root.join("trials")).unwrap() {
            set(&trial.join("trial.json"), recorded);
        }
        publish(&root, &into, &ALL).unwrap();
        assert_eq!((version_of(&root), version_of(&into)), (expected, expected));
        assert_eq!(read(&into), read(&root));
    }
    set(&into.join("compact.json"), None);
    assert_eq!(version_of(&into), 2, "as copies of earlier versions");
}

#[test]
fn a_copy_that_was_cut_short_is_not_read_and_is_made_again() {
    let (folder, root) = whole();
    let into = folder.path().join("compact");
    publish(&root, &into, &ALL).unwrap();
    let marker = into.join("compact.json");
    let finished = fs::read(&marker).unwrap();
    // Where a table cannot be read, publishing ends midway.
    let trial = fs::folders(&root.join("trials")).unwrap().remove(0);
    let table = trial.join("epochs.csv");
    let bytes = fs::read(&table).unwrap();
    fs::remove_if_exists(&table).unwrap();
    fs::create_folder(&table.join("in the way")).unwrap();
    publish(&root, &into, &ALL).expect_err("a folder stands in the way");
    let error = reader::read(&into).expect_err("cut short").to_string();
    assert!(error.contains("was cut short"), "{error}");
    assert!(error.contains("hint: `bn-lab publish DIR --into "), "{error}");

    let table_alone = files::trials_table(&Layout::new(&into));
    assert!(table_alone.is_err(), "nor by those that read its table alone");

    std::fs::remove_dir_all(&table).unwrap();
    fs::replace_unsynced(&table, &bytes).unwrap();
    publish(&root, &into, &ALL).unwrap();
    assert_eq!(fs::read(&marker).unwrap(), finished);
    assert_eq!(read(&into), read(&root));
}

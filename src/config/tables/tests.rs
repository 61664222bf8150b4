//! Tests with tables in temporary folders, named by paths of various forms.

use tempfile::TempDir;

use super::*;
use crate::config::mean_the_same;
use crate::config::{self, Loaded};
use crate::plan;

/// A folder with two tables and an experiment at `somewhere/x.toml` with this `data`.
fn lab(data: &str) -> TempDir {
    let lab = tempfile::tempdir().unwrap();
    for folder in ["somewhere", "tables"] {
        fs::create_folder(&lab.path().join(folder)).unwrap();
    }
    for (name, text) in [("a.csv", "x,y\n1,a\n2,b\n"), ("b.csv", "x,y\n1,b\n2,a\n")] {
        fs::replace(&lab.path().join("tables").join(name), text.as_bytes()).unwrap();
    }
    let text = format!("data.dataset = 'csv'\n{data}\n");
    fs::replace(&lab.path().join("somewhere/x.toml"), text.as_bytes()).unwrap();
    lab
}

/// The experiment of such a folder, with its results in `results/x` there.
fn load(lab: &TempDir, overrides: &[&str]) -> Loaded {
    let root = lab.path();
    let mut all = vec![format!("output.dir={}", root.join("results/x").display())];
    all.extend(overrides.iter().map(|&text| text.to_owned()));
    config::load(&root.join("somewhere/x.toml"), &all).unwrap()
}

fn ids(loaded: &Loaded) -> Vec<String> {
    let trials = plan::trials(&loaded.experiment);
    trials.iter().map(|trial| trial.id.clone()).collect()
}

#[test]
fn a_table_is_one_however_its_path_is_written_and_another_with_other_content() {
    let relative = lab("data.file = '../tables/a.csv'");
    let plain = load(&relative, &[]);
    let absolute = relative.path().join("tables/a.csv").display().to_string();
    for way in ["data.file = '.././tables/../tables/a.csv'", &format!("data.file = '{absolute}'")] {
        let text = format!("data.dataset = 'csv'\n{way}\n");
        let path = relative.path().join("somewhere/x.toml");
        fs::replace(&path, text.as_bytes()).unwrap();
        assert_eq!(ids(&load(&relative, &[])), ids(&plain), "{way}");
    }
    let other = lab("data.file = '../tables/b.csv'");
    assert_ne!(ids(&load(&other, &[])), ids(&plain));
    assert_eq!(ids(&load(&lab("data.file = '../tables/a.csv'"), &[])), ids(&plain));
    let table = relative.path().join("tables/a.csv");
    fs::replace(&table, b"x,y\n1,b\n2,a\n").unwrap();
    assert_eq!(ids(&load(&relative, &[])), ids(&load(&other, &[])));
}

#[test]
fn a_path_in_the_file_is_relative_to_it_and_one_of_an_override_to_the_working_directory() {
    let lab = lab("data.file = '../tables/a.csv'");
    let [file] = &load(&lab, &[]).experiment.tables[..] else {
        panic!("one table");
    };
    assert_eq!(file.kept, "../../tables/a.csv");
    assert!(file.now.is_some() && file.stored.is_none());
    let here = std::env::current_dir().unwrap();
    let seen = fs::seen_from(&here, &lab.path().join("tables/b.csv"));
    let over = load(&lab, &[&format!("data.file={seen}")]);
    let [file] = &over.experiment.tables[..] else {
        panic!("one table");
    };
    assert_eq!((file.kept.as_str(), &file.path), ("../../tables/b.csv", &PathBuf::from(seen)));
}

#[test]
fn the_resolved_experiment_finds_its_tables_and_has_the_same_trials_without_them() {
    let lab = lab("data.file = '../tables/a.csv'\ndata.test_file = '../tables/b.csv'");
    let loaded = load(&lab, &[]);
    let resolved = &loaded.experiment.resolved;
    assert!(resolved.contains("\nfile = \"../../tables/a.csv\"\n"), "{resolved}");
    let folder = lab.path().join("results/x");
    fs::create_folder(&folder).unwrap();
    let stored = folder.join("experiment.toml");
    fs::replace(&stored, resolved.as_bytes()).unwrap();
    let again = config::load(&stored, &[format!("output.dir={}", folder.display())]).unwrap();
    assert_eq!(again.experiment.resolved, *resolved);
    assert_eq!(ids(&again), ids(&loaded));
    assert!(again.experiment.tables.iter().all(|file| file.stored == file.now));
    // From the moved text they are found at the same paths.
    let moved = config::moved(&stored, &lab.path().join("copy")).unwrap().unwrap();
    assert!(moved.contains("\nfile = \"../tables/a.csv\"\n"), "{moved}");
    assert!(mean_the_same(moved.as_bytes(), resolved.as_bytes()));
    // With the tables deleted, its trials have the same ids.
    for name in ["a.csv", "b.csv"] {
        fs::remove_if_exists(&lab.path().join("tables").join(name)).unwrap();
    }
    let without = config::load_stored(&stored, &[]).unwrap();
    assert_eq!(ids(&without), ids(&loaded));
    assert!(!mean_the_same(
        resolved.replace("epochs = 10", "epochs = 11").as_bytes(),
        resolved.as_bytes()
    ));
}

#[test]
fn without_a_sum_a_table_is_known_by_its_path_as_in_earlier_versions() {
    let text = "data.dataset = 'csv'\ndata.file = 'people.csv'\n";
    let loaded = config::parse(Path::new("x.toml"), text, &[]).unwrap();
    let settings = &loaded.experiment.conditions[0].keys;
    assert_eq!(settings.get("data.file"), Some(&Value::Text("people.csv".to_owned())));
}

#[test]
fn two_names_of_one_content_in_a_sweep_are_refused() {
    let lab = lab("");
    let copy = lab.path().join("tables/c.csv");
    fs::copy(&lab.path().join("tables/a.csv"), &copy).unwrap();
    let text = "data.dataset = 'csv'\nsweep.data.file = ['../tables/a.csv', '../tables/c.csv']\n";
    let path = lab.path().join("somewhere/x.toml");
    fs::replace(&path, text.as_bytes()).unwrap();
    let error = config::load(&path, &[]).unwrap_err().to_string();
    assert!(error.contains("two points of the sweep are the same experiment"), "{error}");
    let text = text.replace("c.csv", "b.csv");
    fs::replace(&path, text.as_bytes()).unwrap();
    let loaded = load(&lab, &[]);
    assert_eq!(loaded.experiment.tables.len(), 2);
    let resolved = &loaded.experiment.resolved;
    let again = config::parse(Path::new("x.toml"), resolved, &[]).unwrap();
    assert_eq!(ids(&again), ids(&loaded), "{resolved}");
}

#[test]
fn a_sum_is_read_as_it_is_printed() {
    let sum = "0123456789abcdef".repeat(4);
    assert_eq!(sum_and_path(&format!("{sum}  a b.csv")), Some((sum.as_str(), "a b.csv")));
    for wrong in [format!("{sum} a"), format!("{sum}  "), "x  a".to_owned(), String::new()] {
        assert_eq!(sum_and_path(&wrong), None, "{wrong}");
    }
}

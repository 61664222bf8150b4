//! A folder, an experiment in it, and the program run on it.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use tempfile::TempDir;

/// Trains in about a tenth of a second: 3 placements × 2 replicates × 2 epochs of 300 generated digits.
pub const SMALL: &str = r#"
name = "small"
replicates = 2
[data]
dataset = "glyphs"
train_examples = 330
test_examples = 100
[model]
hidden = [16]
[train]
epochs = 2
[sweep]
norm.placement = ["none", "before", "after"]
[output]
log_every_steps = 5
"#;

/// [`SMALL`] with a network that takes long enough to be interrupted in its training.
pub fn slow() -> String {
    SMALL.replace("hidden = [16]", "hidden = [256]")
}

/// A temporary folder, deleted when the test ends.
pub struct Lab {
    folder: TempDir,
}

impl Lab {
    /// An empty folder.
    pub fn new() -> Self {
        Self { folder: TempDir::new().expect("a temporary folder") }
    }

    /// A folder with `text` as `experiment.toml` in it.
    pub fn with(text: &str) -> Self {
        let lab = Self::new();
        lab.write("experiment.toml", text.as_bytes());
        lab
    }

    /// A path in the folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file, with its parents.
    pub fn write(&self, name: &str, bytes: &[u8]) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().expect("inside the folder"))
            .expect("a writable folder");
        std::fs::write(path, bytes).expect("a writable folder");
    }

    /// The content of a file as text.
    pub fn text(&self, name: &str) -> String {
        let path = self.path(name);
        std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
    }

    /// The program, to be run in the folder, without access to datasets or the network.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(assert_cmd::cargo::cargo_bin!("bn-lab"));
        command
            .current_dir(self.folder.path())
            .args(arguments)
            .env_remove("BN_LAB_DATA")
            .env("XDG_CACHE_HOME", self.path("cache"))
            .env("KERAS_HOME", self.path("keras"))
            .env_remove("NO_COLOR")
            .env_remove("CLICOLOR_FORCE")
            .env("ALL_PROXY", "http://127.0.0.1:9");
        command
    }

    /// Runs the program.
    pub fn bn_lab(&self, arguments: &[&str]) -> Ran {
        let output = self.command(arguments).output().expect("the program starts");
        Ran::from(output)
    }

    /// Starts the program, and discards its output.
    pub fn start(&self, arguments: &[&str]) -> Child {
        self.command(arguments)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program starts")
    }

    /// `run experiment.toml` with further arguments; it must succeed.
    pub fn run(&self, arguments: &[&str]) -> Ran {
        let all: Vec<&str> = ["run", "experiment.toml"].iter().chain(arguments).copied().collect();
        let ran = self.bn_lab(&all);
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        ran
    }

    /// Every file below `name`, by relative path.
    pub fn files(&self, name: &str) -> BTreeMap<String, Vec<u8>> {
        let mut files = BTreeMap::new();
        collect(&self.path(name), &self.path(name), &mut files);
        files
    }

    /// The paths of everything below `name`, files and folders.
    pub fn listing(&self, name: &str) -> Vec<String> {
        let mut listing = Vec::new();
        let mut folders = vec![self.path(name)];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(&folder).expect("a readable folder") {
                let path = entry.expect("a readable entry").path();
                let relative = path.strip_prefix(self.path(name)).expect("below it");
                listing.push(relative.display().to_string());
                if path.is_dir() && !path.is_symlink() {
                    folders.push(path);
                }
            }
        }
        listing.sort();
        listing
    }

    /// The files of a results folder that must be the same for the same experiment.
    pub fn reproducible_files(&self, name: &str) -> BTreeMap<String, Vec<u8>> {
        let mut files = self.files(name);
        files.retain(|path, _| !path.ends_with("timings.csv") && path != "manifest.json");
        files
    }
}

/// Fails with the names of the files that differ, not with their bytes.
pub fn assert_same(one: &BTreeMap<String, Vec<u8>>, other: &BTreeMap<String, Vec<u8>>) {
    assert_same_after("these differ", one, other);
}

/// As [`assert_same`], with a description for the message.
pub fn assert_same_after(
    what: &str,
    one: &BTreeMap<String, Vec<u8>>,
    other: &BTreeMap<String, Vec<u8>>,
) {
    let names: std::collections::BTreeSet<&String> = one.keys().chain(other.keys()).collect();
    let differing: Vec<&String> =
        names.into_iter().filter(|name| one.get(*name) != other.get(*name)).collect();
    assert!(differing.is_empty(), "{what}: {differing:?}");
}

/// The number of runs in the manifest of `results/small`, and the number of trials that they trained together.
pub fn runs_and_trained(lab: &Lab) -> (usize, u64) {
    let manifest: serde_json::Value =
        serde_json::from_str(&lab.text("results/small/manifest.json")).expect("JSON");
    let runs = manifest["runs"].as_array().expect("a list");
    let trained = runs.iter().filter_map(|run| run["trained"].as_u64());
    (runs.len(), trained.sum())
}

fn collect(root: &Path, folder: &Path, files: &mut BTreeMap<String, Vec<u8>>) {
    for entry in std::fs::read_dir(folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display())) {
        let path = entry.expect("a readable entry").path();
        if path.is_dir() {
            collect(root, &path, files);
        } else {
            let name = path.strip_prefix(root).expect("below the root").display().to_string();
            // A file that is being replaced may have disappeared since it was listed.
            if let Ok(bytes) = std::fs::read(&path) {
                files.insert(name, bytes);
            }
        }
    }
}

/// The result of a process.
pub struct Ran {
    /// Exit code; `None` if a signal ended it.
    pub code: Option<i32>,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

impl Ran {
    /// Asserts that the program refused: this exit code, an error that contains all of `says`, and no panic.
    pub fn refused(&self, code: i32, says: &[&str]) -> &Self {
        assert_eq!(self.code, Some(code), "{}", self.stderr);
        for text in says {
            assert!(self.stderr.contains(text), "`{text}` is missing from:\n{}", self.stderr);
        }
        assert!(self.stderr.contains("error: "), "{}", self.stderr);
        assert!(!self.stderr.contains("panicked"), "{}", self.stderr);
        self
    }
}

/// A CSV text as rows of cells by column name.
pub fn rows(csv: &str) -> Vec<BTreeMap<String, String>> {
    let mut lines = csv.lines();
    let header: Vec<&str> = lines.next().expect("a header").split(',').collect();
    lines
        .map(|line| {
            let cells = line.split(',').map(str::to_owned);
            header.iter().map(|&name| name.to_owned()).zip(cells).collect()
        })
        .collect()
}

/// Prints a line even where the test harness hides the output of a passing test.
pub fn tell(what: &str) {
    let line = format!("\n{what}\n");
    std::io::stderr().write_all(line.as_bytes()).expect("an open stderr");
}

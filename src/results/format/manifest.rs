//! `manifest.json`: the program, machine and data that produced the results in a folder. Each run adds an entry.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::description::{DatasetDescription, DatasetFiles};
use crate::error::{Error, Result};
use crate::fs;
use crate::plan::kernels::Kernels;
use crate::results::format::layout::Layout;
use crate::results::format::schema::SCHEMA_VERSION;

/// Version of bn-lab.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
/// Git revision of the build, with `-dirty` if it had uncommitted changes; `unknown` outside git.
pub const REVISION: &str = env!("BN_LAB_REVISION");
/// Version of burn, as pinned in `Cargo.toml`.
pub const BURN_VERSION: &str = env!("BN_LAB_BURN_VERSION");

/// All runs into a results folder, oldest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// [`SCHEMA_VERSION`]
    pub schema: u32,
    /// Descriptions of the datasets that trials were trained on, by the digest that their records state.
    /// Empty in manifests of earlier versions.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub data: BTreeMap<String, DatasetDescription>,
    /// One entry for each run.
    pub runs: Vec<RunEntry>,
}

/// The entry of one `bn-lab run`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunEntry {
    /// The run's name, as in `.runs/`; empty in entries of earlier versions.
    #[serde(default)]
    pub run: String,
    /// Version of bn-lab.
    pub bn_lab: String,
    /// Git revision of bn-lab.
    pub revision: String,
    /// Version of burn.
    pub burn: String,
    /// The kind of its devices.
    pub device: String,
    /// The kernels of its trainings; entries of earlier versions have none.
    #[serde(default = "Kernels::of_earlier_versions")]
    pub kernels: Kernels,
    /// The processor's name.
    pub cpu: String,
    /// The vector instruction set of its kernels, as in `trial.json`; empty in entries of earlier
    /// versions.
    #[serde(default)]
    pub instruction_set: String,
    /// Number of cores that the run could use.
    pub cores: usize,
    /// Operating system and architecture.
    pub system: String,
    /// The command line's arguments.
    pub argv: Vec<String>,
    /// Number of trials at a time.
    pub jobs: usize,
    /// Number of threads of each trial.
    pub threads: usize,
    /// The files of each published dataset that it trained on, by the dataset's name. Empty in entries
    /// of earlier versions.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub datasets: BTreeMap<String, DatasetFiles>,
    /// Start time, in UTC, RFC 3339.
    pub started: String,
    /// End time, in UTC, RFC 3339; empty while the run is alive, or if it was killed.
    pub finished: String,
    /// Wall-clock seconds from start to finish.
    pub wall_seconds: Option<f64>,
    /// Number of trials that this run trained to an end.
    pub trained: usize,
    /// Number of trials that were finished before.
    pub skipped: usize,
}

impl RunEntry {
    /// The entry of a run that begins now.
    pub fn begin(device: &str, kernels: Kernels, jobs: usize, threads: usize) -> Self {
        Self {
            run: String::new(),
            bn_lab: VERSION.to_owned(),
            revision: REVISION.to_owned(),
            burn: BURN_VERSION.to_owned(),
            device: device.to_owned(),
            kernels,
            cpu: cpu_name(),
            instruction_set: instruction_set().to_owned(),
            cores: cores(),
            system: format!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
            argv: std::env::args_os()
                .map(|argument| argument.to_string_lossy().into_owned())
                .collect(),
            jobs,
            threads,
            datasets: BTreeMap::new(),
            started: now(),
            finished: String::new(),
            wall_seconds: None,
            trained: 0,
            skipped: 0,
        }
    }
}

/// Number of cores that this process may use.
pub fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// The widest vector instruction set that burn's kernels would choose on this processor:
/// `avx512`, `avx2`, else the architecture. Wider vectors add numbers in another order, so it affects
/// the last digits of every result.
pub fn instruction_set() -> &'static str {
    #[cfg(target_arch = "x86_64")]
    {
        if std::is_x86_feature_detected!("avx512f") {
            return "avx512";
        }
        if std::is_x86_feature_detected!("avx2") {
            return "avx2";
        }
    }
    std::env::consts::ARCH
}

/// The present time, in UTC.
pub fn now() -> String {
    // A year of four digits can always be formatted.
    OffsetDateTime::now_utc().format(&Rfc3339).unwrap_or_default()
}

/// Seconds since a time in the format of `now`; `None` where the text has another format.
pub fn seconds_since(moment: &str) -> Option<f64> {
    let moment = OffsetDateTime::parse(moment, &Rfc3339).ok()?;
    let since = OffsetDateTime::now_utc() - moment;
    // A clock that was set back must not give a negative time.
    Some(since.as_seconds_f64().max(0.0))
}

/// Reads the manifest; an empty one where there is none.
pub fn read(layout: &Layout) -> Result<Manifest> {
    let path = layout.manifest();
    let Some(bytes) = fs::read_if_exists(&path)? else {
        return Ok(Manifest { schema: SCHEMA_VERSION, data: BTreeMap::new(), runs: Vec::new() });
    };
    let manifest: Manifest = serde_json::from_slice(&bytes).map_err(|e| {
        Error::Results(format!(
            "`{}` is damaged: {e}\n  hint: move it away and run again; the trials are kept without it",
            path.display()
        ))
    })?;
    check_schema(&path, manifest.schema)?;
    Ok(manifest)
}

/// Refuses a file of a newer format version than this program's.
pub(in crate::results) fn check_schema(path: &Path, schema: u32) -> Result<()> {
    if schema > SCHEMA_VERSION {
        return Err(Error::Results(format!(
            "`{}` has format {schema}, and this bn-lab knows up to {SCHEMA_VERSION}; use a newer bn-lab",
            path.display()
        )));
    }
    Ok(())
}

/// How often a run tries at most to add its entry.
const ENTRIES: usize = 3;

/// Adds or updates a run's entry, and the descriptions of the datasets that it trains on, by their
/// digests. Requires the folder's lock.
pub(in crate::results) fn enter(
    layout: &Layout,
    run: &RunEntry,
    data: &BTreeMap<String, DatasetDescription>,
) -> Result<()> {
    for _ in 0..ENTRIES {
        let mut manifest = read(layout)?;
        manifest.data.extend(data.clone());
        match manifest.runs.iter_mut().find(|known| known.run == run.run) {
            Some(known) => run.clone_into(known),
            None => manifest.runs.push(run.clone()),
        }
        write(layout, &manifest)?;
        // Where locks are not visible, another run may have overwritten it with what it had read before.
        if read(layout)?.runs.contains(run) {
            break;
        }
    }
    Ok(())
}

/// Replaces the manifest.
pub(in crate::results) fn write(layout: &Layout, manifest: &Manifest) -> Result<()> {
    let mut text = serde_json::to_vec_pretty(manifest)
        .map_err(|e| Error::Results(format!("cannot write the manifest: {e}")))?;
    text.push(b'\n');
    fs::replace(&layout.manifest(), &text)
}

/// The processor's name where the system reports it, else the architecture.
fn cpu_name() -> String {
    let info = fs::read_text(Path::new("/proc/cpuinfo")).unwrap_or_default();
    info.lines()
        .find_map(|line| line.strip_prefix("model name")?.split_once(": "))
        .map_or(std::env::consts::ARCH.to_owned(), |(_, name)| name.trim().to_owned())
}

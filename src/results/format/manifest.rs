//! `manifest.json`: which program, machine and data made the results in a folder. Each run adds an entry.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::description::{DatasetDescription, DatasetFiles};
use crate::error::{Error, Result};
use crate::fs;
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
    /// What each dataset holds that trials were trained on, by the digest that their records give.
    /// Empty in manifests of earlier versions.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub data: BTreeMap<String, DatasetDescription>,
    /// One entry a run.
    pub runs: Vec<RunEntry>,
}

/// One `bn-lab run`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunEntry {
    /// The run's name, in `.runs/` while it lives; empty in entries of earlier versions.
    #[serde(default)]
    pub run: String,
    /// Version of bn-lab.
    pub bn_lab: String,
    /// Git revision of bn-lab.
    pub revision: String,
    /// Version of burn.
    pub burn: String,
    /// The kind of the devices that it trained on.
    pub device: String,
    /// The processor's name.
    pub cpu: String,
    /// The vector instruction set of its kernels, as in `trial.json`; empty in entries of earlier
    /// versions.
    #[serde(default)]
    pub instruction_set: String,
    /// Cores that the run could use.
    pub cores: usize,
    /// Operating system and architecture.
    pub system: String,
    /// The command line.
    pub argv: Vec<String>,
    /// Trials at a time.
    pub jobs: usize,
    /// Threads of each trial.
    pub threads: usize,
    /// The files of each published dataset that it trained on, by the dataset's name. Empty in entries
    /// of earlier versions.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub datasets: BTreeMap<String, DatasetFiles>,
    /// UTC, RFC 3339.
    pub started: String,
    /// UTC, RFC 3339; empty while the run goes on, or if it was killed.
    pub finished: String,
    /// Wall-clock seconds from start to finish.
    pub wall_seconds: Option<f64>,
    /// Trials that this run trained to an end.
    pub trained: usize,
    /// Trials that it found finished.
    pub skipped: usize,
}

impl RunEntry {
    /// A run that begins now.
    pub fn begin(device: &str, jobs: usize, threads: usize) -> Self {
        Self {
            run: String::new(),
            bn_lab: VERSION.to_owned(),
            revision: REVISION.to_owned(),
            burn: BURN_VERSION.to_owned(),
            device: device.to_owned(),
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

/// Cores that this process may use.
pub fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// The widest vector instruction set that burn's kernels would choose from on this processor:
/// `avx512`, `avx2`, else the architecture. Wider vectors add numbers in another order, so it decides
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

/// Now, in UTC.
pub(in crate::results) fn now() -> String {
    // A four-digit year always formats.
    OffsetDateTime::now_utc().format(&Rfc3339).unwrap_or_default()
}

/// Seconds since a moment that `now` wrote; `None` where it did not.
pub fn seconds_since(moment: &str) -> Option<f64> {
    let moment = OffsetDateTime::parse(moment, &Rfc3339).ok()?;
    let since = OffsetDateTime::now_utc() - moment;
    // A clock that was set back makes no negative time.
    Some(since.as_seconds_f64().max(0.0))
}

/// Reads the manifest, or starts one.
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

/// Refuses a file of a newer format than this program's.
pub(in crate::results) fn check_schema(path: &Path, schema: u32) -> Result<()> {
    if schema > SCHEMA_VERSION {
        return Err(Error::Results(format!(
            "`{}` has format {schema}, and this bn-lab knows up to {SCHEMA_VERSION}; use a newer bn-lab",
            path.display()
        )));
    }
    Ok(())
}

/// How often a run enters itself at most.
const ENTRIES: usize = 3;

/// Enters a run, or what has become of it, and what the datasets hold that it trains on, by their
/// digests. Only under the folder's lock.
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
        // Where locks are not seen, another run may have written over it what it had read before.
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

/// The processor's name where the system tells it, else the architecture.
fn cpu_name() -> String {
    let info = fs::read_text(Path::new("/proc/cpuinfo")).unwrap_or_default();
    info.lines()
        .find_map(|line| line.strip_prefix("model name")?.split_once(": "))
        .map_or(std::env::consts::ARCH.to_owned(), |(_, name)| name.trim().to_owned())
}

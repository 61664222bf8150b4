//! `bn-lab bench`: times the training step of some networks on one core, beside what that core could do.

mod arithmetic;
mod case;
mod cases;
mod datasets;
mod floor;
mod group;
mod whole_run;

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use self::datasets::Datasets;
use crate::cli;
use crate::commands::{print, say};
use crate::data::Places;
use crate::error::{Error, Result};
use crate::fs;
use crate::kernels;
use crate::plan::kernels::Kernels;
use crate::report::bench::{self, Document, Machine, Program};
use crate::results::format::manifest::RunEntry;

/// Measures the cases that the command line names, and prints their table.
pub fn run(arguments: &cli::Bench) -> Result<()> {
    let file = arguments.json.as_deref().map(destination).transpose()?;
    let groups = cases::groups(arguments)?;
    // One thread, as a trial has by default; nothing else computes meanwhile.
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build();
    let pool = pool.map_err(|e| Error::no_thread("the measurements", &e))?;
    let mut datasets = Datasets::new(Places::from_environment(arguments.data_dir.clone()));
    let kernels = kernels_used(arguments.kernels);
    let mut document = document(kernels);
    for group in &groups {
        let data = datasets.of(&group.settings().data, group.shape())?;
        say(&format!("measuring {}", group.title()));
        let measured = pool.install(|| group.measure(&data, arguments.seconds, kernels))?;
        document.add(measured);
        if let Some(file) = &file {
            fs::replace(file, bench::json(&document).as_bytes())?;
        }
    }
    print(&bench::table(&document))
}

/// The path of a file that can be written, as far as that is known before.
fn destination(file: &Path) -> Result<PathBuf> {
    let folder = match file.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    };
    let path = folder.join(file.file_name().unwrap_or_default());
    let wrong = if !fs::is_folder(folder) {
        Some(ErrorKind::NotFound)
    } else if fs::is_folder(&path) {
        Some(ErrorKind::IsADirectory)
    } else {
        None
    };
    wrong.map_or(Ok(path), |kind| Err(Error::io("write", file, kind.into())))
}

/// The kernels that this processor can use.
fn kernels_used(asked: Kernels) -> Kernels {
    if asked == Kernels::Fused && !kernels::available() {
        say(
            "note: this processor has no vectors with fused multiply-additions; steps are composed",
        );
        return Kernels::Composed;
    }
    asked
}

/// A document without measurements.
fn document(kernels: Kernels) -> Document {
    let here = RunEntry::begin("cpu", kernels, 1, 1);
    Document {
        machine: Machine {
            processor: here.cpu,
            instruction_set: kernels::instruction_set().to_owned(),
            system: here.system,
            cores: here.cores,
            cores_used: 1,
            peak_gigaflops: None,
        },
        program: Program {
            name: "bn-lab".to_owned(),
            version: here.bn_lab,
            revision: here.revision,
            burn: here.burn,
            kernels: kernels.name().to_owned(),
        },
        measurements: Vec::new(),
    }
}

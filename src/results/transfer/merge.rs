//! Merges results folders of one experiment, for example from several machines, into the
//! folder that one run would have written.
//!
//! All folders are checked, and conflicts are refused, before anything is written.
//! Then trials are copied, their record last; so a merge that was interrupted is completed by the same
//! merge again, and one that is repeated finds nothing to do.

mod findings;
mod sameness;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use self::findings::Findings;
use self::sameness::same_experiment;
use crate::config::{self, spec::Experiment};
use crate::error::Result;
use crate::fs;
use crate::plan::{self, Trial};
use crate::results::format::compact;
use crate::results::format::layout::{Layout, TrialLayout};
use crate::results::format::manifest::{self, Manifest, RunEntry};
use crate::results::format::tables;
use crate::results::recovery::locks;
use crate::results::recovery::ownership::{self, Contents, is_checkpoint, is_own_file};
use crate::results::recovery::partials;
use crate::results::recovery::survey::{self, Selection};
use crate::results::recovery::takeover;
use crate::results::status::stored;

/// The result of a merge.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Merged {
    /// Number of trials of the experiment.
    pub planned: usize,
    /// Number of trials copied into the folder now.
    pub copied: usize,
    /// Number of the experiment's trials that are finished in the folder, now or before.
    pub finished: usize,
    /// Number of the experiment's trials that failed, and that no folder has finished.
    pub failed: usize,
    /// Number of trials in the sources that belong to an earlier version of the experiment.
    pub unplanned: usize,
    /// Trial records that are damaged in every folder; they were not copied.
    pub torn: Vec<PathBuf>,
    /// The vector instruction sets that the finished trials were trained with, where records state them.
    pub instruction_sets: BTreeSet<String>,
}

/// Copies the finished and the failed trials of `sources` into the folder `into`, with the entries of their runs
/// and the tables. Refuses folders of different experiments, and trials that are finished twice with
/// different metrics; then nothing is written.
pub fn merge(sources: &[PathBuf], into: &Path) -> Result<Merged> {
    let sources: Vec<Layout> = sources.iter().map(Layout::new).collect();
    let target = Layout::new(into);
    for folder in [&target].into_iter().chain(&sources) {
        compact::refuse(folder, "the files of its trials are not in it, so it cannot be merged")?;
    }
    let text = same_experiment(&sources, &target)?;
    let experiment = stored::experiment(sources[0].root(), &[])?;
    let trials = plan::trials(&experiment);
    let folders: Vec<&Layout> = [&target].into_iter().chain(&sources).collect();
    let mut findings = Findings::of(&trials);
    let is_new = !fs::is_folder(target.root());
    if is_new {
        // Checked before the target folder is created.
        findings.look_into_all(&sources)?;
    }
    fs::create_folder(target.root())?;
    // No run trains into the folder meanwhile; a run that starts now waits.
    locks::while_nobody_runs(&target, || {
        // Trials that the target has are not copied again.
        findings.look_into(&target)?;
        if !is_new {
            findings.look_into_all(&sources)?;
        }
        let moved = config::moved(&sources[0].experiment(), target.root())?;
        let text = moved.map_or(text, String::into_bytes);
        write(&findings, &folders, &target, &text)?;
        // Whoever deletes the sources next must not depend on what no disk holds yet.
        fs::sync_file_system(target.root())?;
        write_tables(&experiment, &trials, &target)?;
        Ok(findings.merged(&target))
    })
}

/// Copies the chosen trials, the experiment before and the manifest after them.
fn write(findings: &Findings<'_>, folders: &[&Layout], target: &Layout, text: &[u8]) -> Result<()> {
    let chosen = findings.chosen.iter().map(|(id, chosen)| (id, &chosen.folder));
    let copied = chosen.chain(findings.failed(target)).filter(|(_, folder)| *folder != target);
    ownership::check_trials(target, copied.map(|(id, _)| id.as_str()))?;
    partials::remove(target)?;
    fs::replace(&target.experiment(), text)?;
    for (id, chosen) in &findings.chosen {
        if chosen.folder != *target {
            copy(&chosen.folder.trial(id), &target.trial(id), false)?;
        }
    }
    for (id, folder) in findings.failed(target) {
        if folder != target {
            copy(&folder.trial(id), &target.trial(id), true)?;
        }
    }
    write_manifest(folders, target)
}

/// Writes the runs of all folders, and the descriptions of their datasets.
fn write_manifest(folders: &[&Layout], target: &Layout) -> Result<()> {
    let earlier = manifest::read(target)?;
    let mut merged = earlier.clone();
    for folder in folders {
        let Manifest { data, runs, .. } = manifest::read(folder)?;
        merged.runs.extend(runs);
        merged.data.extend(data);
    }
    merged.runs = in_order(merged.runs);
    if merged == earlier {
        return Ok(());
    }
    manifest::write(target, &merged)
}

/// Copies the files of one trial, its record last; of one that failed, its log. Files of an unfinished attempt in
/// their place are replaced.
fn copy(from: &TrialLayout, to: &TrialLayout, is_failed: bool) -> Result<()> {
    if !fs::is_file(&to.trial()) {
        Contents::of(to)?.remove()?;
    }
    fs::create_folder(to.root())?;
    for stale in to.of_unfinished() {
        fs::remove_if_exists(&stale)?;
    }
    takeover::remove_folders(to, None)?;
    for file in fs::files(from.root())? {
        let is_why = is_failed && file == from.failure_log();
        if file != from.trial() && (is_why || !from.of_unfinished().contains(&file)) {
            copy_into(to.root(), &file, is_own_file)?;
        }
    }
    for file in fs::files(&from.checkpoints())? {
        fs::create_folder(&to.checkpoints())?;
        copy_into(&to.checkpoints(), &file, is_checkpoint)?;
    }
    fs::copy(&from.trial(), &to.trial())
}

/// Copies a file under its name, but never over one that bn-lab did not write.
fn copy_into(folder: &Path, file: &Path, is_own: fn(&Path) -> bool) -> Result<()> {
    let to = folder.join(file.file_name().unwrap_or_default());
    if fs::is_partial(file) || (!is_own(file) && fs::is_there(&to)) {
        return Ok(());
    }
    fs::copy(file, &to)
}

/// All runs, by their start; a run that occurs in several folders (after an earlier merge) occurs once, with the
/// more complete entry.
fn in_order(mut runs: Vec<RunEntry>) -> Vec<RunEntry> {
    // Without the `Z`, times with any number of decimals sort as text.
    let key = |run: &RunEntry| (run.started.trim_end_matches('Z').to_owned(), run.argv.clone());
    runs.sort_by_cached_key(|run| (key(run), run.finished.is_empty()));
    runs.dedup_by(|later, earlier| key(later) == key(earlier));
    runs
}

fn write_tables(experiment: &Experiment, trials: &[Arc<Trial>], target: &Layout) -> Result<()> {
    let records = survey::survey(target, trials, &Selection::default())?.records;
    tables::write(target, experiment, trials, &records)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::description::DatasetDescription;
    use crate::plan::kernels::Kernels;
    use crate::results::recovery::locks::TrialLocks;

    #[test]
    fn a_folder_that_a_run_is_writing_into_is_left_alone() {
        let lab = tempfile::tempdir().expect("a folder");
        let [source, target] = ["source", "target"].map(|name| lab.path().join(name));
        for folder in [&source, &target] {
            fs::create_folder(folder).expect("a folder");
        }
        let text = "[data]\ndataset = \"glyphs\"\n";
        fs::replace(&Layout::new(&source).experiment(), text.as_bytes()).expect("a file");
        let run = TrialLocks::announce(&Layout::new(&target)).expect("a run");
        let sources = [source];
        let error = merge(&sources, &target).expect_err("somebody is there");
        assert!(error.to_string().contains("a run is alive in"), "{error}");
        drop(run);
        let merged = merge(&sources, &target).expect("now it is free");
        assert_eq!((merged.planned, merged.finished), (3, 0));
    }

    #[test]
    fn what_datasets_hold_is_joined_from_all_manifests() {
        let lab = tempfile::tempdir().expect("a folder");
        let folders = ["one", "other", "target"].map(|name| Layout::new(lab.path().join(name)));
        for (folder, digest) in folders.iter().zip(["aa", "bb"]) {
            fs::create_folder(folder.root()).expect("a folder");
            let described =
                DatasetDescription { dataset: digest.to_owned(), ..DatasetDescription::default() };
            let data = [(digest.to_owned(), described)].into();
            let run = RunEntry {
                run: digest.to_owned(),
                argv: vec![digest.to_owned()],
                ..RunEntry::begin("cpu", Kernels::default(), 1, 1)
            };
            manifest::enter(folder, &run, &data).expect("a manifest");
        }
        fs::create_folder(folders[2].root()).expect("a folder");
        let all: Vec<&Layout> = folders.iter().collect();
        write_manifest(&all, &folders[2]).expect("a manifest");
        let merged = manifest::read(&folders[2]).expect("a manifest");
        let digests: Vec<&str> = merged.data.keys().map(String::as_str).collect();
        assert_eq!(digests, ["aa", "bb"]);
        assert_eq!(merged.data["bb"].dataset, "bb");
        assert_eq!(merged.runs.len(), 2);
        assert_eq!(merged.runs[0].instruction_set, manifest::instruction_set());
    }

    #[test]
    fn runs_are_sorted_by_their_start_and_listed_once_with_their_end() {
        let run = |started: &str, finished: &str| RunEntry {
            started: started.to_owned(),
            finished: finished.to_owned(),
            ..RunEntry::begin("cpu", Kernels::default(), 1, 1)
        };
        let [early, late] = ["2026-01-01T10:00:40Z", "2026-01-01T10:00:40.25Z"];
        let runs = in_order(vec![
            run(late, ""),
            run(late, "2026-01-01T10:01:00Z"),
            run(early, "2026-01-01T10:00:50Z"),
        ]);
        let told: Vec<(&str, bool)> =
            runs.iter().map(|run| (run.started.as_str(), run.finished.is_empty())).collect();
        assert_eq!(told, [(early, false), (late, false)]);
    }
}

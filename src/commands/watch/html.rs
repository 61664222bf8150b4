//! `bn-lab watch --html`: the page of a sweep under way, replaced again and again.

use std::path::Path;
use std::time::{Duration, Instant};

use crate::commands::say;
use crate::error::{Error, Result};
use crate::fs;
use crate::report::page::html::{self, Refresh};
use crate::report::page::live::{self, Moment};
use crate::report::page::{Folder, pictures};
use crate::results::format::manifest;
use crate::results::status::live::{Durations, Live};

/// Least number of seconds between two pages.
const EVERY: u64 = 5;

/// A page is made at most every so many times the time that it takes, so that it takes little from the training.
const REST: f64 = 20.0;

/// So many pages in a row may fail, since a run may be replacing the files that are read.
const MOST_FAILURES: usize = 3;

/// Number of bytes of a file by which a page is recognised: more than its head has before the title.
const START: u64 = 16 << 10;

/// The page, and when it is written next.
pub(super) struct LivePage<'a> {
    root: &'a Path,
    file: &'a Path,
    due: Instant,
    every: u64,
    failures: usize,
}

impl<'a> LivePage<'a> {
    /// The page of the results folder at `root`, written to `file`, which must not be anything else.
    pub(super) fn new(root: &'a Path, file: &'a Path) -> Result<Self> {
        check(file)?;
        check_is_no_report(root, file)?;
        Ok(Self { root, file, due: Instant::now(), every: EVERY, failures: 0 })
    }

    /// Writes the page if it is due, or is the last one.
    pub(super) fn update(
        &mut self,
        live: &Live,
        (durations, seconds_left): (&Durations, Option<f64>),
        is_last: bool,
    ) -> Result<()> {
        if Instant::now() < self.due && !is_last {
            return Ok(());
        }
        let begun = Instant::now();
        let every = (!is_last).then_some(self.every);
        match self.page(live, (durations, seconds_left), every) {
            Ok(page) => self.write(&page)?,
            Err(error) if is_last || self.failures == MOST_FAILURES => return Err(error),
            Err(_) => self.failures += 1,
        }
        let took = begun.elapsed().as_secs_f64();
        self.every = EVERY.max((took * REST).ceil() as u64);
        self.due = Instant::now() + Duration::from_secs(self.every);
        Ok(())
    }

    fn page(
        &self,
        live: &Live,
        (durations, seconds_left): (&Durations, Option<f64>),
        every: Option<u64>,
    ) -> Result<String> {
        let folder = Folder::without_figures(self.root)?;
        let path = self.root.display().to_string();
        let moment = Moment { folder: &folder, live, durations, seconds_left, path: &path };
        let report = live::report(&moment)?;
        let pictures = pictures::draw_inline(&report)?;
        let written = manifest::now();
        Ok(html::write_live(&report, &pictures, Refresh { written: &written, every }))
    }

    fn write(&mut self, page: &str) -> Result<()> {
        // It may have become something else meanwhile.
        check(self.file)?;
        let is_first = !fs::is_there(self.file);
        fs::replace_unsynced(self.file, page.as_bytes())?;
        self.failures = 0;
        if is_first {
            say(&format!("the live page: `{}`", self.file.display()));
        }
        Ok(())
    }
}

/// Refuses the path of the report, which the end of a run writes and would refuse to write over the live page.
fn check_is_no_report(root: &Path, file: &Path) -> Result<()> {
    let name = "report.html";
    if fs::physical(file) != fs::physical(&root.join(name)) {
        return Ok(());
    }
    Err(Error::Usage(format!(
        "`{}` is the report of that folder\n  hint: name another file, such as `--html live.html`",
        file.display()
    )))
}

/// Refuses a path at which there is anything but an earlier page of this kind.
fn check(file: &Path) -> Result<()> {
    let extension = file.extension().unwrap_or_default().to_string_lossy().to_lowercase();
    if !["html", "htm"].contains(&extension.as_str()) {
        return Err(Error::Usage(format!(
            "`--html` writes a page for a browser, and `{}` does not end in `.html`",
            file.display()
        )));
    }
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
    let what = if fs::is_link(file) {
        "is a link"
    } else if folder.is_some_and(|folder| !fs::is_folder(folder)) {
        "is in a folder that does not exist"
    } else if fs::is_folder(file) {
        "is a folder"
    } else if !fs::is_there(file) || is_ours(file)? {
        return Ok(());
    } else {
        "is something else than a live page and would be replaced"
    };
    Err(Error::Results(format!(
        "`{}` {what}: nothing was written\n  hint: name another file, such as `--html live.html`",
        file.display()
    )))
}

fn is_ours(file: &Path) -> Result<bool> {
    if !fs::is_file(file) {
        return Ok(false);
    }
    let start = fs::read_start(file, START)?;
    Ok(start.is_empty() || live::is_live_page(&start))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_report_is_no_place_for_the_live_page_however_it_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        fs::create_folder(&root.join("charts")).unwrap();
        for report in ["report.html", "./report.html", "charts/../report.html"] {
            let error = check_is_no_report(root, &root.join(report)).unwrap_err().to_string();
            assert!(error.contains("is the report of that folder"), "{error}");
        }
        for other in ["live.html", "charts/report.html"] {
            check_is_no_report(root, &root.join(other)).unwrap();
        }
    }
}

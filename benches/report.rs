//! The cost of a report: a folder of 1 000 trials of 100 epochs is filled by a scripted trainer,
//! then read, judged, drawn and written.
//!
//! `cargo bench --bench report`; `-- 200` takes another number of trials. `-- shapes` takes trials of one
//! epoch instead: 20 conditions 250 and 1 000 times each, and 2 500 and 10 000 conditions twice each, to
//! show what grows faster than the number of trials.

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

mod scripted;

use std::path::Path;

use bn_lab::config::spec::Experiment;
use bn_lab::plan;
use bn_lab::plot;
use bn_lab::report::page::{self, Folder, Material, html, markdown, pictures};
use bn_lab::results::format::layout::Layout;
use bn_lab::results::recovery::survey::Selection;
use scripted::{look, resident, run, told};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    let temporary = tempfile::tempdir().expect("a temporary folder");
    if std::env::args().any(|text| text == "shapes") {
        for [conditions, replicates] in [[20, 250], [20, 1000], [2500, 2], [10_000, 2]] {
            println!("\n{conditions} conditions x {replicates} replicates");
            let root = temporary.path().join(format!("{conditions}x{replicates}"));
            let experiment = scripted::of_shape(conditions, replicates, 1, &root);
            told("all of it", || report(&experiment, &root));
        }
        return;
    }
    let trials = std::env::args().find_map(|text| text.parse().ok());
    let root = temporary.path().join("whole");
    report(&scripted::experiment(trials.unwrap_or(1000), 100, &root), &root);
}

/// Fills the folder at `root`, and writes a report on it.
fn report(experiment: &Experiment, root: &Path) {
    let plan = plan::trials(experiment);
    let layout = Layout::new(root);
    told("fill the folder", || {
        run(experiment, &plan, &look(&layout, &plan, &Selection::default()));
    });
    println!("{} trials; {} MB resident", plan.len(), resident());

    let folder =
        told("read it, draw its charts as data", || Folder::read(root, &[], Ok).expect("readable"));
    println!("{} MB resident", resident());
    let material = told("compare", || Material::new(&folder, None).expect("comparable"));
    let report = told("put the report together", || page::report(&material, folder.charts.clone()));
    let pictures = told("draw the pictures", || pictures::draw(&report).expect("drawable"));
    let charts = told("plot: the charts of a run, as files", || {
        let figures = plot::figures::of_run(&folder.results);
        let charts = plot::figures::drawn(&folder.results, &figures);
        plot::write_all(&charts, &root.join("charts")).expect("drawable")
    });
    let text = told("write Markdown", || markdown::write(&report));
    let page = told("write HTML", || html::write(&report, &pictures));
    println!(
        "{} figures, {} files of charts; {} kB of Markdown, {} kB of HTML; {} MB resident",
        pictures.len(),
        charts.len(),
        text.len() / 1000,
        page.len() / 1000,
        resident()
    );
}

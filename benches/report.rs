//! What a report costs: a folder of 1 000 trials of 100 epochs is filled by a trainer that follows a
//! script, then read, judged, drawn and written.
//!
//! `cargo bench --bench report`; `-- 200` takes another number of trials.

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

mod scripted;

use bn_lab::plan;
use bn_lab::plot;
use bn_lab::record::layout::Layout;
use bn_lab::record::survey::Selection;
use bn_lab::report::page::{self, Folder, Material, html, markdown, pictures};
use scripted::{look, resident, run, told};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    let trials = std::env::args().find_map(|text| text.parse().ok());
    let temporary = tempfile::tempdir().expect("a temporary folder");
    let root = temporary.path().join("whole");
    let experiment = scripted::experiment(trials.unwrap_or(1000), 100, &root);
    let plan = plan::trials(&experiment);
    let layout = Layout::new(&root);
    told("fill the folder", || {
        run(
            &experiment,
            &plan,
            &look(&layout, &plan, &Selection::default()),
        );
    });
    println!("{} trials; {} MB resident", plan.len(), resident());

    let folder = told("read it, draw its charts as data", || {
        Folder::read(&root, &[]).expect("readable")
    });
    println!("{} MB resident", resident());
    let material = told("compare", || {
        Material::new(&folder, None).expect("comparable")
    });
    let report = told("put the report together", || {
        page::report(&material, folder.charts.clone())
    });
    let pictures = told("draw the pictures", || {
        pictures::draw(&report).expect("drawable")
    });
    let charts = told("plot: overview and curves, as files", || {
        let figures = plot::figures::all(&folder.results);
        plot::write_all(&figures, &root.join("charts")).expect("drawable")
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

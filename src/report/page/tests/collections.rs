//! Reports on several folders.

use super::*;
use crate::plan::kernels::Kernels;
use crate::plot::figures;
use crate::results::format::manifest::RunEntry;
use crate::results::query::{Claim, Expect, Hypothesis};
use collection::{Member, Part};

const LOW: [f64; 7] = [0.90, 0.91, 0.92, 0.90, 0.91, 0.92, 0.90];
const HIGH: [f64; 7] = [0.93, 0.94, 0.95, 0.94, 0.93, 0.95, 0.94];

fn claimed(statement: &str, none: &[f64], before: &[f64]) -> Folder {
    let mut folder = placements(none, before);
    folder.results.claim = Some(Claim {
        statement: statement.to_owned(),
        source: Some("Somebody 2015".to_owned()),
        figure: None,
        about_evaluation: false,
        tests: vec![Hypothesis {
            by: "norm.placement".to_owned(),
            compare: ["before".to_owned(), "none".to_owned()],
            metric: "test_accuracy".to_owned(),
            expect: Expect::Higher,
            margin: None,
            only: Vec::new(),
            aggregate: None,
            label: None,
        }],
    });
    folder.judgement = claim::judge(&folder.results).expect("judged");
    let figures = figures::of_run(&folder.results);
    folder.charts = figures::drawn(&folder.results, &figures[..figures.len().min(1)]);
    folder
}

/// One page on these, each in a folder of the same name.
fn page_on(folders: &[&Folder]) -> Report {
    let ids = collection::ids(folders.iter().map(|_| "a b"));
    let part = |(folder, id): (&&Folder, &String)| {
        Part::of(Member { folder, path: "a b", id, reports: &["report.html", "report.md"] })
            .expect("a part")
    };
    collection::report("x", folders.iter().zip(&ids).map(part).collect())
}

fn table(report: &Report) -> &document::Table {
    match &report.sections[0].blocks[..] {
        [document::Block::Table(table)] => table,
        other => panic!("not a table: {other:?}"),
    }
}

#[test]
fn the_lead_counts_what_came_of_the_claims() {
    let holds = claimed("A", &LOW, &HIGH);
    let fails = claimed("B", &HIGH, &LOW);
    let same = claimed("C", &LOW, &LOW);
    let few = claimed("D", &LOW[..3], &HIGH[..3]);
    let untested = claimed("E", &[], &[]);
    let plain = placements(&LOW, &HIGH);
    let lead = |folders: &[&Folder]| page_on(folders).answer.text();
    assert_eq!(lead(&[&holds]), "Of 1 claim, 1 holds.");
    assert_eq!(
        lead(&[&holds, &fails, &same, &few, &holds, &untested]),
        "Of 6 claims, 2 hold, 2 do not hold, 1 is inconclusive and 1 is not tested yet."
    );
    assert_eq!(lead(&[&holds, &plain]), "Of 1 claim, 1 holds. 1 experiment claims nothing.");
    assert_eq!(lead(&[&plain, &plain]), "2 experiments, each with its answer.");
    let title = |folders: &[&Folder]| page_on(folders).title;
    assert_eq!(title(&[&holds, &fails]), "Common claims about batch normalisation, tested");
    assert_eq!(title(&[&holds, &plain]), "x");
}

#[test]
fn a_row_links_to_the_section_and_both_have_the_same_verdict() {
    let (folder, plain) = (claimed("It <helps>", &LOW, &HIGH), placements(&LOW, &HIGH));
    let report = page_on(&[&folder, &plain]);
    let cells: Vec<&str> = table(&report).rows[0].iter().map(|c| &c.text[..]).collect();
    let effect = "Test accuracy: 3.14 points higher with the norm before the activation than without one [2.50,\u{a0}3.78], n\u{a0}=\u{a0}7; as expected";
    assert_eq!(cells, ["It <helps>", "holds", effect]);
    let section = &report.sections[1];
    assert_eq!(table(&report).rows[0][0].link, Some(format!("#{}", section.id)));
    assert_eq!(section.title, "It <helps>");
    let paragraphs: Vec<String> = section
        .blocks
        .iter()
        .filter_map(|block| match block {
            document::Block::Paragraph(words) => Some(words.text()),
            _ => None,
        })
        .collect();
    assert_eq!(paragraphs[0], format!("Holds. {effect}."));
    assert_eq!(
        paragraphs[1],
        "Claimed by Somebody 2015. Results: a b, with a report of their own, also as report.md."
    );
    let tests: Vec<&document::Table> = section
        .blocks
        .iter()
        .filter_map(|block| match block {
            document::Block::Table(table) => Some(table),
            _ => None,
        })
        .collect();
    let cells: Vec<&str> = tests[0].rows[0].iter().map(|c| &c.text[..]).collect();
    assert_eq!(
        cells,
        [
            "test accuracy",
            "before higher than none",
            "supported",
            "+3.14 points [2.50,\u{a0}3.78]",
            "7 / 0 / 0",
            "0.0156"
        ]
    );
    // A folder without a claim has its answer, and the table of its comparisons.
    let second = &table(&report).rows[1];
    assert_eq!(second[1].text, "–");
    assert!(second[2].text.starts_with("Before the activation, batch normalisation gave 94.00 %"));
    assert_eq!(report.sections[2].title, "Does it <help>?");
}

#[test]
fn the_cost_is_taken_from_the_manifest() {
    let mut folder = claimed("A", &LOW, &HIGH);
    let cost = |folder: &Folder| {
        let report = page_on(&[folder]);
        let said = report.sections[1].blocks.iter().find_map(|block| match block {
            document::Block::Paragraph(words) => {
                Some(words.text()).filter(|text| text.starts_with("Cost"))
            }
            _ => None,
        });
        said.expect("a cost")
    };
    let repeat = "To repeat it, from the folder of this page:";
    assert_eq!(
        cost(&folder),
        format!("Cost: 14 trainings; how long they took was not kept. {repeat}")
    );
    let run = |trained, wall_seconds| RunEntry {
        trained,
        wall_seconds,
        cpu: "Some CPU".to_owned(),
        cores: 2,
        system: "linux".to_owned(),
        ..RunEntry::begin("cpu", Kernels::default(), 1, 1)
    };
    folder.account.runs = vec![run(14, Some(200.0)), run(0, Some(1000.0))];
    assert_eq!(
        cost(&folder),
        format!(
            "Cost: 14 trainings in 3 min 20 s of wall-clock time on Some CPU, 2 cores, linux. {repeat}"
        )
    );
    folder.account.runs = vec![run(10, Some(200.0)), run(0, None), run(2, Some(10.0))];
    assert_eq!(
        cost(&folder),
        format!(
            "Cost: 14 trainings in at least 3 min 30 s of wall-clock time, the sum of 2 runs, on Some CPU, 2 cores, linux. {repeat}"
        )
    );
}

#[test]
fn everything_on_the_page_has_a_name_of_its_own_and_links_lead_somewhere() {
    let folder = claimed("It <helps>", &LOW, &HIGH);
    let report = page_on(&[&folder, &folder, &folder]);
    let drawn = pictures::draw(&report).expect("drawn");
    let stems: Vec<&str> = drawn.iter().map(|picture| &picture.stem[..]).collect();
    assert_eq!(stems, ["a-b--overview", "a-b-2--overview", "a-b-3--overview"]);
    let page = html::write(&report, &drawn);
    let mut ids: Vec<&str> = page
        .split(" id=\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        // A download link's content is a separate file.
        .collect();
    let all = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), all, "{ids:?}");
    for link in page.split("href=\"#").skip(1) {
        let to = link.split('"').next().unwrap_or_default();
        assert!(ids.contains(&to), "{to}");
    }
    assert!(page.contains("<a href=\"a%20b/report.html\">a report of their own</a>"));
    assert!(page.contains("<h2 id=\"of--a-b-heading\">It &lt;helps&gt;</h2>"));
    assert!(page.contains("bn-lab run 'a b/experiment.toml' -o output.dir=again/a-b\n"));
    let text = markdown::write(&report);
    assert!(text.contains("| [It \\<helps>](#of--a-b-2) | holds | "), "{text}");
    assert!(text.contains("<a id=\"of--a-b-2\"></a>\n\n## It \\<helps>\n"));
    assert!(text.contains("[a report of their own](a%20b/report.html)"));
    assert!(text.contains("](charts/a-b-3--overview.png)"));
    assert!(
        page == html::write(&page_on(&[&folder, &folder, &folder]), &drawn),
        "the same folders give the same bytes"
    );
}

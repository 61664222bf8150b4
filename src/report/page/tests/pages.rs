//! Structure and escaping of HTML and Markdown.

use super::*;
use crate::plot::figures;

fn drawn() -> Folder {
    let mut folder = placements(&[0.9, 0.91], &[0.92, 0.93]);
    let figures = figures::of_run(&folder.results);
    folder.charts = figures::drawn(&folder.results, &figures[..figures.len().min(1)]);
    folder
}

fn page(folder: &Folder) -> String {
    let report = of(folder);
    let pictures = pictures::draw(&report).expect("drawn");
    html::write(&report, &pictures)
}

/// The tags of elements in the order in which they occur: `p`, `/p`.
fn tags(page: &str) -> Vec<&str> {
    let outside: Vec<&str> = page.split("<script>").collect();
    outside[0]
        .split('<')
        .skip(1)
        .filter(|tag| !tag.starts_with('!'))
        .filter(|tag| !tag.contains("/>"))
        .map(|tag| tag.split([' ', '>', '\n']).next().unwrap_or_default())
        .collect()
}

#[test]
fn every_element_that_begins_ends_in_its_place() {
    let page = page(&drawn());
    let mut open = Vec::new();
    for tag in tags(&page) {
        match tag.strip_prefix('/') {
            Some(name) => assert_eq!(open.pop(), Some(name)),
            None if ["meta", "link"].contains(&tag) => {}
            None => open.push(tag),
        }
    }
    assert_eq!(open, ["html", "body"], "only those around the script are open before it");
    assert!(page.ends_with("</body>\n</html>\n"), "{}", &page[page.len() - 80..]);
}

#[test]
fn headings_figures_and_tables_have_what_screen_readers_need() {
    let page = page(&drawn());
    assert!(page.starts_with("<!DOCTYPE html>\n<html lang=\"en\">"));
    assert_eq!(page.matches("<h1").count(), 1);
    assert_eq!(page.matches("<section ").count(), page.matches("<h2 ").count());
    assert_eq!(page.matches("<table").count(), page.matches("<caption").count());
    assert_eq!(page.matches("<figure").count(), page.matches("<figcaption").count());
    assert_eq!(
        page.matches("<th").count() - page.matches("<thead").count(),
        page.matches("<th scope=").count()
    );
    assert!(page.contains("<div class=\"chart\" role=\"img\" aria-label=\"Chart: "));
    for id in ["figures", "numbers", "setup", "untested", "repeat"] {
        assert!(
            page.contains(&format!("href=\"#{id}\""))
                && page.contains(&format!("<section id=\"{id}\"")),
            "{id}"
        );
    }
}

#[test]
fn a_page_requests_nothing_from_the_network() {
    let page = page(&drawn());
    for address in ["http://", "https://"] {
        let asked = page.replace("http://www.w3.org/2000/svg", "");
        assert!(!asked.contains(address), "{address}");
    }
    assert!(
        page.contains("download=\"overview.svg\"") && page.contains("download=\"overview.png\"")
    );
}

#[test]
fn what_users_wrote_cannot_leave_its_place() {
    let mut folder = drawn();
    "a\"b'c<d>&\u{1}\u{fffe}".clone_into(&mut folder.results.question);
    let report = of(&folder);
    let page = html::write(&report, &[]);
    assert!(page.contains("<h1>a&quot;b'c&lt;d&gt;&amp;\u{fffd}\u{fffd}</h1>"));
    assert!(markdown::write(&report).starts_with("# a\"b'c\\<d>& \u{fffe}\n"));
}

#[test]
fn text_in_markdown_has_no_unintended_markup() {
    let escaped: Vec<String> =
        ["# x", "1. x", "- x", "a_b _c_", "[x](y)", "a|b", "2 * 3 ~ `x`", "a & b &c; &#1;"]
            .map(markdown::escape)
            .into();
    let expected = [
        "\\# x",
        "1\\. x",
        "\\- x",
        "a_b \\_c\\_",
        "\\[x\\](y)",
        "a\\|b",
        "2 \\* 3 \\~ \\`x\\`",
        "a & b &amp;c; &amp;#1;",
    ];
    assert_eq!(escaped, expected);
    let words = Words::new().code("a`b").plain(" and ").code("`").strong("*");
    assert_eq!(markdown::marked(&words), "``a`b`` and `` ` ``**\\***");
    assert_eq!(markdown::image("x", "my charts/a.png"), "![x](<my charts/a.png>)");
}

#[test]
fn a_report_has_the_same_bytes_every_time() {
    let folder = drawn();
    assert!(page(&folder) == page(&folder));
    assert_eq!(markdown::write(&of(&folder)), markdown::write(&of(&folder)));
}

#[test]
fn a_figure_is_there_for_wide_and_for_narrow_screens_with_its_files_once() {
    let page = page(&drawn());
    assert_eq!(page.matches("<div class=\"wide\"><svg").count(), 1);
    assert_eq!(page.matches("<div class=\"narrow\"><svg").count(), 1);
    assert_eq!(page.matches("download=").count(), 2);
}

#[test]
fn a_table_names_the_column_in_each_cell_and_marks_verdicts_by_word_and_colour() {
    let page = page(&placements(&[0.90; 6], &[0.93; 6]));
    assert!(
        page.contains(
            "<td data-column=\"verdict\"><div><strong class=\"badge for\">before is better</strong>"
        ),
        "{page}"
    );
    assert!(page.contains(": <strong class=\"badge for\">better</strong> (p = "), "{page}");
    let few = html::write(&of(&placements(&[0.90; 3], &[0.93; 3])), &[]);
    let suggested = "<strong class=\"badge open\">suggests that before is better</strong><div class=\"below\">n = 3; 6 pairs needed</div>";
    assert!(few.contains(suggested), "{few}");
}

#[test]
fn curves_that_the_overview_shows_are_folded_and_others_are_not() {
    let folder = placements(&[0.9, 0.91], &[0.92, 0.93]);
    let shown = |first: &str, named: &[&str]| {
        let figures = ["overview", "curves"].into_iter().filter_map(figures::named);
        let figures: Vec<_> = figures.map(|figure| (figure, figures::Request::default())).collect();
        let mut charts = figures::drawn(&folder.results, &figures);
        charts.retain(|drawn| named.contains(&drawn.stem.as_str()));
        charts.sort_by_key(|drawn| drawn.stem != first);
        let report = of(&Folder { charts, ..folder.clone() });
        let section = &report.sections[0].blocks;
        let hidden = section.iter().filter_map(|block| match block {
            document::Block::Folded { blocks, .. } => Some(blocks.len()),
            _ => None,
        });
        let hidden: usize = hidden.sum();
        (section.len(), hidden, pictures::figures(&report).len())
    };
    assert_eq!(shown("overview", &["overview", "test_loss", "test_accuracy"]), (2, 2, 3));
    // The claim's figure stays where it answers the question.
    assert_eq!(shown("test_loss", &["overview", "test_loss", "test_accuracy"]), (3, 1, 3));
    assert_eq!(shown("test_loss", &["test_loss", "test_accuracy"]), (2, 0, 2));
}

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
    assert!(page.contains("role=\"img\" tabindex=\"0\" aria-label=\"Chart: "));
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

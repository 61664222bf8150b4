//! A report as one HTML file that needs nothing else: no network, and no script to read it.

mod element;
mod table;

use element::{Element, el};

use super::document::{Block, Figure, Report, Section};
use super::pictures::Picture;
use super::words::{Piece, Words};
use crate::plot::palette::Theme;
use crate::plot::render;

const STYLE: &str = include_str!("style.css");

/// Only adds: hides and shows series, sorts tables.
const SCRIPT: &str = include_str!("script.js");

/// Writes a report with its figures, drawn, in their order.
pub fn write(report: &Report, pictures: &[Picture]) -> String {
    let mut page = String::from("<!DOCTYPE html>\n");
    el("html")
        .with("lang", "en")
        .child(head(report))
        .child(body(report, pictures))
        .write(&mut page);
    page
}

fn head(report: &Report) -> Element {
    let meta = |name: &str, content: &str| el("meta").with("name", name).with("content", content);
    el("head")
        .child(el("meta").with("charset", "utf-8"))
        .child(meta("viewport", "width=device-width, initial-scale=1"))
        .child(meta("color-scheme", "light dark"))
        .child(meta("description", &report.answer.text()))
        .child(meta("generator", &report.author))
        // Without it a browser asks for one.
        .child(el("link").with("rel", "icon").with("href", "data:,"))
        .child(el("title").text(format!("{} – {}", report.title, report.name)))
        .child(el("style").verbatim(format!("\n{STYLE}{}", page_css())))
}

/// The colours of charts, for light and dark pages.
fn page_css() -> String {
    let light = render::page_css(Theme::Light);
    let dark = render::page_css(Theme::Dark);
    format!(
        ":root {{{light}}}\n@media (prefers-color-scheme: dark) {{ :root {{{dark}}} }}\n@media print {{ :root {{{light}}} }}\n"
    )
}

fn body(report: &Report, pictures: &[Picture]) -> Element {
    let mut pictures = pictures.iter();
    let sections = report.sections.iter().map(|s| section(s, &mut pictures));
    el("body")
        .child(el("a").class("skip").with("href", "#content").text("Skip to the report"))
        .child(
            el("main")
                .with("id", "content")
                .child(top(report))
                .children(contents(report))
                .children(sections.collect::<Vec<_>>()),
        )
        .child(
            el("footer").child(el("p").text(format!(
                "Written by {} from the files of {}.",
                report.author, report.origin
            ))),
        )
        .child(el("script").verbatim(format!("\n{SCRIPT}")))
}

fn top(report: &Report) -> Element {
    let remarks = report.remarks.iter().map(|words| paragraph(words).class("remark"));
    el("header")
        .child(el("p").class("kicker").text(report.scope.clone()))
        .child(el("h1").text(report.title.clone()))
        .child(marked(el("p").class("answer"), &report.answer))
        .children(remarks)
}

/// Links to the sections, but for those to which a table leads; none to a single one.
fn contents(report: &Report) -> Option<Element> {
    let link = |section: &Section| {
        let href = format!("#{}", section.id);
        el("li").child(el("a").with("href", href).text(section.title.clone()))
    };
    let listed = report.sections.iter().filter(|s| !report.leads_to(&s.id));
    let links: Vec<Element> = listed.map(link).collect();
    (links.len() > 1)
        .then(|| el("nav").with("aria-label", "Contents").child(el("ol").children(links)))
}

fn section<'a>(section: &Section, pictures: &mut impl Iterator<Item = &'a Picture>) -> Element {
    let heading = format!("{}-heading", section.id);
    let blocks = section.blocks.iter().map(|b| block(b, pictures));
    el("section")
        .with("id", section.id.clone())
        .with("aria-labelledby", heading.clone())
        .child(el("h2").with("id", heading).text(section.title.clone()))
        .children(blocks.collect::<Vec<_>>())
}

fn block<'a>(of: &Block, pictures: &mut impl Iterator<Item = &'a Picture>) -> Element {
    match of {
        Block::Paragraph(words) => paragraph(words),
        Block::List(items) => el("ul").children(items.iter().map(|words| marked(el("li"), words))),
        Block::Figure(shown) => match pictures.next() {
            Some(picture) => figure(shown, picture),
            None => paragraph(&shown.caption),
        },
        Block::Table(shown) => table::write(shown),
        Block::Code(text) => el("pre").with("tabindex", "0").child(el("code").text(text.clone())),
        Block::Folded { summary, blocks } => {
            let blocks = blocks.iter().map(|b| block(b, pictures));
            el("details")
                .child(el("summary").text(summary.clone()))
                .children(blocks.collect::<Vec<_>>())
        }
    }
}

fn figure(shown: &Figure, picture: &Picture) -> Element {
    let label = |kind: &str| format!("{} of {}", kind, shown.stem.replace('_', " "));
    let link = |kind: &str, href: String, extension: &str| {
        el("a")
            .with("href", href)
            .with("download", format!("{}.{extension}", shown.stem))
            .with("aria-label", format!("Download the {}", label(kind)))
            .text(kind)
    };
    let svg = format!("data:image/svg+xml;base64,{}", base64(picture.svg.as_bytes()));
    let png = format!("data:image/png;base64,{}", base64(&picture.png));
    el("figure")
        .with("id", format!("figure-{}", shown.stem))
        .child(
            el("div")
                .class("chart")
                .with("role", "img")
                .with("tabindex", "0")
                .with("aria-label", shown.alternative.clone())
                .verbatim(&picture.inline),
        )
        .child(
            marked(el("figcaption"), &shown.caption).child(
                el("span")
                    .class("downloads")
                    .child(link("SVG", svg, "svg"))
                    .text(" ")
                    .child(link("PNG", png, "png")),
            ),
        )
}

fn paragraph(words: &Words) -> Element {
    marked(el("p"), words)
}

/// An element with words in it.
fn marked(element: Element, words: &Words) -> Element {
    words.pieces().iter().fold(element, |element, piece| match piece {
        Piece::Plain(text) => element.text(text.clone()),
        Piece::Code(text) => element.child(el("code").text(text.clone())),
        Piece::Strong(text) => element.child(el("strong").text(text.clone())),
        Piece::Link { text, to } => element.child(link(text, to)),
    })
}

/// Text that leads somewhere.
fn link(text: &str, to: &str) -> Element {
    el("a").with("href", to).text(text)
}

/// RFC 4648, with padding.
fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for three in bytes.chunks(3) {
        let at = |index: usize| u32::from(three.get(index).copied().unwrap_or(0));
        let bits = at(0) << 16 | at(1) << 8 | at(2);
        for letter in 0..4 {
            let six = (bits >> (18 - 6 * letter)) & 63;
            let is_there = letter <= three.len();
            text.push(if is_there { char::from(LETTERS[six as usize]) } else { '=' });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::base64;

    #[test]
    fn base64_is_that_of_the_standard() {
        let written =
            ["", "f", "fo", "foo", "foob", "fooba", "foobar"].map(|t| base64(t.as_bytes()));
        let expected = ["", "Zg==", "Zm8=", "Zm9v", "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy"];
        assert_eq!(written, expected);
    }
}

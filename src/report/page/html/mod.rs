//! A report as one HTML file without external resources: it needs no network, and can be read without
//! JavaScript.
//!
//! `maud` escapes all text and attributes in its templates. Line ends are for readers of the

mod table;

use data_encoding::BASE64;
use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::document::{Block, Figure, Report, Section};
use super::pictures::Picture;
use super::words::{Piece, Words};
use crate::plot::palette::Theme;
use crate::plot::render;
use crate::units::for_markup;

const STYLE: &str = include_str!("style.css");

/// Optional features: hides and shows series, sorts tables.
const SCRIPT: &str = include_str!("script.js");

/// Writes a report with its rendered figures, in their order.
pub fn write(report: &Report, pictures: &[Picture]) -> String {
    let page = html! {
        (DOCTYPE) "\n"
        html lang="en" { "\n" (head(report)) (body(report, pictures)) } "\n"
    };
    // Some characters may not occur in HTML even escaped.
    for_markup(&page.into_string()).into_owned()
}

fn head(report: &Report) -> Markup {
    html! {
        head { "\n"
            meta charset="utf-8"; "\n"
            meta name="viewport" content="width=device-width, initial-scale=1"; "\n"
            meta name="color-scheme" content="light dark"; "\n"
            meta name="description" content=(report.answer.text()); "\n"
            meta name="generator" content=(report.author); "\n"
            // Otherwise a browser requests one.
            link rel="icon" href="data:,"; "\n"
            title { (report.title) " – " (report.name) } "\n"
            style { (PreEscaped(format!("\n{STYLE}{}", page_css()))) } "\n"
        } "\n"
    }
}

/// The colours of charts, for light and dark pages.
fn page_css() -> String {
    let light = render::page_css(Theme::Light);
    let dark = render::page_css(Theme::Dark);
    format!(
        ":root {{{light}}}\n@media (prefers-color-scheme: dark) {{ :root {{{dark}}} }}\n@media print {{ :root {{{light}}} }}\n"
    )
}

fn body(report: &Report, pictures: &[Picture]) -> Markup {
    let mut pictures = pictures.iter();
    html! {
        body { "\n"
            a.skip href="#content" { "Skip to the report" }
            main id="content" { "\n"
                (top(report))
                (contents(report))
                @for of in &report.sections { (section(of, &mut pictures)) }
            } "\n"
            footer {
                p { "Written by " (report.author) " from the files of " (report.origin) "." } "\n"
            } "\n"
            script { (PreEscaped(format!("\n{SCRIPT}"))) } "\n"
        } "\n"
    }
}

fn top(report: &Report) -> Markup {
    html! {
        header {
            p.kicker { (report.scope) } "\n"
            h1 { (report.title) } "\n"
            p.answer { (marked(&report.answer)) } "\n"
            @for remark in &report.remarks { p.remark { (marked(remark)) } "\n" }
        } "\n"
    }
}

/// Links to the sections, except those to which a table has a link; none if there is a single section.
fn contents(report: &Report) -> Markup {
    let listed = report.sections.iter().filter(|section| !report.leads_to(&section.id));
    let listed: Vec<&Section> = listed.collect();
    html! {
        @if listed.len() > 1 {
            nav aria-label="Contents" { "\n"
                ol { @for of in listed { li { a href={ "#" (of.id) } { (of.title) } } "\n" } } "\n"
            } "\n"
        }
    }
}

fn section<'a>(of: &Section, pictures: &mut impl Iterator<Item = &'a Picture>) -> Markup {
    let heading = format!("{}-heading", of.id);
    html! {
        section id=(of.id) aria-labelledby=(heading) { "\n"
            h2 id=(heading) { (of.title) } "\n"
            @for of in &of.blocks { (block(of, pictures)) }
        } "\n"
    }
}

fn block<'a>(of: &Block, pictures: &mut impl Iterator<Item = &'a Picture>) -> Markup {
    match of {
        Block::Paragraph(words) => paragraph(words),
        Block::List(items) => html! {
            ul { @for words in items { li { (marked(words)) } "\n" } } "\n"
        },
        Block::Figure(shown) => match pictures.next() {
            Some(picture) => figure(shown, picture),
            None => paragraph(&shown.caption),
        },
        Block::Table(shown) => table::write(shown),
        Block::Code(text) => html! { pre tabindex="0" { code { (text) } } "\n" },
        Block::Folded { summary, blocks } => html! {
            details { "\n"
                summary { (summary) }
                @for of in blocks { (block(of, pictures)) }
            } "\n"
        },
    }
}

fn figure(shown: &Figure, picture: &Picture) -> Markup {
    let of = shown.stem.replace('_', " ");
    let file = |kind: &str, extension: &str, media: &str, bytes: &[u8]| {
        html! {
            a href={ "data:" (media) ";base64," (BASE64.encode(bytes)) }
                download={ (shown.stem) "." (extension) }
                aria-label={ "Download the " (kind) " of " (of) } { (kind) }
        }
    };
    html! {
        figure id={ "figure-" (shown.stem) } { "\n"
            div.chart role="img" tabindex="0" aria-label=(shown.alternative) {
                (PreEscaped(&picture.inline))
            } "\n"
            figcaption {
                (marked(&shown.caption))
                span.downloads {
                    (file("SVG", "svg", "image/svg+xml", picture.svg.as_bytes())) " "
                    (file("PNG", "png", "image/png", &picture.png))
                }
            } "\n"
        } "\n"
    }
}

fn paragraph(words: &Words) -> Markup {
    html! { p { (marked(words)) } "\n" }
}

/// Text with its markup.
fn marked(words: &Words) -> Markup {
    html! {
        @for piece in words.pieces() {
            @match piece {
                Piece::Plain(text) => { (text) }
                Piece::Code(text) => { code { (text) } }
                Piece::Strong(text) => { strong { (text) } }
                Piece::Link { text, to } => { a href=(to) { (text) } }
            }
        }
    }
}

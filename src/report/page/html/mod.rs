//! A report as one HTML file without external resources: it needs no network, and can be read without
//! JavaScript.
//!
//! `maud` escapes all text and attributes in its templates. Line ends are for readers of the source.

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

/// When a page of a run under way was written, and how often it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refresh<'a> {
    /// The time, in UTC, RFC 3339.
    pub written: &'a str,
    /// Seconds until it is written again and reloads itself; `None` for the last page.
    pub every: Option<u64>,
}

/// Writes a report with its rendered figures, in their order.
pub fn write(report: &Report, pictures: &[Picture]) -> String {
    page(report, pictures, None)
}

/// As [`write()`], for a run under way.
pub fn write_live(report: &Report, pictures: &[Picture], refresh: Refresh<'_>) -> String {
    page(report, pictures, Some(refresh))
}

fn page(report: &Report, pictures: &[Picture], refresh: Option<Refresh<'_>>) -> String {
    let page = html! {
        (DOCTYPE) "\n"
        html lang="en" { "\n" (head(report, refresh)) (body(report, pictures, refresh)) } "\n"
    };
    // Some characters may not occur in HTML even escaped.
    for_markup(&page.into_string()).into_owned()
}

fn head(report: &Report, refresh: Option<Refresh<'_>>) -> Markup {
    html! {
        head { "\n"
            meta charset="utf-8"; "\n"
            meta name="viewport" content="width=device-width, initial-scale=1"; "\n"
            meta name="color-scheme" content="light dark"; "\n"
            meta name="description" content=(report.answer.text()); "\n"
            meta name="generator" content=(report.author); "\n"
            @if let Some(seconds) = refresh.and_then(|refresh| refresh.every) {
                meta http-equiv="refresh" content=(seconds); "\n"
            }
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

fn body(report: &Report, pictures: &[Picture], refresh: Option<Refresh<'_>>) -> Markup {
    let mut pictures = pictures.iter();
    html! {
        body { "\n"
            a.skip href="#content" { "Skip to the report" }
            main id="content" { "\n"
                (top(report, refresh))
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

fn top(report: &Report, refresh: Option<Refresh<'_>>) -> Markup {
    html! {
        header {
            p.kicker { (report.scope) } "\n"
            h1 { (report.title) } "\n"
            p.answer { (marked(&report.answer)) } "\n"
            @if let Some(refresh) = refresh { (written(refresh)) }
            @for remark in &report.remarks { p.remark { (marked(remark)) } "\n" }
        } "\n"
    }
}

/// When the page was written, from which a reader sees whether it still is.
fn written(refresh: Refresh<'_>) -> Markup {
    // `2026-01-31T12:00:00.123Z`
    let moment = refresh.written.get(..19).unwrap_or(refresh.written).replace('T', " ");
    let every = refresh.every.map(|seconds| seconds.to_string());
    html! {
        p.written {
            "Written at " time datetime=(refresh.written) data-every=[&every] { (moment) " UTC" }
            @if let Some(every) = every {
                ", and again every " (every) " s, when this page reloads itself. If that is long ago, "
                code { "bn-lab watch" } " has ended and nothing here is new."
            } @else {
                ". This page does not reload itself."
            }
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
        Block::Code(text) => html! { pre { code { (text) } } "\n" },
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
            div.chart role="img" aria-label=(shown.alternative) {
                // One of both is shown.
                @if let Some(narrow) = &picture.narrow {
                    div.wide { (PreEscaped(&picture.inline)) } "\n"
                    div.narrow { (PreEscaped(narrow)) }
                } @else {
                    div.scroll tabindex="0" { (PreEscaped(&picture.inline)) }
                }
            } "\n"
            figcaption {
                (marked(&shown.caption))
                @if let Some(files) = &picture.files {
                    span.downloads {
                        (file("SVG", "svg", "image/svg+xml", files.svg.as_bytes())) " "
                        (file("PNG", "png", "image/png", &files.png))
                    }
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
                Piece::Badge { text, tone } => { strong class=(tone.class()) { (text) } }
                Piece::Link { text, to } => { a href=(to) { (text) } }
            }
        }
    }
}

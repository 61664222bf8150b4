//! Pictures in files of their own: SVG without fonts, and PDF.

use std::collections::HashSet;
use std::io::Read;

use flate2::read::ZlibDecoder;

use super::super::{missing_letters, pdf};
use super::*;
use crate::plot::palette::Theme;

fn file(chart: &Chart) -> String {
    super::super::svg(chart, &Style::of_file()).expect("a picture")
}

#[test]
fn an_svg_file_needs_no_font_and_keeps_its_texts_as_labels() {
    let svg = file(&chart());
    assert!(!svg.contains("<text") && !svg.contains("font-size"), "{svg}");
    let values = |name: &str| -> Vec<&str> {
        let start = format!(" {name}=\"");
        let parts = svg.split(start.as_str()).skip(1);
        parts.filter_map(|rest| Some(rest.split_once('"')?.0)).collect()
    };
    let labels = values("aria-label");
    for text in ["Does it help?", "Cross-entropy loss (nats)", "Epoch", "Training loss"] {
        assert!(labels.contains(&text), "{labels:?}");
    }
    let ids: HashSet<&str> = values("id").into_iter().collect();
    let used = values("xlink:href");
    assert!(used.len() > 100 && used.iter().all(|letter| ids.contains(&letter[1..])));
    assert!(ids.len() < used.len() / 2, "each shape is there once");
}

#[test]
fn outlines_and_letters_look_alike() {
    let letters = pixels(&chart(), &Style::default());
    let outlines = pixels(&chart(), &Style::of_file());
    assert_eq!(letters.len(), outlines.len());
    let apart = letters.iter().zip(&outlines).filter(|(one, other)| one.abs_diff(**other) > 64);
    let apart = apart.count();
    assert!(apart * 2000 < letters.len(), "{apart} of {} values differ", letters.len());
}

#[test]
fn title_and_caption_are_left_out_where_a_page_has_its_own() {
    let without = Style { title: false, caption: false, ..Style::default() };
    let svg = super::super::svg(&chart(), &without).expect("a picture");
    for text in ["Does it help?", "an-experiment", "Band: smallest to largest. Nothing else."] {
        assert!(!texts(&svg).contains(&text), "{text}");
    }
    assert!(texts(&svg).contains(&"Epoch"));
    assert!(svg.contains("<title id=\"chart-title\">Does it help?</title>"), "for screen readers");
    let whole = super::super::svg(&chart(), &Style::default()).expect("a picture");
    assert!(attribute(&svg, "height") < attribute(&whole, "height") - 40.0);
}

/// The streams of a PDF, unpacked.
fn streams(pdf: &[u8]) -> Vec<Vec<u8>> {
    let starts = (0..pdf.len()).filter(|&at| pdf[at..].starts_with(b"\nstream\n"));
    let unpacked = starts.map(|at| {
        let mut bytes = Vec::new();
        ZlibDecoder::new(&pdf[at + 8..]).read_to_end(&mut bytes).expect("a packed stream");
        bytes
    });
    unpacked.collect()
}

fn contains(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|part| part == text.as_bytes())
}

#[test]
fn a_pdf_has_the_size_of_the_chart_and_its_letters_embedded() {
    let mut chart = chart();
    chart.shade = Some(axis("Accuracy (%)"));
    chart.rows[0].panels[0].references = vec![crate::plot::chart::Reference {
        of: crate::plot::chart::Along::Y,
        low: 2.0,
        high: 2.0,
        label: "target".to_owned(),
    }];
    let style = Style { width: Some(384.0), ..Style::of_file() };
    let bytes = pdf(&chart, &style).expect("a document");
    assert!(bytes.starts_with(b"%PDF-1."));
    // 384 pixels are 4 inches.
    assert!(contains(&bytes, "/MediaBox [0 0 288 "));
    assert!(contains(&bytes, "/Creator (bn-lab ") && contains(&bytes, "/Title (Does it help?)"));
    for face in ["+DejaVuSans\n", "+DejaVuSans-Bold\n"] {
        assert!(contains(&bytes, face), "{face}");
    }
    assert_eq!(bytes.windows(10).filter(|part| part == b"/FontFile2").count(), 2);
    let streams = streams(&bytes);
    let fonts = streams.iter().filter(|stream| stream.starts_with(&[0, 1, 0, 0]));
    assert!(fonts.clone().count() == 2 && fonts.map(Vec::len).all(|size| size < 30_000), "subsets");
    let maps = streams.iter().filter(|stream| contains(stream, "begincmap"));
    assert!(maps.into_iter().any(|map| contains(map, "<0045>")), "an E can be found");
    let page = streams.iter().find(|stream| contains(stream, " TJ")).expect("the page");
    assert!(contains(page, " sh") && contains(page, "2 Tr") | contains(page, "1 Tr"));
    assert_eq!(pdf(&chart, &style).expect("a document"), bytes, "the same chart, the same bytes");
}

#[test]
fn a_pdf_in_black_ink_has_no_colour() {
    let style = Style { theme: Theme::Print, ..Style::of_file() };
    let bytes = pdf(&chart(), &style).expect("a document");
    let streams = streams(&bytes);
    let page = streams.iter().find(|stream| contains(stream, " TJ")).expect("the page");
    assert!(!contains(page, " rg\n") && !contains(page, " RG\n"));
}

#[test]
fn letters_that_no_font_has_are_named() {
    let mut chart = chart();
    assert_eq!(missing_letters(&chart), []);
    chart.rows[0].panels[0].title = "a \u{10fffd} b".to_owned();
    assert_eq!(missing_letters(&chart), ['\u{10fffd}']);
    png(&file(&chart), ONE_TO_ONE).expect("a box stands for it");
    pdf(&chart, &Style::of_file()).expect("a box stands for it");
}

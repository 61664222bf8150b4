//! Charts as SVG and as pixels: one small chart here, every kind of mark in `marks`, sizes in
//! `sizes`, colours in `themes`.

mod files;
mod marks;
mod sizes;
mod specimens;
mod themes;

use super::super::chart::{
    Axis, Chart, LegendEntry, Panel, Point, Row, Scale, Series, Span, Symbol, Tick,
};
use super::super::palette::Key;
use super::{Style, png};

/// A chart in the default style.
fn svg(chart: &Chart) -> crate::error::Result<String> {
    super::svg(chart, &Style::default())
}

/// The resolution at which a pixel of the SVG is one of the PNG.
const ONE_TO_ONE: f64 = 96.0;

fn axis(label: &str) -> Axis {
    let tick = |value: f64| Tick { value, label: format!("{value}") };
    Axis {
        label: label.to_owned(),
        scale: Scale::Linear,
        low: 0.0,
        high: 4.0,
        ticks: vec![tick(1.0), tick(3.0)],
    }
}

fn chart() -> Chart {
    let series = Series {
        label: "before".to_owned(),
        key: Key::Before,
        points: vec![Point { x: 1.0, y: 3.0 }, Point { x: 3.0, y: 1.0 }],
        band: vec![Span { x: 1.0, low: 2.5, high: 3.5 }, Span { x: 3.0, low: 0.5, high: 1.5 }],
        ended: vec![Point { x: 2.0, y: 4.0 }],
        ..Series::default()
    };
    let panel = Panel {
        title: "Training loss".to_owned(),
        note: "n: before 2/3".to_owned(),
        series: vec![series],
        ..Panel::default()
    };
    Chart {
        title: "Does it help?".to_owned(),
        subtitle: "an-experiment".to_owned(),
        scope: String::new(),
        legend_title: "Normalisation".to_owned(),
        legend: vec![
            LegendEntry {
                label: "before (n = 2 of 3, 1 diverged)".to_owned(),
                symbol: Symbol::Line { key: Key::Before },
            },
            LegendEntry { label: "diverged".to_owned(), symbol: Symbol::Ended },
        ],
        x: axis("Epoch"),
        rows: vec![Row {
            heading: "A row".to_owned(),
            y: axis("Cross-entropy loss (nats)"),
            panels: vec![panel],
        }],
        band: "Band: smallest to largest.".to_owned(),
        footnote: "Nothing else.".to_owned(),
        shade: None,
    }
}

/// The texts of an SVG document, in order.
fn texts(svg: &str) -> Vec<&str> {
    svg.split("<text")
        .skip(1)
        .filter_map(|element| element.split_once('>'))
        .filter_map(|(_, content)| content.split_once("</text>"))
        .map(|(content, _)| content.trim())
        .collect()
}

/// Width and height in the header of a PNG.
fn size(png: &[u8]) -> (u32, u32) {
    let number = |at: usize| {
        let bytes = png[at..at + 4].try_into().expect("four bytes");
        u32::from_be_bytes(bytes)
    };
    (number(16), number(20))
}

/// The value of an attribute of the outermost element.
fn attribute(svg: &str, name: &str) -> f64 {
    let (_, rest) = svg.split_once(&format!(" {name}=\"")).expect("the attribute");
    let (value, _) = rest.split_once('"').expect("its end");
    value.parse().expect("a number")
}

#[test]
fn every_text_of_the_chart_is_text_in_the_svg() {
    let svg = svg(&chart()).expect("a picture");
    let texts = texts(&svg);
    for expected in [
        "Does it help?",
        "an-experiment",
        "Normalisation",
        "before (n = 2 of 3, 1 diverged)",
        "diverged",
        "A row",
        "Training loss",
        "n: before 2/3",
        "Cross-entropy loss (nats)",
        "Epoch",
        "1",
        "3",
        "Band: smallest to largest. Nothing else.",
    ] {
        assert!(texts.contains(&expected), "{expected} is not among {texts:?}");
    }
}

#[test]
fn the_svg_names_no_other_font() {
    let svg = svg(&chart()).expect("a picture");
    assert_eq!(svg.matches("font-family").count(), 1);
    let start = svg.split('>').next().expect("the outermost element");
    assert!(start.contains("font-family=\"DejaVu Sans, sans-serif\""));
}

#[test]
fn what_users_write_is_escaped() {
    let mut chart = chart();
    chart.title = "Is <b> & \"c\" \u{0}better?".to_owned();
    chart.subtitle = "<&\">".to_owned();
    chart.legend[0].label = "</svg>".to_owned();
    chart.rows[0].panels[0].title = "a<b".to_owned();
    let svg = svg(&chart).expect("a picture");
    assert!(texts(&svg).contains(&"&lt;&amp;\"&gt;"));
    assert!(
        svg.contains("<title id=\"chart-title\">Is &lt;b&gt; &amp; \"c\" \u{fffd}better?</title>")
    );
    chart.rows[0].panels[0].series[0].label = "\"><script>".to_owned();
    assert!(!super::svg(&chart, &Style::default()).expect("a picture").contains("<script>"));
    assert!(!svg.contains('\0'));
    png(&svg, ONE_TO_ONE).expect("a well-formed document");
}

#[test]
fn the_same_chart_gives_the_same_bytes() {
    let (one, other) = (svg(&chart()).expect("one"), svg(&chart()).expect("other"));
    assert_eq!(one, other);
    let picture = |svg: &str| png(svg, 2.0 * ONE_TO_ONE).expect("a picture");
    assert_eq!(picture(&one), picture(&other));
}

#[test]
fn the_png_is_the_svg_at_its_scale() {
    let svg = svg(&chart()).expect("a picture");
    let (width, height) = (attribute(&svg, "width"), attribute(&svg, "height"));
    assert!(width > 400.0 && height > 300.0);
    let png = png(&svg, 2.0 * ONE_TO_ONE).expect("a picture");
    assert_eq!(size(&png), ((2.0 * width) as u32, (2.0 * height) as u32));
    // 192 dots per inch are 7559 per metre.
    let mut physical = b"pHYs".to_vec();
    physical.extend([0, 0, 0x1d, 0x87, 0, 0, 0x1d, 0x87, 1]);
    assert!(png.windows(physical.len()).any(|bytes| bytes == physical));
}

#[test]
fn the_png_shows_lines_and_letters() {
    let full = pixels(&chart(), &Style::default());
    assert!(count(&full, (255, 255, 255)) > full.len() / 8, "the paper is white");
    assert!(count(&full, (0, 114, 178)) > 100, "the line is blue");
    let mut silent = chart();
    silent.title = "\u{a0}".to_owned();
    let silent = pixels(&silent, &Style::default());
    assert!(count(&full, (26, 26, 26)) > count(&silent, (26, 26, 26)) + 50);
}

/// The picture's pixels, four bytes each.
fn pixels(chart: &Chart, style: &Style) -> Vec<u8> {
    use resvg::tiny_skia::Pixmap;
    let svg = super::svg(chart, style).expect("a picture");
    let png = png(&svg, ONE_TO_ONE).expect("a picture");
    Pixmap::decode_png(&png).expect("a PNG").take()
}

/// The number of pixels with a colour.
fn count(pixels: &[u8], (red, green, blue): (u8, u8, u8)) -> usize {
    let is_it = |pixel: &&[u8]| pixel[..3] == [red, green, blue];
    pixels.chunks(4).filter(is_it).count()
}

#[test]
fn the_picture_is_named_and_described_for_those_who_cannot_see_it() {
    let svg = svg(&chart()).expect("a picture");
    let start = svg.split('>').next().expect("the outermost element");
    for attribute in [
        "role=\"img\"",
        "aria-labelledby=\"chart-title\"",
        "aria-describedby=\"chart-description\"",
    ] {
        assert!(start.contains(attribute), "{start}");
    }
    assert!(svg.contains("<title id=\"chart-title\">Does it help?</title>"));
    let description = "<desc id=\"chart-description\">an-experiment. Panels: Training loss. \
                       Horizontal axis: Epoch. Vertical axis: Cross-entropy loss (nats). \
                       Normalisation: before (n = 2 of 3, 1 diverged); diverged. \
                       Band: smallest to largest. Nothing else.</desc>";
    assert!(svg.contains(description), "{svg}");
}

#[test]
fn two_pictures_of_a_page_share_no_id() {
    let ids = |id: &str| {
        let style = Style { id: id.to_owned(), ..Style::default() };
        let mut chart = chart();
        chart.shade = Some(axis("Accuracy (%)"));
        let svg = super::svg(&chart, &style).expect("a picture");
        let ids = svg.split(" id=\"").skip(1);
        let ids: Vec<String> =
            ids.filter_map(|rest| Some(rest.split_once('"')?.0.to_owned())).collect();
        assert!(svg.contains(&format!("url(#{id}-shades)")));
        ids
    };
    let (one, other) = (ids("one"), ids("other"));
    assert_eq!(one.len(), 3);
    assert!(one.iter().all(|id| !other.contains(id)));
}

#[test]
fn a_chart_without_panels_or_texts_is_still_a_picture() {
    let mut chart = chart();
    chart.rows.clear();
    chart.legend.clear();
    chart.title.clear();
    png(&svg(&chart).expect("a picture"), ONE_TO_ONE).expect("a picture");
}

#[test]
fn long_titles_wrap_within_the_sheet() {
    let mut chart = chart();
    chart.title = "Does batch normalisation help a small network here? ".repeat(5);
    let svg = svg(&chart).expect("a picture");
    let lines = texts(&svg).iter().filter(|text| text.contains("normalisation help")).count();
    assert!(lines >= 3, "{lines} lines");
}

#[test]
fn what_cannot_be_drawn_is_an_error() {
    assert!(png("<svg", ONE_TO_ONE).is_err());
    let svg = svg(&chart()).expect("a picture");
    assert!(png(&svg, 0.0).is_err());
    assert!(png(&svg, f64::NAN).is_err());
}

#[test]
fn no_text_makes_a_chart_that_cannot_be_read() {
    // Characters that XML forbids even escaped, and characters that must be escaped.
    let odd: String = (0..0x20)
        .chain(0x7f..0xa0)
        .chain([0xfffe, 0xffff, 0x1_fffe])
        .filter_map(char::from_u32)
        .chain("<&\"']]>-->".chars())
        .collect();
    let mut chart = chart();
    chart.title.push_str(&odd);
    chart.subtitle.push_str(&odd);
    chart.footnote.push_str(&odd);
    chart.legend_title.push_str(&odd);
    chart.x.label.push_str(&odd);
    chart.x.ticks[0].label.push_str(&odd);
    chart.rows[0].y.label.push_str(&odd);
    chart.rows[0].heading.push_str(&odd);
    let panel = &mut chart.rows[0].panels[0];
    panel.title.push_str(&odd);
    panel.note.push_str(&odd);
    panel.series[0].label.push_str(&odd);
    let svg = svg(&chart).expect("drawn");
    png(&svg, ONE_TO_ONE).expect("XML");
    let forbidden = |c: char| c.is_control() && c != '\n' || matches!(c, '\u{fffe}' | '\u{ffff}');
    assert!(!svg.contains(forbidden));
}

use super::super::chart::{
    Axis, Chart, LegendEntry, Panel, Point, Row, Scale, Series, Span, Symbol, Tick,
};
use super::super::palette::Key;
use super::{png, svg};

fn axis(label: &str) -> Axis {
    let tick = |value: f64| Tick {
        value,
        label: format!("{value}"),
    };
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
        band: vec![
            Span {
                x: 1.0,
                low: 2.5,
                high: 3.5,
            },
            Span {
                x: 3.0,
                low: 0.5,
                high: 1.5,
            },
        ],
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
        legend_title: "Normalisation".to_owned(),
        legend: vec![
            LegendEntry {
                label: "before (n = 2 of 3, 1 diverged)".to_owned(),
                symbol: Symbol::Line {
                    key: Key::Before,
                    band: true,
                },
            },
            LegendEntry {
                label: "diverged".to_owned(),
                symbol: Symbol::Ended,
            },
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
fn attribute(svg: &str, name: &str) -> u32 {
    let (_, rest) = svg
        .split_once(&format!(" {name}=\""))
        .expect("the attribute");
    let (value, _) = rest.split_once('"').expect("its end");
    value.parse().expect("a whole number")
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
        assert!(
            texts.contains(&expected),
            "{expected} is not among {texts:?}"
        );
    }
}

#[test]
fn the_svg_asks_for_no_other_font() {
    let svg = svg(&chart()).expect("a picture");
    let families = svg.matches("font-family=").count();
    assert_eq!(
        families,
        svg.matches("font-family=\"DejaVu Sans, sans-serif\"")
            .count()
    );
    assert!(families > 10);
}

#[test]
fn what_users_write_is_escaped() {
    let mut chart = chart();
    chart.title = "Is <b> & \"c\" \u{0}better?".to_owned();
    chart.subtitle = "<&\">".to_owned();
    chart.legend[0].label = "</svg>".to_owned();
    chart.rows[0].panels[0].title = "a<b".to_owned();
    let svg = svg(&chart).expect("a picture");
    assert!(texts(&svg).contains(&"&lt;&amp;&quot;&gt;"));
    assert!(svg.contains("<title>Is &lt;b&gt; &amp; \"c\"  better?</title>"));
    assert!(!svg.contains('\0'));
    png(&svg, 1.0).expect("a well-formed document");
}

#[test]
fn the_same_chart_gives_the_same_bytes() {
    let (one, other) = (svg(&chart()).expect("one"), svg(&chart()).expect("other"));
    assert_eq!(one, other);
    let picture = |svg: &str| png(svg, 2.0).expect("a picture");
    assert_eq!(picture(&one), picture(&other));
}

#[test]
fn the_png_is_the_svg_at_its_scale() {
    let svg = svg(&chart()).expect("a picture");
    let (width, height) = (attribute(&svg, "width"), attribute(&svg, "height"));
    assert!(width > 400 && height > 300);
    assert_eq!(
        size(&png(&svg, 2.0).expect("a picture")),
        (2 * width, 2 * height)
    );
}

#[test]
fn the_png_shows_lines_and_letters() {
    use resvg::tiny_skia::Pixmap;
    let pixels = |chart: &Chart| {
        let svg = svg(chart).expect("a picture");
        let png = png(&svg, 1.0).expect("a picture");
        Pixmap::decode_png(&png).expect("a PNG").take()
    };
    let count = |pixels: &[u8], colour: [u8; 3]| {
        pixels
            .chunks(4)
            .filter(|pixel| pixel[..3] == colour)
            .count()
    };
    let full = pixels(&chart());
    assert!(
        count(&full, [255, 255, 255]) > full.len() / 8,
        "the paper is white"
    );
    assert!(count(&full, [0, 114, 178]) > 100, "the line is blue");
    let mut silent = chart();
    silent.title = "\u{a0}".to_owned();
    assert!(count(&full, [26, 26, 26]) > count(&pixels(&silent), [26, 26, 26]) + 50);
}

#[test]
fn a_chart_without_panels_or_texts_is_still_a_picture() {
    let mut chart = chart();
    chart.rows.clear();
    chart.legend.clear();
    chart.title.clear();
    png(&svg(&chart).expect("a picture"), 1.0).expect("a picture");
}

#[test]
fn long_titles_wrap_within_the_sheet() {
    let mut chart = chart();
    chart.title = "Does batch normalisation help a small network here? ".repeat(5);
    let svg = svg(&chart).expect("a picture");
    let lines = texts(&svg)
        .iter()
        .filter(|text| text.contains("normalisation help"))
        .count();
    assert!(lines >= 3, "{lines} lines");
}

#[test]
fn what_cannot_be_drawn_is_an_error() {
    assert!(png("<svg", 1.0).is_err());
    let svg = svg(&chart()).expect("a picture");
    assert!(png(&svg, 0.0).is_err());
    assert!(png(&svg, f64::NAN).is_err());
}

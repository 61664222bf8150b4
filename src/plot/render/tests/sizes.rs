//! Pictures of a requested size.

use super::*;

fn sized(chart: &Chart, width: Option<f64>, height: Option<f64>) -> crate::error::Result<String> {
    let style = Style { width, height, ..Style::default() };
    super::super::svg(chart, &style)
}

fn size(svg: &str) -> (f64, f64) {
    (attribute(svg, "width"), attribute(svg, "height"))
}

fn sizes_of_print(svg: &str) -> Vec<&str> {
    let sizes = svg.split("font-size=\"").skip(1);
    let mut sizes: Vec<&str> = sizes.filter_map(|rest| rest.split('"').next()).collect();
    sizes.sort_unstable();
    sizes.dedup();
    sizes
}

#[test]
fn panels_give_way_and_print_keeps_its_size() {
    let natural = sized(&chart(), None, None).expect("a picture");
    let small = sized(&chart(), Some(302.0), None).expect("a picture");
    assert!((size(&small).0 - 302.0).abs() < 1e-9);
    assert!(size(&small).1 < size(&natural).1);
    assert_eq!(sizes_of_print(&small), sizes_of_print(&natural));
    let both = sized(&chart(), Some(600.0), Some(400.0)).expect("a picture");
    assert_eq!(size(&both), (600.0, 400.0));
}

#[test]
fn a_height_alone_is_taken_by_the_panels() {
    let frame = |svg: &str| {
        let axes = svg.split("stroke=\"#787878\"").next().expect("an axis");
        axes.len()
    };
    let low = sized(&chart(), None, Some(300.0)).expect("a picture");
    let high = sized(&chart(), None, Some(900.0)).expect("a picture");
    assert!((size(&low).1 - 300.0).abs() < 1e-9 && (size(&high).1 - 900.0).abs() < 1e-9);
    assert!(frame(&low) > 0 && low != high);
}

#[test]
fn a_size_without_room_for_the_panels_is_refused_with_the_way_out() {
    for (width, height) in [(Some(90.0), None), (None, Some(120.0))] {
        let error = sized(&chart(), width, height).expect_err("no room");
        assert!(error.to_string().contains("--size"), "{error}");
    }
}

/// A chart with a vertical axis of this many names.
fn named(count: usize) -> Chart {
    let mut chart = chart();
    let tick = |index: usize| Tick { value: index as f64, label: format!("condition {index}") };
    chart.rows[0].y = Axis {
        label: String::new(),
        scale: Scale::Categorical,
        low: -0.5,
        high: count as f64 - 0.5,
        ticks: (0..count).map(tick).collect(),
    };
    chart
}

#[test]
fn a_vertical_axis_of_names_is_as_high_as_it_has_names() {
    let height = |count: usize| {
        let svg = sized(&named(count), None, None).expect("a picture");
        for index in 0..count {
            assert!(texts(&svg).contains(&format!("condition {index}").as_str()));
        }
        size(&svg).1
    };
    assert!((height(20) - height(10) - 280.0).abs() < 1.0);
}

#[test]
fn a_sheet_that_is_higher_than_can_be_drawn_is_refused_with_the_way_out() {
    let mut chart = named(500);
    chart.rows = vec![chart.rows[0].clone(); 8];
    let error = sized(&chart, None, None).expect_err("112 000 pixels");
    assert!(error.to_string().contains("--facet"), "{error}");
    chart.rows.truncate(7);
    let svg = sized(&chart, None, None).expect("98 000 pixels");
    assert!(size(&svg).1 > 98_000.0);
}

#[test]
fn numbers_below_neighbouring_panels_do_not_touch() {
    let mut chart = chart();
    let panel = chart.rows[0].panels[0].clone();
    chart.rows[0].panels = vec![panel.clone(), panel.clone(), panel];
    let width = |chart: &Chart| size(&sized(chart, None, None).expect("a picture")).0;
    let narrow = width(&chart);
    let tick = |value: f64, label: &str| Tick { value, label: label.to_owned() };
    chart.x.ticks = vec![tick(0.0, "0"), tick(4.0, "10000")];
    // Two gutters, each wider by what the long number and the zero exceed a gutter.
    assert!(width(&chart) > narrow + 2.0, "{} {narrow}", width(&chart));
    chart.x.ticks = vec![tick(1.0, "1"), tick(3.0, "3")];
    assert!((width(&chart) - narrow).abs() < 1e-9);
}

#[test]
fn what_rows_have_in_common_wraps_within_their_height() {
    let mut chart = chart();
    chart.rows[0].heading = "input scaling standardize · learning rate 0.0316".to_owned();
    let tick = |index: usize| Tick { value: index as f64, label: format!("{index}") };
    chart.rows[0].y = Axis {
        label: "Normalisation of the layers".to_owned(),
        scale: Scale::Categorical,
        low: -0.5,
        high: 1.5,
        ticks: vec![tick(0), tick(1)],
    };
    let svg = sized(&chart, None, None).expect("a picture");
    let texts = texts(&svg);
    assert!(texts.contains(&"learning rate") || texts.iter().any(|t| t.starts_with("learning")));
    assert!(!texts.contains(&chart.rows[0].heading.as_str()), "{texts:?}");
}

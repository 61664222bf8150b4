//! The page's layout on traces with round numbers; `docs/explain.md` has a real one, which is tested verbatim.

use super::lines::{WIDTH, width};
use super::*;
use crate::explain::{Batch, Estimate, Gradients, Running, Stages, Unit};
use crate::report::snapshot;

/// A trace with μ = 0 and σ̂ = 2, so that every number is short. The gradients are arbitrary.
fn made_up(x: &[f64]) -> BatchTrace {
    let halved: Vec<f64> = x.iter().map(|x| x / 2.0).collect();
    let stages = Stages { x_hat: halved.clone(), y: halved.clone(), activation: None };
    BatchTrace {
        unit: Unit {
            gamma: 1.0,
            beta: 0.0,
            epsilon: 1e-5,
            decay: 0.9,
            running_variance: Estimate::Unbiased,
            activation: None,
            placement: Place::Before,
        },
        x: x.to_vec(),
        training: stages.clone(),
        batch: Batch { mean: 0.0, variance: 4.0, deviation: 2.0 },
        running: Running { old_mean: 0.0, mean: 0.25, old_variance: 1.0, variance: 1.5 },
        evaluation: stages,
        gradients: Gradients {
            out: x.to_vec(),
            is_largest_output: false,
            y: x.to_vec(),
            gamma: 1.0,
            beta: 12.5,
            norm_input: halved.clone(),
            x: halved,
        },
    }
}

#[test]
fn markdown_has_a_table_for_each_part() {
    snapshot::check("explain.md", &markdown(&made_up(&[-2.0, 0.0, 2.0])));
}

#[test]
fn a_long_batch_continues_below_within_the_width_of_a_terminal() {
    let values: Vec<f64> = (0..32).map(|i| 10.5 * f64::from(i - 16)).collect();
    let page = table(&made_up(&values));
    for line in page.lines() {
        assert!(width(line) <= WIDTH, "{} columns: {line}", width(line));
    }
    let shown = page.split_whitespace().filter(|word| *word == "−168").count();
    assert_eq!(shown, 2, "x and dy are given:\n{page}");
}

#[test]
fn decimal_points_are_aligned() {
    let page = table(&made_up(&[-2.5, 125.25]));
    let point = |line: &str| {
        let (head, _) = line.rsplit_once('.').expect("a point");
        width(head)
    };
    let of = |start: &str| {
        let line = page.lines().find(|line| line.starts_with(start));
        point(line.expect("a line"))
    };
    assert_eq!(of("x "), of("x̂ "), "{page}");
    assert_eq!(of("x "), of("dy"), "{page}");
}

/// The notes below a modified trace.
fn notes_of(x: &[f64], change: impl Fn(&mut BatchTrace)) -> String {
    let mut walk = made_up(x);
    change(&mut walk);
    notes::all(&walk).join("\n")
}

#[test]
fn the_notes_depend_on_the_numbers() {
    let says = |notes: String, what: &str| assert!(notes.contains(what), "{notes}");
    let plain = |_: &mut BatchTrace| ();
    says(notes_of(&[3.0], plain), "A batch of one");
    says(notes_of(&[3.0], plain), "PyTorch refuses");
    says(notes_of(&[3.0, 3.0, 3.0], plain), "All x are equal");
    says(notes_of(&[3.0, 4.0], plain), "which one is larger");
    let without_factor = |walk: &mut BatchTrace| walk.unit.gamma = 0.0;
    says(notes_of(&[3.0, 4.0, 5.0], without_factor), "γ = 0");
    let constant = |walk: &mut BatchTrace| walk.gradients.y = vec![1.0; 3];
    says(notes_of(&[3.0, 4.0, 5.0], constant), "dx is 0");
    let chosen = |walk: &mut BatchTrace| walk.gradients.is_largest_output = true;
    says(notes_of(&[3.0, 4.0, 5.0], chosen), "μ and σ² tie");
    let unheard = notes_of(&[3.0, 4.0, 5.0], |walk| {
        walk.gradients.is_largest_output = true;
        walk.gradients.norm_input = vec![1.0, 1e-9, 0.0];
    });
    assert!(!unheard.contains("tie"), "{unheard}");
}

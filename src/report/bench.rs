//! The measurements of `bn-lab bench`, as a table and as JSON.

use serde::Serialize;

use super::sheet::json_text;
use super::table::lay_out;
use crate::stats;

/// Everything that was measured, and where.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Document {
    /// The machine.
    pub machine: Machine,
    /// The program.
    pub program: Program,
    /// One for each case.
    pub measurements: Vec<Measurement>,
}

impl Document {
    /// Adds measurements.
    pub fn add(&mut self, measurements: Vec<Measurement>) {
        self.measurements.extend(measurements);
        let peaks = self.measurements.iter().map(|measured| measured.peak_gigaflops);
        self.machine.peak_gigaflops = stats::median(&peaks.collect::<Vec<_>>());
    }
}

/// A machine.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Machine {
    /// The processor's name.
    pub processor: String,
    /// The widest vectors that were used.
    pub instruction_set: String,
    /// Operating system and architecture.
    pub system: String,
    /// Number of cores that the process may use.
    pub cores: usize,
    /// Number of cores that were used.
    pub cores_used: usize,
    /// Multiplications and additions, in billions a second, of one core; the median over all measurements.
    pub peak_gigaflops: Option<f64>,
}

/// A program.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Program {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The git revision of its source.
    pub revision: String,
    /// The version of burn.
    pub burn: String,
    /// How the steps were computed: `fused` or `composed`.
    pub kernels: String,
}

/// The measurements of a case. Times are medians over repetitions, where they are not called a minimum.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Measurement {
    /// The network's name.
    pub network: String,
    /// Where the norm stands.
    pub placement: String,
    /// Number of examples of a step.
    pub batch_size: usize,
    /// The dataset, or `random`.
    pub data: String,
    /// A training step, with the rows of its batch.
    pub microseconds_per_step: f64,
    /// The shortest mean time of a step in a repetition.
    pub minimum_microseconds: f64,
    /// Filling the batch with rows.
    pub rows_microseconds: f64,
    /// The forward pass.
    pub forward_microseconds: f64,
    /// The backward pass, without any update.
    pub backward_microseconds: f64,
    /// The update of all weights, after the backward pass.
    pub update_microseconds: f64,
    /// The evaluation of an example.
    pub evaluation_microseconds_per_example: f64,
    /// A step of a whole training, with its events and files.
    pub run_microseconds_per_step: Option<f64>,
    /// By how much it is longer than a step; below 0 where the two cannot be told apart.
    pub logging_microseconds: Option<f64>,
    /// The same matrix products by the crate `gemm`, and an update of all weights; for fully connected layers alone.
    pub floor_microseconds: Option<f64>,
    /// A step in floors.
    pub floor_ratio: Option<f64>,
    /// The multiplications and additions of forward pass and gradients, at the core's peak.
    pub arithmetic_limit_microseconds: f64,
    /// A step in such limits.
    pub arithmetic_limit_ratio: f64,
    /// That peak, in billions a second.
    pub peak_gigaflops: f64,
    /// Number of repetitions.
    pub repetitions: usize,
    /// Number of steps in all repetitions.
    pub steps: usize,
}

/// The mean seconds of a call in each repetition.
#[derive(Debug)]
pub struct Times<'a> {
    /// Number of steps in all repetitions.
    pub steps: usize,
    /// A step with its rows.
    pub step: &'a [f64],
    /// The rows.
    pub rows: &'a [f64],
    /// Forward pass, backward pass, update.
    pub parts: &'a [Vec<f64>; 3],
    /// The evaluation of an example.
    pub evaluation: &'a [f64],
    /// A step of a whole training; no list, but one number.
    pub run: Option<f64>,
}

/// What a core could do.
#[derive(Debug)]
pub struct Limits {
    /// Seconds of the matrix products and of the update, in each repetition.
    pub floor: Option<[Vec<f64>; 2]>,
    /// Multiply-additions of a step.
    pub multiply_additions: f64,
    /// Multiply-additions in a second, in each repetition.
    pub peaks: Vec<f64>,
}

impl Measurement {
    /// The measurement of a case: `names` are those of network, placement and data.
    pub fn new(names: [&str; 3], batch_size: usize, times: &Times<'_>, limits: &Limits) -> Self {
        let [network, placement, data] = names.map(str::to_owned);
        let [forward, backward, update] = times.parts.each_ref().map(|part| median(part));
        let step = median(times.step);
        let peak = median(&limits.peaks);
        let arithmetic = limits.multiply_additions / peak;
        let floor = limits.floor.as_ref();
        let floor = floor.map(|[products, update]| median(products) + median(update));
        Self {
            network,
            placement,
            batch_size,
            data,
            microseconds_per_step: microseconds(step),
            minimum_microseconds: microseconds(stats::minimum(times.step).unwrap_or_default()),
            rows_microseconds: microseconds(median(times.rows)),
            forward_microseconds: microseconds(forward),
            backward_microseconds: microseconds(backward),
            update_microseconds: microseconds(update),
            evaluation_microseconds_per_example: microseconds(median(times.evaluation)),
            run_microseconds_per_step: times.run.map(microseconds),
            logging_microseconds: times.run.map(|run| microseconds(run - step)),
            floor_microseconds: floor.map(microseconds),
            floor_ratio: floor.map(|floor| thousandths(step / floor)),
            arithmetic_limit_microseconds: microseconds(arithmetic),
            arithmetic_limit_ratio: thousandths(step / arithmetic),
            // A multiplication and an addition each.
            peak_gigaflops: thousandths(2e-9 * peak),
            repetitions: times.step.len(),
            steps: times.steps,
        }
    }
}

fn median(seconds: &[f64]) -> f64 {
    stats::median(seconds).unwrap_or_default()
}

fn microseconds(seconds: f64) -> f64 {
    thousandths(seconds * 1e6)
}

fn thousandths(number: f64) -> f64 {
    (number * 1e3).round() / 1e3
}

/// Everything as JSON.
pub fn json(document: &Document) -> String {
    json_text(document)
}

/// Number of columns of text.
const NAMES: usize = 2;

const HEADER: [&str; 14] = [
    "network",
    "placement",
    "batch",
    "rows",
    "forward",
    "backward",
    "update",
    "step",
    "minimum",
    "logging",
    "evaluation",
    "floor",
    "step/floor",
    "step/limit",
];

/// Everything as aligned text, with a line on machine and program, and what the columns are.
pub fn table(document: &Document) -> String {
    let header = HEADER.map(str::to_owned);
    let rows: Vec<Vec<String>> = document.measurements.iter().map(row).collect();
    let table = lay_out(&header, &rows, |column| column < NAMES);
    format!("{}\n{table}{}", title(document), notes(document))
}

fn title(Document { machine, program, .. }: &Document) -> String {
    let peak = machine.peak_gigaflops.map_or_else(String::new, |peak| {
        format!(", {peak:.0} billion multiplications and additions a second")
    });
    format!(
        "{} {} ({}), {} kernels; one core of {} with {}{peak}",
        program.name,
        program.version,
        program.revision,
        program.kernels,
        machine.processor,
        machine.instruction_set
    )
}

fn row(measured: &Measurement) -> Vec<String> {
    let ratio = |ratio: f64| format!("{ratio:.2}");
    let optional =
        |value: Option<f64>, written: fn(f64) -> String| value.map_or("–".to_owned(), written);
    vec![
        measured.network.clone(),
        measured.placement.clone(),
        measured.batch_size.to_string(),
        short(measured.rows_microseconds),
        short(measured.forward_microseconds),
        short(measured.backward_microseconds),
        short(measured.update_microseconds),
        short(measured.microseconds_per_step),
        short(measured.minimum_microseconds),
        optional(measured.logging_microseconds, short),
        short(measured.evaluation_microseconds_per_example),
        optional(measured.floor_microseconds, short),
        optional(measured.floor_ratio, ratio),
        ratio(measured.arithmetic_limit_ratio),
    ]
}

/// Three digits, or all before the point.
fn short(microseconds: f64) -> String {
    match microseconds.abs() {
        small if small < 10.0 => format!("{microseconds:.2}"),
        small if small < 100.0 => format!("{microseconds:.1}"),
        _ => format!("{microseconds:.0}"),
    }
}

fn notes(document: &Document) -> String {
    let measurements = &document.measurements;
    let mut notes = vec![
        "microseconds: medians, of a step or, for evaluation, of an example; minimum: the fastest repetition of a step",
        "step: with its rows, updating weights of fully connected layers in the backward pass where kernels are fused; forward to update: one after the other",
    ];
    if measurements.iter().any(|measured| measured.logging_microseconds.is_some()) {
        notes.push(
            "logging: what a step of a whole training takes in addition, for its events and files",
        );
    }
    if measurements.iter().any(|measured| measured.floor_microseconds.is_some()) {
        notes.push("floor: the matrix products of the step by the crate gemm, and one update of all weights");
    }
    notes.push("limit: the multiplications and additions of forward pass and gradients, at the rate of the first line");
    if measurements.iter().any(|measured| measured.data == "random") {
        notes.push("inputs are random where the files of a dataset are not here");
    }
    notes.join("\n") + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document() -> Document {
        let times = Times {
            steps: 30,
            step: &[3e-4, 2.5e-4, 2.75e-4],
            rows: &[4e-6],
            parts: &[vec![8e-5], vec![1.2e-4], vec![6e-5]],
            evaluation: &[1.5e-6],
            run: Some(2.875e-4),
        };
        let limits = Limits {
            floor: Some([vec![2e-4], vec![5e-5]]),
            multiply_additions: 1e7,
            peaks: vec![5e10],
        };
        let measured = Measurement::new(["perceptron", "none", "random"], 32, &times, &limits);
        let without = Limits { floor: None, ..limits };
        let times = Times { run: None, ..times };
        let other = Measurement::new(["vgg", "before", "mnist"], 128, &times, &without);
        let mut document = Document {
            machine: Machine {
                processor: "Some CPU".to_owned(),
                instruction_set: "AVX2".to_owned(),
                system: "linux x86_64".to_owned(),
                cores: 2,
                cores_used: 1,
                peak_gigaflops: None,
            },
            program: Program {
                name: "bn-lab".to_owned(),
                version: "1.2.3".to_owned(),
                revision: "abc".to_owned(),
                burn: "0.22".to_owned(),
                kernels: "fused".to_owned(),
            },
            measurements: Vec::new(),
        };
        document.add(vec![measured, other]);
        document
    }

    #[test]
    fn a_table_has_medians_and_ratios() {
        let table = table(&document());
        let lines: Vec<&str> = table.lines().collect();
        assert_eq!(
            lines[..4],
            [
                "bn-lab 1.2.3 (abc), fused kernels; one core of Some CPU with AVX2, 100 billion multiplications and additions a second",
                "network     placement  batch  rows  forward  backward  update  step  minimum  logging  evaluation  floor  step/floor  step/limit",
                "perceptron  none          32  4.00     80.0       120    60.0   275      250     12.5        1.50    250        1.10        1.38",
                "vgg         before       128  4.00     80.0       120    60.0   275      250        –        1.50      –           –        1.38",
            ]
        );
        assert!(table.contains("random") && table.contains("gemm"), "{table}");
    }

    #[test]
    fn json_has_every_number() {
        let document: serde_json::Value =
            serde_json::from_str(&json(&document())).expect("valid JSON");
        let measured = &document["measurements"][0];
        for (field, expected) in [
            ("microseconds_per_step", 275.0),
            ("minimum_microseconds", 250.0),
            ("logging_microseconds", 12.5),
            ("floor_ratio", 1.1),
            ("arithmetic_limit_microseconds", 200.0),
        ] {
            assert_eq!(measured[field], expected, "{field}");
        }
        assert!(document["measurements"][1]["floor_microseconds"].is_null());
        assert_eq!(document["machine"]["peak_gigaflops"], 100.0);
    }
}

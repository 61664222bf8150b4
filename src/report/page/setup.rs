//! The setup: what was varied and what was fixed, as in a paper's appendix.

mod data;

pub(super) use self::data::cautions;

use super::answer::norm;
use super::document::{Block, Section, Table};
use super::material::Material;
use super::names::{grouped, spelled};
use super::words::Words;
use crate::description::DatasetDescription;
use crate::report::dataset;
use crate::units::counted;
use crate::wording::names::{listed, spoken};

/// The section on the setup.
pub(super) fn section(material: &Material<'_>) -> Section {
    Section {
        id: "setup".to_owned(),
        title: "What was varied, and what was fixed".to_owned(),
        blocks: vec![
            varied(material),
            Block::Table(fixed(material)),
            Block::Folded {
                summary: "Every key of the experiment that was fixed".to_owned(),
                blocks: vec![Block::Table(keys(material))],
            },
        ]
        .into_iter()
        .chain(material.results.datasets().into_iter().filter_map(data::columns_read))
        .collect(),
    }
}

/// With more values of an axis, only the first and the last are listed.
const MOST_NAMED: usize = 12;

pub(super) fn varied(material: &Material<'_>) -> Block {
    let axes = material.varied();
    if axes.is_empty() {
        return Block::Paragraph("Nothing was varied: one condition was trained.".into());
    }
    let item = |(key, values): &(&str, Vec<&str>)| {
        let words = Words::new().strong(spoken(key)).plain(" (").code(*key).plain("): ");
        let (shown, rest) = match values[..] {
            [first, .., last] if values.len() > MOST_NAMED => {
                (vec![first, last], format!(" and {} between them", values.len() - 2))
            }
            _ => (values.clone(), String::new()),
        };
        let shown: Vec<String> = shown.into_iter().map(str::to_owned).collect();
        let between = if rest.is_empty() { listed(&shown) } else { shown.join(" to ") };
        words.plain(between + &rest)
    };
    Block::List(axes.iter().map(item).collect())
}

/// The fixed settings, as in the methods section of a paper.
pub(super) fn fixed(material: &Material<'_>) -> Table {
    let text = SetupText(material);
    let rows = [
        ("Data", text.data()),
        ("Classes", text.classes()),
        ("Network", text.network()),
        ("Normalisation", text.normalisation()),
        ("Training", text.training()),
        ("Evaluation", text.evaluation()),
        ("Repetition", text.repetition()),
    ];
    let caption =
        Words::new().strong("The same in every condition").plain(", unless it says “varied”.");
    let rows = rows.into_iter().filter(|(_, text)| !text.is_empty());
    Table::facts(caption, ["what", "how"], rows, Vec::new())
}

/// Settings as text.
struct SetupText<'a>(&'a Material<'a>);

impl SetupText<'_> {
    /// The value of a key after its name: `varied` if it was varied.
    fn of(&self, key: &str) -> String {
        if self.0.is_varied(key) {
            return "varied".to_owned();
        }
        self.0.fixed(key).map_or("–".to_owned(), spelled)
    }

    /// The value of a key without its name: `Adam`, or `optimizer varied`.
    fn named(&self, key: &str) -> String {
        self.or_varied(key, |value| value)
    }

    /// The same, with the value formatted by `written`.
    fn or_varied(&self, key: &str, written: impl Fn(String) -> String) -> String {
        if self.0.is_varied(key) {
            return format!("{} varied", spoken(key));
        }
        written(self.of(key))
    }

    fn is(&self, key: &str, value: &str) -> bool {
        self.0.fixed(key) == Some(value)
    }

    fn data(&self) -> String {
        let mut parts = vec![self.named("data.dataset")];
        let used = self.0.datasets().into_iter();
        let own: Vec<String> =
            used.filter(|dataset| self.0.account.is_unpublished(dataset)).map(spelled).collect();
        if !own.is_empty() {
            parts.push(format!(
                "the files of {} are not those published under that name",
                listed(&own)
            ));
        }
        let counts: Vec<String> = self.0.account.data.iter().map(counts).collect();
        let alike = counts.windows(2).all(|pair| pair[0] == pair[1]);
        parts.extend(counts.into_iter().take(usize::from(alike)));
        if self.is("data.split", "per_replicate") && !self.is("data.validation", "0") {
            parts.push("each replicate holds out its own validation examples".to_owned());
        }
        parts.push(match self.0.fixed("data.input_scaling") {
            Some("unit") => "inputs scaled to 0…1, not binarised".to_owned(),
            Some("standardize") => "inputs standardised, not binarised".to_owned(),
            Some("binary") => "pixels binarised at ½".to_owned(),
            Some(_) => "inputs not scaled".to_owned(),
            None => self.named("data.input_scaling"),
        });
        let augmented = ["data.shift", "data.flip"]
            .iter()
            .any(|key| self.0.fixed(key).is_none_or(|value| !matches!(value, "0" | "false")));
        let knows = self.0.account.settings.contains_key("data.flip");
        match (augmented, knows) {
            (false, _) => parts.push("no augmentation".to_owned()),
            (true, true) => parts.push(format!(
                "augmented: shift {}, flip {}",
                self.of("data.shift"),
                self.of("data.flip")
            )),
            (true, false) => {}
        }
        parts.join("; ")
    }

    /// The classes of the data; empty where no run recorded them.
    fn classes(&self) -> String {
        let datasets = self.0.results.datasets();
        let line = |data: &&DatasetDescription| match datasets.len() {
            1 => dataset::line(data),
            _ => format!("{}: {}", spelled(&data.dataset), dataset::line(data)),
        };
        datasets.iter().map(line).collect::<Vec<_>>().join(". ")
    }

    fn network(&self) -> String {
        let mut parts = vec![match self.0.fixed("model.kind") {
            Some("mlp") => format!("perceptron, hidden layers {}", self.of("model.hidden")),
            Some("convnet") => format!("convolutional network, blocks {}", self.of("model.blocks")),
            Some("resnet") => format!(
                "residual network, depth {}, width {}",
                self.of("model.depth"),
                self.of("model.width")
            ),
            Some("rnn") => format!(
                "recurrent network, cell {}, {} units",
                self.of("model.cell"),
                self.of("model.units")
            ),
            _ => self.named("model.kind"),
        }];
        if let Some((low, high)) = self.0.account.parameters {
            parts.push(if low == high {
                format!("{} parameters", grouped(low))
            } else {
                format!("{} to {} parameters", grouped(low), grouped(high))
            });
        }
        for (key, name) in
            [("model.activation", "activation"), ("model.init", "weights initialised by")]
        {
            if self.0.is_varied(key) || self.0.fixed(key).is_some() {
                parts.push(format!("{name} {}", self.of(key)));
            }
        }
        if !self.is("model.init_scale", "1.0") && self.0.fixed("model.init_scale").is_some() {
            parts.push(format!("initial weights × {}", self.of("model.init_scale")));
        }
        parts.push(match self.0.fixed("model.bias") {
            Some("auto") => "biases left out where a norm would cancel them".to_owned(),
            Some("always") => "biases kept, also where a norm cancels them".to_owned(),
            Some("never") => "no biases".to_owned(),
            _ => format!("biases {}", self.of("model.bias")),
        });
        parts.push(match self.0.fixed("model.dropout") {
            Some("0.0" | "0") | None if !self.0.is_varied("model.dropout") => {
                "no dropout".to_owned()
            }
            _ => format!("dropout {}", self.of("model.dropout")),
        });
        parts.join("; ")
    }

    fn normalisation(&self) -> String {
        if !self.0.normalises() {
            return "none in the hidden layers".to_owned();
        }
        let mut parts = vec![format!(
            "{}, layers {}, by the conventions of {}",
            norm(self.0),
            self.of("norm.layers"),
            self.of("norm.preset")
        )];
        parts.push(format!("ε = {}", self.of("norm.epsilon")));
        if self.0.fixed("norm.decay").is_some() || self.0.is_varied("norm.decay") {
            parts.push(format!(
                "running averages with decay {}, variance {}",
                self.of("norm.decay"),
                self.of("norm.running_variance")
            ));
        }
        let learned = |key: &str| match self.0.fixed(key) {
            Some("true") => "learned",
            Some("false") => "left out",
            _ => "varied",
        };
        parts.push(format!("γ {}, β {}", learned("norm.scale"), learned("norm.center")));
        if self.is("norm.on_input", "true") {
            parts.push("the raw input normalised, too".to_owned());
        }
        parts.join("; ")
    }

    fn training(&self) -> String {
        let mut parts = vec![format!(
            "{}, learning rate {}",
            self.named("train.optimizer"),
            self.of("train.learning_rate")
        )];
        parts.push(self.or_varied("train.schedule", |schedule| format!("{schedule} schedule")));
        parts.push(self.or_varied("train.batch_size", |size| format!("batches of {size}")));
        parts.push(self.length());
        if !self.is("model.weight_decay", "0.0") {
            parts.push(format!("weight decay {}", self.of("model.weight_decay")));
        }
        parts.push(format!(
            "diverged: loss not finite, or over {} × the larger of its start and ln(classes)",
            self.of("train.divergence_factor").trim_end_matches(".0")
        ));
        parts.join("; ")
    }

    /// The length of training: `10 epochs`, or `10 000 steps` where steps are given instead.
    fn length(&self) -> String {
        let lengths = [("train.steps", "steps"), ("train.epochs", "epochs")];
        let is_given = |key: &str| self.0.is_varied(key) || self.0.fixed(key).is_some();
        let given = lengths.into_iter().find(|(key, _)| is_given(key));
        match given {
            Some((key, unit)) => self.or_varied(key, |length| format!("{length} {unit}")),
            None => String::new(),
        }
    }

    fn evaluation(&self) -> String {
        let with = if self.0.normalises() {
            match self.0.fixed("norm.evaluation") {
                Some("running") => "with running averages of mean and variance",
                Some("precise") => "with population statistics, recomputed with frozen weights",
                Some("batch") => "with the statistics of each evaluated batch",
                _ => "with varied statistics",
            }
        } else {
            "without normalisation"
        };
        format!(
            "after every epoch, {with}; figures are of the last epoch unless they say otherwise"
        )
    }

    fn repetition(&self) -> String {
        let account = self.0.account;
        let devices: Vec<String> = account.devices.iter().map(|device| spelled(device)).collect();
        let device = if devices.is_empty() {
            String::new()
        } else {
            format!("; device {}", listed(&devices))
        };
        let kernels: Vec<String> = account.kernels.iter().map(ToString::to_string).collect();
        let kernels = if kernels.is_empty() {
            String::new()
        } else {
            format!(", {} kernels", listed(&kernels))
        };
        format!(
            "{}, paired: each shares initial weights and batches among all conditions; seed {}{device}{kernels}",
            counted(account.replicates as usize, "replicate", "replicates"),
            account.seed
        )
    }
}

fn counts(used: &crate::results::status::account::DataUsed) -> String {
    let [train, validation, test] = used.examples.map(grouped);
    format!("{train} training, {validation} validation and {test} test examples")
}

/// Every key that was fixed, by its full name.
fn keys(material: &Material<'_>) -> Table {
    let is_setting = |key: &&String| key.contains('.') && !material.is_varied(key);
    let keys = material.account.settings.keys().filter(is_setting);
    let settings = keys.map(|key| (key.as_str(), material.account.settings[key].clone()));
    let caption = Words::new().strong("Keys").plain(" of ").code("experiment.toml").plain(".");
    Table::facts(caption, ["key", "value"], settings, Vec::new())
}

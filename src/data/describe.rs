//! Describes a loaded dataset in plain values, with warnings about results on
//! it.

use std::collections::{BTreeMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use super::batches;
use super::dataset::{Dataset, Examples, Row};
use super::origin::Origin;
use crate::config::spec::{Data, Split};
use crate::description::{ClassCount, ColumnRole, DatasetDescription};
use crate::seed::Streams;
use crate::units;

/// With fewer rows for each class than this, on average, the label may not be a class at all.
const FEW_ROWS: usize = 10;

/// With this number of classes or more, their number alone may be suspicious.
const MANY_CLASSES: usize = 10;

/// Most names in a list.
const MOST_NAMED: usize = 5;

/// Describes `dataset` as it was loaded: with limits applied, before any trial splits or scales it.
pub fn describe(dataset: &Dataset) -> DatasetDescription {
    let (train, test) = (dataset.train.class_counts(), dataset.test.class_counts());
    let class = |(class, name): (usize, &String)| ClassCount {
        name: name.clone(),
        train: train[class],
        test: test[class],
    };
    let mut described = DatasetDescription {
        dataset: dataset.name.to_owned(),
        columns: dataset.columns.clone(),
        classes: dataset.class_names.iter().enumerate().map(class).collect(),
        dropped_rows: dataset.dropped_rows,
        repeated_test_examples: repeated(&dataset.train, &dataset.test),
        notes: dataset.notes.clone(),
    };
    described.notes.extend(notes(dataset, &described));
    described
}

/// The description of a published dataset as its authors count it, without its files; `None` where only a part
/// of it is used, and for every other dataset.
pub fn published(settings: &Data) -> Option<DatasetDescription> {
    let Origin::Published(source, files) = Origin::of(&settings.dataset) else {
        return None;
    };
    let is_whole = settings.train_examples.is_none()
        && settings.test_examples.is_none()
        && files.len() == source.files.len();
    let class = |(class, (&train, &test)): (usize, (&usize, &usize))| ClassCount {
        name: class.to_string(),
        train,
        test,
    };
    is_whole.then(|| DatasetDescription {
        dataset: source.name.to_owned(),
        classes: source.train.iter().zip(&source.test).enumerate().map(class).collect(),
        ..DatasetDescription::default()
    })
}

/// Adds notes to `described` on classes that a trial with these streams holds out for validation completely.
pub fn note_held_out(
    described: &mut DatasetDescription,
    dataset: &Dataset,
    settings: &Data,
    seed: u64,
    streams: &Streams,
) {
    let missing = batches::held_out_classes(&dataset.train, settings, seed, streams);
    let names = missing.iter().map(|&class| dataset.class_names[class].as_str());
    let names: Vec<&str> = names.collect();
    if names.is_empty() {
        return;
    }
    let whose = match settings.split {
        Split::Fixed => "every replicate".to_owned(),
        Split::PerReplicate => format!("replicate {}", streams.replicate()),
    };
    let note =
        format!("{whose} holds out every training example of {} for validation", classes(&names));
    if !described.notes.contains(&note) {
        described.notes.push(note);
    }
}

fn notes(dataset: &Dataset, described: &DatasetDescription) -> Vec<String> {
    [
        not_classes(described),
        one_sided(described),
        alike(&dataset.class_names),
        few_tests(described),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Number of test examples whose inputs also occur in the training set.
fn repeated(train: &Examples, test: &Examples) -> usize {
    let known: HashSet<[u64; 2]> = (0..train.count()).map(|i| print(train.input(i))).collect();
    let is_known = |&index: &usize| known.contains(&print(test.input(index)));
    (0..test.count()).filter(is_known).count()
}

/// 128 bits of a hash: in practice, different rows have different ones.
fn print(row: Row<'_>) -> [u64; 2] {
    [0u8, 1].map(|salt| {
        let mut hash = DefaultHasher::new();
        salt.hash(&mut hash);
        match row {
            Row::Bytes(bytes) => bytes.hash(&mut hash),
            // A zero with a sign is the same input.
            Row::Numbers(numbers) => {
                for number in numbers {
                    (number + 0.0).to_bits().hash(&mut hash);
                }
            }
            Row::Doubles(numbers) => {
                for number in numbers {
                    (number + 0.0).to_bits().hash(&mut hash);
                }
            }
        }
        hash.finish()
    })
}

/// A warning about labels with so few rows each that they may not be classes.
fn not_classes(described: &DatasetDescription) -> Option<String> {
    let label = described.columns.iter().find(|column| column.role == ColumnRole::Label)?;
    let classes = &described.classes;
    let rows = described.train_examples() + described.test_examples();
    let smallest = classes.iter().map(|class| class.train + class.test).min()?;
    let are_numbers = classes.iter().all(|class| class.name.parse::<f64>().is_ok());
    let are_whole = classes.iter().all(|class| class.name.parse::<i64>().is_ok());
    let are_many = classes.len() > MANY_CLASSES;
    let are_few = rows < FEW_ROWS * classes.len();
    let question = if are_numbers && are_many && (are_few || !are_whole || 2 * smallest < FEW_ROWS)
    {
        "is this a regression? Every value is a class of its own here: `bn-lab` trains classifiers"
            .to_owned()
    } else if are_few && are_many {
        format!("is `{}` the label? `data.label` names it", label.name)
    } else {
        return None;
    };
    Some(format!("{} classes in {rows} rows: {question}", classes.len()))
}

/// A warning about classes that occur in only one of the two sets.
fn one_sided(described: &DatasetDescription) -> Option<String> {
    let only = |is: fn(&ClassCount) -> bool| {
        let found = described.classes.iter().filter(|class| is(class));
        let names: Vec<&str> = found.map(|class| class.name.as_str()).collect();
        (!names.is_empty()).then_some(names)
    };
    let untrained = only(|class| class.train == 0 && class.test > 0);
    let untested = only(|class| class.test == 0 && class.train > 0);
    let mut parts = Vec::new();
    if let Some(names) = untrained {
        parts.push(format!("no training example has {}, which the test set has", classes(&names)));
    }
    if let Some(names) = untested {
        parts.push(format!("no test example has {}", classes(&names)));
    }
    (!parts.is_empty()).then(|| parts.join("; "))
}

/// Classes in words: ``class `a` ``, ``the classes `a` and `b` ``, ``the classes `a`, `b` and 3 others``.
fn classes(names: &[&str]) -> String {
    match names {
        [only] => format!("class `{only}`"),
        _ => format!("the classes {}", listed(names)),
    }
}

fn listed(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    if quoted.len() <= MOST_NAMED {
        return units::joined(&quoted, "and");
    }
    let (shown, rest) = quoted.split_at(MOST_NAMED - 1);
    format!("{} and {} others", shown.join(", "), rest.len())
}

/// A warning about labels that may have been meant to be the same.
fn alike(names: &[String]) -> Option<String> {
    let mut groups: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for name in names {
        groups.entry(meant(name)).or_default().push(name);
    }
    groups.retain(|_, names| names.len() > 1);
    let pairs: Vec<String> = groups.values().map(|names| listed(names)).collect();
    (!pairs.is_empty()).then(|| {
        format!(
            "nearly the same labels are different classes here: {}; are they meant to be?",
            pairs.join("; ")
        )
    })
}

/// A label normalised for variants in spelling: case, spaces, hyphens and underscores between
/// letters, full stops and quotes at the ends, zeros before and after a number.
fn meant(name: &str) -> String {
    let is_dress = |letter: char| letter.is_whitespace() || ".,;:!\"'`".contains(letter);
    let name = name.trim_matches(is_dress).to_lowercase();
    if let Some(number) = name.parse::<f64>().ok().filter(|number| number.is_finite()) {
        return (number + 0.0).to_string();
    }
    let parts = name.split(|letter: char| letter.is_whitespace() || letter == '_' || letter == '-');
    let parts: Vec<&str> = parts.collect();
    // A leading sign is not a hyphen.
    if parts.iter().any(|part| part.is_empty()) {
        return name;
    }
    parts.join(" ")
}

/// A warning about a test set that is too small for every class.
fn few_tests(described: &DatasetDescription) -> Option<String> {
    let (tests, classes) = (described.test_examples(), described.classes.len());
    (tests < classes).then(|| {
        format!(
            "the test set has {}, fewer than there are classes ({classes}): its accuracy says little",
            units::counted(tests, "example", "examples")
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::spec::Shape;
    use crate::data::Inputs;
    use crate::description::ColumnReading;

    /// A table of two columns, `x` and `y`, with these rows and classes.
    fn examples(rows: &[([f32; 2], u8)], classes: usize) -> Examples {
        Examples {
            shape: Shape { channels: 1, height: 1, width: 2 },
            classes,
            inputs: Inputs::Numbers(rows.iter().flat_map(|(row, _)| *row).collect()),
            labels: rows.iter().map(|(_, label)| *label).collect(),
        }
    }

    fn column(name: &str, role: ColumnRole) -> ColumnReading {
        ColumnReading { name: name.to_owned(), role }
    }

    /// A table with these numbers of training and test rows of each class, all rows different.
    fn table(names: &[&str], train: &[usize], test: &[usize]) -> Dataset {
        let mut value = 0.0;
        let mut part = |counts: &[usize]| {
            let mut rows = Vec::new();
            for (class, &count) in counts.iter().enumerate() {
                for _ in 0..count {
                    value += 1.0;
                    rows.push(([value, -value], class as u8));
                }
            }
            examples(&rows, names.len())
        };
        let (train, test) = (part(train), part(test));
        Dataset {
            class_names: names.iter().map(|name| (*name).to_owned()).collect(),
            columns: vec![
                column("x", ColumnRole::Input),
                column("y", ColumnRole::Input),
                column("price", ColumnRole::Label),
            ],
            ..Dataset::new("csv", train, test)
        }
    }

    #[test]
    fn classes_are_counted_and_repeated_rows_found() {
        let mut dataset = table(&["a", "b", "c"], &[200, 0, 0], &[50, 50, 50]);
        let known = dataset.train.pick(&[3, 3, 7]);
        if let (Inputs::Numbers(test), Inputs::Numbers(known)) =
            (&mut dataset.test.inputs, &known.inputs)
        {
            test[..6].copy_from_slice(known);
            // The sign of a zero makes no difference.
            test[6..8].copy_from_slice(&[0.0, -0.0]);
        }
        let described = describe(&dataset);
        let counts: Vec<(&str, usize, usize)> = described
            .classes
            .iter()
            .map(|class| (class.name.as_str(), class.train, class.test))
            .collect();
        assert_eq!(counts, [("a", 200, 50), ("b", 0, 50), ("c", 0, 50)]);
        assert_eq!(described.repeated_test_examples, 3);
        assert_eq!(
            described.notes,
            ["no training example has the classes `b` and `c`, which the test set has"]
        );
    }

    #[test]
    fn warnings_about_the_data_are_noted() {
        let notes = |names: &[&str], train: &[usize], test: &[usize]| {
            describe(&table(names, train, test)).notes
        };
        assert_eq!(notes(&["a", "b"], &[95, 5], &[19, 1]), [""; 0]);
        assert_eq!(
            notes(&["a", "b", "c"], &[9, 9, 1], &[1, 1, 0]),
            [
                "no test example has class `c`",
                "the test set has 2 examples, fewer than there are classes (3): its accuracy says little"
            ]
        );
        assert_eq!(
            notes(&["<=50K", "<=50K.", ">50K", ">50K."], &[9; 4], &[9; 4]),
            [
                "nearly the same labels are different classes here: `<=50K` and `<=50K.`; `>50K` and `>50K.`; are they meant to be?"
            ]
        );
        for (names, near) in [
            (["iris setosa", "Iris-setosa"], true),
            (["7", "007"], true),
            (["1", "-1"], false),
            (["a", "b"], false),
            (["+", "-"], false),
        ] {
            assert_eq!(!notes(&names, &[9; 2], &[9; 2]).is_empty(), near, "{names:?}");
        }
    }

    #[test]
    fn a_label_with_hundreds_of_values_is_noted() {
        let names: Vec<String> = (0..100).map(|i| format!("{}.5", 10 + i)).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let noted = describe(&table(&names, &[1; 100], &[1; 100])).notes;
        assert_eq!(
            noted,
            [
                "100 classes in 200 rows: is this a regression? Every value is a class of its own here: `bn-lab` trains classifiers"
            ]
        );
        let names: Vec<String> = (0..100).map(|i| format!("person {i}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let noted = describe(&table(&names, &[1; 100], &[1; 100])).notes;
        assert_eq!(noted, ["100 classes in 200 rows: is `price` the label? `data.label` names it"]);
        // A hundred whole numbers with many rows each are classes.
        let names: Vec<String> = (0..100).map(|i| i.to_string()).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        assert!(describe(&table(&names, &[10; 100], &[5; 100])).notes.is_empty());
    }
}

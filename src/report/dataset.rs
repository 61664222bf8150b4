//! A dataset in one line: the number and sizes of its classes, the accuracy of a classifier that uses no
//! input, and warnings. Printed before training, in the plan, below a run's table and in the report, in
//! the same words.

use super::sheet::{Columns, Page};
use crate::description::{ClassCount, ColumnReading, ColumnRole, DatasetDescription};
use crate::units;

/// With more classes, only the smallest and the largest are listed.
const MOST_CLASSES: usize = 6;

/// With more columns, those that are used in the same way are counted and not listed.
const MOST_COLUMNS: usize = 20;

/// Most letters of a class's name.
const LONGEST_NAME: usize = 24;

/// A line such as `3 classes (a 200, b 0, c 0 in training; a 50, b 50, c 50 in test); always answering "a" scores
/// 33.3 %; 72 of 150 test rows also stand in training`.
pub fn line(data: &DatasetDescription) -> String {
    let mut parts = vec![classes(data)];
    parts.extend(data.constant_answer().map(|answer| {
        let (class, share) = (short(answer.class), percent(answer.accuracy));
        format!("always answering \"{class}\" scores {share}")
    }));
    let rows = if data.columns.is_empty() { "examples" } else { "rows" };
    if data.repeated_test_examples > 0 {
        parts.push(format!(
            "{} of {} test {rows} also stand in training",
            data.repeated_test_examples,
            data.test_examples()
        ));
    }
    if data.dropped_rows > 0 {
        let dropped = data.dropped_rows;
        let one = format!("{} with missing cells was left out", rows.trim_end_matches('s'));
        let many = format!("{rows} with missing cells were left out");
        parts.push(units::counted(dropped, &one, &many));
    }
    parts.join("; ")
}

/// Warnings about results on this dataset, a sentence each.
pub fn notes(data: &DatasetDescription) -> Vec<String> {
    let mut notes = data.notes.clone();
    if 2 * data.repeated_test_examples > data.test_examples() {
        notes.push(
            "most test examples stand in training as well: the test score says little about new data"
                .to_owned(),
        );
    }
    notes.extend(data.columns.iter().filter_map(|column| one_of_each(data, column)));
    if data.is_unbalanced() {
        notes.push(
            "accuracy says little where one class is so frequent: `test_balanced_accuracy` is the mean of the accuracies within the classes, and `bn-lab compare --metric` takes it"
                .to_owned(),
        );
    }
    notes
}

/// A warning about a categorical column with nearly as many values as rows: an id, a name or a time.
fn one_of_each(data: &DatasetDescription, column: &ColumnReading) -> Option<String> {
    let ColumnRole::Category { values } = column.role else {
        return None;
    };
    let rows = data.train_examples() + data.test_examples();
    (values > 2 && 2 * values > rows).then(|| {
        format!(
            "column `{}` has {values} different texts in {rows} rows, each of them an input: is it an id, a name or a time? `data.ignore` leaves it out",
            column.name
        )
    })
}

/// The line of every dataset, each followed by its notes, for a terminal; with the dataset's
/// name where there are several.
pub fn lines<'a>(datasets: impl IntoIterator<Item = &'a DatasetDescription>) -> Vec<String> {
    let datasets: Vec<&DatasetDescription> = datasets.into_iter().collect();
    let mut lines = Vec::new();
    for data in &datasets {
        let name = if datasets.len() > 1 { format!("{}: ", data.dataset) } else { String::new() };
        lines.push(format!("data     {name}{}", line(data)));
        lines.extend(notes(data).into_iter().map(|note| format!("note: {note}")));
    }
    lines
}

/// The columns of a table and how they are used, in the format of `page`; where there are many, how many are
/// used in the same way. Empty for images.
pub fn columns(data: &DatasetDescription, page: Page) -> String {
    let columns = &data.columns;
    if columns.is_empty() {
        return String::new();
    }
    if columns.len() > MOST_COLUMNS {
        return format!("{}\n", page.line(&format!("columns  {}", alike(columns))));
    }
    page.table(&column_table(data).sheet(columns))
}

/// A table of how each column is used.
pub(super) fn column_table(data: &DatasetDescription) -> Columns<'_, ColumnReading> {
    Columns::new()
        .column("column", |column: &ColumnReading| column.name.clone())
        .column("read as", |column| read_as(column, data))
}

/// The use of a column: `input`, `category with 3 values`, `label with 2 classes`, `ignored`.
fn read_as(column: &ColumnReading, data: &DatasetDescription) -> String {
    match column.role {
        ColumnRole::Input => "input".to_owned(),
        ColumnRole::Category { values } => format!("category with {}", values_of(values)),
        ColumnRole::Label => format!("label with {} classes", data.classes.len()),
        ColumnRole::Ignored => "ignored".to_owned(),
    }
}

fn values_of(count: usize) -> String {
    units::counted(count, "value", "values")
}

/// A summary: `61 inputs; categories town (3 values), job (12 values); label class; ignored id`.
fn alike(columns: &[ColumnReading]) -> String {
    let of = |is: fn(&ColumnRole) -> bool| columns.iter().filter(move |column| is(&column.role));
    let named = |is: fn(&ColumnRole) -> bool| -> Vec<String> {
        let name = |column: &ColumnReading| match column.role {
            ColumnRole::Category { values } => format!("{} ({})", column.name, values_of(values)),
            _ => column.name.clone(),
        };
        of(is).map(name).collect()
    };
    let inputs = of(|role| *role == ColumnRole::Input).count();
    let mut parts = vec![format!("{inputs} inputs")];
    for (what, names) in [
        ("categories", named(|role| matches!(role, ColumnRole::Category { .. }))),
        ("label", named(|role| *role == ColumnRole::Label)),
        ("ignored", named(|role| *role == ColumnRole::Ignored)),
    ] {
        match names.len() {
            0 => {}
            1..=MOST_COLUMNS => parts.push(format!("{what} {}", names.join(", "))),
            many => parts.push(format!("{many} {what}")),
        }
    }
    parts.join("; ")
}

fn classes(data: &DatasetDescription) -> String {
    let classes = &data.classes;
    let count = classes.len();
    if count <= MOST_CLASSES {
        let train = counted(classes, |class| class.train);
        let test = counted(classes, |class| class.test);
        return format!("{count} classes ({train} in training; {test} in test)");
    }
    let (train, test) = (range(classes, |class| class.train), range(classes, |class| class.test));
    format!("{count} classes, {train} training and {test} test examples each")
}

fn counted(classes: &[ClassCount], of: fn(&ClassCount) -> usize) -> String {
    // `1 200` could be read as one number, and not as a count of class 1.
    let is_number = |class: &ClassCount| class.name.parse::<f64>().is_ok();
    let between = if classes.iter().any(is_number) { ": " } else { " " };
    let count = |class: &ClassCount| format!("{}{between}{}", short(&class.name), of(class));
    let counts: Vec<String> = classes.iter().map(count).collect();
    counts.join(", ")
}

/// The range of counts: `892 to 1135`, or `1000` where all are equal.
fn range(classes: &[ClassCount], of: fn(&ClassCount) -> usize) -> String {
    let low = classes.iter().map(of).min().unwrap_or_default();
    let high = classes.iter().map(of).max().unwrap_or_default();
    if low == high { low.to_string() } else { format!("{low} to {high}") }
}

/// A share in percent with one decimal, rounded half up: `11.4 %` for 1135 of 10 000.
fn percent(share: f64) -> String {
    units::percent((share * 1000.0 + 1e-9).round() / 1000.0)
}

fn short(name: &str) -> String {
    units::cut(name, LONGEST_NAME).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn described(counts: &[(&str, usize, usize)]) -> DatasetDescription {
        let class = |&(name, train, test): &(&str, usize, usize)| ClassCount {
            name: name.to_owned(),
            train,
            test,
        };
        DatasetDescription {
            dataset: "csv".to_owned(),
            classes: counts.iter().map(class).collect(),
            ..DatasetDescription::default()
        }
    }

    fn column(name: &str, role: ColumnRole) -> ColumnReading {
        ColumnReading { name: name.to_owned(), role }
    }

    #[test]
    fn one_line_describes_the_data() {
        let mut table = described(&[("a", 200, 50), ("b", 0, 50), ("c", 0, 50)]);
        table.columns = vec![column("x", ColumnRole::Input)];
        table.repeated_test_examples = 72;
        assert_eq!(
            line(&table),
            "3 classes (a 200, b 0, c 0 in training; a 50, b 50, c 50 in test); always answering \"a\" scores 33.3 %; 72 of 150 test rows also stand in training"
        );
        table.dropped_rows = 19;
        assert!(line(&table).ends_with("; 19 rows with missing cells were left out"));
        let train = [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949];
        let test = [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009];
        let names: Vec<String> = (0..10).map(|digit| digit.to_string()).collect();
        let counts: Vec<(&str, usize, usize)> =
            (0..10).map(|digit| (names[digit].as_str(), train[digit], test[digit])).collect();
        let mnist = described(&counts);
        assert_eq!(
            line(&mnist),
            "10 classes, 5421 to 6742 training and 892 to 1135 test examples each; always answering \"1\" scores 11.4 %"
        );
        assert!(notes(&mnist).is_empty());
        assert_eq!(
            line(&described(&[("0", 95, 19), ("1", 5, 1)])),
            "2 classes (0: 95, 1: 5 in training; 0: 19, 1: 1 in test); always answering \"0\" scores 95.0 %"
        );
    }

    #[test]
    fn a_table_that_one_class_fills_is_noted_and_several_datasets_are_named() {
        let rare = described(&[("no", 95, 19), ("yes", 5, 1)]);
        let even = described(&[("no", 5, 1), ("yes", 5, 1)]);
        let said = lines([&rare]);
        assert_eq!(said.len(), 2, "{said:?}");
        assert!(said[0].starts_with("data     2 classes (no 95"), "{said:?}");
        assert!(said[1].contains("test_balanced_accuracy"), "{said:?}");
        let said = lines([&even, &even]);
        assert_eq!(said.len(), 2, "{said:?}");
        assert!(said[1].starts_with("data     csv: 2 classes ("), "{said:?}");
    }

    #[test]
    fn test_rows_that_occur_in_training_and_columns_of_ids_are_noted() {
        let mut table = described(&[("no", 50, 10), ("yes", 50, 10)]);
        table.repeated_test_examples = 10;
        table.columns = vec![
            column("town", ColumnRole::Category { values: 60 }),
            column("label", ColumnRole::Label),
        ];
        assert!(notes(&table).is_empty(), "half of either is not most");
        table.repeated_test_examples = 11;
        table.columns[0].role = ColumnRole::Category { values: 61 };
        assert_eq!(
            notes(&table),
            [
                "most test examples stand in training as well: the test score says little about new data",
                "column `town` has 61 different texts in 120 rows, each of them an input: is it an id, a name or a time? `data.ignore` leaves it out",
            ]
        );
    }

    #[test]
    fn columns_are_listed_and_many_are_counted() {
        let mut table = described(&[("no", 5, 1), ("yes", 5, 1)]);
        assert_eq!(columns(&table, Page::Text), "");
        table.columns = vec![
            column("age", ColumnRole::Input),
            column("town", ColumnRole::Category { values: 3 }),
            column("id", ColumnRole::Ignored),
            column("bought", ColumnRole::Label),
        ];
        let listed = columns(&table, Page::Text);
        for line in [
            "age     input",
            "town    category with 3 values",
            "id      ignored",
            "bought  label with 2 classes",
        ] {
            assert!(listed.lines().any(|found| found == line), "{listed}");
        }
        let inputs = (0..30).map(|i| column(&format!("x{i}"), ColumnRole::Input));
        table.columns.extend(inputs);
        assert_eq!(
            columns(&table, Page::Text),
            "columns  31 inputs; categories town (3 values); label bought; ignored id\n"
        );
    }
}

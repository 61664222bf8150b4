//! Tests of whole files: the resulting examples, or errors.

mod labels;
mod odd_cells;
mod roles;

use std::path::PathBuf;

use tempfile::TempDir;

use super::*;
use crate::config::spec::{Header, MissingRows};
use crate::config::value::Value;
use crate::data::Row;
use crate::data::tests::published_folder;
use crate::description::ColumnRole;
use crate::fs;

/// Age, town and income of eight people, and whether they bought.
const PEOPLE: &str = "age,town,income,bought\n\
    31,Ulm,2.5e3,yes\n 45, Bonn ,3100,no\n28,Ulm,-0,no\n60,Köln,4000.5,yes\n\
    33,Bonn,2800,yes\n51,Ulm,3900,no\n39,Köln,2200,yes\n47,Bonn,1e3,no\n";

struct Folder(TempDir);

impl Folder {
    fn with(files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            fs::replace(&folder.path().join(name), text.as_bytes()).unwrap();
        }
        Self(folder)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn table(&self, test: TestRows) -> Table {
        Table { file: self.path("train.csv"), test, ..plain() }
    }
}

/// A table with default settings.
fn plain() -> Table {
    Table {
        file: PathBuf::new(),
        label: None,
        header: Header { is_there: true, is_said: false },
        inputs: None,
        ignore: Vec::new(),
        categorical: Vec::new(),
        missing: Vec::new(),
        missing_rows: MissingRows::Refuse,
        stratify: true,
        test: HALF,
    }
}

/// The header setting as an experiment states it with `data.header`.
fn said(is_there: bool) -> Header {
    Header { is_there, is_said: true }
}

/// Reads a table whose numbers are not scaled.
fn read(table: &Table) -> Result<Dataset> {
    super::read(table, InputScaling::None)
}

const HALF: TestRows = TestRows::Share { share: 0.5, seed: 0 };

/// The error for a training file of this text, without the file's own name.
fn error(text: &str, change: impl FnOnce(&mut Table)) -> String {
    let folder = Folder::with(&[("train.csv", text)]);
    let mut table = folder.table(HALF);
    change(&mut table);
    let error = read(&table).expect_err("this table should have been refused");
    assert_eq!(error.exit_code(), 4);
    let name = format!("`{}`: ", folder.path("train.csv").display());
    error.to_string().replace(&name, "")
}

fn row(examples: &Examples, index: usize) -> (&[f64], u8) {
    match examples.input(index) {
        Row::Doubles(numbers) => (numbers, examples.labels[index]),
        Row::Numbers(_) | Row::Bytes(_) => panic!("a table from a file keeps its 64 bits"),
    }
}

#[test]
fn numbers_stay_and_other_columns_become_one_input_per_category() {
    let test = "age,town,income,bought\n20,Köln,1,no\n";
    let folder = Folder::with(&[("train.csv", PEOPLE), ("test.csv", test)]);
    let dataset = read(&folder.table(TestRows::File(folder.path("test.csv")))).unwrap();
    let train = &dataset.train;
    assert_eq!((train.count(), train.features(), train.classes), (8, 5, 2));
    // Age; Bonn, Köln, Ulm; income. `no` comes before `yes`.
    assert_eq!(row(train, 0), (&[31.0, 0.0, 0.0, 1.0, 2500.0][..], 1));
    assert_eq!(row(train, 1), (&[45.0, 1.0, 0.0, 0.0, 3100.0][..], 0));
    assert_eq!(row(&dataset.test, 0), (&[20.0, 0.0, 1.0, 0.0, 1.0][..], 0));
    assert_eq!(dataset.class_names, ["no", "yes"]);
    let roles: Vec<(&str, &ColumnRole)> =
        dataset.columns.iter().map(|column| (column.name.as_str(), &column.role)).collect();
    let expected = [
        ("age", &ColumnRole::Input),
        ("town", &ColumnRole::Category { values: 3 }),
        ("income", &ColumnRole::Input),
        ("bought", &ColumnRole::Label),
    ];
    assert_eq!(roles, expected);
}

#[test]
fn without_a_test_file_the_rows_are_split_by_the_seed() {
    let folder = Folder::with(&[("train.csv", PEOPLE)]);
    let split = |share, seed| read(&folder.table(TestRows::Share { share, seed })).unwrap();
    let ages = |examples: &Examples| -> Vec<f64> {
        (0..examples.count()).map(|i| row(examples, i).0[0]).collect()
    };
    let dataset = split(0.25, 7);
    assert_eq!((dataset.train.count(), dataset.test.count()), (6, 2));
    let mut all = ages(&dataset.train);
    all.extend(ages(&dataset.test));
    all.sort_by(f64::total_cmp);
    assert_eq!(all, [28.0, 31.0, 33.0, 39.0, 45.0, 47.0, 51.0, 60.0]);
    assert_eq!(split(0.25, 7), dataset);
    assert_ne!(ages(&split(0.25, 8).train), ages(&dataset.train));
    // Neither part is ever empty.
    assert_eq!(split(0.001, 7).test.count(), 1);
    assert_eq!(split(0.999, 7).train.count(), 1);
}

#[test]
fn the_label_may_be_any_column_by_name_or_by_number() {
    let folder = Folder::with(&[("train.csv", PEOPLE), ("bare.csv", "10,a\n9,b\n9.0,b\n")]);
    let mut table = folder.table(HALF);
    table.label = Some("town".to_owned());
    let dataset = read(&table).unwrap();
    assert_eq!((dataset.train.classes, dataset.train.features()), (3, 4));
    table.file = folder.path("bare.csv");
    table.header = said(false);
    table.label = Some("1".to_owned());
    table.test = TestRows::File(table.file.clone());
    // By number: 9 comes before 10, and 9.0 is 9.
    assert_eq!(read(&table).unwrap().train.labels, [1, 0, 0]);
}

#[test]
fn an_error_names_file_line_and_column() {
    let same = |_: &mut Table| {};
    for (text, expected) in [
        (
            "a,b\r\n1,x\r\n\r\n\r\n,y\r\n",
            "line 5, column `a`: the cell is empty; fill it, or remove the row or the column\n  hint: `data.missing = [\"\"]` with `data.missing_rows = \"drop\"` leaves rows with empty cells out; `data.ignore` leaves columns out",
        ),
        (
            "a,b\r\n1,x\r\n,y\r\n",
            "line 3, column `a`: the cell is empty; fill it, or remove the row or the column\n  hint: `data.missing = [\"\"]` with `data.missing_rows = \"drop\"` leaves rows with empty cells out; `data.ignore` leaves columns out",
        ),
        ("a,b\n1,x\n\n2,y,z\n", "line 4: expected 2 cells as in the first line, found 3"),
        (
            "a,b\n1,x\n2,x\n",
            "every row has the same label in column `b`; at least two classes are needed (is another column the label? `data.label`)",
        ),
        (
            "a;b\n1;x\n",
            "it has one column; a label and at least one input are needed, separated by commas\n  hint: its cells seem to be separated by semicolons; write it with commas between cells and a point in numbers",
        ),
        ("a,b\n", "it has no rows besides its header (is there one? `data.header`)"),
        ("", "it has no rows besides its header (is there one? `data.header`)"),
    ] {
        assert_eq!(error(text, same), expected, "{text}");
    }
    let unknown = error(PEOPLE, |table| table.label = Some("Bought".to_owned()));
    assert_eq!(
        unknown,
        "no column is called `Bought` (`data.label`); there are `age`, `town`, `income`, `bought`"
    );
    let missing = error(PEOPLE, |table| table.file = "no/such.csv".into());
    assert_eq!(missing, "there is no file `no/such.csv`, which `data.file` names");
}

#[test]
fn text_that_is_not_utf_8_is_refused_with_its_line() {
    let folder = Folder::with(&[]);
    fs::replace(&folder.path("train.csv"), b"a,b\n1,x\n2,K\xf6ln\n").unwrap();
    let error = read(&folder.table(HALF)).unwrap_err().to_string();
    assert!(
        error.contains(
            "train.csv`: line 3: not UTF-8 text\n  hint: write the table as CSV in UTF-8"
        ),
        "{error}"
    );
}

#[test]
fn too_many_categories_or_classes_are_refused() {
    let rows = |label: &dyn Fn(usize) -> String| {
        let rows: Vec<String> = (0..300).map(|i| format!("v{i},{}\n", label(i))).collect();
        format!("id,class\n{}", rows.concat())
    };
    assert_eq!(
        error(&rows(&|i| (i % 2).to_string()), |_| {}),
        "line 2, column `id`: `v0` is text, as the column is, and 300 different values are too many for categories; at most 256 are turned into inputs\n  hint: `data.ignore = [\"id\"]` leaves the column out"
    );
    let label = |i: usize| (i * 7).to_string();
    assert_eq!(
        error(&rows(&label), |table| table.ignore = vec!["id".to_owned()]),
        "`data.ignore` leaves no column as an input"
    );
    assert_eq!(
        error(&rows(&label), |table| table.label = Some("id".to_owned())),
        "column `id` has 300 different labels; at most 256 classes can be told apart (is another column the label? `data.label`)"
    );
}

#[test]
fn a_test_file_must_fit_the_training_file() {
    let error = |test: &str| {
        let folder = Folder::with(&[("train.csv", PEOPLE), ("test.csv", test)]);
        let error = read(&folder.table(TestRows::File(folder.path("test.csv")))).unwrap_err();
        let error = error.to_string();
        let start = format!("`{}`: ", folder.path("test.csv").display());
        assert!(error.starts_with(&start), "{error}");
        error.replace(&start, "")
    };
    let header = "age,town,income,bought\n";
    for (row, expected) in [
        (
            "20,Trier,1,no",
            "line 2, column `town`: `Trier` is a category that the training file does not have",
        ),
        (
            "20,Ulm,1,maybe",
            "line 2, column `bought`: `maybe` is a label that the training file does not have",
        ),
        (
            "old,Ulm,1,no",
            "line 2, column `age`: `old` is not a number, as this column is in the training file\n  hint: if a value is missing there, `data.missing = [\"old\"]` with `data.missing_rows = \"drop\"` leaves such rows out; if the column holds categories, `data.categorical = [\"age\"]`; `data.ignore = [\"age\"]` leaves it out; in the experiment file these keys stand under `[data]`, without `data.`",
        ),
    ] {
        assert_eq!(error(&format!("{header}{row}\n")), expected);
    }
    assert!(error("age,town,bought\n20,Ulm,no\n").starts_with("it has 3 columns, "));
    let renamed = error("age,city,income,bought\n20,Ulm,1,no\n");
    assert!(renamed.starts_with("no column is called `town`, as one is in `"), "{renamed}");
    assert!(renamed.ends_with("there are `age`, `city`, `income`, `bought`"));
}

#[test]
fn the_columns_of_a_test_file_are_matched_by_name() {
    let test = "bought,income,town,age\nno,1,Köln,20\nyes,2,Ulm,30\n";
    let folder = Folder::with(&[("train.csv", PEOPLE), ("test.csv", test)]);
    let dataset = read(&folder.table(TestRows::File(folder.path("test.csv")))).unwrap();
    assert_eq!(row(&dataset.test, 0), (&[20.0, 0.0, 1.0, 0.0, 1.0][..], 0));
    assert_eq!(row(&dataset.test, 1), (&[30.0, 0.0, 0.0, 1.0, 2.0][..], 1));
    // Without a header, columns are matched by position.
    let bare = Folder::with(&[("train.csv", "1,5,x\n2,6,y\n"), ("test.csv", "3,7,y\n")]);
    let mut table = bare.table(TestRows::File(bare.path("test.csv")));
    table.header = said(false);
    assert_eq!(row(&read(&table).unwrap().test, 0), (&[3.0, 7.0][..], 1));
}

#[test]
fn a_real_table_is_read_as_its_authors_describe_it() {
    let Some(folder) = published_folder("digits", "optdigits.tra") else {
        return;
    };
    let table = Table {
        test: TestRows::File(folder.join("optdigits.tes")),
        file: folder.join("optdigits.tra"),
        header: said(false),
        ..plain()
    };
    let dataset = read(&table).unwrap();
    let train = &dataset.train;
    assert_eq!((train.count(), dataset.test.count()), (3823, 1797));
    assert_eq!((train.features(), train.classes), (64, 10));
    // The class distribution of `optdigits.names`.
    let counts = [376, 389, 380, 389, 387, 376, 377, 387, 380, 382];
    assert_eq!(train.class_counts(), counts);
    let counts = [178, 182, 177, 183, 181, 182, 181, 179, 174, 180];
    assert_eq!(dataset.test.class_counts(), counts);
    assert_eq!(row(train, 0).0[..6], [0.0, 1.0, 6.0, 15.0, 12.0, 1.0]);
}

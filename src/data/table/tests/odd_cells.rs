//! Columns of numbers with a few other cells: refused with their share and the remedies, or read as
//! the experiment states.

use super::*;

/// 160 rows of two inputs; `cell` replaces every fortieth number of the second.
fn tumours(cell: &str) -> String {
    let row = |i: usize| {
        let nuclei = (i * 7 % 10 + 1).to_string();
        let nuclei = if i % 40 == 9 { cell } else { &nuclei };
        format!("{},{nuclei},{}\n", i * 3 % 10 + 1, ["benign", "malignant"][i % 2])
    };
    let rows: String = (0..160).map(row).collect();
    format!("clump,nuclei,class\n{rows}")
}

const WAYS_OUT: &str = "if the column holds categories, `data.categorical = [\"nuclei\"]`; `data.ignore = [\"nuclei\"]` leaves it out; in the experiment file these keys stand under `[data]`, without `data.`";

#[test]
fn a_few_cells_that_are_no_numbers_are_refused_with_line_column_and_share() {
    for cell in ["?", "NA", "N/A", "#N/A", "None", "null", "-", ".", "unknown"] {
        let quoted = Value::Text(cell.to_owned()).to_toml();
        assert_eq!(
            error(&tumours(cell), |_| {}),
            format!(
                "line 11, column `nuclei`: `{cell}` is not a number; 156 of 160 cells are\n  hint: if a value is missing there, `data.missing = [{quoted}]` with `data.missing_rows = \"drop\"` leaves such rows out; {WAYS_OUT}"
            )
        );
    }
    for cell in ["nan", "inf", "-Infinity"] {
        let text = error(&tumours(cell), |_| {});
        let start =
            format!("line 11, column `nuclei`: `{cell}` is not a finite number; 156 of 160");
        assert!(text.starts_with(&start), "{text}");
    }
    for cell in ["12%", "\"1,234\"", "−5", "0x1F", "1.5D3", "\"0,5\"", "1e999"] {
        let bare = cell.trim_matches('"');
        assert_eq!(
            error(&tumours(cell), |_| {}),
            format!(
                "line 11, column `nuclei`: `{bare}` is not a number; 156 of 160 cells are\n  hint: numbers are written like `-1234.5` or `1.2e-3`; {WAYS_OUT}"
            )
        );
    }
    let empty = error(&tumours(""), |_| {});
    assert!(empty.starts_with("line 11, column `nuclei`: the cell is empty"), "{empty}");
}

#[test]
fn a_column_in_which_no_number_is_plain_is_refused_as_well() {
    let text = "rate,class\n12%,a\n5%,b\nNA,a\n";
    let refused = error(text, |_| {});
    let start = "line 2, column `rate`: `12%` is not a number; nor is any other cell\n";
    assert!(refused.starts_with(start), "{refused}");
}

#[test]
fn most_numbers_missing_do_not_make_a_column_of_text() {
    let text = "x,class\nNA,a\n1,b\nNA,a\nNA,b\n2,a\n";
    let refused = error(text, |_| {});
    let start = "line 2, column `x`: `NA` is not a number; 2 of 5 cells are\n";
    assert!(refused.starts_with(start), "{refused}");
}

#[test]
fn rows_that_lack_a_value_are_refused_or_left_out_and_counted() {
    let folder = Folder::with(&[("train.csv", &tumours("NA"))]);
    let mut table = folder.table(HALF);
    table.missing = vec!["?".to_owned(), "NA".to_owned()];
    let refused = read(&table).unwrap_err().to_string();
    let end = "line 11, column `nuclei`: `NA` counts as missing (`data.missing`); 4 of 160 rows have such cells\n  hint: `data.missing_rows = \"drop\"` leaves such rows out";
    assert!(refused.ends_with(end), "{refused}");
    table.missing_rows = MissingRows::Drop;
    let dataset = read(&table).unwrap();
    assert_eq!(dataset.dropped_rows, 4);
    assert_eq!((dataset.train.count(), dataset.test.count()), (78, 78));
    assert_eq!(dataset.train.features(), 2);
}

#[test]
fn rows_of_the_test_file_and_without_a_label_are_left_out_alike() {
    let (train, test) = ("x,y\n1,a\n,b\n3,NA\n4,b\n", "y,x\nb,NA\na,7\n");
    let folder = Folder::with(&[("train.csv", train), ("test.csv", test)]);
    let mut table = folder.table(TestRows::File(folder.path("test.csv")));
    table.missing = vec![String::new(), "NA".to_owned()];
    table.missing_rows = MissingRows::Drop;
    let dataset = read(&table).unwrap();
    assert_eq!(dataset.dropped_rows, 3);
    assert_eq!(
        (row(&dataset.train, 0), row(&dataset.train, 1)),
        ((&[1.0][..], 0), (&[4.0][..], 1))
    );
    assert_eq!((dataset.test.count(), row(&dataset.test, 0)), (1, (&[7.0][..], 0)));
    // A column that is not used has no missing values.
    let folder = Folder::with(&[("train.csv", "x,id,y\n1,,a\n2,NA,b\n")]);
    let mut other = folder.table(HALF);
    other.ignore = vec!["id".to_owned()];
    other.missing.clone_from(&table.missing);
    assert_eq!(read(&other).unwrap().dropped_rows, 0);
}

#[test]
fn all_rows_missing_is_an_error() {
    let refused = error("x,y\nNA,a\n1,NA\n", |table| {
        table.missing = vec!["NA".to_owned()];
        table.missing_rows = MissingRows::Drop;
    });
    assert!(refused.starts_with("every row has a cell that is missing"), "{refused}");
}

#[test]
fn a_column_declared_categorical_is_text_whatever_its_cells_are() {
    let folder = Folder::with(&[("train.csv", &tumours("?"))]);
    let mut table = folder.table(HALF);
    table.categorical = vec!["nuclei".to_owned()];
    // There `?` is a category even where it marks a missing value elsewhere.
    table.missing = vec!["?".to_owned()];
    let dataset = read(&table).unwrap();
    assert_eq!(dataset.columns[1].role, ColumnRole::Category { values: 11 });
    assert_eq!((dataset.train.features(), dataset.dropped_rows), (12, 0));
}

#[test]
fn text_that_looks_like_a_number_or_a_missing_one_stays_text_among_text() {
    for cells in [
        ["DE", "NA", "FR"],
        ["inf", "Nan", "fine"],
        ["6370216285980e44", "a3f9", "b07c"],
        ["6370216285980e9999", "a3f9", "b07c"],
        ["A", "0x1F", "B"],
    ] {
        let [a, b, c] = cells;
        let text = format!("x,code,y\n1,{a},u\n3,{b},v\n2,{c},u\n");
        let folder = Folder::with(&[("train.csv", &text)]);
        let dataset = read(&folder.table(HALF)).unwrap();
        assert_eq!(dataset.columns[1].role, ColumnRole::Category { values: 3 }, "{cells:?}");
    }
}

#[test]
fn a_header_read_as_data_is_pointed_out() {
    let refused = error("x,y\n1,2\n3,4\n5,6\n", |table| table.header = said(false));
    let start = "line 1, column `1`: `x` is not a number; 3 of 4 cells are\n  hint: if the first line names the columns, `data.header = true`; ";
    assert!(refused.starts_with(start), "{refused}");
}

#[test]
fn numbers_too_large_for_32_bits_need_scaling() {
    let text = "a,b\n1e39,x\n2,y\n";
    assert_eq!(
        error(text, |_| {}),
        "line 2, column `a`: `1e39` is beyond ±3.4028235e38, the largest number of 32 bits, in which the network computes\n  hint: `data.input_scaling = \"standardize\"` or `\"unit\"` brings it into range"
    );
    let folder = Folder::with(&[("train.csv", text)]);
    assert!(super::super::read(&folder.table(HALF), InputScaling::Standardize).is_ok());
}

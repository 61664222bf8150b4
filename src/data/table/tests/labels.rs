//! Which labels form one class, the names of classes, and their order.

use super::*;

fn dataset(labels: &[&str], change: impl FnOnce(&mut Table)) -> Dataset {
    let row = |(i, label): (usize, &&str)| format!("{},{label}\n", i * 3 % 7);
    let rows: String = labels.iter().enumerate().map(row).collect();
    let folder = Folder::with(&[("train.csv", &format!("x,class\n{rows}"))]);
    let mut table = folder.table(TestRows::File(folder.path("train.csv")));
    change(&mut table);
    read(&table).unwrap()
}

fn classes(labels: &[&str]) -> Vec<String> {
    dataset(labels, |_| {}).class_names
}

#[test]
fn labels_are_compared_exactly_and_sorted_by_their_numbers() {
    assert_eq!(classes(&["10", "9", "-1", "2.5"]), ["-1", "2.5", "9", "10"]);
    assert_eq!(
        classes(&["9007199254740993", "9007199254740992"]),
        ["9007199254740992", "9007199254740993"]
    );
    assert_eq!(classes(&["7", "007", "7"]), ["7", "007"]);
    assert_eq!(classes(&["1000", "1e3"]), ["1000", "1e3"]);
}

#[test]
fn plain_variants_of_one_number_are_one_class_with_a_note() {
    let merged = dataset(&["1", "0", "1.0", "1.00", "0"], |_| {});
    assert_eq!(merged.class_names, ["0", "1"]);
    assert_eq!(merged.train.labels, [1, 0, 1, 1, 0]);
    assert_eq!(
        merged.notes,
        ["labels `1`, `1.0`, `1.00` of column `class` are one number, and so one class"]
    );
    // Unless they are declared to be text.
    let text = dataset(&["1", "0", "1.0"], |table| {
        table.categorical = vec!["class".to_owned()];
    });
    assert_eq!((text.class_names.len(), text.notes), (3, Vec::new()));
}

#[test]
fn text_labels_may_look_like_numbers_that_are_not_finite() {
    assert_eq!(classes(&["inf", "Nan"]), ["Nan", "inf"]);
    assert_eq!(classes(&["NA", "b", "a"]), ["NA", "a", "b"]);
    assert_eq!(classes(&["6370216285980e44", "b", "1e999", "c"]).len(), 4);
}

#[test]
fn a_few_labels_that_are_no_numbers_are_refused() {
    let refused = error("x,class\n5,0\n1,1\n2,NA\n4,1\n", |_| {});
    assert_eq!(
        refused,
        "line 4, column `class`: `NA` is not a number; 3 of 4 cells are\n  hint: if a value is missing there, `data.missing = [\"NA\"]` with `data.missing_rows = \"drop\"` leaves such rows out; if the labels are text, `data.categorical = [\"class\"]`; in the experiment file these keys stand under `[data]`, without `data.`"
    );
}

#[test]
fn a_test_label_is_found_by_its_number_and_by_no_other() {
    let test = |label: &str| {
        let test = format!("x,class\n1,{label}\n");
        let folder = Folder::with(&[("train.csv", "x,class\n1,7\n2,8\n"), ("test.csv", &test)]);
        read(&folder.table(TestRows::File(folder.path("test.csv"))))
    };
    assert_eq!(test("8.0").unwrap().test.labels, [1]);
    for other in ["007", "7.5", "NA"] {
        let error = test(other).unwrap_err().to_string();
        assert!(error.ends_with("is a label that the training file does not have"), "{error}");
    }
}

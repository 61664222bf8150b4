//! The roles of columns: row numbers, names that occur twice, first lines that
//! are no header, and the warnings about constant columns and those that may reveal the label.

use super::*;

/// 40 rows, sorted by class, each preceded by `first` of its number.
fn sorted(header: &str, first: impl Fn(usize) -> String) -> String {
    let row = |i: usize| format!("{},{},{}\n", first(i), i * 17 % 23, ["a", "b"][i / 20]);
    let rows: String = (0..40).map(row).collect();
    format!("{header}\n{rows}")
}

fn table_of(text: &str, change: impl FnOnce(&mut Table)) -> Dataset {
    let folder = Folder::with(&[("train.csv", text)]);
    let mut table = folder.table(HALF);
    change(&mut table);
    read(&table).unwrap()
}

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(ToString::to_string).collect()
}

fn roles(dataset: &Dataset) -> Vec<ColumnRole> {
    dataset.columns.iter().map(|column| column.role.clone()).collect()
}

#[test]
fn a_column_without_a_name_is_refused_unless_its_role_is_given() {
    let text = sorted(",noise,class", |i| (i * 11 % 40).to_string());
    assert_eq!(
        error(&text, |_| {}),
        "column 1 has no name, as pandas and R write row numbers, and row numbers give away the label of a sorted table\n  hint: `data.ignore = [\"1\"]` leaves the column out; where it is an input, list it with the others in `data.inputs`"
    );
    let left_out = [ColumnRole::Ignored, ColumnRole::Input, ColumnRole::Label];
    let ignored = table_of(&text, |table| table.ignore = names(&["1"]));
    assert_eq!((roles(&ignored), ignored.train.features()), (left_out.to_vec(), 1));
    let chosen = table_of(&text, |table| table.inputs = Some(names(&["noise"])));
    assert_eq!(roles(&chosen), left_out);
    let both = table_of(&text, |table| table.inputs = Some(names(&["1", "noise"])));
    assert_eq!(both.train.features(), 2);
}

#[test]
fn a_column_that_counts_the_rows_is_refused_unless_its_role_is_given() {
    for (start, end) in [(0, 39), (1, 40), (101, 140)] {
        let text = sorted("id,noise,class", |i| (i + start).to_string());
        assert_eq!(
            error(&text, |_| {}),
            format!(
                "column \"id\" counts from {start} to {end} through the rows, and row numbers give away the label of a sorted table\n  hint: `data.ignore = [\"id\"]` leaves the column out; where it is an input, list it with the others in `data.inputs`"
            )
        );
        let meant = table_of(&text, |table| table.inputs = Some(names(&["id"])));
        assert_eq!(roles(&meant), [ColumnRole::Input, ColumnRole::Ignored, ColumnRole::Label]);
    }
    // Also without a header, and written as decimals.
    let text = sorted("0.0,3,a", |i| format!("{}.0", i + 1));
    let refused = error(&text, |table| table.header = said(false));
    assert!(refused.starts_with("column \"1\" counts from 0 to 40"), "{refused}");
    // A column that increases by another number than 1 is data.
    table_of(&sorted("when,noise,class", |i| (i * 1000).to_string()), |_| {});
}

#[test]
fn row_numbers_in_another_order_are_noted() {
    let dataset = table_of(&sorted("id,noise,class", |i| (i * 11 % 40).to_string()), |_| {});
    assert_eq!(
        dataset.notes,
        [
            "column `id` holds each whole number from 0 to 39 once; if these number the rows of a sorted table, leave it out with `data.ignore`"
        ]
    );
}

#[test]
fn two_columns_of_one_name_are_refused() {
    assert_eq!(
        error("x,class,class\n1,a,a\n2,b,b\n", |_| {}),
        "columns 2 and 3 are both called `class`; rename one of them (a column without a name goes by its number)"
    );
}

#[test]
fn names_that_no_column_has_are_refused() {
    for (key, change) in [
        ("data.inputs", &(|t: &mut Table, n| t.inputs = Some(n)) as &dyn Fn(&mut Table, _)),
        ("data.ignore", &|t, n| t.ignore = n),
        ("data.categorical", &|t, n| t.categorical = n),
    ] {
        assert_eq!(
            error(PEOPLE, |table| change(table, names(&["agee"]))),
            format!(
                "no column is called `agee` (`{key}`); there are `age`, `town`, `income`, `bought`"
            )
        );
    }
    let label = error(PEOPLE, |table| table.ignore = names(&["bought"]));
    assert!(
        label.starts_with("column `bought` is in `data.ignore`, and it is the label"),
        "{label}"
    );
}

#[test]
fn a_first_line_that_is_an_example_is_refused_unless_declared_a_header() {
    let hint = "looks like an example and not like the names of columns\n  hint: with `data.header = false` it is an example like the others; if the columns are really called so, `data.header = true` says it";
    let years = "2019,2020,class\n5,7,a\n6,9,b\n";
    for (text, first) in [
        // A text label above text, with a number missing, and with nothing but text.
        ("5.1,3.5,setosa\n4.9,3.0,setosa\n7.0,3.2,virginica\n", "`5.1`, `3.5`, `setosa`"),
        ("5,?,a\n4,1,b\n7,2,b\n", "`5`, `?`, `a`"),
        ("red,round,yes\nred,long,no\nblue,round,yes\n", "`red`, `round`, `yes`"),
        (years, "`2019`, `2020`, `class`"),
    ] {
        assert_eq!(error(text, |_| {}), format!("its first line ({first}) {hint}"));
    }
    let believed = table_of(years, |table| table.header = said(true));
    let header: Vec<&str> = believed.columns.iter().map(|c| c.name.as_str()).collect();
    assert_eq!(header, ["2019", "2020", "class"]);
    assert_eq!(believed.train.count() + believed.test.count(), 2);
    let iris = "5.1,3.5,setosa\n4.9,3.0,setosa\n7.0,3.2,virginica\n";
    let all = table_of(iris, |table| table.header = said(false));
    assert_eq!(all.train.count() + all.test.count(), 3);
    // One column with a text above its numbers shows that the line is a header.
    table_of("name,2019,2020,class\n3,5,7,a\n2,6,9,b\n", |_| {});
}

#[test]
fn constant_columns_and_columns_that_reveal_the_label_are_noted() {
    let row = |i: usize| {
        let rounded = if i.is_multiple_of(2) { "0.3" } else { "0.30000000000000004" };
        let class = ["a", "b"][i % 2];
        format!("5,x,{rounded},{},{class},{class}\n", i * 7 % 11)
    };
    let rows: String = (0..20).map(row).collect();
    let mut dataset = table_of(&format!("five,same,sum,x,copy,class\n{rows}"), |_| {});
    dataset.notes.extend(constant_columns(&dataset, InputScaling::Unit));
    assert_eq!(
        dataset.notes,
        [
            "column `copy` holds the same as the label `class` in every row, so that the answer is among the inputs",
            "column `five` is 5 in every training row and carries no information",
            "column `same` holds the same text in every row and carries no information",
            "column `sum` is constant up to rounding in the training rows (from 0.3 to 0.30000000000000004) and carries no information",
        ]
    );
    assert_eq!((dataset.column_of(2), dataset.column_of(4)), ("sum".into(), "copy".into()));
    let when = |i: usize| (1_700_000_000_000 + i as u64 * 1000).to_string();
    let times = table_of(&sorted("when,noise,class", when), |_| {});
    let notes = |scaling| constant_columns(&times, scaling);
    assert_eq!(notes(InputScaling::Standardize), Vec::<String>::new());
    assert!(notes(InputScaling::None)[0].contains("is constant in the 32 bits"));
}

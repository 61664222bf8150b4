//! Selects and sorts the rows and columns of a table: `test_accuracy > 0.9`, `-test_accuracy`.

use std::cmp::Ordering;

use super::sheet::Sheet;
use crate::compare::unknown;
use crate::error::{Error, Result};
use crate::results::query::short_name;

/// A condition on a column, as the command line gives it.
#[derive(Debug, Clone, PartialEq)]
pub struct Filter {
    column: String,
    operator: Operator,
    value: String,
}

/// How a cell is compared with a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operator {
    Equal,
    Unequal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// Longer operators first, so that `<=` is not read as `<`.
const OPERATORS: [(&str, Operator); 7] = [
    ("==", Operator::Equal),
    ("!=", Operator::Unequal),
    ("<=", Operator::LessOrEqual),
    (">=", Operator::GreaterOrEqual),
    ("=", Operator::Equal),
    ("<", Operator::Less),
    (">", Operator::Greater),
];

impl Filter {
    /// Parses `COLUMN OPERATOR VALUE`; spaces around the operator, and quotes around the value, are
    /// optional. An empty value stands for an empty cell.
    pub fn parse(text: &str) -> Result<Self> {
        let wrong = |why: &str| {
            Error::Usage(format!(
                "`--filter {text}`: {why}\n  hint: write a column, one of = != < <= > >=, and a value: `--filter 'placement = before'`"
            ))
        };
        let at = text.find(['=', '!', '<', '>']);
        let at = at.ok_or_else(|| wrong("there is no operator in it"))?;
        let (column, rest) = text.split_at(at);
        let (spelling, operator) = OPERATORS
            .into_iter()
            .find(|(spelling, _)| rest.starts_with(spelling))
            .ok_or_else(|| wrong("there is no such operator"))?;
        let value = rest[spelling.len()..].trim();
        let bare = ['"', '\''].into_iter().find_map(|quote| {
            let inside = value.strip_prefix(quote)?;
            inside.strip_suffix(quote)
        });
        let filter = Self {
            column: column.trim().to_owned(),
            operator,
            value: bare.unwrap_or(value).to_owned(),
        };
        if filter.column.is_empty() {
            return Err(wrong("there is no column in it"));
        }
        if filter.is_of_order() && filter.value.parse::<f64>().is_err() {
            return Err(wrong("greater and less compare with a number"));
        }
        Ok(filter)
    }

    /// The name of the column.
    pub fn column(&self) -> &str {
        &self.column
    }

    fn is_of_order(&self) -> bool {
        !matches!(self.operator, Operator::Equal | Operator::Unequal)
    }

    /// Whether a cell meets the condition. Numbers are compared as numbers (0.10 is 0.1); an empty
    /// cell is neither greater nor less than anything.
    pub fn accepts(&self, cell: &str) -> bool {
        let order = match (cell.parse::<f64>(), self.value.parse::<f64>()) {
            (Ok(cell), Ok(value)) => cell.partial_cmp(&value),
            _ if self.is_of_order() => None,
            _ => Some(cell.cmp(&self.value)),
        };
        let Some(order) = order else {
            return false;
        };
        match self.operator {
            Operator::Equal => order.is_eq(),
            Operator::Unequal => order.is_ne(),
            Operator::Less => order.is_lt(),
            Operator::LessOrEqual => order.is_le(),
            Operator::Greater => order.is_gt(),
            Operator::GreaterOrEqual => order.is_ge(),
        }
    }
}

impl Sheet {
    /// Keeps the rows that meet all of `filters`.
    pub fn filter(&mut self, filters: &[Filter]) -> Result<()> {
        for filter in filters {
            let column = self.column(&filter.column)?;
            self.rows.retain(|row| filter.accepts(&row[column]));
        }
        Ok(())
    }

    /// Sorts the rows by these columns, the first one first; `-column` sorts in descending order.
    /// Empty cells come last in either direction, and equal rows keep their order.
    pub fn sort(&mut self, columns: &[String]) -> Result<()> {
        for name in columns.iter().rev() {
            let (name, is_falling) = match name.strip_prefix('-') {
                Some(name) => (name, true),
                None => (name.as_str(), false),
            };
            let column = self.column(name)?;
            self.rows.sort_by(|a, b| compare(&a[column], &b[column], is_falling));
        }
        Ok(())
    }

    /// Keeps these columns, in this order.
    pub fn select(&mut self, columns: &[String]) -> Result<()> {
        let places: Result<Vec<usize>> = columns.iter().map(|name| self.column(name)).collect();
        let places = places?;
        let chosen = |row: &[String]| places.iter().map(|&place| row[place].clone()).collect();
        self.columns = chosen(&self.columns);
        self.rows = self.rows.iter().map(|row| chosen(row)).collect();
        Ok(())
    }

    /// The position of a column, by its full or its short name.
    fn column(&self, name: &str) -> Result<usize> {
        let mut columns = self.columns.iter();
        let exact = self.columns.iter().position(|column| column == name);
        exact.or_else(|| columns.position(|column| short_name(column) == name)).ok_or_else(|| {
            let known: Vec<&str> = self.columns.iter().map(String::as_str).collect();
            Error::Usage(unknown("column", name, &known))
        })
    }
}

fn compare(one: &str, other: &str, is_falling: bool) -> Ordering {
    let order = match (one.is_empty(), other.is_empty()) {
        (false, false) => match (one.parse::<f64>(), other.parse::<f64>()) {
            (Ok(one), Ok(other)) => one.total_cmp(&other),
            // Numbers before words.
            (Ok(_), Err(_)) => Ordering::Less,
            (Err(_), Ok(_)) => Ordering::Greater,
            (Err(_), Err(_)) => one.cmp(other),
        },
        (one, other) => return one.cmp(&other),
    };
    if is_falling { order.reverse() } else { order }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sheet() -> Sheet {
        let row = |cells: [&str; 3]| cells.map(str::to_owned).to_vec();
        Sheet {
            columns: row(["norm.placement", "train.batch_size", "test_accuracy"]),
            rows: vec![
                row(["none", "8", "0.5"]),
                row(["before", "16", "0.75"]),
                row(["after", "128", ""]),
                row(["before", "8", "0.90"]),
            ],
        }
    }

    fn kept(filters: &[&str]) -> Vec<String> {
        let mut sheet = sheet();
        let filters: Vec<Filter> =
            filters.iter().map(|text| Filter::parse(text).expect("a filter")).collect();
        sheet.filter(&filters).expect("known columns");
        let cells = sheet.rows.iter().map(|row| row[..2].join(" "));
        cells.collect()
    }

    #[test]
    fn filters_compare_numbers_as_numbers_and_hold_together() {
        assert_eq!(kept(&["placement = before"]), ["before 16", "before 8"]);
        assert_eq!(kept(&["norm.placement!='before'"]), ["none 8", "after 128"]);
        assert_eq!(kept(&["batch_size>=16"]), ["before 16", "after 128"]);
        assert_eq!(kept(&["batch_size < 16", "test_accuracy=0.9"]), ["before 8"]);
        assert_eq!(kept(&["test_accuracy <= 0.75"]), ["none 8", "before 16"]);
        assert_eq!(kept(&["test_accuracy ="]), ["after 128"], "an empty cell");
        assert_eq!(kept(&["test_accuracy > 0"]).len(), 3, "nothing is not more than 0");
    }

    #[test]
    fn an_invalid_filter_is_refused_with_its_syntax() {
        for text in ["placement", "= 3", "a ! b", "loss > high"] {
            let error = Filter::parse(text).expect_err(text).to_string();
            assert!(error.contains("hint: write a column"), "{error}");
        }
    }

    #[test]
    fn rows_are_sorted_by_number_with_empty_cells_last_both_ways() {
        let sorted = |columns: &[&str]| {
            let mut sheet = sheet();
            let columns: Vec<String> = columns.iter().map(|&name| name.to_owned()).collect();
            sheet.sort(&columns).expect("known columns");
            let rows = sheet.rows.iter().map(|row| row[1..].join(" "));
            rows.collect::<Vec<_>>()
        };
        assert_eq!(sorted(&["test_accuracy"]), ["8 0.5", "16 0.75", "8 0.90", "128 "]);
        assert_eq!(sorted(&["-test_accuracy"]), ["8 0.90", "16 0.75", "8 0.5", "128 "]);
        assert_eq!(
            sorted(&["batch_size", "-train.batch_size", "placement"])[0],
            "8 0.90",
            "the first column decides, then the others"
        );
    }

    #[test]
    fn an_unknown_column_suggests_the_known_one() {
        let mut sheet = sheet();
        let mut told = |name: &str| sheet.select(&[name.to_owned()]).expect_err(name).to_string();
        assert!(told("test_acuracy").contains("did you mean `test_accuracy`?"));
        assert!(told("batchsize").contains("did you mean `train.batch_size`?"));
        assert!(told("xyz").contains("the columns are norm.placement, train.batch_size"));
        sheet.select(&["test_accuracy".to_owned(), "placement".to_owned()]).expect("known");
        assert_eq!(sheet.columns, ["test_accuracy", "norm.placement"]);
        assert_eq!(sheet.rows[0], ["0.5", "none"]);
    }
}

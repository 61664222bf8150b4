//! Text tables: columns padded to their widest cell, numbers to the right.

use crate::units::for_table;

/// Lays out `header` and `rows` with two spaces between columns; those columns are aligned to the left for
/// which `is_left`. No line ends in a space.
pub(super) fn lay_out(
    header: &[String],
    rows: &[Vec<String>],
    is_left: impl Fn(usize) -> bool,
) -> String {
    let printable = |row: &[String]| -> Vec<String> {
        row.iter().map(|cell| for_table(cell).into_owned()).collect()
    };
    let header = &printable(header)[..];
    let rows: Vec<Vec<String>> = rows.iter().map(|row| printable(row)).collect();
    let width = |column: usize| {
        let cells = std::iter::once(header).chain(rows.iter().map(Vec::as_slice));
        let lengths = cells.filter_map(|row| row.get(column)).map(|cell| cell.chars().count());
        lengths.max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..header.len()).map(width).collect();
    let line = |row: &[String]| {
        let cells = row.iter().zip(&widths).enumerate().map(|(column, (cell, &width))| {
            if is_left(column) { format!("{cell:<width$}") } else { format!("{cell:>width$}") }
        });
        let line: Vec<String> = cells.collect();
        format!("{}\n", line.join("  ").trim_end())
    };
    std::iter::once(header).chain(rows.iter().map(Vec::as_slice)).map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up_whatever_their_cells() {
        let row = |cells: [&str; 3]| cells.map(str::to_owned).to_vec();
        let table = lay_out(
            &row(["placement", "n", "±"]),
            &[row(["none", "3", "0.1"]), row(["–", "10", ""])],
            |column| column < 1,
        );
        let wide = "x".repeat(70_000);
        for left in [false, true] {
            // Wider than Rust's formatting supports.
            assert!(
                lay_out(std::slice::from_ref(&wide), &[vec![wide.clone()]], |_| left).len()
                    < 10_000
            );
        }
        assert_eq!(table, "placement   n    ±\nnone        3  0.1\n–          10\n");
    }
}

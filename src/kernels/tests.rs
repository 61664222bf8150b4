//! The kernels against plain loops in double precision.

use super::instruction_set::emulated;
use super::*;

/// Numbers between −1 and 1 that look random.
fn numbers(count: usize, seed: u64) -> Vec<f32> {
    let mut stream = crate::seed::Streams::new(seed, 0).stream("kernels");
    (0..count).map(|_| stream.between(-1.0, 1.0) as f32).collect()
}

fn assert_close(what: &str, found: f32, expected: f64) {
    let error = (f64::from(found) - expected).abs();
    assert!(error <= 1e-5 * expected.abs().max(1.0), "{what}: {found} instead of {expected}");
}

/// A matrix `[depth, columns]` of real columns, and the same in panels.
fn matrix(depth: usize, columns: usize, seed: u64) -> (Vec<f32>, Panels, Vec<f32>) {
    let plain = numbers(depth * columns, seed);
    let panels = Panels::new(depth, columns);
    let mut values = vec![0.0; panels.size()];
    for (i, &value) in plain.iter().enumerate() {
        values[panels.position(i / columns, i % columns)] = value;
    }
    (plain, panels, values)
}

/// Rows, depth and columns in which tiles, unrolled loops and panels end in every possible way.
fn shapes() -> impl Iterator<Item = [usize; 3]> {
    let rows = [1, 2, 3, 5, 6, 7, 12, 13, 17, 32];
    rows.into_iter().flat_map(|rows| {
        let depths = [1, 7, 8, 9, 27].into_iter();
        depths.flat_map(move |depth| [1, 8, 10, 16, 20, 40].map(|columns| [rows, depth, columns]))
    })
}

#[test]
fn products_equal_plain_loops() {
    for [rows, depth, columns] in shapes() {
        let x = numbers(rows * depth, 1);
        let (plain, panels, weights) = matrix(depth, columns, 2);
        let bias = numbers(panels.columns, 3);
        let offsets: Vec<usize> = (0..rows).map(|row| row * depth).collect();
        let mut result = vec![f32::NAN; rows * panels.columns];
        let rows_of = Rows { x: &x, offsets: &offsets, segments: 1, step: 0, length: depth };
        let columns_padded = panels.columns;
        Product {
            rows: rows_of,
            weights: &weights,
            bias: Some(&bias),
            columns: columns_padded,
            result: &mut result,
            step: columns_padded,
        }
        .run();
        for row in 0..rows {
            for column in 0..columns {
                let products = (0..depth).map(|k| {
                    f64::from(x[row * depth + k]) * f64::from(plain[k * columns + column])
                });
                let expected = f64::from(bias[column]) + products.sum::<f64>();
                let found = result[row * panels.columns + column];
                assert_close(&format!("{rows} × {depth} × {columns}"), found, expected);
            }
        }
    }
}

#[test]
fn gradients_of_weights_equal_plain_loops_and_can_be_added_up() {
    for [positions, depth, columns] in shapes() {
        let padding = padded(columns);
        let (x, d) = (numbers(positions * depth, 4), numbers(positions * padding, 5));
        let panels = Panels::new(depth, columns);
        let mut gradient = vec![0.0; panels.size()];
        for adds in [false, true] {
            for (first, width) in panels.panels() {
                let start = first * depth;
                Outer {
                    x: &x,
                    x_step: depth,
                    d: &d,
                    d_step: padding,
                    lines: &[Line { input: 0, gradient: 0 }],
                    count: positions,
                    rows: depth,
                    adds,
                    first,
                    width,
                    panel: &mut gradient[start..start + depth * width],
                }
                .run();
            }
        }
        for row in 0..depth {
            for column in 0..columns {
                let products = (0..positions)
                    .map(|p| f64::from(x[p * depth + row]) * f64::from(d[p * padding + column]));
                let found = gradient[panels.position(row, column)];
                assert_close(
                    &format!("{positions} × {depth} × {columns}"),
                    found,
                    2.0 * products.sum::<f64>(),
                );
            }
        }
    }
}

#[test]
fn a_transposed_matrix_has_rows_and_columns_exchanged() {
    for [_, depth, columns] in shapes() {
        let (plain, panels, values) = matrix(depth, columns, 6);
        let to = Panels::new(columns, depth);
        let mut transposed = vec![0.0; to.size()];
        panels.transpose(&values, columns, &mut transposed);
        for row in 0..depth {
            for column in 0..columns {
                let found = transposed[to.position(column, row)];
                assert_eq!(found.to_bits(), plain[row * columns + column].to_bits());
            }
        }
        let padding = transposed.len() - plain.len();
        assert_eq!(transposed.iter().filter(|&&value| value == 0.0).count(), padding);
    }
}

#[test]
fn results_do_not_depend_on_the_width_of_vectors() {
    // 8 columns are computed with half-width vectors where a panel of 16 is not.
    let (rows, depth) = (7, 30);
    let x = numbers(rows * depth, 7);
    let (_, panels, weights) = matrix(depth, 16, 8);
    let offsets: Vec<usize> = (0..rows).map(|row| row * depth).collect();
    let product = |weights: &[f32], columns: usize| {
        let mut result = vec![0.0; rows * columns];
        let rows = Rows { x: &x, offsets: &offsets, segments: 1, step: 0, length: depth };
        Product { rows, weights, bias: None, columns, result: &mut result, step: columns }.run();
        result
    };
    let whole = product(&weights, 16);
    let half: Vec<f32> = (0..depth)
        .flat_map(|row| (0..8).map(move |column| panels.position(row, column)))
        .map(|position| weights[position])
        .collect();
    let half = product(&half, 8);
    for row in 0..rows {
        assert_eq!(whole[row * 16..row * 16 + 8], half[row * 8..row * 8 + 8]);
    }
}

/// The bits of what every kernel computes, of all shapes of vectors and tiles.
fn bits_of_everything() -> Vec<u32> {
    let mut all: Vec<f32> = Vec::new();
    for [rows, depth, columns] in shapes() {
        let (x, d) = (numbers(rows * depth, 18), numbers(rows * padded(columns), 19));
        let (_, panels, weights) = matrix(depth, columns, 20);
        let offsets: Vec<usize> = (0..rows).map(|row| row * depth).collect();
        let columns = panels.columns;
        let mut result = vec![0.0; rows * columns];
        let rows_of = Rows { x: &x, offsets: &offsets, segments: 1, step: 0, length: depth };
        Product {
            rows: rows_of,
            weights: &weights,
            bias: None,
            columns,
            result: &mut result,
            step: columns,
        }
        .run();
        let mut gradient = vec![0.0; panels.size()];
        for (first, width) in panels.panels() {
            let panel = &mut gradient[first * depth..][..depth * width];
            let lines = &[Line { input: 0, gradient: 0 }];
            Outer {
                x: &x,
                x_step: depth,
                d: &d,
                d_step: columns,
                lines,
                count: rows,
                rows: depth,
                adds: true,
                first,
                width,
                panel,
            }
            .run();
        }
        let [mean, scale, shift] = [21, 22, 23].map(|seed| numbers(columns, seed));
        let mut found = vec![0.0; 3 * columns];
        let (squares, sums_of) = found.split_at_mut(columns);
        let (first, second) = sums_of.split_at_mut(columns);
        centred_squares(&result, &mean, squares);
        gradient_sums(&result, &d, &mean, [first, second]);
        let map = ColumnMap { mean: &mean, scale: &scale, shift: &shift };
        let mut y = vec![0.0; result.len()];
        normalise(&result, map, Some(&d), Piecewise { slope: 0.25, at_zero: 1.0 }, &mut y);
        let mut dx = vec![0.0; result.len()];
        input_gradient(&result, &d, [&mean, &scale, &shift, &mean], &mut dx);
        for part in [result, gradient, found, y, dx] {
            all.extend(part);
        }
    }
    all.into_iter().map(f32::to_bits).collect()
}

#[test]
fn processors_with_other_vectors_or_none_get_the_same_bits() {
    if !available() {
        return;
    }
    let ours = bits_of_everything();
    for lanes in [1, 4, 8, 16] {
        let theirs = emulated::with(lanes, bits_of_everything);
        let differing = ours.iter().zip(&theirs).filter(|(ours, theirs)| ours != theirs).count();
        assert_eq!(differing, 0, "{lanes} lanes: of {} values", ours.len());
        emulated::with(lanes, || {
            gradients_of_weights_equal_plain_loops_and_can_be_added_up();
            passes_over_columns_equal_plain_loops();
            pooling_equals_plain_loops();
            values_that_are_no_numbers_stay_visible();
        });
    }
}

#[test]
fn passes_over_columns_equal_plain_loops() {
    for columns in [8, 16, 24, 32, 40, 64] {
        let rows = 11;
        let (x, d) = (numbers(rows * columns, 9), numbers(rows * columns, 10));
        let [mean, scale, shift, offset] = [11, 12, 13, 14].map(|seed| numbers(columns, seed));
        let at =
            |values: &[f32], row: usize, column: usize| f64::from(values[row * columns + column]);
        let of = |values: &[f32], column: usize| f64::from(values[column]);
        let mut found = vec![vec![0.0; columns]; 4];
        let [plain, squares, first, second] = found.as_mut_slice() else { unreachable!() };
        sums(&x, plain);
        centred_squares(&x, &mean, squares);
        gradient_sums(&x, &d, &mean, [first, second]);
        let map = ColumnMap { mean: &mean, scale: &scale, shift: &shift };
        let leaky = Piecewise { slope: 0.25, at_zero: 1.0 };
        let mut y = vec![0.0; x.len()];
        normalise(&x, map, None, leaky, &mut y);
        let mut of_sum = vec![0.0; x.len()];
        normalise(&x, map, Some(&d), leaky, &mut of_sum);
        let mut gradient = d.clone();
        activation_gradient(&x, Some(map), leaky, columns, &mut gradient);
        let mut dx = vec![0.0; x.len()];
        input_gradient(&x, &d, [&mean, &scale, &offset, &shift], &mut dx);
        for column in 0..columns {
            let all = |value: &dyn Fn(usize) -> f64| (0..rows).map(value).sum::<f64>();
            let centred = |row: usize| at(&x, row, column) - of(&mean, column);
            let expected = [
                all(&|row| at(&x, row, column)),
                all(&|row| centred(row) * centred(row)),
                all(&|row| at(&d, row, column)),
                all(&|row| at(&d, row, column) * centred(row)),
            ];
            for (found, expected) in found.iter().zip(expected) {
                assert_close("a sum", found[column], expected);
            }
            for row in 0..rows {
                let v = centred(row) * of(&scale, column) + of(&shift, column);
                let slope = if v < 0.0 { 0.25 } else { 1.0 };
                let (at_y, d) = (row * columns + column, at(&d, row, column));
                assert_close("a normalised value", y[at_y], v * slope);
                let sum = v + d;
                let slope_of_sum = if sum < 0.0 { 0.25 } else { 1.0 };
                assert_close("a value of a sum", of_sum[at_y], sum * slope_of_sum);
                assert_close("an activation's gradient", gradient[at_y], d * slope);
                let expected = of(&scale, column) * (d - of(&offset, column))
                    - of(&shift, column) * centred(row);
                assert_close("an input's gradient", dx[at_y], expected);
            }
        }
    }
}

#[test]
fn values_that_are_no_numbers_stay_visible() {
    let x = [f32::NAN; 8];
    let mut y = [0.0; 8];
    activate(&x, Piecewise { slope: 0.0, at_zero: 0.0 }, 8, &mut y);
    assert!(y.iter().all(|value| value.is_nan()));
    let windows = Windows { side: 2, height: 2, width: 2, channels: 8 };
    for broken in 0..4 {
        let mut x = numbers(32, 15);
        x[broken * 8] = f32::NAN;
        max_pool(windows, 0, &x, &mut y);
        assert!(y[0].is_nan() && !y[1].is_nan());
    }
}

#[test]
fn pooling_equals_plain_loops() {
    for (side, height, width, channels) in
        [(1, 3, 2, 8), (2, 5, 7, 24), (3, 7, 6, 16), (2, 4, 4, 64)]
    {
        let windows = Windows { side, height, width, channels };
        let [rows, columns] = windows.counts();
        let x = numbers(height * width * channels, 16);
        let dy = numbers(columns * channels, 17);
        let (mut y, mut scratch) = (vec![0.0; columns * channels], vec![0.0; channels]);
        let mut dx = vec![0.0; x.len()];
        for row in 0..rows {
            max_pool(windows, row, &x, &mut y);
            max_pool_gradient(windows, row, [&x, &y, &dy], &mut scratch, &mut dx);
            for (at, (&largest, &d)) in y.iter().zip(&dy).enumerate() {
                let (column, channel) = (at / channels, at % channels);
                let places = (0..side * side).map(|i| {
                    let [row, column] = [row * side + i / side, column * side + i % side];
                    (row * width + column) * channels + channel
                });
                let expected = places.clone().map(|at| x[at]).fold(f32::MIN, f32::max);
                assert_eq!(largest.to_bits(), expected.to_bits());
                let first = places.clone().find(|&at| x[at].to_bits() == expected.to_bits());
                for at in places {
                    let expected = if Some(at) == first { d } else { 0.0 };
                    assert_eq!(dx[at].to_bits(), expected.to_bits(), "{windows:?}");
                }
            }
        }
    }
}

#[test]
fn of_equal_values_in_a_window_the_first_gets_the_gradient() {
    let windows = Windows { side: 2, height: 2, width: 3, channels: 8 };
    let mut x = vec![0.0; 6 * 8];
    // In channel 1, the second and the last value of the window are equal.
    for position in [1, 4] {
        x[position * 8 + 1] = 2.0;
    }
    let (mut y, mut dx, mut scratch) = ([0.0; 8], vec![0.0; 6 * 8], [0.0; 8]);
    max_pool(windows, 0, &x, &mut y);
    max_pool_gradient(windows, 0, [&x, &y, &[3.0; 8]], &mut scratch, &mut dx);
    let gradients =
        |channel: usize| [0, 1, 2, 3, 4, 5].map(|position| dx[position * 8 + channel].to_bits());
    let of_position = |which| {
        [0, 1, 2, 3, 4, 5].map(|position| if position == which { 3_f32 } else { 0.0 }.to_bits())
    };
    assert_eq!(gradients(0), of_position(0), "all are equal");
    assert_eq!(gradients(1), of_position(1));
}

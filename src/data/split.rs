//! Selects the examples that are held out or left out: at random, or in proportion from each class.
//!
//! The examples are in a random order already, so that the last of them are a random part.

/// Splits `order` into the examples that stay and the `held` of them that are held out, each in the order
/// of `order`. `class_of` gives an example's class, which is below `classes`.
///
/// With `stratify`, the held-out examples are distributed over the classes, see [`quotas`]; without it,
/// the last ones are held out.
pub(super) fn hold_out<T: Copy>(
    mut order: Vec<T>,
    held: usize,
    stratify: Option<&Classes<'_, T>>,
) -> (Vec<T>, Vec<T>) {
    let held = held.min(order.len());
    let Some(&Classes { count, class_of }) = stratify else {
        let out = order.split_off(order.len() - held);
        return (order, out);
    };
    let mut counts = vec![0; count];
    for &example in &order {
        counts[class_of(example)] += 1;
    }
    let quotas = quotas(&counts, held);
    let mut stays: Vec<usize> = counts.iter().zip(quotas).map(|(n, q)| n - q).collect();
    order.into_iter().partition(|&example| {
        let left = &mut stays[class_of(example)];
        let stays = *left > 0;
        *left = left.saturating_sub(1);
        stays
    })
}

/// The classes of examples.
pub(super) struct Classes<'a, T> {
    /// Number of classes.
    pub(super) count: usize,
    /// The class of an example.
    pub(super) class_of: &'a dyn Fn(T) -> usize,
}

/// The number of held-out examples of each class, with the sum `held`, for classes with these counts.
///
/// For each class it is `held · n_c / n`, rounded down or up so that the sum is `held`, rounding up the classes with
/// the largest remainders first. As long as there is another choice, the last example of a class is kept,
/// so that no class occurs only in the held-out part.
fn quotas(counts: &[usize], held: usize) -> Vec<usize> {
    let total: usize = counts.iter().sum();
    let share = |count: usize| (held * count).checked_div(total).unwrap_or(0);
    let mut quotas: Vec<usize> = counts.iter().map(|&count| share(count)).collect();
    for _ in quotas.iter().sum::<usize>()..held {
        // The remainder of a class, in units of 1 / total of an example.
        let owed = |class: usize| {
            let due = held as i128 * counts[class] as i128;
            due - quotas[class] as i128 * total as i128
        };
        let most_owed = |kept: usize| {
            let may_give = (0..counts.len()).filter(|&class| quotas[class] + kept < counts[class]);
            // In a tie, the first.
            may_give.rev().max_by_key(|&class| owed(class))
        };
        if let Some(class) = most_owed(1).or_else(|| most_owed(0)) {
            quotas[class] += 1;
        }
    }
    quotas
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_class_gives_its_share_and_no_class_its_last_example() {
        for (counts, held, expected) in [
            (&[570, 30][..], 120, &[114, 6][..]),
            (&[95, 5], 20, &[19, 1]),
            (&[5, 5, 5], 4, &[2, 1, 1]),
            // One row, and two rows, of a class: they stay.
            (&[97, 1, 2], 20, &[20, 0, 0]),
            (&[1, 1, 1, 7], 8, &[1, 1, 0, 6]),
            (&[3, 3], 0, &[0, 0]),
            (&[0, 4], 2, &[0, 2]),
            (&[1, 1], 1, &[1, 0]),
            (&[2, 1], 3, &[2, 1]),
        ] {
            assert_eq!(quotas(counts, held), expected, "{held} of {counts:?}");
        }
    }

    #[test]
    fn the_last_are_held_out_of_the_whole_or_of_each_class() {
        let order = vec![0, 10, 1, 11, 2, 12, 3, 4, 5, 6];
        let (stay, out) = hold_out(order.clone(), 3, None);
        assert_eq!((stay, out), (order[..7].to_vec(), order[7..].to_vec()));
        let class_of = |example: i32| usize::from(example >= 10);
        let classes = Classes { count: 2, class_of: &class_of };
        let (stay, out) = hold_out(order, 3, Some(&classes));
        assert_eq!(stay, [0, 10, 1, 11, 2, 3, 4]);
        assert_eq!(out, [12, 5, 6]);
    }
}

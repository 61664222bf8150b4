//! Censored times: some are only known to be longer than a bound.

use super::paired::Score;

/// The median of times of which some are only known to be longer (Kaplan & Meier 1958); `None` where
/// fewer than half of them are known.
///
/// The share that is longer than t is `S(t) = Π (1 − dᵢ / nᵢ)` over the times tᵢ ≤ t at which something
/// happened: to dᵢ of the nᵢ that had neither happened nor been censored. The median is where S first is ½ or
/// less; where it is ½ exactly, halfway to the next such time, as in R's `survfit`, so that times of which none
/// is censored have their ordinary median.
///
/// A training that diverged never reaches the target: it is censored at infinity. A note states so
/// wherever such a median is printed.
pub fn median_time(times: &[Score]) -> Option<f64> {
    let mut happened: Vec<f64> = times.iter().filter_map(reached).collect();
    happened.sort_unstable_by(f64::total_cmp);
    happened.dedup();
    let mut waiting = 1.0;
    let mut half = None;
    for moment in happened {
        let exposed = times.iter().filter(|time| end(time) >= moment).count();
        let now = times.iter().filter_map(reached).filter(|t| t.total_cmp(&moment).is_eq());
        waiting *= 1.0 - now.count() as f64 / exposed as f64;
        match half {
            Some(half) => return Some(f64::midpoint(half, moment)),
            None if waiting < 0.5 - 1e-9 => return Some(moment),
            None if waiting < 0.5 + 1e-9 => half = Some(moment),
            None => {}
        }
    }
    half
}

fn reached(time: &Score) -> Option<f64> {
    match time {
        Score::Value(at) => Some(*at),
        Score::Beyond(_) | Score::Diverged => None,
    }
}

/// The time at which it happened or was censored.
fn end(time: &Score) -> f64 {
    match time {
        Score::Value(at) | Score::Beyond(at) => *at,
        Score::Diverged => f64::INFINITY,
    }
}

#[cfg(test)]
mod tests {
    use super::Score::{Beyond, Diverged, Value as Reached};
    use super::*;

    #[test]
    fn without_censored_times_it_is_the_ordinary_median() {
        assert_eq!(median_time(&[Reached(3.0), Reached(1.0), Reached(2.0)]), Some(2.0));
        let six = [4.0, 1.0, 3.0, 2.0, 6.0, 5.0].map(Reached);
        assert_eq!(median_time(&six), Some(3.5));
        assert_eq!(median_time(&[]), None);
    }

    #[test]
    fn censored_times_are_waited_for_and_not_dropped() {
        let times = [Reached(2.0), Reached(3.0), Beyond(10.0), Beyond(10.0), Beyond(10.0)];
        assert_eq!(median_time(&times), None, "three of five took longer");
        let times = [Reached(2.0), Reached(3.0), Reached(7.0), Beyond(10.0), Beyond(10.0)];
        assert_eq!(median_time(&times), Some(7.0));
        // Half happened, and the time of the next is unknown.
        assert_eq!(median_time(&[Reached(2.0), Beyond(9.0)]), Some(2.0));
        // Of four, one is censored at 1: at 2, a third of three happens; at 3, half of two.
        let times = [Beyond(1.0), Reached(2.0), Reached(3.0), Diverged];
        assert_eq!(median_time(&times), Some(3.0));
    }
}

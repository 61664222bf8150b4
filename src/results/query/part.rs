//! Some of an experiment's conditions, in any order.
//!
//! What a part shows never decides what is significant: comparisons are made and corrected among all conditions of the
//! experiment (see [`crate::results::query::Results::whole`]), and those of the part are taken from them. Otherwise a
//! filter could turn a difference that is none after Holm's correction into one that is.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::{Results, TrialCurves};
use crate::units::counted;

/// The experiment of which some results are a part.
#[derive(Debug, Clone, PartialEq)]
pub struct Whole {
    /// All of its results.
    pub results: Results,
    /// The conditions of the part in words, as the command line gives them: `batch_size = 32`.
    pub filters: Vec<String>,
}

impl Results {
    /// The trials that `keep` accepts as a part of these results; `filters` says in words which they are.
    #[must_use]
    pub fn part(self, filters: Vec<String>, keep: impl Fn(&TrialCurves) -> bool) -> Self {
        let trials = self.trials.iter().filter(|trial| keep(trial)).cloned().collect();
        Self {
            whole: Some(Arc::new(Whole { results: self.clone(), filters })),
            ..self.with_trials(trials)
        }
    }

    /// `4 of 12 conditions, where batch_size = 32`; `None` where the results are those of the whole experiment.
    pub fn scope_of_part(&self) -> Option<String> {
        let whole = self.whole.as_ref()?;
        let all = whole.results.conditions().len();
        Some(format!(
            "{} of {}, where {}",
            self.conditions().len(),
            counted(all, "condition", "conditions"),
            whole.filters.join(" and ")
        ))
    }

    /// The trials sorted by `rank`, for readers; conditions are numbered anew in this order.
    #[must_use]
    pub fn ordered<K: Ord>(mut self, rank: impl Fn(&TrialCurves) -> K) -> Self {
        if self.planned.is_empty() {
            self.planned = self.trials.iter().map(|trial| trial.id.clone()).collect();
        }
        self.sorted(rank)
    }

    /// The trials in the order of the plan, whatever order readers requested: the first and the last value of an axis
    /// are those of the plan.
    pub(crate) fn in_plan_order(&self) -> Cow<'_, Self> {
        if self.planned.is_empty() {
            return Cow::Borrowed(self);
        }
        let ids = self.planned.iter().enumerate();
        let places: HashMap<&str, usize> = ids.map(|(place, id)| (id.as_str(), place)).collect();
        let place = |trial: &TrialCurves| places.get(trial.id.as_str()).copied();
        Cow::Owned(Self { planned: Vec::new(), ..self.clone().sorted(place) })
    }

    fn sorted<K: Ord>(mut self, rank: impl Fn(&TrialCurves) -> K) -> Self {
        self.trials.sort_by_key(|trial| rank(trial));
        let mut numbers: HashMap<usize, usize> = HashMap::new();
        for trial in &mut self.trials {
            let next = numbers.len() + 1;
            trial.condition = *numbers.entry(trial.condition).or_insert(next);
        }
        self
    }

    /// The trials of `chosen`, of the whole experiment, that belong to this part of it.
    pub(crate) fn part_of(&self, chosen: Self) -> Self {
        let Some(whole) = &self.whole else {
            return chosen;
        };
        let shown: HashSet<&str> = self.trials.iter().map(|trial| trial.id.as_str()).collect();
        chosen.part(whole.filters.clone(), |trial| shown.contains(trial.id.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn results() -> Results {
        let trial = |(index, value): (usize, &&str)| TrialCurves {
            id: index.to_string(),
            condition: index / 2 + 1,
            axes: vec![(*value).to_owned()],
            ..TrialCurves::default()
        };
        let values = ["none", "none", "before", "before", "after", "after"];
        Results {
            axes: vec!["norm.placement".to_owned()],
            trials: values.iter().enumerate().map(trial).collect(),
            ..Results::default()
        }
    }

    #[test]
    fn a_part_knows_its_whole() {
        let part = results().part(vec!["placement != after".to_owned()], |t| t.axes[0] != "after");
        assert_eq!(part.values(0), ["none", "before"]);
        let whole = part.whole.as_ref().expect("a part");
        assert_eq!(whole.results.values(0), ["none", "before", "after"]);
        assert_eq!(
            part.scope_of_part().as_deref(),
            Some("2 of 3 conditions, where placement != after")
        );
        assert_eq!(results().scope_of_part(), None);
    }

    #[test]
    fn conditions_are_numbered_in_their_new_order() {
        let rank = |trial: &TrialCurves| usize::from(trial.axes[0] == "none");
        let ordered = results().ordered(rank);
        assert_eq!(ordered.values(0), ["before", "after", "none"]);
        assert_eq!(ordered.conditions().keys().copied().collect::<Vec<_>>(), [1, 2, 3]);
        assert_eq!(ordered.conditions()[&1][0].axes[0], "before");
    }
}

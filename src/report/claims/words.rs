//! Claims for people: the verdict in one of few phrases, the effect in one sentence.

use super::Entry;
use crate::compare::claim::{Judged, Judgement, Leaning, Outcome, Ruling, Tested};
use crate::compare::metric::Unit;
use crate::record::results::{Expect, Hypothesis, Take, short_name};
use crate::report::sheet::Sheet;
use crate::stats::{FEWEST_PAIRS, Interval};

/// The verdict: "holds", "holds in k of n comparisons", "does not hold: no meaningful difference", "the
/// opposite holds", "inconclusive …", or "not tested yet".
pub fn verdict(judgement: &Judgement) -> String {
    let counts = judgement.counts();
    let all = counts.all;
    let of_all = |count: usize| format!("in {count} of {all} comparisons");
    match judgement.ruling() {
        Ruling::Untested => "not tested yet".to_owned(),
        Ruling::Holds => "holds".to_owned(),
        Ruling::HoldsInSome if counts.opposite > 0 => {
            let holds = of_all(counts.supported);
            format!("holds {holds}, the opposite in {}", counts.opposite)
        }
        Ruling::HoldsInSome => format!("holds {}", of_all(counts.supported)),
        Ruling::Opposite if counts.opposite < all => {
            format!("does not hold: the opposite {}", of_all(counts.opposite))
        }
        Ruling::Opposite if expects_none(judgement) => {
            "does not hold: there is a difference".to_owned()
        }
        Ruling::Opposite => "the opposite holds".to_owned(),
        Ruling::NoMeaningfulDifference if counts.indifferent < all => {
            let indifferent = of_all(counts.indifferent);
            format!("does not hold: no meaningful difference {indifferent}")
        }
        Ruling::NoMeaningfulDifference => "does not hold: no meaningful difference".to_owned(),
        Ruling::Suggestive => format!("inconclusive{}", suggestion(judgement)),
        Ruling::Inconclusive => format!("inconclusive{}", why_not(judgement)),
    }
}

fn expects_none(judgement: &Judgement) -> bool {
    let mut tests = judgement.tests.iter();
    tests.all(|tested| tested.test.expect == Expect::Same)
}

/// `: suggests that it holds (n = 3; 8 are needed)`
fn suggestion(judgement: &Judgement) -> String {
    let counts = judgement.counts();
    let words = [
        "suggests that it holds",
        "suggests the opposite",
        "suggests no meaningful difference",
    ];
    let whole = counts
        .suggestive
        .iter()
        .position(|count| *count == counts.all);
    let Some(whole) = whole else {
        let some: usize = counts.suggestive.iter().sum();
        return format!(": suggestive in {some} of {} comparisons", counts.all);
    };
    let why = fewest(judgement).map_or(String::new(), |judged| {
        let n = judged.comparison.paired.pairs;
        let needed = judged.comparison.needed.unwrap_or(FEWEST_PAIRS);
        if n < needed {
            format!(" (n = {n}; {needed} are needed)")
        } else {
            format!(" (n = {n})")
        }
    });
    format!(": {}{why}", words[whole])
}

/// ` (n = 6 cannot tell; about 20 replicates would)`
fn why_not(judgement: &Judgement) -> String {
    let mut comparisons = judgement.comparisons();
    if comparisons.any(|judged| judged.beyond_grid > 0) {
        return " (both reach the end of the grid; extend it)".to_owned();
    }
    let Some(judged) = fewest(judgement) else {
        return String::new();
    };
    let n = judged.comparison.paired.pairs;
    match judged.comparison.needed {
        Some(needed) => format!(" (n = {n} cannot tell; about {needed} replicates would)"),
        None => format!(" (n = {n} cannot tell)"),
    }
}

/// The comparison that asks for the most replicates.
fn fewest(judgement: &Judgement) -> Option<&Judged> {
    let with_pairs = judgement
        .comparisons()
        .filter(|j| j.comparison.paired.pairs > 0);
    // The first of equals: the headline, where it is among them.
    with_pairs.reduce(|most, next| {
        let needed = |judged: &Judged| judged.comparison.needed.unwrap_or(0);
        if needed(next) > needed(most) {
            next
        } else {
            most
        }
    })
}

/// The headline effect in a sentence: "before needs 1.9 epochs fewer than none [1.6, 2.2], 8 pairs".
pub fn answer(judgement: &Judgement) -> String {
    match judgement.headline() {
        Some((tested, judged)) => effect(judgement, tested, judged),
        None => "no two values were trained in the same setting".to_owned(),
    }
}

/// The effect of one comparison, with the setting where a test has several.
fn effect(judgement: &Judgement, tested: &Tested, judged: &Judged) -> String {
    let paired = &judged.comparison.paired;
    if paired.pairs == 0 {
        return "no pair has been trained yet".to_owned();
    }
    let pairs = if paired.pairs == 1 { "pair" } else { "pairs" };
    let mut text = match (paired.mean, paired.is_complete()) {
        (Some(mean), true) => difference(judgement, tested, judged, mean),
        _ => wins(tested, judged),
    };
    text.push_str(&format!(", {} {pairs}", paired.pairs));
    if judged.beyond_grid > 0 {
        text.push_str(&format!(
            "; in {} both reach the end of the grid",
            judged.beyond_grid
        ));
    }
    if tested.comparisons.len() > 1 {
        text.push_str(&format!("; at {}", setting(tested, judged)));
    }
    text
}

fn difference(judgement: &Judgement, tested: &Tested, judged: &Judged, mean: f64) -> String {
    let unit = tested.metric.unit;
    let [a, b] = sides(&tested.test);
    let interval = judged.comparison.paired.interval;
    let is_waited_for = tested.metric.is_waited_for() && tested.test.over.is_none();
    let less = match (mean < 0.0, is_waited_for, unit) {
        (false, true, _) => "more",
        (true, true, Unit::Seconds) => "less",
        (true, true, _) => "fewer",
        (true, false, _) => "lower",
        (false, false, _) => "higher",
    };
    let (size, between) = written(mean, interval, unit);
    let unit_name = match unit {
        Unit::Number => String::new(),
        unit => format!(" {}", unit.of_differences()),
    };
    let more = ratio(tested, judged, mean);
    if is_waited_for {
        let target = percent(judgement.target);
        format!("{a} needs {size}{unit_name} {less} than {b} to {target}{between}{more}")
    } else {
        let what = quantity(&tested.test, judgement.target);
        format!("{what} is {size}{unit_name} {less} with {a} than with {b}{between}{more}")
    }
}

/// `97 %`; rounded, since 0.57 · 100 is 56.99999999999999.
fn percent(share: f64) -> String {
    format!("{} %", (share * 1e6).round() / 1e4)
}

/// How many times as much: of what is spent, and of what is measured in powers of ten.
fn ratio(tested: &Tested, judged: &Judged, mean: f64) -> String {
    let unit = tested.metric.unit;
    if unit == Unit::Decades {
        return format!(", a factor of {}", figure(10_f64.powf(mean.abs()), 2));
    }
    match judged.means {
        Some([a, b]) if unit.is_cost() && a > 0.0 && b > 0.0 => {
            format!(", {} times as much", figure(a / b, 2))
        }
        _ => String::new(),
    }
}

/// Where some pairs have no difference: who won them.
fn wins(tested: &Tested, judged: &Judged) -> String {
    let [a, b] = sides(&tested.test);
    let paired = &judged.comparison.paired;
    let tally = paired.tally;
    let apart = paired.pairs - paired.differences.len();
    let reaches = matches!(
        tested.test.over.as_ref().map(|over| over.take),
        Some(Take::Reach(_))
    );
    let why = if reaches {
        "was good enough nowhere on the grid"
    } else if tested.metric.is_waited_for() {
        "diverged or did not reach the target"
    } else {
        "diverged"
    };
    format!(
        "{a} is better than {b} in {}, worse in {}, and neither in {} (in {apart} a side {why})",
        tally.wins, tally.losses, tally.ties
    )
}

/// The two values; those of other axes than the placement with its name.
fn sides(test: &Hypothesis) -> [String; 2] {
    test.compare.each_ref().map(|value| {
        if test.by == "norm.placement" {
            value.clone()
        } else {
            format!("{} {value}", short_name(&test.by))
        }
    })
}

/// What is compared, in words: `the spread of test accuracy over init_scale`.
fn quantity(test: &Hypothesis, target: f64) -> String {
    let metric = match test.metric.strip_suffix("_to_target") {
        Some(what) => format!("{what} to {}", percent(target)),
        None => test.metric.replace('_', " "),
    };
    let Some(over) = &test.over else {
        return metric;
    };
    let axis = short_name(&over.key);
    match over.take {
        Take::Spread => format!("the spread of {metric} over {axis}"),
        Take::Worst => format!("the worst {metric} over {axis}"),
        Take::Best => format!("the best {metric} over {axis}"),
        Take::Mean => format!("the mean {metric} over {axis}"),
        Take::Change => format!("the change of {metric} from the first to the last {axis}"),
        Take::Reach(bound) => format!("the largest {axis} where {metric} is as good as {bound}"),
    }
}

/// A difference without its sign, and its interval turned the same way.
fn written(mean: f64, interval: Option<Interval>, unit: Unit) -> (String, String) {
    let turn = if mean < 0.0 {
        -unit.scale()
    } else {
        unit.scale()
    };
    let ends = interval.map(|i| {
        let (one, other) = (i.low * turn, i.high * turn);
        [one.min(other), one.max(other)]
    });
    let largest = ends.map_or(0.0, |[low, high]| low.abs().max(high.abs()));
    let places = places((mean * turn).abs().max(largest));
    let between =
        ends.map(|[low, high]| format!(" [{}, {}]", figure(low, places), figure(high, places)));
    (figure(mean * turn, places), between.unwrap_or_default())
}

/// Decimal places at which a number of this size has three digits or more.
fn places(size: f64) -> usize {
    match size {
        100.0.. => 0,
        10.0..100.0 => 1,
        0.1..10.0 => 2,
        0.01..0.1 => 3,
        0.0 => 2,
        _ => 5,
    }
}

fn figure(number: f64, places: usize) -> String {
    let text = format!("{number:.places$}");
    // A negative number that rounds to nothing is nothing.
    match text.strip_prefix('-') {
        Some(rest) if rest.chars().all(|c| c == '0' || c == '.') => rest.to_owned(),
        _ => text.replace('-', "−"),
    }
}

/// `batch_size 2, activation relu`
pub(super) fn setting(tested: &Tested, judged: &Judged) -> String {
    let cells = tested.others.iter().zip(&judged.comparison.setting);
    let words: Vec<String> = cells
        .filter(|(_, cell)| !cell.is_empty())
        .map(|(axis, cell)| format!("{} {cell}", short_name(axis)))
        .collect();
    words.join(", ")
}

/// What a test is called: its label, or what it compares.
pub fn test_name(tested: &Tested, target: f64) -> String {
    if let Some(label) = &tested.test.label {
        return label.clone();
    }
    let [a, b] = sides(&tested.test);
    let expected = match tested.test.expect {
        Expect::Higher => "higher than",
        Expect::Lower => "lower than",
        Expect::Same => "the same as",
    };
    let only: Vec<String> = tested
        .test
        .only
        .iter()
        .map(|(key, values)| format!("{} {}", short_name(key), values.join(" or ")))
        .collect();
    let only = if only.is_empty() {
        String::new()
    } else {
        format!(", {}", only.join(", "))
    };
    format!(
        "{}: {a} {expected} {b}{only}",
        quantity(&tested.test, target)
    )
}

/// What a comparison says of the claim.
fn outcome(judged: &Judged) -> &'static str {
    match judged.outcome {
        _ if judged.comparison.paired.pairs == 0 => "no pairs",
        Outcome::Supported => "supported",
        Outcome::Opposite => "opposite",
        Outcome::NoMeaningfulDifference => "no meaningful difference",
        Outcome::Suggestive(Leaning::For) => "suggestive: supported",
        Outcome::Suggestive(Leaning::Against) => "suggestive: opposite",
        Outcome::Suggestive(Leaning::NoDifference) => "suggestive: no meaningful difference",
        Outcome::Inconclusive => "inconclusive",
    }
}

/// Every claim with its verdict, its effect and all its tests.
pub fn table(entries: &[Entry]) -> String {
    let texts: Vec<String> = entries.iter().map(whole).collect();
    format!("{}\n{NOTE}\n", texts.join("\n"))
}

/// What one must know to read any of the tables.
const NOTE: &str = "pairs are replicates with the same random numbers; intervals are for 95 %; p is corrected for all comparisons of the claim (Holm)";

fn whole(entry: &Entry) -> String {
    let Entry {
        folder,
        judgement,
        figure,
    } = entry;
    let claim = &judgement.claim;
    let mut text = format!("{}\n", claim.statement);
    let mut line = |name: &str, value: &str| text.push_str(&format!("  {name:<8} {value}\n"));
    if let Some(source) = &claim.source {
        line("source", source);
    }
    line("verdict", &verdict(judgement));
    line("effect", &answer(judgement));
    if let Some(figure) = figure {
        line("figure", figure);
    }
    line("results", folder);
    for tested in tests_of(judgement) {
        text.push('\n');
        text.push_str(&tested);
    }
    text
}

/// Each test: its name, and a row for each setting.
fn tests_of(judgement: &Judgement) -> Vec<String> {
    let table = |tested: &Tested| {
        let name = test_name(tested, judgement.target);
        let tuned = tested.tuned.as_ref();
        let tuned = tuned.map(|key| format!(" (each at its own best {})", short_name(key)));
        let sheet = sheet(judgement, tested).table();
        let rows: String = sheet.lines().map(|line| format!("    {line}\n")).collect();
        format!("  {name}{}\n{rows}", tuned.unwrap_or_default())
    };
    judgement.tests.iter().map(table).collect()
}

/// The comparisons of a test as people read them.
fn sheet(judgement: &Judgement, tested: &Tested) -> Sheet {
    let row = |judged: &Judged| {
        let comparison = &judged.comparison;
        let tally = comparison.paired.tally;
        let p = comparison.corrected.map(|p| format!("{p:.4}"));
        let needed = comparison.needed.map(|needed| needed.to_string());
        let mut cells = comparison.setting.clone();
        cells.extend([
            effect(judgement, &alone(tested, judged), judged),
            format!("{}/{}/{}", tally.wins, tally.ties, tally.losses),
            p.unwrap_or_default(),
            outcome(judged).to_owned(),
            needed.unwrap_or_default(),
        ]);
        cells
    };
    let columns = [
        "effect",
        "wins/ties/losses",
        "p",
        "outcome",
        "replicates needed",
    ];
    Sheet {
        columns: tested
            .others
            .iter()
            .cloned()
            .chain(columns.map(str::to_owned))
            .collect(),
        rows: tested.comparisons.iter().map(row).collect(),
    }
}

/// The test with this comparison alone: a row needs not say where it stands.
fn alone(tested: &Tested, judged: &Judged) -> Tested {
    Tested {
        comparisons: vec![judged.clone()],
        ..tested.clone()
    }
}

/// The table of a README: claim, verdict, effect, figure.
pub fn markdown(entries: &[Entry]) -> String {
    let row = |entry: &Entry| {
        let claim = &entry.judgement.claim;
        let source = claim.source.as_ref();
        let source = source.map_or(String::new(), |source| format!(" ({source})"));
        let name = claim.figure.as_deref().unwrap_or("figure");
        let figure = entry.figure.as_ref();
        let figure = figure.map(|path| format!("[{name}]({path})"));
        let cells = [
            format!("{}{source}", claim.statement),
            format!("**{}**", verdict(&entry.judgement)),
            answer(&entry.judgement),
            figure.unwrap_or_else(|| "–".to_owned()),
        ];
        let cells = cells.map(|cell| cell.replace('|', "\\|").replace('\n', " "));
        format!("| {} |\n", cells.join(" | "))
    };
    let rows: String = entries.iter().map(row).collect();
    format!(
        "| claim | verdict | effect | figure |\n|---|---|---|---|\n{rows}\n{}\n",
        sentence(NOTE)
    )
}

fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().into_iter().flat_map(char::to_uppercase);
    first.chain(letters).chain(['.']).collect()
}

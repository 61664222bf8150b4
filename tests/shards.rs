//! One experiment, trained in parts: by several runs, into one folder or into several.

use crate::harness::{Lab, SMALL, assert_same, rows};

#[test]
fn parts_that_run_one_after_the_other_into_one_folder_give_the_bytes_of_one_run() {
    let whole = Lab::with(SMALL);
    whole.run(&[]);
    let lab = Lab::with(SMALL);
    let mut seen = Vec::new();
    for part in ["1/3", "2/3", "3/3"] {
        let ran = lab.run(&["--shard", part]);
        let trials = rows(&lab.text("results/small/trials.csv"));
        assert_eq!(trials.len(), 6, "the table has every trial of the plan");
        let done = trials.iter().filter(|t| t["outcome"] == "completed");
        seen.push(done.count());
        let left = 6 - seen[seen.len() - 1];
        let note = format!("this was part {part}; {left} of 6 trials belong to other parts");
        assert_eq!(ran.stderr.contains(&note), left > 0, "{}", ran.stderr);
    }
    assert_eq!(seen[2], 6);
    assert!(seen[0] < 6, "the first part is not the whole: {seen:?}");
    assert_same(
        &whole.reproducible_files("results/small"),
        &lab.reproducible_files("results/small"),
    );
}

#[test]
fn a_part_trains_the_trials_of_its_formula_and_no_others() {
    let lab = Lab::with(SMALL);
    lab.run(&["--shard", "2/2"]);
    let trials = rows(&lab.text("results/small/trials.csv"));
    let is_mine = |id: &str| u64::from_str_radix(id, 16).expect("hexadecimal") % 2 + 1 == 2;
    for trial in &trials {
        let expected = if is_mine(&trial["trial"]) { "completed" } else { "pending" };
        assert_eq!(trial["outcome"], expected, "{}", trial["trial"]);
    }
    let mine = trials.iter().filter(|t| is_mine(&t["trial"])).count();
    assert!(0 < mine && mine < trials.len(), "{mine}");
}

#[test]
fn a_part_that_does_not_exist_is_a_usage_error() {
    let lab = Lab::with(SMALL);
    for wrong in ["0/4", "5/4", "x", "4"] {
        lab.bn_lab(&["run", "experiment.toml", "--shard", wrong]).refused(2, &[wrong, "--shard"]);
    }
    assert!(!lab.path("results").exists());
}

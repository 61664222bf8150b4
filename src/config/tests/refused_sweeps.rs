//! Sweeps that are refused, and their messages.

use super::{glyphs, problems};

/// Content of `[sweep]`, and its message.
const BAD_GROUPS: &[(&str, &str)] = &[
    (
        "zip = [{ train.batch_size = [1, 2], train.epochs = [1] }]",
        "x.toml:3: `sweep.zip`: keys that move together need equally many values, and `train.batch_size` has 2 values, `train.epochs` has 1 value",
    ),
    ("zip = 3", "`sweep.zip = 3`: must be a list of tables\n  hint: for example `sweep.zip = [{"),
    ("zip = [3]", "`sweep.zip = 3`: must be a list of tables"),
    ("zip = [{ train.batchsize = [1] }]", "did you mean `train.batch_size`?"),
    ("zip = [{ train = 3 }]", "unknown key `train` in `sweep.zip`"),
    ("zip = [{ sweep.train.epochs = [3] }]", "unknown key `sweep` in `sweep.zip`"),
    ("zip = [{ seed = [1, 2] }]", "`seed` cannot be swept"),
    ("zip = [{ train.epochs = 3 }]", "must be a list of values"),
    (
        "zip = [{ train.batch_size = [1, 1], train.beta_1 = [0, 0.0] }]",
        "`train.batch_size = 1, train.beta_1 = 0.0` appears twice",
    ),
    (
        "train.epochs = [1]\nzip = [{ train.epochs = [2] }]",
        "x.toml:4: `train.epochs` is swept on line 3 and on line 4; keep one",
    ),
    (
        "train.epochs = [1]\nwhen = [{ if = { norm.placement = 'none' }, train.epochs = [2] }]",
        "`train.epochs` is swept on line 3 and on line 4; keep one",
    ),
    ("when = [{ train.epochs = [1] }]", "`sweep.when`: lacks `if`"),
    (
        "when = [{ if = 3, train.epochs = [1] }]",
        "`if = 3` in `sweep.when`: must be a table of keys",
    ),
    ("when = [{ if = {}, train.epochs = [1] }]", "names no key, so it would hold everywhere"),
    ("when = [{ if = { norm.placement = 'none' } }]", "names no key that varies"),
    (
        "when = [{ if = { norm.placement = 'befor' }, train.epochs = [1] }]",
        "did you mean `\"before\"`?",
    ),
    (
        "when = [{ if = { norm.placement = 'before' }, train.epochs = [1] }, { if = { norm.on_input = false }, train.epochs = [2] }]",
        "two tables hold at the same point",
    ),
    (
        "include = [{ train.epochs = [1] }]",
        "`train.epochs = [1]` in `sweep.include`: must be a whole number",
    ),
    ("include = [{ name = 'a' }]", "`name` cannot be swept"),
    ("include = [{}]", "a point without any key"),
    ("include = [{ train.steps = 3 }]\ntrain.epochs = [1, 2]", "two lengths"),
    (
        "train.steps = [1, 2]\ninclude = [{ train.batch_size = 7 }]",
        "`train.steps` is given for some points of the sweep only",
    ),
    ("exclude = [{ seed = 1 }]", "`seed` cannot be swept"),
    ("exclude = [{ norm.placement = ['none', 'befor'] }]", "did you mean `\"before\"`?"),
    (
        "exclude = [{ norm.placement = 'before' }]",
        "x.toml:3: `sweep.exclude` leaves no point of the sweep",
    ),
    ("exclud = [{ norm.placement = 'before' }]", "did you mean `sweep.exclude`?"),
    (
        "train.batch_size = { from = 1, to = 9, step = 0 }",
        "steps of `0` do not lead from `1` to `9`",
    ),
    ("train.batch_size = { from = 1, to = 9, step = -1 }", "steps of `-1` do not lead"),
    ("train.batch_size = { from = 1, to = 9, step = 10 }", "longer than the way"),
    ("train.batch_size = { from = 1, to = 9, step = 0.5 }", "`1.5` in the range"),
    ("train.batch_size = { from = 1, to = 900000, step = 1 }", "more than 100000 values"),
    ("train.batch_size = { from = 1, to = 9, step = 1, count = 9 }", "`count` or `step`, not both"),
    ("train.learning_rate = { from = 1, to = 9, step = 1, scale = 'log' }", "not a `step`"),
    (
        "train.batch_size = { from = 12, to = 64, scale = 'powers-of-two' }",
        "`from = 12` is no power of two",
    ),
    (
        "train.batch_size = { from = 1, to = 64, count = 7, scale = 'powers-of-two' }",
        "neither `count` nor `step`",
    ),
    (
        "train.learning_rate = { from = 1, to = 64, scale = 'powers-of-two' }",
        "powers of two are for keys that take whole numbers",
    ),
];

#[test]
fn an_invalid_group_is_refused_with_the_reason() {
    for (sweep, message) in BAD_GROUPS {
        let found = problems(&glyphs(&format!("[sweep]\n{sweep}")));
        assert!(found.contains(message), "{sweep}: {found}");
    }
}

#!/usr/bin/env bash
# Writes what a build of bn-lab prints and draws into a folder, so that two builds can be compared:
#
#     tests/freeze.sh target/release/bn-lab before
#     ... change the code, build again ...
#     tests/freeze.sh target/release/bn-lab after
#     diff -r before after
#
# Covers every verb in every format over the published results, the trial ids and the resolved form of
# every experiment in configs/, all figures, themes and sizes, the messages for a corpus of mistakes, and
# the help of every verb. Needs no dataset and takes about a minute on two cores.
set -euo pipefail
program=$(realpath "$1")
mkdir -p "$2"
out=$(realpath "$2")
root=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp -r "$root/configs" "$root/results" "$root/README.md" "$work"
cd "$work"
export COLUMNS=100 BN_LAB_DATA="$work/no-data" XDG_CACHE_HOME="$work/cache" ALL_PROXY=http://127.0.0.1:9

# keep NAME ARGUMENT...: what a command prints, and how it ends.
keep() {
  local name=$1
  shift
  mkdir -p "$out/$(dirname "$name")"
  local code=0
  "$program" "$@" >"$out/$name.stdout" 2>"$out/$name.stderr" </dev/null || code=$?
  echo "$code" >"$out/$name.code"
}

for verb in "" run plan results compare claims watch clean plot show report merge publish submit data explain; do
  keep "help/${verb:-all}" $verb --help
done

for config in configs/*.toml configs/claims/*.toml; do
  name=${config#configs/}
  for format in table csv json md; do
    keep "plan/$name.$format" plan "$config" --format "$format" -o output.dir=empty
  done
  # `submit` writes the resolved experiment beside its jobs.
  keep "submit/$name" submit "$config" --engine kubernetes --image image -o output.dir=submitted
  mkdir -p "$out/submit/$name.files"
  cp -r submitted* "$out/submit/$name.files/" 2>/dev/null || true
  rm -rf submitted*
done

keep run/quickstart run configs/quickstart.toml --jobs 1 --quiet -o output.dir=quickstart
for file in experiment.toml trials.csv summary.csv comparisons.csv; do
  cp "quickstart/$file" "$out/run/"
done
(cd quickstart && find . -name '*.csv' ! -name timings.csv -o -name '*.json' ! -name manifest.json -o -name '*.svg' |
  sort | xargs sha256sum) >"$out/run/quickstart.sha256"
keep publish/quickstart publish quickstart --into copy
(cd copy && find . -type f | sort) >"$out/publish/copy.files"
keep run/again run configs/quickstart.toml -o output.dir=quickstart
rm "$out/publish/quickstart.stdout" "$out/run/again.stdout" # They tell of seconds and bytes.
keep run/json run configs/quickstart.toml -o output.dir=quickstart --message-format json

for folder in results/published/mnist results/claims/*/; do
  folder=${folder%/}
  name=$(basename "$folder")
  [ -f "$folder/trials.csv" ] || continue
  for format in table csv json md; do
    keep "results/$name.$format" results "$folder" --format "$format"
    keep "results/$name.condition.$format" results "$folder" --by condition --format "$format"
    keep "compare/$name.$format" compare "$folder" --format "$format"
    keep "compare/$name.test_loss.$format" compare "$folder" --metric test_loss --format "$format"
  done
  keep "show/$name" show "$folder"
  keep "watch/$name" watch --once "$folder"
  keep "clean/$name" clean "$folder"
  keep "figures/$name.list" plot "$folder" --list
  keep "figures/$name" plot "$folder" --format svg --output figures
  mkdir -p "$out/figures/$name"
  cp figures/* "$out/figures/$name/" 2>/dev/null || true
  rm -rf figures
  keep "report/$name" report "$folder" --output report
  mkdir -p "$out/report/$name"
  cp -r report/* "$out/report/$name/" 2>/dev/null || true
  rm -rf report
done
for theme in light dark print; do
  for size in 8cm 16x10cm 24x14cm; do
    keep "figures/mnist.$theme.$size" plot results/published/mnist --theme "$theme" --size "$size" \
      --format svg,png --output figures
    mkdir -p "$out/figures/mnist.$theme.$size"
    cp figures/* "$out/figures/mnist.$theme.$size/"
    rm -rf figures
  done
done
for format in table csv json md; do
  keep "claims/$format" claims results/claims/*/ --format "$format"
done
keep report/splice report --splice README.md
cp README.md "$out/report/README.md"
for format in table md json; do
  keep "explain/$format" explain --values 1,2,3,4 --gamma 2 --beta 0.5 --format "$format"
done
keep explain/after explain --values 1,2,3,4 --placement after --activation tanh --preset pytorch

# Mistakes in experiments, one a line.
number=0
while IFS= read -r override; do
  number=$((number + 1))
  keep "refusals/override-$number" plan configs/quickstart.toml -o "$override"
done <<'MISTAKES'
norm.placment="before"
norm.placement="middle"
norm.placement=3
train.learning_rate=-1
train.learning_rate="fast"
train.learning_rate=0,001
train.optimiser="adamm"
train.optimizer="adam"
train.epochs=0
train.batch_size=1
replicates=0
replicates=100001
seed=9223372036854775807
model.hidden=[]
model.hidden=[0]
model.hidden="64"
model.activation="rellu"
model.dropout=1.5
data.dataset="mnits"
data.dataset="csv"
data.file="C:\Users\me\data.csv"
data.train_examples=-5
sweep.norm.placement=[before,after]
sweep.norm.placement=["before","before"]
sweep.train.learning_rate=[]
sweep.nothing=[1]
label_smoothing=0.1
early_stopping=true
patience=3
output.dir="~someone/x"
output.log_every_steps=0
probe.every=0
checkpoint.every="often"
norm.decay=1
norm.epsilon=0
norm.groups=7
norm.evaluation="exact"
train.schedule="cosine"
train.warmup=1000000
claim.tests=[]
nothing
=
a.b.c.d=1
MISTAKES
keep refusals/verb trian configs/quickstart.toml
keep refusals/option run configs/quickstart.toml --job 3
keep refusals/missing run configs/nothing.toml
keep refusals/folder results configs
keep refusals/figure plot results/published/mnist --figure heatmapp
keep refusals/metric compare results/published/mnist --metric accuracy
keep refusals/by compare results/published/mnist --by model.depth
keep refusals/device run configs/quickstart.toml --device tpu
keep refusals/filter results results/published/mnist --filter 'test_accuracy ~ 3'
keep refusals/column results results/published/mnist --columns accuracy
keep refusals/size plot results/published/mnist --size 3m
keep refusals/merge merge results/published/mnist results/claims/12-before-or-after --into whole
keep refusals/data data verify
sed -i "s|$work|WORK|g" $(find "$out" -name '*.std*')

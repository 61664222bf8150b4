#!/bin/sh
# Compiles the LaTeX tables of `results`, `compare` and `claims`, of real results, with pdfLaTeX.
#
#     tests/packaging/latex.sh path/to/bn-lab [FOLDER]
#
# Needs pdflatex (Debian: texlive-latex-recommended); looks for overfull lines and missing letters in its log. FOLDER
# (default: a temporary one) keeps paper.pdf.
set -eu

program=$(realpath "$1")
repository=$(realpath "$(dirname "$0")/../..")
folder=${2:-$(mktemp -d)}
mkdir -p "$folder"
cd "$folder"
results=$repository/results

"$program" results "$results/published/mnist" --by condition --format latex > conditions.tex
"$program" results "$results/published/mnist" --filter 'replicate = 1' --format latex > trials.tex
"$program" compare "$results/published/mnist" --format latex > compare.tex
"$program" compare "$results/published/mnist" --metric epochs_to_target --format latex > epochs.tex
"$program" compare "$results/claims/04-initialisation" --format latex > settings.tex
"$program" results "$results/claims/04-initialisation" --format latex > long.tex
"$program" claims "$results/claims/04-initialisation" "$results/claims/08-small-batches" --format latex > claims.tex

# A sweep whose names have every letter that means something to LaTeX.
cat > awkward.toml <<'EXPERIMENT'
name = "awkward"
question = "50 % of $x_1 & {y}^2 ~ #1 \\ <a> “b” → ü?"
replicates = 2
[data]
dataset = "glyphs"
train_examples = 330
test_examples = 100
[train]
epochs = 1
[sweep]
model.hidden = [[16, 8], [8]]
norm.placement = ["none", "before"]
[claim]
statement = "50 % of $x_1 & {y}^2 ~ #1 \\ <a> “b” → ü"
[[claim.tests]]
compare = ["before", "none"]
expect = "higher"
label = "a_b & c % $ # { } ~ ^ \\ -- [d] ε ± ≥"
EXPERIMENT
rm -rf results/awkward
"$program" run awkward.toml --quiet
"$program" results results/awkward --format latex > awkward-results.tex
"$program" compare results/awkward --format latex > awkward-compare.tex
"$program" claims results/awkward --format latex > awkward-claims.tex

tables="conditions trials compare epochs settings claims awkward-results awkward-compare awkward-claims long"
{
  printf '%s\n' '\documentclass{article}' '\usepackage[margin=2.5cm]{geometry}'
  # Exactly the packages that the tables name.
  sed -n 's/^% In the preamble: //p' ./*.tex | tr ' ' '\n' | sort -u
  printf '%s\n' '\begin{document}'
  for table in $tables; do
    printf '%s\n' "\\input{$table}" '\clearpage'
  done
  printf '%s\n' '\end{document}'
} > paper.latex

for pass in 1 2 3; do
  pdflatex -interaction=nonstopmode -halt-on-error -jobname paper paper.latex > "pass-$pass.txt" || {
    tail -n 40 "pass-$pass.txt"
    exit 1
  }
done
if grep -E '^(Overfull|Missing character)' paper.log; then
  echo "see $folder/paper.log" >&2
  exit 1
fi
echo "$folder/paper.pdf: $(grep -c '\\input' paper.latex) tables compiled"

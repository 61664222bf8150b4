#!/usr/bin/env bash
# What users of bn-lab's packages meet: the wheel in a fresh environment, pandas, the notebook, R, the book, completions, the
# JSON Schema, LaTeX, TensorBoard, workflows, licences. `make check-packaging` calls it.
#
#   PROFILE=dev    build the program of the wheel with another profile of cargo [default: release]
#   WHEEL=file     check this wheel, and build none
#   ONLY=name      run this check alone, after the wheel
#
# Tools come from PyPI, into target/packaging. What needs a package of the system (R, zsh, fish, LaTeX) is left out with a
# message where it is missing.
#
# Exit code: 0 if no check failed.

set -u -o pipefail
# A folder of CDPATH would be printed, and entered instead.
unset CDPATH
export PYTHONDONTWRITEBYTECODE=1
cd "$(dirname "$0")/../.." || exit 1
work=$PWD/target/packaging
profile=${PROFILE:-release}
failed=()
left_out=()
mkdir -p "$work"

run() {
    local name=$1
    shift
    if test -n "${ONLY:-}" && test "$ONLY" != "$name"; then return; fi
    printf '%-12s ' "$name"
    "$@" >"$work/$name.log" 2>&1
    case $? in
        0) echo passed ;;
        77) left_out+=("$name"); echo "left out: $(tail -n 1 "$work/$name.log")" ;;
        *) failed+=("$name"); echo FAILED; tail -n 20 "$work/$name.log" ;;
    esac
}

need() {
    command -v "$1" >/dev/null || { echo "no \`$1\`; on Debian: apt-get install $2"; exit 77; }
}

# The wheel, built from the source distribution, so that this has all that the program needs.
build() (
    set -e
    maturin sdist --out "$work/dist"
    mkdir "$work/fresh"
    tar -xzf "$work"/dist/*.tar.gz -C "$work/fresh"
    cd "$work"/fresh/*
    CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$work/..} maturin build --profile "$profile" --locked --out "$work/dist"
)

# It is tried where there is no repository.
wheel() (
    set -e
    rm -rf "$work/dist" "$work/fresh"
    if test -n "${WHEEL:-}"; then
        mkdir "$work/dist"
        cp "$WHEEL" "$work/dist"
    else
        build
    fi
    python3 -m venv --clear "$work/user"
    "$work/user/bin/pip" install --quiet "$(echo "$work"/dist/*.whl)[pandas]"
    rm -rf "$work/elsewhere"
    mkdir "$work/elsewhere"
    cd "$work/elsewhere"
    "$work/user/bin/bn-lab" --version
    "$work/user/bin/bn-lab" run quickstart -o train.epochs=1 -o data.train_examples=500
    "$work/user/bin/bn-lab" report results/quickstart
    "$work/user/bin/python" -c 'import bn_lab; r = bn_lab.load("results/quickstart"); print(r); assert len(r.epochs) == 36'
)
module() (
    set -e
    # The module of the wheel, not that of this repository.
    pytest -W error -p no:cacheprovider -o pythonpath=
    mypy --cache-dir "$work/mypy"
    ruff check --no-cache python docs
    ruff format --no-cache --check python docs
)

# Every experiment, against the schema that editors use, by a validator that is not ours.
schema() (
    bn-lab schema >"$work/schema.json" &&
        python3 tests/packaging/schema.py "$work/schema.json" configs/*.toml configs/*.json configs/claims/*.toml
)

completions() (
    set -e
    bn-lab completions bash | bash -n
    for shell in zsh fish; do
        if command -v $shell >/dev/null; then bn-lab completions $shell | $shell -n; else echo "no $shell, not checked"; fi
    done
)

licences() (
    cargo metadata --format-version 1 --locked --all-features | python3 tests/packaging/licences.py
)

r() (
    need Rscript r-base-core
    python3 tests/packaging/code_blocks.py --only r docs/*.md
)

latex() (
    need pdflatex texlive-latex-recommended
    sh tests/packaging/latex.sh "$work/user/bin/bn-lab" "$work/latex"
)

tools() (
    set -e
    test -d "$work/tools" || python3 -m venv "$work/tools"
    "$work/tools/bin/pip" install --quiet --requirement tests/packaging/requirements.txt
)

ONLY='' run tools tools
PATH=$work/tools/bin:$PATH
ONLY='' run wheel wheel
if test "${#failed[@]}" -ne 0; then exit 1; fi
# The program and the module of the wheel, and nothing of this repository.
ln -sf "$work/user/bin/bn-lab" "$work/tools/bin/bn-lab"
"$work/tools/bin/pip" install --quiet --force-reinstall --no-deps "$work"/dist/*.whl
run module module
run python python3 tests/packaging/code_blocks.py --only python docs/*.md
run r r
run notebook python3 tests/packaging/notebook.py examples/*.ipynb
run schema schema
run completions completions
run book python3 docs/build.py --output "$work/book"
run workflows actionlint .github/workflows/ci.yml .github/workflows/release.yml
run dockerfile hadolint Dockerfile
run licences licences
run latex latex
run tensorboard python3 tests/packaging/tensorboard.py "$work/user/bin/bn-lab" "$work/tensorboard"

echo "${#failed[@]} failed, ${#left_out[@]} left out; logs are in ${work#"$PWD/"}"
test "${#failed[@]}" -eq 0

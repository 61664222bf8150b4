.PHONY: help quickstart mnist claims claims-short test faults fuzz coverage test-backends test-browser test-slurm check check-packaging book bench bench-runner bench-peers clean

help:           ## show this
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' Makefile | expand -t 24

quickstart:     ## train and chart the quickstart experiment: no downloads, some seconds after the build
	cargo run --release --locked -- run configs/quickstart.toml

mnist:          ## the headline experiment on real MNIST (downloads 11 MB the first time)
	cargo run --release --locked -- run configs/mnist.toml

# The committed copies: tables without the logs of steps, and the figure that each claim names.
QUANTITIES = weight_gradient_norm,backpropagated_gradient_norm,covariate_shift,covariate_shift_relative,covariate_shift_cosine,$\
  pre_activation_p15,pre_activation_p50,pre_activation_p85,unit_pre_activation_p15,unit_pre_activation_p50,unit_pre_activation_p85
CLAIMS = $(basename $(notdir $(wildcard configs/claims/*.toml)))

claims:         ## test common claims about batch normalisation (about three quarters of an hour on two cores)
	cargo build --release --locked
	set -e; for claim in $(CLAIMS); do \
	  target/release/bn-lab run configs/claims/$$claim.toml; \
	  target/release/bn-lab publish results/$$claim --into results/claims/$$claim --layer-digits 3 \
	    --quantities $(QUANTITIES); \
	  target/release/bn-lab plot results/claims/$$claim \
	    --figure $$(sed -n 's/^figure = "\(.*\)"/\1/p' configs/claims/$$claim.toml); \
	done
	target/release/bn-lab report results/claims
	target/release/bn-lab report --splice README.md

claims-short:   ## the same on a few images, to test that all of it works (SHORT)
	cargo build --release --locked
	set -e; for claim in $(CLAIMS); do \
	  target/release/bn-lab run configs/claims/$$claim.toml -o output.dir=results/claims-short/$$claim \
	    -o replicates=2 -o train.epochs=2 -o data.train_examples=2000 -o data.test_examples=2000; \
	done
	target/release/bn-lab claims results/claims-short

test:           ## run every test
	cargo test --locked

faults:         ## kill real runs at many moments, limit their resources, damage their files (some minutes)
	BN_LAB_KILLS=60 cargo test --locked --test bn-lab faults -- --nocapture --test-threads 1

fuzz:           ## run every file reader on many damaged files (an hour)
	BN_LAB_FUZZ=200000 cargo test --locked --lib fuzz -- --nocapture

coverage:       ## simulate the coverage of intervals and verdicts, and print the table (a minute)
	cargo test --locked --lib coverage -- --ignored --nocapture

# Features `ndarray` and `wgpu` need hundreds of additional crates, so they are not part of `test`. On Linux, wgpu
# works with Mesa's software driver (package mesa-vulkan-drivers).
test-backends:  ## compare 50 steps of training on every backend with the CPU's (some minutes more to build)
	cargo test --locked --features ndarray,wgpu --lib --test bn-lab backends -- --nocapture

# Needs Chromium (Debian: package chromium) and Python 3. REPORT=results/x/report.html checks another one.
REPORT ?= target/browser/report.html results/claims/report.html

test-browser:   ## open reports in headless Chromium: errors, requests, contrast, widths, keyboard
	cargo run --release --locked -- report results/published/mnist --output target/browser
	python3 tests/browser/check.py $(REPORT) --screenshots target/browser/screenshots

# Root, and on Debian the packages slurm-wlm and munge.
test-slurm:     ## train the quickstart on a local Slurm, interrupt tasks, compare the bytes (root)
	tests/slurm/run.sh

check:          ## what CI runs: formatting, lints, docs, tests
	cargo fmt --check
	cargo test --locked
	cargo clippy --locked --all-targets -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc --locked --no-deps --document-private-items

# Python 3.11 or newer; R, zsh, fish and LaTeX are used where they are installed. PROFILE=dev builds the program faster.
check-packaging: ## the wheel, pandas, the notebook, the book, completions, licences (a release build, then minutes)
	tests/packaging/run.sh

book:           ## build the pages of docs/ as a book into target/book (needs mdBook)
	python3 docs/build.py

bench:          ## time a training step of four networks on one core, part by part (some minutes)
	cargo run --release --locked -- bench

bench-runner:   ## time planning 100 000 trials, a folder of 10 000, and reports on 20 000 (some minutes)
	cargo bench --locked --bench plan --bench folder
	cargo bench --locked --bench report -- shapes

# Needs Python 3.11 or newer, and a C++ compiler for torch.compile. DATA=DIR names a folder that has MNIST and CIFAR-10 already;
# PEERS="--networks perceptron" measures a part; see benches/peers/README.md.
DATA ?= target/peers/data
PEERS ?=

bench-peers:    ## time training steps of PyTorch, JAX and Keras beside bn-lab's (downloads 1 to 3 GB, then an hour)
	python3 -m venv target/peers/venv
	target/peers/venv/bin/pip install --quiet --requirement benches/peers/requirements.txt
	cargo build --release --locked
	test "$(DATA)" != target/peers/data || for name in mnist cifar10; do \
	  target/release/bn-lab data fetch $$name --data-dir "$(DATA)" || exit 1; \
	done
	target/peers/venv/bin/python benches/peers/compare.py target/release/bn-lab \
	  --data-dir "$(DATA)" --output target/peers $(PEERS)

clean:          ## delete build products; results stay
	cargo clean

# The image that `bn-lab submit --engine kubernetes` needs: the program and a shell, as a user without rights.
#
#   docker build --build-arg REVISION="$(git rev-parse --short=12 HEAD)" --tag bn-lab .
#   docker run --rm --volume "$PWD:/bn-lab" --user "$(id -u)" bn-lab bn-lab run quickstart

FROM rust:1.95-slim-bookworm AS build
# What `bn-lab --version` and the manifests of results name.
ARG REVISION=unknown
WORKDIR /source
COPY Cargo.toml Cargo.lock ./
COPY configs configs
COPY src src
# The manifest names these targets; none of them is built.
RUN mkdir -p tests benches && touch tests/main.rs benches/folder.rs benches/plan.rs benches/report.rs \
    && BN_LAB_REVISION="$REVISION" cargo build --release --locked --bin bn-lab \
    && strip target/release/bn-lab

FROM debian:bookworm-slim
RUN useradd --uid 10001 --no-create-home --home-dir /bn-lab bn-lab \
    && install --directory --owner bn-lab --group bn-lab /bn-lab
COPY --from=build /source/target/release/bn-lab /usr/local/bin/bn-lab
# Results and downloaded data go here; a volume is mounted over it.
WORKDIR /bn-lab
ENV HOME=/bn-lab XDG_CACHE_HOME=/bn-lab/.cache
USER 10001:10001
CMD ["bn-lab", "--help"]

//! The sources of all datasets.

use super::generated::Generated;
use super::published::{CIFAR10, FASHION_MNIST, MNIST, Source, SourceFile};
use super::synthetic::{badly_scaled, linear_teacher, two_spirals};
use super::{cifar10, glyphs};
use crate::config::spec::{self, Table};

/// The source of a dataset's examples.
pub(super) enum Origin<'a> {
    /// Published files: the source, and those of its files that are needed.
    Published(&'static Source, Vec<&'static SourceFile>),
    /// A table in the user's own file.
    Table(&'a Table),
    /// Generated from a seed.
    Generated(Generated),
}

impl<'a> Origin<'a> {
    pub(super) fn of(dataset: &'a spec::Dataset) -> Self {
        let whole = |source: &'static Source| Self::Published(source, source.all_files());
        match dataset {
            spec::Dataset::Mnist => whole(&MNIST),
            spec::Dataset::FashionMnist => whole(&FASHION_MNIST),
            spec::Dataset::Cifar10 { train_batches } => {
                Self::Published(&CIFAR10, cifar10::needed(train_batches))
            }
            spec::Dataset::Csv(table) => Self::Table(table),
            spec::Dataset::Glyphs { difficulty, seed } => {
                Self::Generated(glyphs::generated(*difficulty, *seed))
            }
            spec::Dataset::BadlyScaled { columns, classes, scale_decades, seed } => {
                let decades = *scale_decades;
                Self::Generated(badly_scaled::generated(*columns, *classes, decades, *seed))
            }
            spec::Dataset::TwoSpirals { difficulty, seed } => {
                Self::Generated(two_spirals::generated(*difficulty, *seed))
            }
            spec::Dataset::LinearTeacher { columns, classes, seed } => {
                Self::Generated(linear_teacher::generated(*columns, *classes, *seed))
            }
        }
    }
}

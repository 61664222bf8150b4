//! Networks and their layers, on burn. [`norm`] contains the normalisations, [`placement`] their positions.

pub mod activation;
pub mod builder;
pub mod convnet;
pub mod convolution;
pub mod dense;
pub mod image;
pub mod init;
pub mod mlp;
pub mod network;
pub mod norm;
pub mod operation;
pub mod pass;
pub mod placement;
pub mod resnet;
pub mod rnn;

//! Networks and their layers, on burn. [`norm`] holds the normalisations, [`placement`] where they stand.

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
pub mod pass;
pub mod placement;
pub mod resnet;
pub mod rnn;

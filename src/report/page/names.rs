//! Names and values as publications write them.

use crate::units;

/// A value in prose: `MNIST`, `ReLU`, `1e-7`, `55 000`; unchanged where it has no other
/// name.
pub(super) fn spelled(value: &str) -> String {
    let known = match value {
        "mnist" => "MNIST",
        "fashion-mnist" => "Fashion-MNIST",
        "cifar10" => "CIFAR-10",
        "relu" => "ReLU",
        "leaky_relu" => "leaky ReLU",
        "elu" => "ELU",
        "selu" => "SELU",
        "gelu" => "GELU",
        "swish" => "Swish",
        "identity" => "no nonlinearity",
        "glorot_uniform" => "Glorot's uniform rule",
        "glorot_normal" => "Glorot's normal rule",
        "he_uniform" => "He's uniform rule",
        "he_normal" => "He's normal rule",
        "lecun_uniform" => "LeCun's uniform rule",
        "lecun_normal" => "LeCun's normal rule",
        "sgd" => "SGD",
        "momentum" => "SGD with momentum",
        "nesterov" => "SGD with Nesterov momentum",
        "rmsprop" => "RMSprop",
        "adam" => "Adam",
        "adamw" => "AdamW",
        "keras" => "Keras",
        "pytorch" => "PyTorch",
        "paper" => "the 2015 paper",
        "gru" => "GRU",
        "elman" => "Elman",
        "mlp" => "perceptron",
        "convnet" => "convolutional network",
        "resnet" => "residual network",
        "rnn" => "recurrent network",
        "cpu" => "CPU",
        other => return units::alike(other).unwrap_or_else(|| number(other)),
    };
    known.to_owned()
}

/// Whole numbers in groups of three digits, very small ones with a power of ten.
fn number(text: &str) -> String {
    if let Ok(whole) = text.parse::<usize>() {
        return grouped(whole);
    }
    match text.parse::<f64>() {
        Ok(small) if small != 0.0 && small.abs() < 1e-3 => format!("{small:e}"),
        _ => text.to_owned(),
    }
}

/// A number in groups of three digits, from five digits on: `55 000`, with a non-breaking space.
pub(super) fn grouped(count: usize) -> String {
    let digits = count.to_string();
    if digits.len() < 5 {
        return digits;
    }
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push('\u{202f}');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_spelled_as_in_papers() {
        let spelled: Vec<String> = [
            "mnist",
            "relu",
            "0.0000001",
            "0.01",
            "55000",
            "1024",
            "[128, 64]",
            "[64, 64, 64, 64]",
            "[64]",
        ]
        .map(spelled)
        .into();
        let expected = [
            "MNIST",
            "ReLU",
            "1e-7",
            "0.01",
            "55\u{202f}000",
            "1024",
            "[128, 64]",
            "4 × 64",
            "[64]",
        ];
        assert_eq!(spelled, expected);
    }
}

//! Typing mistakes in TOML and JSON that a parser's message does not explain: hints on what was most
//! likely meant.

/// A hint for a line that is not valid TOML or JSON.
pub(super) fn in_line(line: &str) -> Option<String> {
    if let Some(path) = escaped_path(line) {
        return Some(format!(
            "a `\\` in double quotes begins an escape; put the path into single quotes: `'{path}'`"
        ));
    }
    if line.contains(CURLY) {
        let straight = line.trim().replace(CURLY_DOUBLE, "\"").replace(CURLY_SINGLE, "'");
        return Some(format!("quotes must be straight: `{straight}`"));
    }
    // The value after each key, also in a line of several.
    let line = line.split('#').next().unwrap_or(line);
    let values = line.split(['=', ':']).skip(1);
    let mut values = values.map(|value| value.split([' ', '\t', '}']).find(|v| !v.is_empty()));
    let hint = values.find_map(|value| in_value(value?.trim_end_matches(',')));
    hint.or_else(|| unquoted(line))
}

/// A hint for text without quotes after a key.
fn unquoted(line: &str) -> Option<String> {
    let (_, value) = line.split_once(['=', ':'])?;
    let value = value.trim().trim_end_matches(',');
    let is_word = value.starts_with(char::is_alphabetic)
        && value.chars().all(|c| c.is_alphanumeric() || "_-./".contains(c))
        && toml::de::DeValue::parse(value).is_err();
    if is_word {
        return Some(format!("write `\"{value}\"`, in quotes"));
    }
    let quotes = |text: &str| text.matches('"').count();
    let list = quoted_list(value).filter(|list| quotes(list) > quotes(value))?;
    Some(format!("write `{list}`, with each text in quotes"))
}

/// A hint for a value that is not valid TOML or JSON: `write …`, with the reason.
pub(super) fn in_value(value: &str) -> Option<String> {
    let (meant, why) = meant(value)?;
    Some(format!("write `{meant}`, {why}"))
}

/// The value that was meant, and the rule that was violated.
pub(super) fn meant(value: &str) -> Option<(String, &'static str)> {
    if matches!(value, "True" | "TRUE" | "False" | "FALSE") {
        return Some((value.to_lowercase(), "in lower case"));
    }
    let (sign, digits) = match value.strip_prefix(['+', '-']) {
        Some(digits) => (&value[..1], digits),
        None => ("", value),
    };
    let decimal = |text: &str| text.parse::<f64>().is_ok();
    let begins = |text: &str| text.starts_with(|c: char| c.is_ascii_digit());
    if digits.matches(',').count() == 1 && begins(digits) && !digits.ends_with(',') {
        let point = digits.replace(',', ".");
        return decimal(&point).then(|| (format!("{sign}{point}"), "with a decimal point"));
    }
    if digits.starts_with('.') && decimal(digits) {
        return Some((format!("{sign}0{digits}"), "with a digit before the point"));
    }
    if digits.ends_with('.') && begins(digits) && decimal(digits) {
        return Some((format!("{sign}{digits}0"), "with a digit behind the point"));
    }
    let straight = value.strip_prefix(CURLY)?.strip_suffix(CURLY)?;
    Some((format!("\"{straight}\""), "in straight quotes"))
}

/// `["before", "after"]` for the text `[before, after]`, from which a shell has removed the quotes.
pub(super) fn quoted_list(text: &str) -> Option<String> {
    let items = text.strip_prefix('[')?.strip_suffix(']')?;
    if items.contains(['[', ']', '{', '}']) {
        return None;
    }
    let item = |item: &str| {
        let item = item.trim();
        match toml::de::DeValue::parse(item) {
            Ok(_) => item.to_owned(),
            Err(_) => format!("\"{}\"", item.replace(['"', '\\'], "")),
        }
    };
    let items: Vec<String> = items.split(',').map(item).collect();
    Some(format!("[{}]", items.join(", ")))
}

const CURLY: [char; 7] = ['“', '”', '„', '‟', '‘', '’', '‚'];
const CURLY_DOUBLE: [char; 4] = ['“', '”', '„', '‟'];
const CURLY_SINGLE: [char; 3] = ['‘', '’', '‚'];

/// The text in double quotes that looks like a Windows path: `C:\…`, `\\server`, `..\…`, or with a
/// `\` before a letter that is not a valid escape.
fn escaped_path(line: &str) -> Option<&str> {
    let mut quoted = line.split('"').skip(1).step_by(2);
    quoted.find(|text| {
        let drive = text.as_bytes();
        let has_drive = drive.len() > 2 && drive[0].is_ascii_alphabetic() && &drive[1..3] == b":\\";
        let is_relative = [r"\\", r".\", r"..\"].iter().any(|start| text.starts_with(start));
        let mut escapes = text.split('\\').skip(1);
        let is_no_escape = |rest: &str| {
            rest.starts_with(|c: char| c.is_alphanumeric() && !"btnfruUxe".contains(c))
        };
        has_drive || is_relative || escapes.any(is_no_escape)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_of_windows_is_put_into_single_quotes() {
        let hint = in_line(r#"file = "C:\Users\me\data.csv"  # mine"#).expect("a hint");
        assert_eq!(
            hint,
            r"a `\` in double quotes begins an escape; put the path into single quotes: `'C:\Users\me\data.csv'`"
        );
        for other in [r#""file": "..\data.csv","#, r#"file = "sub\Data.csv""#] {
            assert!(in_line(other).is_some(), "{other}");
        }
        assert_eq!(in_line(r#"question = "a\tb""#), None);
    }

    #[test]
    fn values_are_put_right() {
        for (line, hint) in [
            ("learning_rate = 0,001", "write `0.001`, with a decimal point"),
            ("a = -1,5e-3 # x", "write `-1.5e-3`, with a decimal point"),
            ("scale = True", "write `true`, in lower case"),
            ("decay = .001", "write `0.001`, with a digit before the point"),
            ("decay = 1.", "write `1.0`, with a digit behind the point"),
            ("\"scale\": False,", "write `false`, in lower case"),
            ("a = { b = 1, c = .5, d = 2 }", "write `0.5`, with a digit before the point"),
            ("a = before  # x", "write `\"before\"`, in quotes"),
            (
                "placement = [none, \"before\", 2]",
                "write `[\"none\", \"before\", 2]`, with each text in quotes",
            ),
            ("missing = [NA],", "write `[\"NA\"]`, with each text in quotes"),
            ("name = “x”", "quotes must be straight: `name = \"x\"`"),
            ("name = ‘x’", "quotes must be straight: `name = 'x'`"),
        ] {
            assert_eq!(in_line(line).as_deref(), Some(hint), "{line}");
        }
        for sound in
            ["[data", "a = 1,2,3", "a = true", "a = [\"before\", 1]", "a = 1.5", "a = , ", "a = 1,"]
        {
            assert_eq!(in_line(sound), None, "{sound}");
        }
    }

    #[test]
    fn words_of_a_list_are_quoted_one_by_one() {
        for (text, list) in [
            ("[before,after]", Some("[\"before\", \"after\"]")),
            ("[none, 'after', 2]", Some("[\"none\", 'after', 2]")),
            ("[norm.placement]", Some("[\"norm.placement\"]")),
            ("before", None),
            ("[[a]]", None),
        ] {
            assert_eq!(quoted_list(text).as_deref(), list, "{text}");
        }
    }
}

//! Tables for a LaTeX document, which need `booktabs` and no other package.
//!
//! Cells and texts are LaTeX already: [`text`] and [`number`] escape what comes from files.

use crate::results::format::manifest::VERSION;
use crate::units;

/// A table with more rows is broken over pages.
const MOST_ON_A_PAGE: usize = 40;

/// A table with its caption and its notes.
pub(super) struct Table {
    /// The caption.
    pub(super) caption: String,
    /// The label without `tab:`.
    pub(super) label: String,
    /// The columns, each with its heading and its alignment.
    pub(super) columns: Vec<(String, Alignment)>,
    /// The rows, each with as many cells as there are columns.
    pub(super) rows: Vec<Vec<String>>,
    /// Sentences below the table.
    pub(super) notes: Vec<String>,
}

/// The alignment of a column.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Alignment {
    /// Text.
    Left,
    /// Numbers.
    Right,
    /// Text of several lines, in this share of the line's width.
    Wrapped(f64),
}

/// The tables as a file for `\input`. A comment names the command, and what the preamble needs.
pub(super) fn document(command: &str, tables: &[Table]) -> String {
    let is_long = tables.iter().any(|table| table.rows.len() > MOST_ON_A_PAGE);
    let written: String = tables.iter().map(Table::written).collect();
    let mut preamble = vec![r"\usepackage{booktabs}"];
    if is_long {
        preamble.push(r"\usepackage{longtable}");
    }
    if written.chars().any(is_european) {
        preamble.push(r"\usepackage[T1]{fontenc}");
    }
    let mut head = format!(
        "% Made by bn-lab {VERSION}: {}\n% In the preamble: {}\n",
        units::one_line(command),
        preamble.join(" ")
    );
    let others = others(&written);
    if !others.is_empty() {
        head.push_str(&format!(
            "% Compile with LuaLaTeX or XeLaTeX and a font that has them: {others}\n"
        ));
    }
    head + &written
}

impl Table {
    fn written(&self) -> String {
        let alignments = self.columns.iter().map(|(_, alignment)| alignment.written());
        let alignments: Vec<String> = alignments.collect();
        let headings = self.columns.iter().map(|(heading, _)| heading.clone());
        let header = row(&headings.collect::<Vec<_>>());
        let rows: String = self.rows.iter().map(|cells| row(&self.wrapped(cells))).collect();
        let caption = format!("\\caption{{{}}}\\label{{tab:{}}}", self.caption, self.label);
        let (alignments, notes) = (alignments.concat(), self.notes());
        if self.rows.len() > MOST_ON_A_PAGE {
            return format!(
                "\n\\begin{{longtable}}{{{alignments}}}\n{caption}\\tabularnewline\n\\toprule\n{header}\\midrule\n\\endfirsthead\n\\toprule\n{header}\\midrule\n\\endhead\n\\bottomrule\n\\endfoot\n{rows}\\end{{longtable}}\n{notes}"
            );
        }
        format!(
            "\n\\begin{{table}}\n\\centering\n{caption}\n\\begin{{tabular}}{{{alignments}}}\n\\toprule\n{header}\\midrule\n{rows}\\bottomrule\n\\end{{tabular}}\n{notes}\\end{{table}}\n"
        )
    }

    /// The notes in one paragraph below the table.
    fn notes(&self) -> String {
        if self.notes.is_empty() {
            return String::new();
        }
        format!(
            "\n\\smallskip\n\\noindent\\begin{{minipage}}{{\\linewidth}}\\footnotesize\n{}\n\\end{{minipage}}\n",
            self.notes.join("\n")
        )
    }

    /// Cells with ragged lines where their column wraps them.
    fn wrapped(&self, cells: &[String]) -> Vec<String> {
        let cells = cells.iter().zip(&self.columns);
        let cell = |(cell, (_, alignment)): (&String, &(String, Alignment))| match alignment {
            Alignment::Wrapped(_) => format!("\\raggedright {cell}"),
            _ => cell.clone(),
        };
        cells.map(cell).collect()
    }
}

impl Alignment {
    fn written(self) -> String {
        match self {
            Self::Left => "l".to_owned(),
            Self::Right => "r".to_owned(),
            Self::Wrapped(share) => format!("p{{{share}\\linewidth}}"),
        }
    }
}

/// Unlike `\\`, `\tabularnewline` ends a row after `\raggedright`, too.
fn row(cells: &[String]) -> String {
    format!("{} \\tabularnewline\n", cells.join(" & "))
}

/// Bold text.
pub(super) fn bold(latex: &str) -> String {
    format!("\\textbf{{{latex}}}")
}

/// A mark at the upper right.
pub(super) fn mark(latex: &str) -> String {
    format!("$^{{{latex}}}$")
}

/// A sentence of the program, in which backticks enclose code, with a capital letter and a full stop.
pub(super) fn sentence(words: &str) -> String {
    let parts = words.split('`').enumerate();
    let parts = parts.map(|(place, part)| {
        // A symbol keeps its lower case.
        let is_first = place == 0 && !part.starts_with("p:");
        let latex = if is_first { text(&units::capitalised(part)) } else { text(part) };
        if place % 2 == 0 { latex } else { format!("\\texttt{{{latex}}}") }
    });
    let sentence: String = parts.collect();
    if sentence.ends_with(['.', '!', '?']) { sentence } else { sentence + "." }
}

/// A formatted number, or an interval of such: with minus signs, and powers of ten instead of exponents.
pub(super) fn number(formatted: &str) -> String {
    if let Some((mantissa, exponent)) = formatted.split_once('e')
        && let Ok(exponent) = exponent.parse::<i32>()
        && mantissa.parse::<f64>().is_ok()
    {
        return format!("${mantissa} \\times 10^{{{exponent}}}$");
    }
    text(&with_minus(formatted))
}

/// A hyphen before a number becomes a minus sign; one within a word or a number (`fashion-mnist`) stays.
fn with_minus(formatted: &str) -> String {
    let letters: Vec<char> = formatted.chars().collect();
    let is_minus = |at: usize| {
        let is_apart = at == 0 || !letters[at - 1].is_alphanumeric();
        letters[at] == '-' && is_apart && letters.get(at + 1).is_some_and(char::is_ascii_digit)
    };
    (0..letters.len()).map(|at| if is_minus(at) { '−' } else { letters[at] }).collect()
}

/// Any text, escaped.
pub(super) fn text(text: &str) -> String {
    let mut latex = String::with_capacity(text.len());
    let mut before = ' ';
    for letter in text.chars() {
        match escaped(letter) {
            // Two hyphens would become a dash.
            _ if letter == '-' && before == '-' => latex.push_str("{}-"),
            Some(escaped) => latex.push_str(escaped),
            None if letter.is_control() => latex.push(' '),
            None => latex.push(letter),
        }
        before = letter;
    }
    latex
}

/// What stands for a letter that has a meaning in LaTeX, or that pdfLaTeX does not know.
fn escaped(letter: char) -> Option<&'static str> {
    let symbols = SYMBOLS.iter().chain(&GREEK);
    symbols.into_iter().find(|(symbol, _)| *symbol == letter).map(|(_, latex)| *latex)
}

const SYMBOLS: [(char, &str); 42] = [
    ('\\', r"\textbackslash{}"),
    ('{', r"\{"),
    ('}', r"\}"),
    ('$', r"\$"),
    ('%', r"\%"),
    ('&', r"\&"),
    ('#', r"\#"),
    ('_', r"\_"),
    ('~', r"\textasciitilde{}"),
    ('^', r"\textasciicircum{}"),
    ('<', r"\textless{}"),
    ('>', r"\textgreater{}"),
    ('|', r"\textbar{}"),
    ('"', "''"),
    ('`', r"\textasciigrave{}"),
    // After the end of a row it would begin an option.
    ('[', "{[}"),
    // And this would forbid a page break there.
    ('*', "{*}"),
    ('\u{a0}', "~"),
    ('\u{202f}', r"\,"),
    ('−', "$-$"),
    ('×', r"$\times$"),
    ('·', r"$\cdot$"),
    ('±', r"$\pm$"),
    ('≤', r"$\leq$"),
    ('≥', r"$\geq$"),
    ('≠', r"$\neq$"),
    ('≈', r"$\approx$"),
    ('→', r"$\to$"),
    ('←', r"$\leftarrow$"),
    ('↔', r"$\leftrightarrow$"),
    ('∞', r"$\infty$"),
    ('√', r"$\surd$"),
    ('²', "$^2$"),
    ('³', "$^3$"),
    ('…', r"\dots{}"),
    ('–', "--"),
    ('—', "---"),
    ('“', "``"),
    ('”', "''"),
    ('‘', "`"),
    ('’', "'"),
    ('•', r"\textbullet{}"),
];

const GREEK: [(char, &str); 24] = [
    ('α', r"$\alpha$"),
    ('β', r"$\beta$"),
    ('γ', r"$\gamma$"),
    ('δ', r"$\delta$"),
    ('ε', r"$\varepsilon$"),
    ('ζ', r"$\zeta$"),
    ('η', r"$\eta$"),
    ('θ', r"$\theta$"),
    ('κ', r"$\kappa$"),
    ('λ', r"$\lambda$"),
    ('μ', r"$\mu$"),
    ('µ', r"$\mu$"),
    ('ν', r"$\nu$"),
    ('π', r"$\pi$"),
    ('ρ', r"$\rho$"),
    ('σ', r"$\sigma$"),
    ('τ', r"$\tau$"),
    ('φ', r"$\varphi$"),
    ('χ', r"$\chi$"),
    ('ψ', r"$\psi$"),
    ('ω', r"$\omega$"),
    ('Δ', r"$\Delta$"),
    ('Σ', r"$\Sigma$"),
    ('Ω', r"$\Omega$"),
];

/// A letter with an accent, which the encoding T1 has.
fn is_european(letter: char) -> bool {
    ('\u{c0}'..='\u{17f}').contains(&letter)
}

/// Letters that only engines with Unicode fonts know, each once.
fn others(latex: &str) -> String {
    let mut others: Vec<char> =
        latex.chars().filter(|l| !l.is_ascii() && !is_european(*l)).collect();
    others.sort_unstable();
    others.dedup();
    others.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_is_a_command() {
        let special = r"a_b & 50 % of $x {y} #1 ~ ^ \input{z} [1] <2> | `q` --metric";
        assert_eq!(
            text(special),
            r"a\_b \& 50 \% of \$x \{y\} \#1 \textasciitilde{} \textasciicircum{} \textbackslash{}input\{z\} {[}1] \textless{}2\textgreater{} \textbar{} \textasciigrave{}q\textasciigrave{} -{}-metric"
        );
        assert_eq!(text("BN → ReLU, ε ± 2 “x”\n"), r"BN $\to$ ReLU, $\varepsilon$ $\pm$ 2 ``x'' ");
        assert_eq!(sentence("see `a_b` – or `--c`"), r"See \texttt{a\_b} -- or \texttt{-{}-c}.");
    }

    #[test]
    fn numbers_have_minus_signs_and_powers_of_ten() {
        assert_eq!(number("-0.25"), "$-$0.25");
        assert_eq!(number("[-0.25, 1.00]"), "{[}$-$0.25, 1.00]");
        assert_eq!(number("1.25e-5"), r"$1.25 \times 10^{-5}$");
        assert_eq!(number("none"), "none");
        assert_eq!(number("fashion-mnist"), "fashion-mnist", "a hyphen is no minus sign");
    }

    fn table(rows: usize, cell: &str) -> Table {
        Table {
            caption: "A table.".to_owned(),
            label: "x".to_owned(),
            columns: vec![
                ("name".to_owned(), Alignment::Wrapped(0.5)),
                ("n".to_owned(), Alignment::Right),
            ],
            rows: vec![vec![cell.to_owned(), "3".to_owned()]; rows],
            notes: vec!["A note.".to_owned()],
        }
    }

    #[test]
    fn a_table_names_what_it_needs() {
        let short = document("bn-lab compare x", &[table(1, "a")]);
        let expected = r"% In the preamble: \usepackage{booktabs}

\begin{table}
\centering
\caption{A table.}\label{tab:x}
\begin{tabular}{p{0.5\linewidth}r}
\toprule
name & n \tabularnewline
\midrule
\raggedright a & 3 \tabularnewline
\bottomrule
\end{tabular}

\smallskip
\noindent\begin{minipage}{\linewidth}\footnotesize
A note.
\end{minipage}
\end{table}
";
        let (first, rest) = short.split_once('\n').expect("several lines");
        assert!(first.starts_with("% Made by bn-lab ") && first.ends_with(": bn-lab compare x"));
        assert_eq!(rest, expected);
        let long = document("a\nb", &[table(MOST_ON_A_PAGE + 1, "ü漢")]);
        assert!(long.contains(
            r"% In the preamble: \usepackage{booktabs} \usepackage{longtable} \usepackage[T1]{fontenc}"
        ));
        assert!(long.contains("% Compile with LuaLaTeX or XeLaTeX and a font that has them: 漢\n"));
        assert!(long.lines().next().is_some_and(|line| line.ends_with("a b")), "{long}");
    }
}

//! Files with correct and incorrect blocks.

use super::blocks::{Block, Piece, pieces};
use super::order::Order;
use super::*;

fn blocks(text: &str) -> Vec<(usize, &str, &str)> {
    let pieces = pieces(text).expect("well formed");
    let whole: String = pieces
        .iter()
        .map(|piece| match piece {
            Piece::Other(other) => (*other).to_owned(),
            Piece::Block(Block { opening, content, closing, .. }) => {
                format!("{opening}{content}{closing}")
            }
        })
        .collect();
    assert_eq!(whole, text, "the pieces are the text");
    pieces
        .into_iter()
        .filter_map(|piece| match piece {
            Piece::Block(block) => Some((block.line, block.asks, block.content)),
            Piece::Other(_) => None,
        })
        .collect()
}

fn problem(text: &str) -> (usize, String) {
    let problem = pieces(text).expect_err("refused");
    (problem.line, problem.reason)
}

#[test]
fn blocks_are_found_with_the_content_they_request() {
    let text = "# x\n<!-- bn-lab: answer a -->\nold\n<!-- bn-lab: end -->\nmore\n\n  <!-- bn-lab:figure a b-->\n<!-- bn-lab: end -->";
    assert_eq!(blocks(text), [(2, "answer a", "old\n"), (7, "figure a b", "")]);
}

#[test]
fn carriage_returns_and_a_missing_last_line_end_are_kept() {
    let text = "a\r\n<!-- bn-lab: answer a -->\r\nold\r\n<!-- bn-lab: end -->";
    let found = pieces(text).expect("well formed");
    let Some(Piece::Block(block)) = found.last() else {
        panic!("a block");
    };
    assert_eq!(block.framed("one\n\ntwo\n"), "\r\none\r\n\r\ntwo\r\n\r\n");
    assert_eq!(block.closing, "<!-- bn-lab: end -->");
}

#[test]
fn blocks_in_fenced_code_are_not_replaced() {
    for text in [
        "```markdown\n<!-- bn-lab: answer a -->\n```\n",
        "~~~~\n~~~\n<!-- bn-lab: answer a -->\n~~~~\n",
        "    <!-- bn-lab: answer a -->\n",
        "`<!-- bn-lab: answer a -->` in a line\n",
        "``` one line ```\n",
        "````\n```\n<!-- bn-lab: end -->\n",
    ] {
        assert_eq!(blocks(text), [], "{text}");
    }
    assert_eq!(
        blocks("``` a `` b ```\n<!-- bn-lab: answer a -->\n<!-- bn-lab: end -->\n").len(),
        1
    );
}

#[test]
fn blocks_without_an_end_or_inside_each_other_are_refused_with_their_line() {
    let (line, reason) = problem("\n<!-- bn-lab: answer a -->\n");
    assert_eq!(line, 2);
    assert!(reason.starts_with("the block `answer a` has no end\n  hint: "), "{reason}");
    let (line, reason) =
        problem("<!-- bn-lab: answer a -->\n<!-- bn-lab: answer b -->\n<!-- bn-lab: end -->\n");
    assert_eq!(line, 2);
    assert!(reason.contains("begins inside the one of line 1"), "{reason}");
    assert_eq!(problem("a\n<!-- bn-lab: end -->").0, 2);
    for text in [
        "<!-- bn-lab: answer a --> text\n",
        "<!-- bn-lab: answer a\n-->",
        "<!-- bn-lab: a --> <!-- x -->\n",
    ] {
        let (line, reason) = problem(text);
        assert_eq!((line, reason.contains("line of its own")), (1, true), "{text}");
    }
}

#[test]
fn the_request_of_a_block_is_read_with_quotes_and_options() {
    let read = |asks: &str| Order::read(asks).expect("an order");
    let folder = |name: &str| std::path::PathBuf::from(name);
    assert_eq!(
        read("compare  \"my results\" --by=train.batch_size --metric test_loss"),
        Order::Compare {
            folder: folder("my results"),
            metric: "test_loss".to_owned(),
            by: Some("train.batch_size".to_owned()),
        }
    );
    for (name, extension) in [("overview.png", "png"), ("overview", "svg"), ("overview.svg", "svg")]
    {
        let expected =
            Order::Figure { folder: folder("x"), name: "overview".to_owned(), extension };
        assert_eq!(read(&format!("figure x {name}")), expected);
    }
}

#[test]
fn an_invalid_request_of_a_block_is_refused_with_the_valid_ones() {
    let refused = |asks: &str| Order::read(asks).expect_err("refused").to_string();
    for (asks, said) in [
        ("", "the blocks are claims, answer, conditions, compare, figure"),
        ("condition x", "did you mean `conditions`?"),
        ("conditions", "a word is missing\n  hint: `conditions DIR [--metric NAME]`"),
        ("answer x y", "`y` is one too many"),
        ("answer x --metric test_loss", "`--metric` is one too many"),
        ("conditions x --metric", "`--metric` has no value"),
        ("answer \"x", "a quote is not closed"),
    ] {
        assert!(refused(asks).contains(said), "{asks}: {}", refused(asks));
    }
}

#[test]
fn an_edit_that_was_made_while_blocks_were_made_is_kept() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("x.md");
    let spliced = Spliced { text: "made".to_owned(), stale: Vec::new(), drawings: Vec::new() };
    fs::replace(&file, b"edited").expect("written");
    let error = write(&file, "read", &spliced).expect_err("refused");
    assert_eq!(error.exit_code(), 1);
    let error = error.to_string();
    assert!(error.contains("x.md` was edited while"), "{error}");
    assert!(error.contains("hint: run the same command again"), "{error}");
    assert_eq!(fs::read(&file).expect("there"), b"edited");
    write(&file, "edited", &spliced).expect("unchanged since");
    assert_eq!(fs::read(&file).expect("there"), b"made");
}

#[test]
fn a_file_without_a_block_or_with_a_folder_that_is_not_there_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("x.md");
    fs::replace(&file, b"nothing\n").expect("written");
    let error = check(&file).expect_err("refused").to_string();
    assert!(error.contains("x.md` has no block to rewrite\n  hint: "), "{error}");
    let text = b"\n\n<!-- bn-lab: answer nowhere -->\nold\n<!-- bn-lab: end -->\n";
    fs::replace(&file, text).expect("written");
    let error = rewrite(&file).expect_err("refused").to_string();
    assert!(
        error.contains("x.md`, line 3: `") && error.contains("nowhere` is not a results folder"),
        "{error}"
    );
    assert_eq!(fs::read(&file).expect("there"), text, "nothing was written");
}

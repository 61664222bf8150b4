//! HTML as a tree: text is escaped because there is no other way to put it in.

use crate::units::for_markup;

/// A node with its attributes and what stands in it.
#[derive(Debug, Clone)]
pub(super) struct Element {
    name: &'static str,
    attributes: Vec<(&'static str, String)>,
    children: Vec<Node>,
}

#[derive(Debug, Clone)]
enum Node {
    Element(Element),
    Text(String),
    /// Markup or code of our own.
    Verbatim(String),
}

/// Elements that have no end.
const VOID: [&str; 2] = ["meta", "link"];

/// Elements whose beginning and end stand on lines of their own, for readers of the source.
const BLOCKS: [&str; 21] = [
    "html",
    "head",
    "body",
    "header",
    "main",
    "nav",
    "section",
    "figure",
    "figcaption",
    "table",
    "thead",
    "tbody",
    "tr",
    "div",
    "ul",
    "ol",
    "details",
    "footer",
    "style",
    "script",
    "caption",
];

/// An empty element.
pub(super) fn el(name: &'static str) -> Element {
    Element { name, attributes: Vec::new(), children: Vec::new() }
}

impl Element {
    /// With an attribute.
    pub(super) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.attributes.push((name, value.into()));
        self
    }

    /// With a class.
    pub(super) fn class(self, name: &str) -> Self {
        self.with("class", name)
    }

    /// Followed by text.
    pub(super) fn text(mut self, text: impl Into<String>) -> Self {
        self.children.push(Node::Text(text.into()));
        self
    }

    /// Followed by an element.
    pub(super) fn child(mut self, child: Self) -> Self {
        self.children.push(Node::Element(child));
        self
    }

    /// Followed by elements.
    pub(super) fn children(mut self, children: impl IntoIterator<Item = Self>) -> Self {
        self.children.extend(children.into_iter().map(Node::Element));
        self
    }

    /// Followed by markup or code of our own: never by anything that users wrote.
    pub(super) fn verbatim(mut self, markup: impl Into<String>) -> Self {
        self.children.push(Node::Verbatim(markup.into()));
        self
    }

    /// As text.
    pub(super) fn write(&self, into: &mut String) {
        into.push('<');
        into.push_str(self.name);
        for (name, value) in &self.attributes {
            into.push_str(&format!(" {name}=\"{}\"", escape(value)));
        }
        into.push('>');
        if VOID.contains(&self.name) {
            into.push('\n');
            return;
        }
        let is_block = BLOCKS.contains(&self.name);
        let holds_blocks = self.children.iter().any(|child| match child {
            Node::Element(element) => BLOCKS.contains(&element.name),
            _ => false,
        });
        if is_block && holds_blocks {
            into.push('\n');
        }
        for child in &self.children {
            match child {
                Node::Element(element) => element.write(into),
                Node::Text(text) => into.push_str(&escape(text)),
                Node::Verbatim(markup) => into.push_str(markup),
            }
        }
        into.push_str(&format!("</{}>", self.name));
        if is_block || matches!(self.name, "h1" | "h2" | "p" | "li" | "pre" | "title") {
            into.push('\n');
        }
    }
}

/// Text as HTML writes it, in elements and in attributes.
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in for_markup(text).chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_attributes_hold_nothing_that_xml_forbids() {
        let odd = "a\u{fffe}\u{1b}<b>\u{ffff}";
        let mut html = String::new();
        el("p").with("title", odd).text(odd).write(&mut html);
        assert_eq!(
            html.trim_end(),
            "<p title=\"a\u{fffd}\u{fffd}&lt;b&gt;\u{fffd}\">a\u{fffd}\u{fffd}&lt;b&gt;\u{fffd}</p>"
        );
    }
}

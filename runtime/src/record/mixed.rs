//! Mixed content: elements and text in their order.

use super::Element;
use crate::record::Record;

/// Child elements with text between them, as in `a <b>bold</b> word`.
///
/// ```
/// use saponify::{AnyValue, Element, Mixed, Node};
///
/// let mut mixed = Mixed::new();
/// mixed.push_text("a ");
/// mixed.push(Element { name: "b".into(), value: AnyValue::text("bold"), ..Element::default() });
/// mixed.push_text(" word");
/// assert_eq!(mixed.elements().text("b"), Some("bold"));
/// assert!(matches!(mixed.nodes().last(), Some(Node::Text(" word"))));
/// ```
#[derive(Clone)]
pub struct Mixed {
    /// The elements. The table knows none of them.
    elements: Record,
    /// The text before each element and after the last one. There is one more text than there are
    /// elements.
    texts: Vec<String>,
}

/// A part of [`Mixed`] content.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Node<'a> {
    /// A text, which is never empty.
    Text(&'a str),
    /// An element.
    Element(&'a Element),
}

impl Mixed {
    /// Empty content.
    #[must_use]
    pub fn new() -> Self {
        Self {
            elements: Record::default(),
            texts: vec![String::new()],
        }
    }

    /// Adds text.
    pub fn push_text(&mut self, text: &str) {
        if let Some(last) = self.texts.last_mut() {
            last.push_str(text);
        }
    }

    /// Adds an element.
    pub fn push(&mut self, element: Element) {
        self.elements.push_extra(element);
        self.texts.push(String::new());
    }

    /// The elements without the text.
    #[must_use]
    pub fn elements(&self) -> &Record {
        &self.elements
    }

    /// Text and elements in their order.
    pub fn nodes(&self) -> impl Iterator<Item = Node<'_>> {
        let mut elements = self.elements.extra().iter();
        self.texts.iter().flat_map(move |text| {
            let text = (!text.is_empty()).then_some(Node::Text(text));
            text.into_iter().chain(elements.next().map(Node::Element))
        })
    }

    /// The text after the last element.
    pub(crate) fn last_text(&self) -> &str {
        self.texts.last().map_or("", String::as_str)
    }

    /// Whether there is text other than white space between the elements.
    pub(crate) fn has_text(&self) -> bool {
        let blank = |text: &String| text.bytes().all(crate::xml::chars::is_space);
        !self.texts.iter().all(blank)
    }

    /// Whether everything except the content of the elements is equal.
    pub(crate) fn same_but_elements(&self, other: &Self) -> bool {
        let (a, b) = (self.elements.extra(), other.elements.extra());
        let same_name =
            |(a, b): (&Element, &Element)| a.namespace == b.namespace && a.name == b.name;
        self.texts == other.texts && a.len() == b.len() && a.iter().zip(b).all(same_name)
    }

    pub(crate) fn into_elements(self) -> Record {
        self.elements
    }
}

impl PartialEq for Mixed {
    fn eq(&self, other: &Self) -> bool {
        self.same_but_elements(other) && self.elements == other.elements
    }
}

impl Default for Mixed {
    fn default() -> Self {
        Self::new()
    }
}

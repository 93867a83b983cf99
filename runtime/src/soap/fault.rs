//! Faults: the messages with which a service reports an error.

use std::fmt;

use crate::codec::Encoder;
use crate::record::{Content, Element, Node, Record, ValueError};
use crate::schema::{Field, Kind};
use crate::value::{GeneratedStruct, Value, to_complete_struct};

/// A fault of SOAP 1.1 or SOAP 1.2.
///
/// Salesforce states the reason as an `ExceptionCode`, which [`code`](Fault::code) returns. Other
/// services may state only `Server`. The typed detail is available if the service sent a detail
/// that the WSDL declares for any operation.
///
/// ```ignore
/// use enterprise::{ApiFault, ExceptionCode, InvalidFieldFault};
/// use saponify::Elements as _;
///
/// let error = soap.query("SELECT Nmae FROM Account").await.err().ok_or("it must fail")?;
/// let fault = error.fault().ok_or("no fault")?;
/// assert_eq!(ExceptionCode::from(fault.code()), ExceptionCode::InvalidField);
/// if let Some(detail) = fault.detail::<InvalidFieldFault>()? {
///     println!("{} at {}:{}", detail.exception_message, detail.row, detail.column);
/// }
/// // `ApiFault` is the base type of all details.
/// if let Some(detail) = fault.detail::<ApiFault>()? {
///     for extended in &detail.extended_error_details {
///         println!("{}: {:?}", extended.extended_error_code, extended.any.text("message"));
///     }
/// }
/// ```
#[derive(Clone, PartialEq)]
pub struct Fault {
    pub(crate) code: String,
    pub(crate) message: String,
    /// `faultcode` without its prefix.
    pub(crate) soap_code: String,
    /// `faultstring` as received.
    pub(crate) soap_message: String,
    /// The subcodes of SOAP 1.2 without their prefixes, outermost first.
    pub(crate) subcodes: Vec<String>,
    pub(crate) actor: Option<String>,
    /// The entries of the detail.
    pub(crate) details: Vec<Record>,
    /// The same entries with everything in them, whether or not a table declares it.
    pub(crate) detail_elements: Vec<Element>,
    /// Text of the detail outside of its entries.
    pub(crate) detail_text: String,
}

/// The parts of a fault, as received.
#[derive(Debug, Default)]
pub(crate) struct Parts {
    /// `faultcode`, or `Code/Value` in SOAP 1.2.
    pub(crate) code: String,
    /// The values of `Subcode/Value`, outermost first.
    pub(crate) subcodes: Vec<String>,
    /// `faultstring`, or a `Text` in `Reason`.
    pub(crate) message: String,
    /// `faultactor`, or `Role`.
    pub(crate) actor: Option<String>,
    pub(crate) details: Vec<Record>,
    pub(crate) detail_elements: Vec<Element>,
    pub(crate) detail_text: String,
}

/// The maximum length of a text of a fault in bytes. A longer text is not useful as a message.
const LONGEST: usize = 4 * 1024;

/// Cuts a text to [`LONGEST`] and marks the cut.
fn cut(mut text: String) -> String {
    const SIGN: &str = "…";
    if text.len() > LONGEST {
        let mut end = LONGEST - SIGN.len();
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        text.truncate(end);
        text.push_str(SIGN);
        text.shrink_to_fit();
    }
    text
}

/// Formats a text of the service so that it can neither control a terminal nor hide in a log.
/// Control characters and characters that set the text direction are escaped.
struct Escaped<'a>(&'a str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use fmt::Write as _;
        self.0.chars().try_for_each(|c| match c {
            '\u{61c}'
            | '\u{200e}'
            | '\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2066}'..='\u{2069}' => {
                write!(f, "{}", c.escape_unicode())
            }
            // A message may have several lines.
            '\n' => f.write_char(c),
            c if c.is_control() => write!(f, "{}", c.escape_default()),
            c => f.write_char(c),
        })
    }
}

impl Fault {
    /// Makes a fault from its parts. The code and message of the detail take precedence over those
    /// of the envelope.
    pub(crate) fn new(parts: Parts) -> Self {
        let Parts {
            code,
            subcodes,
            message: soap_message,
            actor,
            details,
            detail_elements,
            detail_text,
        } = parts;
        let soap_message = cut(soap_message);
        let actor = actor.map(cut);
        let local_part = |name: &str| {
            let local = name.rsplit(':').next().unwrap_or_default();
            cut(local.trim().to_owned())
        };
        let subcodes: Vec<String> = subcodes.iter().map(|code| local_part(code)).collect();
        let soap_code = local_part(&code);
        // The innermost subcode is the most specific one.
        let local = subcodes.last().unwrap_or(&soap_code).as_str();
        let from_detail = |name| {
            details
                .iter()
                .find_map(|detail| detail.text(name))
                .filter(|t| !t.is_empty())
        };
        // Salesforce puts the code before the message: "INVALID_LOGIN: Invalid username…".
        let bare = soap_message
            .strip_prefix(local)
            .and_then(|rest| rest.strip_prefix(": "));
        let code = from_detail("exceptionCode").unwrap_or(local).to_owned();
        let code = cut(code);
        let message = from_detail("exceptionMessage")
            .or(bare)
            .unwrap_or(&soap_message)
            .to_owned();
        let message = cut(message);
        Self {
            code,
            message,
            soap_code,
            soap_message,
            subcodes,
            actor,
            details,
            detail_elements,
            detail_text: cut(detail_text.trim().to_owned()),
        }
    }

    /// Removes secrets from all texts. `strip` returns the text without secrets, or `None` if the
    /// text contains none. An entry of the detail that contains a secret in another place, such as
    /// a name or a nested record, is removed. So is every element that contains a secret.
    pub(crate) fn strip(&mut self, strip: &dyn Fn(&str) -> Option<String>) {
        let texts = [
            &mut self.code,
            &mut self.message,
            &mut self.soap_code,
            &mut self.soap_message,
            &mut self.detail_text,
        ];
        let texts = texts.into_iter().chain(&mut self.subcodes);
        for text in texts.chain(&mut self.actor) {
            if let Some(stripped) = strip(text) {
                *text = stripped;
            }
        }
        self.details
            .iter_mut()
            .for_each(|detail| strip_texts(detail, strip));
        self.details.retain(|detail| {
            let whole = whole(detail);
            whole.is_some_and(|whole| strip(&whole).is_none())
        });
        self.detail_elements
            .retain(|element| !holds(element, strip));
    }

    /// The reason as a code, such as `INVALID_SESSION_ID`. It is the code of the detail, or else
    /// the innermost subcode, or else the code of the envelope. `ExceptionCode::from(fault.code())`
    /// converts it to the generated enum.
    #[must_use]
    pub fn code(&self) -> &str {
        &self.code
    }

    /// The reason as the service describes it.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The local part of `faultcode`, or of `Code/Value` in SOAP 1.2.
    #[must_use]
    pub fn soap_code(&self) -> &str {
        &self.soap_code
    }

    /// The local parts of the subcodes of a SOAP 1.2 fault, outermost first.
    pub fn subcodes(&self) -> impl Iterator<Item = &str> {
        self.subcodes.iter().map(String::as_str)
    }

    /// The node that failed: `faultactor`, or `Role` in SOAP 1.2.
    #[must_use]
    pub fn actor(&self) -> Option<&str> {
        self.actor.as_deref()
    }

    /// `faultstring` as received, or the `Reason` of SOAP 1.2, in English if the service sent an
    /// English text.
    #[must_use]
    pub fn soap_message(&self) -> &str {
        &self.soap_message
    }

    /// The name of the detail's type, such as `MalformedQueryFault`.
    #[must_use]
    pub fn detail_type(&self) -> Option<&str> {
        self.detail_record().map(Record::type_name)
    }

    /// The entries of the detail, which are its child elements. Most services send one entry.
    pub fn detail_records(&self) -> impl Iterator<Item = &Record> {
        self.details.iter()
    }

    /// The entries of the detail with everything in them, whether or not the WSDL declares it:
    /// attributes, elements, and the text between elements.
    #[must_use]
    pub fn detail_elements(&self) -> &[Element] {
        &self.detail_elements
    }

    /// The text of the detail outside of its elements, such as `<detail>Out of stock</detail>`. It
    /// is empty if there is none.
    #[must_use]
    pub fn detail_text(&self) -> &str {
        &self.detail_text
    }

    /// The first entry of the detail, with its elements or its text. If the WSDL does not declare
    /// the entry, [`detail_elements`](Self::detail_elements) also has its attributes and the text
    /// between its elements.
    #[must_use]
    pub fn detail_record(&self) -> Option<&Record> {
        self.details.first()
    }

    /// The first entry of the detail that has the generated fault type `T`, or `None` if there is
    /// none.
    ///
    /// A base type also accepts the details of its derived types, so `ApiFault` accepts all details
    /// of Salesforce.
    ///
    /// # Errors
    ///
    /// Returns an error if the detail has this type but a field of it cannot be read.
    pub fn detail<T: GeneratedStruct>(&self) -> Result<Option<T>, ValueError> {
        let table = T::static_table();
        // A detail that does not fit its table was read without the table and is recognized by its
        // name.
        let fits = |detail: &&Record| {
            detail.table().is_a(table)
                || detail.type_name() == table.name && detail.type_namespace() == table.namespace()
        };
        self.detail_records()
            .find(fits)
            .map(to_complete_struct)
            .transpose()
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", Escaped(&self.code), Escaped(&self.message))
    }
}

impl std::error::Error for Fault {}

impl fmt::Debug for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fault")
            .field("code", &self.code)
            .field("message", &self.message)
            .field("details", &self.details)
            .finish()
    }
}

/// Everything in a detail as XML, or `None` if it cannot be written.
fn whole(detail: &Record) -> Option<String> {
    const DETAIL: Field = Field::new("detail", 0, Kind::Record, 0);
    let mut encoder = Encoder::new(detail.table().schema);
    encoder.field(&DETAIL, Value::Record(detail)).ok()?;
    Some(encoder.as_str().to_owned())
}

/// Whether an element contains a secret.
fn holds(element: &Element, strip: &dyn Fn(&str) -> Option<String>) -> bool {
    let value = &element.value;
    let mut texts = value.attributes.iter().map(|attribute| &*attribute.value);
    let is_bad = |text: &str| strip(text).is_some();
    is_bad(&element.name)
        || texts.any(is_bad)
        || match &value.content {
            Content::Nil => false,
            Content::Text(text) => is_bad(text),
            Content::Record(record) => record.extra().iter().any(|child| holds(child, strip)),
            Content::Mixed(mixed) => mixed.nodes().any(|node| match node {
                Node::Text(text) => is_bad(text),
                Node::Element(child) => holds(child, strip),
            }),
        }
}

/// Removes secrets from the texts of a record's fields.
fn strip_texts(record: &mut Record, strip: &dyn Fn(&str) -> Option<String>) {
    let stripped: Vec<(String, String)> = record
        .fields()
        .filter_map(|(name, field)| Some((name.to_owned(), strip(field.as_str()?)?)))
        .collect();
    for (name, text) in stripped {
        // If the field cannot hold the stripped text, for example because it is a number, the field
        // is removed.
        if record.set_text(&name, &text).is_err() {
            record.remove(&name);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(code: &str, message: &str) -> Fault {
        Fault::new(Parts {
            code: code.to_owned(),
            message: message.to_owned(),
            actor: Some(message.to_owned()),
            ..Parts::default()
        })
    }

    #[test]
    fn texts_are_cut() {
        let long = "é".repeat(1 << 20);
        let fault = fault(&long, &long);
        for text in [
            fault.code(),
            fault.soap_code(),
            fault.message(),
            fault.soap_message(),
            fault.actor().unwrap(),
        ] {
            assert!(text.len() <= LONGEST && text.len() > LONGEST - 8);
            assert!(text.ends_with("é…"));
        }
    }

    #[test]
    fn what_acts_on_a_terminal_is_escaped() {
        let text = fault("s:Server", "a\u{1b}]0;x\u{7}\r\u{202e}b\u{85}\u{2066}\nc").to_string();
        assert_eq!(
            text,
            "Server: a\\u{1b}]0;x\\u{7}\\r\\u{202e}b\\u{85}\\u{2066}\nc"
        );
    }

    #[test]
    fn every_text_is_stripped() {
        let mut fault = fault("s:Server", "the token t0ken is bad");
        fault.strip(&|text| text.contains("t0ken").then(|| text.replace("t0ken", "***")));
        assert_eq!(fault.message(), "the token *** is bad");
        assert_eq!(fault.soap_message(), "the token *** is bad");
        assert_eq!(fault.actor(), Some("the token *** is bad"));
    }

    #[test]
    fn elements_with_a_secret_are_left_out() {
        let attribute = |value: &str| crate::record::Attribute {
            value: value.into(),
            ..Default::default()
        };
        let element = |text: &str, value: &str| Element {
            value: crate::record::AnyValue {
                attributes: vec![attribute(value)],
                content: Content::Text(text.into()),
                ..Default::default()
            },
            ..Default::default()
        };
        let mut fault = Fault::new(Parts {
            detail_elements: vec![
                element("a", "b"),
                element("a", "the t0ken"),
                element("t0ken", "b"),
            ],
            detail_text: "t0ken".into(),
            ..Parts::default()
        });
        fault.strip(&|text| text.contains("t0ken").then(|| "***".into()));
        assert_eq!(fault.detail_elements(), [element("a", "b")]);
        assert_eq!(fault.detail_text(), "***");
    }
}

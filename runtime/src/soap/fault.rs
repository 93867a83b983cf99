//! Faults: what a service says when it will not.

use std::fmt;

use crate::record::{Record, ValueError};
use crate::value::{Tabled, to_struct};

/// A fault, in whatever form it came.
///
/// Salesforce names the reason in [`code`](Fault::code), an `ExceptionCode`; other services may
/// say no more than `Server`. The typed detail is there if the service sent one that the WSDL
/// declares, for whatever operation.
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
/// // The base of all of them.
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
    /// `faultstring` as it came.
    pub(crate) soap_message: String,
    /// Subcodes of SOAP 1.2 without their prefixes, from the outside in.
    pub(crate) subcodes: Vec<String>,
    pub(crate) actor: Option<String>,
    /// The entries of the detail.
    pub(crate) details: Vec<Record>,
}

/// What a fault is made of, as it came.
#[derive(Debug, Default)]
pub(crate) struct Parts {
    /// `faultcode`, or `Code/Value` in SOAP 1.2.
    pub(crate) code: String,
    /// `Subcode/Value`, from the outside in.
    pub(crate) subcodes: Vec<String>,
    /// `faultstring`, or a `Text` of `Reason`.
    pub(crate) message: String,
    /// `faultactor`, or `Role`.
    pub(crate) actor: Option<String>,
    pub(crate) details: Vec<Record>,
}

impl Fault {
    /// A fault from its parts; the detail's own words win over the envelope's.
    pub(crate) fn new(parts: Parts) -> Self {
        let Parts {
            code,
            subcodes,
            message: soap_message,
            actor,
            details,
        } = parts;
        let local_part = |name: &str| {
            name.rsplit(':')
                .next()
                .unwrap_or_default()
                .trim()
                .to_owned()
        };
        let subcodes: Vec<String> = subcodes.iter().map(|code| local_part(code)).collect();
        let soap_code = local_part(&code);
        // The innermost is the most telling.
        let local = subcodes.last().unwrap_or(&soap_code).as_str();
        let from_detail = |name| {
            details
                .iter()
                .find_map(|detail| detail.text(name))
                .filter(|t| !t.is_empty())
        };
        // Salesforce repeats the code before the message: "INVALID_LOGIN: Invalid username…".
        let bare = soap_message
            .strip_prefix(local)
            .and_then(|rest| rest.strip_prefix(": "));
        let code = from_detail("exceptionCode").unwrap_or(local).to_owned();
        let message = from_detail("exceptionMessage")
            .or(bare)
            .unwrap_or(&soap_message)
            .to_owned();
        Self {
            code,
            message,
            soap_code,
            soap_message,
            subcodes,
            actor,
            details,
        }
    }

    /// The reason as a code, such as `INVALID_SESSION_ID`: from the detail, else the innermost
    /// subcode, else the code of the envelope. `ExceptionCode::from(fault.code())` makes the
    /// generated enum of it.
    #[must_use]
    pub fn code(&self) -> &str {
        &self.code
    }

    /// The reason in the service's words.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Local part of `faultcode`, or of `Code/Value` in SOAP 1.2.
    #[must_use]
    pub fn soap_code(&self) -> &str {
        &self.soap_code
    }

    /// Local parts of the subcodes of a SOAP 1.2 fault, from the outside in.
    pub fn subcodes(&self) -> impl Iterator<Item = &str> {
        self.subcodes.iter().map(String::as_str)
    }

    /// Which node failed: `faultactor`, or `Role` in SOAP 1.2.
    #[must_use]
    pub fn actor(&self) -> Option<&str> {
        self.actor.as_deref()
    }

    /// `faultstring` as it came, or the `Reason` of SOAP 1.2: in English if it is there.
    #[must_use]
    pub fn soap_message(&self) -> &str {
        &self.soap_message
    }

    /// Name of the detail's type, such as `MalformedQueryFault`.
    #[must_use]
    pub fn detail_type(&self) -> Option<&str> {
        self.detail_record().map(Record::type_name)
    }

    /// The entries of the detail, which are its child elements. Most services send one.
    pub fn detail_records(&self) -> impl Iterator<Item = &Record> {
        self.details.iter()
    }

    /// The first entry of the detail as it came: its elements, or its text. Of one that the WSDL does not declare the
    /// attributes of the detail's own element, and text between its elements, are not kept.
    #[must_use]
    pub fn detail_record(&self) -> Option<&Record> {
        self.details.first()
    }

    /// The detail as a generated fault type: the first entry that is of it. `None` if there is none.
    ///
    /// A type also takes the details of types derived from it, so that `ApiFault` fits all of
    /// Salesforce's.
    ///
    /// # Errors
    ///
    /// If the detail is of this type but a field of it cannot be read.
    pub fn detail<T: Tabled>(&self) -> Result<Option<T>, ValueError> {
        let fits = |detail: &&Record| detail.table().is_a(T::static_table());
        self.detail_records().find(fits).map(to_struct).transpose()
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.message)
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

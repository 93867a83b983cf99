//! Operations and services: what the runtime needs of the WSDL beside its types.

use std::fmt;

use super::Type;

/// One operation of a binding, as the runtime needs it.
#[derive(Debug)]
pub struct Operation {
    /// Name of the operation.
    pub name: &'static str,
    /// `soapAction` of the binding; sent quoted.
    pub action: &'static str,
    /// How its messages look, see [`Operation::BARE_REQUEST`] and its neighbours.
    pub flags: u8,
    /// Table of the request element; its fields are the operation's arguments in order.
    pub request: &'static Type,
    /// Table of the response element. Its only field is the result; if it has several, all of
    /// them together are.
    pub response: &'static Type,
    /// Namespace and name of each argument's type, for [`Operation::ENCODED`]; an empty name for
    /// none.
    pub types: &'static [(u8, &'static str)],
    /// Headers that the binding declares for the request.
    pub headers: &'static [&'static Type],
    /// Headers that the binding declares for the response.
    pub output_headers: &'static [&'static Type],
    /// Faults of the service, whether the operation declares them or not: the name of the detail
    /// element is the table's name.
    pub faults: &'static [&'static Type],
}

impl Operation {
    /// The fields of the request are children of the SOAP body itself.
    pub const BARE_REQUEST: u8 = 1;
    /// The fields of the response are children of the SOAP body itself.
    pub const BARE_RESPONSE: u8 = 2;
    /// In rpc style the element of the response may have any name.
    pub const RPC: u8 = 4;
    /// Messages are encoded (SOAP 1.1 section 5, SOAP 1.2 part 2): values tell their types, and may be references
    /// to elements elsewhere in the body.
    pub const ENCODED: u8 = 8;
    /// There is no answer beyond that the request has arrived.
    pub const ONE_WAY: u8 = 16;
    /// Making it twice is the same as making it once. Without this flag and the next one an
    /// operation is unsafe to repeat.
    pub const SAFE: u8 = 32;
    /// Making it twice gives the same record, with side effects: triggers run again.
    pub const IDEMPOTENT: u8 = 64;

    /// Whether it may be made twice.
    #[must_use]
    pub fn repeat(&self) -> Repeat {
        if self.has(Self::SAFE) {
            Repeat::Safe
        } else if self.has(Self::IDEMPOTENT) {
            Repeat::Idempotent
        } else {
            Repeat::Unsafe
        }
    }

    pub(crate) fn has(&self, flag: u8) -> bool {
        self.flags & flag != 0
    }
}

/// Whether an operation may be made twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Repeat {
    /// It changes nothing, or making it twice is the same as making it once: `query`, `retrieve`,
    /// `describeSObject`.
    Safe,
    /// Making it twice gives the same record, with side effects: `update`, `upsert` by an external
    /// id.
    Idempotent,
    /// Making it twice does it twice: `create`, `sendEmail`. Also what nothing is known about.
    Unsafe,
}

/// A version of SOAP.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SoapVersion {
    /// SOAP 1.1, a W3C Note of 2000.
    #[default]
    V1_1,
    /// SOAP 1.2, a W3C Recommendation of 2007.
    V1_2,
}

impl SoapVersion {
    /// Namespace of the envelope.
    #[must_use]
    pub const fn envelope(self) -> &'static str {
        match self {
            Self::V1_1 => "http://schemas.xmlsoap.org/soap/envelope/",
            Self::V1_2 => "http://www.w3.org/2003/05/soap-envelope",
        }
    }

    /// Namespace of the encoding: of its attributes and of arrays (SOAP 1.1 section 5; SOAP 1.2
    /// part 2, section 3).
    #[must_use]
    pub const fn encoding(self) -> &'static str {
        match self {
            Self::V1_1 => "http://schemas.xmlsoap.org/soap/encoding/",
            Self::V1_2 => "http://www.w3.org/2003/05/soap-encoding",
        }
    }
}

impl fmt::Display for SoapVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::V1_1 => "SOAP 1.1",
            Self::V1_2 => "SOAP 1.2",
        })
    }
}

/// A service: where it is, and the roles that some of its operations play for the runtime.
#[derive(Debug)]
pub struct Service {
    /// Name of the service and its port, for messages: `SforceService.Soap`.
    pub name: &'static str,
    /// Address of the port as written in the WSDL.
    pub endpoint: &'static str,
    /// Version of SOAP that the port speaks.
    pub soap: SoapVersion,
    /// Version in the WSDL's leading comment, such as `64.0`; empty if it has none.
    pub api_version: &'static str,
    /// The header that carries the session and its only field, if the WSDL has one.
    pub session_header: Option<&'static Type>,
    /// How to log in, if the WSDL declares `login(username, password)`.
    pub login: Option<&'static Operation>,
    /// How to page through query results, if the WSDL declares it.
    pub query: Option<&'static QueryOperations>,
    /// The header that reports API usage, if the WSDL has one.
    pub limit_header: Option<&'static Type>,
}

/// The operations behind [`Records`](crate::salesforce::Records).
#[derive(Debug)]
pub struct QueryOperations {
    /// `query(queryString)`.
    pub query: &'static Operation,
    /// `queryAll(queryString)`: deleted and archived rows too.
    pub query_all: Option<&'static Operation>,
    /// `queryMore(queryLocator)`.
    pub query_more: &'static Operation,
    /// The header whose `batchSize` proposes a number of rows per answer.
    pub options: Option<&'static Type>,
}

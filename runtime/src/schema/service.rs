//! Operations and services: what the runtime needs of the WSDL besides its types.

use std::fmt;

use super::Type;

/// One operation of a binding, as the runtime needs it.
#[derive(Debug)]
pub struct Operation {
    /// Name of the operation.
    pub(crate) name: &'static str,
    /// The `soapAction` of the binding. A request sends it in quotes.
    pub(crate) action: &'static str,
    /// The form of the messages: [`Operation::BARE_REQUEST`] and the constants after it.
    pub(crate) flags: u8,
    /// Table of the request element. Its fields are the arguments of the operation in order.
    pub(crate) request: &'static Type,
    /// Table of the response element. The result of the operation is the only field, or a struct of
    /// all fields if there are several.
    pub(crate) response: &'static Type,
    /// Namespace index and name of each argument's type, for [`Operation::ENCODED`]. The name is
    /// empty if the type has none.
    pub(crate) types: &'static [(u8, &'static str)],
    /// Headers that the binding declares for the request.
    pub(crate) headers: &'static [&'static Type],
    /// Headers that the binding declares for the response.
    pub(crate) output_headers: &'static [&'static Type],
    /// All faults of the service, including those that the operation does not declare. The name of
    /// a table is the name of the detail element.
    pub(crate) faults: &'static [&'static Type],
}

impl Operation {
    /// The fields of the request are children of the SOAP body itself.
    pub const BARE_REQUEST: u8 = 1;
    /// The fields of the response are children of the SOAP body itself.
    pub const BARE_RESPONSE: u8 = 2;
    /// The operation is in rpc style, so the element of the response may have any name.
    pub const RPC: u8 = 4;
    /// Messages are encoded (SOAP 1.1 section 5, SOAP 1.2 part 2). Values state their types, and
    /// may be references to elements elsewhere in the body.
    pub const ENCODED: u8 = 8;
    /// The operation is one-way: the service confirms that the request has arrived and sends no
    /// response message.
    pub const ONE_WAY: u8 = 16;
    /// Repeating the call has the same effect as making it once. An operation with neither this
    /// flag nor [`Operation::IDEMPOTENT`] is unsafe to repeat.
    pub const SAFE: u8 = 32;
    /// Repeating the call gives the same record, but side effects such as triggers happen again.
    pub const IDEMPOTENT: u8 = 64;

    /// An operation that takes the fields of `request` as arguments and returns the fields of
    /// `response`.
    #[must_use]
    pub const fn new(name: &'static str, request: &'static Type, response: &'static Type) -> Self {
        Self {
            name,
            action: "",
            flags: 0,
            request,
            response,
            types: &[],
            headers: &[],
            output_headers: &[],
            faults: &[],
        }
    }

    /// Sets the `soapAction` of the binding.
    #[must_use]
    pub const fn with_action(mut self, action: &'static str) -> Self {
        self.action = action;
        self
    }

    /// Sets the form of the messages: [`Operation::BARE_REQUEST`] and the constants after it.
    #[must_use]
    pub const fn with_flags(mut self, flags: u8) -> Self {
        self.flags = flags;
        self
    }

    /// Sets the namespace index and the name of each argument's type, for [`Operation::ENCODED`].
    #[must_use]
    pub const fn with_types(mut self, types: &'static [(u8, &'static str)]) -> Self {
        self.types = types;
        self
    }

    /// Sets the headers that the binding declares for the request.
    #[must_use]
    pub const fn with_headers(mut self, headers: &'static [&'static Type]) -> Self {
        self.headers = headers;
        self
    }

    /// Sets the headers that the binding declares for the response.
    #[must_use]
    pub const fn with_output_headers(mut self, headers: &'static [&'static Type]) -> Self {
        self.output_headers = headers;
        self
    }

    /// Sets the faults of the service.
    #[must_use]
    pub const fn with_faults(mut self, faults: &'static [&'static Type]) -> Self {
        self.faults = faults;
        self
    }

    /// Name of the operation.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// The `soapAction` of the binding.
    #[must_use]
    pub const fn action(&self) -> &'static str {
        self.action
    }

    /// The table of the request element. Its fields are the arguments of the operation in order.
    #[must_use]
    pub const fn request(&self) -> &'static Type {
        self.request
    }

    /// The table of the response element.
    #[must_use]
    pub const fn response(&self) -> &'static Type {
        self.response
    }

    /// The headers that the binding declares for the request.
    #[must_use]
    pub const fn headers(&self) -> &'static [&'static Type] {
        self.headers
    }

    /// The headers that the binding declares for the response.
    #[must_use]
    pub const fn output_headers(&self) -> &'static [&'static Type] {
        self.output_headers
    }

    /// The faults of the service. The name of a table is the name of the detail element.
    #[must_use]
    pub const fn faults(&self) -> &'static [&'static Type] {
        self.faults
    }

    /// Whether the operation may be repeated.
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

/// Whether an operation may be repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Repeat {
    /// The operation changes nothing, or repeating it has the same effect as doing it once.
    /// Examples are `query`, `retrieve` and `describeSObject`.
    Safe,
    /// Repeating the operation gives the same record, but side effects happen again. Examples are
    /// `update`, and `upsert` by an external id.
    Idempotent,
    /// Repeating the operation does its work twice. Examples are `create` and `sendEmail`.
    /// Operations about which nothing is known are unsafe, too.
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

    /// Namespace of the encoding, which is that of its attributes and of arrays (SOAP 1.1 section
    /// 5; SOAP 1.2 part 2, section 3).
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

/// A service: its address, and the operations and headers that have a role for the runtime.
#[derive(Debug)]
pub struct Service {
    /// Name of the service and of its port, for error messages: `SforceService.Soap`.
    pub(crate) name: &'static str,
    /// Address of the port, as the WSDL states it.
    pub(crate) endpoint: &'static str,
    /// Version of SOAP that the port speaks.
    pub(crate) soap: SoapVersion,
    /// Version in the leading comment of the WSDL, such as `64.0`. It is empty if there is none.
    pub(crate) api_version: &'static str,
    /// The header whose only field carries the session, if the WSDL has one.
    pub(crate) session_header: Option<&'static Type>,
    /// The operation `login(username, password)`, if the WSDL has one.
    pub(crate) login: Option<&'static Operation>,
    /// The operations that page through query results, if the WSDL has them.
    pub(crate) query: Option<&'static QueryOperations>,
    /// The header that reports API usage, if the WSDL has one.
    pub(crate) limit_header: Option<&'static Type>,
}

/// The operations behind [`Records`](crate::salesforce::Records).
#[derive(Debug)]
pub struct QueryOperations {
    /// `query(queryString)`.
    pub(crate) query: &'static Operation,
    /// `queryAll(queryString)`, which also reads deleted and archived rows.
    pub(crate) query_all: Option<&'static Operation>,
    /// `queryMore(queryLocator)`.
    pub(crate) query_more: &'static Operation,
    /// The header whose `batchSize` proposes the number of rows of each batch.
    pub(crate) options: Option<&'static Type>,
}

impl Service {
    /// A service of which only the name, the address and the version of SOAP are known.
    #[must_use]
    pub const fn new(name: &'static str, endpoint: &'static str, soap: SoapVersion) -> Self {
        Self {
            name,
            endpoint,
            soap,
            api_version: "",
            session_header: None,
            login: None,
            query: None,
            limit_header: None,
        }
    }

    /// Sets the version that the leading comment of the WSDL states, such as `64.0`.
    #[must_use]
    pub const fn with_api_version(mut self, version: &'static str) -> Self {
        self.api_version = version;
        self
    }

    /// Sets the header that carries the session.
    #[must_use]
    pub const fn with_session_header(mut self, header: &'static Type) -> Self {
        self.session_header = Some(header);
        self
    }

    /// Sets the operation that logs in with a user name and a password.
    #[must_use]
    pub const fn with_login(mut self, login: &'static Operation) -> Self {
        self.login = Some(login);
        self
    }

    /// Sets the operations that page through the results of a query.
    #[must_use]
    pub const fn with_query(mut self, query: &'static QueryOperations) -> Self {
        self.query = Some(query);
        self
    }

    /// Sets the header that reports API usage.
    #[must_use]
    pub const fn with_limit_header(mut self, header: &'static Type) -> Self {
        self.limit_header = Some(header);
        self
    }

    /// Name of the service and of its port, such as `SforceService.Soap`.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// Address of the port, as the WSDL states it.
    #[must_use]
    pub const fn endpoint(&self) -> &'static str {
        self.endpoint
    }

    /// Version of SOAP that the port speaks.
    #[must_use]
    pub const fn soap(&self) -> SoapVersion {
        self.soap
    }

    /// Version in the leading comment of the WSDL, such as `64.0`. It is empty if there is none.
    #[must_use]
    pub const fn api_version(&self) -> &'static str {
        self.api_version
    }
}

impl QueryOperations {
    /// `query` and `queryMore`, which every WSDL with queries has.
    #[must_use]
    pub const fn new(query: &'static Operation, query_more: &'static Operation) -> Self {
        Self {
            query,
            query_all: None,
            query_more,
            options: None,
        }
    }

    /// Sets the operation `queryAll`, which also reads deleted and archived rows.
    #[must_use]
    pub const fn with_query_all(mut self, query_all: &'static Operation) -> Self {
        self.query_all = Some(query_all);
        self
    }

    /// Sets the header whose `batchSize` proposes the number of rows of each batch.
    #[must_use]
    pub const fn with_options(mut self, options: &'static Type) -> Self {
        self.options = Some(options);
        self
    }
}

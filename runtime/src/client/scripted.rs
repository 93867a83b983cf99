//! Responses of a scripted transport that are made from typed values.

use super::OperationType;
use crate::error::Error;
use crate::schema::SoapVersion;
use crate::soap::response;
use crate::transport::testing::{Answer, Recorded, Scripted};
use crate::value::{GeneratedStruct, Struct, Value};

impl Scripted {
    /// Queues the result of an operation. The next request must be a call of this operation; another
    /// one fails with a usage error.
    ///
    /// The value is encoded as the WSDL describes it, and the client decodes it again, so the test
    /// also covers decoding. If the value cannot be encoded, the call fails with a usage error.
    /// Null fields of an sObject are named in its `fieldsToNull`, whereas a service omits them.
    ///
    /// ```ignore
    /// use enterprise::{Account, QueryResult, SaveResult, Soap, operations};
    /// use saponify::transport::testing::Scripted;
    /// use saponify::{Session, View as _};
    ///
    /// let transport = Scripted::new()
    ///     .returns::<operations::Create>(vec![SaveResult { success: true, ..SaveResult::default() }])
    ///     .returns::<operations::Query>(QueryResult {
    ///         done: true,
    ///         records: vec![Account::new().with_name("Acme").into_record()],
    ///         size: 1,
    ///         ..QueryResult::default()
    ///     });
    ///
    /// let session = Session::new("https://example.my.salesforce.com/services/Soap/c/64.0", "token")?;
    /// let soap = Soap::builder().transport(transport).session(session)?;
    /// assert!(soap.create(&[Account::new()]).await?[0].success);
    /// let mut accounts = soap.records::<Account>("SELECT Name FROM Account");
    /// assert_eq!(accounts.try_next().await?.ok_or("no row")?.name(), Some("Acme"));
    /// ```
    #[must_use]
    pub fn returns<O: OperationType>(self, value: impl Into<O::Output>) -> Self {
        let operation = O::operation();
        let value = value.into();
        let write = move |request: &Recorded| {
            let version = match request.content_type().starts_with("application/soap+xml") {
                true => SoapVersion::V1_2,
                false => SoapVersion::V1_1,
            };
            match response::result(operation, version, value.clone()) {
                Ok(xml) => Answer::from(xml),
                Err(error) => unusable(error.into()),
            }
        };
        self.expect(operation.name, write)
    }

    /// Queues a fault with this detail. The code and the message of the fault are those in the
    /// fields `exceptionCode` and `exceptionMessage` of the detail, which Salesforce's details
    /// have.
    ///
    /// ```ignore
    /// use enterprise::{ExceptionCode, InvalidFieldFault, Soap};
    /// use saponify::Session;
    /// use saponify::transport::testing::Scripted;
    ///
    /// let transport = Scripted::new().fails_with(InvalidFieldFault {
    ///     exception_code: ExceptionCode::InvalidField,
    ///     exception_message: "No such column 'Nmae'".to_owned(),
    ///     ..InvalidFieldFault::default()
    /// });
    ///
    /// let session = Session::new("https://example.my.salesforce.com/services/Soap/c/64.0", "token")?;
    /// let soap = Soap::builder().transport(transport).session(session)?;
    /// let error = soap.query("SELECT Nmae FROM Account").await.err().ok_or("it must fail")?;
    /// assert_eq!(error.fault().ok_or("no fault")?.code(), "INVALID_FIELD");
    /// ```
    #[must_use]
    pub fn fails_with(self, detail: impl GeneratedStruct) -> Self {
        let text = |name| {
            let field = detail.table().find(name)?;
            match detail.value(field, 0) {
                Value::Text(text) => Some(text.to_owned()),
                _ => None,
            }
        };
        let code = text("exceptionCode");
        let message = text("exceptionMessage");
        let code = code.as_deref().unwrap_or("soapenv:Server");
        let fault = fault(code, message.as_deref().unwrap_or_default(), Some(&detail));
        self.answer(fault_response(fault.map_err(Error::from)))
    }

    /// Queues a fault with a code and a message but without a detail. An example is
    /// `INVALID_SESSION_ID`.
    #[must_use]
    pub fn fails_with_code(self, code: &str, message: &str) -> Self {
        let fault = fault(code, message, None);
        self.answer(fault_response(fault.map_err(Error::from)))
    }
}

/// A fault of SOAP 1.1, which clients of both versions accept. As Salesforce does, it has the code
/// before the message.
fn fault(
    code: &str,
    message: &str,
    detail: Option<&dyn Struct>,
) -> Result<String, crate::codec::CodecError> {
    let message = format!("{code}: {message}");
    let detail = detail.map(response::Detail::of).transpose()?;
    response::fault(&response::FaultParts {
        version: SoapVersion::V1_1,
        code,
        subcode: None,
        reason: &message,
        role: None,
        detail: detail.as_ref(),
        headers: &[],
    })
}

fn fault_response(fault: Result<String, Error>) -> Answer {
    match fault {
        Ok(xml) => Answer::new(500, "text/xml; charset=utf-8", xml),
        Err(error) => unusable(error),
    }
}

fn unusable(error: Error) -> Answer {
    Answer::unusable(format!("the scripted response cannot be written: {error}"))
}

//! The envelope of a request.

use crate::codec::CodecError;
use crate::codec::{Encoder, list};
use crate::schema::{Field, Operation, SoapVersion};
use crate::value::{Struct, Value};

/// The body of a request that is being built. Arguments are written in the order of the table.
#[derive(Debug)]
pub struct RequestBody {
    operation: &'static Operation,
    encoder: Encoder,
    next: usize,
    /// The number of bytes before the first [item](Self::item).
    head: Option<usize>,
}

/// Whether an item fits into a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fit {
    /// The item fits and was written.
    Written,
    /// The item does not fit after the items that are present, but would fit into a body of its
    /// own.
    Later,
    /// The item does not fit into any body.
    Never,
}

impl RequestBody {
    /// The version of SOAP only matters if the operation is encoded.
    pub(crate) fn new(operation: &'static Operation, version: SoapVersion) -> Self {
        let mut encoder = Encoder::new(operation.request.schema);
        if operation.has(Operation::ENCODED) {
            encoder = encoder.encoded(version);
        }
        if !operation.has(Operation::BARE_REQUEST) {
            encoder.open(operation.request.ns, operation.request.name);
            if operation.has(Operation::ENCODED) {
                encoder.encoding_style(version.encoding());
            }
            encoder.end_open();
        }
        Self {
            operation,
            encoder,
            next: 0,
            head: None,
        }
    }

    /// Writes the next argument: all values that the closure returns before it returns an absent
    /// one.
    pub(crate) fn argument<'v>(
        &mut self,
        value: impl Fn(usize) -> Value<'v>,
    ) -> Result<(), CodecError> {
        let Some(field) = self.operation.request.fields().get(self.next) else {
            return Err(CodecError::usage(
                "more arguments than the request has elements",
            ));
        };
        let told = self.operation.types.get(self.next).copied();
        self.next += 1;
        if field.has(Field::LIST) {
            let text = list(field, value)?;
            return self.encoder.list(field, text.as_deref());
        }
        let mut count = 0;
        loop {
            match value(count) {
                Value::Absent => break,
                value => self
                    .encoder
                    .typed_field(field, value, told.unwrap_or_default())?,
            }
            count += 1;
        }
        if count == 0 {
            self.encoder.missing(field);
        }
        Ok(())
    }

    /// Writes one more item of the next argument, which must be the last one. Nothing is written if
    /// the item cannot be written or if the body would exceed `most` bytes.
    pub(crate) fn item(&mut self, value: Value<'_>, most: usize) -> Result<Fit, CodecError> {
        let Some(field) = self.operation.request.fields().get(self.next) else {
            return Err(CodecError::usage(
                "more arguments than the request has elements",
            ));
        };
        let before = self.encoder.as_str().len();
        let bytes = self.encoder.whole_field(field, value, most)?;
        let head = *self.head.get_or_insert(before);
        Ok(if before + bytes <= most {
            Fit::Written
        } else if head + bytes <= most {
            Fit::Later
        } else {
            Fit::Never
        })
    }

    /// See [`Encoder::sensitive`].
    pub(crate) fn sensitive(&self) -> impl Iterator<Item = &str> {
        self.encoder.sensitive()
    }

    /// Writes the whole envelope, with `headers` in this order and then the headers that are
    /// written already.
    pub(crate) fn envelope(
        &self,
        version: SoapVersion,
        headers: &[Header],
        raw: &[String],
    ) -> String {
        let request = self.operation.request;
        let encoders: Vec<&Encoder> = headers.iter().map(|header| &header.0).collect();
        let declarations = self.encoder.declarations(&encoders);
        let written = encoders.iter().map(|header| header.as_str());
        let headers: Vec<&str> = written.chain(raw.iter().map(String::as_str)).collect();
        let mut end = String::new();
        if !self.operation.has(Operation::BARE_REQUEST) {
            let prefix = request.schema.namespaces[usize::from(request.ns)].prefix;
            let colon = if prefix.is_empty() { "" } else { ":" };
            end = format!("</{prefix}{colon}{}>", request.name);
        }
        let is_encoded = self.operation.has(Operation::ENCODED);
        let body = [self.encoder.as_str(), &end];
        envelope(version, is_encoded, &declarations, &headers, &body)
    }
}

/// An envelope of these parts. `declarations` are the attributes that declare their prefixes.
pub(super) fn envelope(
    version: SoapVersion,
    is_encoded: bool,
    declarations: &str,
    headers: &[&str],
    body: &[&str],
) -> String {
    let parts = headers.iter().chain(body).map(|part| part.len());
    // The tags of the envelope are shorter than this.
    let mut out = String::with_capacity(400 + declarations.len() + parts.sum::<usize>());
    out.push_str("<?xml version=\"1.0\" encoding=\"UTF-8\"?>");
    out.push_str("<soapenv:Envelope xmlns:soapenv=\"");
    out.push_str(version.envelope());
    out.push('"');
    if is_encoded {
        out.push_str(&format!(" xmlns:soapenc=\"{}\"", version.encoding()));
    }
    out.push_str(declarations);
    out.push('>');
    if !headers.is_empty() {
        out.push_str("<soapenv:Header>");
        headers.iter().for_each(|header| out.push_str(header));
        out.push_str("</soapenv:Header>");
    }
    out.push_str("<soapenv:Body>");
    body.iter().for_each(|part| out.push_str(part));
    out.push_str("</soapenv:Body></soapenv:Envelope>");
    out
}

/// A header in its written form.
#[derive(Debug)]
pub(crate) struct Header(pub(super) Encoder);

impl Header {
    /// See [`Encoder::sensitive`].
    pub(crate) fn sensitive(&self) -> impl Iterator<Item = &str> {
        self.0.sensitive()
    }

    pub(crate) fn new(value: &dyn Struct) -> Result<Self, CodecError> {
        let mut encoder = Encoder::new(value.table().schema);
        encoder.global(value)?;
        Ok(Self(encoder))
    }

    /// Writes a header whose only field is a text, such as the session.
    pub(crate) fn text(
        table: &'static crate::schema::Type,
        text: &str,
    ) -> Result<Self, CodecError> {
        let mut encoder = Encoder::new(table.schema);
        encoder.open(table.ns, table.name);
        encoder.end_open();
        if let Some(field) = table.field(0) {
            encoder
                .field(field, Value::Text(text))
                .map_err(|error| error.within(table.name))?;
        }
        encoder.close(table.ns, table.name);
        Ok(Self(encoder))
    }

    /// The XML of the header.
    pub(crate) fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// A header with one field that is an integer, such as the size of batches.
    pub(crate) fn integer(
        table: &'static crate::schema::Type,
        value: i64,
    ) -> Result<Self, CodecError> {
        Self::text(table, &value.to_string())
    }
}

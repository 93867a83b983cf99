//! Binary values.

use super::access::once;
use super::{Access, FieldValue, RuntimeAccess, Slot, Value};

/// The bytes of a base64 or hexadecimal field.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Binary(pub Vec<u8>);

impl From<Vec<u8>> for Binary {
    fn from(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }
}

impl From<&[u8]> for Binary {
    fn from(bytes: &[u8]) -> Self {
        Self(bytes.to_vec())
    }
}

impl AsRef<[u8]> for Binary {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl std::ops::Deref for Binary {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}

impl FieldValue for Binary {
    type Access = RuntimeAccess;
}

impl Access<Binary> for RuntimeAccess {
    fn slot(value: &mut Binary) -> Slot<'_> {
        Slot::Bytes(&mut value.0)
    }

    fn value(value: &Binary, n: usize) -> Value<'_> {
        once(n, || Value::Bytes(&value.0))
    }
}

//! Binary values.

use super::{Access, FieldValue, RuntimeAccess, Slot, Value, once};

/// The bytes of a base64 or hexadecimal field.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Bytes(pub Vec<u8>);

impl From<Vec<u8>> for Bytes {
    fn from(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }
}

impl From<&[u8]> for Bytes {
    fn from(bytes: &[u8]) -> Self {
        Self(bytes.to_vec())
    }
}

impl AsRef<[u8]> for Bytes {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl std::ops::Deref for Bytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}

impl FieldValue for Bytes {
    type Access = RuntimeAccess;
}

impl Access<Bytes> for RuntimeAccess {
    fn slot(value: &mut Bytes) -> Slot<'_> {
        Slot::Bytes(&mut value.0)
    }

    fn value(value: &Bytes, n: usize) -> Value<'_> {
        once(n, || Value::Bytes(&value.0))
    }
}

//! Whether what one type allows can be read and written as another.

use saponify_wsdl::model::Builtin;

use crate::catalog::Content;

/// Whether every value of the content `new` can be read by a program that expects `old`.
///
/// Enumerations are open in generated code, so they read any text.
pub(super) fn reads(old: &Content, new: &Content) -> bool {
    use Content as C;
    match (old, new) {
        (C::Any, _) => true,
        (C::Simple(old), C::Simple(new)) => contains(*old, *new),
        (C::Simple(old), C::RecordId | C::Enumeration(_)) => is_text(*old),
        (C::Enumeration(_), C::Simple(new)) => is_text(*new),
        (C::Enumeration(_), C::Enumeration(_) | C::RecordId) => true,
        (old, new) => old == new,
    }
}

/// Whether every value that a program writes as `old` is allowed by `new`.
pub(super) fn writes(old: &Content, new: &Content) -> bool {
    use Content as C;
    match (old, new) {
        (_, C::Any) => true,
        (C::Simple(old), C::Simple(new)) => contains(*new, *old),
        (C::RecordId | C::Enumeration(_), C::Simple(new)) => is_text(*new),
        (old, new) => old == new,
    }
}

/// Whether every text of one built-in type is a text of another (XML Schema part 2, section 3).
fn contains(outer: Builtin, inner: Builtin) -> bool {
    use Builtin as B;
    if outer == inner || matches!(outer, B::AnySimpleType | B::AnyType) {
        return true;
    }
    if is_text(outer) && outer_text(outer) {
        return true;
    }
    let wider: &[Builtin] = match inner {
        B::Byte => &[
            B::Short,
            B::Int,
            B::Long,
            B::Integer,
            B::Decimal,
            B::Double,
            B::Float,
        ],
        B::Short => &[B::Int, B::Long, B::Integer, B::Decimal, B::Double, B::Float],
        B::Int => &[B::Long, B::Integer, B::Decimal, B::Double, B::Float],
        B::Long => &[B::Integer, B::Decimal, B::Double, B::Float],
        B::UnsignedByte => &[
            B::UnsignedShort,
            B::UnsignedInt,
            B::UnsignedLong,
            B::NonNegativeInteger,
            B::Short,
            B::Int,
            B::Long,
            B::Integer,
            B::Decimal,
            B::Double,
            B::Float,
        ],
        B::UnsignedShort => &[
            B::UnsignedInt,
            B::UnsignedLong,
            B::NonNegativeInteger,
            B::Int,
            B::Long,
            B::Integer,
            B::Decimal,
            B::Double,
            B::Float,
        ],
        B::UnsignedInt => &[
            B::UnsignedLong,
            B::NonNegativeInteger,
            B::Long,
            B::Integer,
            B::Decimal,
            B::Double,
            B::Float,
        ],
        B::UnsignedLong | B::PositiveInteger => &[
            B::NonNegativeInteger,
            B::Integer,
            B::Decimal,
            B::Double,
            B::Float,
        ],
        B::NegativeInteger => &[
            B::NonPositiveInteger,
            B::Integer,
            B::Decimal,
            B::Double,
            B::Float,
        ],
        B::NonNegativeInteger | B::NonPositiveInteger => {
            &[B::Integer, B::Decimal, B::Double, B::Float]
        }
        B::Integer => &[B::Decimal, B::Double, B::Float],
        B::Decimal => &[B::Double, B::Float],
        B::Float => &[B::Double],
        B::Double => &[B::Float],
        _ => &[],
    };
    wider.contains(&outer)
}

/// Whether values stay text in Rust.
fn is_text(builtin: Builtin) -> bool {
    use Builtin as B;
    !matches!(
        builtin,
        B::Boolean
            | B::Decimal
            | B::Float
            | B::Double
            | B::Duration
            | B::DateTime
            | B::Time
            | B::Date
            | B::HexBinary
            | B::Base64Binary
            | B::Integer
            | B::NonPositiveInteger
            | B::NegativeInteger
            | B::Long
            | B::Int
            | B::Short
            | B::Byte
            | B::NonNegativeInteger
            | B::UnsignedLong
            | B::UnsignedInt
            | B::UnsignedShort
            | B::UnsignedByte
            | B::PositiveInteger
    )
}

/// Whether a text type takes any text.
fn outer_text(builtin: Builtin) -> bool {
    matches!(
        builtin,
        Builtin::String | Builtin::NormalizedString | Builtin::Token | Builtin::AnyUri
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wider_type_reads_and_is_written_differently() {
        let int = Content::Simple(Builtin::Int);
        let double = Content::Simple(Builtin::Double);
        let text = Content::Simple(Builtin::String);
        let color = Content::Enumeration("Color".to_owned());
        for (old, new, read, written) in [
            (&int, &int, true, true),
            (&int, &double, false, true),
            (&double, &int, true, false),
            (&text, &int, true, false),
            (&int, &text, false, true),
            (&text, &color, true, false),
            (&color, &text, true, true),
            (&text, &Content::RecordId, true, false),
            (&Content::RecordId, &text, false, true),
            (&Content::Any, &int, true, false),
            (&int, &Content::Any, false, true),
        ] {
            assert_eq!(reads(old, new), read, "reads {old:?} {new:?}");
            assert_eq!(writes(old, new), written, "writes {old:?} {new:?}");
        }
    }
}

//! Whether what one type allows can be read and written as another.

use saponify_wsdl::model::Builtin;

use super::types::{Change, Impact};
use crate::catalog::Content;
use crate::plan::{Scalar, scalar};

/// Whether every value of the content `new` can be read by a program that expects `old`.
///
/// Enumerations are open in generated code, so they read any text.
pub(super) fn reads(old: &Content, new: &Content) -> bool {
    use Content as C;
    match (old, new) {
        (C::Any, _) => true,
        (C::Simple(old), C::Simple(new)) => are_same(*old, *new) || contains(*old, *new),
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

/// Whether every value of one built-in type is exactly a value of another (XML Schema part 2, section
/// 3), and is written in the same way. `float` has 24 significant bits, and `double` has 53.
fn contains(outer: Builtin, inner: Builtin) -> bool {
    use Builtin as B;
    if outer == inner || matches!(outer, B::AnySimpleType | B::AnyType) {
        return true;
    }
    if takes_any_text(outer) {
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
        B::Int => &[B::Long, B::Integer, B::Decimal, B::Double],
        B::Long => &[B::Integer, B::Decimal],
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
        ],
        B::UnsignedLong | B::PositiveInteger => &[B::NonNegativeInteger, B::Integer, B::Decimal],
        B::NegativeInteger => &[B::NonPositiveInteger, B::Integer, B::Decimal],
        B::NonNegativeInteger | B::NonPositiveInteger => &[B::Integer, B::Decimal],
        B::Integer => &[B::Decimal],
        B::Float => &[B::Double],
        _ => &[],
    };
    wider.contains(&outer)
}

/// Whether values stay text in Rust.
fn is_text(builtin: Builtin) -> bool {
    scalar(builtin, false) == Scalar::String
}

/// Whether two types are the same in Rust, so that each reads all values of the other.
fn are_same(old: Builtin, new: Builtin) -> bool {
    scalar(old, false) == scalar(new, false)
}

/// Whether a text type takes any text.
fn takes_any_text(builtin: Builtin) -> bool {
    matches!(
        builtin,
        Builtin::String | Builtin::NormalizedString | Builtin::Token | Builtin::AnyUri
    )
}

/// Judges a change of a namespace. `Leniency::namespaces` reads elements without a namespace, and is
/// true by default.
pub(super) fn moved(change: Change, sent: bool, namespace: &str) -> Change {
    match (sent, namespace) {
        (true, _) => change.data(Impact::Breaking, "Old programs send the old name."),
        (false, "") => change.data(
            Impact::Neutral,
            "Old programs read it, unless `Leniency::namespaces` is false.",
        ),
        (false, _) => change.data(Impact::Breaking, "Old programs expect the old name."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wider_type_reads_and_is_written_differently() {
        let int = Content::Simple(Builtin::Int);
        let double = Content::Simple(Builtin::Double);
        let (long, float) = (
            Content::Simple(Builtin::Long),
            Content::Simple(Builtin::Float),
        );
        let decimal = Content::Simple(Builtin::Decimal);
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
            (&float, &long, false, false),
            (&double, &long, false, false),
            (&double, &decimal, false, false),
            (&float, &double, false, true),
            (&double, &float, true, false),
            (&double, &Content::Simple(Builtin::UnsignedInt), true, false),
            (&float, &Content::Simple(Builtin::Short), true, false),
            // Text of any kind is a `String`.
            (&Content::Simple(Builtin::NcName), &text, true, true),
            (&text, &Content::Simple(Builtin::Language), true, false),
            (&Content::Simple(Builtin::Integer), &decimal, true, true),
        ] {
            assert_eq!(reads(old, new), read, "reads {old:?} {new:?}");
            assert_eq!(writes(old, new), written, "writes {old:?} {new:?}");
        }
    }
}

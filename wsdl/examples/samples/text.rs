//! Texts of simple types.

use proptest::strategy::{Strategy as _, ValueTree as _};
use proptest::string::string_regex;
use proptest::test_runner::TestRunner;
use saponify_wsdl::model::{Builtin, Content, Facets, Model, TypeId, TypeKind, Variety};

/// A valid text of a simple type, as far as its patterns are supported. Different `number`s give different
/// texts.
pub(crate) fn of(model: &Model, id: TypeId, variant: usize, number: usize) -> String {
    let mut facets = Vec::new();
    let mut at = id;
    loop {
        match &model.type_def(at).kind {
            TypeKind::Builtin(builtin) => {
                return patterned(&facets, variant, number)
                    .unwrap_or_else(|| value(*builtin, &facets, variant, number));
            }
            TypeKind::Simple(simple) => {
                if let Some(text) = listed(model, &simple.facets, number) {
                    return text;
                }
                facets.push(&simple.facets);
                match &simple.variety {
                    Variety::Restriction(base) => at = *base,
                    Variety::List(item) => {
                        let count = facets.iter().find_map(|f| f.length.or(f.min_length));
                        let count = count.unwrap_or(2).clamp(1, 20);
                        let items =
                            (0..count).map(|n| of(model, *item, variant, number + n as usize));
                        return items.collect::<Vec<_>>().join(" ");
                    }
                    Variety::Union(members) => match members.get(variant % members.len().max(1)) {
                        Some(member) => at = *member,
                        None => return String::new(),
                    },
                }
            }
            TypeKind::Complex(complex) => {
                if let Content::Simple(own) = &complex.content {
                    if let Some(text) = listed(model, own, number) {
                        return text;
                    }
                    facets.push(own);
                }
                match model.base(at) {
                    Some(base) => at = base,
                    None => return String::new(),
                }
            }
        }
    }
}

/// One of the enumerated values.
fn listed(model: &Model, facets: &Facets, number: usize) -> Option<String> {
    let count = facets.enumerations.len();
    let value = facets.enumerations.get(number % count.max(1))?;
    Some(match &value.qname {
        Some(name) if !model.namespace(name.ns).is_empty() => {
            format!("n{}:{}", name.ns.0, name.local)
        }
        _ => value.value.clone(),
    })
}

/// A text that matches the pattern of the most derived type.
fn patterned(facets: &[&Facets], variant: usize, number: usize) -> Option<String> {
    let patterns = &facets.iter().find(|f| !f.patterns.is_empty())?.patterns;
    let pattern = plain(&patterns[variant % patterns.len()]);
    let texts = string_regex(&pattern).ok()?;
    let mut runner = TestRunner::deterministic();
    let drawn = (0..200).filter_map(|_| texts.new_tree(&mut runner).ok());
    let (least, most) = lengths(facets);
    let range = least.unwrap_or(0)..=most.unwrap_or(u64::MAX);
    let mut fitting = drawn
        .map(|text| text.current())
        .filter(|text| range.contains(&(text.chars().count() as u64)));
    fitting.nth(number % 3)
}

/// A pattern in which character classes are replaced by their ASCII characters.
fn plain(pattern: &str) -> String {
    let mut out = String::new();
    let (mut class, mut chars) = (false, pattern.chars());
    while let Some(c) = chars.next() {
        let (in_class, alone) = match c {
            '\\' => match chars.next() {
                Some('d') => ("0-9", "[0-9]"),
                Some('w') => ("a-z", "[a-z]"),
                Some('s') => (" ", " "),
                other => {
                    out.push('\\');
                    out.extend(other);
                    continue;
                }
            },
            '.' => (".", "[a-z]"),
            c => {
                class = c == '[' || class && c != ']';
                out.push(c);
                continue;
            }
        };
        out.push_str(if class { in_class } else { alone });
    }
    out
}

fn value(builtin: Builtin, facets: &[&Facets], variant: usize, number: usize) -> String {
    use Builtin as B;
    let odd = variant % 2 == 1;
    let pick = |a: &str, b: &str| if odd { a.to_owned() } else { b.to_owned() };
    match builtin {
        B::String | B::AnySimpleType | B::AnyType => sized(&format!("text & <{number}> é"), facets),
        B::NormalizedString => sized(&format!("text {number}"), facets),
        B::Token => sized(&format!("token{number}"), facets),
        B::AnyUri => format!("urn:example:{number}"),
        B::Language => pick("en", "de-CH"),
        B::NmToken
        | B::NmTokens
        | B::Name
        | B::NcName
        | B::Id
        | B::IdRef
        | B::IdRefs
        | B::Entity
        | B::Entities => sized(&format!("name{number}"), facets),
        B::QName | B::Notation => "xsi:nil".to_owned(),
        B::Boolean => pick("true", "0"),
        B::Decimal | B::Float | B::Double if facets.iter().all(|f| unbounded(f)) => {
            pick("1.5", "-12")
        }
        B::NegativeInteger | B::NonPositiveInteger => pick("-1", "-12345678901234567890"),
        B::Integer | B::NonNegativeInteger | B::PositiveInteger
            if facets.iter().all(|f| unbounded(f)) =>
        {
            pick("7", "12345678901234567890")
        }
        B::Decimal
        | B::Float
        | B::Double
        | B::Integer
        | B::NonNegativeInteger
        | B::PositiveInteger
        | B::Long
        | B::Int
        | B::Short
        | B::Byte
        | B::UnsignedLong
        | B::UnsignedInt
        | B::UnsignedShort
        | B::UnsignedByte => bounded(facets, number),
        B::Duration => pick("P1Y2M3DT4H5M6.5S", "-P30D"),
        B::DateTime => pick("2026-02-28T23:59:59.123Z", "1999-12-31T00:00:00Z"),
        B::Date => pick("2026-02-28", "1999-12-31"),
        B::Time => pick("23:59:59.500Z", "00:00:00Z"),
        B::GYearMonth => "2026-02".to_owned(),
        B::GYear => "2026".to_owned(),
        B::GMonthDay => "--02-28".to_owned(),
        B::GDay => "---28".to_owned(),
        B::GMonth => "--02".to_owned(),
        B::HexBinary => "0AFF".to_owned(),
        B::Base64Binary => pick("AP8=", "aGVsbG8="),
    }
}

fn unbounded(facets: &Facets) -> bool {
    facets.min_inclusive.is_none()
        && facets.max_inclusive.is_none()
        && facets.min_exclusive.is_none()
        && facets.max_exclusive.is_none()
        && facets.total_digits.is_none()
        && facets.fraction_digits.is_none()
}

/// A whole number within bounds.
fn bounded(facets: &[&Facets], number: usize) -> String {
    let find = |get: fn(&Facets) -> &Option<String>| {
        let text = facets.iter().find_map(|f| get(f).as_deref())?;
        text.parse::<f64>().ok()
    };
    let low = find(|f| &f.min_inclusive).or(find(|f| &f.min_exclusive).map(|n| n + 1.0));
    let high = find(|f| &f.max_inclusive).or(find(|f| &f.max_exclusive).map(|n| n - 1.0));
    let wanted = (number % 7) as f64 + 1.0;
    let value = wanted
        .max(low.unwrap_or(f64::MIN))
        .min(high.unwrap_or(f64::MAX));
    format!("{}", value.trunc())
}

/// The smallest and the largest length.
fn lengths(facets: &[&Facets]) -> (Option<u64>, Option<u64>) {
    let exact = facets.iter().find_map(|f| f.length);
    let least = exact.or_else(|| facets.iter().find_map(|f| f.min_length));
    let most = exact.or_else(|| facets.iter().find_map(|f| f.max_length));
    (least, most)
}

/// A text of a length that facets allow.
fn sized(text: &str, facets: &[&Facets]) -> String {
    let (least, most) = lengths(facets);
    let mut chars: Vec<char> = text.chars().collect();
    if let Some(most) = most {
        chars.truncate(usize::try_from(most).unwrap_or(usize::MAX));
    }
    while (chars.len() as u64) < least.unwrap_or_default().min(10_000) {
        chars.push('x');
    }
    // A token has no white space at its ends.
    let text: String = chars.into_iter().collect();
    match text.strip_suffix(' ') {
        Some(rest) => format!("{rest}x"),
        None => text,
    }
}

/// Escapes a text for content and attributes.
pub(crate) fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

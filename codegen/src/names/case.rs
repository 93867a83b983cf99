//! From names of a WSDL to identifiers: characters, case and keywords.

/// Keywords of all editions that may be written raw.
const KEYWORDS: &[&str] = &[
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "do", "dyn",
    "else", "enum", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop",
    "macro", "match", "mod", "move", "mut", "override", "priv", "pub", "ref", "return", "static",
    "struct", "trait", "true", "try", "type", "typeof", "unsafe", "unsized", "use", "virtual",
    "where", "while", "yield",
];

/// Bytes of the longest keyword.
const LONGEST_KEYWORD: usize = 8;

/// Names that cannot or should not be identifiers, even with `r#`.
const NEVER: &[&str] = &["_", "Self", "crate", "extern", "self", "super"];

/// Whether a text is an identifier that is not a keyword. Options must give such identifiers.
pub(crate) fn is_identifier(text: &str) -> bool {
    text.is_ascii() && syn::parse_str::<syn::Ident>(text).is_ok() && !is_keyword(text)
}

fn is_keyword(text: &str) -> bool {
    KEYWORDS.binary_search(&text).is_ok() || NEVER.contains(&text)
}

/// Makes a keyword usable: `r#type`, `self_`.
pub(super) fn escape(ident: String) -> String {
    if ident.len() > LONGEST_KEYWORD {
        ident
    } else if NEVER.contains(&ident.as_str()) {
        format!("{ident}_")
    } else if KEYWORDS.binary_search(&ident.as_str()).is_ok() {
        format!("r#{ident}")
    } else {
        ident
    }
}

/// Makes a keyword usable where `r#` is not possible, such as in the name of a file.
pub(super) fn escape_plain(ident: &str) -> String {
    if is_keyword(ident) {
        format!("{ident}_")
    } else {
        ident.to_owned()
    }
}

/// `Legacy_Id__c` to `legacy_id__c`, `AnnualRevenue` to `annual_revenue`, `CRMUserURLs` to
/// `crm_user_urls`. Underscores stay as they are, so that Salesforce's suffixes stay readable.
pub(super) fn snake(name: &str) -> String {
    let legal = legal(name, 'x');
    let mut chars: Vec<char> = Vec::with_capacity(legal.len());
    chars.extend(legal.chars());
    let mut out = String::with_capacity(name.len() + 8);
    for (at, &c) in chars.iter().enumerate() {
        if c.is_uppercase() && at > 0 && begins_word(&chars, at) {
            out.push('_');
        }
        if c.is_ascii() {
            out.push(c.to_ascii_lowercase());
        } else {
            out.extend(c.to_lowercase());
        }
    }
    out
}

/// Whether the upper-case letter at an index begins a new word.
fn begins_word(chars: &[char], at: usize) -> bool {
    let before = chars[at - 1];
    if before == '_' {
        return false;
    }
    if !before.is_uppercase() {
        return true;
    }
    // The last of several capitals begins a new word if small letters follow, unless these are only
    // a plural: `URLs`.
    match chars.get(at + 1) {
        Some(next) if next.is_lowercase() => {
            let plural = *next == 's' && chars.get(at + 2).is_none_or(|c| !c.is_lowercase());
            !plural
        }
        _ => false,
    }
}

/// `legacy_id__c` to `LEGACY_ID__C`.
pub(super) fn screaming(snake: &str) -> String {
    if snake.is_ascii() {
        snake.to_ascii_uppercase()
    } else {
        legal(&snake.to_uppercase(), 'X')
    }
}

/// Whether [`lower`] leaves a name as it is.
pub(super) fn is_lower(name: &str) -> bool {
    let plain = |b: u8| b == b'_' || b.is_ascii_lowercase() || b.is_ascii_digit();
    let begins = |b: &u8| !b.is_ascii_digit();
    // Nearly all names are of such characters, and need no copy.
    name.bytes().all(plain) && name.as_bytes().first().is_some_and(begins) || lower(name) == name
}

/// The name in small letters: `QuietHours__c` to `quiethours__c`.
pub(super) fn lower(name: &str) -> String {
    let legal = legal(name, 'x');
    match legal.is_ascii() {
        true => legal.to_ascii_lowercase(),
        false => legal.chars().flat_map(char::to_lowercase).collect(),
    }
}

/// The name as it is, except that characters which Rust does not allow are replaced. `digit` is put
/// before a digit at the beginning.
pub(super) fn written(name: &str, digit: char) -> String {
    legal(name, digit)
}

/// The name as it is, except that characters which Rust does not allow become their code points.
pub(super) fn spelled(name: &str, digit: char) -> String {
    let ascii = |c: char| c == '_' || c.is_ascii_alphanumeric();
    let mut out = String::with_capacity(name.len());
    for c in name.chars() {
        match c {
            c if ascii(c) => out.push(c),
            c => out.push_str(&format!("u{:x}", u32::from(c))),
        }
    }
    legal(&out, digit)
}

/// The name with a capital as its first letter.
pub(super) fn capitalised(name: &str) -> String {
    let name = legal(name, 'X');
    let mut chars = name.chars();
    match chars.next() {
        Some(first) if first.is_lowercase() => {
            let upper: String = first.to_uppercase().collect();
            legal(&upper, 'X') + chars.as_str()
        }
        _ => name,
    }
}

/// The variant of an enumeration's value: `DUPLICATES_DETECTED` to `DuplicatesDetected`,
/// `xsd:base64Binary` to `XsdBase64Binary`, `>=` to `GreaterOrEqual`.
pub(super) fn variant(value: &str) -> String {
    if value.trim().is_empty() {
        return "Empty".to_owned();
    }
    let words: Vec<&str> = value
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    if words.is_empty() {
        return symbols(value);
    }
    let mut out = String::new();
    for word in words {
        let shouted = !word.chars().any(char::is_lowercase);
        // `1_0` and `10` are different values.
        if out.ends_with(|c: char| c.is_numeric()) && word.starts_with(char::is_numeric) {
            out.push('_');
        }
        let mut chars = word.chars();
        out.extend(chars.next().into_iter().flat_map(char::to_uppercase));
        if shouted {
            out.extend(chars.flat_map(char::to_lowercase));
        } else {
            out.push_str(chars.as_str());
        }
    }
    if value.starts_with('-') && out.starts_with(char::is_numeric) {
        out.insert_str(0, "Minus");
    }
    legal(&out, 'X')
}

fn symbols(value: &str) -> String {
    let known = match value.trim() {
        "=" | "==" => "Equal",
        "!=" | "<>" => "NotEqual",
        "<" => "Less",
        "<=" => "LessOrEqual",
        ">" => "Greater",
        ">=" => "GreaterOrEqual",
        "+" => "Plus",
        "-" => "Minus",
        "*" => "Star",
        "/" => "Slash",
        "%" => "Percent",
        "$" => "Dollar",
        "&" => "And",
        "|" => "Or",
        "!" => "Not",
        _ => "Symbol",
    };
    known.to_owned()
}

/// Replaces characters that an identifier cannot contain. `digit` is put before a digit at the
/// beginning.
fn legal(name: &str, digit: char) -> String {
    if name.is_empty() {
        return digit.to_string();
    }
    let mut out = String::with_capacity(name.len() + 1);
    if name.starts_with(|c: char| c.is_ascii_digit()) {
        out.push(digit);
    }
    let plain = name.is_ascii() || !confusable(name);
    for c in name.chars() {
        match c {
            '_' => out.push(c),
            c if c.is_ascii_alphanumeric() => out.push(c),
            c if c.is_ascii() => out.push('_'),
            c if plain && allowed(c) => out.push(c),
            c => out.push_str(&format!("u{:x}", u32::from(c))),
        }
    }
    out
}

/// Letters outside of ASCII that rustc accepts without a warning and that have only one encoding.
fn allowed(c: char) -> bool {
    match c {
        '\u{d7}' | '\u{f7}' | '\u{132}' | '\u{133}' | '\u{13f}' | '\u{140}' | '\u{149}'
        | '\u{17f}' => false,
        '\u{c0}'..='\u{17e}' => true,
        '\u{391}'..='\u{3a1}' | '\u{3a3}'..='\u{3a9}' | '\u{3b1}'..='\u{3c9}' => true,
        '\u{401}' | '\u{451}' | '\u{410}'..='\u{44f}' => true,
        '\u{3041}'..='\u{3096}' | '\u{30a1}'..='\u{30fa}' => true,
        '\u{4e00}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}' => true,
        _ => false,
    }
}

/// Whether all Greek and Cyrillic letters of a name look like Latin letters. rustc warns about such
/// names.
fn confusable(name: &str) -> bool {
    let foreign = |c: &char| matches!(*c, '\u{370}'..='\u{52f}');
    let distinct = |c: char| {
        "БГДЖЗИЙЛПФЦЧШЩЪЫЭЮЯбвгджзийлмнптфцчшщъыэюяΓΔΘΛΞΠΣΦΨΩβδεζηθλμξπστφχψω".contains(c)
    };
    name.chars().any(|c| foreign(&c)) && !name.chars().any(distinct)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keywords_are_sorted() {
        assert!(KEYWORDS.is_sorted());
        for keyword in KEYWORDS {
            assert!(
                syn::parse_str::<syn::Ident>(&escape((*keyword).to_owned())).is_ok(),
                "{keyword}"
            );
        }
        for keyword in NEVER {
            assert!(
                syn::parse_str::<syn::Ident>(&escape((*keyword).to_owned())).is_ok(),
                "{keyword}"
            );
        }
    }

    #[test]
    fn fields() {
        for (wire, rust) in [
            ("Name", "name"),
            ("AnnualRevenue", "annual_revenue"),
            ("Legacy_Id__c", "legacy_id__c"),
            ("Parent__r", "parent__r"),
            ("ns__Foo__c", "ns__foo__c"),
            ("pse__PreBilledAmount__c", "pse__pre_billed_amount__c"),
            ("Academic_title__pc", "academic_title__pc"),
            ("Location__Latitude__s", "location__latitude__s"),
            ("CRMUserURLs", "crm_user_urls"),
            ("externalIDFieldName", "external_id_field_name"),
            ("sObjectType", "s_object_type"),
            ("sObjects", "s_objects"),
            ("recordTypeIDs", "record_type_ids"),
            ("NumberOfEmployees2", "number_of_employees2"),
            ("base64Binary", "base64_binary"),
            ("HTMLParser", "html_parser"),
            ("IsDeleted", "is_deleted"),
            ("ID", "id"),
            ("IDs", "ids"),
            ("type", "type"),
            ("a-b.c", "a_b_c"),
            ("_", "_"),
            ("3Field", "x3_field"),
            ("Größe", "größe"),
            ("Сумма", "сумма"),
            ("аСо", "u430u421u43e"),
            ("名前", "名前"),
            ("e\u{301}a", "eu301a"),
        ] {
            assert_eq!(snake(wire), rust, "{wire}");
        }
    }

    #[test]
    fn variants() {
        for (wire, rust) in [
            ("DUPLICATES_DETECTED", "DuplicatesDetected"),
            ("tns:ID", "TnsId"),
            ("xsd:base64Binary", "XsdBase64Binary"),
            ("listViewIsSoqlCompatible", "ListViewIsSoqlCompatible"),
            ("", "Empty"),
            ("  ", "Empty"),
            ("1.0", "X1_0"),
            ("10", "X10"),
            ("-1", "Minus1"),
            ("3DSecure", "X3DSecure"),
            (">=", "GreaterOrEqual"),
            ("??", "Symbol"),
            ("a b", "AB"),
            ("self", "Self"),
            ("größer als", "GrößerAls"),
        ] {
            assert_eq!(variant(wire), rust, "{wire}");
        }
    }

    #[test]
    fn no_keyword_is_longer() {
        for word in KEYWORDS.iter().chain(NEVER) {
            assert!(word.len() <= LONGEST_KEYWORD, "{word}");
        }
    }

    #[test]
    fn everything_is_an_identifier() {
        let odd = [
            "",
            "_",
            "-",
            "a b",
            "1",
            "self",
            "Self",
            "crate",
            "type",
            "async",
            "gen",
            "é",
            "e\u{301}",
            "\u{202e}x",
            "日本",
            "a\"b",
            "x\ny",
            "r#x",
            "// x",
            "🦀",
            "ǅ",
            "ß",
            "ŉ",
            "ﬀ",
            "𝒳",
            "İ",
        ];
        for name in odd {
            for ident in [
                escape(snake(name)),
                escape(screaming(&snake(name))),
                escape(lower(name)),
                escape(written(name, 'X')),
                escape(spelled(name, 'X')),
                escape(capitalised(name)),
                escape(variant(name)),
            ] {
                assert!(
                    syn::parse_str::<syn::Ident>(&ident).is_ok(),
                    "{name:?} gave {ident:?}"
                );
            }
        }
    }
}

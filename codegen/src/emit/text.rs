//! Text of Rust source: literals, and layout as rustfmt would do it.

/// Longest line.
pub(super) const MAX: usize = 100;
/// Longest list of arguments, chain or array on one line (rustfmt's default heuristics).
const SHORT: usize = 60;

/// Appends a string literal. Whatever the text holds, the result is one literal on one line.
pub(super) fn push_literal(out: &mut String, text: &str) {
    let plain = |b: u8| (b' '..=b'~').contains(&b) && b != b'"' && b != b'\\';
    if text.bytes().all(plain) {
        out.push('"');
        out.push_str(text);
        out.push('"');
        return;
    }
    let literal = proc_macro2::Literal::string(text).to_string();
    for c in literal.chars() {
        // What `escape_debug` lets through and an editor would not show as it is.
        if crate::emit::docs::is_hidden(c) {
            out.extend(c.escape_unicode());
        } else {
            out.push(c);
        }
    }
}

/// A string literal.
pub(super) fn literal(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    push_literal(&mut out, text);
    out
}

pub(super) fn push_indent(out: &mut String, indent: usize) {
    for _ in 0..indent {
        out.push_str("    ");
    }
}

/// Width of a text in an editor.
pub(super) fn width(text: &str) -> usize {
    if text.is_ascii() {
        text.len()
    } else {
        text.chars().count()
    }
}

/// Appends a call or an array, with `head` up to and including its opening bracket and `tail` from
/// its closing one: on one line if it is short, else an item per line.
pub(super) fn push_list<S: AsRef<str>>(
    out: &mut String,
    indent: usize,
    head: &str,
    items: &[S],
    tail: &str,
) {
    let inner: usize = items.iter().map(|item| width(item.as_ref()) + 2).sum();
    let inner = inner.saturating_sub(2);
    let line = indent * 4 + width(head) + inner + width(tail);
    let nested = items.iter().any(|item| item.as_ref().contains('\n'));
    if (inner <= SHORT && line <= MAX && !nested) || items.is_empty() {
        push_indent(out, indent);
        out.push_str(head);
        for (n, item) in items.iter().enumerate() {
            if n > 0 {
                out.push_str(", ");
            }
            out.push_str(item.as_ref());
        }
        out.push_str(tail);
    } else {
        push_indent(out, indent);
        out.push_str(head);
        out.push('\n');
        for item in items {
            push_indent(out, indent + 1);
            out.push_str(item.as_ref());
            out.push_str(",\n");
        }
        push_indent(out, indent);
        out.push_str(tail);
    }
    out.push('\n');
}

/// Appends a function's signature up to the opening brace.
pub(super) fn push_signature(
    out: &mut String,
    indent: usize,
    head: &str,
    parameters: &[String],
    result: &str,
) {
    let inner: usize = parameters
        .iter()
        .map(|p| width(p) + 2)
        .sum::<usize>()
        .saturating_sub(2);
    let line = indent * 4 + width(head) + 1 + inner + 1 + width(result) + " {".len();
    push_indent(out, indent);
    out.push_str(head);
    out.push('(');
    if line <= MAX {
        out.push_str(&parameters.join(", "));
    } else {
        out.push('\n');
        for parameter in parameters {
            push_indent(out, indent + 1);
            out.push_str(parameter);
            out.push_str(",\n");
        }
        push_indent(out, indent);
    }
    out.push(')');
    out.push_str(result);
    out.push_str(" {\n");
}

/// Appends a chain of method calls.
pub(super) fn push_chain(out: &mut String, indent: usize, head: &[&str], calls: &[String]) {
    let line: usize = head.iter().map(|part| width(part) + 1).sum::<usize>() - 1
        + calls.iter().map(|call| width(call) + 1).sum::<usize>();
    push_indent(out, indent);
    if line <= SHORT || head.len() + calls.len() <= 2 {
        out.push_str(&head.join("."));
        for call in calls {
            out.push('.');
            out.push_str(call);
        }
        out.push('\n');
        return;
    }
    // rustfmt keeps `self.field` together as the head of a chain.
    let kept = head.len().min(2);
    out.push_str(&head[..kept].join("."));
    out.push('\n');
    for call in head[kept..]
        .iter()
        .copied()
        .chain(calls.iter().map(String::as_str))
    {
        push_indent(out, indent + 1);
        out.push('.');
        out.push_str(call);
        out.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals() {
        for text in [
            "",
            "a",
            "\"",
            "\\",
            "a\"b\\",
            "\n",
            "\r",
            "\t",
            "\0",
            "\u{202e}",
            "\u{2028}",
            "\u{feff}",
            "é",
            "日本",
            "\u{1f600}",
            "\u{7f}",
            "\u{85}",
            "e\u{301}",
            "*/",
            "{}",
            "'",
        ] {
            let literal = literal(text);
            let parsed: syn::LitStr = syn::parse_str(&literal).expect("a literal");
            assert_eq!(parsed.value(), text);
            assert!(
                !literal.chars().any(crate::emit::docs::is_hidden),
                "{literal:?}"
            );
        }
    }
}

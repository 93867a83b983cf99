//! Lists of patterns of names, in which `*` stands for any text, and suggestions for patterns that match
//! nothing.

use std::cell::Cell;

use crate::error::Error;

/// A list of patterns that remembers which of them matched.
#[derive(Debug)]
pub(crate) struct PatternList<'c> {
    option: &'static str,
    items: Vec<(&'c str, Cell<bool>)>,
    /// Whether a pattern may match nothing.
    tolerant: bool,
}

impl<'c> PatternList<'c> {
    pub(crate) fn new(option: &'static str, patterns: &'c [String]) -> Self {
        let items = patterns
            .iter()
            .map(|p| (p.as_str(), Cell::new(false)))
            .collect();
        Self {
            option,
            items,
            tolerant: false,
        }
    }

    /// Sets whether a pattern may match nothing.
    pub(crate) fn tolerant(self, tolerant: bool) -> Self {
        Self { tolerant, ..self }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// Whether any pattern matches. All that match are marked as used.
    pub(crate) fn matches(&self, name: &str) -> bool {
        let mut any = false;
        for (pattern, used) in &self.items {
            if glob(pattern, name) {
                used.set(true);
                any = true;
            }
        }
        any
    }

    /// Whether any pattern `Type.Field` matches.
    pub(crate) fn matches_field(&self, ty: &str, field: &str) -> bool {
        let mut any = false;
        for (pattern, used) in &self.items {
            let Some((type_part, field_part)) = pattern.split_once('.') else {
                continue;
            };
            if glob(type_part, ty) && glob(field_part, field) {
                used.set(true);
                any = true;
            }
        }
        any
    }

    /// Whether the part before the dot of any pattern matches. Marks no pattern.
    pub(crate) fn mentions_type(&self, ty: &str) -> bool {
        let types = self
            .items
            .iter()
            .filter_map(|(pattern, _)| pattern.split_once('.'));
        types.into_iter().any(|(type_part, _)| glob(type_part, ty))
    }

    /// Reports a pattern that matched nothing, with the most similar names.
    ///
    /// # Errors
    ///
    /// If a pattern matched nothing.
    pub(crate) fn check<'n>(&self, names: impl Fn() -> Vec<&'n str>) -> Result<(), Error> {
        self.check_with(|pattern| suggestion("", pattern, names()))
    }

    /// As [`check`](Self::check), for `Type.Field`.
    pub(crate) fn check_fields<'n>(
        &self,
        types: impl Fn() -> Vec<&'n str>,
        fields: impl Fn(&str) -> Vec<&'n str>,
    ) -> Result<(), Error> {
        self.check_with(|pattern| {
            let Some((ty, field)) = pattern.split_once('.') else {
                return "; fields are named Type.Field".to_owned();
            };
            let names = fields(ty);
            if names.is_empty() {
                suggestion("", ty, types())
            } else {
                suggestion(&format!("{ty}."), field, names)
            }
        })
    }

    /// The key of the options with the patterns.
    fn table(&self) -> &'static str {
        match self.option.split(' ').next() {
            Some("included") => "include",
            Some("excluded") => "exclude",
            _ => "open-bases",
        }
    }

    fn check_with(&self, help: impl Fn(&str) -> String) -> Result<(), Error> {
        match self.items.iter().find(|(_, used)| !used.get()) {
            None => Ok(()),
            Some(_) if self.tolerant => Ok(()),
            Some((pattern, _)) => Err(Error::selection(format!(
                "{} `{}` matches nothing in the WSDL{}",
                self.option,
                pattern.escape_debug(),
                help(pattern),
            ))
            .about(self.table(), pattern)),
        }
    }
}

/// Whether a name matches a pattern in which `*` stands for any text.
pub(crate) fn glob(pattern: &str, name: &str) -> bool {
    let Some((head, mut rest)) = pattern.split_once('*') else {
        return pattern == name;
    };
    let Some(mut name) = name.strip_prefix(head) else {
        return false;
    };
    while let Some((middle, tail)) = rest.split_once('*') {
        let Some(at) = name.find(middle) else {
            return false;
        };
        name = &name[at + middle.len()..];
        rest = tail;
    }
    name.ends_with(rest)
}

/// `; did you mean …?` with the names most similar to a pattern, or some of all names if none is
/// similar.
pub(crate) fn suggestion(head: &str, pattern: &str, mut names: Vec<&str>) -> String {
    const SHOWN: usize = 5;
    names.sort_unstable();
    names.dedup();
    let wanted = pattern.to_lowercase();
    let limit = wanted.chars().count() / 3 + 1;
    let mut ranked: Vec<_> = names
        .iter()
        .filter_map(|name| {
            let lower = name.to_lowercase();
            let distance = if lower.trim_matches('*').contains(wanted.trim_matches('*')) {
                1
            } else {
                distance(&wanted, &lower, limit)?
            };
            Some((distance, *name))
        })
        .collect();
    ranked.sort_unstable();
    let list = |names: &[&str]| {
        let quoted: Vec<_> = names
            .iter()
            .map(|n| format!("`{}{}`", head.escape_debug(), n.escape_debug()))
            .collect();
        quoted.join(", ")
    };
    if !ranked.is_empty() {
        let best: Vec<_> = ranked.iter().take(SHOWN).map(|(_, name)| *name).collect();
        return format!("; did you mean {}?", list(&best));
    }
    match names.len() {
        0 => "; there is none".to_owned(),
        1..=SHOWN => format!("; there is {}", list(&names)),
        more => format!(
            "; there is {} and {} more",
            list(&names[..SHOWN]),
            more - SHOWN
        ),
    }
}

/// `; did you mean …?` with the name most similar to another, or all names if none is similar.
#[cfg(feature = "toml")]
pub(super) fn closest(wanted: &str, names: Vec<&str>) -> String {
    let limit = wanted.chars().count() / 3 + 1;
    let near = names
        .iter()
        .filter_map(|name| Some((distance(wanted, name, limit)?, *name)));
    match near.min() {
        Some((_, name)) => format!("; did you mean `{}`?", name.escape_debug()),
        None => format!("; expected one of `{}`", names.join("`, `")),
    }
}

/// The edit distance of two texts, if it is not above a limit.
fn distance(a: &str, b: &str, limit: usize) -> Option<usize> {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    if a.len().abs_diff(b.len()) > limit {
        return None;
    }
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let next = (diagonal + usize::from(x != y))
                .min(row[j] + 1)
                .min(row[j + 1] + 1);
            diagonal = std::mem::replace(&mut row[j + 1], next);
        }
    }
    row.last().copied().filter(|distance| *distance <= limit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn globs() {
        for (pattern, name, expected) in [
            ("Account", "Account", true),
            ("Account", "Accounts", false),
            ("*", "", true),
            ("*__c", "Foo__c", true),
            ("*__c", "Foo__cc", false),
            ("a*b*c", "axxbyyc", true),
            ("a*b*c", "axxcyyb", false),
            ("a*a", "a", false),
            ("**", "x", true),
        ] {
            assert_eq!(glob(pattern, name), expected, "{pattern} {name}");
        }
    }

    #[test]
    fn suggestions() {
        assert_eq!(
            suggestion("", "Acount", vec!["Account", "Contact"]),
            "; did you mean `Account`?"
        );
        assert_eq!(
            suggestion("", "xyz", vec!["Account"]),
            "; there is `Account`"
        );
        assert_eq!(
            suggestion("", "invoice", vec!["Invoice__c"]),
            "; did you mean `Invoice__c`?"
        );
        assert_eq!(suggestion("", "x", vec![]), "; there is none");
    }
}

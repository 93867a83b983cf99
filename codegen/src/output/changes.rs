//! What differs between two texts of a generated file, by type and field.

use std::collections::BTreeMap;

/// The changes from an old text to a new one: `Account: PHONE is new`. Empty if the texts differ in
/// other ways only.
pub(super) fn changes(old: &str, new: &str) -> Vec<String> {
    let (old, new) = (members(old), members(new));
    let mut changes = Vec::new();
    let types = old
        .keys()
        .chain(new.keys().filter(|name| !old.contains_key(*name)));
    for name in types {
        match (old.get(name), new.get(name)) {
            (None, _) => changes.push(format!("{name} is new")),
            (_, None) => changes.push(format!("{name} is gone")),
            (Some(old), Some(new)) => {
                for (member, text) in new {
                    match old.get(member) {
                        None => changes.push(format!("{name}: {member} is new")),
                        Some(before) if before != text => {
                            changes.push(format!("{name}: {member} differs"));
                        }
                        Some(_) => {}
                    }
                }
                let gone = old.keys().filter(|member| !new.contains_key(*member));
                changes.extend(gone.map(|member| format!("{name}: {member} is gone")));
            }
        }
    }
    changes
}

/// A member's line, with the documentation before it.
type Members<'t> = BTreeMap<&'t str, String>;

/// The members of each type in a generated file. The generator's layout is known, so lines suffice.
fn members(text: &str) -> BTreeMap<&str, Members<'_>> {
    let mut types: BTreeMap<&str, Members<'_>> = BTreeMap::new();
    let mut current = None;
    let mut documentation = String::new();
    let mut is_table = false;
    for line in text.lines() {
        if is_table && !line.starts_with('"') {
            // A line of a table's text: the name of the field is its first word.
            let (table, row) = (current.unwrap_or_default(), line.split(' ').next());
            let members = types.entry(table).or_default();
            members.insert(row.unwrap_or_default(), line.to_owned());
            continue;
        }
        is_table = line.starts_with("    .with_rows(") && line.ends_with('"');
        if let Some(name) = type_of(line) {
            types.entry(name).or_default();
            current = Some(name);
        } else if line.starts_with('}') {
            current = None;
        }
        let Some(inner) = line.strip_prefix("    ") else {
            documentation.clear();
            continue;
        };
        if inner.starts_with("///") {
            documentation.push_str(inner);
            continue;
        }
        let documentation = std::mem::take(&mut documentation);
        let member = inner.trim_start().trim_start_matches("pub ");
        let end = member.find([':', '(', ',', ' ']).unwrap_or(member.len());
        let member = &member[..end];
        if let (Some(current), false) = (current, member.is_empty() || type_of(line).is_some()) {
            let is_name = member.starts_with(|c: char| c.is_alphabetic() || c == '_');
            let members = types.entry(current).or_default();
            if is_name {
                members.insert(member, documentation + inner);
            }
        }
    }
    types
}

/// The type that a line begins: a struct, an enum, a table, or the head of a view.
fn type_of(line: &str) -> Option<&str> {
    let heads = ["pub struct ", "pub enum ", "pub static "];
    let rest = heads.iter().find_map(|head| line.strip_prefix(head));
    let rest = match rest {
        Some(rest) => rest,
        // `    Account, tables::ACCOUNT;`
        None => {
            let inner = line.strip_prefix("    ")?;
            let (name, table) = inner.split_once(", ")?;
            let is_view = table.starts_with("tables::") && !name.contains(['(', ' ', ':']);
            return is_view.then_some(name);
        }
    };
    rest.split([' ', ':', ';', '{']).next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_view() {
        let old = "g::view! {\n    /// `Account`\n    Account, tables::ACCOUNT;\n\n    /// string\n    \
                   FAX: str, fax() -> &str = text;\n    /// string\n    NAME: str, name() -> &str = \
                   text;\n    [\n        1 2\n    ]\n}\n";
        let new = old
            .replace("    /// string\n    FAX: str, fax() -> &str = text;\n", "")
            .replace("/// string\n    NAME", "/// a longer string\n    NAME")
            .replace("    [\n", "    PHONE: str;\n    [\n");
        assert_eq!(
            changes(old, &new),
            [
                "Account: NAME differs",
                "Account: PHONE is new",
                "Account: FAX is gone"
            ]
        );
        assert!(changes(old, old).is_empty());
    }

    #[test]
    fn of_other_types() {
        let old = "#[derive(Clone)]\npub struct Money {\n    /// string\n    pub currency: \
                   String,\n}\n\npub static MONEY: Type = Type::new(\"Money\", &SCHEMA, 1)\n    \
                   .with_rows(0, \"\ncurrency 1 String\n\", &[]);\n";
        let new = old
            .replace("String,\n}", "Option<String>,\n}")
            .replace("1 String", "1 String OPT")
            + "\npub enum Color {\n    Red,\n}\n";
        assert_eq!(
            changes(old, &new),
            [
                "MONEY: currency differs",
                "Money: currency differs",
                "Color is new"
            ]
        );
    }
}

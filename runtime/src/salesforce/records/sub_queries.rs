//! Finds the sub-queries in the text of a query.

/// The place in which the scan is.
enum Within {
    /// A query. Its sub-queries stand before its `FROM`; what is in parentheses after it is a
    /// condition, which has no rows.
    Query { level: usize, selects: bool },
    /// Other parentheses.
    Other,
}

/// How many levels of sub-queries a query has: `SELECT Id, (SELECT Id FROM Contacts) FROM Account`
/// has one. A semi-join is no sub-query.
pub(super) fn levels(soql: &str) -> usize {
    let mut within = vec![Within::Query {
        level: 0,
        selects: true,
    }];
    let mut deepest = 0;
    // An opening parenthesis whose first word has not come.
    let mut opened = false;
    let mut rest = soql;
    while let Some(c) = rest.chars().next() {
        let length = match c {
            '\'' => literal(rest),
            c if is_word(c) => rest.find(|c| !is_word(c)).unwrap_or(rest.len()),
            c => c.len_utf8(),
        };
        let (token, after) = rest.split_at(length);
        rest = after;
        if c.is_whitespace() {
            continue;
        }
        if opened {
            opened = false;
            let entered = enter(within.last(), token);
            if let Within::Query { level, .. } = entered {
                deepest = deepest.max(level);
            }
            within.push(entered);
        }
        match c {
            '(' => opened = true,
            // The outermost query stays.
            ')' if within.len() > 1 => drop(within.pop()),
            _ if token.eq_ignore_ascii_case("FROM") => {
                if let Some(Within::Query { selects, .. }) = within.last_mut() {
                    *selects = false;
                }
            }
            _ => {}
        }
    }
    deepest
}

fn enter(outer: Option<&Within>, first: &str) -> Within {
    match outer {
        Some(Within::Query {
            level,
            selects: true,
        }) if first.eq_ignore_ascii_case("SELECT") => Within::Query {
            level: level + 1,
            selects: true,
        },
        _ => Within::Other,
    }
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '.')
}

/// The length of the literal at the start of `text`, with its quotes.
fn literal(text: &str) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '\'' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::levels;

    #[test]
    fn only_sub_queries_count() {
        for (soql, expected) in [
            ("", 0),
            (")", 0),
            ("(", 0),
            ("SELECT Id FROM Account", 0),
            ("SELECT Id, (SELECT Id FROM Contacts) FROM Account", 1),
            ("select id,(\n select id from Contacts ) from Account", 1),
            (
                "SELECT (SELECT Id FROM Contacts), (SELECT Id FROM Cases) FROM Account",
                1,
            ),
            (
                "SELECT Id, (SELECT Id, (SELECT Id, (SELECT Id FROM Ds) FROM Cs) FROM Bs) FROM A",
                3,
            ),
            (
                "SELECT Id FROM Account WHERE Id IN (SELECT AccountId FROM Contact)",
                0,
            ),
            (
                "SELECT (SELECT Id FROM Bs WHERE X IN (SELECT Id FROM C)), COUNT() FROM A \
                 WHERE (Name = 'a' OR (Id IN (SELECT Id FROM D)))",
                1,
            ),
            ("SELECT toLabel(Name), COUNT(Id) n FROM Account", 0),
            (
                "SELECT Id FROM Account WHERE Name = '(SELECT Id FROM X)'",
                0,
            ),
            ("SELECT Id FROM A WHERE N = 'it\\'s (' AND M = 'é", 0),
            (
                "SELECT TYPEOF What WHEN Account THEN Phone END, (SELECT Id FROM Xs) FROM Event",
                1,
            ),
            ("SELECT FORMAT(Amount), (SELECT Id FROM Xs) FROM A", 1),
        ] {
            assert_eq!(levels(soql), expected, "{soql}");
        }
    }
}

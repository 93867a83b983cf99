//! SOQL: the text is split into tokens, parsed into a syntax tree, and planned as SQL for SQLite.

pub(crate) mod ast;
pub(crate) mod dates;
mod filter;
mod lex;
mod parse;
pub(crate) mod plan;
mod sql;

pub(crate) use crate::fault::Position;

use crate::fault::Fault;

/// Parses a query.
pub(crate) fn parse(text: &str) -> Result<ast::Query, Fault> {
    if text.len() > 100_000 {
        return Err(Fault::query(
            "MALFORMED_QUERY",
            "SOQL statements cannot be longer than 100000 characters.",
            Position::default(),
        ));
    }
    let tokens = lex::tokens(text)?;
    parse::Parser::new(text, tokens).query()
}

/// Makes a fault at a position in a query, with an excerpt and a caret, as Salesforce does.
pub(crate) fn fault_at(text: &str, at: Position, code: &'static str, what: &str) -> Fault {
    let line = text
        .lines()
        .nth(at.row.saturating_sub(1) as usize)
        .unwrap_or("");
    let column = at.column.saturating_sub(1) as usize;
    let start = line
        .char_indices()
        .map(|(i, _)| i)
        .take_while(|i| *i + 30 <= column)
        .last()
        .unwrap_or(0);
    let excerpt: String = line[start..].chars().take(80).collect();
    let indent = " ".repeat(column - start.min(column));
    let message = format!(
        "\n{excerpt}\n{indent}^\nERROR at Row:{}:Column:{}\n{what}",
        at.row, at.column
    );
    Fault::query(code, &message, at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::org::Org;

    const SEEDS: &[&str] = &[
        "SELECT Id, Owner.Name, (SELECT Id FROM Contacts WHERE LastName LIKE 'a\\'%' LIMIT 3) FROM Account a WHERE a.Name != null AND NOT (Type IN ('x', 'y\\n')) ORDER BY Name DESC NULLS LAST LIMIT 10 OFFSET 5",
        "SELECT TYPEOF What WHEN Account THEN Name WHEN Case THEN CaseNumber ELSE Name END FROM Task WHERE CreatedDate > LAST_N_DAYS:30",
        "SELECT Industry, COUNT(Id) n, MAX(CreatedDate) FROM Account WHERE CreatedDate < 2026-01-01T00:00:00Z GROUP BY Industry HAVING COUNT(Id) > 1.5e3",
        "SELECT Id FROM Contact WHERE AccountId NOT IN (SELECT Id FROM Account WHERE Name = 'ü') AND Birthdate = 1984-02-29",
        "SELECT FIELDS(ALL) FROM Invoice__c WHERE Tags__c INCLUDES ('a;b') AND Pickup_Time__c > 08:30:00Z LIMIT 200",
    ];

    proptest::proptest! {
        /// A string that the runtime has quoted is one token with the same text.
        #[test]
        fn quoted_texts_come_back(text in "\\PC*|[\\x00-\\x7f]*|.*|['\\\\%_\n\r\t\u{8}\u{c}u0nN]*") {
            let tokens = lex::tokens(&saponify::salesforce::soql::quote(&text)).unwrap();
            let [literal, end] = tokens.as_slice() else {
                panic!("{} tokens", tokens.len());
            };
            let lex::Kind::Text { text: read, .. } = &literal.kind else {
                panic!("{:?}", literal.kind);
            };
            proptest::prop_assert_eq!(read, &text);
            proptest::prop_assert_eq!(&end.kind, &lex::Kind::End);
        }
    }

    /// Whatever a client sends, the result is a plan or a fault.
    #[test]
    fn no_text_makes_the_parser_panic() {
        let org = Org::parse(include_str!("../../../tenants/demo/org.toml")).unwrap();
        let run =
            |text: &str| parse(text).and_then(|tree| plan::query(&org, text, &tree, 64, false));
        for seed in SEEDS {
            run(seed).unwrap_or_else(|fault| panic!("{seed}: {fault:?}"));
        }
        let pieces = [
            "'", "\\", "(", ")", "é", "SELECT ", " FROM ", ".", ",", "9", ":", "\n", " NOT ", "T",
        ];
        let mut state = 1u64;
        let mut random = |below: usize| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            (state >> 33) as usize % below
        };
        for round in 0..20_000 {
            let mut text: Vec<char> = SEEDS[round % SEEDS.len()].chars().collect();
            for _ in 0..=random(4) {
                let at = random(text.len());
                let end = (at + random(6)).min(text.len());
                text.splice(at..end, pieces[random(pieces.len())].chars());
            }
            let _ = run(&text.into_iter().collect::<String>());
        }
        let deep = format!(
            "SELECT Id FROM Account WHERE {}Name = 'x'",
            "(".repeat(50_000)
        );
        assert!(run(&deep).is_err());
        assert!(
            run(&format!(
                "SELECT Id FROM Account WHERE {} Name = 'x'",
                "NOT ".repeat(20_000)
            ))
            .is_err()
        );
    }
}

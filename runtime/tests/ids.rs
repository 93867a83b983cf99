//! Record ids. The suffixes were computed by hand from the rule in the Object Reference ("ID Field
//! Type"): three groups of five, one bit per upper case letter, the first letter the lowest bit.
#![deny(warnings)]
#![forbid(unsafe_code)]

use std::collections::{BTreeSet, HashSet};

use proptest::prelude::*;
use saponify::salesforce::Id;

fn id(text: &str) -> Id {
    text.parse().unwrap()
}

#[test]
fn suffixes_are_computed() {
    for (short, long) in [
        ("000000000000000", "000000000000000AAA"),
        // ----- upper case in the first place of each group: bit 0.
        ("A0000A0000A0000", "A0000A0000A0000BBB"),
        // ----- in the last place: bit 4.
        ("0000A0000A0000A", "0000A0000A0000AQQQ"),
        // ----- in all five: 31 is the last of the 32 digits.
        ("ABCDEFGHIJKLMNO", "ABCDEFGHIJKLMNO555"),
        ("ABCDefghijklmno", "ABCDefghijklmnoPAA"),
        ("0ABC0000000000Z", "0ABC0000000000ZOAQ"),
        // 26 to 30: the digits 0 to 4.
        ("0A0AA0A0AA0A0AA", "0A0AA0A0AA0A0AA000"),
        ("AA0AAAA0AAAA0AA", "AA0AAAA0AAAA0AA111"),
        ("00AAA00AAA00AAA", "00AAA00AAA00AAA222"),
        ("A0AAAA0AAAA0AAA", "A0AAAA0AAAA0AAA333"),
        ("0AAAA0AAAA0AAAA", "0AAAA0AAAA0AAAA444"),
        // Ids as orgs have them.
        ("001D000000IRFma", "001D000000IRFmaIAH"),
        ("0015e000001AAAA", "0015e000001AAAAAA4"),
        ("00D5e000000Cdd6", "00D5e000000Cdd6EAC"),
        ("zzzzzzzzzzzzzzz", "zzzzzzzzzzzzzzzAAA"),
    ] {
        // The rule once more, in other words.
        let suffix: String = short
            .as_bytes()
            .chunks(5)
            .map(|group| {
                let number: usize = (0..5)
                    .map(|i| usize::from(group[i].is_ascii_uppercase()) << i)
                    .sum();
                char::from(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"[number])
            })
            .collect();
        assert_eq!(format!("{short}{suffix}"), long);
        assert_eq!(id(short).as_str(), long);
        assert_eq!(id(long).as_str(), long);
        assert_eq!(id(long).short(), short);
        assert_eq!(id(long).key_prefix(), &short[..3]);
        assert_eq!(id(short), id(long));
        assert_eq!(id(short), long);
        assert_eq!(id(short), *short);
        assert_eq!(
            format!("{} {:?}", id(short), id(short)),
            format!("{long} Id({long})")
        );
    }
}

#[test]
fn what_is_no_id_is_refused_without_repeating_it() {
    for text in [
        "",
        "001",
        "001D000000IRFm",
        "001D000000IRFmaI",
        "001D000000IRFmaIA",
        "001D000000IRFmaIAHX",
        "001D000000IRFmaIAA",
        "001d000000IRFmaIAH",
        "001D000000IRFm-",
        "001D000000IRF\u{E9}",
        " 001D000000IRFma",
        "001D000000IRFmaiah",
    ] {
        let error = text.parse::<Id>().unwrap_err();
        assert!(saponify::Error::from(error.clone()).is_usage(), "{text}");
        assert!(text.len() < 4 || !error.to_string().contains(text));
    }
}

#[test]
fn ids_sort_and_hash_alike_in_both_forms() {
    let both = [id("001D000000IRFma"), id("001D000000IRFmaIAH")];
    assert_eq!(both.iter().collect::<HashSet<_>>().len(), 1);
    assert_eq!(both.iter().collect::<BTreeSet<_>>().len(), 1);
    assert!(id("001000000000001") < id("001000000000002"));
    assert_eq!(Id::default().as_str(), "000000000000000AAA");
    assert_eq!(Id::default().as_ref(), "000000000000000AAA");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_suffix_tells_the_case(short in "[a-zA-Z0-9]{15}") {
        let long = id(&short);
        let restored: String = short
            .to_ascii_lowercase()
            .bytes()
            .enumerate()
            .map(|(at, byte)| {
                let digit = long.as_str().as_bytes()[15 + at / 5];
                let number = match digit {
                    b'A'..=b'Z' => digit - b'A',
                    _ => 26 + digit - b'0',
                };
                let upper = number >> (at % 5) & 1 == 1;
                char::from(if upper { byte.to_ascii_uppercase() } else { byte })
            })
            .collect();
        prop_assert_eq!(restored, short);
    }

    #[test]
    fn no_text_makes_it_panic(text in any::<String>()) {
        let parsed = text.parse::<Id>().is_ok();
        prop_assert_eq!(parsed, parsed && matches!(text.len(), 15 | 18));
        let _ = Id::default() == *text;
    }
}

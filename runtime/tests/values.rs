//! Values as their users want them: exact texts, decimals, picklists, bytes, any type.
#![deny(warnings)]
#![forbid(unsafe_code)]

#[path = "kinds/mod.rs"]
mod kinds;

use std::io::{self, Write};

use jiff::civil::date;
use kinds::answers::{row, rows, thing};
use kinds::{All, Other, THING, Thing};
use proptest::prelude::*;
use rust_decimal::Decimal as Exact;
use saponify::generated::{DateTime, Key};
use saponify::salesforce::Id;
use saponify::{Decimal, FromText, Presence, Record, probe};

#[test]
fn the_text_of_a_field_is_at_hand_by_its_key() {
    let thing = thing(
        "<Double>1.50E3</Double><Boolean>1</Boolean><DateTime>2024-01-31T13:05:09</DateTime>",
    );
    assert_eq!(thing.text_of(Thing::DOUBLE), Some("1.50E3"));
    assert_eq!(thing.get(Thing::DOUBLE), Some(1500.0));
    assert_eq!(thing.text_of(Thing::BOOLEAN), Some("1"));
    assert_eq!(thing.text_of("DateTime"), Some("2024-01-31T13:05:09"));
    assert_eq!(thing.text_of(Thing::TEXT), None);
}

#[test]
fn columns_that_no_table_knows_are_read_as_what_they_are() {
    let row = row(
        "<records xsi:type='k:AggregateResult'><Id xsi:nil='true'/><total xsi:type='xsd:int'>12</total>\
         <sum xsi:type='xsd:double'>1.5E7</sum><max xsi:type='xsd:date'>2024-02-29</max><none xsi:nil='true'/>\
         <last xsi:type='xsd:dateTime'>2024-01-31T13:05:09.000Z</last><owner>0015e000001AAAA</owner>\
         <flag xsi:type='xsd:boolean'>1</flag><nested><a/></nested></records>",
        &[&THING],
    );
    assert_eq!(row.get_as("total").unwrap(), Some(12_i64));
    assert_eq!(row.get_as("total").unwrap(), Some(12.0_f64));
    assert_eq!(row.get_as("sum").unwrap(), Some(1.5e7));
    assert_eq!(row.get_as("sum").unwrap(), Some(Exact::from(15_000_000)));
    assert_eq!(row.get_as("max").unwrap(), Some(date(2024, 2, 29)));
    assert_eq!(row.get_as("flag").unwrap(), Some(true));
    assert_eq!(
        row.get_as::<DateTime>("last").unwrap().unwrap().as_second(),
        1_706_706_309
    );
    assert_eq!(
        row.get_as::<Id>("owner").unwrap().unwrap(),
        "0015e000001AAAAAA4"
    );
    assert_eq!(row.get_as("total").unwrap(), Some("12".to_owned()));
    assert_eq!(row.get_as::<i64>("none").unwrap(), None);
    assert_eq!(row.get_as::<i64>("missing").unwrap(), None);
    for (name, error) in [
        ("sum", row.get_as::<i64>("sum").unwrap_err()),
        ("nested", row.get_as::<i64>("nested").unwrap_err()),
    ] {
        assert!(error.is_decode() && error.path() == name, "{error}");
        assert!(!error.to_string().contains("1.5E7"), "{error}");
    }
    let any = row.extra()[0].value.get_as::<i32>().unwrap();
    assert_eq!(any, Some(12));
}

#[test]
fn money_is_exact_as_a_decimal() {
    for (text, expected) in [
        ("1999.95", "1999.95"),
        ("1.50", "1.50"),
        ("1.5E7", "15000000"),
        ("1.23456789E7", "12345678.9"),
        ("1.0E-5", "0.000010"),
        ("-2.5e+2", "-250"),
        ("9999999999999999.99", "9999999999999999.99"),
        ("1E27", "1000000000000000000000000000"),
        ("100E-29", "0.0000000000000000000000000010"),
        ("0E400", "0"),
        (" 7 ", "7"),
    ] {
        let thing = thing(&format!("<Double>{text}</Double>"));
        let exact = thing.get_as::<Exact>(Thing::DOUBLE).unwrap().unwrap();
        assert_eq!(exact, expected.parse().unwrap(), "{text}");
    }
    for text in [
        "INF",
        "NaN",
        "1E29",
        "1E-29",
        "12345678901234567890123456789.5",
    ] {
        let thing = thing(&format!("<Double>{text}</Double>"));
        let error = thing.get_as::<Exact>(Thing::DOUBLE).unwrap_err();
        assert!(error.to_string().contains("28 digits"), "{error}");
    }
    let price: Exact = "0.1".parse::<Exact>().unwrap() + "0.2".parse::<Exact>().unwrap();
    let thing = Thing::new().with(Thing::DOUBLE, price);
    assert_eq!(thing.text_of(Thing::DOUBLE), Some("0.3"));
    let decimal = Decimal::from(price);
    assert_eq!(Exact::try_from(&decimal).unwrap(), price);
    assert!(Exact::try_from(&"1".repeat(40).parse::<Decimal>().unwrap()).is_err());
}

#[test]
fn picklists_split_and_join() {
    let mut thing = thing("<Text> Urgent; Export;;Two words ;</Text>");
    let values: Vec<_> = thing.values_of(Thing::TEXT).collect();
    assert_eq!(values, ["Urgent", "Export", "Two words"]);
    thing.set_values(Thing::TEXT, ["A", "B c"]);
    assert_eq!(thing.get(Thing::TEXT), Some("A;B c"));
    thing.set_values(Thing::TEXT, [] as [&str; 0]);
    assert_eq!(thing.presence(Thing::TEXT), Presence::Null);
    assert_eq!(thing.values_of(Thing::TEXT).count(), 0);
}

/// Counts what it is given, and the largest piece of it.
#[derive(Default)]
struct Pieces(usize, usize);

impl Write for Pieces {
    fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
        self.0 += piece.len();
        self.1 = self.1.max(piece.len());
        Ok(piece.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A full disk.
struct Full;

impl Write for Full {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(io::ErrorKind::StorageFull.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn bytes_are_decoded_piece_by_piece() {
    let bytes: Vec<u8> = (0..=255).cycle().take(1 << 20).collect();
    let thing = Thing::new().with(Thing::BASE64, &*bytes);
    assert_eq!(thing.get(Thing::BASE64).unwrap(), bytes);
    let mut pieces = Pieces::default();
    assert_eq!(
        thing.copy_bytes(Thing::BASE64, &mut pieces).unwrap(),
        Some(1 << 20)
    );
    assert!(pieces.0 == 1 << 20 && pieces.1 <= 4 << 10, "{}", pieces.1);
    // A caller's buffer is filled and not replaced.
    let mut buffer = Vec::with_capacity(2 << 20);
    let place = buffer.as_ptr();
    thing.copy_bytes(Thing::BASE64, &mut buffer).unwrap();
    assert!(buffer == bytes && buffer.as_ptr() == place);
    let error = thing.copy_bytes(Thing::BASE64, &mut Full).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::StorageFull);
    assert_eq!(
        Thing::new().copy_bytes(Thing::BASE64, &mut Full).unwrap(),
        None
    );
    let text = Thing::new().with(Thing::TEXT, "?");
    let wrong: Key<Thing, [u8]> = Key::new(16);
    assert_eq!(text.copy_bytes(wrong, &mut Full).unwrap(), None);
}

#[test]
fn bytes_are_not_copied_on_their_way() {
    // The text that was encoded is the text that the record holds.
    let thing = Thing::new().with(Thing::BASE64, vec![7; 1 << 20]);
    let place = thing.text_of(Thing::BASE64).unwrap().as_ptr();
    assert_eq!(
        thing.clone().text_of(Thing::BASE64).unwrap().as_ptr(),
        place
    );
    let text = "x".repeat(1 << 20);
    let place = text.as_ptr();
    let thing = Thing::new().with(Thing::TEXT, text);
    assert_eq!(thing.get(Thing::TEXT).unwrap().as_ptr(), place);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn lines_of_base64_are_read_alike(
        bytes in proptest::collection::vec(any::<u8>(), 0..20_000),
        line in 1_usize..200,
    ) {
        let thing = Thing::new().with(Thing::BASE64, &*bytes);
        let text = thing.text_of(Thing::BASE64).unwrap();
        let lines: Vec<_> = text.as_bytes().chunks(line).map(|l| std::str::from_utf8(l).unwrap()).collect();
        let broken = kinds::answers::thing(&format!("<Base64>\r\n{}\r\n</Base64>", lines.join("\r\n")));
        prop_assert_eq!(broken.get(Thing::BASE64).unwrap(), bytes.clone());
        let mut copy = Vec::new();
        broken.copy_bytes(Thing::BASE64, &mut copy).unwrap();
        prop_assert_eq!(copy, bytes);
    }

    #[test]
    fn decimals_are_read_exactly_or_not_at_all(digits in -(1_i128 << 90)..1 << 90, scale in 0_u32..28, shift in -30_i32..30) {
        let exact = Exact::from_i128_with_scale(digits, scale);
        prop_assert_eq!(Exact::from_text(&exact.to_string()), Ok(exact));
        // The same number with its point moved and an exponent for that.
        let text = format!("{digits}E{shift}");
        if let Ok(read) = Exact::from_text(&text) {
            let (a, b) = (read.to_string(), if shift >= 0 {
                format!("{digits}{}", "0".repeat(shift as usize))
            } else {
                Exact::try_from_i128_with_scale(digits, -shift as u32).map_or(String::new(), |d| d.to_string())
            });
            if !b.is_empty() && digits != 0 {
                prop_assert_eq!(a, b);
            }
        }
    }
}

#[test]
fn ids_of_answers_are_taken_as_they_are() {
    // One that the documentation prints has a suffix that does not fit.
    let odd = thing("<Id>001D000000IRFmaIAA</Id>").get(Thing::ID).unwrap();
    let fit = thing("<Id>001D000000IRFma</Id>").get(Thing::ID).unwrap();
    assert_eq!(fit, "001D000000IRFmaIAH");
    assert!(odd != fit && odd == "001D000000IRFmaIAA" && odd != "001D000000IRFma");
    assert_eq!(
        (odd.short(), odd.key_prefix()),
        (fit.short(), fit.key_prefix())
    );
    let wrong = rows(
        "<records xsi:type='k:Thing'><Id>001D000000IRFm</Id></records>",
        &[&THING],
    );
    assert!(wrong.unwrap_err().is_decode());
    let other: Other = row("<records xsi:type='k:Other'><Text>5</Text></records>", &[])
        .cast()
        .unwrap();
    assert_eq!(other.get_as::<i64>(Other::TEXT).unwrap(), Some(5));
}

#[test]
fn a_record_without_a_view_is_changed_by_names() {
    let mut record = Record::of_type(&kinds::BASE, kinds::NS, "Brand_New__c");
    record.set_text("Id", "001D000000IRFma").unwrap();
    record.set_text("Amount__c", "2.50").unwrap();
    record.set_null("Phone__c").unwrap();
    record.set_text("Gone__c", "x").unwrap();
    let mut parent = Record::of_type(&kinds::BASE, kinds::NS, "Up");
    parent.set_text("Key__c", "k").unwrap();
    record.set_record("Up__r", parent.clone()).unwrap();
    record.remove("Gone__c");
    assert_eq!(record.field("Up__r").unwrap().as_record(), Some(&parent));
    assert!(record.field("Phone__c").unwrap().is_null() && record.field("Gone__c").is_none());
    let value = All {
        things: vec![record],
        ..All::default()
    };
    let written = probe::encode(&value).unwrap();
    let body = &written[written.find("<k:things").unwrap()..];
    assert_eq!(
        body,
        "<k:things xsi:type=\"k:Brand_New__c\"><k:fieldsToNull>Phone__c</k:fieldsToNull>\
         <k:Id>001D000000IRFma</k:Id><k:Amount__c>2.50</k:Amount__c><k:Up__r xsi:type=\"k:Up\">\
         <k:Id xsi:nil=\"true\"/><k:Key__c>k</k:Key__c></k:Up__r></k:things></k:All>"
    );

    let mut known: Record = Thing::new().into();
    known.set_null("Text").unwrap();
    known
        .set_record("Parent", Thing::new().with(Thing::TEXT, "p").into())
        .unwrap();
    let known: Thing = known.cast().unwrap();
    assert_eq!(known.presence(Thing::TEXT), Presence::Null);
    assert_eq!(
        known.get(Thing::PARENT).unwrap().get(Thing::TEXT),
        Some("p")
    );
    let mut known: Record = known.into();
    known.remove("Text");
    assert_eq!(known.presence(Thing::TEXT), Presence::Absent);
    for error in [
        known.set_record("Text", Record::default()).unwrap_err(),
        known.set_text("Parent", "x").unwrap_err(),
        known.set_null("a b").unwrap_err(),
        known.set_record("", Record::default()).unwrap_err(),
    ] {
        assert!(error.is_usage(), "{error}");
    }
}

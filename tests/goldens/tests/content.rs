//! Content models: a decoded value encodes to the same elements in the same order.

use saponify::probe::{decode, encode};
use saponify::{AnyValue, Attribute, Content, Limits, Node};
use saponify_goldens::content::*;

const NS: &str = "xmlns='urn:example:letters' xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance' \
    xmlns:xsd='http://www.w3.org/2001/XMLSchema'";

/// A letter with this content.
fn letter(content: &str) -> Letter {
    let document = format!("<Letter {NS}>{content}</Letter>");
    let letter: Letter = decode(&document, Limits::default(), &[]).expect(content);
    let again: Letter = decode(&encode(&letter).expect(content), Limits::default(), &[]).unwrap();
    assert_eq!(again, letter, "{content}");
    let json = serde_json::to_string(&letter).expect(content);
    let again: Letter = serde_json::from_str(&json).expect(&json);
    assert_eq!(again, letter, "{json}");
    // The members of a JSON object may have any order.
    let again: Letter = serde_json::from_value(serde_json::to_value(&letter).unwrap()).unwrap();
    assert_eq!(again, letter, "{json}");
    letter
}

/// The text between the tags of a letter, without prefixes.
fn written(letter: &Letter) -> String {
    let text = encode(letter).unwrap();
    let text = ["<l:", "</l:", "\"l:"].iter().fold(text, |text, prefix| {
        text.replace(prefix, prefix.trim_end_matches("l:"))
    });
    let start = text.find('>').unwrap() + 1;
    let end = text.rfind("</").unwrap_or(text.len());
    text[start..end].to_owned()
}

fn stays(content: &str) -> Letter {
    let letter = letter(content);
    assert_eq!(written(&letter), content);
    letter
}

#[test]
fn a_choice_is_an_enum() {
    let payment = |content: &str| {
        let letter = stays(&format!(
            "<payment currency=\"CHF\" version=\"2\"><amount>1.50</amount>{content}</payment>"
        ));
        letter.payment.unwrap()
    };
    let found = payment("<card>4711</card>");
    assert_eq!(
        found.card_or_iban,
        Some(PaymentCardOrIban::Card("4711".into()))
    );
    assert_eq!(found.today_or_on, None);
    let found = payment("<iban>CH93</iban><bic>X</bic><today>true</today>");
    let row = PaymentIbanAndBic {
        iban: "CH93".into(),
        bic: Some("X".into()),
    };
    assert_eq!(
        found.card_or_iban,
        Some(PaymentCardOrIban::IbanAndBic(row.into()))
    );
    assert_eq!(found.today_or_on, Some(PaymentTodayOrOn::Today(true)));
    let found = payment("<cash xsi:nil=\"true\"/>");
    assert_eq!(found.card_or_iban, Some(PaymentCardOrIban::Cash(None)));
    let found = payment("<voucher>1</voucher><voucher>2</voucher>");
    assert_eq!(
        found.card_or_iban,
        Some(PaymentCardOrIban::Voucher(vec![1, 2]))
    );
}

#[test]
fn in_a_choice_that_does_not_repeat_order_does_not_matter() {
    let letter = letter(
        "<payment version='2'><today>1</today><bic>X</bic><iban>CH93</iban><amount>1</amount></payment>",
    );
    assert_eq!(
        written(&letter),
        "<payment currency=\"EUR\" version=\"2\"><amount>1</amount><iban>CH93</iban><bic>X</bic>\
         <today>true</today></payment>"
    );
}

#[test]
fn repeated_content_keeps_its_order() {
    let route = stays(
        "<route><walk>1</walk><wait>2</wait><wait>3</wait><why>rain</why><ride><line>S3</line></ride>\
         <walk>4</walk>\
         <stop>A</stop><bench>x</bench><bench>y</bench><stop>B</stop><minutes>5</minutes><stop>C</stop>\
         <note>first</note><end>Z</end><note>second</note></route>",
    )
    .route
    .unwrap();
    assert_eq!(route.walk_or_ride.len(), 5);
    assert!(matches!(&route.walk_or_ride[1], RouteWalkOrRide::WaitAndWhy(w) if w.why.is_none()));
    assert!(matches!(&route.walk_or_ride[2], RouteWalkOrRide::WaitAndWhy(w) if w.wait == 3));
    let benches: Vec<usize> = route
        .stop_and_minutes
        .iter()
        .map(|s| s.bench.len())
        .collect();
    assert_eq!(benches, [2, 0, 0]);
    assert_eq!(
        (&*route.note, route.note_2.as_deref()),
        ("first", Some("second"))
    );
}

#[test]
fn elements_of_others_keep_their_place_in_a_choice() {
    let route = letter(
        "<route><walk>1</walk><o:fly xmlns:o='urn:other'>2</o:fly><walk>3</walk><note/><end/></route>",
    )
    .route
    .unwrap();
    assert_eq!(route.walk_or_ride.len(), 3);
    assert!(matches!(&route.walk_or_ride[1], RouteWalkOrRide::Any(e) if &*e.name == "fly"));
}

#[test]
fn a_type_within_its_own_choice() {
    let route = stays(
        "<route><ride><line>1</line><detour><walk>2</walk><note>n</note><end>e</end></detour></ride>\
         <note></note><end></end></route>",
    );
    let route = route.route.unwrap();
    let RouteWalkOrRide::Ride(ride) = &route.walk_or_ride[0] else {
        panic!("{route:?}");
    };
    assert!(ride.detour.is_some());
}

#[test]
fn mixed_content_is_text_and_elements_in_their_order() {
    let text = stays("<text xml:lang=\"en\"> Dear <b>all<br></br></b>,\n<br></br>hello </text>")
        .text
        .unwrap();
    assert_eq!(text.content.len(), 5);
    assert_eq!(text.content[0], TextContent::Text(" Dear ".into()));
    assert!(matches!(&text.content[1], TextContent::B(b) if b.content.len() == 2));
    let joined = letter("<text>a<!-- - -->b<![CDATA[c]]>&#100;</text>")
        .text
        .unwrap();
    assert_eq!(joined.content, [TextContent::Text("abcd".into())]);
    assert_eq!(
        stays("<bare> text alone </bare>").bare.unwrap().value,
        " text alone "
    );
}

#[test]
fn substitutes_stand_for_their_head() {
    let letter = stays(
        "<picture><pixels>00FF</pixels></picture><copy><page>1</page></copy>\
         <sheet><title>t</title><page>2</page><page>3</page></sheet>",
    );
    // The repeated head is the first field of the letter, so it receives all of these elements.
    assert!(matches!(
        letter.enclosure.as_slice(),
        [
            EnclosureElement::Picture(_),
            EnclosureElement::Copy(_),
            EnclosureElement::Sheet(_)
        ]
    ));
}

#[test]
fn substitutes_that_nobody_declared_are_kept() {
    let found = letter("<wax xmlns='urn:wax'>red</wax>");
    let [EnclosureElement::Other(wax)] = found.enclosure.as_slice() else {
        panic!("{found:?}");
    };
    assert_eq!((&*wax.name, wax.value.as_str()), ("wax", Some("red")));
    let lone = Letter {
        seal: Some(SealElement::Other(wax.clone())),
        ..Letter::default()
    };
    assert!(encode(&lone).unwrap().contains(">red<"));
}

#[test]
fn an_abstract_type_is_an_enum_of_its_derived_types() {
    let content = "<wrapped xsi:type=\"Sheet\"><page>1</page>\
        <behind xsi:type=\"Picture\"><title>t</title><pixels>00</pixels></behind></wrapped>";
    let letter = stays(content);
    let [Enclosure::Sheet(sheet)] = letter.wrapped.as_slice() else {
        panic!("{letter:?}");
    };
    assert!(matches!(&sheet.behind, Some(Enclosure::Picture(p)) if p.pixels.0 == [0]));
    let made = Letter {
        wrapped: vec![
            Sheet {
                page: vec![1],
                behind: None,
                title: None,
            }
            .into(),
        ],
        ..Letter::default()
    };
    assert_eq!(
        written(&made),
        "<wrapped xsi:type=\"Sheet\"><page>1</page></wrapped>"
    );
}

#[test]
fn an_undeclared_derived_type_is_kept() {
    let letter = letter(
        "<wrapped xmlns:o='urn:o' xsi:type='o:Box'><title>t</title><o:lid>1</o:lid></wrapped>",
    );
    let [Enclosure::Other(value)] = letter.wrapped.as_slice() else {
        panic!("{letter:?}");
    };
    let name = value.type_name.as_ref().unwrap();
    assert_eq!((&*name.namespace, &*name.name), ("urn:o", "Box"));
    let record = value.as_record().unwrap();
    assert_eq!(
        (record.text("title"), record.text("lid")),
        (Some("t"), Some("1"))
    );
}

#[test]
fn lists_defaults_and_attributes_of_others() {
    let content = "<frame color=\"x\"><stamp colours=\"red blue\" words=\"a b\">1 2 3</stamp>\
        <weights>7</weights><rows>1 2</rows><rows>3</rows><class>A</class><form>A4</form></frame>";
    let content = content.replace(" color=\"x\"", "");
    let frame = stays(&content).frame.unwrap();
    let stamp = frame.stamp.unwrap();
    assert_eq!(stamp.value, [1, 2, 3]);
    assert_eq!(stamp.colours, [Colour::Red, Colour::Blue]);
    assert_eq!((stamp.words.len(), frame.weights.as_slice()), (2, &[7][..]));
    let found = letter(
        "<frame xml:lang='de' o:k='&lt;v&gt;' xmlns:o='urn:o'><weights>\n 1\t2 </weights><class/><form/></frame>",
    );
    let frame = found.frame.as_ref().unwrap();
    assert_eq!(frame.weights, [1, 2]);
    assert_eq!(
        (frame.class.as_deref(), frame.form.as_deref()),
        (Some("B"), Some("A4"))
    );
    let names: Vec<&str> = frame.attributes.iter().map(|a| &*a.name).collect();
    assert_eq!(names, ["lang", "k"]);
    assert_eq!(frame.attributes[1].value, "<v>");
    // Fixed values and required elements are written although the caller does not set them.
    let made = Letter {
        frame: Some(Frame::default()),
        payment: Some(Payment::default()),
        ..Letter::default()
    };
    assert_eq!(
        written(&made),
        "<payment version=\"2\"><amount>0</amount></payment>\
         <frame><weights></weights><form>A4</form></frame>"
    );
}

#[test]
fn derived_types_have_the_choices_of_their_base() {
    let content = "<payment xsi:type=\"Express\" currency=\"EUR\" version=\"2\"><amount>1</amount>\
        <card>1</card><before>08:00:00Z</before></payment>";
    let payment = stays(content).payment.unwrap();
    assert_eq!(
        payment.card_or_iban,
        Some(PaymentCardOrIban::Card("1".into()))
    );
    let express = payment.derived.downcast_ref::<Express>().unwrap();
    assert!(matches!(
        express.before_or_within,
        Some(ExpressBeforeOrWithin::Before(_))
    ));
    assert_eq!(express.card_or_iban, payment.card_or_iban);
}

#[test]
fn undeclared_content_is_written_back() {
    let letter = letter(
        "<h:p xmlns:h='urn:h' class='x' h:id='7' xml:lang='en'>text <h:b>bold</h:b> and \
         <h:i/></h:p><wrapped xmlns:o='urn:o' xsi:type='o:Box' size='2'>some place<title>t</title>\
         </wrapped>",
    );
    let [EnclosureElement::Other(p)] = letter.enclosure.as_slice() else {
        panic!("{letter:?}");
    };
    let record = p.value.as_record().unwrap();
    assert_eq!(
        (record.text("b"), record.text("i")),
        (Some("bold"), Some(""))
    );
    let names = p.value.attributes.iter().map(|a| (&*a.namespace, &*a.name));
    let xml = "http://www.w3.org/XML/1998/namespace";
    assert_eq!(
        names.collect::<Vec<_>>(),
        [("", "class"), ("urn:h", "id"), (xml, "lang")]
    );
    let Content::Mixed(mixed) = &p.value.content else {
        panic!("{p:?}");
    };
    let words = mixed.nodes().map(|node| match node {
        Node::Text(text) => text,
        Node::Element(element) => &element.name,
    });
    assert_eq!(words.collect::<Vec<_>>(), ["text ", "b", " and ", "i"]);
    let [Enclosure::Other(wrapped)] = letter.wrapped.as_slice() else {
        panic!("{letter:?}");
    };
    assert_eq!(wrapped.attribute("size"), Some("2"));
    assert_eq!(wrapped.as_record().unwrap().text("title"), Some("t"));
    assert!(matches!(&wrapped.content, Content::Mixed(m) if m.nodes().count() == 2));
}

#[test]
fn attributes_that_cannot_be_are_refused() {
    let refused = |attributes: &[(&str, &str)]| {
        let attribute = |(namespace, name): &(&str, &str)| Attribute {
            namespace: (*namespace).into(),
            name: (*name).into(),
            value: String::new(),
        };
        let letter = Letter {
            wrapped: vec![Enclosure::Other(AnyValue {
                attributes: attributes.iter().map(attribute).collect(),
                ..AnyValue::text("")
            })],
            ..Letter::default()
        };
        encode(&letter).map_err(|error| error.to_string())
    };
    let xsi = "http://www.w3.org/2001/XMLSchema-instance";
    refused(&[("", "a"), ("urn:a", "a")]).unwrap();
    for (attributes, told) in [
        (&[("", "a"), ("", "a")][..], "twice"),
        (&[("", "xmlns")], "not an attribute"),
        (&[(xsi, "type")], "follow from the value"),
        (&[("", "a b")], "letters"),
    ] {
        let error = refused(attributes).unwrap_err();
        assert!(error.contains(told), "{error}");
    }
}

#[test]
fn values_of_any_simple_type_are_text_where_no_element_can_be() {
    let frame = stays(
        "<frame><weights>1</weights><form>A4</form><loose weight=\"1 &lt; 2\">a &amp; b</loose>\
         <any xsi:type=\"xsd:int\">7</any></frame>",
    )
    .frame
    .unwrap();
    let loose = frame.loose.unwrap();
    assert_eq!(loose.value.as_str(), Some("a & b"));
    assert_eq!(loose.weight.unwrap().as_str(), Some("1 < 2"));
    assert_eq!(frame.any.unwrap().parse(), Ok(7));
}

#[test]
fn an_item_of_a_list_that_would_come_back_as_two_is_refused() {
    for word in ["a b", ""] {
        let stamp = Stamp {
            words: vec!["ok".into(), word.into()],
            ..Stamp::default()
        };
        let error = encode(&stamp).unwrap_err();
        assert!(error.to_string().contains("white space"), "{error}");
        assert!(error.to_string().contains("words"), "{error}");
    }
}

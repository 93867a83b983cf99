//! Similar groups, and lists and wildcards in choices: nothing is lost, and nothing is added.

use saponify::probe::{decode, encode};
use saponify::{Attribute, Limits};
use saponify_goldens::groups::*;

const NS: &str = "xmlns='urn:example:odd' xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance'";

fn read(content: &str) -> All {
    let document = format!("<All {NS}>{content}</All>");
    read_all(&document)
}

fn read_all(document: &str) -> All {
    decode(document, Limits::default(), &[]).expect(document)
}

fn stays_in_json(all: &All) {
    let json = serde_json::to_string(all).unwrap();
    assert_eq!(
        serde_json::from_str::<All>(&json).expect(&json),
        *all,
        "{json}"
    );
}

fn stays(content: &str) {
    let all = read(content);
    let text = encode(&all).unwrap();
    let text = text.replace("<o:", "<").replace("</o:", "</");
    let start = text.find('>').unwrap() + 1;
    assert_eq!(&text[start..text.rfind("</").unwrap()], content);
    stays_in_json(&all);
}

#[test]
fn a_list_that_is_not_chosen_is_not_written() {
    stays("<lc><name>x</name></lc>");
}

#[test]
fn a_chosen_list_without_items_stays_chosen() {
    stays("<lc><lots></lots></lc>");
}

#[test]
fn choices_side_by_side_are_two() {
    stays("<tc><home>h</home><fax>f</fax></tc>");
}

#[test]
fn a_default_of_simple_content_with_attributes() {
    stays("<df><price currency=\"EUR\">5</price></df>");
    let all = read("<df><price currency='EUR'/></df>");
    assert_eq!(all.df.unwrap().price.value.as_str(), "0");
}

#[test]
fn a_branch_of_any_elements_takes_them_all() {
    stays(concat!(
        "<sa><_x:x xmlns:_x=\"urn:f\">1</_x:x><_x:y xmlns:_x=\"urn:f\">2</_x:y>",
        "<last>z</last></sa>"
    ));
    stays(concat!(
        "<ac><id>1</id><_x:x xmlns:_x=\"urn:f\">1</_x:x><_x:y xmlns:_x=\"urn:f\">2</_x:y>",
        "<id>2</id><none>true</none></ac>"
    ));
}

#[test]
fn an_attribute_declares_no_namespace() {
    let attribute = Attribute {
        namespace: "".into(),
        name: "xmlns".into(),
        value: "urn:other".into(),
    };
    let wl = WordList {
        w: vec![],
        attributes: vec![attribute],
    };
    let all = All {
        wl: Some(wl),
        ..All::default()
    };
    assert!(encode(&all).is_err());
}

#[test]
fn elements_of_several_wildcards_stay_where_they_are() {
    stays(concat!(
        "<bw><_x:x xmlns:_x=\"urn:f\">1</_x:x><m>m</m><_x:x xmlns:_x=\"urn:f\">2</_x:x>",
        "<_x:y xmlns:_x=\"urn:f\">3</_x:y></bw>"
    ));
    stays("<bw><m>m</m><_x:x xmlns:_x=\"urn:f\">2</_x:x></bw>");
    let content = concat!(
        "<bw xsi:type=\"o:Further\"><m>m</m><_x:x xmlns:_x=\"urn:f\">1</_x:x><n>n</n>",
        "<_x:x xmlns:_x=\"urn:f\">2</_x:x></bw>"
    );
    let all = read(&content.replace("o:F", "F"));
    let further: &Further = all.bw.as_ref().unwrap().derived.downcast_ref().unwrap();
    let counts = [&further.any, &further.any_after_m, &further.any_after_n].map(Vec::len);
    assert_eq!(counts, [0, 1, 1]);
}

#[test]
fn mixed_content_of_a_derived_type_is_kept_with_the_type() {
    let content = concat!(
        "<mb a=\"1\" xsi:type=\"MixDerived\" z=\"2\">one <b>two</b> three <i>four</i> five<i>six</i>",
        "</mb>"
    );
    let all = read(content);
    let base = all.mb.as_ref().unwrap();
    let derived: &MixDerived = base.derived.downcast_ref().unwrap();
    assert_eq!(
        (derived.content.len(), derived.z.as_deref()),
        (6, Some("2"))
    );
    // The base contains the content that a reader of the base type knows.
    assert_eq!(
        base.content,
        [
            MixBaseContent::Text("one ".into()),
            MixBaseContent::B("two".into()),
            MixBaseContent::Text(" three ".into()),
            MixBaseContent::Text(" five".into()),
        ]
    );
    let again = read_all(&encode(&all).unwrap());
    assert_eq!(again, all);
    stays_in_json(&all);
}

#[test]
fn mixed_content_of_text_alone_may_be_derived_from() {
    let all = read("<nt lang='en' xsi:type='RichNote' size='2'>a <b>c</b> d</nt>");
    let note = all.nt.as_ref().unwrap();
    let rich: &RichNote = note.derived.downcast_ref().unwrap();
    assert_eq!((rich.content.len(), rich.size), (3, Some(2)));
    assert_eq!(note.content.len(), 2);
    assert_eq!(read_all(&encode(&all).unwrap()), all);
    stays("<nt lang=\"en\">alone</nt>");
}

#[test]
fn wildcards_of_restrictions_and_repeated_sequences_stay_where_they_are() {
    let x = |n: u8| format!("<_x:x xmlns:_x=\"urn:f\">{n}</_x:x>");
    stays(&format!("<ex>{}<m>m</m>{}</ex>", x(1), x(2)));
    let row = format!("<m>m</m>{}", x(2));
    stays(&format!("<rw>{}{row}{row}</rw>", x(1)));
}

#[test]
fn attributes_of_one_name_are_two() {
    let all = read("<tl lang='a' xml:lang='b'/>");
    let langs = all.tl.as_ref().unwrap();
    assert_eq!(
        (langs.lang.as_deref(), langs.lang_2.as_deref()),
        (Some("a"), Some("b"))
    );
    stays_in_json(&all);
}

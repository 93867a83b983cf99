//! Groups that are alike, lists and wildcards in choices: nothing is lost, nothing is added.

use saponify::probe::{decode, encode};
use saponify::{Attribute, Limits};
use saponify_goldens::groups::*;

const NS: &str = "xmlns='urn:example:odd' xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance'";

fn read(content: &str) -> All {
    let document = format!("<All {NS}>{content}</All>");
    decode(&document, Limits::default(), &[]).expect(content)
}

fn stays(content: &str) {
    let all = read(content);
    let text = encode(&all).unwrap();
    let text = text.replace("<o:", "<").replace("</o:", "</");
    let start = text.find('>').unwrap() + 1;
    assert_eq!(&text[start..text.rfind("</").unwrap()], content);
    let json = serde_json::to_string(&all).unwrap();
    assert_eq!(
        serde_json::from_str::<All>(&json).expect(&json),
        all,
        "{json}"
    );
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

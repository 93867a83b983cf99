//! Records out of answers.

use saponify::generated::Type;
use saponify::probe;
use saponify::{Error, Limits, Record};

use super::{NS, Response, THING, Thing};

pub const XSI: &str = "http://www.w3.org/2001/XMLSchema-instance";
pub const XSD: &str = "http://www.w3.org/2001/XMLSchema";

fn document(rows: &str) -> String {
    format!(
        "<e:Envelope xmlns:e='http://schemas.xmlsoap.org/soap/envelope/' xmlns:xsi='{XSI}' \
         xmlns:k='{NS}' xmlns='{NS}' xmlns:xsd='{XSD}'><e:Body><queryResponse><result>{rows}\
         <done>true</done><size>1</size></result></queryResponse></e:Body></e:Envelope>"
    )
}

/// The rows of an answer: the same one by one and as a list, when both know as much.
pub fn rows(content: &str, known: &[&'static Type]) -> Result<Vec<Record>, Error> {
    let document = document(content);
    let mut response = Response::default();
    let limits = Limits::default();
    let whole = probe::answer(
        &super::OPERATION,
        &mut response,
        [document.as_bytes()],
        limits,
    );
    let single = probe::rows(
        &super::OPERATION,
        known,
        document.as_bytes().chunks(11),
        limits,
    );
    assert_eq!(
        whole.is_ok() || !known.is_empty(),
        single.is_ok() || !known.is_empty()
    );
    if known.is_empty() && whole.is_ok() {
        assert_eq!(&response.result.records, single.as_ref().unwrap());
    }
    single
}

pub fn row(content: &str, known: &[&'static Type]) -> Record {
    let mut rows = rows(content, known).unwrap();
    assert_eq!(rows.len(), 1);
    rows.remove(0)
}

pub fn thing(content: &str) -> Thing {
    let record = row(
        &format!("<records xsi:type='k:Thing'>{content}</records>"),
        &[&THING],
    );
    record.cast().unwrap()
}

//! Open enumerations.

use super::parts;
use super::writer::Writer;
use crate::plan::Enum;
use crate::print::escape::{code, literal};

pub(super) fn print(w: &mut Writer<'_, '_>, enumeration: &Enum<'_>) {
    w.item_doc(&code(enumeration.wire), enumeration.documentation);
    w.derives(&enumeration.derives);
    w.out.line(&["#[non_exhaustive]"]);
    w.out.open(&["pub enum ", &enumeration.ident, " {"]);
    for variant in &enumeration.variants {
        if w.plan.docs {
            w.item_doc(&code(variant.wire), variant.documentation);
        }
        w.out.line(&[&variant.ident, ","]);
    }
    if w.plan.docs {
        w.out.doc(
            "A value that the WSDL does not list. Use [`as_str`](Self::as_str) to match on it: a later",
        );
        w.out.doc("version of this code may list it.");
    }
    let string = w.prelude().string();
    w.out.line(&["Other(", string, "),"]);
    w.out.close(&["}"]);
    w.out.blank();
    let variants = enumeration.variants.iter();
    let variants = variants.map(|variant| {
        let text = [&variant.ident, " = ", &literal(variant.wire)].concat();
        (text, ",")
    });
    let first = [enumeration.ident.as_str()];
    parts::print(w, "g::open_enum!", &first, parts::PART, variants);
    w.serde("open_enum", &enumeration.ident);
}

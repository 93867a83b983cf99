//! Open enumerations.

use super::writer::Writer;
use crate::plan::Enum;
use crate::print::escape::{code, literal};

pub(super) fn print(w: &mut Writer<'_, '_>, enumeration: &Enum<'_>) {
    w.out.open(&["g::open_enum! {"]);
    w.item_doc(&code(enumeration.wire), enumeration.documentation);
    w.derives(&enumeration.derives);
    w.out.open(&[&enumeration.ident, " {"]);
    for variant in &enumeration.variants {
        if w.plan.docs {
            w.item_doc(&code(variant.wire), variant.documentation);
        }
        w.out
            .line(&[&variant.ident, " = ", &literal(variant.wire), ","]);
    }
    w.out.close(&["}"]);
    w.out.close(&["}"]);
    w.serde("open_enum", &enumeration.ident);
}

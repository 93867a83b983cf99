//! Choices and abstract types: enums whose variants hold values.

use super::field_docs;
use super::writer::Writer;
use crate::plan::{Abstract, Choice};
use crate::print::escape::code;

pub(super) fn print<'p>(w: &mut Writer<'p, '_>, choice: &'p Choice<'_>) {
    let table = w.table(choice.table);
    w.out.open(&["g::choice! {"]);
    let title = [&code(&choice.wire), ": ", &field_docs::group(&choice.group)].concat();
    w.out.doc(&title);
    w.derives(&choice.derives);
    w.out.open(&[&choice.ident, ", ", &table, " {"]);
    for (index, variant) in choice.variants.iter().enumerate() {
        if w.plan.docs {
            field_docs::print(&mut w.out, &variant.doc);
        }
        let ty = w.field_type(&variant.ty);
        let index = index.to_string();
        w.out.line(&[&variant.ident, "(", &ty, ") = ", &index, ","]);
    }
    w.out.close(&["}"]);
    w.out.close(&["}"]);
    w.serde("structure", &choice.ident);
}

pub(super) fn print_abstract<'p>(w: &mut Writer<'p, '_>, ty: &'p Abstract<'_>) {
    w.out.open(&["g::abstract_type! {"]);
    let title = [&code(&ty.wire), ": any type that derives from it"].concat();
    w.item_doc(&title, ty.documentation);
    w.derives(&ty.derives);
    w.out.open(&[&ty.ident, " {"]);
    for variant in &ty.variants {
        let path = w.path(&variant.ty);
        if w.plan.docs {
            w.out.doc(&["[`", &path, "`]"].concat());
        }
        let boxed = w.prelude().boxed();
        w.out
            .line(&[&variant.ident, "(", boxed, "<", &path, ">) = ", &path, ","]);
    }
    w.out.close(&["}"]);
    w.out.close(&["}"]);
    w.serde("abstract_type", &ty.ident);
}

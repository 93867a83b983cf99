//! Choices and abstract types: enums whose variants hold values.

use super::types::{Imports, Scope, field_type, path};
use super::{docs, views};
use crate::plan::{Abstract, Choice, Plan};

pub(super) fn push(
    out: &mut String,
    plan: &Plan<'_>,
    choice: &Choice<'_>,
    scope: &Scope,
    imports: &mut Imports,
) {
    imports.add("tables");
    out.push_str("g::choice! {\n");
    let wire = docs::code(&choice.wire);
    docs::push_line(out, 1, &format!("{wire}: {}", choice.about));
    push_derives(out, &choice.derives);
    out.push_str(&format!(
        "    {}, tables::{} {{\n",
        choice.ident, choice.table
    ));
    for (index, variant) in choice.variants.iter().enumerate() {
        if plan.docs {
            views::push_doc(out, 2, &variant.doc, false);
        }
        let ty = field_type(&variant.ty, scope, imports);
        out.push_str(&format!("        {}({ty}) = {index},\n", variant.ident));
    }
    out.push_str("    }\n}\n");
    views::push_serde(out, plan, "structure", &choice.ident);
}

pub(super) fn push_abstract(
    out: &mut String,
    plan: &Plan<'_>,
    ty: &Abstract<'_>,
    scope: &Scope,
    imports: &mut Imports,
) {
    out.push_str("g::abstract_type! {\n");
    docs::push_line(
        out,
        1,
        &format!("{}: any type that derives from it", docs::code(&ty.wire)),
    );
    if let (true, Some(text)) = (plan.docs, ty.documentation) {
        docs::push_line(out, 1, "");
        docs::push(out, 1, text);
    }
    push_derives(out, &ty.derives);
    out.push_str(&format!("    {} {{\n", ty.ident));
    for variant in &ty.variants {
        let path = path(&variant.ty, imports);
        if plan.docs {
            docs::push_line(out, 2, &format!("[`{path}`]"));
        }
        let held = format!("{}<{path}>", scope.boxed());
        out.push_str(&format!("        {}({held}) = {path},\n", variant.ident));
    }
    out.push_str("    }\n}\n");
    views::push_serde(out, plan, "abstract_type", &ty.ident);
}

fn push_derives(out: &mut String, derives: &[String]) {
    if !derives.is_empty() {
        out.push_str(&format!("    #[derive({})]\n", derives.join(", ")));
    }
}

//! Open enumerations.

use super::text::push_literal;
use super::{docs, views};
use crate::plan::{Enum, Plan};

pub(super) fn push(out: &mut String, plan: &Plan<'_>, enumeration: &Enum<'_>) {
    out.push_str("g::open_enum! {\n");
    docs::push_line(out, 1, &docs::code(enumeration.wire));
    if let (true, Some(text)) = (plan.docs, enumeration.documentation) {
        docs::push_line(out, 1, "");
        docs::push(out, 1, text);
    }
    if !enumeration.derives.is_empty() {
        out.push_str(&format!(
            "    #[derive({})]\n",
            enumeration.derives.join(", ")
        ));
    }
    out.push_str("    ");
    out.push_str(&enumeration.ident);
    out.push_str(" {\n");
    for variant in &enumeration.variants {
        if plan.docs {
            docs::push_line(out, 2, &docs::code(variant.wire));
            if let Some(text) = variant.documentation {
                docs::push_line(out, 2, "");
                docs::push(out, 2, text);
            }
        }
        out.push_str("        ");
        out.push_str(&variant.ident);
        out.push_str(" = ");
        push_literal(out, variant.wire);
        out.push_str(",\n");
    }
    out.push_str("    }\n}\n");
    views::push_serde(out, plan, "open_enum", &enumeration.ident);
}

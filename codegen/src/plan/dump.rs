//! The plan as text, for `--dump plan`. The format is for reading and may change.

use std::fmt;

use super::output::Plan;
use super::types::{Boxing, Field, Item, TypeRef};

impl fmt::Display for Plan<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, namespace) in self.namespaces.iter().enumerate().skip(1) {
            writeln!(
                f,
                "namespace {number} {} {:?}",
                namespace.prefix, namespace.uri
            )?;
        }
        for module in &self.modules {
            writeln!(f, "\nmodule {}", module.name)?;
            for item in &module.items {
                self.item(f, item)?;
            }
        }
        if !self.operations.is_empty() {
            writeln!(f, "\noperations")?;
        }
        for operation in &self.operations {
            write!(f, "  {} = {:?} (", operation.method, operation.wire)?;
            for (n, argument) in operation.arguments.iter().enumerate() {
                let comma = if n == 0 { "" } else { ", " };
                write!(
                    f,
                    "{comma}{}: {:?} {:?}",
                    argument.ident, argument.wrap, argument.inner
                )?;
            }
            write!(f, ")")?;
            if let Some(output) = &operation.output {
                write!(f, " -> {:?} {:?}", output.wrap, output.inner)?;
            }
            let style = &operation.style;
            for (set, what) in [
                (style.bare_request, "bare request"),
                (style.bare_response, "bare response"),
                (style.rpc, "rpc"),
                (style.encoded, "encoded"),
                (style.one_way, "one-way"),
            ] {
                if set {
                    write!(f, ", {what}")?;
                }
            }
            writeln!(f)?;
            for (what, parts) in [
                ("headers", &operation.headers),
                ("headers of the response", &operation.output_headers),
                ("faults", &operation.faults),
            ] {
                let tables: Vec<_> = parts
                    .iter()
                    .map(|part| self.table(part.table).ident.as_str())
                    .collect();
                if !tables.is_empty() {
                    writeln!(f, "    {what} {}", tables.join(" "))?;
                }
            }
        }
        for service in &self.services {
            let (name, port) = (service.name, service.port);
            writeln!(f, "\nservice {} = {name:?} port {port:?}", service.ident)?;
            let version = if service.soap12 { "1.2" } else { "1.1" };
            writeln!(f, "  at {:?} by SOAP {version}", service.endpoint)?;
        }
        if let Some(server) = &self.server {
            for port_type in &server.port_types {
                let (ident, name) = (&port_type.ident, port_type.name);
                writeln!(f, "\nserver {ident} = {name:?} ports {:?}", port_type.ports)?;
            }
            for faults in server.faults.iter().filter(|it| !it.variants.is_empty()) {
                let variants = faults.variants.iter().map(|fault| fault.ident.as_str());
                let variants: Vec<&str> = variants.collect();
                writeln!(f, "  {}: {}", faults.ident, variants.join(" "))?;
            }
            writeln!(f, "  {} documents", server.documents.len())?;
        }
        writeln!(f, "\ntables")?;
        for table in &self.tables {
            write!(f, "  {} = {}:{:?}", table.ident, table.ns, table.wire)?;
            if let Some(base) = &table.base {
                write!(f, " base {}", self.table(*base).ident)?;
            }
            writeln!(
                f,
                ", {} fields, sorted from {}",
                table.fields.len(),
                table.sorted_from
            )?;
        }
        for note in &self.notes {
            writeln!(f, "\nnote: {note}")?;
        }
        Ok(())
    }
}

impl Plan<'_> {
    fn item(&self, f: &mut fmt::Formatter<'_>, item: &Item<'_>) -> fmt::Result {
        match item {
            Item::View(view) => {
                writeln!(f, "  view {} = {:?}", view.ident, view.wire)?;
                for field in &view.fields {
                    let wire = &field.doc.wire;
                    writeln!(
                        f,
                        "    {} {} = {wire:?}: {:?}",
                        field.index, field.getter, field.ty
                    )?;
                }
            }
            Item::Struct(structure) => {
                write!(f, "  struct {} = {:?}", structure.ident, structure.wire)?;
                if let Some(base) = &structure.base {
                    write!(f, " base {base}")?;
                }
                for derived in &structure.derived {
                    write!(f, " derived {derived}")?;
                }
                writeln!(f)?;
                fields(f, &structure.fields)?;
            }
            Item::Choice(choice) => {
                writeln!(f, "  choice {} = {:?}", choice.ident, choice.wire)?;
                fields(f, &choice.variants)?;
            }
            Item::Abstract(ty) => {
                writeln!(f, "  abstract {} = {:?}", ty.ident, ty.wire)?;
                for variant in &ty.variants {
                    writeln!(f, "    {} = {}", variant.ident, variant.ty)?;
                }
            }
            Item::Enum(enumeration) => {
                writeln!(f, "  enum {} = {:?}", enumeration.ident, enumeration.wire)?;
                for variant in &enumeration.variants {
                    writeln!(f, "    {} = {:?}", variant.ident, variant.wire)?;
                }
            }
        }
        Ok(())
    }
}

fn fields(f: &mut fmt::Formatter<'_>, fields: &[Field<'_>]) -> fmt::Result {
    for (index, field) in fields.iter().enumerate() {
        let (ident, wire) = (&field.ident, &field.doc.wire);
        let boxed = match field.ty.boxing {
            Boxing::None => "",
            Boxing::Box => " boxed",
            Boxing::Deep => " in a deep box",
        };
        let (wrap, inner) = (field.ty.wrap, &field.ty.inner);
        writeln!(
            f,
            "    {index} {ident} = {wire:?}: {wrap:?} {inner:?}{boxed}"
        )?;
    }
    Ok(())
}

impl fmt::Display for TypeRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}::{}", self.module, self.ident)
    }
}

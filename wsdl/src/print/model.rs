//! Prints a model: one line per construct, and names with the preferred prefixes of the documents.

use std::collections::HashMap;
use std::fmt::{self, Display, Formatter, Write};

use crate::model::*;

/// Prints the whole model in document order, for debugging and for tests. The format is unstable.
impl Display for Model {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let mut printer = Printer {
            model: self,
            prefixes: prefixes(self),
            out: f,
            indent: 0,
        };
        printer.model()
    }
}

pub(super) struct Printer<'m, 'f, 'o> {
    pub(super) model: &'m Model,
    prefixes: Vec<String>,
    out: &'f mut Formatter<'o>,
    indent: usize,
}

/// A unique prefix for each namespace.
fn prefixes(model: &Model) -> Vec<String> {
    let mut uses: HashMap<&str, u32> = HashMap::new();
    for namespace in &model.namespaces {
        *uses
            .entry(namespace.prefix.as_deref().unwrap_or_default())
            .or_default() += 1;
    }
    let names = model.namespaces.iter().enumerate();
    names
        .map(|(index, namespace)| match namespace.prefix.as_deref() {
            _ if namespace.uri.is_empty() => String::new(),
            Some(prefix) if uses.get(prefix) == Some(&1) => prefix.to_string(),
            _ => format!("ns{index}"),
        })
        .collect()
}

impl Printer<'_, '_, '_> {
    pub(super) fn line(&mut self, text: impl Display) -> fmt::Result {
        for _ in 0..self.indent {
            self.out.write_str("  ")?;
        }
        writeln!(self.out, "{text}")
    }

    pub(super) fn indented(&mut self, body: impl FnOnce(&mut Self) -> fmt::Result) -> fmt::Result {
        self.indent += 1;
        body(self)?;
        self.indent -= 1;
        Ok(())
    }

    pub(super) fn documentation(&mut self, text: &Option<String>) -> fmt::Result {
        match text {
            Some(text) => self.indented(|this| this.line(format_args!("doc {text:?}"))),
            None => Ok(()),
        }
    }

    fn name(&self, ns: NsId, local: &str) -> String {
        match self.prefixes.get(ns.0 as usize).map(String::as_str) {
            None | Some("") => local.to_string(),
            Some(prefix) => format!("{prefix}:{local}"),
        }
    }

    pub(super) fn qname(&self, name: &QName) -> String {
        self.name(name.ns, &name.local)
    }

    pub(super) fn type_name(&self, id: TypeId) -> String {
        match &self.model.type_def(id).name {
            TypeName::Global(name) => self.qname(name),
            TypeName::Anonymous { ns, owner, path } => {
                let owner = match owner {
                    Owner::Element => "element ",
                    Owner::Type => "",
                    Owner::Other => "group ",
                };
                format!("({owner}{})", self.name(*ns, &path.join("/")))
            }
        }
    }

    fn model(&mut self) -> fmt::Result {
        let model = self.model;
        self.line(format_args!(
            "definitions {}",
            model.name.as_deref().unwrap_or("-")
        ))?;
        self.documentation(&model.documentation)?;
        self.indented(|this| {
            if let Some(ns) = model.target_namespace {
                this.line(format_args!("target {}", model.namespace(ns)))?;
            }
            if let Some(comment) = &model.leading_comment {
                this.line(format_args!("comment {comment:?}"))?;
            }
            for file in &model.files {
                this.line(format_args!("file {}", file.display()))?;
            }
            for (namespace, prefix) in model.namespaces.iter().zip(this.prefixes.clone()) {
                let prefix = if prefix.is_empty() { "-" } else { &prefix };
                this.line(format_args!("namespace {prefix} {:?}", namespace.uri))?;
            }
            Ok(())
        })?;
        for schema in &model.schemas {
            let form = |qualified| {
                if qualified {
                    "qualified"
                } else {
                    "unqualified"
                }
            };
            self.line(format_args!(
                "schema {:?} elements {}, attributes {} @{}",
                model.namespace(schema.target_namespace),
                form(schema.element_qualified),
                form(schema.attribute_qualified),
                schema.position,
            ))?;
            self.documentation(&schema.documentation)?;
        }
        for index in 0..model.types.len() {
            self.type_def(TypeId(index as u32))?;
        }
        for element in &model.elements {
            let mut line = format!(
                "element {}: {}",
                self.qname(&element.name),
                self.type_name(element.type_id)
            );
            value_constraints(
                &mut line,
                element.nillable,
                &element.default,
                &element.fixed,
            )?;
            if element.is_abstract {
                line.push_str(" abstract");
            }
            if let Some(head) = element.substitution_group {
                let head = self.qname(&model.element(head).name);
                write!(line, " substitutes {head}")?;
            }
            self.line(format_args!("{line} @{}", element.position))?;
            self.documentation(&element.documentation)?;
        }
        self.wsdl()?;
        for note in &model.notes {
            let file = match &note.file {
                Some(file) => format!("{}:", file.display()),
                None => String::new(),
            };
            self.line(format_args!("note {file}{} {}", note.position, note.text))?;
        }
        Ok(())
    }

    fn type_def(&mut self, id: TypeId) -> fmt::Result {
        let definition = self.model.type_def(id);
        let name = self.type_name(id);
        let position = definition.position;
        match &definition.kind {
            TypeKind::Builtin(_) => self.line(format_args!("builtin {name}")),
            TypeKind::Simple(simple) => {
                let variety = match &simple.variety {
                    Variety::Restriction(base) => format!("restricts {}", self.type_name(*base)),
                    Variety::List(item) => format!("lists {}", self.type_name(*item)),
                    Variety::Union(members) => {
                        let members = members.iter().map(|id| self.type_name(*id));
                        format!("unites {}", members.collect::<Vec<_>>().join(", "))
                    }
                };
                self.line(format_args!("simple {name} {variety} @{position}"))?;
                self.documentation(&definition.documentation)?;
                self.indented(|this| this.facets(&simple.facets))
            }
            TypeKind::Complex(complex) => {
                let mut line = format!("complex {name}");
                if let Some(derivation) = &complex.derivation {
                    line.push_str(match derivation.method {
                        DerivationMethod::Extension => " extends ",
                        DerivationMethod::Restriction => " restricts ",
                    });
                    line.push_str(&self.type_name(derivation.base));
                }
                if complex.is_abstract {
                    line.push_str(" abstract");
                }
                if complex.mixed {
                    line.push_str(" mixed");
                }
                if let Content::Simple(_) = complex.content {
                    line.push_str(" text");
                }
                self.line(format_args!("{line} @{position}"))?;
                self.documentation(&definition.documentation)?;
                self.indented(|this| {
                    match &complex.content {
                        Content::Empty => {}
                        Content::Elements(particle) => this.particle(particle)?,
                        Content::Simple(facets) => this.facets(facets)?,
                    }
                    for attribute in &complex.attributes {
                        this.attribute(attribute)?;
                    }
                    match &complex.any_attribute {
                        Some(any) => {
                            let any = this.wildcard(any);
                            this.line(format_args!("any attribute {any}"))
                        }
                        None => Ok(()),
                    }
                })
            }
        }
    }

    fn facets(&mut self, facets: &Facets) -> fmt::Result {
        for value in &facets.enumerations {
            let qname = match &value.qname {
                Some(name) => format!(" = {}", self.qname(name)),
                None => String::new(),
            };
            self.line(format_args!("value {:?}{qname}", value.value))?;
            self.documentation(&value.documentation)?;
        }
        for pattern in &facets.patterns {
            self.line(format_args!("pattern {pattern:?}"))?;
        }
        let numbers = [
            ("length", facets.length),
            ("minLength", facets.min_length),
            ("maxLength", facets.max_length),
            ("totalDigits", facets.total_digits),
            ("fractionDigits", facets.fraction_digits),
        ];
        for (name, number) in numbers {
            if let Some(number) = number {
                self.line(format_args!("{name} {number}"))?;
            }
        }
        let bounds = [
            ("minInclusive", &facets.min_inclusive),
            ("maxInclusive", &facets.max_inclusive),
            ("minExclusive", &facets.min_exclusive),
            ("maxExclusive", &facets.max_exclusive),
        ];
        for (name, bound) in bounds {
            if let Some(bound) = bound {
                self.line(format_args!("{name} {bound:?}"))?;
            }
        }
        match facets.white_space {
            Some(white_space) => self.line(format_args!("whiteSpace {white_space:?}")),
            None => Ok(()),
        }
    }

    fn particle(&mut self, particle: &Particle) -> fmt::Result {
        let occurs = match (particle.min_occurs, particle.max_occurs) {
            (1, Some(1)) => String::new(),
            (min, Some(max)) => format!(" {min}..{max}"),
            (min, None) => format!(" {min}..*"),
        };
        let (keyword, members) = match &particle.term {
            Term::Element(element) => {
                let name = self.name(element.ns, &element.name);
                let mut line = format!("{name}: {}{occurs}", self.type_name(element.type_id));
                value_constraints(
                    &mut line,
                    element.nillable,
                    &element.default,
                    &element.fixed,
                )?;
                self.line(line)?;
                return self.documentation(&element.documentation);
            }
            Term::Ref(id) => {
                let name = self.qname(&self.model.element(*id).name);
                return self.line(format_args!("-> {name}{occurs}"));
            }
            Term::Any(wildcard) => {
                let wildcard = self.wildcard(wildcard);
                return self.line(format_args!("any {wildcard}{occurs}"));
            }
            Term::Sequence(members) => ("sequence", members),
            Term::Choice(members) => ("choice", members),
            Term::All(members) => ("all", members),
        };
        self.line(format_args!("{keyword}{occurs}"))?;
        self.indented(|this| members.iter().try_for_each(|member| this.particle(member)))
    }

    fn attribute(&mut self, attribute: &AttributeUse) -> fmt::Result {
        let name = self.name(attribute.ns, &attribute.name);
        let mut line = format!("@{name}: {}", self.type_name(attribute.type_id));
        line.push_str(match attribute.usage {
            Usage::Optional => "",
            Usage::Required => " required",
            Usage::Prohibited => " prohibited",
        });
        value_constraints(&mut line, false, &attribute.default, &attribute.fixed)?;
        if let Some(array) = &attribute.array_type {
            write!(
                line,
                " array of {}{}",
                self.type_name(array.item),
                array.dimensions
            )?;
        }
        self.line(line)?;
        self.documentation(&attribute.documentation)
    }

    fn wildcard(&self, wildcard: &Wildcard) -> String {
        let uri = |id: &NsId| format!("{:?}", self.model.namespace(*id));
        let namespaces = match &wildcard.namespaces {
            WildcardNamespaces::Any => "##any".to_string(),
            WildcardNamespaces::Other(ns) => format!("not {}", uri(ns)),
            WildcardNamespaces::List(list) => {
                format!("of {}", list.iter().map(uri).collect::<Vec<_>>().join(" "))
            }
        };
        let process = match wildcard.process_contents {
            ProcessContents::Strict => "strict",
            ProcessContents::Lax => "lax",
            ProcessContents::Skip => "skip",
        };
        format!("{namespaces} {process}")
    }
}

fn value_constraints(
    line: &mut String,
    nillable: bool,
    default: &Option<String>,
    fixed: &Option<String>,
) -> fmt::Result {
    if nillable {
        line.push_str(" nillable");
    }
    if let Some(default) = default {
        write!(line, " default {default:?}")?;
    }
    if let Some(fixed) = fixed {
        write!(line, " fixed {fixed:?}")?;
    }
    Ok(())
}

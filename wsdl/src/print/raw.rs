//! Prints the documents before names are resolved: one line per construct, and names as written.

use std::fmt::{Display, Write};

use crate::documents::Documents;
use crate::model::DerivationMethod;
use crate::names::{Namespaces, Ns};
use crate::raw::{
    Attribute, AttributeItem, Attributes, Binding, BindingMessage, Content, Definitions, Element,
    Facets, Header, Import, Item, Operation, Particle, Schema, SimpleType, Term, Type, Variety,
    Wildcard, WildcardItem,
};
use crate::xml::Name;

/// Prints all documents, without the built-in schemas.
pub(crate) fn print(documents: &Documents<'_>) -> String {
    let mut printer = Printer {
        namespaces: &documents.namespaces,
        out: String::new(),
        indent: 0,
    };
    for definitions in &documents.definitions {
        printer.definitions(definitions);
    }
    for schema in documents.schemas.iter().filter(|schema| !schema.built_in) {
        printer.schema(schema);
    }
    printer.out
}

struct Printer<'p, 'a> {
    namespaces: &'p Namespaces<'a>,
    out: String,
    indent: usize,
}

impl Printer<'_, '_> {
    fn line(&mut self, text: impl Display) {
        for _ in 0..self.indent {
            self.out.push_str("  ");
        }
        // Writing to a string cannot fail.
        let _ = writeln!(self.out, "{text}");
    }

    fn indented(&mut self, body: impl FnOnce(&mut Self)) {
        self.indent += 1;
        body(self);
        self.indent -= 1;
    }

    fn uri(&self, ns: Option<Ns>) -> String {
        match ns {
            Some(ns) => format!("{:?}", self.namespaces.uri(ns)),
            None => "-".to_string(),
        }
    }

    fn documentation(&mut self, text: &Option<String>) {
        if let Some(text) = text {
            self.indented(|this| this.line(format_args!("doc {text:?}")));
        }
    }

    fn import(&mut self, import: &Import<'_>) {
        let uri = self.uri(import.namespace);
        let location = import.location.as_deref().unwrap_or("-");
        self.line(format_args!(
            "import {:?} {uri} from {location:?}",
            import.kind
        ));
    }

    fn definitions(&mut self, definitions: &Definitions<'_>) {
        let uri = self.uri(definitions.target_namespace);
        let name = definitions.name.as_deref().unwrap_or("-");
        self.line(format_args!(
            "definitions {name} {uri} file {}",
            definitions.file
        ));
        self.documentation(&definitions.documentation);
        self.indented(|this| {
            for import in &definitions.imports {
                this.import(import);
            }
            for message in &definitions.messages {
                this.line(format_args!(
                    "message {} @{}",
                    message.name, message.position
                ));
                this.indented(|this| {
                    for part in &message.parts {
                        let element = named(" element ", &part.element);
                        let type_name = named(" type ", &part.type_name);
                        this.line(format_args!("part {}{element}{type_name}", part.name));
                    }
                });
            }
            for port_type in &definitions.port_types {
                this.line(format_args!(
                    "portType {} @{}",
                    port_type.name, port_type.position
                ));
                this.documentation(&port_type.documentation);
                this.indented(|this| port_type.operations.iter().for_each(|o| this.operation(o)));
            }
            definitions.bindings.iter().for_each(|b| this.binding(b));
            for service in &definitions.services {
                this.line(format_args!(
                    "service {} @{}",
                    service.name, service.position
                ));
                this.documentation(&service.documentation);
                this.indented(|this| {
                    for port in &service.ports {
                        let address = port.address.as_deref().unwrap_or("-");
                        let binding = port.binding.written();
                        this.line(format_args!("port {}: {binding} at {address:?}", port.name));
                        this.documentation(&port.documentation);
                    }
                });
            }
        });
    }

    fn operation(&mut self, operation: &Operation<'_>) {
        self.line(format_args!(
            "operation {} @{}",
            operation.name, operation.position
        ));
        self.documentation(&operation.documentation);
        self.indented(|this| {
            let messages = (operation.input.iter().map(|message| ("input", message)))
                .chain(operation.output.iter().map(|message| ("output", message)))
                .chain(operation.faults.iter().map(|message| ("fault", message)));
            for (kind, message) in messages {
                let name = message.name.as_deref().unwrap_or("-");
                this.line(format_args!("{kind} {name}: {}", message.message.written()));
            }
            if !operation.parameter_order.is_empty() {
                this.line(format_args!(
                    "order {}",
                    operation.parameter_order.join(" ")
                ));
            }
        });
    }

    fn binding(&mut self, binding: &Binding<'_>) {
        self.line(format_args!(
            "binding {} of {} {:?} {:?} over {:?} @{}",
            binding.name,
            binding.port_type.written(),
            binding.protocol,
            binding.style,
            binding.transport.as_deref().unwrap_or("-"),
            binding.position,
        ));
        self.documentation(&binding.documentation);
        self.indented(|this| {
            for operation in &binding.operations {
                let mut line = format!("operation {}", operation.name);
                if let Some(style) = operation.style {
                    let _ = write!(line, " {style:?}");
                }
                if let Some(action) = &operation.soap_action {
                    let _ = write!(line, " action {action:?}");
                }
                this.line(format_args!("{line} @{}", operation.position));
                this.indented(|this| {
                    if let Some(message) = &operation.input {
                        this.binding_message("input", message);
                    }
                    if let Some(message) = &operation.output {
                        this.binding_message("output", message);
                    }
                    for fault in &operation.faults {
                        this.line(format_args!("fault {} {:?}", fault.name, fault.fault_use));
                    }
                });
            }
            for operation in &binding.unsupported {
                this.line(format_args!(
                    "unsupported operation {} @{}",
                    operation.operation, operation.position
                ));
            }
        });
    }

    fn binding_message(&mut self, kind: &str, message: &BindingMessage<'_>) {
        let mut line = format!("{kind} {:?}", message.body_use);
        if let Some(name) = &message.name {
            let _ = write!(line, " name {name}");
        }
        if let Some(parts) = &message.body_parts {
            let _ = write!(line, " parts {}", parts.join(" "));
        }
        if let Some(ns) = message.body_namespace {
            let _ = write!(line, " namespace {}", self.uri(Some(ns)));
        }
        if message.multipart {
            line.push_str(" multipart");
        }
        self.line(line);
        self.indented(|this| {
            for header in &message.headers {
                this.line(format_args!("header {}", header_line(header)));
                for fault in &header.faults {
                    this.indented(|this| this.line(format_args!("fault {}", header_line(fault))));
                }
            }
        });
    }

    fn schema(&mut self, schema: &Schema<'_>) {
        let uri = self.uri(Some(schema.target));
        let chameleon = flag(schema.chameleon, " chameleon");
        let elements = flag(schema.element_qualified, " elements-qualified");
        let attributes = flag(schema.attribute_qualified, " attributes-qualified");
        self.line(format_args!(
            "schema {uri}{chameleon}{elements}{attributes} file {} @{}",
            schema.file, schema.position
        ));
        self.documentation(&schema.documentation);
        self.indented(|this| {
            for import in &schema.imports {
                this.import(import);
            }
            for item in &schema.items {
                match item {
                    Item::Element(element) => this.element(element, ""),
                    Item::Attribute(attribute) => this.attribute(attribute),
                    Item::Type(definition) => this.type_definition(definition),
                    Item::Group(group) => {
                        this.line(format_args!("group {} @{}", group.name, group.position));
                        this.indented(|this| group.particle.iter().for_each(|p| this.particle(p)));
                    }
                    Item::AttributeGroup(group) => {
                        this.line(format_args!(
                            "attributeGroup {} @{}",
                            group.name, group.position
                        ));
                        this.indented(|this| this.attributes(&group.attributes));
                    }
                }
            }
        });
    }

    fn type_definition(&mut self, definition: &Type<'_>) {
        let complex = match definition {
            Type::Simple(simple) => return self.simple_type(simple),
            Type::Complex(complex) => complex,
        };
        let mut line = format!("complexType {}", complex.name.as_deref().unwrap_or("-"));
        if let Some((method, base)) = &complex.derivation {
            line.push_str(match method {
                DerivationMethod::Extension => " extends ",
                DerivationMethod::Restriction => " restricts ",
            });
            line.push_str(base.written());
        }
        line.push_str(flag(complex.is_abstract, " abstract"));
        line.push_str(flag(complex.mixed, " mixed"));
        line.push_str(flag(
            matches!(complex.content, Content::Simple(..)),
            " text",
        ));
        self.line(format_args!("{line} @{}", complex.position));
        self.documentation(&complex.documentation);
        self.indented(|this| {
            match &complex.content {
                Content::Elements(particle) => particle.iter().for_each(|p| this.particle(p)),
                Content::Simple(inner, facets) => {
                    inner.iter().for_each(|inner| this.simple_type(inner));
                    this.facets(facets);
                }
            }
            this.attributes(&complex.attributes);
        });
    }

    fn simple_type(&mut self, simple: &SimpleType<'_>) {
        let name = simple.name.as_deref().unwrap_or("-");
        let variety = match &simple.variety {
            Variety::Restriction(base, ..) => named(" restricts ", base),
            Variety::List(item, _) => named(" lists ", item),
            Variety::Union(members, _) => {
                let members: Vec<&str> = members.iter().map(Name::written).collect();
                format!(" unites {}", members.join(" "))
            }
        };
        self.line(format_args!(
            "simpleType {name}{variety} @{}",
            simple.position
        ));
        self.documentation(&simple.documentation);
        self.indented(|this| match &simple.variety {
            Variety::Restriction(_, inner, facets) => {
                inner.iter().for_each(|inner| this.simple_type(inner));
                this.facets(facets);
            }
            Variety::List(_, inner) => inner.iter().for_each(|inner| this.simple_type(inner)),
            Variety::Union(_, inner) => inner.iter().for_each(|inner| this.simple_type(inner)),
        });
    }

    fn facets(&mut self, facets: &Facets<'_>) {
        for value in &facets.enumerations {
            self.line(format_args!("enumeration {:?}", value.value));
            self.documentation(&value.documentation);
        }
        for pattern in &facets.patterns {
            self.line(format_args!("pattern {pattern:?}"));
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
                self.line(format_args!("{name} {number}"));
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
                self.line(format_args!("{name} {bound:?}"));
            }
        }
        if let Some(white_space) = facets.white_space {
            self.line(format_args!("whiteSpace {white_space:?}"));
        }
    }

    fn element(&mut self, element: &Element<'_>, occurs: &str) {
        let mut line = match (&element.name, &element.reference) {
            (Some(name), _) => format!("element {name}"),
            (None, reference) => named("element ref ", reference),
        };
        line.push_str(&named(" type ", &element.type_name));
        line.push_str(occurs);
        line.push_str(flag(element.nillable, " nillable"));
        line.push_str(flag(element.is_abstract, " abstract"));
        line.push_str(form(element.qualified));
        line.push_str(&named(" substitutes ", &element.substitution));
        constraints(
            &mut line,
            element.default.as_deref(),
            element.fixed.as_deref(),
        );
        self.line(format_args!("{line} @{}", element.position));
        self.documentation(&element.documentation);
        if let Some(anonymous) = &element.anonymous {
            self.indented(|this| this.type_definition(anonymous));
        }
    }

    fn attribute(&mut self, attribute: &Attribute<'_>) {
        let mut line = match (&attribute.name, &attribute.reference) {
            (Some(name), _) => format!("attribute {name}"),
            (None, reference) => named("attribute ref ", reference),
        };
        line.push_str(&named(" type ", &attribute.type_name));
        let _ = write!(line, " {:?}", attribute.usage);
        line.push_str(form(attribute.qualified));
        constraints(
            &mut line,
            attribute.default.as_deref(),
            attribute.fixed.as_deref(),
        );
        if let Some((item, dimensions)) = &attribute.array_type {
            let _ = write!(line, " array {}{dimensions}", item.written());
        }
        self.line(format_args!("{line} @{}", attribute.position));
        self.documentation(&attribute.documentation);
        if let Some(anonymous) = &attribute.anonymous {
            self.indented(|this| this.simple_type(anonymous));
        }
    }

    fn attributes(&mut self, attributes: &Attributes<'_>) {
        for item in &attributes.items {
            match item {
                AttributeItem::Attribute(attribute) => self.attribute(attribute),
                AttributeItem::Group(name, position) => {
                    self.line(format_args!(
                        "attributeGroup ref {} @{position}",
                        name.written()
                    ));
                }
            }
        }
        if let Some(any) = &attributes.any {
            let any = self.wildcard(any);
            self.line(format_args!("anyAttribute {any}"));
        }
    }

    fn particle(&mut self, particle: &Particle<'_>) {
        let occurs = match (particle.min_occurs, particle.max_occurs) {
            (1, Some(1)) => String::new(),
            (min, Some(max)) => format!(" {min}..{max}"),
            (min, None) => format!(" {min}..*"),
        };
        let (keyword, members) = match &particle.term {
            Term::Element(element) => return self.element(element, &occurs),
            Term::Group(name) => {
                return self.line(format_args!("group ref {}{occurs}", name.written()));
            }
            Term::Any(any) => {
                let any = self.wildcard(any);
                return self.line(format_args!("any {any}{occurs}"));
            }
            Term::Sequence(members) => ("sequence", members),
            Term::Choice(members) => ("choice", members),
            Term::All(members) => ("all", members),
        };
        self.line(format_args!("{keyword}{occurs}"));
        self.indented(|this| members.iter().for_each(|member| this.particle(member)));
    }

    fn wildcard(&self, wildcard: &Wildcard) -> String {
        let mut text = String::new();
        for item in &wildcard.namespaces {
            let word = match item {
                WildcardItem::Any => "##any".to_string(),
                WildcardItem::Other => "##other".to_string(),
                WildcardItem::Target => "##targetNamespace".to_string(),
                WildcardItem::Local => "##local".to_string(),
                WildcardItem::Uri(ns) => self.uri(Some(*ns)),
            };
            let _ = write!(text, "{word} ");
        }
        let _ = write!(text, "{:?}", wildcard.process_contents);
        text
    }
}

fn named(before: &str, name: &Option<Name<'_>>) -> String {
    match name {
        Some(name) => format!("{before}{}", name.written()),
        None => String::new(),
    }
}

fn flag(set: bool, text: &'static str) -> &'static str {
    if set { text } else { "" }
}

fn form(qualified: Option<bool>) -> &'static str {
    match qualified {
        None => "",
        Some(true) => " qualified",
        Some(false) => " unqualified",
    }
}

fn constraints(line: &mut String, default: Option<&str>, fixed: Option<&str>) {
    if let Some(default) = default {
        let _ = write!(line, " default {default:?}");
    }
    if let Some(fixed) = fixed {
        let _ = write!(line, " fixed {fixed:?}");
    }
}

fn header_line(header: &Header<'_>) -> String {
    let message = header.message.written();
    format!("{message}/{} {:?}", header.part, header.header_use)
}

//! Responses in which every element of every type occurs, each with a different text.
//!
//! A type is written in full where it first occurs, and later with its required elements only. So
//! each optional field is present in one response and absent in another. A list has two items. If
//! types derive from the declared type, each of them occurs once.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use saponify::salesforce::Id;
use saponify_wsdl::model::{
    Builtin, ElementId, LocalElement, NsId, Particle, TypeId, TypeKind, Variety,
};

use super::contract::{Contract, Item, Operation};
use super::flat::join;

/// A response, and the lines that a reader must find in it.
pub(super) struct Sample {
    pub(super) envelope: String,
    pub(super) body: Vec<String>,
    pub(super) headers: BTreeMap<String, Vec<String>>,
}

/// The response of an operation with all its headers.
pub(super) fn response(contract: &Contract, operation: &Operation<'_>) -> Sample {
    let mut writer = Writer::new(contract);
    let headers = writer.headers(operation);
    writer.xml.push_str("<soapenv:Body>");
    let body = writer.global(operation.response);
    writer.xml.push_str("</soapenv:Body>");
    Sample {
        envelope: writer.envelope(),
        body,
        headers,
    }
}

/// A fault of an operation with all its headers.
pub(super) fn fault(contract: &Contract, operation: &Operation<'_>, fault: ElementId) -> Sample {
    let mut writer = Writer::new(contract);
    let headers = writer.headers(operation);
    writer.xml.push_str(
        "<soapenv:Body><soapenv:Fault><faultcode>soapenv:Server</faultcode>\
         <faultstring>why</faultstring><detail>",
    );
    let body = writer.global(fault);
    writer
        .xml
        .push_str("</detail></soapenv:Fault></soapenv:Body>");
    Sample {
        envelope: writer.envelope(),
        body,
        headers,
    }
}

struct Writer<'c> {
    contract: &'c Contract,
    xml: String,
    lines: Vec<String>,
    /// The types that were written in full.
    seen: BTreeSet<TypeId>,
    /// The number of values so far, which makes each value different.
    count: u32,
}

impl<'c> Writer<'c> {
    fn new(contract: &'c Contract) -> Self {
        Self {
            contract,
            xml: String::new(),
            lines: Vec::new(),
            seen: BTreeSet::new(),
            count: 0,
        }
    }

    fn headers(&mut self, operation: &Operation<'_>) -> BTreeMap<String, Vec<String>> {
        self.xml.push_str("<soapenv:Header>");
        let headers = operation.output_headers.iter().map(|header| {
            let name = self.contract.element(*header).name.local.clone();
            (name, self.global(*header))
        });
        let headers = headers.collect();
        self.xml.push_str("</soapenv:Header>");
        headers
    }

    fn envelope(&self) -> String {
        let mut out = String::from(
            "<soapenv:Envelope xmlns:soapenv=\"http://schemas.xmlsoap.org/soap/envelope/\" \
             xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" \
             xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\"",
        );
        for (number, namespace) in self.contract.model.namespaces.iter().enumerate() {
            if !namespace.uri.is_empty() {
                let _ = write!(out, " xmlns:n{number}=\"{}\"", namespace.uri);
            }
        }
        format!("{out}>{}</soapenv:Envelope>", self.xml)
    }

    /// Writes a global element, and returns the lines of the elements below it.
    fn global(&mut self, id: ElementId) -> Vec<String> {
        let element = self.contract.element(id);
        let tag = tag(element.name.ns, &element.name.local);
        let _ = write!(self.xml, "<{tag}>");
        self.content("", element.type_id, true);
        let _ = write!(self.xml, "</{tag}>");
        std::mem::take(&mut self.lines)
    }

    /// Writes the content of a value of a complex type.
    fn content(&mut self, path: &str, id: TypeId, full: bool) {
        let contract = self.contract;
        for item in contract.items(id) {
            match item {
                Item::Element(particle, element) if full => {
                    self.element_in_full(path, particle, element);
                }
                Item::Element(particle, element) if particle.min_occurs > 0 => {
                    self.element_in_short(path, element);
                }
                Item::Any if full => {
                    // The elements are of no declared type, and can be found by their names.
                    let ns = contract.model.target_namespace.unwrap();
                    for name in ["extra", "more"] {
                        let text = self.text();
                        let tag = tag(ns, name);
                        let _ = write!(self.xml, "<{tag}>{text}</{tag}>");
                        self.lines.push(format!("{} = {text}", join(path, name)));
                    }
                }
                _ => {}
            }
        }
    }

    fn element_in_full(&mut self, path: &str, particle: &Particle, element: &LocalElement) {
        let repeated = particle.max_occurs != Some(1);
        let path = join(path, &element.name);
        if !self.is_struct(element.type_id) {
            for _ in 0..=usize::from(repeated) {
                self.value(&path, element);
            }
            // A nil item is ignored in a struct. In a result, whose items correspond to the
            // arguments, it keeps its position.
            if element.nillable && repeated && path == "result" {
                self.nil(element);
                self.lines.push(format!("{path} is nil"));
            }
            return;
        }
        let family = self.contract.family(element.type_id);
        let mut types: Vec<TypeId> = family.iter().chain([&element.type_id]).copied().collect();
        types.retain(|id| !self.seen.contains(id));
        // Types that contain others of the family come first, because the schema may have one place
        // only.
        types.sort_by_key(|id| !self.leads_to(*id, element.type_id));
        if repeated {
            // One more item, with its required elements only.
            types.push(element.type_id);
        } else {
            types.truncate(1);
            if types.is_empty() {
                types.push(element.type_id);
            }
        }
        for id in types {
            self.structure(&path, element, id);
        }
        if element.nillable && repeated && path == "result" {
            self.nil(element);
            self.lines.push(format!("{path} is nil"));
        }
    }

    fn element_in_short(&mut self, path: &str, element: &LocalElement) {
        let path = join(path, &element.name);
        if element.nillable {
            self.nil(element);
        } else if self.is_struct(element.type_id) {
            self.structure(&path, element, element.type_id);
        } else {
            self.value(&path, element);
        }
    }

    fn structure(&mut self, path: &str, element: &LocalElement, id: TypeId) {
        let full = self.seen.insert(id);
        let name = self.contract.type_name(id);
        self.lines.push(format!("{path}: {name}"));
        let tag = tag(element.ns, &element.name);
        let _ = write!(self.xml, "<{tag}");
        if id != element.type_id {
            self.xsi_type(id);
        }
        self.xml.push('>');
        self.content(path, id, full);
        let _ = write!(self.xml, "</{tag}>");
    }

    /// Writes an element without children, or a row.
    fn value(&mut self, path: &str, element: &LocalElement) {
        let contract = self.contract;
        let tag = tag(element.ns, &element.name);
        let _ = write!(self.xml, "<{tag}");
        if contract.is_row(element.type_id) {
            let family = contract.family(element.type_id);
            let named = |id: &&TypeId| contract.type_name(**id) == "Account";
            let id = *family.iter().find(named).unwrap();
            self.xsi_type(id);
            self.xml.push('>');
            self.lines.push(format!("{path}: Account"));
            for name in ["Id", "Name"] {
                let item = contract.items(id).into_iter().find_map(|item| match item {
                    Item::Element(_, element) if element.name == name => Some(element),
                    _ => None,
                });
                let field = item.unwrap();
                self.value(&join(path, name), field);
            }
        } else if contract.model.type_def(element.type_id).kind
            == TypeKind::Builtin(Builtin::AnyType)
        {
            let text = self.text();
            let _ = write!(self.xml, " xsi:type=\"xsd:string\">{text}");
            self.lines.push(format!("{path}: string = {text}"));
        } else {
            let (text, read) = self.simple(element.type_id);
            let _ = write!(self.xml, ">{text}");
            self.lines.push(format!("{path} = {read}"));
        }
        let _ = write!(self.xml, "</{tag}>");
    }

    fn nil(&mut self, element: &LocalElement) {
        let tag = tag(element.ns, &element.name);
        let _ = write!(self.xml, "<{tag} xsi:nil=\"true\"/>");
    }

    fn xsi_type(&mut self, id: TypeId) {
        let name = self.contract.global_name(id).unwrap();
        let _ = write!(self.xml, " xsi:type=\"{}\"", tag(name.ns, &name.local));
    }

    /// A value of a simple type, as it is written and as it is shown. It is never the default.
    fn simple(&mut self, id: TypeId) -> (String, String) {
        self.count += 1;
        let n = self.count;
        let ty = self.contract.model.type_def(id);
        if let TypeKind::Simple(simple) = &ty.kind {
            if ty.name.local() == "ID" {
                let id: Id = format!("001{n:012}").parse().unwrap();
                return (id.to_string(), id.to_string());
            }
            let values = &simple.facets.enumerations;
            if !values.is_empty() {
                let value = &values[n as usize % values.len()].value;
                return (value.clone(), value.clone());
            }
            let Variety::Restriction(base) = simple.variety else {
                panic!("{} is neither a list nor a union", ty.name.local());
            };
            self.count -= 1;
            return self.simple(base);
        }
        let same = |text: String| (text.clone(), text);
        match &ty.kind {
            TypeKind::Builtin(builtin) => match builtin {
                Builtin::String => same(format!("text {n}")),
                Builtin::Boolean => same("true".to_owned()),
                Builtin::Int | Builtin::Long => same(n.to_string()),
                Builtin::Double => same(format!("{n}.25")),
                Builtin::Date => same(format!("{:04}-02-28", 1900 + n)),
                Builtin::DateTime => same(format!("{:04}-02-28T23:59:59.5Z", 1900 + n)),
                Builtin::Base64Binary => ("AJ8=".to_owned(), "[0, 159]".to_owned()),
                other => panic!("{other:?} does not occur in this WSDL"),
            },
            _ => panic!("{} is not simple", ty.name.local()),
        }
    }

    fn text(&mut self) -> String {
        self.count += 1;
        format!("text {}", self.count)
    }

    fn is_struct(&self, id: TypeId) -> bool {
        let kind = &self.contract.model.type_def(id).kind;
        matches!(kind, TypeKind::Complex(_)) && !self.contract.is_row(id)
    }

    /// Whether values of a type contain values of a family.
    fn leads_to(&self, id: TypeId, family: TypeId) -> bool {
        let items = self.contract.items(id);
        items
            .iter()
            .any(|item| matches!(item, Item::Element(_, element) if element.type_id == family))
    }
}

fn tag(ns: NsId, name: &str) -> String {
    format!("n{}:{name}", ns.0)
}

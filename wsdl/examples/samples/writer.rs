//! Writes elements, attributes and particles.

use std::collections::BTreeMap;

use saponify_wsdl::model::{
    AttributeUse, Content, DerivationMethod, ElementId, Model, NsId, Particle, ProcessContents,
    Term, TypeId, TypeKind, TypeName, Usage, Wildcard, WildcardNamespaces,
};

use super::text;

/// The number of bytes after which only required parts are written.
const ENOUGH: usize = 20_000;
/// The number of levels after which only required parts are written.
const DEEP: usize = 8;
/// The number of levels that no message needs. A type that needs more has no finite value.
const ENDLESS: usize = 60;

const XML: &str = "http://www.w3.org/XML/1998/namespace";
const XSI: &str = "http://www.w3.org/2001/XMLSchema-instance";

/// Writes one document.
pub(crate) struct Writer<'m> {
    model: &'m Model,
    variant: usize,
    out: String,
    /// The number of choices so far.
    choices: usize,
    ids: usize,
    depth: usize,
    failed: bool,
    heirs: BTreeMap<TypeId, Vec<TypeId>>,
    substitutes: BTreeMap<ElementId, Vec<ElementId>>,
}

/// The declaration of an element.
struct Node<'a> {
    ns: NsId,
    name: &'a str,
    type_id: TypeId,
    /// Whether nil differs from absence.
    nil: bool,
    fixed: Option<&'a str>,
}

impl<'m> Writer<'m> {
    pub(crate) fn new(model: &'m Model, variant: usize) -> Self {
        let mut heirs: BTreeMap<TypeId, Vec<TypeId>> = BTreeMap::new();
        for (index, def) in model.types.iter().enumerate() {
            let id = TypeId(index as u32);
            let TypeKind::Complex(complex) = &def.kind else {
                continue;
            };
            if complex.is_abstract || !matches!(def.name, TypeName::Global(_)) {
                continue;
            }
            for base in model.bases(id) {
                heirs.entry(base).or_default().push(id);
            }
        }
        let mut substitutes: BTreeMap<ElementId, Vec<ElementId>> = BTreeMap::new();
        for (index, element) in model.elements.iter().enumerate() {
            let id = ElementId(index as u32);
            let heads = std::iter::successors(element.substitution_group, |head| {
                model.element(*head).substitution_group
            });
            for head in heads.filter(|_| !element.is_abstract) {
                substitutes.entry(head).or_default().push(id);
            }
        }
        Self {
            model,
            variant,
            out: String::new(),
            choices: variant,
            ids: 0,
            depth: 0,
            failed: false,
            heirs,
            substitutes,
        }
    }

    /// A document of an element, or `None` if there is no finite one.
    pub(crate) fn document(mut self, id: ElementId) -> Option<String> {
        self.global(id, false);
        if self.failed {
            return None;
        }
        let mut names = String::new();
        for (number, namespace) in self.model.namespaces.iter().enumerate() {
            if !namespace.uri.is_empty() && namespace.uri != XML {
                let uri = text::escape(&namespace.uri);
                names.push_str(&format!(" xmlns:n{number}=\"{uri}\""));
            }
        }
        names.push_str(&format!(
            " xmlns:xsi=\"{XSI}\" xmlns:other=\"urn:example:other\""
        ));
        let end = self.out.find(['/', '>', ' '])?;
        self.out.insert_str(end, &names);
        Some(self.out)
    }

    /// Whether optional parts are written.
    fn full(&self) -> bool {
        self.variant > 0 && self.depth < DEEP && self.out.len() < ENOUGH
    }

    fn global(&mut self, id: ElementId, may_be_nil: bool) {
        let model = self.model;
        let element = model.element(id);
        self.element(&Node {
            ns: element.name.ns,
            name: &element.name.local,
            type_id: element.type_id,
            nil: may_be_nil && element.nillable,
            fixed: element.fixed.as_deref(),
        });
    }

    fn element(&mut self, node: &Node<'_>) {
        if self.depth >= ENDLESS || self.failed {
            self.failed = true;
            return;
        }
        let name = self.qualified(node.ns, node.name);
        self.out.push_str(&format!("<{name}"));
        if node.nil && self.variant == 3 {
            self.out.push_str(" xsi:nil=\"true\"/>");
            return;
        }
        self.depth += 1;
        let own = self.concrete(node.type_id);
        if own != node.type_id {
            let TypeName::Global(name) = &self.model.type_def(own).name else {
                return;
            };
            let name = self.qualified(name.ns, &name.local);
            self.out.push_str(&format!(" xsi:type=\"{name}\""));
        }
        match &self.model.type_def(own).kind {
            TypeKind::Complex(_) => self.complex(own),
            _ => {
                self.out.push('>');
                let text = match node.fixed {
                    Some(fixed) => fixed.to_owned(),
                    None => self.simple(own),
                };
                self.out.push_str(&text::escape(&text));
            }
        }
        self.out.push_str(&format!("</{name}>"));
        self.depth -= 1;
    }

    /// The type of a value: the declared type, or a derived one if that is required or allowed.
    fn concrete(&mut self, declared: TypeId) -> TypeId {
        let TypeKind::Complex(complex) = &self.model.type_def(declared).kind else {
            return declared;
        };
        let heirs = self
            .heirs
            .get(&declared)
            .map(Vec::as_slice)
            .unwrap_or_default();
        // The type of the message itself is known from its element.
        let wanted = complex.is_abstract || self.variant >= 2 && self.depth > 1 && self.full();
        if heirs.is_empty() || !wanted {
            self.failed |= complex.is_abstract;
            return declared;
        }
        self.choices += 1;
        let all = heirs.len() + usize::from(!complex.is_abstract);
        heirs.get(self.choices % all).copied().unwrap_or(declared)
    }

    fn qualified(&self, ns: NsId, name: &str) -> String {
        if self.model.namespace(ns).is_empty() {
            name.to_owned()
        } else {
            format!("n{}:{name}", ns.0)
        }
    }

    /// Writes attributes, `>` and content.
    fn complex(&mut self, id: TypeId) {
        let mut chain: Vec<TypeId> = self.model.bases(id).collect();
        chain.reverse();
        chain.push(id);
        self.attributes(&chain);
        self.out.push('>');
        let mixed = matches!(&self.model.type_def(id).kind, TypeKind::Complex(c) if c.mixed);
        if mixed {
            self.out.push_str("text ");
        }
        let mut simple = None;
        let mut particles = Vec::new();
        for id in &chain {
            let TypeKind::Complex(complex) = &self.model.type_def(*id).kind else {
                simple = Some(*id);
                continue;
            };
            if complex
                .derivation
                .as_ref()
                .is_some_and(|d| d.method == DerivationMethod::Restriction)
            {
                particles.clear();
            }
            match &complex.content {
                Content::Elements(particle) => particles.push(particle),
                Content::Simple(_) if simple.is_some() => simple = Some(*id),
                Content::Simple(_) | Content::Empty => {}
            }
        }
        if let Some(id) = simple {
            let value = self.simple(id);
            self.out.push_str(&text::escape(&value));
            return;
        }
        for particle in particles {
            self.particle(particle);
            if mixed {
                self.out.push_str(" and");
            }
        }
    }

    fn attributes(&mut self, chain: &[TypeId]) {
        let model = self.model;
        let mut uses: Vec<&AttributeUse> = Vec::new();
        let mut any = None;
        for id in chain {
            let TypeKind::Complex(complex) = &model.type_def(*id).kind else {
                continue;
            };
            for attribute in &complex.attributes {
                uses.retain(|known| (known.ns, &known.name) != (attribute.ns, &attribute.name));
                uses.push(attribute);
            }
            any = complex.any_attribute.as_ref().or(any);
        }
        for attribute in uses {
            let wanted = attribute.usage == Usage::Required
                || attribute.usage == Usage::Optional && self.full();
            if !wanted || attribute.array_type.is_some() {
                continue;
            }
            let value = match attribute.fixed.as_deref() {
                Some(fixed) => fixed.to_owned(),
                None => self.simple(attribute.type_id),
            };
            let name = match model.namespace(attribute.ns) {
                XML => format!("xml:{}", attribute.name),
                _ => self.qualified(attribute.ns, &attribute.name),
            };
            self.out
                .push_str(&format!(" {name}=\"{}\"", text::escape(&value)));
        }
        if any.is_some_and(is_free) && self.full() {
            self.out.push_str(" other:extra=\"1\"");
        }
    }

    fn particle(&mut self, particle: &Particle) {
        let full = self.full();
        let max = particle.max_occurs.unwrap_or(u64::MAX);
        let count = if full { 2 } else { 0 }.max(particle.min_occurs).min(max);
        // A few required elements are as good as thousands.
        for _ in 0..count.min(50) {
            self.term(particle);
        }
    }

    fn term(&mut self, particle: &Particle) {
        let must = particle.min_occurs > 0 || particle.max_occurs != Some(1);
        match &particle.term {
            Term::Element(element) => self.element(&Node {
                ns: element.ns,
                name: &element.name,
                type_id: element.type_id,
                nil: must && element.nillable,
                fixed: element.fixed.as_deref(),
            }),
            Term::Ref(id) => {
                let others = self
                    .substitutes
                    .get(id)
                    .map(Vec::as_slice)
                    .unwrap_or_default();
                let is_abstract = self.model.element(*id).is_abstract;
                if is_abstract && others.is_empty() {
                    self.failed |= particle.min_occurs > 0;
                    return;
                }
                self.choices += 1;
                let all = others.len() + usize::from(!is_abstract);
                let id = others.get(self.choices % all).copied().unwrap_or(*id);
                self.global(id, must);
            }
            Term::Sequence(items) | Term::All(items) => {
                items.iter().for_each(|item| self.particle(item));
            }
            Term::Choice(branches) => {
                let mut possible: Vec<&Particle> = branches
                    .iter()
                    .filter(|branch| branch.max_occurs != Some(0))
                    .collect();
                if !self.full() {
                    // Branches that need nothing, or no other type, end earlier.
                    possible.sort_by_key(|branch| self.weight(branch));
                    possible.truncate(1);
                }
                if possible.is_empty() {
                    return;
                }
                self.choices += 1;
                let branch = possible[self.choices % possible.len()];
                self.particle(branch);
                if self.full() && branch.min_occurs == 0 && branch.max_occurs == Some(0) {
                    self.term(branch);
                }
            }
            Term::Any(wildcard) => {
                if is_free(wildcard) {
                    self.out.push_str("<other:thing>1</other:thing>");
                } else {
                    self.failed |= particle.min_occurs > 0;
                }
            }
        }
    }

    fn weight(&self, particle: &Particle) -> u8 {
        match &particle.term {
            _ if particle.min_occurs == 0 => 0,
            Term::Element(element) => match self.model.type_def(element.type_id).kind {
                TypeKind::Complex(_) => 3,
                _ => 1,
            },
            Term::Sequence(items) | Term::All(items) => items
                .iter()
                .map(|item| self.weight(item))
                .max()
                .unwrap_or_default(),
            Term::Choice(_) | Term::Any(_) => 2,
            Term::Ref(_) => 3,
        }
    }

    fn simple(&mut self, id: TypeId) -> String {
        self.ids += 1;
        text::of(self.model, id, self.variant, self.ids)
    }
}

/// Whether a wildcard accepts elements that no schema declares.
fn is_free(wildcard: &Wildcard) -> bool {
    wildcard.process_contents != ProcessContents::Strict
        && match &wildcard.namespaces {
            WildcardNamespaces::Any | WildcardNamespaces::Other(_) => true,
            WildcardNamespaces::List(_) => false,
        }
}

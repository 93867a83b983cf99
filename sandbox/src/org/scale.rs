//! Adds synthetic objects, which are the same in every run, so that a tenant has a realistic size.

use std::collections::BTreeMap;

use super::field::{Field, Kind};
use super::{Child, Object, Org};
use crate::id::Prefix;

/// The number of objects that are added to an org, and the number of fields in each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Scale {
    /// The number of objects to add.
    pub objects: usize,
    /// The number of fields in each object, in addition to those that every object has.
    pub fields_per_object: usize,
}

const STEMS: &[&str] = &[
    "Ledger", "Shipment", "Contract", "Device", "Visit", "Claim", "Policy", "Route", "Batch",
    "Permit", "Voucher", "Machine", "Survey", "Licence", "Payment", "Booking",
];
const WORDS: &[&str] = &[
    "Amount",
    "Status",
    "Owner_Note",
    "Due_On",
    "Closed_At",
    "Is_Active",
    "Reference",
    "Score",
    "Quantity",
    "Category",
    "Contact_Email",
    "Fax",
    "Website",
    "Start_Time",
    "Tags",
    "Comment",
];

/// The number of objects that references refer to.
const HUBS: usize = 24;

impl Scale {
    /// Adds nothing.
    pub const NONE: Self = Self {
        objects: 0,
        fields_per_object: 0,
    };

    /// Adds `objects` objects with `fields_per_object` fields each.
    #[must_use]
    pub fn new(objects: usize, fields_per_object: usize) -> Self {
        Self {
            objects,
            fields_per_object,
        }
    }

    pub(super) fn grow(self, org: &mut Org) {
        let names: Vec<_> = (0..self.objects)
            .map(|n| format!("{}_{:04}__c", STEMS[n % STEMS.len()], n / STEMS.len()))
            .collect();
        let used: Vec<_> = org.objects.values().map(|object| object.prefix).collect();
        let mut prefixes = (0..)
            .map(Prefix::custom)
            .filter(|prefix| !used.contains(prefix));
        for (n, name) in names.iter().enumerate() {
            let Some(prefix) = prefixes.next() else {
                return;
            };
            let mut object = Object::new(name, prefix);
            for field in 0..self.fields_per_object {
                object.insert(synthetic(n, field, &names));
            }
            org.objects.insert(name.clone(), object);
        }
        link(&mut org.objects);
    }
}

/// Makes a field. One in eight refers to another synthetic object, and the others alternate between the
/// kinds.
fn synthetic(object: usize, field: usize, names: &[String]) -> Field {
    let word = WORDS[field % WORDS.len()];
    let name = format!("{word}_{}__c", field / WORDS.len());
    let kind = match field % 16 {
        0 => Kind::Currency,
        1 => Kind::Picklist,
        2 => Kind::TextArea,
        3 => Kind::Date,
        4 => Kind::DateTime,
        5 => Kind::Boolean,
        6 | 14 => Kind::Reference,
        7 => Kind::Double,
        8 => Kind::Int,
        10 => Kind::Email,
        11 => Kind::Phone,
        12 => Kind::Url,
        13 => Kind::Time,
        _ => Kind::String,
    };
    let mut made = Field::new(&name, kind);
    match kind {
        Kind::Reference => {
            // Most references go to a few objects, as in real tenants.
            let hubs = names.len().min(HUBS);
            let target = &names[(object * 7 + field * 13 + 1) % hubs];
            made.targets = vec![target.clone()];
            made.relationship = Some(name.replace("__c", "__r"));
            let stem = names[object].trim_end_matches("__c");
            made.children = Some(format!("{stem}_{field}s__r"));
        }
        Kind::Picklist => made.values = ["New", "Open", "Closed"].map(str::to_owned).to_vec(),
        _ => {}
    }
    made
}

/// Adds to every object the child relationships of the references to it.
pub(super) fn link(objects: &mut BTreeMap<String, Object>) {
    let mut children = Vec::new();
    for object in objects.values() {
        for field in object.fields.values() {
            let Some(relationship) = &field.children else {
                continue;
            };
            for target in &field.targets {
                let child = Child {
                    object: object.name.clone(),
                    field: field.name.clone(),
                };
                children.push((target.clone(), relationship.clone(), child));
            }
        }
    }
    for (target, relationship, child) in children {
        if let Some(object) = objects.get_mut(&target) {
            object.children.insert(relationship, child);
        }
    }
}

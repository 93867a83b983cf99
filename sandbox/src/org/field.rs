//! Fields, and the notation of a field in one line, such as `reference(Account) required
//! children=Contacts`.

/// The type of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// The id of the row itself.
    Id,
    /// A line of text.
    String,
    /// Text of several lines.
    TextArea,
    /// One value of a list.
    Picklist,
    /// Several values of a list, joined by `;`.
    MultiPicklist,
    /// A list of suggested values. Any other text is allowed, too.
    Combobox,
    /// An e-mail address.
    Email,
    /// A telephone number.
    Phone,
    /// A web address.
    Url,
    /// Text that is stored encrypted.
    EncryptedString,
    /// A text that the server numbers.
    AutoNumber,
    /// The id of another row.
    Reference,
    /// True or false, but never null.
    Boolean,
    /// An integer of 32 bits.
    Int,
    /// An integer of 64 bits.
    Long,
    /// A number with decimals.
    Double,
    /// An amount of money.
    Currency,
    /// A percentage.
    Percent,
    /// A date.
    Date,
    /// A date and time, to the millisecond.
    DateTime,
    /// A time of day.
    Time,
    /// Bytes.
    Base64,
    /// A value whose type is known only at run time.
    AnyType,
    /// A compound of street, city and other components. It is read-only.
    Address,
    /// A compound of latitude and longitude. It is read-only.
    Location,
    /// A JSON text.
    Json,
}

/// The name of each kind in the notation, and its `fieldType` and `soapType` in a describe result.
const KINDS: &[(&str, Kind, &str, &str)] = &[
    ("id", Kind::Id, "id", "tns:ID"),
    ("string", Kind::String, "string", "xsd:string"),
    ("textarea", Kind::TextArea, "textarea", "xsd:string"),
    ("picklist", Kind::Picklist, "picklist", "xsd:string"),
    (
        "multipicklist",
        Kind::MultiPicklist,
        "multipicklist",
        "xsd:string",
    ),
    ("combobox", Kind::Combobox, "combobox", "xsd:string"),
    ("email", Kind::Email, "email", "xsd:string"),
    ("phone", Kind::Phone, "phone", "xsd:string"),
    ("url", Kind::Url, "url", "xsd:string"),
    (
        "encryptedstring",
        Kind::EncryptedString,
        "encryptedstring",
        "xsd:string",
    ),
    ("autonumber", Kind::AutoNumber, "string", "xsd:string"),
    ("reference", Kind::Reference, "reference", "tns:ID"),
    ("boolean", Kind::Boolean, "boolean", "xsd:boolean"),
    ("int", Kind::Int, "int", "xsd:int"),
    ("long", Kind::Long, "long", "xsd:long"),
    ("double", Kind::Double, "double", "xsd:double"),
    ("currency", Kind::Currency, "currency", "xsd:double"),
    ("percent", Kind::Percent, "percent", "xsd:double"),
    ("date", Kind::Date, "date", "xsd:date"),
    ("datetime", Kind::DateTime, "datetime", "xsd:dateTime"),
    ("time", Kind::Time, "time", "xsd:time"),
    ("base64", Kind::Base64, "base64", "xsd:base64Binary"),
    ("anytype", Kind::AnyType, "anyType", "xsd:anyType"),
    ("address", Kind::Address, "address", "tns:address"),
    ("location", Kind::Location, "location", "tns:location"),
    ("json", Kind::Json, "json", "tns:json"),
];

impl Kind {
    fn row(self) -> (&'static str, &'static str) {
        KINDS
            .iter()
            .find(|row| row.1 == self)
            .map_or(("string", "xsd:string"), |row| (row.2, row.3))
    }

    /// The `fieldType` in a describe result.
    #[must_use]
    pub fn field_type(self) -> &'static str {
        self.row().0
    }

    /// The type in the WSDL, with its prefix.
    #[must_use]
    pub fn soap_type(self) -> &'static str {
        self.row().1
    }

    pub(crate) fn is_text(self) -> bool {
        matches!(
            self,
            Self::String
                | Self::TextArea
                | Self::Picklist
                | Self::MultiPicklist
                | Self::Combobox
                | Self::Email
                | Self::Phone
                | Self::Url
                | Self::EncryptedString
                | Self::AutoNumber
                | Self::Json
        )
    }

    pub(crate) fn is_number(self) -> bool {
        matches!(
            self,
            Self::Int | Self::Long | Self::Double | Self::Currency | Self::Percent
        )
    }

    /// Whether it is a compound, which has no column in the database.
    pub(crate) fn is_compound(self) -> bool {
        matches!(self, Self::Address | Self::Location)
    }

    pub(crate) fn is_id(self) -> bool {
        matches!(self, Self::Id | Self::Reference)
    }
}

/// A field of an object.
#[derive(Clone, Debug)]
pub struct Field {
    pub(crate) name: String,
    pub(crate) kind: Kind,
    pub(crate) length: u32,
    pub(crate) precision: u8,
    pub(crate) scale: u8,
    pub(crate) values: Vec<String>,
    pub(crate) targets: Vec<String>,
    pub(crate) relationship: Option<String>,
    pub(crate) children: Option<String>,
    pub(crate) compound: Option<String>,
    pub(crate) required: bool,
    pub(crate) unique: bool,
    pub(crate) external_id: bool,
    pub(crate) filterable: bool,
    pub(crate) createable: bool,
    pub(crate) updateable: bool,
    pub(crate) default: Option<String>,
    pub(crate) generator: Option<String>,
    pub(crate) nulls: u8,
    pub(crate) since: u16,
    /// The SQL function that computes the value from the serial number and the number of the content.
    pub(crate) computed: Option<&'static str>,
}

impl Field {
    pub(crate) fn new(name: &str, kind: Kind) -> Self {
        let (length, precision, scale) = match kind {
            Kind::Id | Kind::Reference => (18, 0, 0),
            Kind::TextArea | Kind::Json => (32_000, 0, 0),
            Kind::MultiPicklist => (4_099, 0, 0),
            Kind::Phone => (40, 0, 0),
            Kind::Email => (80, 0, 0),
            Kind::AutoNumber => (30, 0, 0),
            Kind::EncryptedString => (175, 0, 0),
            kind if kind.is_text() => (255, 0, 0),
            Kind::Int => (0, 9, 0),
            Kind::Long => (0, 18, 0),
            kind if kind.is_number() => (0, 18, 2),
            _ => (0, 0, 0),
        };
        let written = !matches!(kind, Kind::Id | Kind::AutoNumber) && !kind.is_compound();
        Self {
            name: name.to_owned(),
            kind,
            length,
            precision,
            scale,
            values: Vec::new(),
            targets: Vec::new(),
            relationship: None,
            children: None,
            compound: None,
            required: false,
            unique: false,
            external_id: false,
            filterable: !matches!(kind, Kind::Base64 | Kind::AnyType | Kind::Json)
                && !kind.is_compound(),
            createable: written,
            updateable: written,
            default: None,
            generator: None,
            computed: None,
            nulls: 0,
            since: 0,
        }
    }

    /// Makes a reference that the server sets, such as `CreatedById`.
    pub(crate) fn system_reference(name: &str, relationship: &str) -> Self {
        Self {
            targets: vec!["User".to_owned()],
            relationship: Some(relationship.to_owned()),
            ..Self::new(name, Kind::Reference).read_only()
        }
    }

    pub(crate) fn read_only(mut self) -> Self {
        self.createable = false;
        self.updateable = false;
        self
    }

    /// Parses the notation: `kind(arguments) mark mark name=value …`.
    pub(crate) fn parse(name: &str, text: &str) -> Result<Self, String> {
        let text = text.trim();
        let kind_end = text.find([' ', '(']).unwrap_or(text.len());
        let kind_name = &text[..kind_end];
        let kind = (KINDS.iter())
            .find(|row| row.0 == kind_name && row.1 != Kind::Id)
            .map(|row| row.1)
            .ok_or_else(|| {
                let known: Vec<_> = KINDS.iter().skip(1).map(|row| row.0).collect();
                format!(
                    "field `{name}`: `{kind_name}` is not a kind of field; the kinds are {}",
                    known.join(", ")
                )
            })?;
        let mut field = Self::new(name, kind);
        let mut rest = &text[kind_end..];
        if let Some(inner) = rest.strip_prefix('(') {
            let close = inner
                .find(')')
                .ok_or_else(|| format!("field `{name}`: `)` is missing"))?;
            field.arguments(&inner[..close])?;
            rest = &inner[close + 1..];
        }
        for mark in rest.split_whitespace() {
            field.mark(mark)?;
        }
        if kind == Kind::Reference {
            field.link()?;
        }
        if let Some(default) = &field.default
            && let Some(value) = field
                .values
                .iter()
                .find(|value| value.replace(' ', "_") == *default)
        {
            field.default = Some(value.clone());
        }
        Ok(field)
    }

    /// Parses the targets of a reference. `reference(-)` is the id of something outside of the org, and
    /// `relationship=none` is an id without a relationship for queries.
    fn link(&mut self) -> Result<(), String> {
        if self.targets.is_empty() {
            return Err(format!(
                "field `{}`: its target is missing, as in reference(Account)",
                self.name
            ));
        }
        self.targets.retain(|target| target != "-");
        self.relationship = match self.relationship.take() {
            _ if self.targets.is_empty() => None,
            Some(none) if none == "none" => None,
            None => Some(default_relationship(&self.name)),
            some => some,
        };
        Ok(())
    }

    fn arguments(&mut self, text: &str) -> Result<(), String> {
        let list = |separator| {
            text.split(separator)
                .map(|part| part.trim().to_owned())
                .collect()
        };
        let number = |part: &str| {
            part.trim()
                .parse::<u32>()
                .map_err(|_| format!("field `{}`: `{part}` is not a number", self.name))
        };
        match self.kind {
            Kind::Picklist | Kind::MultiPicklist | Kind::Combobox => self.values = list('|'),
            Kind::Reference => self.targets = list(','),
            Kind::AutoNumber => self.default = Some(text.trim().to_owned()),
            kind if kind.is_number() => {
                let (precision, scale) = text.split_once(',').unwrap_or((text, "0"));
                let (precision, scale) = (number(precision)?, number(scale)?);
                if precision > 18 || scale > precision {
                    return Err(format!(
                        "field `{}`: a number can have at most 18 digits",
                        self.name
                    ));
                }
                (self.precision, self.scale) = (precision as u8, scale as u8);
            }
            kind if kind.is_text() => self.length = number(text)?,
            _ => {
                return Err(format!(
                    "field `{}`: this kind takes no arguments",
                    self.name
                ));
            }
        }
        Ok(())
    }

    fn mark(&mut self, mark: &str) -> Result<(), String> {
        let (word, value) = mark.split_once('=').unwrap_or((mark, ""));
        let bad = || format!("field `{}`: `{mark}` is not a known mark", self.name);
        match (word, value.is_empty()) {
            ("required", true) => self.required = true,
            ("unique", true) => self.unique = true,
            ("externalid", true) => self.external_id = true,
            ("nofilter", true) => self.filterable = false,
            ("readonly", true) => *self = self.clone().read_only(),
            ("createonly", true) => self.updateable = false,
            ("relationship", false) => self.relationship = Some(value.to_owned()),
            ("children", false) => self.children = Some(value.to_owned()),
            ("default", false) => self.default = Some(value.to_owned()),
            ("gen", false) => self.generator = Some(value.to_owned()),
            ("null", false) => {
                self.nulls = value.parse().ok().filter(|n| *n <= 100).ok_or_else(bad)?;
            }
            ("since", false) => self.since = value.parse().map_err(|_| bad())?,
            _ => return Err(bad()),
        }
        Ok(())
    }

    /// The components of a compound, in the order of its WSDL type.
    pub(crate) fn components(&self) -> Vec<(Self, &'static str)> {
        let custom = self.name.strip_suffix("__c");
        let stem =
            custom.unwrap_or_else(|| self.name.strip_suffix("Address").unwrap_or(&self.name));
        let name = |part: &str| match custom {
            Some(stem) => format!("{stem}__{part}__s"),
            None => format!("{stem}{part}"),
        };
        let part = |part: &str, kind: Kind, length: u32| Self {
            compound: Some(self.name.clone()),
            length,
            precision: if kind == Kind::Double { 18 } else { 0 },
            scale: if kind == Kind::Double { 15 } else { 0 },
            nulls: self.nulls,
            ..Self::new(&name(part), kind)
        };
        let mut parts = vec![
            (part("Latitude", Kind::Double, 0), "latitude"),
            (part("Longitude", Kind::Double, 0), "longitude"),
        ];
        if self.kind == Kind::Address {
            parts.extend([
                (part("City", Kind::String, 40), "city"),
                (part("Country", Kind::String, 80), "country"),
                (
                    part("GeocodeAccuracy", Kind::Picklist, 40),
                    "geocodeAccuracy",
                ),
                (part("PostalCode", Kind::String, 20), "postalCode"),
                (part("State", Kind::String, 80), "state"),
                (part("Street", Kind::TextArea, 255), "street"),
            ]);
        }
        parts
    }

    /// The label, which consists of the words of the name.
    pub(crate) fn label(&self) -> String {
        label(&self.name)
    }

    pub(crate) fn is_custom(&self) -> bool {
        self.name.ends_with("__c") || self.name.ends_with("__s")
    }

    /// Whether the field can be null.
    pub(crate) fn nillable(&self) -> bool {
        !self.required && !matches!(self.kind, Kind::Id | Kind::Boolean)
    }

    pub(crate) fn is_polymorphic(&self) -> bool {
        self.targets.len() > 1
    }
}

/// `AnnualRevenue` → `Annual Revenue`, `Legacy_Id__c` → `Legacy Id`.
pub(crate) fn label(name: &str) -> String {
    let stem = name.strip_suffix("__c").unwrap_or(name);
    let stem = stem.rsplit_once("__").map_or(stem, |(_, rest)| rest);
    let mut out = String::new();
    let mut lower = false;
    for c in stem.chars() {
        if c == '_' {
            out.push(' ');
        } else {
            if lower && c.is_uppercase() {
                out.push(' ');
            }
            out.push(c);
        }
        lower = c.is_lowercase();
    }
    out
}

fn default_relationship(name: &str) -> String {
    if let Some(stem) = name.strip_suffix("__c") {
        format!("{stem}__r")
    } else if let Some(stem) = name.strip_suffix("Id") {
        stem.to_owned()
    } else {
        name.to_owned()
    }
}

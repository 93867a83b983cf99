//! Generates synthetic values. The nth value of a field is the same in every run.

use rusqlite::types::Value;

use super::words;
use crate::id::{Id, Prefix};
use crate::org::{Field, Kind, Object, Org};
use crate::random::{hash, mix, pick};
use crate::soql::dates::{self, DAY};

/// The rule that generates the values of a field.
enum Make {
    Null,
    OneOf(&'static [&'static str]),
    Picks(Vec<String>),
    Several(Vec<String>),
    Company,
    Name,
    Serial(String),
    Numbered(String),
    Email,
    Phone,
    Url,
    Ip,
    Street,
    Postal,
    Sentence(usize),
    Whole(i64, i64),
    Decimal(f64, i32),
    Between(f64, f64),
    Boolean(u8),
    Date,
    /// A time that increases with the number of the row.
    Created,
    Stamp,
    Midnight,
    Moment,
    Time,
    Reference(Vec<(Prefix, i64)>),
    Bytes,
    Length(u64),
    Any,
    Json,
    EventLog,
    EventLogLength,
    Sequence,
    EventFields(&'static str),
}

/// Generates the values of one field.
pub(super) struct Generator {
    seed: u64,
    nulls: u8,
    make: Make,
    alias: u32,
}

/// The facts that a value can depend on.
#[derive(Clone, Copy)]
pub(super) struct Context {
    pub(super) serial: i64,
    /// The number of rows, and the time of the newest of them.
    pub(super) total: i64,
    pub(super) end: i64,
}

impl Generator {
    /// Makes the generator of a field. `counts` returns the number of rows of an object.
    pub(super) fn new(
        org: &Org,
        object: &Object,
        field: &Field,
        counts: &dyn Fn(&str) -> i64,
    ) -> Self {
        Self {
            seed: hash(&[&object.name, &field.name]),
            nulls: if field.required { 0 } else { field.nulls },
            make: Make::of(org, object, field, counts),
            alias: field.length,
        }
    }

    pub(super) fn value(&self, context: Context) -> Value {
        let n = context.serial as u64;
        let h = mix(self.seed ^ n);
        if self.nulls > 0 && (h >> 40) % 100 < u64::from(self.nulls) {
            return Value::Null;
        }
        match self.make.value(h, context) {
            Value::Text(text) if self.alias > 0 && text.len() > self.alias as usize => {
                Value::Text(text.chars().take(self.alias as usize).collect())
            }
            value => value,
        }
    }
}

impl Make {
    fn of(org: &Org, object: &Object, field: &Field, counts: &dyn Fn(&str) -> i64) -> Self {
        if let Some(make) = field
            .generator
            .as_deref()
            .and_then(|name| Self::named(name, field))
        {
            return make;
        }
        if let Some(make) = Self::by_name(&field.name, object) {
            return make;
        }
        match field.kind {
            Kind::Picklist | Kind::Combobox if !field.values.is_empty() => {
                Self::Picks(field.values.clone())
            }
            Kind::MultiPicklist => Self::Several(field.values.clone()),
            Kind::AutoNumber => Self::Numbered(field.default.clone().unwrap_or_default()),
            Kind::Email => Self::Email,
            Kind::Phone => Self::Phone,
            Kind::Url => Self::Url,
            Kind::TextArea => Self::Sentence(if field.length > 1_000 { 4 } else { 1 }),
            Kind::Json => Self::Json,
            Kind::Boolean => Self::Boolean(if field.default.as_deref() == Some("true") {
                90
            } else {
                20
            }),
            Kind::Int => Self::Whole(0, 50_000),
            Kind::Long => Self::Whole(1 << 40, 1 << 50),
            Kind::Percent => Self::Decimal(100.0, field.scale.into()),
            Kind::Double | Kind::Currency => Self::Decimal(
                10f64.powi(i32::from(field.precision - field.scale).min(7)),
                field.scale.into(),
            ),
            Kind::Date => Self::Date,
            Kind::DateTime => Self::Moment,
            Kind::Time => Self::Time,
            Kind::Base64 => Self::Bytes,
            Kind::AnyType => Self::Any,
            Kind::Reference => {
                let targets: Vec<_> = (field.targets.iter())
                    .filter_map(|target| Some((org.objects.get(target)?.prefix, counts(target))))
                    .filter(|target| target.1 > 0)
                    .collect();
                if targets.is_empty() {
                    Self::Null
                } else {
                    Self::Reference(targets)
                }
            }
            _ => Self::Sentence(0),
        }
    }

    /// The rule with this name in `gen=`.
    fn named(name: &str, field: &Field) -> Option<Self> {
        Some(match name {
            "none" => Self::Null,
            "company" => Self::Company,
            "serial" => Self::Serial(format!("{}-", field.label().chars().next().unwrap_or('N'))),
            "product" => Self::OneOf(words::PRODUCTS),
            "deal" => Self::OneOf(words::DEALS),
            "file" => Self::OneOf(words::FILES),
            "iso" => Self::OneOf(words::ISO),
            "ip" => Self::Ip,
            "apitype" => Self::OneOf(words::API_TYPES),
            "apiversion" => Self::OneOf(words::API_VERSIONS),
            "application" => Self::OneOf(words::APPLICATIONS),
            "browser" => Self::OneOf(words::BROWSERS),
            "platform" => Self::OneOf(words::PLATFORMS),
            "loginurl" => Self::OneOf(words::LOGIN_URLS),
            "loginstatus" => Self::OneOf(words::LOGIN_STATUS),
            "setupaction" => Self::OneOf(words::SETUP_ACTIONS),
            "setupdisplay" => Self::OneOf(words::SETUP_DISPLAY),
            "setupsection" => Self::OneOf(words::SETUP_SECTIONS),
            "eventtype" => Self::OneOf(words::EVENT_TYPES),
            "eventlog" => Self::EventLog,
            "csvtype" => Self::OneOf(&["text/csv"]),
            "eventfields" => Self::EventFields(""),
            "eventfieldtypes" => Self::EventFields("String"),
            "sequence" => Self::Sequence,
            "sentence" => Self::Sentence(1),
            _ => return None,
        })
    }

    fn by_name(name: &str, object: &Object) -> Option<Self> {
        let has = |field: &str| object.fields.contains_key(field);
        Some(match name {
            "CreatedDate" | "LoginTime" => Self::Created,
            "LastModifiedDate" | "SystemModstamp" => Self::Stamp,
            "LogDate" => Self::Midnight,
            "LogFileLength" => Self::EventLogLength,
            "BodyLength" if has("Body") => Self::Length(hash(&[&object.name, "Body"])),
            "FirstName" => Self::OneOf(words::FIRST),
            "LastName" => Self::OneOf(words::LAST),
            "Name" if has("FirstName") => Self::Null,
            "Name" if object.name == "Account" => Self::Company,
            "Name"
                if object
                    .field(name)
                    .is_some_and(|field| field.kind == Kind::String) =>
            {
                Self::Name
            }
            "Username" => Self::Email,
            "Alias" => Self::Serial("u".to_owned()),
            "City" => Self::OneOf(words::CITIES),
            "Country" => Self::OneOf(words::COUNTRIES),
            _ if name.ends_with("City") || name.ends_with("City__s") => Self::OneOf(words::CITIES),
            _ if name.ends_with("Country") || name.ends_with("Country__s") => {
                Self::OneOf(words::COUNTRIES)
            }
            _ if name.ends_with("State") || name.ends_with("State__s") => {
                Self::OneOf(words::STATES)
            }
            _ if name.ends_with("Street") || name.ends_with("Street__s") => Self::Street,
            _ if name.ends_with("PostalCode") || name.ends_with("PostalCode__s") => Self::Postal,
            _ if name.contains("GeocodeAccuracy") => Self::OneOf(&["Address", "Zip", "City"]),
            _ if name.contains("Latitude") => Self::Between(-60.0, 70.0),
            _ if name.contains("Longitude") => Self::Between(-180.0, 180.0),
            _ => return None,
        })
    }

    fn value(&self, h: u64, context: Context) -> Value {
        let n = context.serial;
        let text = |text: String| Value::Text(text);
        match self {
            Self::Null => Value::Null,
            Self::OneOf(list) => Value::Text(pick(list, h).to_owned()),
            Self::Picks(list) => Value::Text(list[(h % list.len() as u64) as usize].clone()),
            Self::Several(list) => {
                let bits = h % (1 << list.len().min(20));
                let chosen: Vec<_> = list
                    .iter()
                    .enumerate()
                    .filter(|(i, _)| bits >> i & 1 == 1)
                    .map(|(_, value)| value.as_str())
                    .collect();
                if chosen.is_empty() {
                    Value::Null
                } else {
                    text(chosen.join(";"))
                }
            }
            Self::Company => text(format!(
                "{} {} {n}",
                pick(words::COMPANIES, h),
                pick(words::FORMS, h >> 8)
            )),
            Self::Name => text(format!("{} {n}", pick(words::PRODUCTS, h))),
            Self::Serial(stem) => text(format!("{stem}{n:06}")),
            Self::Numbered(stem) => text(format!("{stem}{n:08}")),
            Self::Email => text(format!(
                "user{n}@{}.example",
                ["mail", "post", "acme"][(h % 3) as usize]
            )),
            Self::Phone => text(format!("(415) 555-{:04}", h % 10_000)),
            Self::Url => text(format!(
                "https://www.example.com/?c={n}&l={}",
                pick(words::ISO, h)
            )),
            Self::Ip => text(format!("192.0.2.{}", h % 256)),
            Self::Street => text(format!(
                "{} {}\nFloor {}",
                h % 900 + 1,
                pick(words::STREETS, h >> 8),
                h % 40
            )),
            Self::Postal => text(format!("{:05}", h % 100_000)),
            Self::Sentence(0) => text(format!("Value {}", h % 1_000)),
            Self::Sentence(count) => {
                let sentence = |i: usize| pick(words::SENTENCES, h >> (8 * i));
                text(
                    (0..=(h >> 32) as usize % count)
                        .map(sentence)
                        .collect::<Vec<_>>()
                        .join(" "),
                )
            }
            Self::Whole(from, to) => Value::Integer(from + (h % (to - from) as u64) as i64),
            Self::Decimal(max, scale) => {
                let unit = 10f64.powi(*scale);
                Value::Real((h % 1_000_000_007) as f64 / 1_000_000_007.0 * max * unit).floored(unit)
            }
            Self::Between(from, to) => {
                let share = (h % 1_000_003) as f64 / 1_000_003.0;
                Value::Real(((from + share * (to - from)) * 1e6).floor() / 1e6)
            }
            Self::Boolean(percent) => Value::Integer((h % 100 < u64::from(*percent)).into()),
            Self::Date => Value::Integer(context.end / DAY - (h % 20_000) as i64 + 200),
            Self::Created => Value::Integer(context.created()),
            Self::Stamp => {
                let later = (h % 2_592_000) as i64 * 1_000;
                Value::Integer((context.created() + later).min(context.end))
            }
            Self::Midnight => Value::Integer((context.end / DAY - context.total + n) * DAY),
            Self::Moment => Value::Integer(context.end - (h % 63_072_000) as i64 * 1_000),
            Self::Time => Value::Integer((h % 1_440) as i64 * 60_000),
            Self::Reference(targets) => {
                let (prefix, count) = targets[(h % targets.len() as u64) as usize];
                Value::Integer(Id::new(prefix, 1 + ((h >> 8) % count as u64) as i64).pack())
            }
            Self::Bytes => Value::Blob((0..length(h)).map(|i| mix(h ^ i) as u8).collect()),
            Self::Length(seed) => Value::Integer(length(mix(seed ^ n as u64)) as i64),
            Self::Any => any(h, context),
            Self::Json => text(format!("{{\"n\":{n},\"tags\":[\"a&b\",\"<c>\"]}}")),
            Self::EventLog => Value::Blob(event_log(context).into_bytes()),
            // Daily files have the sequence number 0. Some of the hourly files are late.
            Self::Sequence => {
                let interval = mix(hash(&["EventLogFile", "Interval"]) ^ n as u64);
                let late = i64::from(n % 4 == 3);
                Value::Integer(if interval.is_multiple_of(2) {
                    0
                } else {
                    1 + late
                })
            }
            Self::EventLogLength => Value::Real(event_log(context).len() as f64),
            Self::EventFields("") => text(event_fields(n).join(",")),
            Self::EventFields(kind) => text(vec![*kind; words::EVENT_FIELDS.len()].join(",")),
        }
    }
}

/// Rounds a number that was scaled.
trait Floored {
    fn floored(self, unit: f64) -> Value;
}

impl Floored for Value {
    fn floored(self, unit: f64) -> Value {
        match self {
            Value::Real(number) => Value::Real(number.floor() / unit),
            value => value,
        }
    }
}

impl Context {
    /// A time within the last three hundred days. Some rows have the same second.
    fn created(self) -> i64 {
        let step = (300 * DAY / self.total.max(1)).clamp(250, DAY);
        (self.end - (self.total - self.serial) * step).div_euclid(1_000) * 1_000
    }
}

fn length(h: u64) -> u64 {
    16 + h % 3_000
}

/// A value of the type anyType. Its first letter encodes its actual type.
fn any(h: u64, context: Context) -> Value {
    let (letter, text) = match h % 5 {
        0 => ('s', pick(words::SENTENCES, h >> 8).to_owned()),
        1 => ('d', format!("{}.5", h % 10_000)),
        2 => ('b', (h & 256 == 0).to_string()),
        3 => (
            't',
            dates::datetime_text(context.end - (h % 1_000_000) as i64 * 1_000),
        ),
        _ => ('s', pick(words::COMPANIES, h >> 8).to_owned()),
    };
    Value::Text(format!("{letter}{text}"))
}

/// The header line of a log file. Every fifth file has another order of columns.
fn event_fields(n: i64) -> Vec<&'static str> {
    let mut fields = words::EVENT_FIELDS.to_vec();
    if n % 5 == 4 {
        fields[1..].rotate_left(2);
    }
    fields
}

/// A log file as Salesforce writes it: every field is quoted, and quotes within a field are tripled.
fn event_log(context: Context) -> String {
    let n = context.serial;
    let fields = event_fields(n);
    let kind = pick(
        words::EVENT_TYPES,
        mix(hash(&["EventLogFile", "EventType"]) ^ n as u64),
    );
    let mut out = fields
        .iter()
        .map(|field| format!("\"{field}\""))
        .collect::<Vec<_>>()
        .join(",")
        + "\n";
    for row in 0..20 + n % 30 {
        let h = mix((n * 1_000 + row) as u64);
        let datetime = context.end - (context.total - n) * DAY + row * 60_000;
        let values = fields.iter().map(|field| match *field {
            "EVENT_TYPE" => kind.to_owned(),
            "TIMESTAMP" => dates::datetime_text(datetime).replace(['-', ':', 'T', 'Z'], ""),
            "TIMESTAMP_DERIVED" => dates::datetime_text(datetime),
            "REQUEST_ID" => format!("4{h:021x}"),
            "LOGIN_STATUS" if row % 10 == 9 => "\"\"LOGIN_ERROR_\"quoted\"\"\"".to_owned(),
            "LOGIN_STATUS" => "LOGIN_NO_ERROR".to_owned(),
            "SOURCE_IP" => format!("192.0.2.{}", h % 256),
            _ => String::new(),
        });
        out += &values
            .map(|value| format!("\"{value}\""))
            .collect::<Vec<_>>()
            .join(",");
        out.push('\n');
    }
    out
}

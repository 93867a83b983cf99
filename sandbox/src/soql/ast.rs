//! The syntax tree of a query. It is independent of the org.

use super::Position;

#[derive(Clone, Debug)]
pub(crate) struct Query {
    pub(crate) select: Vec<Select>,
    /// `SELECT COUNT()`.
    pub(crate) count_only: bool,
    pub(crate) from: Path,
    pub(crate) alias: Option<String>,
    pub(crate) filter: Option<Condition>,
    pub(crate) group: Vec<Operand>,
    pub(crate) having: Option<Condition>,
    pub(crate) order: Vec<Order>,
    pub(crate) limit: Option<u64>,
    pub(crate) offset: u64,
    pub(crate) all_rows: bool,
}

impl Query {
    /// Adds a condition that every row must satisfy.
    pub(crate) fn require(&mut self, condition: Condition) {
        self.filter = Some(match self.filter.take() {
            Some(filter) => Condition::And(vec![filter, condition]),
            None => condition,
        });
    }
}

/// A dotted name.
#[derive(Clone, Debug)]
pub(crate) struct Path {
    pub(crate) parts: Vec<String>,
    pub(crate) at: Position,
}

impl Path {
    pub(crate) fn text(&self) -> String {
        self.parts.join(".")
    }
}

#[derive(Clone, Debug)]
pub(crate) enum Select {
    Operand {
        operand: Operand,
        alias: Option<String>,
    },
    /// `FIELDS(ALL)`, `FIELDS(STANDARD)` or `FIELDS(CUSTOM)`.
    Fields {
        which: String,
        at: Position,
    },
    Children(Box<Query>),
    TypeOf {
        path: Path,
        whens: Vec<(Path, Vec<Path>)>,
        otherwise: Vec<Path>,
    },
}

/// The left side of an operator.
#[derive(Clone, Debug)]
pub(crate) enum Operand {
    Field(Path),
    Call {
        function: Function,
        argument: Option<Path>,
        at: Position,
    },
}

impl Operand {
    pub(crate) fn at(&self) -> Position {
        match self {
            Self::Field(path) => path.at,
            Self::Call { at, .. } => *at,
        }
    }

    pub(crate) fn is_aggregate(&self) -> bool {
        matches!(self, Self::Call { function, .. } if function.is_aggregate())
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Function {
    Count,
    CountDistinct,
    Sum,
    Avg,
    Min,
    Max,
    CalendarYear,
    CalendarMonth,
    DayInMonth,
    DayOnly,
    HourInDay,
    /// The translated value. The sandbox has no translations, so it is the value itself.
    ToLabel,
}

impl Function {
    pub(crate) fn parse(name: &str) -> Option<Self> {
        Some(match name.to_ascii_uppercase().as_str() {
            "COUNT" => Self::Count,
            "COUNT_DISTINCT" => Self::CountDistinct,
            "SUM" => Self::Sum,
            "AVG" => Self::Avg,
            "MIN" => Self::Min,
            "MAX" => Self::Max,
            "CALENDAR_YEAR" => Self::CalendarYear,
            "CALENDAR_MONTH" => Self::CalendarMonth,
            "DAY_IN_MONTH" => Self::DayInMonth,
            "DAY_ONLY" => Self::DayOnly,
            "HOUR_IN_DAY" => Self::HourInDay,
            "TOLABEL" => Self::ToLabel,
            _ => return None,
        })
    }

    pub(crate) fn is_aggregate(self) -> bool {
        matches!(
            self,
            Self::Count | Self::CountDistinct | Self::Sum | Self::Avg | Self::Min | Self::Max
        )
    }
}

#[derive(Clone, Debug)]
pub(crate) enum Condition {
    And(Vec<Condition>),
    Or(Vec<Condition>),
    Not(Box<Condition>),
    Compare {
        left: Operand,
        operator: Compare,
        right: Literal,
        at: Position,
    },
    In {
        left: Operand,
        values: Vec<Literal>,
        negated: bool,
    },
    SemiJoin {
        left: Operand,
        query: Box<Query>,
        negated: bool,
    },
    /// `INCLUDES` and `EXCLUDES`, for multi-select picklists.
    Includes {
        left: Operand,
        values: Vec<Literal>,
        negated: bool,
    },
}

impl Condition {
    /// Makes the condition that a field has a value.
    pub(crate) fn equal(field: &str, value: Value) -> Self {
        let at = Position::default();
        let path = Path {
            parts: vec![field.to_owned()],
            at,
        };
        Self::Compare {
            left: Operand::Field(path),
            operator: Compare::Equal,
            right: Literal { value, at },
            at,
        }
    }

    /// Whether the condition uses one of these fields of the queried object.
    pub(crate) fn mentions(&self, fields: &[&str]) -> bool {
        let is_one = |operand: &Operand| match operand {
            Operand::Field(path) => (path.parts.last())
                .is_some_and(|name| fields.iter().any(|field| field.eq_ignore_ascii_case(name))),
            Operand::Call { .. } => false,
        };
        match self {
            Self::And(terms) | Self::Or(terms) => terms.iter().any(|term| term.mentions(fields)),
            Self::Not(term) => term.mentions(fields),
            Self::Compare { left, .. }
            | Self::In { left, .. }
            | Self::SemiJoin { left, .. }
            | Self::Includes { left, .. } => is_one(left),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Compare {
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    Like,
}

#[derive(Clone, Debug)]
pub(crate) struct Literal {
    pub(crate) value: Value,
    pub(crate) at: Position,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    Null,
    Boolean(bool),
    Number(String),
    Text {
        text: String,
        /// The same text as a pattern for LIKE: a backslash precedes each literal `%` and `_`.
        pattern: String,
    },
    /// A date, in days since 1970.
    Date(i64),
    /// A date and time, in milliseconds since 1970.
    DateTime(i64),
    /// A time, in milliseconds since midnight.
    Time(i64),
    /// A date literal such as `TODAY` or `LAST_N_DAYS:30`: the first day, and the day after the last.
    Span {
        name: String,
        n: Option<u32>,
    },
}

impl Value {
    pub(crate) fn text(text: impl Into<String>) -> Self {
        let text = text.into();
        Self::Text {
            pattern: text.clone(),
            text,
        }
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Order {
    pub(crate) operand: Operand,
    pub(crate) descending: bool,
    pub(crate) nulls_last: bool,
}

//! What is forgiven in responses, and how often something was forgiven.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};

/// What is forgiven in the responses of a service.
///
/// By default, a response that deviates from the WSDL is forgiven if no value must be invented, and
/// is an error otherwise. [`Builder::leniency`](crate::Builder::leniency) changes the settings of a
/// client. [`Client::drift`](crate::Client::drift) says how often each setting was used.
///
/// ```
/// use saponify::Leniency;
///
/// let leniency = Leniency { replace_characters: true, ..Leniency::default() };
/// # assert!(leniency.type_prefixes);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Leniency {
    /// Whether an `xsi:type` with an undeclared prefix is ignored, so that the element is read as
    /// the type that the WSDL declares. If false, such a response is an error. The default is true.
    pub type_prefixes: bool,
    /// Whether a reference to a character that XML does not allow, such as `&#x1B;`, is read as
    /// U+FFFD, the replacement character. If false, such a response is an error. The default is
    /// false.
    pub replace_characters: bool,
}

impl Leniency {
    /// Nothing is forgiven.
    #[must_use]
    pub const fn strict() -> Self {
        Self {
            type_prefixes: false,
            replace_characters: false,
        }
    }
}

impl Default for Leniency {
    fn default() -> Self {
        Self {
            type_prefixes: true,
            ..Self::strict()
        }
    }
}

/// How often something was forgiven, with one number for each setting of [`Leniency`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Drift {
    /// See [`Leniency::type_prefixes`].
    pub type_prefixes: u64,
    /// See [`Leniency::replace_characters`].
    pub replace_characters: u64,
}

impl Drift {
    fn figures(self) -> [(&'static str, u64); 2] {
        [
            ("type_prefixes", self.type_prefixes),
            ("replace_characters", self.replace_characters),
        ]
    }

    /// Whether nothing was forgiven.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl fmt::Display for Drift {
    /// Writes the numbers that are not zero: `type_prefixes: 2`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let used = self.figures().into_iter().filter(|(_, count)| *count > 0);
        for (n, (name, count)) in used.enumerate() {
            let comma = if n > 0 { ", " } else { "" };
            write!(f, "{comma}{name}: {count}")?;
        }
        Ok(())
    }
}

/// The drift of all responses of a client.
#[derive(Debug, Default)]
pub(crate) struct Counts([AtomicU64; 2]);

impl Counts {
    /// Adds the drift of a response. The first use of each setting is logged.
    pub(crate) fn add(&self, drift: Drift, operation: &str) {
        for (total, (leniency, count)) in self.0.iter().zip(drift.figures()) {
            if count > 0 && total.fetch_add(count, Ordering::Relaxed) == 0 {
                tracing::warn!(
                    operation,
                    leniency,
                    "a response deviates from the WSDL and was forgiven; this is logged once"
                );
            }
        }
    }

    pub(crate) fn total(&self) -> Drift {
        let [type_prefixes, replace_characters] =
            self.0.each_ref().map(|count| count.load(Ordering::Relaxed));
        Drift {
            type_prefixes,
            replace_characters,
        }
    }
}

//! What is forgiven in answers, and how often it was.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};

/// What is forgiven in the answers of a service.
///
/// By default an answer that is not as the WSDL says is forgiven where no value is invented, and is
/// an error where one would be. Each setting can be changed for a client, with
/// [`Builder::leniency`](crate::Builder::leniency). [`Client::drift`](crate::Client::drift) tells how
/// often each one was used.
///
/// ```
/// use saponify::Leniency;
///
/// let leniency = Leniency { replace_characters: true, ..Leniency::default() };
/// # assert!(leniency.type_prefixes);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Leniency {
    /// An `xsi:type` whose prefix is not declared is passed over, so that the element is read as the
    /// type that the WSDL declares. True unless set; otherwise such an answer is an error.
    pub type_prefixes: bool,
    /// A reference to a character that XML does not allow, such as `&#x1B;`, becomes U+FFFD, the
    /// replacement character. False unless set; otherwise such an answer is an error.
    pub replace_characters: bool,
    /// A message whose `Content-Type` is no media type of XML, such as `text/html`, is read all the
    /// same. True unless set; otherwise such an answer is an error.
    pub media_types: bool,
}

impl Leniency {
    /// Nothing is forgiven.
    #[must_use]
    pub const fn strict() -> Self {
        Self {
            type_prefixes: false,
            replace_characters: false,
            media_types: false,
        }
    }
}

impl Default for Leniency {
    fn default() -> Self {
        Self {
            type_prefixes: true,
            media_types: true,
            ..Self::strict()
        }
    }
}

/// How often something was forgiven: one figure for each setting of [`Leniency`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Drift {
    /// See [`Leniency::type_prefixes`].
    pub type_prefixes: u64,
    /// See [`Leniency::replace_characters`].
    pub replace_characters: u64,
    /// See [`Leniency::media_types`].
    pub media_types: u64,
}

impl Drift {
    fn figures(self) -> [(&'static str, u64); 3] {
        [
            ("type_prefixes", self.type_prefixes),
            ("replace_characters", self.replace_characters),
            ("media_types", self.media_types),
        ]
    }

    /// Whether nothing was forgiven.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl fmt::Display for Drift {
    /// The figures that are not zero: `type_prefixes: 2`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let used = self.figures().into_iter().filter(|(_, count)| *count > 0);
        for (n, (name, count)) in used.enumerate() {
            let comma = if n > 0 { ", " } else { "" };
            write!(f, "{comma}{name}: {count}")?;
        }
        Ok(())
    }
}

/// The drift of all answers of a client.
#[derive(Debug, Default)]
pub(crate) struct Counts([AtomicU64; 3]);

impl Counts {
    /// Adds the drift of an answer. The first use of each setting is logged.
    pub(crate) fn add(&self, drift: Drift, operation: &str) {
        for (total, (leniency, count)) in self.0.iter().zip(drift.figures()) {
            if count > 0 && total.fetch_add(count, Ordering::Relaxed) == 0 {
                tracing::warn!(
                    operation,
                    leniency,
                    "an answer is not as it must be, and was forgiven; this is logged once"
                );
            }
        }
    }

    pub(crate) fn total(&self) -> Drift {
        let [type_prefixes, replace_characters, media_types] =
            self.0.each_ref().map(|count| count.load(Ordering::Relaxed));
        Drift {
            type_prefixes,
            replace_characters,
            media_types,
        }
    }
}

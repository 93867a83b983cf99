//! What is forgiven in responses, and how often something was forgiven.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};

/// Declares each setting once: its name, its default, and what it does.
macro_rules! settings {
    ($($(#[$doc:meta])* $name:ident = $default:literal;)*) => {
        /// What is forgiven in the answers of a service.
        ///
        /// By default an answer that is not as the WSDL says is forgiven where no value is invented, and
        /// is an error where one would be. Each setting can be changed for a client, with
        /// [`Builder::leniency`](crate::Builder::leniency). [`Client::drift`](crate::Client::drift) tells
        /// how often each one was used.
        ///
        /// ```
        /// use saponify::Leniency;
        ///
        /// let leniency = Leniency { missing_values: true, ..Leniency::default() };
        /// # assert!(leniency.namespaces);
        /// ```
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub struct Leniency {
            $($(#[$doc])* pub $name: bool,)*
        }

        impl Leniency {
            /// Nothing is forgiven.
            #[must_use]
            pub const fn strict() -> Self {
                Self { $($name: false,)* }
            }
        }

        impl Default for Leniency {
            fn default() -> Self {
                Self { $($name: $default,)* }
            }
        }

        /// How often something was forgiven: one figure for each setting of [`Leniency`].
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        #[non_exhaustive]
        pub struct Drift {
            $(
                #[doc = concat!("See [`Leniency::", stringify!($name), "`].")]
                pub $name: u64,
            )*
        }

        /// The number of settings.
        const SETTINGS: usize = [$(stringify!($name)),*].len();

        impl Drift {
            fn figures(self) -> [(&'static str, u64); SETTINGS] {
                [$((stringify!($name), self.$name)),*]
            }

            fn from_figures([$($name),*]: [u64; SETTINGS]) -> Self {
                Self { $($name),* }
            }
        }
    };
}

settings! {
    /// An element or attribute is in no namespace where the schema gives it one, or is in another
    /// namespace of the WSDL than the schema says: it is read as the only one of its local name. This
    /// holds for the element that answers, for headers, for details of faults, for everything in them,
    /// and for the derived type that an `xsi:type` names. True unless set; otherwise it is an [unknown element](Self::unknown_elements).
    namespaces = true;

    /// An element that the WSDL does not declare is skipped. True unless set; otherwise such an answer
    /// is an error. Records and types with an `xsd:any` keep such elements, which is not counted.
    unknown_elements = true;

    /// A required element is missing, or is nil although the schema does not allow that, and the field's
    /// type can say so: it is `None`, or has no items. True unless set; otherwise such an answer is an
    /// error.
    absent_values = true;

    /// An element or attribute of a number, date or the like is empty, and the field is optional: it is
    /// `None`. True unless set; otherwise such an answer is an error.
    empty_values = true;

    /// A required element or attribute is missing, or is nil although the schema does not allow that, and
    /// the field's type cannot say so: the field gets the default of its type, such as 0 or "". **Nobody
    /// sent this value.** False unless set; otherwise such an answer is an error that names the field.
    missing_values = false;

    /// An `xsi:type` whose prefix is not declared is passed over, so that the element is read as the
    /// type that the WSDL declares. True unless set; otherwise such an answer is an error.
    type_prefixes = true;

    /// A reference to a character that XML does not allow, such as `&#x1B;`, becomes U+FFFD, the
    /// replacement character. False unless set; otherwise such an answer is an error.
    replace_characters = false;

    /// A message whose `Content-Type` is no media type of XML, such as `text/html`, is read all the
    /// same. True unless set; otherwise such an answer is an error.
    media_types = true;
}

impl Drift {
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
pub(crate) struct Counts([AtomicU64; SETTINGS]);

impl Counts {
    /// Adds the drift of a response. The first use of each setting is logged.
    pub(crate) fn add(&self, drift: Drift, operation: &str) {
        // This is asked for each row.
        if drift.is_empty() {
            return;
        }
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
        Drift::from_figures(self.0.each_ref().map(|count| count.load(Ordering::Relaxed)))
    }
}

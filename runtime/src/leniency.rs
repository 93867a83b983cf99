//! What is forgiven in responses, and how often something was forgiven.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};

/// Declares each setting once: its name, its default, and what it does.
macro_rules! settings {
    ($($(#[$doc:meta])* $name:ident = $default:literal;)*) => {
        /// What is forgiven in messages: in the responses of a service, or in the requests that a
        /// server gets.
        ///
        /// A message may differ from the WSDL. By default, a difference is forgiven if the
        /// message can be read without inventing a value; otherwise it is an error.
        /// [`Builder::leniency`](crate::Builder::leniency) changes the settings of a client, and
        /// `server::Server::leniency` those of a server. A later version may have more settings, so a
        /// literal ends with `..`, as below.
        /// [`Client::drift`](crate::Client::drift) counts how often each setting was used.
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

        /// How often something was forgiven: one number for each setting of [`Leniency`].
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
    /// Reads an element or attribute by its local name if it is in no namespace, or in another
    /// namespace of the WSDL than the schema says, and if only one field has that local name. This
    /// applies to the response element, headers, details of faults, everything in them, and the
    /// derived type that an `xsi:type` names. The default is true. If false, such an element is an
    /// [unknown element](Self::unknown_elements).
    namespaces = true;

    /// Skips an element that the WSDL does not declare. The default is true. If false, such a
    /// response is an error. Records and types with an `xsd:any` keep such elements, which is not
    /// counted.
    unknown_elements = true;

    /// Accepts that a required element is missing, or is nil although the schema does not allow
    /// that, if the type of the field can represent this: the field is `None`, or a list without
    /// items. The default is true. If false, such a response is an error.
    absent_values = true;

    /// Reads an empty element or attribute as `None` if the field is optional and an empty text is
    /// not a value of its type, such as a number or a date. The default is true. If false, such a
    /// response is an error.
    empty_values = true;

    /// Sets a field to the default of its type, such as 0 or "", if the required element or
    /// attribute is missing, or is nil although the schema does not allow that, and the type of the
    /// field cannot represent this. **Nobody sent this value.** The default is false: such a
    /// response is an error that names the field.
    missing_values = false;

    /// Ignores an `xsi:type` whose prefix is not declared, so that the element is read as the type
    /// that the WSDL declares. The default is true. If false, such a response is an error.
    type_prefixes = true;

    /// Replaces a reference to a character that XML does not allow, such as `&#x1B;`, by U+FFFD,
    /// the replacement character. The default is false: such a response is an error.
    replace_characters = false;

    /// Reads a response although its `Content-Type`, such as `text/html`, is not a media type of
    /// XML. The default is true. If false, such a response is an error. A server refuses such a request
    /// in any case.
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
        // This method is called for each row.
        if drift.is_empty() {
            return;
        }
        for (total, (leniency, count)) in self.0.iter().zip(drift.figures()) {
            if count > 0 && total.fetch_add(count, Ordering::Relaxed) == 0 {
                tracing::warn!(
                    operation,
                    leniency,
                    "a response differs from the WSDL, which was forgiven; this is logged once"
                );
            }
        }
    }

    pub(crate) fn total(&self) -> Drift {
        Drift::from_figures(self.0.each_ref().map(|count| count.load(Ordering::Relaxed)))
    }
}

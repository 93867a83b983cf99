//! What is forgiven in responses. The module `drift` counts how often something was forgiven.

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
    /// response is an error. Records and types with an `xsd:any` keep such elements. Those of records
    /// are counted as [`unknown_fields`](crate::Drift::unknown_fields).
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

//! The built-in types of XML Schema.

macro_rules! builtins {
    ($($variant:ident = $name:literal,)*) => {
        /// The types of XML Schema 1.0 part 2, and the two roots of the type hierarchy.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Builtin {
            $(
                #[doc = concat!("`xsd:", $name, "`")]
                $variant,
            )*
        }

        impl Builtin {
            /// All built-in types.
            pub const ALL: &'static [Builtin] = &[$(Builtin::$variant,)*];

            /// The local name in the XML Schema namespace.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Builtin::$variant => $name,)*
                }
            }
        }
    };
}

builtins! {
    AnyType = "anyType",
    AnySimpleType = "anySimpleType",
    String = "string",
    Boolean = "boolean",
    Decimal = "decimal",
    Float = "float",
    Double = "double",
    Duration = "duration",
    DateTime = "dateTime",
    Time = "time",
    Date = "date",
    GYearMonth = "gYearMonth",
    GYear = "gYear",
    GMonthDay = "gMonthDay",
    GDay = "gDay",
    GMonth = "gMonth",
    HexBinary = "hexBinary",
    Base64Binary = "base64Binary",
    AnyUri = "anyURI",
    QName = "QName",
    Notation = "NOTATION",
    NormalizedString = "normalizedString",
    Token = "token",
    Language = "language",
    NmToken = "NMTOKEN",
    NmTokens = "NMTOKENS",
    Name = "Name",
    NcName = "NCName",
    Id = "ID",
    IdRef = "IDREF",
    IdRefs = "IDREFS",
    Entity = "ENTITY",
    Entities = "ENTITIES",
    Integer = "integer",
    NonPositiveInteger = "nonPositiveInteger",
    NegativeInteger = "negativeInteger",
    Long = "long",
    Int = "int",
    Short = "short",
    Byte = "byte",
    NonNegativeInteger = "nonNegativeInteger",
    UnsignedLong = "unsignedLong",
    UnsignedInt = "unsignedInt",
    UnsignedShort = "unsignedShort",
    UnsignedByte = "unsignedByte",
    PositiveInteger = "positiveInteger",
}

impl Builtin {
    /// The built-in type with this local name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|builtin| builtin.name() == name)
    }
}

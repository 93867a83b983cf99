//! Words for synthetic rows. Some need escaping in XML, and some are not ASCII.

pub(super) const COMPANIES: &[&str] = &[
    "Acme",
    "Globex",
    "Initech",
    "Umbrella",
    "Soylent",
    "Hooli",
    "Vandelay",
    "Stark",
    "Wayne",
    "Wonka",
    "Tyrell",
    "Cyberdyne",
    "Müller",
    "Société Lumière",
    "Žižka",
    "株式会社東雲",
    "Ørsted & Sønner",
    "O'Brien",
    "A<B>C",
    "Łódź Metal",
];
pub(super) const FORMS: &[&str] = &[
    "Ltd",
    "GmbH & Co. KG",
    "Inc.",
    "S.A.",
    "Holding",
    "\"Trading\" Company",
    "plc",
    "AG",
];
pub(super) const FIRST: &[&str] = &[
    "Ada",
    "Grace",
    "Alan",
    "Edsger",
    "Barbara",
    "Donald",
    "Frances",
    "Ken",
    "Björk",
    "José",
    "Zoë",
    "Łukasz",
    "さくら",
    "Amélie",
    "Niklaus",
    "Margaret",
];
pub(super) const LAST: &[&str] = &[
    "Lovelace",
    "Hopper",
    "Turing",
    "Dijkstra",
    "Liskov",
    "Knuth",
    "Allen",
    "Thompson",
    "O'Connor",
    "Müller",
    "Núñez",
    "García",
    "山田",
    "Šimunić",
    "Wirth",
    "Hamilton",
    "Smith & Sons",
];
pub(super) const CITIES: &[&str] = &[
    "San Francisco",
    "München",
    "São Paulo",
    "東京",
    "Zürich",
    "Austin",
    "Leeds",
    "Kraków",
    "Malmö",
    "Reykjavík",
];
pub(super) const COUNTRIES: &[&str] = &[
    "United States",
    "Germany",
    "Brazil",
    "Japan",
    "Switzerland",
    "Poland",
    "Sweden",
];
pub(super) const ISO: &[&str] = &["US", "DE", "BR", "JP", "CH", "PL", "SE"];
pub(super) const STATES: &[&str] = &["CA", "TX", "Bayern", "SP", "ZH", "England", "Skåne"];
pub(super) const STREETS: &[&str] = &[
    "Market Street",
    "Hauptstraße",
    "Rue de l'Église",
    "Main St",
    "Długa",
    "Broadway",
];
pub(super) const SENTENCES: &[&str] = &[
    "Asked for a quote & a call back.",
    "Prices < 100 only, says \"no\" to more.",
    "Zahlt pünktlich, grüßt freundlich.",
    "Two lines\nof text.",
    "Tabs\tand 'quotes'.",
    "契約は来月更新。",
    "Nothing to report.",
    "Moved to a new office 🏢.",
    "Ends with ]]> on purpose.",
];
pub(super) const PRODUCTS: &[&str] = &[
    "Gauge",
    "Valve M4",
    "Sensor <T>",
    "Cable & Plug",
    "Prüfstand",
    "Manual",
];
pub(super) const DEALS: &[&str] = &[
    "Renewal",
    "New plant",
    "Upgrade",
    "Pilot & rollout",
    "Ersatzteile",
];
pub(super) const FILES: &[&str] = &["contract.pdf", "photo.jpg", "Übersicht.csv", "notes.txt"];
pub(super) const API_TYPES: &[&str] = &["SOAP Enterprise", "SOAP Partner", "N/A", "Bulk"];
pub(super) const API_VERSIONS: &[&str] = &["64.0", "58.0", "31.0"];
pub(super) const APPLICATIONS: &[&str] = &["Browser", "Data Loader", "Compliance Connector", "N/A"];
pub(super) const BROWSERS: &[&str] = &["Chrome 131", "Firefox 133", "Unknown", "Safari 18"];
pub(super) const PLATFORMS: &[&str] = &["Windows 11", "Mac OSX", "Linux", "Unknown"];
pub(super) const LOGIN_URLS: &[&str] = &["login.salesforce.com", "acme.my.salesforce.com"];
pub(super) const LOGIN_STATUS: &[&str] = &[
    "Success",
    "Success",
    "Success",
    "Success",
    "Invalid Password",
    "Restricted IP",
    "User is Locked Out",
];
pub(super) const SETUP_ACTIONS: &[&str] = &[
    "changedprofileforuser",
    "PermSetAssign",
    "createduser",
    "changedpassword",
    "loginasgrantedtopartnerbt",
];
pub(super) const SETUP_DISPLAY: &[&str] = &[
    "Changed profile for user Ada Byron from \"Standard User\" to System Administrator",
    "Assigned permission set <API & Files> to user integration@acme.example",
    "Created new User Zoë Müller",
    "Changed password for user Alan",
    "Granted access to support",
];
pub(super) const SETUP_SECTIONS: &[&str] =
    &["Manage Users", "Security Controls", "Company Information"];
pub(super) const EVENT_TYPES: &[&str] = &["Login", "Logout", "ApiTotalUsage", "HostnameRedirects"];
pub(super) const EVENT_FIELDS: &[&str] = &[
    "EVENT_TYPE",
    "TIMESTAMP",
    "REQUEST_ID",
    "ORGANIZATION_ID",
    "USER_ID",
    "LOGIN_STATUS",
    "SOURCE_IP",
    "TIMESTAMP_DERIVED",
];

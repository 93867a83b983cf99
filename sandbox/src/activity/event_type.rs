//! The types of event log files and their columns.

/// A type of event log files.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct EventType {
    pub(super) name: &'static str,
    family: Family,
    /// Whether orgs without Event Monitoring have files of this type.
    pub(super) is_free: bool,
}

/// All types. The most interesting ones come first, because small orgs have only some of them.
pub(super) static TYPES: &[EventType] = &[
    EventType::new("Login", Family::Login, true),
    EventType::new("Logout", Family::Logout, true),
    EventType::new("API", Family::Api, false),
    EventType::new("URI", Family::Page, false),
    EventType::new("ReportExport", Family::Report, false),
    EventType::new("ApexUnexpectedException", Family::Apex, true),
    EventType::new("Search", Family::Search, false),
    EventType::new("LightningPageView", Family::Page, false),
    EventType::new("RestApi", Family::Api, false),
    EventType::new("LoginAs", Family::Other, false),
    EventType::new("ApiTotalUsage", Family::Api, true),
    EventType::new("BulkApi", Family::Api, false),
    EventType::new("Report", Family::Report, false),
    EventType::new("ContentTransfer", Family::Other, false),
    EventType::new("ApexExecution", Family::Apex, false),
    EventType::new("ApexSoap", Family::Api, false),
    EventType::new("ApexRestApi", Family::Api, false),
    EventType::new("ApexCallout", Family::Page, false),
    EventType::new("ApexTrigger", Family::Apex, false),
    EventType::new("AsyncReportRun", Family::Report, false),
    EventType::new("AuraRequest", Family::Page, false),
    EventType::new("ChangeSetOperation", Family::Other, false),
    EventType::new("ConcurrentLongRunningApexLimit", Family::Other, false),
    EventType::new("ConsoleNavigation", Family::Other, false),
    EventType::new("ContentDistribution", Family::Other, false),
    EventType::new("ContentDocumentLink", Family::Other, false),
    EventType::new("CorsViolation", Family::Other, true),
    EventType::new("CspViolation", Family::Other, true),
    EventType::new("Dashboard", Family::Page, false),
    EventType::new("DatabaseSave", Family::Other, false),
    EventType::new("DocumentAttachmentDownloads", Family::Other, false),
    EventType::new("ExternalCrossOrgCallout", Family::Other, false),
    EventType::new("ExternalCustomApexCallout", Family::Other, false),
    EventType::new("ExternalODataCallout", Family::Other, false),
    EventType::new("FlowExecution", Family::Other, false),
    EventType::new("GroupMembership", Family::Other, false),
    EventType::new("HostnameRedirects", Family::Other, true),
    EventType::new("InsecureExternalAssets", Family::Other, true),
    EventType::new("InsufficientAccess", Family::Other, false),
    EventType::new("KnowledgeArticleView", Family::Other, false),
    EventType::new("LightningError", Family::Apex, false),
    EventType::new("LightningInteraction", Family::Other, false),
    EventType::new("LightningLogger", Family::Other, false),
    EventType::new("LightningPerformance", Family::Other, false),
    EventType::new("ListView", Family::Other, false),
    EventType::new("LoginFlow", Family::Other, false),
    EventType::new("MatchingRule", Family::Other, false),
    EventType::new("MetadataApiOperation", Family::Other, false),
    EventType::new("MultiBlockReport", Family::Report, false),
    EventType::new("NamedCredential", Family::Other, false),
    EventType::new("OneCommerceUsage", Family::Other, false),
    EventType::new("PackageInstall", Family::Other, false),
    EventType::new("PermissionUpdate", Family::Other, false),
    EventType::new("PlatformEncryption", Family::Other, false),
    EventType::new("PlatformEventUsage", Family::Other, false),
    EventType::new("QueuedExecution", Family::Apex, false),
    EventType::new("RecordedCall", Family::Other, false),
    EventType::new("Sandbox", Family::Other, false),
    EventType::new("SearchClick", Family::Search, false),
    EventType::new("Sites", Family::Page, false),
    EventType::new("TimeBasedWorkflow", Family::Other, false),
    EventType::new("TransactionSecurity", Family::Other, false),
    EventType::new("UITracking", Family::Other, false),
    EventType::new("VisualforceRequest", Family::Page, false),
    EventType::new("WaveChange", Family::Other, false),
    EventType::new("WaveDownload", Family::Other, false),
    EventType::new("WaveInteraction", Family::Other, false),
    EventType::new("WavePerformance", Family::Other, false),
    EventType::new("Wdc", Family::Other, false),
    EventType::new("WebhookDelivery", Family::Other, false),
    EventType::new("WorkflowRule", Family::Other, false),
    EventType::new("XmlSearch", Family::Search, false),
];

/// Types with the same columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Family {
    Login,
    Logout,
    Api,
    Page,
    Report,
    Apex,
    Search,
    Other,
}

/// The columns of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Columns {
    pub(super) names: Vec<&'static str>,
    /// The index of the column that is filled until the row has its length.
    pub(super) filled: usize,
    /// The index of the first of two columns whose names the header joins in one cell by mistake.
    pub(super) glued: Option<usize>,
    /// The additional bytes of one row in sixteen.
    pub(super) extra: u64,
}

const HEAD: &str = "EVENT_TYPE TIMESTAMP REQUEST_ID ORGANIZATION_ID USER_ID RUN_TIME CPU_TIME URI \
     SESSION_KEY LOGIN_KEY";
const TAIL: &str = "TIMESTAMP_DERIVED CLIENT_IP URI_ID_DERIVED USER_ID_DERIVED";

const OLD_LOGIN: &str = "CLIENT_IP BROWSER_TYPE API_TYPE API_VERSION USER_NAME TLS_PROTOCOL";
const LOGIN: &str = "USER_TYPE REQUEST_STATUS DB_TOTAL_TIME BROWSER_TYPE LOGIN_TYPE API_TYPE API_VERSION \
     USER_NAME TLS_PROTOCOL CIPHER_SUITE AUTHENTICATION_METHOD_REFERENCE LOGIN_SUB_TYPE LOGIN_STATUS SOURCE_IP";
const NEW_LOGIN: &str = "LOGIN_URL FORWARDED_FOR_IP AUTHENTICATION_SERVICE_ID EASY_SUITE_VALUE";
const LOGOUT: &str = "EVENT_TYPE TIMESTAMP REQUEST_ID ORGANIZATION_ID USER_ID USER_TYPE SESSION_TYPE \
     SESSION_LEVEL BROWSER_TYPE PLATFORM_TYPE RESOLUTION_TYPE APP_TYPE CLIENT_VERSION API_TYPE API_VERSION \
     USER_INITIATED_LOGOUT SESSION_KEY";
const API: &str = "USER_TYPE CLIENT_NAME METHOD_NAME ENTITY_NAME ROWS_PROCESSED REQUEST_SIZE RESPONSE_SIZE \
     DB_TOTAL_TIME API_TYPE API_VERSION REQUEST_STATUS LIMIT_USAGE_PERCENT QUERY";
const PAGE: &str = "REQUEST_STATUS DB_TOTAL_TIME USER_TYPE REFERRER_URI USER_AGENT URL DURATION";
const REPORT: &str = "REPORT_DESCRIPTION USER_AGENT DISPLAY_TYPE RENDERING_TYPE REPORT_ID ROW_COUNT \
     NUMBER_COLUMNS DB_BLOCKS DB_CPU_TIME";
const APEX: &str = "USER_TYPE ENTRY_POINT QUIDDITY EXCEPTION_TYPE EXCEPTION_MESSAGE STACK_TRACE \
     IS_LONG_RUNNING_REQUEST";
const SEARCH: &str = "SEARCH_QUERY NUM_RESULTS PREFIXES_SEARCHED";
const OTHER: &str = "USER_TYPE OPERATION MESSAGE";

impl EventType {
    const fn new(name: &'static str, family: Family, is_free: bool) -> Self {
        Self {
            name,
            family,
            is_free,
        }
    }

    /// The nth of the sets of columns that this type has had over time.
    pub(super) fn columns(&self, n: u64) -> Columns {
        let parts: &[&'static str] = match self.family {
            Family::Login if n.is_multiple_of(4) => &[HEAD, OLD_LOGIN],
            Family::Login if n % 4 == 1 => &[HEAD, LOGIN, TAIL],
            Family::Login => &[HEAD, LOGIN, NEW_LOGIN, TAIL],
            Family::Logout => &[LOGOUT, TAIL],
            Family::Api => &[HEAD, API, TAIL],
            Family::Page => &[HEAD, PAGE, TAIL],
            Family::Report => &[HEAD, REPORT, TAIL],
            Family::Apex => &[HEAD, APEX, TAIL],
            Family::Search => &[HEAD, SEARCH, TAIL],
            Family::Other => &[HEAD, OTHER, TAIL],
        };
        let mut names: Vec<&'static str> = (parts.iter())
            .flat_map(|part| part.split_whitespace())
            .collect();
        // The order of the columns differs from the documentation, and changes over time.
        if n % 5 == 4 {
            let at = names.len() - 4;
            names[2..at].rotate_left(3);
        }
        let filled = match self.family {
            Family::Login | Family::Logout => "BROWSER_TYPE",
            Family::Api => "QUERY",
            Family::Page => "URL",
            Family::Report => "REPORT_DESCRIPTION",
            Family::Apex => "STACK_TRACE",
            Family::Search => "SEARCH_QUERY",
            Family::Other => "MESSAGE",
        };
        let at = |name: &str| names.iter().position(|known| *known == name);
        let glued = match self.family {
            Family::Logout if n % 3 == 1 => {
                at("API_VERSION").filter(|at| names.get(at + 1) == Some(&"USER_INITIATED_LOGOUT"))
            }
            _ => None,
        };
        Columns {
            filled: at(filled).unwrap_or(0),
            glued,
            extra: if self.family == Family::Report {
                4_096
            } else {
                0
            },
            names,
        }
    }
}

//! The kinds of sinks, and the keys of each in the file. Everything that reads, checks or explains a key
//! uses these tables.

/// A kind of sink.
#[derive(Debug, PartialEq, Eq)]
pub struct Kind {
    /// The name of the kind, as the value of `kind`.
    pub name: &'static str,
    /// A description in one line.
    pub about: &'static str,
    /// The cargo feature that the kind needs.
    pub feature: Option<&'static str>,
    /// Whether this program was built with the feature.
    pub is_built: bool,
    /// The key with the address of the destination.
    pub address: &'static str,
    /// The keys of the kind, besides those of [`COMMON`].
    pub keys: &'static [Key],
    /// The secrets of the kind.
    pub secrets: &'static [SecretKey],
}

/// A key in the file.
#[derive(Debug, PartialEq, Eq)]
pub struct Key {
    /// The name of the key.
    pub name: &'static str,
    /// The form of the value.
    pub form: Form,
    /// Whether the key is required.
    pub is_needed: bool,
    /// A description in one line.
    pub about: &'static str,
}

/// A secret. It is in the vault and never in the file.
#[derive(Debug, PartialEq, Eq)]
pub struct SecretKey {
    /// The name of the secret.
    pub name: &'static str,
    /// Whether the secret is required.
    pub is_needed: bool,
    /// A description in one line.
    pub about: &'static str,
}

/// The form of the value of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Any text.
    Text,
    /// Several texts: an array in the file, separated by commas on the command line.
    List,
    /// A list whose elements are among these words.
    Words(&'static [&'static str]),
    /// `true` or `false`.
    Flag,
    /// A whole number of at least 1.
    Count,
    /// A duration, such as `30s` or `2h`.
    Length,
    /// How long something may take, from a second to a quarter of an hour.
    Timeout,
    /// One of some words. The first is the default.
    OneOf(&'static [&'static str]),
    /// An address with one of these schemes. It has no credentials.
    Url(&'static [&'static str]),
    /// Several such addresses, separated by commas.
    Urls(&'static [&'static str]),
    /// The path of a file or folder.
    Path,
}

const fn key(name: &'static str, form: Form, about: &'static str) -> Key {
    Key {
        name,
        form,
        is_needed: false,
        about,
    }
}

const fn needed(name: &'static str, form: Form, about: &'static str) -> Key {
    Key {
        name,
        form,
        is_needed: true,
        about,
    }
}

const fn secret(name: &'static str, about: &'static str) -> SecretKey {
    SecretKey {
        name,
        is_needed: false,
        about,
    }
}

const CERTIFICATE: Key = key(
    "certificate",
    Form::Path,
    "a file in PEM with certificates that are trusted in addition to those of the operating system",
);

/// The names of the sources.
pub const SOURCES: &[&str] = &["logins", "audit", "files", "changes", "messages"];

/// The keys that all kinds have.
pub const COMMON: &[Key] = &[
    key(
        "form",
        Form::OneOf(&["row", "ocsf"]),
        "the format of the rows: the row as Salesforce sent it, or an OCSF event",
    ),
    key(
        "connections",
        Form::List,
        "only rows of these connections; by default all",
    ),
    key(
        "sources",
        Form::Words(SOURCES),
        "only rows of these sources (logins, audit, files, changes, messages); by default all",
    ),
    key(
        "from",
        Form::OneOf(&["beginning", "now"]),
        "whether a new sink gets all stored rows, or only those that are stored from now on",
    ),
    key(
        "every",
        Form::Length,
        "the longest time that rows wait until there are enough for a batch",
    ),
];

/// All kinds.
pub const KINDS: &[Kind] = &[
    Kind {
        name: "ndjson",
        about: "files with one JSON object per line",
        feature: None,
        is_built: true,
        address: "folder",
        keys: &[
            needed(
                "folder",
                Form::Path,
                "the folder, in which each connection gets a folder of its own",
            ),
            key(
                "file-bytes",
                Form::Count,
                "the size in bytes at which the next file is started (256 MiB)",
            ),
        ],
        secrets: &[],
    },
    Kind {
        name: "webhook",
        about: "POST requests with batches in JSON, signed as Standard Webhooks",
        feature: None,
        is_built: true,
        address: "url",
        keys: &[
            needed(
                "url",
                Form::Url(&["https", "http"]),
                "the address; plain http only to this machine",
            ),
            key(
                "batch-rows",
                Form::Count,
                "the largest number of rows of a request (500)",
            ),
            key(
                "timeout",
                Form::Timeout,
                "the longest time for a response (30s)",
            ),
            CERTIFICATE,
        ],
        secrets: &[
            secret(
                "token",
                "the token, which is sent as `Authorization: Bearer …`",
            ),
            secret(
                "signing-secret",
                "the key that signs each request: `whsec_…`, or any other text",
            ),
        ],
    },
    Kind {
        name: "splunk-hec",
        about: "the HTTP Event Collector of Splunk",
        feature: None,
        is_built: true,
        address: "url",
        keys: &[
            needed(
                "url",
                Form::Url(&["https", "http"]),
                "the address, such as https://splunk.example:8088",
            ),
            key(
                "index",
                Form::Text,
                "the index; by default the one of the token",
            ),
            key(
                "sourcetype",
                Form::Text,
                "the source type (salesforce:row or salesforce:ocsf)",
            ),
            key(
                "batch-rows",
                Form::Count,
                "the largest number of rows of a request (500)",
            ),
            key(
                "timeout",
                Form::Timeout,
                "the longest time for a response, or for an acknowledgement of the indexers (60s)",
            ),
            CERTIFICATE,
        ],
        secrets: &[SecretKey {
            name: "token",
            is_needed: true,
            about: "the token of the collector",
        }],
    },
    Kind {
        name: "nats",
        about: "messages in a stream of NATS JetStream",
        feature: Some("nats"),
        is_built: cfg!(feature = "nats"),
        address: "url",
        keys: &[
            needed(
                "url",
                Form::Urls(&["tls", "nats"]),
                "the servers, such as nats://nats.example:4222",
            ),
            key(
                "security",
                Form::OneOf(&["tls", "plain"]),
                "whether the servers must offer TLS; plain only in a network that you trust",
            ),
            key("stream", Form::Text, "the stream (SAPONIFY)"),
            key(
                "subject",
                Form::Text,
                "the subject, with {connection}, {source} and {about} (saponify.{connection}.{source})",
            ),
            key(
                "create-stream",
                Form::Flag,
                "whether to create the stream if it is missing (false)",
            ),
            key(
                "replicas",
                Form::Count,
                "the number of replicas of a created stream (1)",
            ),
            key(
                "user",
                Form::Text,
                "the user name, together with the secret `password`",
            ),
            key(
                "batch-rows",
                Form::Count,
                "the number of messages that are sent before their acknowledgements are awaited (1000)",
            ),
            CERTIFICATE,
        ],
        secrets: &[
            secret("password", "the password of the user"),
            secret("token", "the token"),
            secret("nkey", "the seed of an NKey"),
            secret(
                "credentials",
                "the content of a .creds file: a JWT and its seed",
            ),
        ],
    },
    Kind {
        name: "kafka",
        about: "messages in a topic of Apache Kafka, in transactions",
        feature: Some("kafka"),
        is_built: cfg!(feature = "kafka"),
        address: "brokers",
        keys: &[
            needed(
                "brokers",
                Form::List,
                "host:port of one or more brokers of the cluster",
            ),
            key(
                "topic",
                Form::Text,
                "the topic, with {connection} and {source} (saponify.{connection}.{source})",
            ),
            key(
                "security",
                Form::OneOf(&["tls", "plain"]),
                "whether the brokers offer TLS; plain only in a network that you trust",
            ),
            key(
                "mechanism",
                Form::OneOf(&["scram-sha-512", "scram-sha-256", "plain"]),
                "how the user logs in",
            ),
            key(
                "user",
                Form::Text,
                "the user name, together with the secret `password`; without it, no login",
            ),
            key(
                "compression",
                Form::OneOf(&["lz4", "gzip", "snappy", "none"]),
                "the compression of the messages",
            ),
            key(
                "batch-rows",
                Form::Count,
                "the number of messages of a transaction (5000)",
            ),
            key(
                "timeout",
                Form::Timeout,
                "the longest time for a transaction (60s)",
            ),
            key(
                "certificate",
                Form::Path,
                "a file in PEM with the certificates that are trusted, instead of those of the operating system",
            ),
        ],
        secrets: &[secret("password", "the password of the user")],
    },
    Kind {
        name: "object-store",
        about: "Parquet or NDJSON objects by day and source, in S3, Google Cloud Storage, Azure or a folder",
        feature: Some("object-store"),
        is_built: cfg!(feature = "object-store"),
        address: "url",
        keys: &[
            needed(
                "url",
                Form::Url(&["s3", "gs", "az", "file"]),
                "the bucket or container and a prefix, such as s3://bucket/salesforce",
            ),
            key(
                "format",
                Form::OneOf(&["parquet", "ndjson"]),
                "the format of the objects",
            ),
            key(
                "batch-rows",
                Form::Count,
                "the largest number of rows of a batch, which gets an object for each day and source (50000)",
            ),
            key(
                "endpoint",
                Form::Url(&["https", "http"]),
                "the address of a service that is compatible with S3; plain http only to this machine",
            ),
            key("region", Form::Text, "the region of the bucket"),
            key("account", Form::Text, "the storage account of Azure"),
            key(
                "access-key-id",
                Form::Text,
                "the access key of S3; by default the one that the environment provides",
            ),
            CERTIFICATE,
        ],
        secrets: &[
            secret("secret-access-key", "the secret of the access key of S3"),
            secret(
                "account-key",
                "the access key of the storage account of Azure",
            ),
            secret(
                "service-account",
                "the JSON key of a service account of Google",
            ),
        ],
    },
];

impl Kind {
    /// The kind with this name.
    #[must_use]
    pub fn of(name: &str) -> Option<&'static Self> {
        KINDS.iter().find(|kind| kind.name == name)
    }

    /// The keys of the kind and the common ones.
    pub fn all_keys(&self) -> impl Iterator<Item = &'static Key> + use<> {
        self.keys.iter().chain(COMMON)
    }

    /// The key with this name.
    #[must_use]
    pub fn key(&self, name: &str) -> Option<&'static Key> {
        self.all_keys().find(|key| key.name == name)
    }

    /// The secret with this name.
    #[must_use]
    pub fn secret(&self, name: &str) -> Option<&'static SecretKey> {
        self.secrets.iter().find(|secret| secret.name == name)
    }
}

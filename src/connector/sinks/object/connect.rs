//! Connects to the service of an object store.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use object_store::aws::AmazonS3Builder;
use object_store::azure::MicrosoftAzureBuilder;
use object_store::client::{HttpClient, HttpConnector};
use object_store::gcp::GoogleCloudStorageBuilder;
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{BackoffConfig, ClientOptions, ObjectStore, RetryConfig};
use url::Url;

use crate::connector::error::{Error, Kind};
use crate::connector::http_client::client;
use crate::connector::private::create_folder;
use crate::connector::sinks::config::SinkConfig;
use crate::connector::vault::{ExposeSecret as _, Secrets};

/// The longest time for a request.
const TIMEOUT: Duration = Duration::from_secs(120);

/// Connects with a client that verifies certificates in the same way as the rest of the program.
#[derive(Debug)]
struct Connector(reqwest::Client);

impl HttpConnector for Connector {
    fn connect(&self, _options: &ClientOptions) -> object_store::Result<HttpClient> {
        Ok(HttpClient::new(self.0.clone()))
    }
}

/// The folder of this machine, if the address is one.
pub(super) fn folder_of(config: &SinkConfig) -> Option<PathBuf> {
    let url = Url::parse(config.address()).ok()?;
    (url.scheme() == "file").then(|| url.to_file_path().ok())?
}

/// The store, and the prefix of all objects.
pub(super) fn connect(
    config: &SinkConfig,
    secrets: &Secrets,
) -> Result<(Arc<dyn ObjectStore>, Path), Error> {
    let unusable = |error: Box<dyn std::error::Error + Send + Sync>| {
        let message = format!("the settings of the sink {} are invalid", config.name);
        Error::new(Kind::Usage, message)
            .help("`saponify connector sink kinds` explains the keys")
            .because(error)
    };
    let url = Url::parse(config.address()).map_err(|error| unusable(Box::new(error)))?;
    if url.scheme() == "file" {
        return folder(&url);
    }
    let bucket = url.host_str().unwrap_or_default();
    let prefix =
        Path::parse(url.path().trim_matches('/')).map_err(|error| unusable(Box::new(error)))?;
    let connector = Connector(client(config.certificate()?.as_deref(), TIMEOUT)?);
    // The loop of the deliveries repeats failed batches, so few attempts are enough here.
    let retry = RetryConfig {
        backoff: BackoffConfig::default(),
        max_retries: 2,
        retry_timeout: TIMEOUT,
    };
    let secret = |name: &str| {
        let found = secrets.get(name).ok();
        found.map(|secret| secret.expose_secret().to_owned())
    };
    let endpoint = config.text("endpoint");
    let is_plain = endpoint.is_some_and(|endpoint| endpoint.starts_with("http://"));
    let store: Result<Arc<dyn ObjectStore>, object_store::Error> = match url.scheme() {
        "s3" => {
            let mut builder = AmazonS3Builder::from_env()
                .with_bucket_name(bucket)
                .with_allow_http(is_plain)
                .with_retry(retry)
                .with_http_connector(connector);
            if let Some(endpoint) = endpoint {
                builder = builder.with_endpoint(endpoint);
            }
            if let Some(region) = config.text("region") {
                builder = builder.with_region(region);
            }
            match (config.text("access-key-id"), secret("secret-access-key")) {
                (Some(id), Some(key)) => {
                    builder = builder.with_access_key_id(id).with_secret_access_key(key);
                }
                (None, None) => {}
                // The environment would offer another key in place of the half one.
                _ => {
                    let message = format!(
                        "sink {}: `access-key-id` and the secret `secret-access-key` belong together",
                        config.name
                    );
                    return Err(Error::new(Kind::Usage, message));
                }
            }
            builder.build().map(|store| Arc::new(store) as _)
        }
        "gs" => {
            let mut builder = GoogleCloudStorageBuilder::from_env()
                .with_bucket_name(bucket)
                .with_retry(retry)
                .with_http_connector(connector);
            if let Some(key) = secret("service-account") {
                builder = builder.with_service_account_key(key);
            }
            builder.build().map(|store| Arc::new(store) as _)
        }
        _ => {
            let mut builder = MicrosoftAzureBuilder::from_env()
                .with_container_name(bucket)
                .with_allow_http(is_plain)
                .with_retry(retry)
                .with_http_connector(connector);
            if let Some(account) = config.text("account") {
                builder = builder.with_account(account);
            }
            if let Some(key) = secret("account-key") {
                builder = builder.with_access_key(key);
            }
            if let Some(endpoint) = endpoint {
                builder = builder.with_endpoint(endpoint.to_owned());
            }
            builder.build().map(|store| Arc::new(store) as _)
        }
    };
    let store = store.map_err(|error| unusable(Box::new(error)))?;
    Ok((store, prefix))
}

/// Opens a folder of this machine. Acknowledged objects are on the disk.
fn folder(url: &Url) -> Result<(Arc<dyn ObjectStore>, Path), Error> {
    let folder = url.to_file_path().map_err(|()| {
        Error::new(Kind::Usage, "the address is not a folder on this machine")
            .help("write it as file:///var/lib/events")
    })?;
    create_folder(&folder).map_err(|error| Error::io("create the folder", &folder, error))?;
    let store = LocalFileSystem::new_with_prefix(&folder).map_err(|error| {
        let message = format!("the folder {} cannot be used", folder.display());
        Error::new(Kind::Io, message).because(error)
    })?;
    Ok((Arc::new(store.with_fsync(true)), Path::default()))
}

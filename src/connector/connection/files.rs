//! Fetches the content of event log files: as base64 by SOAP, or as plain CSV by REST.

use saponify::Transport as _;
use saponify::salesforce::Id;
use saponify::transport::{Request, Response, TransportError};

use super::failure::query_failed;
use super::org::{FILE_TIME, Org};
use super::settings::Transfer;
use super::tap::Received;
use crate::connector::error::{Error, Kind};
use crate::connector::sources::Failure;
use crate::connector::sources::files::{FileService, Staging};
use crate::connector::store::Listed;

/// The query that stands for the call in error messages.
const CALL: &str = "SELECT LogFile FROM EventLogFile";

impl FileService for Org {
    async fn fetch(&mut self, file: &Listed, staging: Staging) -> Result<Staging, Failure> {
        self.allow()?;
        let refused = self
            .refused_by_soap
            .is_some_and(|length| file.length >= length);
        match self.transfer {
            Transfer::Rest => self.by_rest(file, staging).await,
            Transfer::Auto if refused => self.by_rest(file, staging).await,
            Transfer::Soap => self
                .by_soap(file, staging)
                .await
                .map_err(|refused| refused.1),
            Transfer::Auto => match self.by_soap(file, staging).await {
                Err((Some(mut staging), Failure::TooLarge)) => {
                    tracing::info!(file = file.sf_id, "SOAP refused the size of the file");
                    self.refused_by_soap = Some(file.length);
                    staging.restart()?;
                    self.by_rest(file, staging).await
                }
                response => response.map_err(|refused| refused.1),
            },
        }
    }
}

impl Org {
    /// Fetches the content by `retrieve`. The tap removes the content from the response while it arrives.
    async fn by_soap(
        &self,
        file: &Listed,
        staging: Staging,
    ) -> Result<Staging, (Option<Staging>, Failure)> {
        let Ok(id) = file.sf_id.parse::<Id>() else {
            return Err((Some(staging), gone(file).into()));
        };
        self.tap.begin(staging);
        let response = self
            .soap
            .retrieve("LogFile", "EventLogFile", [id])
            .deadline(FILE_TIME)
            .await;
        let Some(Received {
            mut staging,
            failure,
            taken,
        }) = self.tap.end()
        else {
            return Err((None, Failure::CursorLost));
        };
        if let Some(failure) = failure {
            return Err((Some(staging), failure.into()));
        }
        let rows = match response {
            Ok(rows) => rows,
            Err(error) => return Err((Some(staging), query_failed(CALL, error))),
        };
        let Some(Some(row)) = rows.first() else {
            return Err((Some(staging), gone(file).into()));
        };
        // The tap does not recognize the content in a response in UTF-16.
        let rest = row.text("LogFile").filter(|text| !text.is_empty());
        match (taken, rest) {
            (true, Some(_)) => Err((Some(staging), unreadable(file).into())),
            (true, None) => Ok(staging),
            (false, rest) => match staging.base64(rest.unwrap_or_default().as_bytes()) {
                Ok(()) => Ok(staging),
                Err(error) => Err((Some(staging), error.into())),
            },
        }
    }

    /// Fetches the content by REST, with the session of the SOAP client.
    async fn by_rest(&mut self, file: &Listed, mut staging: Staging) -> Result<Staging, Failure> {
        let mut response = self.get(file).await?;
        if response.status.as_u16() == 401 {
            // Only a call by SOAP renews an expired session.
            let renewed = self.soap.get_server_timestamp().await;
            renewed.map_err(|error| query_failed(CALL, error))?;
            response = self.get(file).await?;
        }
        if response.status.as_u16() == 404 {
            return Err(gone(file).into());
        }
        let media = response.content_type.as_deref().unwrap_or_default();
        if !response.status.is_success() || media.contains("html") {
            let status = response.status.as_u16();
            let message = format!(
                "REST does not serve the file {} (HTTP status {status}, media type {media})",
                file.sf_id
            );
            return Err(Error::new(Kind::Service, message).into());
        }
        while let Some(chunk) = response
            .body
            .chunk()
            .await
            .map_err(|error| cut(file, error))?
        {
            staging.bytes(&chunk)?;
        }
        Ok(staging)
    }

    async fn get(&self, file: &Listed) -> Result<Response, Failure> {
        let session = self.soap.client().session();
        let endpoint = session.endpoint();
        let version = version_of(endpoint.path());
        let path = format!(
            "/services/data/v{version}/sobjects/EventLogFile/{}/LogFile",
            file.sf_id
        );
        let Some(token) = session.id() else {
            return Err(unreadable(file).into());
        };
        let request = Request::get(endpoint.with_path(&path), "LogFile", token.clone());
        let sent = self.tap.send(request).await;
        Ok(sent.map_err(|error| cut(file, error))?)
    }
}

/// The API version in the path of a SOAP endpoint, such as `/services/Soap/c/64.0/…`.
fn version_of(path: &str) -> &str {
    let mut parts = path.split('/').skip_while(|part| *part != "Soap").skip(2);
    parts.next().unwrap_or("64.0")
}

fn gone(file: &Listed) -> Error {
    let message = format!("the org no longer has the file {}", file.sf_id);
    Error::new(Kind::Service, message)
}

fn unreadable(file: &Listed) -> Error {
    let message = format!("the response with the file {} cannot be read", file.sf_id);
    Error::new(Kind::Service, message)
}

fn cut(file: &Listed, error: TransportError) -> Error {
    let message = format!("the file {} did not arrive completely", file.sf_id);
    Error::new(Kind::Service, message).because(saponify::Error::from(error))
}

#[cfg(test)]
mod tests {
    use super::version_of;

    #[test]
    fn rest_is_called_with_the_version_of_the_soap_endpoint() {
        assert_eq!(version_of("/services/Soap/c/66.0/0DF5e0000004Fxy"), "66.0");
        assert_eq!(version_of("/elsewhere"), "64.0");
    }
}

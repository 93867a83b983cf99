//! Work on an answer that has arrived counts towards the deadline of a call, the time of the caller
//! does not.

use std::time::Duration;

use futures_util::stream::{self, StreamExt as _};
use saponify::transport::{Body, Exchange, Request, Transport, TransportError};
use saponify::{Error, Https, Retry, Session};

use crate::shape::{Account, Soap};
use crate::support::*;

const ROWS: usize = 20;
const DEADLINE: Duration = Duration::from_secs(2);

/// Hands out an answer row by row, and works on each of them for so long.
#[derive(Debug)]
struct Laborious(Https, Duration);

impl Transport for Laborious {
    fn send(&self, request: Request) -> Exchange {
        let (answer, work) = (self.0.send(request), self.1);
        Box::pin(async move {
            let mut response = answer.await?;
            let body = std::mem::replace(&mut response.body, Body::from_bytes(""));
            let body = String::from_utf8(body.collect(1 << 20).await?).unwrap();
            let rows: Vec<String> = body
                .split_inclusive("</records>")
                .map(str::to_owned)
                .collect();
            response.body = Body::from_stream(stream::iter(rows).map(move |row| {
                std::thread::sleep(work);
                Ok::<_, TransportError>(bytes::Bytes::from(row))
            }));
            Ok(response)
        })
    }
}

async fn soap(work: Duration) -> Soap {
    let row = "<records xsi:type='sf:Account'><sf:Name>Acme</sf:Name></records>";
    let body = format!(
        "<e:Envelope xmlns:e='http://schemas.xmlsoap.org/soap/envelope/' \
         xmlns='urn:enterprise.soap.sforce.com' xmlns:sf='urn:sobject.enterprise.soap.sforce.com' \
         xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance'><e:Body><queryResponse><result>\
         <done>true</done>{}<size>{ROWS}</size></result></queryResponse></e:Body></e:Envelope>",
        row.repeat(ROWS)
    );
    let server = Server::always(ok(body)).await;
    let endpoint = format!(
        "https://127.0.0.1:{}/services/Soap/c/64.0",
        server.address.port()
    );
    Soap::builder()
        .transport(Laborious(https(), work))
        .retry(Retry::none())
        .deadline(DEADLINE)
        .session(Session::new(&endpoint, "session").unwrap())
        .unwrap()
}

/// Reads the rows, and takes its time for the first ones.
async fn read(soap: &Soap, pauses: usize, pause: Duration) -> Result<usize, Error> {
    let mut rows = soap.records::<Account>("SELECT Name FROM Account");
    let mut came = 0;
    while rows.try_next().await?.is_some() {
        came += 1;
        if came <= pauses {
            tokio::time::sleep(pause).await;
        }
    }
    Ok(came)
}

#[tokio::test]
async fn rows_that_take_too_much_work_end_the_stream() {
    let soap = soap(DEADLINE / 6).await;
    let error = read(&soap, 0, Duration::ZERO).await.unwrap_err();
    assert!(error.is_timeout() && !error.is_usage(), "{error}");
    assert!(
        error.to_string().contains("not read within the deadline"),
        "{error}"
    );
    let came = error.rows_delivered().unwrap();
    assert!((1..ROWS as u64 / 2).contains(&came), "{came}");
}

#[tokio::test]
async fn the_time_of_the_caller_does_not_count() {
    let soap = soap(Duration::ZERO).await;
    let came = read(&soap, 3, DEADLINE / 2).await;
    assert_eq!(came.unwrap(), ROWS);
}

//! Makes the calls for which requests of other toolkits were recorded, with proxies of the same
//! WSDL. Writes each request into the folder that is its argument.
#![forbid(unsafe_code)]

#[allow(missing_docs)]
mod proxies;

use proxies::{Account, AllOrNoneHeader, Attachment, Event, Opportunity, QueryOptions, Soap};
use saponify::jiff::{Timestamp, civil::Date};
use saponify::transport::testing::{Answer, Scripted};
use saponify::{Error, Record, Session};
use saponify::salesforce::{Credentials, Id};

const FAULT: &str = "<e:Envelope xmlns:e='http://schemas.xmlsoap.org/soap/envelope/'><e:Body>\
    <e:Fault><faultcode>NO</faultcode><faultstring>no</faultstring></e:Fault></e:Body></e:Envelope>";

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = std::path::PathBuf::from(std::env::args().nth(1).ok_or("no folder")?);
    let service = Scripted::new().otherwise(|_| Answer::new(500, "text/xml", FAULT));
    let endpoint = "https://na1.salesforce.com/services/Soap/c/60.0";
    let credentials = Credentials::new("user@example.com", "p<a&ss\"").security_token("tok");
    let login = Soap::builder().transport(service.clone()).login(endpoint, credentials).await;
    refused(login)?;
    let session = Session::new(endpoint, "00D5e000000Cdd6!AQ.SESSION")?;
    let soap = Soap::builder().transport(service.clone()).session(session)?;

    // Once as a header of the call and once as a header of the client: both are sent in the same
    // way.
    let options = QueryOptions { batch_size: Some(200) };
    let paged = soap.with(options.clone());
    let query = "SELECT Id, Name FROM Account WHERE Name != 'A&B' AND AnnualRevenue < 5";
    refused(soap.query(query).with(options).await)?;
    refused(paged.query_more("01g5e00000AbCdEAAV-2000").await)?;
    let all = AllOrNoneHeader { all_or_none: true };
    refused(soap.create(&created()?).with(all).await)?;
    let id: Id = "0015e000001AAAA".parse()?;
    let mut account = Account::new().with_id(id);
    account.set_null(Account::PHONE);
    refused(soap.update(&[account]).await)?;
    let parent = Account::new().with_account_number("P-1");
    let account = Account::new().with_account_number("X-1").with_name("U").with_parent(parent);
    refused(soap.upsert("AccountNumber", &[account]).await)?;
    refused(soap.delete(&[id, "0015e000002AAAA".parse()?]).await)?;
    refused(soap.describe_s_object("Account").await)?;
    refused(soap.get_server_timestamp().await)?;

    for request in service.requests_with_secrets() {
        std::fs::write(folder.join(format!("{}.xml", request.operation())), request.body())?;
    }
    Ok(())
}

fn created() -> Result<Vec<Record>, Box<dyn std::error::Error>> {
    let mut account = Account::new()
        .with_annual_revenue(1_234_567.5)
        .with_description("line1\nline2\ttab")
        .with(Account::IS_DELETED, false)
        .with_name("S\u{f6}hne & Co <1> \"q\" 'a' ]]>")
        .with_number_of_employees(42);
    account.set_null(Account::PHONE).set_null(Account::WEBSITE);
    let mut attachment = Attachment::new()
        .with(Attachment::BODY, &[0, 1, 2, 255, 104, 105][..])
        .with_name("a.bin")
        .with_parent_id("0015e000001AAAA".parse::<Id>()?);
    attachment.set_null(Attachment::IS_PRIVATE);
    let opportunity = Opportunity::new()
        .with_account(Account::new().with_name("By ref"))
        .with_amount(1e10)
        .with_close_date("2024-01-31".parse::<Date>()?)
        .with_name("Opp")
        .with_stage_name("Open");
    let event = Event::new()
        .with_activity_date("2024-01-31".parse::<Date>()?)
        .with_duration_in_minutes(30)
        .with_start_date_time("2024-01-31T13:05:09.007Z".parse::<Timestamp>()?);
    Ok(vec![account.into(), attachment.into(), opportunity.into(), event.into()])
}

/// The service refuses every request. The test needs only the requests.
fn refused<T>(result: Result<T, Error>) -> Result<(), Box<dyn std::error::Error>> {
    match result {
        Err(error) if error.fault().is_some() => Ok(()),
        Err(error) => Err(error.into()),
        Ok(_) => Err("the service must refuse every request".into()),
    }
}

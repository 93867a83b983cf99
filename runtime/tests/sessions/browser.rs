//! From a session to a page in the browser.

use std::time::Duration;

use saponify::Session;
use saponify::transport::testing::{Answer, Scripted};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::shape::Soap;

const HOST: &str = "https://acme.my.salesforce.com";

fn client(transport: &Scripted) -> Soap {
    let session = Session::new(HOST, "00D!can'ary\"<&>").unwrap();
    Soap::builder()
        .transport(transport.clone())
        .session(session)
        .unwrap()
}

async fn get(address: &str) -> String {
    let (host, path) = address
        .strip_prefix("http://")
        .unwrap()
        .split_once('/')
        .unwrap();
    let port: u16 = host.strip_prefix("localhost:").unwrap().parse().unwrap();
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    let request = format!("GET /{path} HTTP/1.1\r\nHost: localhost\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

#[tokio::test]
async fn the_page_posts_the_session_and_keeps_it_out_of_addresses() {
    let soap = client(&Scripted::new());
    let page = soap
        .client()
        .browser_page("/lightning/page/home?a=b&c=d")
        .unwrap();
    let html = page.html().expose();
    assert!(
        html.contains(
            "method=\"post\" action=\"https://acme.my.salesforce.com/secur/frontdoor.jsp\""
        )
    );
    assert!(
        html.contains("name=\"sid\" value=\"00D!can&#39;ary&quot;&lt;&amp;&gt;\""),
        "{html}"
    );
    assert!(html.contains("name=\"retURL\" value=\"/lightning/page/home?a=b&amp;c=d\""));
    assert!(!format!("{page:?}").contains("ary"));
    for path in ["https://evil.example", "//evil.example", "x", "/a\"b c"] {
        assert!(
            soap.client().browser_page(path).unwrap_err().is_usage(),
            "{path}"
        );
    }
}

#[tokio::test]
async fn the_page_is_handed_out_once_at_a_secret_address() {
    let soap = client(&Scripted::new());
    let page = soap.client().browser_page("/").unwrap();
    let served = page.serve_once(Duration::from_secs(60)).await.unwrap();
    let address = served.address().expose().to_owned();
    assert!(!format!("{served:?}").contains(&address));
    let (base, _) = address.rsplit_once('/').unwrap();
    for path in ["", "favicon.ico", "login"] {
        let answer = get(&format!("{base}/{path}")).await;
        assert!(
            answer.starts_with("HTTP/1.1 404 ") && !answer.contains("sid"),
            "{answer}"
        );
    }
    let answer = get(&address).await;
    assert!(
        answer.starts_with("HTTP/1.1 200 ") && answer.contains("name=\"sid\""),
        "{answer}"
    );
    assert!(answer.contains("Cache-Control: no-store") && answer.contains("script-src 'sha256-"));
    served.taken().await;
    let (_, port) = base.rsplit_once(':').unwrap();
    let port: u16 = port.parse().unwrap();
    assert!(TcpStream::connect(("127.0.0.1", port)).await.is_err());
}

#[tokio::test]
async fn a_file_is_new_and_private() {
    let soap = client(&Scripted::new());
    let page = soap.client().browser_page("/").unwrap();
    let path = std::env::temp_dir().join(format!("saponify-page-{}.html", std::process::id()));
    page.write_to(&path).unwrap();
    assert!(
        page.write_to(&path).is_err(),
        "an existing file is not overwritten"
    );
    let text = std::fs::read_to_string(&path).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    std::fs::remove_file(&path).unwrap();
    assert_eq!(text, page.html().expose());
}

#[tokio::test]
async fn single_access_gives_an_address_of_the_organization() {
    let link = "https://acme.my.salesforce.com/secur/frontdoor.jsp?otp=x";
    let answer = |url: &str| {
        Answer::new(
            200,
            "application/json",
            format!(r#"{{"frontdoor_uri":"{url}"}}"#),
        )
    };
    let transport = Scripted::new()
        .answer(answer(link))
        .answer(answer("https://evil.example/"))
        .answer(Answer::new(403, "application/json", "{}"))
        .answer(Answer::new(200, "application/json", "{}"));
    let soap = client(&transport);
    let found = soap
        .client()
        .single_access("/lightning/page/home")
        .await
        .unwrap();
    assert_eq!(found.expose(), link);
    let error = soap.client().single_access("/").await.unwrap_err();
    assert!(error.is_foreign_endpoint(), "{error}");
    let error = soap.client().single_access("/").await.unwrap_err();
    assert!(error.is_session_expired(), "{error}");
    let error = soap.client().single_access("/").await.unwrap_err();
    assert!(error.is_protocol(), "{error}");
    assert!(
        soap.client()
            .single_access("//evil.example")
            .await
            .unwrap_err()
            .is_usage()
    );
    let requests = transport.requests_with_secrets();
    assert_eq!(requests.len(), 4);
    assert!(
        requests[0]
            .body()
            .contains("&redirect_uri=%2Flightning%2Fpage%2Fhome")
    );
    assert!(!requests[0].endpoint().to_string().contains("00D"));
}

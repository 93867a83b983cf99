//! The WSDL that a server publishes.

use http::Method;
use http::header::{ACCEPT_ENCODING, CONTENT_ENCODING, HOST, VARY};
use saponify::server::Server;
use saponify_goldens::server::server::Library as _;

use super::library::MyLibrary;
use super::{Answer, TEXT_XML, request, send};

fn server() -> Server {
    MyLibrary::default().into_server()
}

async fn get(server: &Server, method: Method, address: &str) -> Answer {
    let mut request = request(TEXT_XML, "");
    *request.method_mut() = method;
    *request.uri_mut() = address.parse().unwrap();
    let host = "library.local:8080".parse().unwrap();
    request.headers_mut().insert(HOST, host);
    send(server, request).await
}

#[tokio::test]
async fn it_states_the_address_that_was_reached() {
    let answer = get(&server(), Method::GET, "/soap?wsdl").await;
    assert_eq!((answer.status.as_u16(), answer.media()), (200, TEXT_XML));
    let text = answer.text();
    assert!(!text.contains("library.example.com"), "{text}");
    assert!(
        text.contains("<soap:address location=\"http://library.local:8080/soap\"/>"),
        "{text}"
    );
    assert!(text.contains("<soap12:address location=\"http://library.local:8080/soap\"/>"));
    assert!(
        text.contains("schemaLocation=\"http://library.local:8080/soap?xsd=1\""),
        "{text}"
    );
    let server = server().address("https://public.example/library");
    let text = get(&server, Method::GET, "/soap?WSDL").await.text();
    assert!(text.contains("<soap:address location=\"https://public.example/library\"/>"));
    assert!(text.contains("schemaLocation=\"https://public.example/library?xsd=1\""));
}

#[tokio::test]
async fn imported_documents_are_served() {
    let answer = get(&server(), Method::GET, "/soap?xsd=1").await;
    let text = answer.text();
    assert!(
        text.starts_with("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!-- Included"),
        "{text}"
    );
    assert!(text.contains("name=\"Refusal\""), "{text}");
    for address in [
        "/soap?xsd=2",
        "/soap?xsd=0",
        "/soap?wsdl=1",
        "/soap?x=script",
    ] {
        let answer = get(&server(), Method::GET, address).await;
        assert_eq!(
            (answer.status.as_u16(), answer.media()),
            (404, "text/plain; charset=utf-8")
        );
        assert!(!answer.text().contains("script"));
    }
}

#[tokio::test]
async fn head_has_no_body() {
    let answer = get(&server(), Method::HEAD, "/soap?wsdl").await;
    assert_eq!((answer.status.as_u16(), answer.bytes.len()), (200, 0));
}

#[tokio::test]
async fn it_can_be_turned_off() {
    let answer = get(&server().serves_wsdl(false), Method::GET, "/soap?wsdl").await;
    assert_eq!(answer.status, 405);
}

/// Clients that trust the WSDL of a fake must not call the real service.
#[tokio::test]
async fn no_foreign_address_is_published() {
    struct Station;
    impl saponify_goldens::rpc::server::Weather for Station {}
    let server = saponify_goldens::rpc::server::Weather::into_server(Station);
    let text = get(&server, Method::GET, "/soap?wsdl").await.text();
    assert!(!text.contains("example.com/"), "{text}");
    let own = text.matches("location=\"http://library.local:8080/soap\"");
    assert_eq!(own.count(), 2, "the port and its backup: {text}");
    assert!(
        text.contains(&format!("location=\"{}\"", Server::NOT_SERVED)),
        "{text}"
    );
    let server = server.address_of("AdminService.Admin", "https://admin.local/");
    let text = get(&server, Method::GET, "/soap?wsdl").await.text();
    assert!(text.contains("location=\"https://admin.local/\""), "{text}");
}

#[tokio::test]
async fn both_of_two_ports_with_one_binding_are_here() {
    struct Sums;
    impl saponify_goldens::wide::server::Wide for Sums {}
    let server = saponify_goldens::wide::server::Wide::into_server(Sums);
    let text = get(&server, Method::GET, "/soap?wsdl").await.text();
    assert!(!text.contains("wide.example"), "{text}");
}

/// The text and its compressed form are made once for each address.
#[tokio::test]
async fn the_text_is_made_once() {
    let server = server();
    for accepted in ["identity", "gzip"] {
        let ask = async |host: &str| {
            let mut request = request(TEXT_XML, "");
            *request.method_mut() = Method::GET;
            *request.uri_mut() = "/soap?wsdl".parse().unwrap();
            request.headers_mut().insert(HOST, host.parse().unwrap());
            let accepted = accepted.parse().unwrap();
            request.headers_mut().insert(ACCEPT_ENCODING, accepted);
            send(&server, request).await
        };
        let (first, second) = (ask("a.local").await, ask("a.local").await);
        assert_eq!(first.bytes.as_ptr(), second.bytes.as_ptr());
        assert_eq!(first.headers[VARY], "accept-encoding");
        let is_packed = first.headers.contains_key(CONTENT_ENCODING);
        assert_eq!(is_packed, accepted == "gzip");
        assert_ne!(first.bytes, ask("b.local").await.bytes);
        // Strangers cannot make the server keep any number of texts.
        for n in 0..20 {
            ask(&format!("h{n}.local")).await;
        }
        assert_ne!(first.bytes.as_ptr(), ask("a.local").await.bytes.as_ptr());
    }
}

/// What is served can be read again, and gives the same proxies.
#[tokio::test]
async fn what_is_served_is_the_wsdl_that_was_read() {
    let wsdl = get(&server(), Method::GET, "/soap?wsdl").await;
    let schema = get(&server(), Method::GET, "/soap?xsd=1").await;
    let directory = tempfile::tempdir().unwrap();
    let path = |name: &str| directory.path().join(name);
    std::fs::write(path("library.wsdl"), &wsdl.bytes).unwrap();
    std::fs::write(path("types.xsd"), &schema.bytes).unwrap();
    let config = saponify_codegen::Config::new()
        .input(path("library.wsdl"))
        .server(true)
        .provide_file("http://library.local:8080/soap?xsd=1", path("types.xsd"));
    let output = config.run().unwrap();
    let library = output
        .files()
        .iter()
        .find(|file| file.path() == "library.rs")
        .unwrap();
    let expected = include_str!("../../../../codegen/tests/fixtures/server/expected/library.rs");
    assert_eq!(library.text(), expected);
}

//! The WSDL that a server publishes.

use http::Method;
use http::header::HOST;
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

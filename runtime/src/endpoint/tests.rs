use super::*;

#[test]
fn addresses_that_parse() {
    for (text, host, port, shown) in [
        (
            "https://h.example/p",
            "h.example",
            443,
            "https://h.example/p",
        ),
        (
            "HTTPS://H.Example:8443",
            "h.example",
            8443,
            "https://h.example:8443/",
        ),
        (
            "https://h.example/p?key=canary",
            "h.example",
            443,
            "https://h.example/p",
        ),
        (
            "https://[::1]:9000/x",
            "[::1]",
            9000,
            "https://[::1]:9000/x",
        ),
    ] {
        let endpoint = Endpoint::parse(text).unwrap();
        assert_eq!((endpoint.host(), endpoint.port()), (host, port), "{text}");
        assert_eq!(endpoint.to_string(), shown);
        assert_eq!(format!("{endpoint:?}"), format!("Endpoint({shown})"));
    }
}

#[test]
fn addresses_that_do_not() {
    for (text, hint) in [
        ("", "empty"),
        ("login.salesforce.com", "not absolute"),
        ("//login.salesforce.com/", "not absolute"),
        ("https:login.salesforce.com", "not absolute"),
        ("ftp://h.example/", "not https"),
        ("http://h.example/", "not https"),
        ("http://127.0.0.1/", "explicitly"),
        ("https://", "https://host/path"),
        ("https:///path", "no host between"),
        ("https:///user:canary@h.example/", "no host between"),
        ("https://user:canary@h.example/", "credentials"),
        ("https://@h.example/", "credentials"),
        ("https://h.example/#canary", "fragment"),
        ("https://h.example./", "dot"),
        ("https://a..example/", "empty part"),
        ("https://h.example:0/", "port 0"),
        ("https://h.example:99999/", "port"),
        ("https://h.exam\tple/", "control"),
        ("https://h.example/a b", "space"),
        ("https:\\\\h.example\\", "backslash"),
        ("https://s\u{430}lesforce.com/", "ASCII"),
    ] {
        let error = Endpoint::parse(text).unwrap_err();
        assert!(error.to_string().contains(hint), "{text}: {error}");
        assert!(!format!("{error} {error:?}").contains("canary"), "{error}");
    }
}

#[test]
fn plain_http_only_to_loopback_and_only_when_permitted() {
    for text in [
        "http://127.0.0.1:80/",
        "http://127.9.9.9/",
        "http://[::1]:8080/",
        "http://localhost/",
    ] {
        assert!(Endpoint::parse(text).is_err(), "{text}");
        assert!(
            !Endpoint::parse_with(text, PlainHttp::ToLoopback)
                .unwrap()
                .is_https()
        );
    }
    for text in [
        "http://128.0.0.1/",
        "http://10.0.0.1/",
        "http://localhost.example/",
        "http://127.0.0.1.example/",
        "http://0.0.0.0/",
    ] {
        assert!(
            Endpoint::parse_with(text, PlainHttp::ToLoopback).is_err(),
            "{text}"
        );
    }
}

#[test]
fn plain_http_to_private_addresses_only_when_permitted() {
    for text in [
        "http://192.168.1.5:8080/onvif/device_service",
        "http://10.0.0.1/",
        "http://172.31.255.255/",
        "http://169.254.1.1/",
        "http://[fd00::1]/",
        "http://[fe80::1]/",
        "http://camera.local/",
        "http://plc7.plant.internal/",
        "http://nas.home.arpa/",
    ] {
        let endpoint = Endpoint::parse_with(text, PlainHttp::ToPrivate).unwrap();
        assert!(!endpoint.is_https() && !endpoint.is_loopback(), "{text}");
        for plain in [PlainHttp::Refused, PlainHttp::ToLoopback] {
            let error = Endpoint::parse_with(text, plain).unwrap_err().to_string();
            assert!(
                error.contains("allow_plain_http_to_private_addresses"),
                "{error}"
            );
        }
    }
    assert!(Endpoint::parse_with("http://127.0.0.1/", PlainHttp::ToPrivate).is_ok());
    for text in [
        "http://172.32.0.1/",
        "http://8.8.8.8/",
        "http://192.168.1.5.example/",
        "http://[2001:db8::1]/",
        "http://local/",
        "http://camera.local.example/",
        "http://0.0.0.0/",
        "ftp://192.168.1.5/",
    ] {
        assert!(
            Endpoint::parse_with(text, PlainHttp::ToPrivate).is_err(),
            "{text}"
        );
    }
}

#[test]
fn a_base_without_path_gets_the_path_of_the_wsdl() {
    let wsdl = "https://login.salesforce.com/services/Soap/c/64.0/0DF000000000001";
    for (base, wsdl, expected) in [
        (
            "https://acme.my.salesforce.com",
            wsdl,
            "https://acme.my.salesforce.com/services/Soap/c/64.0/0DF000000000001",
        ),
        ("https://h.example/", "/a/b", "https://h.example/a/b"),
        (
            "https://h.example:8443/",
            "http://other.example/a",
            "https://h.example:8443/a",
        ),
        ("https://h.example/own", wsdl, "https://h.example/own"),
    ] {
        let endpoint = Endpoint::resolve(base, wsdl, PlainHttp::Refused).unwrap();
        assert_eq!(endpoint.to_string(), expected);
    }
    assert!(Endpoint::resolve("https://h.example", "no url", PlainHttp::Refused).is_err());
    let endpoint = Endpoint::parse("https://h.example/a?b")
        .unwrap()
        .with_path("/c/d");
    assert_eq!(endpoint.url().as_str(), "https://h.example/c/d");
}

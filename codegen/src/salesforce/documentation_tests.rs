use super::*;

#[test]
fn entries_are_complete() {
    for (head, body) in entries(OPERATIONS) {
        let remarks = remarks(body);
        let texts = [&remarks.does, &remarks.repeat];
        for text in texts.into_iter().chain(&remarks.limits) {
            assert!(text.ends_with('.'), "{head}: {text:?}");
            // They go into documentation as they are.
            assert!(!text.contains(['<', '>', '[', ']', '*']), "{head}: {text}");
            assert_eq!(text.matches('`').count() % 2, 0, "{head}: {text}");
        }
        let repeat = [
            "Safe to repeat",
            "Not safe to repeat, because ",
            "Not safe to repeat. The ",
            "Idempotent",
        ];
        assert!(
            repeat.iter().any(|words| remarks.repeat.starts_with(words)),
            "{head}: {:?}",
            remarks.repeat
        );
        let known = ["does", "limit", "repeat", "page"];
        for (keyword, _) in lines(body) {
            assert!(known.contains(&keyword), "{head}: {keyword:?}");
        }
        assert!(body.contains("  page "), "{head}: no source");
    }
    for (head, body) in entries(HEADERS) {
        assert!(remarks(body).does.ends_with('.'), "{head}");
        assert!(body.contains("  page "), "{head}: no source");
    }
}

#[test]
fn reads_call_safe_and_writes_do_not() {
    for (head, body) in entries(OPERATIONS) {
        let safe = remarks(body).repeat.starts_with("Safe");
        let reads = ["describe", "get", "retrieve", "find", "render"];
        if reads.iter().any(|verb| head.starts_with(verb)) {
            assert!(safe, "{head}");
        }
        let writes = ["create(", "delete(", "merge(", "convertLead(", "sendEmail"];
        if writes.iter().any(|verb| head.starts_with(verb)) {
            assert!(!safe, "{head}");
        }
    }
}

#[test]
fn another_service_or_shape_has_no_remarks() {
    let salesforce = "urn:enterprise.soap.sforce.com";
    let query = |uri, child| operation(uri, "query", [child].into_iter());
    let found = query(salesforce, "queryString").unwrap();
    assert!(found.limits[0].starts_with("2,000 rows per batch"));
    assert_eq!(found.page.as_deref(), Some("query()"));
    assert_eq!(
        query("urn:partner.soap.sforce.com", "queryString"),
        Some(found)
    );
    assert_eq!(query("urn:tooling.soap.sforce.com", "queryString"), None);
    assert_eq!(query(salesforce, "statement"), None);
    assert_eq!(
        header(salesforce, "SessionHeader", ["id"].into_iter()),
        None
    );
}

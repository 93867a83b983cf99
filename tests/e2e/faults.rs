//! Faults, in every form in which services send them.

use saponify::transport::testing::Scripted;
use saponify::{Elements as _, Recovery, Session};
use saponify_sandbox::{Detail, Mode, Quirks};

use crate::support::start;
use crate::tenant::{
    ApiFault, ApiQueryFault, ExceptionCode, ExtendedErrorCode, InvalidFieldFault,
    InvalidQueryLocatorFault, LoginFault, MalformedQueryFault, Soap, UnexpectedErrorFault,
};

#[tokio::test]
async fn an_error_in_a_query_has_a_position() {
    let tenant = start().await;
    let error = tenant
        .soap
        .query("SELECT Id FRM Account")
        .await
        .unwrap_err();
    let fault = error.fault().unwrap();
    let detail: MalformedQueryFault = fault.detail().unwrap().unwrap();
    assert_eq!(detail.exception_code, ExceptionCode::MalformedQuery);
    assert_eq!((detail.row, detail.column), (1, 15));
    assert_eq!((fault.row(), fault.column()), (Some(1), Some(15)));
    // The detail can be read as each of its base types, and as no other type.
    let base: ApiQueryFault = fault.detail().unwrap().unwrap();
    assert_eq!(base.column, 15);
    assert!(fault.detail::<ApiFault>().unwrap().is_some());
    assert!(fault.detail::<InvalidFieldFault>().unwrap().is_none());
    assert!(fault.detail::<LoginFault>().unwrap().is_none());
    assert!(
        error.to_string().contains("ERROR at Row:1:Column:15"),
        "{error}"
    );
    assert_eq!(
        (error.operation(), error.status().map(|s| s.as_u16())),
        (Some("query"), Some(500))
    );
}

/// A client of a service that responds with this fault.
fn scripted(fault: &str) -> Soap {
    let session = Session::new("https://tenant.example/services/Soap/c/64.0", "00D!x").unwrap();
    Soap::builder()
        .transport(Scripted::new().answer_with(500, "text/xml", fault.to_owned()))
        .retry(saponify::Retry::none())
        .session(session)
        .unwrap()
}

#[tokio::test]
async fn details_of_details_are_found_by_name() {
    let fault = "<e:Envelope xmlns:e='http://schemas.xmlsoap.org/soap/envelope/' \
        xmlns:f='urn:fault.enterprise.soap.sforce.com' xmlns='urn:enterprise.soap.sforce.com'>\
        <e:Body><e:Fault><faultcode>f:INVALID_QUERY_LOCATOR</faultcode><faultstring>gone\
        </faultstring><detail><f:InvalidQueryLocatorFault><f:exceptionCode>INVALID_QUERY_LOCATOR\
        </f:exceptionCode><f:exceptionMessage>gone</f:exceptionMessage><f:extendedErrorDetails>\
        <extendedErrorCode>QUERY_LOCATOR_EXPIRED</extendedErrorCode><message>after two days\
        </message><of><next>year</next></of></f:extendedErrorDetails><f:extendedErrorDetails>\
        <extendedErrorCode>OF_NEXT_YEAR</extendedErrorCode></f:extendedErrorDetails>\
        </f:InvalidQueryLocatorFault></detail></e:Fault></e:Body></e:Envelope>";
    let error = scripted(fault).query_more("01g-2000").await.unwrap_err();
    assert_eq!(error.recovery(), Recovery::QueryAgain);
    let fault = error.fault().unwrap();
    let codes: Vec<_> = fault.extended_codes().collect();
    assert_eq!(codes, ["QUERY_LOCATOR_EXPIRED", "OF_NEXT_YEAR"]);
    let gone: InvalidQueryLocatorFault = fault.detail().unwrap().unwrap();
    let [details, newer] = &*gone.extended_error_details else {
        panic!("{gone:?}")
    };
    assert_eq!(
        details.extended_error_code,
        ExtendedErrorCode::QueryLocatorExpired
    );
    assert_eq!(details.any.text("message"), Some("after two days"));
    assert_eq!(details.any.text("of"), None);
    let of = details.any.named("of").unwrap().value.as_record().unwrap();
    assert_eq!(of.text("next"), Some("year"));
    assert!(details.any.named("messages").is_none());
    assert_eq!(newer.extended_error_code.as_str(), "OF_NEXT_YEAR");
}

#[tokio::test]
async fn the_old_element_holds_any_fault_even_the_base_of_all() {
    for (ty, place) in [
        ("ApiFault", ""),
        ("ApiQueryFault", "<f:row>1</f:row><f:column>7</f:column>"),
    ] {
        let fault = format!(
            "<e:Envelope xmlns:e='http://schemas.xmlsoap.org/soap/envelope/' \
             xmlns:f='urn:fault.enterprise.soap.sforce.com' \
             xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance'><e:Body><e:Fault>\
             <faultcode>f:API_CURRENTLY_DISABLED</faultcode><faultstring>why</faultstring><detail>\
             <f:fault xsi:type='f:{ty}'><f:exceptionCode>API_CURRENTLY_DISABLED</f:exceptionCode>\
             <f:exceptionMessage>why</f:exceptionMessage>{place}</f:fault></detail></e:Fault>\
             </e:Body></e:Envelope>"
        );
        let error = scripted(&fault).describe_tabs().await.unwrap_err();
        let fault = error.fault().unwrap();
        assert_eq!(fault.detail_type(), Some(ty));
        let any: ApiFault = fault.detail().unwrap().unwrap();
        assert_eq!(any.exception_code, ExceptionCode::ApiCurrentlyDisabled);
        let query: Option<ApiQueryFault> = fault.detail().unwrap();
        assert_eq!(query.map(|fault| fault.column), fault.column());
    }
}

#[tokio::test]
async fn the_form_of_a_fault_does_not_matter() {
    let tenant = start().await;
    tenant.sandbox.set_mode(Mode::Fault {
        code: "SERVER_UNAVAILABLE".to_owned(),
        message: "busy <now> & later".to_owned(),
    });
    for detail in [
        Detail::Typed,
        Detail::General,
        Detail::Empty,
        Detail::Absent,
    ] {
        for bare_fault_code in [false, true] {
            for fault_status in [500, 200] {
                for gzip in [false, true] {
                    let mut quirks = Quirks::default();
                    quirks.fault_detail = detail;
                    quirks.bare_fault_code = bare_fault_code;
                    quirks.fault_status = fault_status;
                    quirks.gzip = gzip;
                    let form = format!("{quirks:?}");
                    tenant.sandbox.set_quirks(quirks);
                    let error = tenant.soap.get_server_timestamp().await.unwrap_err();
                    let fault = error.fault().unwrap_or_else(|| panic!("{form}: {error}"));
                    assert_eq!(fault.code(), "SERVER_UNAVAILABLE", "{form}");
                    assert_eq!(fault.message(), "busy <now> & later", "{form}");
                    assert_eq!(fault.soap_code(), "SERVER_UNAVAILABLE", "{form}");
                    assert!(
                        error.is_transient() && !error.maybe_applied(),
                        "{form}: {error}"
                    );
                    let typed: Option<UnexpectedErrorFault> = fault.detail().unwrap();
                    let has_type = matches!(detail, Detail::Typed | Detail::General);
                    assert_eq!(typed.is_some(), has_type, "{form}");
                    // A stream gives the same fault.
                    let mut rows = tenant
                        .soap
                        .records::<saponify::Record>("SELECT Id FROM Account");
                    let error = rows.try_next().await.unwrap_err();
                    assert_eq!(
                        error.fault().unwrap().code(),
                        "SERVER_UNAVAILABLE",
                        "{form}"
                    );
                }
            }
        }
    }
}

#[tokio::test]
async fn the_code_decides_whether_a_retry_can_help() {
    let tenant = start().await;
    for (code, transient) in [
        ("SERVER_UNAVAILABLE", true),
        ("UNABLE_TO_LOCK_ROW", true),
        ("API_CURRENTLY_DISABLED", true),
        ("INVALID_FIELD", false),
        ("INSUFFICIENT_ACCESS", false),
        ("A_CODE_OF_NEXT_YEAR", false),
    ] {
        tenant.sandbox.push_mode(Mode::Fault {
            code: code.to_owned(),
            message: "why".to_owned(),
        });
        let error = tenant.soap.get_server_timestamp().await.unwrap_err();
        assert_eq!(error.fault().unwrap().code(), code);
        assert_eq!(error.is_transient(), transient, "{code}");
        assert!(!error.is_session_expired());
    }
    for (mode, recovery) in [
        (Mode::ConcurrentLimit, Recovery::Retry),
        (Mode::DailyLimit, Recovery::Wait),
        (Mode::SessionLost, Recovery::LogIn),
        (Mode::Html503, Recovery::Retry),
    ] {
        tenant.sandbox.push_mode(mode);
        let error = tenant.soap.get_server_timestamp().await.unwrap_err();
        assert_eq!(error.recovery(), recovery, "{error}");
        assert_eq!(error.is_transient(), recovery == Recovery::Retry);
        assert_eq!(error.is_session_expired(), recovery == Recovery::LogIn);
    }
}

#[tokio::test]
async fn a_code_newer_than_the_wsdl_stays_what_it_is() {
    let tenant = start().await;
    tenant.sandbox.set_mode(Mode::Fault {
        code: "A_CODE_OF_NEXT_YEAR".to_owned(),
        message: "why".to_owned(),
    });
    let error = tenant.soap.get_server_timestamp().await.unwrap_err();
    let detail: ApiFault = error.fault().unwrap().detail().unwrap().unwrap();
    assert_eq!(
        detail.exception_code,
        ExceptionCode::Other("A_CODE_OF_NEXT_YEAR".to_owned())
    );
}

#[tokio::test]
async fn an_operation_that_the_tenant_does_not_offer_is_a_fault() {
    let tenant = start().await;
    let error = tenant.soap.describe_tabs().await.unwrap_err();
    assert_eq!(error.fault().unwrap().code(), "FUNCTIONALITY_NOT_ENABLED");
    assert_eq!(error.operation(), Some("describeTabs"));
    // The WSDL declares no fault for this operation.
    let call = tenant.soap.describe_searchable_entities(true);
    let error = call.await.unwrap_err();
    let fault: UnexpectedErrorFault = error.fault().unwrap().detail().unwrap().unwrap();
    assert_eq!(fault.exception_code.as_str(), "FUNCTIONALITY_NOT_ENABLED");
}

//! Tests of every operation of the WSDL, with every argument, header, result and fault that the
//! WSDL declares.
//!
//! The expectations are derived from the WSDL, which `saponify_wsdl` reads: [`contract`] states
//! what each operation accepts, [`sample`] writes responses in which every element occurs, and
//! [`flat`] lists the values that the proxies decoded.

mod calls;
mod contract;
mod flat;
mod objects;
mod sample;

use std::collections::{BTreeMap, BTreeSet};

use saponify::generated::{GeneratedStruct, OperationType};
use saponify::schema::{Field, Kind};
use saponify::transport::testing::{Answer, Scripted};
use saponify::{Call, Error, Fault, Session};
use saponify_wsdl::model::ElementId;

use crate::support::recorder::Recorder;
use crate::support::validator;
use crate::tenant::*;
use calls::Visit;
use contract::Contract;
use flat::Flat;

const FAULT: &str = "<e:Envelope xmlns:e='http://schemas.xmlsoap.org/soap/envelope/'><e:Body>\
    <e:Fault><faultcode>NO</faultcode><faultstring>no</faultstring></e:Fault></e:Body></e:Envelope>";

/// A client of a service that gives this response to each operation, and a recorder of its
/// requests.
fn client(answer: impl Fn(&str) -> Answer + Send + 'static) -> (Soap, Recorder) {
    let service = Scripted::new().otherwise(move |request| answer(request.operation()));
    let requests = Recorder::new(service);
    let session = Session::new("https://tenant.example/services/Soap/c/64.0", "00D!x").unwrap();
    let soap = Soap::builder()
        .transport(requests.clone())
        .session(session)
        .unwrap();
    (soap, requests)
}

/// A client of a service that refuses everything.
fn refusing() -> (Soap, Recorder) {
    client(|_| Answer::new(500, "text/xml", FAULT))
}

/// Makes each call, and expects that the service refuses it.
struct Refused;

impl Visit for Refused {
    async fn call<O: OperationType>(&mut self, call: Call<O>) {
        let error = call.reply().await.unwrap_err();
        assert_eq!(error.fault().map(Fault::code), Some("NO"), "{error}");
    }
}

#[tokio::test]
async fn every_operation_sends_all_that_it_declares_and_no_more() {
    let (soap, requests) = refusing();
    let soap = calls::with_every_header(&soap);
    calls::every(&soap, &mut Refused).await;
    let contract = Contract::read();
    let mut swept = BTreeSet::new();
    let mut used: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for sent in requests.sent() {
        let operation = contract.operation(sent.operation);
        let (headers, body) = contract::parts(contract::tree(&sent.body));
        // The request has every header of the client that the binding declares, and no other.
        let names: BTreeSet<_> = headers.iter().map(|header| &*header.name).collect();
        let bound: BTreeSet<_> = contract.names(&operation.headers).collect();
        assert_eq!(names, bound, "{}", sent.operation);
        let used = used.entry(sent.operation).or_default();
        contract.note(&body, operation.request, used);
        for header in &headers {
            let element = contract.find(&operation.headers, &header.name);
            contract.note(header, element, used);
        }
        swept.insert(sent.operation);
    }
    let declared: BTreeSet<_> = contract.operations().map(|o| o.name).collect();
    assert_eq!(swept, declared);
    assert_eq!(declared.len(), 63);
    let headers: BTreeSet<_> = contract.operations().flat_map(|o| o.headers).collect();
    assert_eq!(headers.len(), 16);
    for operation in contract.operations() {
        let elements = operation.headers.iter().chain([&operation.request]);
        let all = elements.flat_map(|element| contract.below(*element));
        let all: BTreeSet<String> = all.collect();
        assert_eq!(used[operation.name], all, "{}", operation.name);
    }
}

/// Makes each call, and compares the decoded value with the response.
struct Read<'c> {
    contract: &'c Contract,
    lines: usize,
}

impl Visit for Read<'_> {
    async fn call<O: OperationType>(&mut self, call: Call<O>) {
        let name = O::operation().name();
        let operation = self.contract.operation(name);
        let expected = sample::response(self.contract, &operation);
        let reply = call.reply().await;
        let reply = reply.unwrap_or_else(|error| panic!("{error:?}\n{}", expected.envelope));
        let mut flat = Flat::default();
        if let Some(result) = O::operation().response().field(0) {
            flat.field(result.name(), reply.value());
        }
        assert_eq!(flat.lines, expected.body, "{name}");
        self.lines += flat.lines.len();
        let mut unset = BTreeSet::new();
        for result in O::operation().response().fields() {
            reachable(result, &mut unset);
        }
        unset.retain(|field| !flat.seen.contains(field));
        assert!(unset.is_empty(), "{name} sets none of {unset:?}");
        let headers = [
            header(reply.header::<LimitInfoHeader>()),
            header(reply.header::<DebuggingInfo>()),
        ];
        let came: BTreeMap<_, _> = headers.into_iter().flatten().collect();
        assert_eq!(came, expected.headers, "{name}");
    }
}

/// The name of a header, and the lines of its fields.
fn header<H: GeneratedStruct>(header: Result<Option<H>, Error>) -> Option<(String, Vec<String>)> {
    let header = header.unwrap()?;
    let mut flat = Flat::default();
    flat.fields("", &header);
    Some((H::static_table().name().to_owned(), flat.lines))
}

/// All fields of all tables that a field leads to. The fields of rows are left out, because they
/// differ between tenants.
fn reachable(field: &Field, all: &mut BTreeSet<(&'static str, &'static str)>) {
    let (Kind::Struct, Some(table)) = (field.kind(), field.ty()) else {
        return;
    };
    for field in table.fields() {
        if all.insert((table.name(), field.name())) {
            reachable(field, all);
        }
    }
}

#[tokio::test]
async fn every_answer_is_read_to_its_last_field() {
    let contract = Contract::read();
    let mut answers = BTreeMap::new();
    for operation in contract.operations() {
        let envelope = sample::response(&contract, &operation).envelope;
        valid(operation.name, &envelope);
        // The response has every element that the schema allows.
        let mut used = BTreeSet::new();
        let (_, body) = contract::parts(contract::tree(&envelope));
        contract.note(&body, operation.response, &mut used);
        assert_eq!(used, contract.below(operation.response));
        answers.insert(operation.name.to_owned(), envelope);
    }
    let (soap, _) = client(move |name| Answer::new(200, "text/xml", answers[name].clone()));
    let contract = &contract;
    let mut read = Read { contract, lines: 0 };
    calls::every(&soap, &mut read).await;
    // The samples are not empty.
    assert!(read.lines > 3_000, "{}", read.lines);
}

fn valid(name: &str, envelope: &str) {
    if let Err(why) = validator::check(envelope) {
        panic!("the response of {name} is not valid: {why}\n{envelope}");
    }
}

/// Makes each call, and compares its error with the fault in the response.
struct Failed<'c> {
    contract: &'c Contract,
    fault: ElementId,
}

impl Visit for Failed<'_> {
    async fn call<O: OperationType>(&mut self, call: Call<O>) {
        let operation = self.contract.operation(O::operation().name());
        let expected = sample::fault(self.contract, &operation, self.fault);
        let error = call.reply().await.unwrap_err();
        let fault = error.fault().unwrap_or_else(|| panic!("{error:?}"));
        let shown = format!("{} {:?}", operation.name, fault.detail_type());

        let ty = fault.detail_type().unwrap();
        assert_eq!(detail(ty, fault), expected.body, "{shown}");

        let codes: Vec<_> = fault.extended_codes().collect();
        let of_detail = |line: &String| {
            let line = line.strip_prefix("extendedErrorDetails.extendedErrorCode = ");
            line.map(str::to_owned)
        };
        let expected_codes: Vec<_> = expected.body.iter().filter_map(of_detail).collect();
        assert_eq!(codes, expected_codes, "{shown}");

        let of_any: ApiFault = fault.detail().unwrap().unwrap();
        assert!(!matches!(of_any.exception_code, ExceptionCode::Other(_)));
        assert_eq!(fault.code(), of_any.exception_code.as_str(), "{shown}");
        assert_eq!(fault.message(), of_any.exception_message, "{shown}");
        let place: Option<ApiQueryFault> = fault.detail().unwrap();
        assert_eq!(fault.row(), place.as_ref().map(|fault| fault.row));
        assert_eq!(fault.column(), place.as_ref().map(|fault| fault.column));

        let headers = [
            header(error.header::<LimitInfoHeader>()),
            header(error.header::<DebuggingInfo>()),
        ];
        let came: BTreeMap<_, _> = headers.into_iter().flatten().collect();
        assert_eq!(came, expected.headers, "{shown}");
    }
}

/// The lines of the detail of a fault, read as the generated type with this name.
fn detail(ty: &str, fault: &Fault) -> Vec<String> {
    let mut flat = Flat::default();
    macro_rules! typed {
        ($($name:ident)*) => {
            match ty {
                $(stringify!($name) => {
                    flat.fields("", &fault.detail::<$name>().unwrap().unwrap());
                })*
                other => panic!("{other} is not a fault of this WSDL"),
            }
        };
    }
    typed!(
        InvalidFieldFault InvalidIdFault InvalidNewPasswordFault InvalidOldPasswordFault
        InvalidQueryLocatorFault InvalidSObjectFault LoginFault MalformedQueryFault
        MalformedSearchFault UnexpectedErrorFault
    );
    flat.lines
}

#[tokio::test]
async fn every_fault_is_a_typed_value_whether_the_operation_declares_it_or_not() {
    let contract = Contract::read();
    let faults: BTreeSet<ElementId> = contract.operations().flat_map(|o| o.faults).collect();
    assert_eq!(faults.len(), 10);
    for fault in faults {
        let mut answers = BTreeMap::new();
        for operation in contract.operations() {
            let envelope = sample::fault(&contract, &operation, fault).envelope;
            valid(operation.name, &envelope);
            answers.insert(operation.name.to_owned(), envelope);
        }
        let (soap, _) = client(move |name| Answer::new(500, "text/xml", answers[name].clone()));
        let contract = &contract;
        calls::every(&soap, &mut Failed { contract, fault }).await;
    }
}

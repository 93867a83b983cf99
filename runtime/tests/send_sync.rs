//! Types that a program holds can be shared between threads and moved into tasks.

use saponify::salesforce::bulk::{Failure, Outcome, Summary};
use saponify::salesforce::soql::{Condition, Soql};
use saponify::salesforce::{ApiUsage, Credentials, Id, Records, RefusedRows};
use saponify::transport::testing::Scripted;
use saponify::transport::{Body, HttpsBuilder, Request, Response, TransportError};
use saponify::{
    AnyValue, Attachment, Binary, Builder, Client, Decimal, Derived, Element, Endpoint, Error,
    Fault, Https, Key, Limits, ParseError, Record, Recovery, Reply, Secret, Session, Typed,
    ValueError,
};

fn shared<T: Send + Sync>() {}
fn moved<T: Send>() {}

#[test]
fn values_can_be_shared_between_threads() {
    shared::<(AnyValue, Attachment, Binary, Decimal, Derived, Element)>();
    shared::<(Record, Typed<Record>, Key<Record, str>, Id)>();
    shared::<(
        Error,
        Fault,
        ParseError,
        ValueError,
        TransportError,
        Recovery,
    )>();
    shared::<(Endpoint, Session, Secret, Credentials, Limits, ApiUsage)>();
    shared::<(
        Client,
        Https,
        HttpsBuilder,
        Scripted,
        Request,
        Reply<Record>,
    )>();
    shared::<(Soql<Record>, Condition<Record>, RefusedRows<Option<Record>>)>();
    shared::<(
        Outcome<Id, Record>,
        Failure<Id, Record>,
        Summary<Id, Record>,
    )>();
    shared::<Builder<()>>();
}

/// A program shares a server between connections, and a handler its context between tasks.
#[test]
fn what_a_server_has_can_be_shared() {
    use saponify::server;
    shared::<(
        server::Server,
        server::InMemory,
        server::Fault,
        server::Body,
    )>();
    shared::<server::Context<()>>();
}

#[test]
fn what_is_under_way_can_be_moved_into_a_task() {
    moved::<(Body, Response, Records<Record>)>();
}

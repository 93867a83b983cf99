//! Fault injection: everything that can be wrong with a response, by name.
//!
//! A [`Mode`] says what is wrong. An [`Injection`] says which calls are hit. The other files contain the
//! flaws by kind: each turns a correct response into a flawed one.

mod echo;
mod gzip;
mod injection;
mod mode;
mod names;
mod paging;
pub(crate) mod script;
mod soap;
mod text;
mod wire;
mod xml;

pub use echo::EchoFlaw;
pub use gzip::GzipFlaw;
pub use injection::Injection;
pub(crate) use injection::Injections;
pub use mode::Mode;
pub(crate) use mode::Stage;
pub use names::FaultName;
pub use paging::PagingFlaw;
pub use soap::{LoginFlaw, SoapFlaw};
pub use text::TextFlaw;
pub(crate) use wire::old_server_hello;
pub use wire::{ReplyFlaw, TlsFlaw, WireFlaw};
pub use xml::XmlFlaw;

use crate::web::WebAnswer;
use script::Script;

/// How to send a response.
pub(crate) enum Delivery {
    /// As an HTTP response.
    Plain(WebAnswer),
    /// As raw bytes, which need not be HTTP.
    Raw(Script),
}

/// Applies a mode to the response to a request.
pub(crate) fn deliver(mode: &Mode, request: &[u8], mut answer: WebAnswer) -> Delivery {
    match mode {
        Mode::Xml(flaw) => answer.body = flaw.spoil(&answer.body),
        Mode::Soap(flaw) => flaw.spoil(&mut answer),
        Mode::Paging(flaw) => answer.body = flaw.spoil(answer.body),
        Mode::Echo(flaw) => answer = flaw.spoil(request, answer),
        Mode::Login(flaw) => answer.body = flaw.spoil(&answer.body),
        Mode::Text(flaw) => flaw.spoil(&mut answer),
        Mode::Reply(flaw) => answer = flaw.spoil(answer),
        Mode::Gzip(flaw) => return flaw.deliver(answer),
        Mode::Wire(flaw) => return Delivery::Raw(flaw.script(&answer)),
        Mode::Truncate => return Delivery::Raw(WireFlaw::CloseMidBody.script(&answer)),
        Mode::Refuse | Mode::Swallow => return Delivery::Raw(Script::silent()),
        Mode::Html503 => answer = ReplyFlaw::Html503.spoil(answer),
        Mode::Html200 => answer = ReplyFlaw::Html200.spoil(answer),
        Mode::Status(status) => answer = wire::empty(*status),
        _ => {}
    }
    Delivery::Plain(answer)
}

/// Defines the flaws of one kind. The string is the name of the flaw on the command line, and the line
/// of documentation is its description in `--help`.
macro_rules! flaws {
    (
        $(#[$meta:meta])*
        pub enum $name:ident {
            $(#[doc = $help:literal] $variant:ident = $text:literal,)+
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $(#[doc = $help] $variant,)+
        }

        impl $name {
            /// Every flaw of this kind: its name and what it is.
            pub(crate) const ALL: &'static [(Self, &'static str, &'static str)] =
                &[$((Self::$variant, $text, $help),)+];
        }
    };
}
use flaws;

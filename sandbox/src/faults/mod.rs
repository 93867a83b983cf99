//! Fault injection: flaws of responses, by name.
//!
//! A [`Mode`] is what is wrong with a response. An [`Injection`] selects the calls. The other files contain
//! the flaws by kind. Each flaw changes a correct response into a flawed one.

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

use crate::web::WebResponse;
use script::Script;

/// How to send a response.
pub(crate) enum Delivery {
    /// As an HTTP response.
    Plain(WebResponse),
    /// As raw bytes, which need not be HTTP.
    Raw(Script),
}

/// Applies a mode to the response to a request.
pub(crate) fn deliver(mode: &Mode, request: &[u8], mut response: WebResponse) -> Delivery {
    match mode {
        Mode::Xml(flaw) => response.body = flaw.spoil(&response.body),
        Mode::Soap(flaw) => flaw.spoil(&mut response),
        Mode::Paging(flaw) => response.body = flaw.spoil(response.body),
        Mode::Echo(flaw) => response = flaw.spoil(request, response),
        Mode::Login(flaw) => response.body = flaw.spoil(&response.body),
        Mode::Text(flaw) => flaw.spoil(&mut response),
        Mode::Reply(flaw) => response = flaw.spoil(response),
        Mode::Gzip(flaw) => return flaw.deliver(response),
        Mode::Wire(flaw) => return Delivery::Raw(flaw.script(&response)),
        Mode::Truncate => return Delivery::Raw(WireFlaw::CloseMidBody.script(&response)),
        Mode::Refuse | Mode::Swallow => return Delivery::Raw(Script::silent()),
        Mode::Html503 => response = ReplyFlaw::Html503.spoil(response),
        Mode::Html200 => response = ReplyFlaw::Html200.spoil(response),
        Mode::Status(status) => response = wire::empty(*status),
        _ => {}
    }
    Delivery::Plain(response)
}

/// Defines the flaws of one kind. The string is the name of the flaw on the command line, and its line of
/// documentation is the description in `--help`.
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
            /// Every flaw of this kind, with its name and its description.
            pub(crate) const ALL: &'static [(Self, &'static str, &'static str)] =
                &[$((Self::$variant, $text, $help),)+];
        }
    };
}
use flaws;

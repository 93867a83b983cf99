//! A library that the other tests call.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use saponify::jiff::civil::date;
use saponify::server::{Context, Fault};
use saponify_goldens::server::library::{Book, Fee, LendResponse, Reader, Refusal, TooLong};
use saponify_goldens::server::server::{LendFault, Library};
use saponify_goldens::server::{operations, server_};

/// What was returned, and what went wrong.
#[derive(Clone, Default)]
pub(crate) struct MyLibrary {
    pub(crate) returned: Arc<Mutex<Vec<String>>>,
    /// How many slow calls were dropped before their end.
    pub(crate) dropped: Arc<AtomicUsize>,
}

/// Counts that it was dropped.
struct Counted(Arc<AtomicUsize>);

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

pub(crate) const SECRET: &str = "hunter2-canary";

pub(crate) fn book(title: &str) -> Book {
    Book {
        title: title.to_owned(),
        ..Book::default()
    }
}

impl Library for MyLibrary {
    async fn find(
        &self,
        context: &Context<operations::Find>,
        title: String,
        shelf: Option<server_::Shelf>,
    ) -> Result<Vec<Book>, Fault> {
        match title.as_str() {
            "panic" => panic!("{SECRET}"),
            "internal" => Err(Fault::internal(std::io::Error::other(SECRET))),
            "slow" => {
                let counted = Counted(Arc::clone(&self.dropped));
                tokio::time::sleep(Duration::from_secs(3_600)).await;
                std::mem::forget(counted);
                Ok(Vec::new())
            }
            "huge" => Ok(vec![book(&"x".repeat(1_000)); 1_000]),
            "control" => Err(Fault::sender("a\u{1}b")),
            "unwritable" => Ok(vec![book("a\u{1}b")]),
            "many" => Ok(vec![book(&"x".repeat(100)); 100]),
            "elements" => Ok(context
                .other_headers()
                .iter()
                .map(|element| book(&element.name))
                .collect()),
            _ => Ok(vec![Book {
                pages: shelf.map(|shelf| shelf.row),
                note: vec![Some("<&>".to_owned()), None, Some(String::new())],
                ..book(&title)
            }]),
        }
    }

    async fn lend(
        &self,
        context: &Context<operations::Lend>,
        book: Book,
        days: i32,
    ) -> Result<LendResponse, LendFault> {
        let reason = |reason: &str| {
            Box::new(Refusal {
                reason: reason.to_owned(),
            })
        };
        match book.title.as_str() {
            "lent" => return Err(LendFault::Lent(reason("by <you>"))),
            "later" => {
                let fault: Fault = LendFault::Lost(reason("at sea")).into();
                return Err(fault.as_receiver().into());
            }
            "lost" => return Err(LendFault::Lost(reason("in the river"))),
            "closed" => return Err(LendFault::Closed("until Monday".to_owned())),
            "code" => {
                let fault = Fault::sender("a code").with_code("urn:codes", "Special");
                return Err(fault.with_role("urn:role").into());
            }
            "reason" => {
                let fault: Fault = LendFault::Lent(reason("by me")).into();
                return Err(fault.with_reason("it is lent").into());
            }
            _ => {}
        }
        if days > 30 {
            Err(TooLong { most: 30 })?;
        }
        let reader: Option<Reader> = context.header::<Reader>()?;
        context.add_header(Fee { cents: days * 10 });
        Ok(LendResponse {
            until: date(2026, 1, 1),
            reader: reader.map(|reader| reader.card),
        })
    }

    async fn returned(
        &self,
        _: &Context<operations::Returned>,
        title: String,
    ) -> Result<(), Fault> {
        if title == "refused" {
            return Err(Fault::internal("the shelf is full"));
        }
        if title == "slow" {
            tokio::time::sleep(Duration::from_secs(60)).await;
        }
        self.returned.lock().unwrap().push(title);
        Ok(())
    }
}

pub(crate) fn find(title: &str) -> String {
    format!("<l:find><l:context>{title}</l:context></l:find>")
}

pub(crate) fn lend(title: &str, days: i32) -> String {
    format!("<l:lend><l:book><l:title>{title}</l:title></l:book><l:days>{days}</l:days></l:lend>")
}

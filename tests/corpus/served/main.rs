//! Serves port types of real WSDLs. `served.py` adds the modules and the routes.

use std::fmt::Debug;
use std::sync::Mutex;

use axum::Router;
use axum::routing::get;

// MODULES

/// What the last call has read.
static HEARD: Mutex<String> = Mutex::new(String::new());

fn heard(arguments: &impl Debug) {
    if let Ok(mut heard) = HEARD.lock() {
        *heard = format!("{arguments:?}");
    }
}

/// Serves a port type, all of whose operations have a default.
macro_rules! serve {
    ($app:ident, $path:literal, $interface:path) => {{
        struct Answering;
        impl $interface for Answering {}
        println!("http://{}{}", $app.1, $path);
        let server = <Answering as $interface>::into_server(Answering);
        $app.0 = $app.0.route_service($path, server);
    }};
}

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let heard = || async { HEARD.lock().map(|heard| heard.clone()).unwrap_or_default() };
    let mut app = (
        Router::new().route("/heard", get(heard)),
        listener.local_addr()?,
    );
    // ROUTES
    println!();
    // The program ends when its input is closed.
    std::thread::spawn(|| {
        let _ = std::io::stdin().lines().count();
        std::process::exit(0);
    });
    axum::serve(listener, app.0).await
}

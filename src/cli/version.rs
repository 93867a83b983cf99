//! What `saponify --version` prints.

use std::sync::LazyLock;

use saponify_cli::connector::sinks::config::KINDS;

/// The version, and the features that the program was built with.
pub(super) static LONG: LazyLock<String> = LazyLock::new(|| {
    let sinks = KINDS
        .iter()
        .filter_map(|kind| Some((kind.feature?, kind.is_built)));
    let all = [
        ("console", cfg!(feature = "console")),
        ("postgres", cfg!(feature = "postgres")),
    ]
    .into_iter()
    .chain(sinks);
    let (built, left_out): (Vec<_>, Vec<_>) = all.partition(|(_, is_built)| *is_built);
    let names = |features: &[(&str, bool)]| match features {
        [] => "none".to_owned(),
        some => some
            .iter()
            .map(|(name, _)| *name)
            .collect::<Vec<_>>()
            .join(", "),
    };
    format!(
        "{}\nfeatures: {}\nbuilt without: {}",
        env!("CARGO_PKG_VERSION"),
        names(&built),
        names(&left_out)
    )
});

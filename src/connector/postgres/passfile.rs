//! The password of a server, from the sources that other clients of PostgreSQL use, too.

use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

/// Finds the password in `$PGPASSWORD`, or else in the password file.
pub(super) fn find(host: &str, port: u16, database: &str, user: &str) -> Option<Zeroizing<String>> {
    if let Ok(password) = std::env::var("PGPASSWORD") {
        return Some(Zeroizing::new(password));
    }
    let path = std::env::var_os("PGPASSFILE")
        .map(PathBuf::from)
        .or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".pgpass")))?;
    if !is_private(&path) {
        return None;
    }
    let text = Zeroizing::new(std::fs::read_to_string(path).ok()?);
    let wanted = [host, &port.to_string(), database, user];
    text.lines().find_map(|line| password(line, &wanted))
}

/// Whether only the user can read a file. Clients of PostgreSQL ignore a password file that others can
/// read.
fn is_private(path: &Path) -> bool {
    let Ok(found) = std::fs::metadata(path) else {
        return false;
    };
    #[cfg(unix)]
    let open = std::os::unix::fs::PermissionsExt::mode(&found.permissions()) & 0o077 != 0;
    #[cfg(not(unix))]
    let open = false;
    if open {
        tracing::warn!(
            "{} is ignored, because others can read it; run `chmod 600` on it",
            path.display()
        );
    }
    found.is_file() && !open
}

/// The password in a line `host:port:database:user:password`, if the line matches the server.
fn password(line: &str, wanted: &[&str; 4]) -> Option<Zeroizing<String>> {
    if line.starts_with('#') {
        return None;
    }
    let mut fields = Vec::new();
    let mut field = Zeroizing::new(String::new());
    let mut characters = line.chars();
    while let Some(c) = characters.next() {
        match c {
            '\\' => field.extend(characters.next()),
            ':' if fields.len() < 4 => fields.push(std::mem::take(&mut field)),
            c => field.push(c),
        }
    }
    let matches = |(field, wanted): (&Zeroizing<String>, &&str)| {
        field.as_str() == "*" || field.as_str() == *wanted
    };
    (fields.len() == 4 && fields.iter().zip(wanted).all(matches)).then_some(field)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_about_one_server() {
        let wanted = ["db.example", "5432", "audit", "ada"];
        let found = |line| password(line, &wanted).map(|found| found.as_str().to_owned());
        assert_eq!(found("db.example:5432:audit:ada:s3cret").unwrap(), "s3cret");
        assert_eq!(found("*:*:*:ada:a\\:b\\\\:c").unwrap(), "a:b\\:c");
        for line in [
            "",
            "# db.example:5432:audit:ada:s3cret",
            "db.example:5433:audit:ada:s3cret",
            "db.example:5432:audit:ada",
            "other:*:*:*:s3cret",
        ] {
            assert_eq!(found(line), None, "{line}");
        }
    }
}

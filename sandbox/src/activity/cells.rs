//! The values of event log files by column. They resemble those of real files.

use super::History;
use super::files::File;
use crate::random::pick;
use crate::soql::dates;

/// The row that a value belongs to.
pub(super) struct Context<'a> {
    pub(super) history: &'a History,
    pub(super) file: &'a File,
    /// The number of the row, from 1.
    pub(super) number: u64,
    pub(super) h: u64,
    pub(super) time: Option<i64>,
}

/// Writes a value without the quotes around it.
pub(super) fn write(column: &str, context: &Context<'_>, out: &mut Vec<u8>) {
    let Context {
        history,
        file,
        number,
        h,
        time,
    } = *context;
    let text = |text: &str, out: &mut Vec<u8>| out.extend_from_slice(text.as_bytes());
    match column {
        "EVENT_TYPE" => text(file.event_type(), out),
        "TIMESTAMP" => {
            if let Some(time) = time {
                compact(time, out);
            }
        }
        // In real files, it is missing in some rows, and differs by some tens of milliseconds in others.
        "TIMESTAMP_DERIVED" => match (time, number % 13) {
            (None, _) | (_, 5) => {}
            (Some(time), 3) => dates::write_datetime(time + (h % 80) as i64, out),
            (Some(time), _) => dates::write_datetime(time, out),
        },
        "REQUEST_ID" => request_id(number, h, out),
        "ORGANIZATION_ID" => text(&history.org_id, out),
        "USER_ID" => out.extend_from_slice(&history.user(h)[..15]),
        "USER_ID_DERIVED" => out.extend_from_slice(history.user(h)),
        "USER_NAME" => {
            text("user", out);
            digits(h % 50, out);
            text("@acme.example", out);
        }
        "CLIENT_IP" | "SOURCE_IP" | "FORWARDED_FOR_IP" => match (number % 9, column) {
            (4, _) => text("Salesforce.com IP", out),
            (6, _) | (0..4, "FORWARDED_FOR_IP") => {}
            _ => {
                text("192.0.2.", out);
                digits(h >> 8 & 255, out);
            }
        },
        "RUN_TIME" | "CPU_TIME" | "DB_TOTAL_TIME" | "DB_CPU_TIME" | "DB_BLOCKS" | "ROW_COUNT"
        | "ROWS_PROCESSED" | "NUM_RESULTS" | "NUMBER_COLUMNS" => digits(h >> 12 & 0xfff, out),
        "REQUEST_SIZE" | "RESPONSE_SIZE" => digits(h >> 20 & 0xffff, out),
        "DURATION" => {
            digits(h >> 16 & 0x3ff, out);
            text(".0", out);
        }
        "LIMIT_USAGE_PERCENT" => text("-1.0", out),
        "API_VERSION" => text(pick(&["64.0", "58.0", "9998.0", "31.0"], h >> 9), out),
        "API_TYPE" => text(pick(&["E", "P", "M", "", "f"], h >> 11), out),
        "LOGIN_TYPE" => text(pick(&["i", "3", "A", "s"], h >> 13), out),
        "LOGIN_SUB_TYPE" => text(
            pick(&["", "SoapApiLogin", "OauthClientCredentials"], h >> 15),
            out,
        ),
        "LOGIN_STATUS" => text(
            match number % 17 {
                3 => "LOGIN_ERROR_INVALID_PASSWORD",
                8 => "LOGIN_OAUTH_NO_CONSUMER",
                _ => "LOGIN_NO_ERROR",
            },
            out,
        ),
        "LOGIN_URL" => text(
            pick(&["login.salesforce.com", "acme.my.salesforce.com"], h >> 7),
            out,
        ),
        "TLS_PROTOCOL" => text(pick(&["TLSv1.2", "TLSv1.3"], h >> 6), out),
        "CIPHER_SUITE" => text("ECDHE-RSA-AES256-GCM-SHA384", out),
        "USER_TYPE" => text(pick(&["Standard(db=S,api=Standard)", "S"], h >> 5), out),
        "SESSION_LEVEL" => text("HIGH_ASSURANCE(db=10,api=HIGH_ASSURANCE)", out),
        "USER_AGENT" | "BROWSER_TYPE" => text(pick(&["9999", "12024001", "13047000"], h >> 3), out),
        "USER_INITIATED_LOGOUT" | "IS_LONG_RUNNING_REQUEST" => digits(h & 1, out),
        "REQUEST_STATUS" => text(pick(&["S", "F", "N"], h >> 4), out),
        "METHOD_NAME" | "OPERATION" => text(
            pick(&["query", "create", "retrieve", "login"], h >> 10),
            out,
        ),
        "ENTITY_NAME" => text(
            pick(&["Account", "Contact", "Invoice__c", ""], h >> 14),
            out,
        ),
        "SESSION_KEY" | "LOGIN_KEY" => hexadecimal(h.rotate_left(17), 16, out),
        "URI" | "ENTRY_POINT" | "REFERRER_URI" => {
            text(
                pick(
                    &[
                        "/home/home.jsp",
                        "/services/Soap/c/64.0",
                        "/index.jsp?a=b,c",
                    ],
                    h >> 18,
                ),
                out,
            );
        }
        // Real files have values that consist only of quotes: two quotes, each of them doubled.
        "CLIENT_NAME" | "EXCEPTION_MESSAGE" | "PREFIXES_SEARCHED" | "CLIENT_VERSION"
            if number % 16 == 9 =>
        {
            text("\"\"\"\"", out);
        }
        "EXCEPTION_TYPE" => text("System.NullPointerException", out),
        _ => {}
    }
}

/// The type that `LogFileFieldTypes` gives a column.
pub(super) fn type_of(column: &str) -> &'static str {
    match column {
        "USER_ID" | "ORGANIZATION_ID" | "USER_ID_DERIVED" | "REPORT_ID" | "URI_ID_DERIVED" => "Id",
        "RUN_TIME"
        | "CPU_TIME"
        | "DB_TOTAL_TIME"
        | "DB_CPU_TIME"
        | "DB_BLOCKS"
        | "ROW_COUNT"
        | "ROWS_PROCESSED"
        | "NUM_RESULTS"
        | "NUMBER_COLUMNS"
        | "REQUEST_SIZE"
        | "RESPONSE_SIZE"
        | "DURATION"
        | "LIMIT_USAGE_PERCENT" => "Number",
        "USER_INITIATED_LOGOUT" | "IS_LONG_RUNNING_REQUEST" => "Boolean",
        "CLIENT_IP" | "SOURCE_IP" => "IP",
        "USER_TYPE" | "SESSION_LEVEL" | "PREFIXES_SEARCHED" => "Set",
        "QUERY" | "URL" | "MESSAGE" | "SEARCH_QUERY" | "STACK_TRACE" | "REPORT_DESCRIPTION" => {
            "EscapedString"
        }
        _ => "String",
    }
}

const FILLING: &[u8] = b"/apex/Overview?retURL=%2Fhome%2Fhome.jsp&inline=1&x=SELECT+Id%2CName+FROM+Account+WHERE+\
Industry%3D%27Energy%27, Class.Billing.run: line 42, column 7; Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 \
(KHTML, like Gecko) Chrome/131.0 Safari/537.36 %20Umsatz%20pro%20Quartal%20und%20Region%2C%20ohne%20Storno ";

/// Writes a value of exactly this many bytes. Depending on the number of the row, it contains quotes around
/// it, line breaks, a NUL, or letters beyond ASCII.
pub(super) fn fill(length: usize, number: u64, h: u64, out: &mut Vec<u8>) {
    let at = out.len();
    let end = at + length;
    if number % 16 == 6 && length > 64 {
        out.extend_from_slice("Müller & Söhne, 東京: ".as_bytes());
    }
    let mut from = h as usize % FILLING.len();
    while out.len() < end {
        let part = &FILLING[from..];
        let part = &part[..part.len().min(end - out.len())];
        out.extend_from_slice(part);
        from = 0;
    }
    if length < 64 {
        return;
    }
    match number % 16 {
        // A value that is itself in quotes begins and ends with three quotes.
        1 => {
            out[at..at + 2].copy_from_slice(b"\"\"");
            out[end - 2..].copy_from_slice(b"\"\"");
        }
        2 | 10 => {
            out[at + 20] = b'\n';
            out[at + 40..at + 42].copy_from_slice(b"\r\n");
        }
        3 => out[at + 10..at + 16].copy_from_slice(b"\"\",\"\","),
        5 => out[at + 30] = 0,
        _ => {}
    }
}

/// Writes a request id. Some are empty, some are shared by several rows, and some have another form.
fn request_id(number: u64, h: u64, out: &mut Vec<u8>) {
    match number % 8 {
        0 => {}
        1 | 2 => out.extend_from_slice(b"4YtkSharedRequest0001"),
        3 => {
            out.extend_from_slice(b"TID:");
            digits(h % 100_000_000, out);
        }
        4 => {
            out.extend_from_slice(b"SLB:");
            hexadecimal(h, 12, out);
        }
        _ => {
            out.extend_from_slice(b"4Ytk");
            hexadecimal(h, 16, out);
        }
    }
}

/// Writes a time such as `20260131235959.123`.
fn compact(time: i64, out: &mut Vec<u8>) {
    let mut text = Vec::with_capacity(24);
    dates::write_datetime(time, &mut text);
    out.extend(
        text.into_iter()
            .filter(|byte| byte.is_ascii_digit() || *byte == b'.'),
    );
}

fn digits(number: u64, out: &mut Vec<u8>) {
    if number >= 10 {
        digits(number / 10, out);
    }
    out.push(b'0' + (number % 10) as u8);
}

fn hexadecimal(number: u64, length: u32, out: &mut Vec<u8>) {
    for at in (0..length).rev() {
        out.push(b"0123456789abcdef"[(number >> (4 * (at % 16)) & 15) as usize]);
    }
}

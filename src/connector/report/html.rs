//! The report as one HTML page, without scripts, fonts or other files.

use std::fmt::Write as _;

use jiff::civil::Date;

use super::gather::{DayReport, DayState, Report, SourceReport};
use super::text::minute;

/// The style sheet of the page. The state of a day has a colour and a sign, so that it can be recognized in
/// a black-and-white print and by readers who are colour-blind.
const STYLE: &str = include_str!("page.css");

impl Report {
    /// Returns the report as an HTML page.
    #[must_use]
    pub fn to_html(&self) -> String {
        let mut out = String::new();
        let title = format!("Compliance report: {}", escape(&self.connection));
        let day = |time: jiff::Timestamp| time.strftime("%Y-%m-%d").to_string();
        let (from, to) = (day(self.from), day(self.last()));
        let _ = write!(
            out,
            "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <title>{title}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<h1>{title}</h1>\n\
             <p class=\"about\">From {from} to {to}, both included, in UTC. Made {} UTC.</p>\n",
            minute(self.made)
        );
        self.summary(&mut out);
        legend(&mut out);
        for source in &self.sources {
            calendar(&mut out, source);
        }
        if let Some(messages) = &self.messages {
            let text = escape(&messages.sentence());
            let _ = writeln!(out, "<h2>messages</h2>\n<p>{text}.</p>");
        }
        self.lists(&mut out);
        for source in &self.sources {
            figures(&mut out, source);
        }
        out.push_str("</body>\n</html>\n");
        out
    }

    fn summary(&self, out: &mut String) {
        let open = self.gaps.iter().filter(|gap| gap.closed.is_none()).count();
        let verdict = match (open, self.is_complete()) {
            (0, true) => (
                "complete",
                "Every day of every source is complete.".to_owned(),
            ),
            (0, false) => (
                "collected",
                "No data is known to be missing, but not every day is complete yet.".to_owned(),
            ),
            (1, _) => ("gap", "There is one open gap.".to_owned()),
            (open, _) => ("gap", format!("There are {open} open gaps.")),
        };
        let _ = writeln!(out, "<p class=\"verdict {}\">{}</p>", verdict.0, verdict.1);
    }

    fn lists(&self, out: &mut String) {
        let rows = self.gaps.iter().map(|gap| {
            let closed = gap
                .closed
                .map_or("open".to_owned(), |at| format!("filled {}", minute(at)));
            let file = gap.file.clone().unwrap_or_default();
            [
                gap.source.clone(),
                minute(gap.from),
                minute(gap.to),
                file,
                gap.reason.clone(),
                closed,
            ]
        });
        table(
            out,
            "Gaps",
            ["source", "from", "to", "file", "reason", "state"],
            rows.collect(),
        );
        let rows = self.damaged_files.iter().map(|file| {
            [
                file.event_type.clone(),
                file.file.clone(),
                minute(file.log_date),
                file.problem.clone(),
            ]
        });
        table(
            out,
            "Damaged files",
            ["event type", "file", "log date", "problem"],
            rows.collect(),
        );
        let rows = self.daily_files.iter().map(|file| {
            [
                minute(file.log_date),
                file.event_type.clone(),
                file.daily_rows.to_string(),
                file.hourly_rows.to_string(),
                minute(file.compared),
            ]
        });
        table(
            out,
            "Comparison with daily files",
            [
                "day",
                "event type",
                "rows",
                "rows in hourly files",
                "compared",
            ],
            rows.collect(),
        );
        let rows = self.drift.iter().map(|drift| {
            [
                minute(drift.found),
                drift.about.clone(),
                drift.kind.clone(),
                drift.name.clone(),
            ]
        });
        table(
            out,
            "Drift",
            ["found", "object", "change", "name"],
            rows.collect(),
        );
        let rows = self.configuration.iter().map(|change| {
            let unset = |text: &Option<String>| text.clone().unwrap_or("unset".to_owned());
            [
                minute(change.at),
                change.setting.clone(),
                unset(&change.old),
                unset(&change.new),
            ]
        });
        table(
            out,
            "Configuration",
            ["changed", "setting", "before", "after"],
            rows.collect(),
        );
        let rows = self.sinks.iter().map(|sink| {
            let problem = sink.problem.clone().unwrap_or_default();
            let name = &sink.sink;
            [
                if sink.set_up {
                    name.clone()
                } else {
                    format!("{name} (not set up)")
                },
                sink.delivered.to_string(),
                sink.waiting.to_string(),
                problem,
            ]
        });
        table(
            out,
            "Sinks",
            ["sink", "delivered", "waiting", "problem"],
            rows.collect(),
        );
    }
}

fn sign(state: DayState) -> &'static str {
    match state {
        DayState::Complete => "\u{2713}",
        DayState::Collected => "\u{2026}",
        DayState::Open => "\u{25cb}",
        DayState::Gap => "\u{2717}",
    }
}

fn legend(out: &mut String) {
    out.push_str("<ul class=\"legend\">\n");
    for state in DayState::ALL {
        let (name, meaning) = (state.as_str(), state.meaning());
        let sign = sign(state);
        let _ = writeln!(
            out,
            "<li><span class=\"day {name}\">{sign}</span> <b>{name}</b> {meaning}</li>"
        );
    }
    out.push_str("</ul>\n");
}

/// Writes the days of a source: a table per month with a row per week, which begins on Monday.
fn calendar(out: &mut String, source: &SourceReport) {
    let name = escape(&source.source);
    let (complete, all) = (source.complete_days, source.days.len());
    let _ = writeln!(
        out,
        "<section>\n<h2>{name}</h2>\n<p>{complete} of {all} days complete. The collection begins on {} UTC.</p>\n\
         <div class=\"months\">",
        minute(source.begins)
    );
    let dated = source
        .days
        .iter()
        .filter_map(|day| Some((day.day.parse::<Date>().ok()?, day)));
    let dated: Vec<(Date, &DayReport)> = dated.collect();
    for month in dated.chunk_by(|(a, _), (b, _)| (a.year(), a.month()) == (b.year(), b.month())) {
        let Some((first, _)) = month.first() else {
            continue;
        };
        let caption = first.strftime("%B %Y");
        let _ = write!(
            out,
            "<table class=\"month\"><caption>{caption}</caption>\n<tr>"
        );
        for day in ["Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"] {
            let _ = write!(out, "<th scope=\"col\">{day}</th>");
        }
        out.push_str("</tr>\n<tr>");
        let mut column = first.weekday().to_monday_zero_offset();
        out.push_str(&"<td></td>".repeat(usize::try_from(column).unwrap_or_default()));
        for (date, day) in month {
            if column == 7 {
                out.push_str("</tr>\n<tr>");
                column = 0;
            }
            column += 1;
            let (state, hint, number) = (day.state.as_str(), escape(&hint(day)), date.day());
            let _ = write!(
                out,
                "<td class=\"day {state}\" title=\"{hint}\"><small>{number}</small>{}</td>",
                sign(day.state)
            );
        }
        out.push_str("</tr>\n</table>\n");
    }
    out.push_str("</div>\n</section>\n");
}

fn hint(day: &DayReport) -> String {
    let mut hint = format!(
        "{}: {}, {} rows stored",
        day.day,
        day.state.as_str(),
        day.stored
    );
    if let Some(expected) = day.expected {
        let _ = write!(hint, " of {expected}");
    }
    if let Some((listed, stored)) = day.files {
        let _ = write!(hint, ", {stored} of {listed} files");
    }
    hint
}

fn figures(out: &mut String, source: &SourceReport) {
    let number =
        |number: Option<u64>| number.map_or("\u{2013}".to_owned(), |number| number.to_string());
    let rows = source.days.iter().map(|day| {
        let counted = day.method.zip(day.reconciled);
        [
            day.day.clone(),
            day.state.as_str().to_owned(),
            number(day.expected),
            day.received.to_string(),
            day.stored.to_string(),
            number(day.delivered),
            counted.map_or(String::new(), |(method, at)| {
                format!("{} {method}", minute(at))
            }),
        ]
    });
    let heads = [
        "day",
        "state",
        "expected",
        "received",
        "stored",
        "delivered",
        "counted",
    ];
    table(
        out,
        &format!("Figures: {}", source.source),
        heads,
        rows.collect(),
    );
}

/// Writes a table, or nothing if it has no rows.
fn table<const N: usize>(out: &mut String, title: &str, heads: [&str; N], rows: Vec<[String; N]>) {
    if rows.is_empty() {
        return;
    }
    let _ = write!(
        out,
        "<section>\n<h2>{}</h2>\n<div class=\"wide\"><table class=\"list\">\n<tr>",
        escape(title)
    );
    for head in heads {
        let _ = write!(out, "<th scope=\"col\">{head}</th>");
    }
    out.push_str("</tr>\n");
    for row in rows {
        out.push_str("<tr>");
        for cell in row {
            let class = match cell.bytes().all(|byte| byte.is_ascii_digit()) && !cell.is_empty() {
                true => " class=\"number\"",
                false => "",
            };
            let _ = write!(out, "<td{class}>{}</td>", escape(&cell));
        }
        out.push_str("</tr>\n");
    }
    out.push_str("</table></div>\n</section>\n");
}

/// Escapes a text, because texts of the org must not become markup.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

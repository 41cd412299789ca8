//! A run as one page of HTML that needs nothing else: readable on a screen, on paper, and in an e-mail.

use super::check::Profile;
use super::line::Seen;
use super::report::{Finding, Report, Verdict};
use std::fmt::Write as _;

/// Colours, measures, and what changes on paper.
const STYLE: &str = include_str!("page.css");

/// The report as a page. Everything a server said is text in it, never markup; the page has no scripts.
pub fn page(report: &Report) -> String {
    let sum = report.summary;
    let name = report.profile.name();
    let verdict = if report.passed() { "nothing failed" } else { "something failed" };
    let mut html = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src \
         'unsafe-inline'\">\n\
         <title>SCIM conformance: {name}, \
         {verdict}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<main>\n\
         <header>\n<p class=\"over\">SCIM conformance report</p>\n<h1>{name}</h1>\n\
         <p class=\"target\"><code>{}</code><br><time>{}</time></p>\n</header>\n",
        escaped(&report.target),
        escaped(&report.began_at),
    );
    let _ = write!(
        html,
        "<section class=\"sum\" aria-label=\"Summary\">\n{}{}{}</section>\n{}",
        tile("pass", sum.pass, "passed"),
        tile("fail", sum.fail, "failed"),
        tile("skip", sum.skip, "skipped"),
        bar(report),
    );
    failures(&mut html, report);
    left(&mut html, report);
    table(&mut html, report);
    let _ = write!(
        html,
        "<footer>\n<p>Each check says what it stands on; facts about Okta and Entra ID are what their \
            vendors \
         document and people report. Made by <code>seatbridge conformance run --profile {}</code>.</p>\n\
         </footer>\n</main>\n</body>\n</html>\n",
        report.profile.word()
    );
    html
}

fn tile(kind: &str, count: usize, word: &str) -> String {
    format!("<div class=\"tile {kind}\"><strong>{count}</strong><span>{word}</span></div>\n")
}

/// The three figures as lengths.
fn bar(report: &Report) -> String {
    let sum = report.summary;
    let piece = |kind: &str, count: usize| match count {
        0 => String::new(),
        _ => format!("<i class=\"{kind}\" style=\"flex-grow:{count}\"></i>"),
    };
    format!(
        "<div class=\"bar\" aria-hidden=\"true\">{}{}{}</div>\n",
        piece("pass", sum.pass),
        piece("fail", sum.fail),
        piece("skip", sum.skip)
    )
}

fn failures(html: &mut String, report: &Report) {
    let failed: Vec<&Finding> = report.checks.iter().filter(|one| one.verdict == Verdict::Fail).collect();
    if failed.is_empty() {
        html.push_str("<section>\n<h2>Failures</h2>\n<p class=\"well\">None.</p>\n</section>\n");
        return;
    }
    html.push_str("<section>\n<h2>Failures, and what they cost</h2>\n");
    for finding in failed {
        failure(html, finding, report.profile);
    }
    html.push_str("</section>\n");
}

fn failure(html: &mut String, finding: &Finding, profile: Profile) {
    let cost = match profile {
        Profile::Okta => "With Okta",
        Profile::Entra => "With Entra ID",
        Profile::Rfc => "What it costs",
    };
    let _ = write!(
        html,
        "<article id=\"{id}\">\n<h3><span class=\"mark fail\">fail</span> {}</h3>\n<p \
            class=\"id\"><code>{id}</code> \
         \u{b7} {}</p>\n<dl>\n<dt>Sent</dt><dd>{}</dd>\n<dt>Wanted</dt><dd>{}</dd>\n<dt>Seen</dt>\
         <dd class=\"seen\">{}</dd>\n<dt>{cost}</dt><dd>{}</dd>\n<dt>Fix</dt><dd>{}</dd>\n</dl>\n",
        escaped(&finding.title),
        escaped(&finding.source),
        escaped(&finding.sends),
        escaped(&finding.wants),
        escaped(finding.why.as_deref().unwrap_or_default()),
        escaped(&finding.consequence),
        escaped(&finding.fix),
        id = escaped(&finding.id),
    );
    if !finding.exchanges.is_empty() {
        let count = finding.exchanges.len();
        let _ = writeln!(html, "<details><summary>What went over the wire ({count})</summary>");
        finding.exchanges.iter().for_each(|seen| exchange(html, seen));
        html.push_str("</details>\n");
    }
    html.push_str("</article>\n");
}

fn exchange(html: &mut String, seen: &Seen) {
    let mut sent = format!("{} {}", seen.method, seen.target);
    for (name, value) in &seen.headers {
        let _ = write!(sent, "\n{name}: {value}");
    }
    if let Some(body) = &seen.sent {
        let _ = write!(sent, "\n\n{body}");
    }
    let status = if seen.status == 0 { "no answer".to_owned() } else { seen.status.to_string() };
    let kind = seen.content_type.as_deref().unwrap_or("no Content-Type");
    let got = if seen.got.is_empty() { "(no body)" } else { &seen.got };
    let _ = writeln!(
        html,
        "<pre class=\"sent\">{}</pre>\n<pre class=\"got\">{status} {}\n\n{}</pre>",
        escaped(&sent),
        escaped(kind),
        escaped(got)
    );
}

fn left(html: &mut String, report: &Report) {
    if report.left_behind.is_empty() {
        return;
    }
    html.push_str(
        "<section>\n<h2>Left behind</h2>\n<p>People whom the checks made and the server did not \
            remove:</p>\n<ul>\n",
    );
    for one in &report.left_behind {
        let id = one.id.as_deref().unwrap_or("no id told");
        let _ = writeln!(
            html,
            "<li><code>{}</code> ({}): {}</li>",
            escaped(&one.user_name),
            escaped(id),
            escaped(&one.why)
        );
    }
    html.push_str("</ul>\n</section>\n");
}

fn table(html: &mut String, report: &Report) {
    html.push_str(
        "<section>\n<h2>All \
        checks</h2>\n<table>\n<thead><tr><th>Verdict</th><th>Check</th><th>Stands on</th></tr></thead>\n",
    );
    let mut chapter = "";
    for finding in &report.checks {
        if finding.chapter() != chapter {
            let close = if chapter.is_empty() { "" } else { "</tbody>\n" };
            chapter = finding.chapter();
            let _ = writeln!(
                html,
                "{close}<tbody>\n<tr class=\"chapter\"><th colspan=\"3\">{}</th></tr>",
                escaped(chapter)
            );
        }
        let word = finding.verdict.word();
        let why = match (finding.verdict, &finding.why) {
            (Verdict::Skip, Some(why)) => format!("<br><small>{}</small>", escaped(why)),
            _ => String::new(),
        };
        let title = match finding.verdict {
            Verdict::Fail => format!("<a href=\"#{}\">{}</a>", escaped(&finding.id), escaped(&finding.title)),
            _ => escaped(&finding.title),
        };
        let _ = writeln!(
            html,
            "<tr><td><span class=\"mark {word}\">{word}</span></td><td>{title}{why}<br><code>{}</code></td>\
             <td>{}</td></tr>",
            escaped(&finding.id),
            escaped(&finding.source)
        );
    }
    html.push_str("</tbody>\n</table>\n</section>\n");
}

/// Text that can stand between tags and in quotes; what a browser would not show becomes a dot.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\n' | '\t' => out.push(c),
            c if c.is_control() => out.push('\u{b7}'),
            c => out.push(c),
        }
    }
    out
}

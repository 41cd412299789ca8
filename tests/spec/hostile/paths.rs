//! Tricks with the path: text that one reader takes for a row of the table and another for something else.
//! Source: Apollo facts §8.1 rows 1 to 6 and 10.

use super::case::{BAD, Case, JUDGED, MALFORMED, SERVED, UNKNOWN, Want, named};

/// Below a mount: dots that lead elsewhere, in every dress and at every depth.
#[rustfmt::skip]
const DOTS: &[&[u8]] = &[
    b"/contacts/../users/search", b"/contacts/%2e%2e/users/search", b"/contacts/%2E%2E/users/search",
    b"/contacts/.%2e/users/search", b"/contacts/%2e./users/search", b"/contacts/%252e%252e/users/search",
    b"/contacts/%25%32%65%25%32%65/users/search", b"/contacts/%c0%ae%c0%ae/users/search",
    b"/contacts/%e0%80%ae%e0%80%ae/users/search", b"/contacts/%u002e%u002e/users/search",
    b"/contacts/%uff0e%uff0e/users/search", b"/contacts/%ef%bc%8e%ef%bc%8e/users/search",
    b"/contacts/..;/users/search", b"/contacts/..;a=b/users/search", b"/contacts/..%3b/users/search",
    b"/contacts/..%00/users/search", b"/contacts/..%09/users/search", b"/contacts/..%20/users/search",
    b"/contacts/..%0a/users/search", b"/contacts/.../users/search", b"/contacts/....//users/search",
    b"/contacts/.%0d./users/search", b"/contacts/%2e%2e%2fusers%2fsearch", b"/contacts/..%2fusers/search",
    b"/contacts/..%5cusers%5csearch", b"/contacts/..%255cusers/search", b"/contacts/..%c0%afusers/search",
    b"/contacts/..%e2%88%95users/search", b"/contacts\\..\\users\\search", b"/contacts/..\\users\\search",
    b"/contacts/%2e%2e\\users/search", b"/contacts/../../api/v1/users/search", b"/contacts/..//users/search",
    b"/../users/search", b"/..%2fusers/search", b"/../../api/v1/users/search", b"/../scim/v2/Users",
    b"/../admin/keys", b"/../../../../../../../../api/v1/users/search", b"/../../deals/api/v1/opportunities",
    b"/contacts/../../../deals/api/v1/opportunities", b"/contacts/%2e%2e/%2e%2e/%2e%2e/_control/log",
    b"/mixed_people/api_search/../../people/match",
    b"/mixed_people/api_search/%2e%2e/%2e%2e/people/bulk_match",
    b"/mixed_people/../users/search", b"/mixed_people/./api_search", b"/./mixed_people/api_search",
    b"/mixed_people/api_search/.", b"/mixed_people/api_search/..", b"/mixed_people/api_search/%2e",
    b"/mixed_people/api_search/x/..", b"/mixed_people/x/../api_search", b"/mixed_people/%2e/api_search",
    b"/people/match/../bulk_match", b"/organizations/enrich/../../users/search",
];

/// Below a mount: slashes that are none, or one too many.
#[rustfmt::skip]
const SLASHES: &[&[u8]] = &[
    b"//mixed_people/api_search", b"/mixed_people//api_search", b"///mixed_people///api_search",
    b"/mixed_people/api_search/", b"/mixed_people/api_search//", b"/%2fmixed_people/api_search",
    b"/mixed_people%2fapi_search", b"/mixed_people%2Fapi_search", b"/mixed_people%252fapi_search",
    b"/mixed_people%5capi_search", b"/mixed_people\\api_search", b"/mixed_people\\/api_search",
    b"/mixed_people/\\api_search", b"\\mixed_people\\api_search", b"/mixed_people%c0%afapi_search",
    b"/mixed_people%e2%88%95api_search", b"/mixed_people%ef%bc%8fapi_search", b"/mixed_people/%2fapi_search",
    "/mixed_people\u{2215}api_search".as_bytes(), "/mixed_people\u{2044}api_search".as_bytes(),
    "/mixed_people\u{ff0f}api_search".as_bytes(),
];

/// Below a mount: what hangs on behind a path that would be right.
#[rustfmt::skip]
const TAILS: &[&[u8]] = &[
    b"/mixed_people/api_search.", b"/mixed_people/api_search..", b"/mixed_people/api_search%2e",
    b"/mixed_people/api_search;", b"/mixed_people/api_search;x", b"/mixed_people/api_search;jsessionid=1",
    b"/mixed_people/api_search;_method=DELETE", b"/mixed_people;x=1/api_search",
    b"/mixed_people/;/api_search",
    b"/mixed_people/api_search.json", b"/mixed_people/api_search.JSON", b"/mixed_people/api_search.xml",
    b"/mixed_people/api_search.json.json", b"/mixed_people/api_search%2ejson",
    b"/mixed_people/api_search.%6ason", b"/mixed_people/api_search.json%00", b"/mixed_people/api_search,",
    b"/mixed_people/api_search!", b"/mixed_people/api_search*", b"/mixed_people/api_search~",
    b"/mixed_people/api_search'", b"/mixed_people/api_search:80", b"/mixed_people/api_search@evil.example",
    b"/mixed_people/api_search&x=1", b"/mixed_people/api_search+", b"/mixed_people/api_search=",
    b"/mixed_people/api_search%20", b"/mixed_people/api_search%09", b"/mixed_people/api_search%00",
    b"/mixed_people/api_search%0a", b"/mixed_people/api_search%0d%0aX-Api-Key:%20x",
    b"/mixed_people/api_search%3f", b"/mixed_people/api_search%3fpage=1", b"/mixed_people/api_search%23",
    b"/mixed_people/api_search/extra", b"/mixed_people/api_searchx", b"/mixed_people/api_searc",
    b"/mixed_people/api_search%", b"/mixed_people/api_search%2", b"/mixed_people/api_search%zz",
    b"/opportunities.json", b"/contactsX", b"/contacts_anything", b"/people/matchmaker",
    b"/organizations/enrich_x",
];

/// Below a mount: letters that look, sound or decode alike.
#[rustfmt::skip]
const LETTERS: &[&[u8]] = &[
    b"/Mixed_people/api_search", b"/mixed_people/API_SEARCH", b"/MIXED_PEOPLE/API_SEARCH",
    b"/mixed-people/api-search", b"/mixedPeople/apiSearch", b"/%6dixed_people/api_search",
    b"/mixed_people/%61%70%69%5f%73%65%61%72%63%68", b"/mixed%5fpeople/api_search",
    b"/mixed_people/api%c2%ad_search", b"/mixed_people/api%e2%80%8b_search",
    "/mixed_people/ap\u{131}_search".as_bytes(), "/mixed_people/\u{430}pi_search".as_bytes(),
    "/mixed_people/\u{ff41}pi_search".as_bytes(), "/mixed_people/api_search\u{200b}".as_bytes(),
    "/mixed_people/api\u{ad}_search".as_bytes(), "/\u{feff}mixed_people/api_search".as_bytes(),
    "/mixed_people/api_search\u{301}".as_bytes(), "/\u{202e}mixed_people/api_search".as_bytes(),
    b"/mixed_people/api_search\xff", b"/mixed_people/\x80api_search", b"/mixed_people/\xc0\xafapi_search",
];

/// Below a mount: what stands where an id belongs.
#[rustfmt::skip]
const IDS: &[&[u8]] = &[
    b"/contacts/{id}", b"/contacts/:id", b"/contacts/*", b"/contacts/0", b"/contacts/-1", b"/contacts/null",
    b"/contacts/6c00000000000000000000a", b"/contacts/6c00000000000000000000a11",
    b"/contacts/6c00000000000000000000g1", b"/contacts/6c00000000000000000000a1,6c00000000000000000000a2",
    b"/contacts/6c00000000000000000000a1.json", b"/contacts/6c00000000000000000000a1;x",
    b"/contacts/6c00000000000000000000a1/", b"/contacts/6c00000000000000000000%611",
    b"/contacts/6c00000000000000000000a1%2fopportunities", b"/contacts/6c00000000000000000000a1/users",
    b"/contacts/6c00000000000000000000a1/../../users", b"/contacts/%36c00000000000000000000a1",
    b"/webhook_result/+1", b"/webhook_result/01", b"/webhook_result/-0", b"/webhook_result/1e3",
    b"/webhook_result/0x1", b"/webhook_result/9223372036854775808", b"/webhook_result/1%20",
    b"/webhook_result/1/..", b"/people/me", b"/users/6a01c0ffee00000000000001",
];

/// Below a mount: what lies at Apollo and is no row (facts §3.2 rows 66 and 67).
#[rustfmt::skip]
const STRANGERS: &[&[u8]] = &[
    b"", b"/", b"/*", b"/oauth/token", b"/oauth/revoke", b"/mfa_config/create", b"/usage", b"/teams",
    b"/crm/object_fields_mapping", b"/voice_settings/get_available_phone_numbers", b"/conversation_shares",
    b"/mixed_people/search", b"/organizations/search", b"/contacts/match", b"/graphql", b"/_control/log",
    b"/_control/keys", b"/scim/v2/Users", b"/admin/keys", b"/api/v1/users/search", b"/apollo/users/search",
    b"/v1/users/search", b"@evil.example/users/search", b"/http://evil.example/users/search",
    b"/https:/evil.example/users/search", b":80/users/search", b"/\xe2\x80\xae",
];

/// Whole targets: other roads to a mount, or away from it.
#[rustfmt::skip]
const TARGETS: &[(Want, &str)] = &[
    (SERVED, "POST http://bridge.example{mount}/mixed_people/api_search"),
    (SERVED, "POST {mount}/mixed_people/api_search?"),
    (JUDGED, "POST http://evil.example{mount}/mixed_people/api_search"),
    (JUDGED, "POST http://user:word@evil.example:1{mount}/mixed_people/api_search"),
    (JUDGED, "POST https://evil.example{mount}/mixed_people/api_search"),
    (JUDGED, "POST {mount}/mixed_people/api_search#/../users/search"),
    (JUDGED, "POST {mount}/mixed_people/api_search#?api_key=x"),
    (JUDGED, "POST {mount}#/users/search"),
    (UNKNOWN, "POST http://evil.example{mount}/mixed_people/../users/search"),
    (UNKNOWN, "POST http://evil.example/users/search"),
    (UNKNOWN, "POST http:{mount}/users/search/x"),
    (UNKNOWN, "POST http://[::1]{mount}/users/../users/search"),
    (UNKNOWN, "POST //evil.example{mount}/users/search"),
    (UNKNOWN, "POST /{mount}/users/search"),
    (UNKNOWN, "POST file:///etc/passwd"),
    (UNKNOWN, "POST evil.example:80"),
    (UNKNOWN, "POST *"),
    (UNKNOWN, "OPTIONS *"),
    (UNKNOWN, "CONNECT evil.example:443"),
    (UNKNOWN, "CONNECT {mount}/mixed_people/api_search"),
    (UNKNOWN, "POST {mount}?/mixed_people/api_search"),
    (UNKNOWN, "POST {mount};/mixed_people/api_search"),
    (UNKNOWN, "POST {mount};x=1/mixed_people/api_search"),
    (UNKNOWN, "POST {mount}.json/mixed_people/api_search"),
    (UNKNOWN, "POST {mount}%2fmixed_people%2fapi_search"),
    (UNKNOWN, "POST {mount}%2fmixed_people/api_search"),
    (UNKNOWN, "POST {mount}{mount}/mixed_people/api_search"),
    (UNKNOWN, "POST {mount}/..{mount}/mixed_people/api_search"),
    (UNKNOWN, "POST /x/..{mount}/mixed_people/api_search"),
    (UNKNOWN, "POST /.{mount}/mixed_people/api_search"),
    (UNKNOWN, "POST /%2e{mount}/mixed_people/api_search"),
    (UNKNOWN, "POST {mount}X/mixed_people/api_search"),
    (UNKNOWN, "POST /APOLLO/mixed_people/api_search"),
    (UNKNOWN, "POST /%61pollo/mixed_people/api_search"),
    (UNKNOWN, "POST /apollo%/mixed_people/api_search"),
    (UNKNOWN, "POST /API/V1/mixed_people/api_search"),
    (UNKNOWN, "POST /api/%761/mixed_people/api_search"),
    (UNKNOWN, "POST /api//v1/mixed_people/api_search"),
    (UNKNOWN, "POST /api/./v1/mixed_people/api_search"),
    (UNKNOWN, "POST /api/v1;x/mixed_people/api_search"),
    (UNKNOWN, "POST /api/v1.0/mixed_people/api_search"),
    (UNKNOWN, "POST /api/v01/mixed_people/api_search"),
    (UNKNOWN, "POST /api/v2/mixed_people/api_search"),
    (UNKNOWN, "POST /api/mixed_people/api_search"),
    (UNKNOWN, "POST /deals/api/v1/opportunities"),
    (MALFORMED, "POST {mount}/mixed_people/api_search x"),
    (MALFORMED, "POST {mount} /mixed_people/api_search"),
    (MALFORMED, "POST  {mount}/mixed_people/api_search"),
    (MALFORMED, "POST {mount}/mixed_people/api_search\t"),
    (MALFORMED, "POST {mount}/mixed_people/api_search\u{1}"),
    (MALFORMED, "POST {mount}/mixed_people/\u{b}api_search"),
    (MALFORMED, "POST {mount}/mixed_people/api_search\0"),
    (UNKNOWN, "POST {mount}/mixed_people/api_search\u{7f}"),
    (MALFORMED, "POST mixed_people/api_search"),
    (MALFORMED, "POST "),
    (MALFORMED, "POST"),
    (MALFORMED, ""),
];

pub fn rows() -> Vec<Case> {
    let sheets = [DOTS, SLASHES, TAILS, LETTERS, IDS, STRANGERS];
    let below = sheets.into_iter().flatten().map(|path| {
        let name = format!("path {}", named(path));
        // Where an odd byte is no HTTP at all the connection may end without a word.
        let want = if path.is_ascii() { UNKNOWN } else { Want::Refused(&[0, 400, 404]) };
        Case::call(name, want, [b"POST {mount}", *path].concat()).at_both_mounts()
    });
    let targets =
        TARGETS.iter().map(|(want, line)| Case::call(format!("target {}", named(line)), *want, line));
    below.chain(targets).chain(long()).collect()
}

/// Lengths at which readers give up or cut off.
fn long() -> Vec<Case> {
    let lengthened = |name: &str, want, path: String| Case::call(name, want, format!("POST {{mount}}{path}"));
    let refused = Want::Refused(&[0, 400, 404, 414, 431]);
    let search = "/mixed_people/api_search";
    vec![
        lengthened("8 KiB of one word", UNKNOWN, format!("/{}", "a".repeat(8192))),
        lengthened("60 KiB of one word", refused, format!("/{}", "a".repeat(60_000))),
        lengthened("a target beyond 64 KiB", refused, format!("/{}", "a".repeat(70_000))),
        lengthened("a thousand segments", UNKNOWN, "/a".repeat(1000)),
        lengthened("five hundred steps up", UNKNOWN, format!("{}{search}", "/..".repeat(500))),
        lengthened("five hundred dots", UNKNOWN, format!("{}{search}", "/.".repeat(500))),
        lengthened("five hundred slashes", UNKNOWN, format!("{}{search}", "/".repeat(500))),
        lengthened("a row behind 4 KiB of semicolon", UNKNOWN, format!("{search};{}", "a".repeat(4096))),
        lengthened("a query that grows when it is sent", Want::Refused(&[0, 400, 414]), {
            format!("{search}?q={}", "'".repeat(30_000))
        }),
        lengthened("a query of 32 KiB", SERVED, format!("{search}?q={}", "a".repeat(32_000))),
        lengthened("a query of control characters", BAD, format!("{search}?q={}", "%00".repeat(1000))),
    ]
}

//! The page where Apollo sends people back to after they authorised the bridge, or did not (R13).
//!
//! Plain HTML without anything from outside. Neither code nor state is ever in it, in a log or in a Referer.

use crate::admin::grant::{self, Connected, Desk, NotConnected};
use crate::apollo::grant::Returned;
use crate::http::Bridge;
use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};

/// `GET /oauth/apollo/callback` (RFC 6749 §4.1.2).
pub async fn callback(request: HttpRequest, bridge: web::Data<Bridge>) -> HttpResponse {
    let desk = Desk::of(&bridge);
    let finished = match Returned::read(request.query_string()) {
        // Apollo gives the tokens once: they are kept although the browser may have gone away.
        Returned::Code { code, state } => {
            let done = tokio::spawn(async move { grant::finish(&state, &code, &desk).await });
            done.await.unwrap_or(Err(NotConnected::NoAnswer))
        }
        Returned::Error { error, state } => Err(grant::denied(&state, &error, &desk).await),
        Returned::Nothing => Err(NotConnected::NoAnswer),
    };
    match finished {
        Ok(connected) => page(StatusCode::OK, "Seatbridge is connected to Apollo", &stood(&connected)),
        Err(refused) => {
            if matches!(refused, NotConnected::Store(_) | NotConnected::NotSealed(_)) {
                tracing::error!("an authorisation at Apollo could not be kept: {refused}");
            }
            let status = StatusCode::from_u16(refused.status()).unwrap_or(StatusCode::BAD_REQUEST);
            page(status, "Seatbridge is not connected to Apollo", &sentence(&refused.told()))
        }
    }
}

fn stood(connected: &Connected) -> String {
    let profile = connected.profile.as_ref();
    let who = profile.and_then(|found| found.name.clone().or_else(|| found.email.clone()));
    let who = who.unwrap_or_else(|| "the person who authorised it".to_owned());
    let mut told = format!("The bridge acts as {who} from now on. You can close this page.");
    if !connected.change.missing.is_empty() {
        told = format!("{told} These scopes were not granted: {}.", connected.change.missing.join(" "));
    }
    told
}

/// With a capital and a full stop.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first: String = letters.next().map(|letter| letter.to_uppercase().collect()).unwrap_or_default();
    format!("{first}{}.", letters.as_str())
}

fn page(status: StatusCode, heading: &str, told: &str) -> HttpResponse {
    let html = format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\"><title>{heading}</title>\
         <style>body{{font:1.1rem/1.5 system-ui,sans-serif;max-width:36rem;margin:15vh auto;padding:0 1rem}}\
         </style></head><body><h1>{heading}</h1><p>{}</p></body></html>\n",
        escaped(told)
    );
    HttpResponse::build(status)
        .insert_header((header::CONTENT_TYPE, "text/html; charset=utf-8"))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((header::PRAGMA, "no-cache"))
        .insert_header((header::REFERRER_POLICY, "no-referrer"))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((header::X_FRAME_OPTIONS, "DENY"))
        .insert_header((
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'",
        ))
        .body(html)
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// R13: names come from Apollo, and are text on the page.
    #[test]
    fn a_page_holds_text_and_no_markup_of_others() {
        let answer = page(StatusCode::OK, "H", &sentence("<b>ada & \"co\""));
        let body = answer.into_body();
        let bytes = actix_web::body::MessageBody::try_into_bytes(body).unwrap();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        assert!(text.contains("<p>&lt;b&gt;ada &amp; &quot;co&quot;.</p>"), "{text}");
        assert_eq!(sentence("apollo"), "Apollo.");
    }
}

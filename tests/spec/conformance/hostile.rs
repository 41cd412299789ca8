//! Servers that mean harm: whatever they do becomes a verdict.

use seatbridge::judge::conformance::{self, Options, Profile, Report, Verdict};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// What a hostile server sends after the first bytes of a request.
#[derive(Debug, Clone, Copy)]
enum Harm {
    /// Nothing, and the connection stays open.
    Silence,
    /// The connection is closed.
    HangUp,
    /// No HTTP.
    Noise,
    /// A body without an end.
    Flood,
    /// A body that comes byte by byte, for ever.
    Drip,
    /// JSON, as deep as a body may be long.
    Depth,
    /// A success whose content is markup, escapes and huge numbers.
    Poison,
    /// To itself, again and again.
    Redirect,
}

const ALL: [Harm; 8] = [
    Harm::Silence,
    Harm::HangUp,
    Harm::Noise,
    Harm::Flood,
    Harm::Drip,
    Harm::Depth,
    Harm::Poison,
    Harm::Redirect,
];

const HEAD: &str = "HTTP/1.1 200 OK\r\nContent-Type: application/scim+json\r\nConnection: close\r\n\r\n";
const POISON: &str = "{\"schemas\":[\"urn:ietf:params:scim:api:messages:2.0:ListResponse\"],\
    \"totalResults\":99999999999999999999999,\"startIndex\":-1,\"itemsPerPage\":1e400,\"id\":\"</pre><script>\
    alert(1)</script>\\u0000\\u001b[2J\",\"Resources\":[null,7,[],{\"id\":{}},{\"id\":\"\\ud83d\\ude00\"}]}";

async fn harm(mut stream: TcpStream, harm: Harm) -> std::io::Result<()> {
    let mut some = [0; 1024];
    let _ = stream.read(&mut some).await?;
    match harm {
        Harm::Silence => std::future::pending::<()>().await,
        Harm::HangUp => {}
        Harm::Noise => stream.write_all(b"\x00\xff\x16\x03 what?\r\n\r\n").await?,
        Harm::Flood => {
            stream.write_all(HEAD.as_bytes()).await?;
            loop {
                stream.write_all(&[b'['; 65_536]).await?;
            }
        }
        Harm::Drip => {
            stream.write_all(HEAD.as_bytes()).await?;
            loop {
                stream.write_all(b" ").await?;
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        }
        Harm::Depth => {
            stream.write_all(HEAD.as_bytes()).await?;
            stream.write_all("[".repeat(1 << 20).as_bytes()).await?;
        }
        Harm::Poison => stream.write_all(format!("{HEAD}{POISON}").as_bytes()).await?,
        Harm::Redirect => {
            stream.write_all(b"HTTP/1.1 307 T\r\nLocation: /\r\nContent-Length: 0\r\n\r\n").await?;
        }
    }
    stream.shutdown().await
}

async fn graded(kind: Harm, profile: Profile) -> Report {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let target = format!("http://{}/scim/v2", listener.local_addr().unwrap());
    let serving = actix_web::rt::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            actix_web::rt::spawn(async move { harm(stream, kind).await });
        }
    });
    let mut options = Options::new(profile, target, "a-token-of-a-test");
    options.patience = Duration::from_millis(400);
    let report = conformance::run(&options, &mut |_| ()).await.unwrap();
    serving.abort();
    report
}

/// Issue 4: silence, noise, floods, drips, depth, poison and redirects end in verdicts, never in a hang.
#[actix_web::test]
async fn whatever_a_hostile_server_does_becomes_a_verdict() {
    for kind in ALL {
        let report = graded(kind, Profile::Rfc).await;
        assert_eq!(report.checks.len(), conformance::checks_of(Profile::Rfc).len(), "{kind:?}");
        assert_eq!(report.checks[0].verdict, Verdict::Fail, "{kind:?}: {:?}", report.checks[0]);
        assert_eq!(report.summary.pass, 0, "{kind:?}: {}", report.sentence());
        let page = conformance::page(&report);
        assert!(!page.contains("<script"), "{kind:?}: markup of the server is in the page");
        roxmltree::Document::parse(&conformance::suite(&report).unwrap()).unwrap();
    }
}

/// Issue 4: stories are not told to a server that does not even answer.
#[actix_web::test]
async fn no_story_is_told_to_a_server_that_never_answers() {
    for profile in [Profile::Okta, Profile::Entra] {
        let report = graded(Harm::Silence, profile).await;
        let stories = report.checks.iter().filter(|one| one.id.starts_with("story."));
        let told: Vec<_> = stories.filter(|one| one.verdict != Verdict::Skip).collect();
        assert!(told.is_empty(), "{told:?}");
    }
}

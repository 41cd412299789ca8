//! Leave to make one call, which may be taken back until the call is written (R4).
//!
//! Between "this call may begin" and the bytes there is time: a connection may have to be made first, and
//! whoever writes to it is another task. So the bytes carry the leave with them, and it is asked for once
//! more where the client encodes the request, in the same step in which that is handed to the connection. The
//! leave is given back, by being dropped, when the bytes are written or thrown away and Apollo's answer has
//! begun or nobody waits for one any more.
//!
//! What is on the wire is the same with a leave as without one.

use super::forward::Failure;
use super::wire::{Request, Response, Wire};
use http_body::{Body, Frame, SizeHint};
use http_body_util::Full;
use hyper::body::Bytes;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use tokio::sync::Notify;

/// Leave to make one call.
pub trait Leave: Send + Sync + 'static {
    /// To be asked when the bytes are about to be written: they are written then, or never. Asked again it
    /// answers the same.
    fn may_be_written(&self) -> bool;

    /// Whether the bytes are not written and never will be.
    fn is_withdrawn(&self) -> bool;

    /// What tells that they were withdrawn.
    fn told(&self) -> &Notify;
}

/// Asks for leave at the moment of sending; nothing when the call may not begin.
pub type Begin<'a> = &'a (dyn Fn() -> Option<Arc<dyn Leave>> + Send + Sync);

/// Sends a request with a leave.
///
/// Errors: [`Failure::Withdrawn`] when nothing was written and nothing will be; what sending failed of.
pub(super) async fn send(wire: &Wire, request: Request, leave: Arc<dyn Leave>) -> Result<Response, Failure> {
    tokio::select! {
        biased;
        answer = wire.send(request, Some(Arc::clone(&leave))) => answer.map_err(|failure| {
            if leave.is_withdrawn() { Failure::Withdrawn } else { failure }
        }),
        () = withdrawn(leave.as_ref()) => Err(Failure::Withdrawn),
    }
}

async fn withdrawn(leave: &dyn Leave) {
    loop {
        let told = leave.told().notified();
        if leave.is_withdrawn() {
            return;
        }
        told.await;
    }
}

/// A body, and the leave for the whole request. The client (hyper's HTTP/1 dispatch) asks a body whether it
/// is empty just before it encodes the head; of one that is not it takes the first piece just after. Neither
/// is flushed before both, so an error there takes the head back too, at the price of the connection.
pub(super) struct Letter {
    bytes: Full<Bytes>,
    leave: Option<Arc<dyn Leave>>,
}

impl Letter {
    /// Without a leave it may always be written.
    pub fn new(bytes: Bytes, leave: Option<Arc<dyn Leave>>) -> Self {
        Self { bytes: Full::new(bytes), leave }
    }

    fn may_be_written(&self) -> bool {
        self.leave.as_ref().is_none_or(|leave| leave.may_be_written())
    }
}

impl Body for Letter {
    type Data = Bytes;
    type Error = Failure;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Failure>>> {
        if !self.may_be_written() {
            return Poll::Ready(Some(Err(Failure::Withdrawn)));
        }
        let bytes = Pin::new(&mut self.bytes).poll_frame(context);
        bytes.map_err(|never| match never {})
    }

    fn is_end_stream(&self) -> bool {
        self.bytes.is_end_stream() && self.may_be_written()
    }

    fn size_hint(&self) -> SizeHint {
        let is_withdrawn = || self.leave.as_ref().is_some_and(|leave| leave.is_withdrawn());
        match self.bytes.size_hint() {
            // Of an empty body that may not be written a piece must be asked for, to be refused.
            empty if empty.exact() == Some(0) && is_withdrawn() => SizeHint::with_exact(1),
            hint => hint,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
    use std::time::Duration;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::{TcpListener, TcpStream};

    const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";

    /// A leave that ends as it is told, and counts how often it was asked.
    #[derive(Default)]
    struct Asked {
        refuses: AtomicBool,
        is_withdrawn: AtomicBool,
        times: AtomicUsize,
        told: Notify,
    }

    impl Leave for Asked {
        fn may_be_written(&self) -> bool {
            self.times.fetch_add(1, Ordering::SeqCst);
            let refuses = self.refuses.load(Ordering::SeqCst);
            self.is_withdrawn.fetch_or(refuses, Ordering::SeqCst);
            !refuses
        }

        fn is_withdrawn(&self) -> bool {
            self.is_withdrawn.load(Ordering::SeqCst)
        }

        fn told(&self) -> &Notify {
            &self.told
        }
    }

    struct Place {
        listener: TcpListener,
        wire: Wire,
    }

    impl Place {
        async fn new() -> Self {
            Self::over("http").await
        }

        async fn over(scheme: &str) -> Self {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let base = format!("{scheme}://{}", listener.local_addr().unwrap());
            let wire = Wire::new(&base.parse().unwrap(), Duration::from_secs(10)).unwrap();
            Self { listener, wire }
        }

        fn request(&self, method: &str, body: Option<&'static str>) -> Request {
            let (method, uri) = (method.parse().unwrap(), self.wire.below("/x?y=1").unwrap());
            let body = Bytes::from_static(body.unwrap_or_default().as_bytes());
            Request { method, uri, headers: Default::default(), body }
        }

        async fn met(&self) -> TcpStream {
            self.listener.accept().await.unwrap().0
        }
    }

    /// What arrives until the head has ended and `body` bytes more have come.
    async fn heard(stream: &mut TcpStream, body: usize) -> String {
        let mut heard = Vec::new();
        let is_whole = |heard: &[u8]| heard.windows(4).position(|end| end == b"\r\n\r\n");
        while is_whole(&heard).is_none_or(|at| heard.len() < at + 4 + body) {
            assert!(stream.read_buf(&mut heard).await.unwrap() > 0, "hung up");
        }
        String::from_utf8(heard).unwrap()
    }

    const REQUESTS: [(&str, Option<&str>); 5] =
        [("GET", None), ("POST", None), ("POST", Some("{\"a\":1}")), ("PUT", Some("{}")), ("DELETE", None)];

    /// R8, R12: a leave changes nothing of what is sent: the same head, the same framing, the same bytes, on
    /// a new connection and on one that is used again.
    #[tokio::test]
    async fn what_is_sent_with_a_leave_is_what_is_sent_without() {
        let place = Place::new().await;
        let plain = Place::new().await;
        let mut connections: Option<(TcpStream, TcpStream)> = None;
        for (method, body) in REQUESTS.into_iter().chain(REQUESTS) {
            let leave = Arc::new(Asked::default());
            let sent = send(&place.wire, place.request(method, body), leave.clone());
            let bare = plain.wire.send(plain.request(method, body), None);
            let length = body.map_or(0, str::len);
            let hearing = async {
                let (mut one, mut two) = match connections.take() {
                    Some(both) => both,
                    None => (place.met().await, plain.met().await),
                };
                let told = (heard(&mut one, length).await, heard(&mut two, length).await);
                one.write_all(ANSWER).await.unwrap();
                two.write_all(ANSWER).await.unwrap();
                connections = Some((one, two));
                told
            };
            let (sent, bare, (with, without)) = tokio::join!(sent, bare, hearing);
            assert!(sent.unwrap().status().is_success() && bare.unwrap().status().is_success());
            let host = |at: &Place| at.listener.local_addr().unwrap().to_string();
            assert_eq!(with.replace(&host(&place), "HOST"), without.replace(&host(&plain), "HOST"));
            assert_eq!(with.contains("content-length"), body.is_some(), "{with}");
            assert!(!with.contains("transfer-encoding"), "{with}");
            assert!(leave.times.load(Ordering::SeqCst) > 0, "{method}: nobody asked");
            assert_eq!(Arc::strong_count(&leave), 1, "{method}: the leave was kept");
        }
    }

    /// R4: what is refused at the last moment leaves no byte on the wire, whatever the request.
    #[tokio::test]
    async fn what_may_not_be_written_any_more_is_not() {
        let place = Place::new().await;
        for (method, body) in REQUESTS {
            let leave = Arc::new(Asked { refuses: AtomicBool::new(true), ..Asked::default() });
            let sent = send(&place.wire, place.request(method, body), leave.clone());
            let hearing = async {
                let mut heard = Vec::new();
                place.met().await.read_to_end(&mut heard).await.unwrap();
                heard
            };
            let (sent, heard) = tokio::join!(sent, hearing);
            assert_eq!(sent.unwrap_err(), Failure::Withdrawn, "{method}");
            assert_eq!(String::from_utf8(heard).unwrap(), "", "{method}");
            assert_eq!(Arc::strong_count(&leave), 1, "{method}: the leave was kept");
        }
    }

    /// R4: who is still connecting is not asked before there is a connection, and goes at once when told.
    #[tokio::test]
    async fn who_is_still_connecting_goes_when_the_leave_ends() {
        let place = Place::over("https").await;
        let request = place.request("POST", Some("{}"));
        let leave = Arc::new(Asked::default());
        let sent = send(&place.wire, request, leave.clone());
        let ending = async {
            let mut silent = place.met().await;
            assert!(silent.read(&mut [0; 1]).await.unwrap() > 0, "no handshake");
            assert_eq!(leave.times.load(Ordering::SeqCst), 0);
            leave.is_withdrawn.store(true, Ordering::SeqCst);
            leave.told.notify_waiters();
        };
        let (sent, ()) = tokio::join!(sent, ending);
        assert_eq!(sent.unwrap_err(), Failure::Withdrawn);
        assert_eq!(Arc::strong_count(&leave), 1);
    }
}

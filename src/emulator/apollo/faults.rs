//! Troubles on demand: what the next requests suffer.

use std::collections::VecDeque;
use std::time::Duration;

use crate::emulator::faults::Fault as Planned;

/// One trouble. It comes before authentication, whatever the request is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// None: the request is served. In a queue it lets requests pass before the next trouble.
    None,
    /// This answer instead of the true one.
    Status {
        /// HTTP status.
        status: u16,
        /// Value of `content-type`.
        content_type: String,
        /// Body text.
        body: String,
    },
    /// 429 as Apollo words it. Source: Apollo facts §5.2, §5.3.
    RateLimited {
        /// Value of `retry-after`; absent leaves the header out.
        retry_after_seconds: Option<u64>,
    },
    /// The true answer, that much later.
    Delay(Duration),
    /// The connection closes without an answer.
    Drop,
    /// 302 to that address.
    Redirect {
        /// Value of `location`.
        to: String,
    },
    /// The true answer, its body in pieces with a pause before each.
    SlowBody {
        /// How many pieces, at least one.
        pieces: usize,
        /// The pause before each.
        pause: Duration,
    },
    /// The true answer whose body breaks off half-way, the connection with it.
    CutBody,
    /// The true answer, gzipped whether or not the client can read that. Source: Apollo facts §9.
    Gzip,
    /// 200 with a page instead of JSON. Source: Apollo facts §9.
    Html,
    /// This answer instead of the true one, with a word on when to come back.
    Later {
        /// HTTP status.
        status: u16,
        /// Value of `content-type`.
        content_type: String,
        /// Body text.
        body: String,
        /// Value of `retry-after`, whatever it is.
        retry_after: String,
    },
    /// The true answer whose body ends after so many bytes, and the connection with it.
    Truncate(usize),
    /// The true answer, labelled as something else.
    WrongType(String),
}

impl From<Planned> for Fault {
    /// What a plan of the shared control surface means for a server; to repeat a request is nothing it can
    /// do.
    fn from(planned: Planned) -> Fault {
        match planned {
            Planned::Status { status, body, content_type, retry_after: None } => {
                Fault::Status { status, content_type, body }
            }
            Planned::Status { status, body, content_type, retry_after: Some(retry_after) } => {
                Fault::Later { status, content_type, body, retry_after }
            }
            Planned::Delay(pause) => Fault::Delay(pause),
            Planned::Drop => Fault::Drop,
            Planned::Truncate(bytes) => Fault::Truncate(bytes),
            Planned::Redirect(to) => Fault::Redirect { to },
            Planned::WrongType(content_type) => Fault::WrongType(content_type),
            Planned::Repeat(_) => Fault::None,
        }
    }
}

/// Faults waiting for requests: the queue first, then the standing one.
#[derive(Debug, Default)]
pub struct Faults {
    queue: VecDeque<(u32, Fault)>,
    standing: Option<Fault>,
}

impl Faults {
    /// Every request without a queued fault suffers this one from now on; [`Fault::None`] ends it.
    pub fn stand(&mut self, fault: Fault) {
        self.standing = Some(fault).filter(|fault| *fault != Fault::None);
    }

    /// After those queued before, the next `times` requests suffer `fault`.
    pub fn queue(&mut self, times: u32, fault: Fault) {
        if times > 0 {
            self.queue.push_back((times, fault));
        }
    }

    /// No faults any more.
    pub fn clear(&mut self) {
        *self = Faults::default();
    }

    /// What the request at hand suffers.
    pub fn next(&mut self) -> Fault {
        let Some((times, fault)) = self.queue.front_mut() else {
            return self.standing.clone().unwrap_or(Fault::None);
        };
        let fault = fault.clone();
        *times -= 1;
        if *times == 0 {
            self.queue.pop_front();
        }
        fault
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_third_request_can_be_chosen() {
        let mut faults = Faults::default();
        faults.queue(2, Fault::None);
        faults.queue(1, Fault::Drop);
        let suffered: Vec<Fault> = (0..4).map(|_| faults.next()).collect();
        assert_eq!(suffered, [Fault::None, Fault::None, Fault::Drop, Fault::None]);
    }

    #[test]
    fn a_standing_fault_stays_until_it_is_lifted() {
        let mut faults = Faults::default();
        faults.stand(Fault::CutBody);
        assert_eq!((faults.next(), faults.next()), (Fault::CutBody, Fault::CutBody));
        faults.stand(Fault::None);
        assert_eq!(faults.next(), Fault::None);
    }
}

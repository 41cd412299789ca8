use super::*;
use proptest::prelude::*;

const MINUTE: i64 = LENGTHS[0];
const NONE: Reserve = Reserve::percent(0);

fn said(limit: u64, left: u64) -> [Said; 3] {
    [Said::Calls { limit, left }, Said::Unlimited, Said::Nothing]
}

fn heard(sent_at: i64, now: i64) -> Heard {
    Heard { sent_at, now, is_counted: true }
}

/// An endpoint whose minute of `limit` calls was opened by a call at 0.
fn opened(limit: u64) -> Endpoint {
    let mut endpoint = Endpoint::default();
    endpoint.take("e", "a", NONE, 0).unwrap();
    endpoint.answered(said(limit, limit - 1), heard(0, 0));
    endpoint
}

#[test]
fn what_is_unknown_or_unlimited_keeps_nobody_waiting() {
    let mut endpoint = Endpoint::default();
    for now in 0..100 {
        endpoint.take("e", "a", Reserve::percent(50), now).unwrap();
        endpoint.answered([Said::Unlimited, Said::Nothing, Said::Unlimited], heard(now, now));
    }
}

#[test]
fn calls_on_their_way_and_lost_ones_count_as_used() {
    let mut endpoint = opened(4);
    endpoint.take("e", "a", NONE, 1).unwrap();
    endpoint.take("e", "a", NONE, 1).unwrap();
    endpoint.lost(2);
    endpoint.take("e", "a", NONE, 3).unwrap();
    let refused = endpoint.take("e", "a", NONE, 4).unwrap_err();
    assert_eq!((refused.kind, refused.until, refused.seconds), (Kind::Used, MINUTE, 60));
    // An answer to a call that was sent after the lost one knows whether Apollo counted it.
    endpoint.answered(said(4, 2), heard(3, 5));
    endpoint.take("e", "a", NONE, 6).unwrap();
    endpoint.unsent();
    assert!(endpoint.take("e", "a", NONE, MINUTE).is_ok(), "the next window");
}

#[test]
fn a_slice_is_kept_for_the_bridge_itself() {
    let mut endpoint = opened(10);
    let reserve = Reserve::percent(25);
    let mut gone = 1;
    while endpoint.take("users/search", "a", reserve, 1).is_ok() {
        gone += 1;
        endpoint.answered(said(10, 10 - gone), heard(1, 1));
    }
    assert_eq!(gone, 7, "2.5 of 10 are 3");
    let refused = endpoint.take("users/search", "a", reserve, 2).unwrap_err();
    assert_eq!((refused.kind, refused.until), (Kind::Reserved, MINUTE));
    assert!(refused.sentence.contains("bridge's own reads"), "{}", refused.sentence);
}

#[test]
fn apollos_own_refusal_stands_until_its_end() {
    let mut endpoint = opened(10);
    endpoint.take("e", "a", NONE, 1).unwrap();
    endpoint.answered(said(10, 0), heard(1, 2));
    endpoint.close(9_000_000, said(10, 0));
    let refused = endpoint.take("e", "b", NONE, 3).unwrap_err();
    assert_eq!((refused.kind, refused.seconds), (Kind::Closed, 9));
    assert!(endpoint.take("e", "b", NONE, 9_000_000).is_ok());
}

/// Where nobody knows when an exhausted window ends, one call asks, and the others come again soon.
#[test]
fn one_call_asks_when_an_unknown_window_ends() {
    let mut endpoint = Endpoint::default();
    endpoint.learn(said(5, 0), Heard { is_counted: false, ..heard(0, 0) });
    endpoint.take("e", "a", NONE, 1).unwrap();
    assert_eq!(endpoint.take("e", "a", NONE, 1).unwrap_err().seconds, 1);
    endpoint.answered(said(5, 0), heard(1, 2));
    endpoint.close(30_000_000, said(5, 0));
    assert_eq!(endpoint.take("e", "a", NONE, 3).unwrap_err().seconds, 30);
    let mut kept = Endpoint::default();
    kept.learn(said(5, 1), Heard { is_counted: false, ..heard(0, 0) });
    assert!(
        kept.take("users/search", "a", Reserve::percent(20), 1).is_err(),
        "the reserve is never asked with"
    );
}

#[test]
fn a_claim_lapses_when_its_key_stops_asking() {
    let mut endpoint = opened(10);
    let mut left = 9;
    let mut take = |endpoint: &mut Endpoint, key: &str, now: i64| {
        let taken = endpoint.take("e", key, NONE, now);
        if taken.is_ok() {
            left -= 1;
            endpoint.answered(said(10, left), heard(now, now));
        }
        taken
    };
    for _ in 0..4 {
        take(&mut endpoint, "a", 1).unwrap();
    }
    take(&mut endpoint, "b", 2).unwrap();
    take(&mut endpoint, "b", 2).unwrap();
    take(&mut endpoint, "a", 3).unwrap();
    let refused = take(&mut endpoint, "a", 3).unwrap_err();
    assert_eq!(
        (refused.kind, refused.until),
        (Kind::Share, MINUTE),
        "the window ends before the claim lapses"
    );
    assert!(refused.sentence.contains("2 of 10 calls a minute are left for 2 keys"), "{}", refused.sentence);
    assert!(take(&mut endpoint, "b", 4).is_ok());
}

/// A fake Apollo: one window that opens on its first call.
struct Apollo {
    limit: u64,
    opened: Option<i64>,
    used: u64,
    most_used: u64,
}

impl Apollo {
    fn serve(&mut self, now: i64) -> [Said; 3] {
        if self.opened.is_none_or(|opened| opened + MINUTE <= now) {
            (self.opened, self.used) = (Some(now), 0);
        }
        self.used += 1;
        self.most_used = self.most_used.max(self.used);
        said(self.limit, self.limit.saturating_sub(self.used))
    }
}

proptest! {
    /// R11: whatever the order of answers, and whoever asks, never more is let through than what is left less
    /// the reserve.
    #[test]
    fn never_more_goes_than_is_left_less_the_reserve(
        limit in 2u64..40,
        percent in 1u64..50,
        steps in prop::collection::vec(
            (0u8..4, 0usize..3, 0i64..8_000_000, any::<prop::sample::Index>()),
            1..300,
        ),
    ) {
        let mut apollo = Apollo { limit, opened: None, used: 0, most_used: 0 };
        let mut endpoint = Endpoint::default();
        let reserve = Reserve::percent(percent);
        let mut now = 0;
        // The first answer tells what there is; until then nothing is known.
        endpoint.take("e", "a", reserve, now).unwrap();
        let first = apollo.serve(now);
        endpoint.answered(first, heard(now, now));
        let mut on_their_way = Vec::new();
        for (what, key, later, which) in steps {
            now += later / 4;
            match what {
                0..=1 if endpoint.take("e", ["a", "b", "c"][key], reserve, now).is_ok() => {
                    on_their_way.push((now, apollo.serve(now)));
                }
                2 if !on_their_way.is_empty() => {
                    let (sent_at, told) = on_their_way.remove(which.index(on_their_way.len()));
                    endpoint.answered(told, heard(sent_at, now));
                }
                3 if !on_their_way.is_empty() && later % 7 == 0 => {
                    on_their_way.remove(which.index(on_their_way.len()));
                    endpoint.lost(now);
                }
                _ => {}
            }
            let kept = (limit * percent).div_ceil(100);
            prop_assert!(apollo.most_used <= limit - kept, "{} of {limit}", apollo.most_used);
        }
    }
}

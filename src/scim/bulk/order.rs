//! In which order operations are carried out, so that what is referred to is made first.

/// The order, and which operations stand in a circle of references.
///
/// Operations keep the order of the message, but one that is referred to goes before the first that refers
/// to it. `needs[i]` are the operations whose results operation `i` needs. Without recursion, because a
/// message may hold a chain as long as itself.
pub(super) fn order(needs: &[Vec<usize>]) -> (Vec<usize>, Vec<bool>) {
    #[derive(Clone, Copy, PartialEq)]
    enum Visit {
        Not,
        Open,
        Done,
    }
    let mut visits = vec![Visit::Not; needs.len()];
    let mut circular = vec![false; needs.len()];
    let mut order = Vec::with_capacity(needs.len());
    for first in 0..needs.len() {
        if visits[first] != Visit::Not {
            continue;
        }
        visits[first] = Visit::Open;
        // An operation, and how many of its needs were looked at.
        let mut open = vec![(first, 0)];
        while let Some((at, looked)) = open.last_mut() {
            let Some(&need) = needs[*at].get(*looked) else {
                visits[*at] = Visit::Done;
                order.push(*at);
                open.pop();
                continue;
            };
            *looked += 1;
            match visits[need] {
                Visit::Done => {}
                Visit::Not => {
                    visits[need] = Visit::Open;
                    open.push((need, 0));
                }
                Visit::Open => {
                    let circle = open.iter().skip_while(|(at, _)| *at != need);
                    circle.for_each(|(at, _)| circular[*at] = true);
                }
            }
        }
    }
    (order, circular)
}

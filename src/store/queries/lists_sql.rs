//! Conditions, orders and places as SQL: one text for both databases, every value a bound one.
//!
//! Each condition is written so that it is true or false, never unknown: what is missing compares with
//! nothing.

use super::{AMONG, Db, NO_INDEX, POSITION};
use crate::store::listing::{
    Condition, Key, Moment, Order, Part, Place, Question, Reach, SortBy, Test, Text,
};
use diesel::expression::{AppearsOnTable, Expression, SelectableExpression, ValidGrouping, is_aggregate};
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::query_dsl::RunQueryDsl;
use diesel::result::QueryResult;
use diesel::sql_types::{self, BigInt, Bool};

/// Conditions with more comparisons than this are prepared anew each time: no two of them are alike, and a
/// connection keeps what it prepared for good.
const WORTH_KEEPING: u64 = 8;

type Out<'a, 'b> = AstPass<'a, 'b, Db>;

/// Which records: the whole `WHERE`.
pub(super) struct Fits<'a> {
    pub directory_id: &'a str,
    pub condition: &'a Condition,
    pub place: Option<(&'a Place, Order, bool)>,
}

impl<'a> Fits<'a> {
    /// Those of a question, and of a part that begins at a place.
    pub(super) fn of(question: &'a Question, part: &'a Part) -> Self {
        let place = match part {
            Part::From(_) => None,
            Part::Behind(place) => Some((place, question.order, false)),
            Part::Before(place) => Some((place, question.order, true)),
        };
        Self { directory_id: &question.directory_id, condition: &question.condition, place }
    }
}

impl QueryFragment<Db> for Fits<'_> {
    fn walk_ast<'b>(&'b self, mut out: Out<'_, 'b>) -> QueryResult<()> {
        if self.condition.comparisons() > WORTH_KEEPING {
            out.unsafe_to_cache_prepared();
        }
        // Where another index finds few, SQLite must not walk the whole directory to find them.
        if self.condition.reach() > Reach::Scan {
            out.push_sql(NO_INDEX);
        }
        out.push_sql("seats.directory_id = ");
        out.push_bind_param::<sql_types::Text, _>(self.directory_id)?;
        out.push_sql(" AND seats.standing NOT IN ('removed', 'held_removed')");
        if *self.condition != Condition::Always(true) {
            out.push_sql(" AND ");
            condition(self.condition, false, out.reborrow())?;
        }
        if let Some((place, order, before)) = self.place {
            out.push_sql(" AND ");
            beyond(place, order, before, out.reborrow())?;
        }
        Ok(())
    }
}

/// In which order: the whole `ORDER BY`.
pub(super) struct Ordered {
    pub order: Order,
    /// The other way round.
    pub backwards: bool,
    /// Few are found by another index: they are sorted, and the index of the order stays out of it.
    pub few: bool,
}

impl Ordered {
    pub(super) fn of(question: &Question, part: &Part) -> Self {
        let few = question.condition.reach() > Reach::Scan;
        Self { order: question.order, backwards: matches!(part, Part::Before(_)), few }
    }
}

impl QueryFragment<Db> for Ordered {
    fn walk_ast<'b>(&'b self, mut out: Out<'_, 'b>) -> QueryResult<()> {
        let down = if self.order.descending != self.backwards { " DESC" } else { "" };
        if let Some((column, nullable)) = sorted(self.order.by) {
            if nullable {
                out.push_sql(&format!("({column} IS NULL){down}, "));
            }
            out.push_sql(&format!("{column}{down}, "));
        }
        out.push_sql(if self.few { "seats.seq + 0" } else { "seats.seq" });
        out.push_sql(if self.backwards { " DESC" } else { "" });
        Ok(())
    }
}

/// The places in the order of creation of one page that begins far behind: found in the index of the order
/// alone.
pub(super) struct Far<'a> {
    pub fits: Fits<'a>,
    pub ordered: Ordered,
    pub offset: i64,
    pub limit: i64,
}

impl QueryFragment<Db> for Far<'_> {
    fn walk_ast<'b>(&'b self, mut out: Out<'_, 'b>) -> QueryResult<()> {
        out.push_sql("seats.seq IN (SELECT seats.seq FROM seats WHERE ");
        self.fits.walk_ast(out.reborrow())?;
        out.push_sql(" ORDER BY ");
        self.ordered.walk_ast(out.reborrow())?;
        out.push_sql(" LIMIT ");
        out.push_bind_param::<BigInt, _>(&self.limit)?;
        out.push_sql(" OFFSET ");
        out.push_bind_param::<BigInt, _>(&self.offset)?;
        out.push_sql(")");
        Ok(())
    }
}

/// How many fit, counted no further than `most`: a whole statement.
pub(super) struct UpTo<'a> {
    pub fits: Fits<'a>,
    pub most: i64,
}

impl QueryFragment<Db> for UpTo<'_> {
    fn walk_ast<'b>(&'b self, mut out: Out<'_, 'b>) -> QueryResult<()> {
        let bounded = self.most < i64::MAX;
        out.push_sql(if bounded {
            "SELECT count(*) FROM (SELECT 1 FROM seats WHERE "
        } else {
            "SELECT count(*) FROM seats WHERE "
        });
        self.fits.walk_ast(out.reborrow())?;
        if bounded {
            out.push_sql(" LIMIT ");
            out.push_bind_param::<BigInt, _>(&self.most)?;
            out.push_sql(") AS counted");
        }
        Ok(())
    }
}

impl Query for UpTo<'_> {
    type SqlType = BigInt;
}

impl QueryId for UpTo<'_> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<Connection> RunQueryDsl<Connection> for UpTo<'_> {}

/// What diesel wants to know of an expression; the SQL above is all there is to it.
macro_rules! expression {
    ($($name:ty),*) => {$(
        impl Expression for $name {
            type SqlType = Bool;
        }
        impl QueryId for $name {
            type QueryId = ();
            const HAS_STATIC_QUERY_ID: bool = false;
        }
        impl<Source> AppearsOnTable<Source> for $name {}
        impl<Source> SelectableExpression<Source> for $name {}
        impl<Groups> ValidGrouping<Groups> for $name {
            type IsAggregate = is_aggregate::Never;
        }
    )*};
}
expression!(Fits<'_>, Ordered, Far<'_>);

const ACTIVE: &str = "seats.standing IN ('assigned', 'waiting')";

/// The column of a text, and whether it may be missing.
fn column(text: Text) -> (&'static str, bool) {
    match text {
        Text::Id => ("seats.id", false),
        Text::UserName => ("seats.user_name_key", false),
        Text::ExternalId => ("seats.external_id", true),
        Text::GivenName => ("seats.given_name_key", true),
        Text::FamilyName => ("seats.family_name_key", true),
        Text::DisplayName => ("seats.display_name_key", true),
        Text::EmailValue => ("seat_emails.value_key", true),
        Text::EmailKind => ("seat_emails.kind_key", true),
    }
}

fn moment_column(moment: Moment) -> &'static str {
    match moment {
        Moment::Created => "seats.created_at",
        Moment::Modified => "seats.updated_at",
    }
}

/// What an order sorts by before creation, and whether it may be missing.
fn sorted(by: SortBy) -> Option<(&'static str, bool)> {
    match by {
        SortBy::Creation => None,
        SortBy::Text(text) => Some(column(text)),
        SortBy::Moment(moment) => Some((moment_column(moment), false)),
        SortBy::Active => Some(("(seats.standing IN ('assigned', 'waiting'))", false)),
    }
}

/// `negated`: within an odd or even number of negations, where an unknown would not pass for false.
fn condition<'b>(asked: &'b Condition, negated: bool, mut out: Out<'_, 'b>) -> QueryResult<()> {
    match asked {
        Condition::Always(yes) => out.push_sql(if *yes { "(1 = 1)" } else { "(1 = 0)" }),
        Condition::All(inner) => return joined(inner, " AND ", negated, out),
        Condition::Any(inner) => return joined(inner, " OR ", negated, out),
        Condition::Not(inner) => {
            out.push_sql("NOT (");
            condition(inner, true, out.reborrow())?;
            out.push_sql(")");
        }
        Condition::Has(text) => {
            let (column, nullable) = column(*text);
            let there = if nullable { format!("({column} IS NOT NULL)") } else { "(1 = 1)".to_owned() };
            out.push_sql(if *text == Text::UserName { "(NOT seats.user_name_yielded)" } else { &there });
        }
        Condition::Compares(text, test, wanted) => return compares(*text, *test, wanted, negated, out),
        Condition::Begins { text, prefix, end } => {
            return begins(*text, prefix, end.as_deref(), negated, out);
        }
        Condition::Between { moment, from, until } => {
            out.push_sql("(1 = 1");
            for (bound, sign) in [(from, ">="), (until, "<")] {
                if let Some(bound) = bound {
                    out.push_sql(&format!(" AND {} {sign} ", moment_column(*moment)));
                    out.push_bind_param::<BigInt, _>(bound)?;
                }
            }
            out.push_sql(")");
        }
        Condition::Active => out.push_sql(&format!("({ACTIVE})")),
        Condition::Email(inner) => {
            // Found by the index of addresses, or looked at record by record.
            let (before, after) = if inner.reach() > Reach::Scan && !negated {
                AMONG
            } else {
                ("EXISTS (", " AND seat_emails.seat_id = seats.id)")
            };
            out.push_sql(&format!("(NOT seats.address_yielded AND {before}"));
            out.push_sql("SELECT seat_emails.seat_id FROM seat_emails WHERE ");
            condition(inner, negated, out.reborrow())?;
            out.push_sql(&format!("{after})"));
        }
    }
    Ok(())
}

fn joined<'b>(inner: &'b [Condition], word: &str, negated: bool, mut out: Out<'_, 'b>) -> QueryResult<()> {
    // Halves, not a chain: a database counts the depth of an expression.
    match inner {
        [] => out.push_sql(if word == " AND " { "(1 = 1)" } else { "(1 = 0)" }),
        [one] => return condition(one, negated, out),
        several => {
            let (first, second) = several.split_at(several.len() / 2);
            out.push_sql("(");
            joined(first, word, negated, out.reborrow())?;
            out.push_sql(word);
            joined(second, word, negated, out.reborrow())?;
            out.push_sql(")");
        }
    }
    Ok(())
}

/// What stands before a comparison of this text: it is there, and nobody yielded it.
fn there(text: Text, negated: bool, out: &mut Out<'_, '_>) {
    let (column, nullable) = column(text);
    if negated && nullable {
        out.push_sql(&format!("{column} IS NOT NULL AND "));
    }
    if text == Text::UserName {
        out.push_sql("NOT seats.user_name_yielded AND ");
    }
}

fn compares<'b>(
    text: Text,
    test: Test,
    wanted: &'b str,
    negated: bool,
    mut out: Out<'_, 'b>,
) -> QueryResult<()> {
    out.push_sql("(");
    there(text, negated, &mut out);
    let (column, _) = column(text);
    let sign = match test {
        Test::Is => "=",
        Test::Above => ">",
        Test::AtLeast => ">=",
        Test::Below => "<",
        Test::AtMost => "<=",
        Test::Contains => {
            out.push_sql(&format!("{POSITION}({column}, "));
            out.push_bind_param::<sql_types::Text, _>(wanted)?;
            out.push_sql(") > 0)");
            return Ok(());
        }
        Test::Ends => {
            ends(column, wanted, out.reborrow())?;
            out.push_sql(")");
            return Ok(());
        }
    };
    one_value(column, sign, wanted, out.reborrow())?;
    out.push_sql(")");
    Ok(())
}

fn one_value<'b>(column: &str, sign: &str, wanted: &'b str, mut out: Out<'_, 'b>) -> QueryResult<()> {
    out.push_sql(&format!("{column} {sign} "));
    out.push_bind_param::<sql_types::Text, _>(wanted)
}

/// As a range, which an index answers.
fn begins<'b>(
    text: Text,
    prefix: &'b str,
    end: Option<&'b str>,
    negated: bool,
    mut out: Out<'_, 'b>,
) -> QueryResult<()> {
    out.push_sql("(");
    there(text, negated, &mut out);
    let (column, _) = column(text);
    one_value(column, ">=", prefix, out.reborrow())?;
    if let Some(end) = end {
        out.push_sql(" AND ");
        one_value(column, "<", end, out.reborrow())?;
    }
    out.push_sql(")");
    Ok(())
}

/// Both databases count characters, and disagree about a start before the first one.
fn ends<'b>(column: &str, wanted: &'b str, mut out: Out<'_, 'b>) -> QueryResult<()> {
    let length = wanted.chars().count();
    let end = format!("substr({column}, length({column}) - {length} + 1)");
    out.push_sql(&format!("length({column}) >= {length} AND {end} = "));
    out.push_bind_param::<sql_types::Text, _>(wanted)
}

/// Behind a place, or before it, in this order.
fn beyond<'b>(place: &'b Place, order: Order, before: bool, mut out: Out<'_, 'b>) -> QueryResult<()> {
    let seq = if before { "seats.seq < " } else { "seats.seq > " };
    let Some((column, nullable)) = sorted(order.by) else {
        out.push_sql(seq);
        return out.push_bind_param::<BigInt, _>(&place.seq);
    };
    // What has no value stands last going up, and first going down.
    let up = order.descending == before;
    out.push_sql("(");
    if place.key == Key::Missing {
        out.push_sql(&format!("({column} IS NULL AND {seq}"));
        out.push_bind_param::<BigInt, _>(&place.seq)?;
        out.push_sql(")");
        if !up {
            out.push_sql(&format!(" OR {column} IS NOT NULL"));
        }
    } else {
        let sign = if up { ">" } else { "<" };
        out.push_sql(&format!("{column} {sign} "));
        key(&place.key, out.reborrow())?;
        out.push_sql(&format!(" OR ({column} = "));
        key(&place.key, out.reborrow())?;
        out.push_sql(&format!(" AND {seq}"));
        out.push_bind_param::<BigInt, _>(&place.seq)?;
        out.push_sql(")");
        if up && nullable {
            out.push_sql(&format!(" OR {column} IS NULL"));
        }
    }
    out.push_sql(")");
    Ok(())
}

fn key<'b>(key: &'b Key, mut out: Out<'_, 'b>) -> QueryResult<()> {
    match key {
        Key::Truth(truth) => out.push_bind_param::<Bool, _>(truth),
        Key::Number(number) => out.push_bind_param::<BigInt, _>(number),
        Key::Text(text) => out.push_bind_param::<sql_types::Text, _>(text.as_str()),
        // No value compares with none.
        Key::Missing => {
            out.push_sql("NULL");
            Ok(())
        }
    }
}

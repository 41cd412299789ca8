//! Conditions that are not bound but spelled, as the partial indexes spell them: only then do both databases
//! see that such an index answers. diesel's own literals would be prepared anew each time.

use super::Db;
use diesel::expression::{AppearsOnTable, Expression, SelectableExpression, ValidGrouping, is_aggregate};
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::result::QueryResult;
use diesel::sql_types::Bool;

/// Records whose address nobody else may have: of people who are active, or whose loss waits.
#[derive(Debug, Clone, Copy, QueryId)]
pub(super) struct SpokenFor;

/// Records whose userName finds somebody.
#[derive(Debug, Clone, Copy, QueryId)]
pub(super) struct Named;

/// Records of people who wait.
#[derive(Debug, Clone, Copy, QueryId)]
pub(super) struct Waiting;

trait Spelled {
    const SQL: &'static str;
}

impl Spelled for SpokenFor {
    const SQL: &'static str = "standing IN ('assigned', 'waiting', 'held', 'held_removed')";
}

impl Spelled for Named {
    const SQL: &'static str = "NOT user_name_yielded AND standing NOT IN ('removed', 'held_removed')";
}

impl Spelled for Waiting {
    const SQL: &'static str = "standing = 'waiting'";
}

macro_rules! condition {
    ($($name:ident),+) => {$(
        impl Expression for $name {
            type SqlType = Bool;
        }
        impl<Tables> AppearsOnTable<Tables> for $name {}
        impl<Tables> SelectableExpression<Tables> for $name {}
        impl<Grouping> ValidGrouping<Grouping> for $name {
            type IsAggregate = is_aggregate::No;
        }
        impl QueryFragment<Db> for $name {
            fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Db>) -> QueryResult<()> {
                out.push_sql("(");
                out.push_sql(Self::SQL);
                out.push_sql(")");
                Ok(())
            }
        }
    )+};
}
condition!(SpokenFor, Named, Waiting);

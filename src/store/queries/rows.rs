//! Many rows of one table.

/// Inserts `$rows` into `$table`: several in a statement where that saves round trips, else one by one with a
/// statement prepared once (for several rows diesel would begin a transaction of its own on SQLite). Rows are
/// made as they are needed, so that ten thousand of them are never held at once.
macro_rules! insert_all {
    ($conn:expr, $table:expr, $rows:expr) => {{
        let mut rows = $rows;
        if super::ROWS_AT_ONCE == 1 {
            for row in rows {
                diesel::insert_into($table).values(row).execute(&mut $conn.db)?;
            }
        } else {
            loop {
                let some: Vec<_> = rows.by_ref().take(super::ROWS_AT_ONCE).collect();
                if some.is_empty() {
                    break;
                }
                diesel::insert_into($table).values(some).execute(&mut $conn.db)?;
            }
        }
    }};
}

//! Many rows of one table.

/// Inserts `$rows` into `$table`: several in a statement where that saves round trips, else one by one with a
/// statement prepared once (for several rows diesel would begin a transaction of its own on SQLite).
macro_rules! insert_all {
    ($conn:expr, $table:expr, $rows:expr) => {{
        let mut rows: Vec<_> = $rows;
        if super::ROWS_AT_ONCE == 1 {
            for row in rows {
                diesel::insert_into($table).values(row).execute(&mut $conn.db)?;
            }
        } else {
            while !rows.is_empty() {
                let some: Vec<_> = rows.drain(..rows.len().min(super::ROWS_AT_ONCE)).collect();
                diesel::insert_into($table).values(some).execute(&mut $conn.db)?;
            }
        }
    }};
}

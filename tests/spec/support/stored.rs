//! What a place keeps, as somebody reads it who got hold of the database: bytes, not answers.

use super::place::{Place, on_postgres};
use diesel::connection::SimpleConnection;
use diesel::{
    Connection, PgConnection, QueryableByName, RunQueryDsl, SqliteConnection, sql_query, sql_types,
};

#[derive(QueryableByName)]
struct Text {
    #[diesel(sql_type = sql_types::Text)]
    text: String,
}

/// Everything in the database: the bytes of the files, or every row of every table.
pub fn everything(place: &Place) -> String {
    if on_postgres() {
        let mut conn = PgConnection::establish(&place.url()).unwrap();
        let all = "SELECT schema_to_xml(current_schema(), true, false, '')::text AS text";
        return sql_query(all).get_result::<Text>(&mut conn).unwrap().text;
    }
    let files = std::fs::read_dir(place.folder()).unwrap().map(|entry| entry.unwrap().path());
    let database = files.filter(|path| path.display().to_string().contains("test.db"));
    database.map(|path| String::from_utf8_lossy(&std::fs::read(path).unwrap()).into_owned()).collect()
}

/// Runs SQL behind the bridge's back.
pub fn meddle(place: &Place, sql: &str) {
    if on_postgres() {
        PgConnection::establish(&place.url()).unwrap().batch_execute(sql).unwrap();
    } else {
        let file = place.folder().join("test.db").display().to_string();
        let mut conn = SqliteConnection::establish(&file).unwrap();
        conn.batch_execute("PRAGMA busy_timeout = 10000").unwrap();
        conn.batch_execute(sql).unwrap();
    }
}

/// Somebody else who writes and does not come to an end: until this is dropped nobody's change is begun.
pub struct Writer {
    _sqlite: Option<SqliteConnection>,
    _postgres: Option<PgConnection>,
}

/// Takes the place of the one writer, as a second server or the command line does for a moment.
pub fn occupy(place: &Place) -> Writer {
    if on_postgres() {
        let mut conn = PgConnection::establish(&place.url()).unwrap();
        conn.batch_execute("BEGIN; SELECT 1 FROM writer WHERE id = 1 FOR UPDATE").unwrap();
        return Writer { _sqlite: None, _postgres: Some(conn) };
    }
    let file = place.folder().join("test.db").display().to_string();
    let mut conn = SqliteConnection::establish(&file).unwrap();
    conn.batch_execute("PRAGMA busy_timeout = 10000; BEGIN IMMEDIATE").unwrap();
    Writer { _sqlite: Some(conn), _postgres: None }
}

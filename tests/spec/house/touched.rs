//! Whoever writes what a key hangs on marks it as touched: keys are kept in mind and believed until then
//! (R3, R4).

use super::source::{Source, functions, is_ident};

/// What is read of a key hangs on these tables.
const TABLES: [&str; 5] =
    ["api_keys::table", "seats::table", "seat_links::table", "directories::table", "team::table"];

/// Words that write. Statements in plain SQL are found by theirs.
const WRITING: [&str; 4] = ["insert_into", "update", "delete", "insert_all"];

/// How a writer says so.
const SAYING: &str = "touched.";

/// Writers that may be silent: file, function, and why no key in mind is wrong because of them.
const SILENT: &[(&str, &str, &str)] = &[
    ("queries/seats.rs", "insert_seat", "a new seat has no keys"),
    ("queries/seats.rs", "yield_names", "whoever yields holds no seat, and its keys are dead"),
    ("queries/seats.rs", "yield_address", "whoever yields holds no seat, and its keys are dead"),
    ("queries/directories.rs", "insert_directory", "a new directory has no seats"),
    ("queries/keys.rs", "touch_key", "when a key was used last opens and closes nothing"),
    ("queries/holds/mod.rs", "set_protected", "what protects a person from loss opens and closes nothing"),
    ("queries/head.rs", "write", "how many Users a directory has opens and closes nothing"),
];

/// Every function of `source` that writes one of the tables and marks nothing.
fn silent(source: &Source) -> Vec<(String, usize)> {
    let code = &source.code[..source.foot];
    let writes = |(_, line, size): &(String, usize, usize)| {
        let body = code[line - 1..line - 1 + size].join("\n");
        let has = |word: &str| {
            body.match_indices(word).any(|(at, _)| {
                !body[..at].ends_with(is_ident) && !body[at + word.len()..].starts_with(is_ident)
            })
        };
        TABLES.iter().any(|table| has(table))
            && WRITING.iter().any(|word| has(word))
            && !body.contains(SAYING)
    };
    functions(code).into_iter().filter(writes).map(|(name, line, _)| (name, line)).collect()
}

/// Statements in plain SQL that write one of the tables: there is no function to say so.
fn plain(source: &Source) -> Vec<String> {
    let tables = TABLES.map(|table| table.trim_end_matches("::table"));
    let verbs = ["UPDATE ", "INSERT INTO ", "DELETE FROM "];
    let lines = source.spoken[..source.foot].iter().enumerate();
    let meant = |line: &str| {
        let named = |(at, verb): (usize, &str)| line[at + verb.len()..].split(|c| !is_ident(c)).next();
        let mut written = verbs.iter().flat_map(|verb| line.match_indices(verb)).filter_map(named);
        written.any(|table| tables.contains(&table))
    };
    let found = lines.filter(|(_, line)| meant(line));
    found.map(|(at, _)| format!("{}:{}: plain SQL writes what keys hang on", source.path, at + 1)).collect()
}

fn is_excused(source: &Source, name: &str) -> bool {
    SILENT.iter().any(|(file, excused, _)| source.path.ends_with(file) && *excused == name)
}

/// A writer that forgot would leave dead keys open for half a second on this replica, and calls that are on
/// their way would be waited for by nobody.
#[test]
fn every_writer_of_what_keys_hang_on_marks_it_as_touched() {
    let sources = super::sources("src/store/");
    let forgot = sources.iter().flat_map(|source| {
        let found = silent(source).into_iter().filter(|(name, _)| !is_excused(source, name));
        let told = |(name, line): (String, usize)| {
            format!("{}:{line}: `{name}` marks nothing in `kept.touched`, or belongs to SILENT", source.path)
        };
        found.map(told).chain(plain(source)).collect::<Vec<_>>()
    });
    super::none("writers that forgot whom it touches", forgot);
    let marks = |source: &&Source| source.body().contains("kept.touched.");
    assert!(sources.iter().filter(marks).count() >= 5, "the marks have another name by now");
}

/// An excuse nobody needs any more would excuse the next function of that name.
#[test]
fn every_excused_writer_is_there() {
    let sources = super::sources("src/store/");
    let needed = |file: &str, name: &str| {
        let mut of = sources.iter().filter(|source| source.path.ends_with(file));
        of.any(|source| silent(source).iter().any(|(found, _)| found == name))
    };
    let idle = SILENT.iter().filter(|(file, name, _)| !needed(file, name));
    super::none("excuses nobody needs", idle.map(|(file, name, _)| format!("{file}: {name}")));
}

#[test]
fn a_writer_that_forgot_is_found() {
    let of = |body: &str| {
        let text = format!("fn f(&mut self) {{\n    {body}\n}}");
        let source = Source::of("src/store/queries/x.rs", &text);
        silent(&source).len() + plain(&source).len()
    };
    let direct = "diesel::update(seats::table.find(id)).execute(db);";
    let named = "let row = api_keys::table.find(id); diesel::delete(row).execute(db);";
    for forgot in
        [direct, named, "insert_all!(self, seat_links::table, rows);", "run(\"UPDATE team SET x\");"]
    {
        assert_eq!(of(forgot), 1, "{forgot}");
    }
    for fine in [
        format!("self.kept.touched.seat(id); {direct}").as_str(),
        "seats::table.find(id).get_result(db);",
        "diesel::update(holds::table).execute(db);",
        "diesel::update(my_seats::table).execute(db);",
        "run(\"UPDATE writer SET seats = 1\");",
    ] {
        assert_eq!(of(fine), 0, "{fine}");
    }
}

//! The benchmark: every figure it promises, from a server of its own, and nothing left behind.

use crate::support::binary::Installed;
use crate::support::place::on_postgres;
use seatbridge::config::Config;
use seatbridge::judge::bench::pgbench::Beside;
use seatbridge::judge::bench::{Plan, Problem, cycle, proxy, run};
use secrecy::SecretString;
use std::time::Duration;

/// Issue 3: rate and percentiles of lookup, create, PATCH active and a list page, each beside the static
/// answer of the same process, on both databases.
#[actix_web::test]
async fn a_run_measures_every_question_beside_the_static_answer() {
    let mut config = Config::default();
    if on_postgres() {
        let url = std::env::var("SEATBRIDGE_TEST_DATABASE_URL").unwrap();
        config.database.url = Some(SecretString::from(url));
    }
    let plan = Plan {
        users: 30,
        rounds: 1,
        round: Duration::from_millis(50),
        connections: 4,
        program: Some(env!("CARGO_BIN_EXE_seatbridge").into()),
    };
    let mut heard = Vec::new();
    let report = run(&config, plan, &mut |progress| heard.push(progress.doing)).await.unwrap();
    let asked: Vec<&str> = report.figures.iter().map(|figure| figure.question.as_str()).collect();
    let promised =
        ["static answer (/livez)", "userName eq", "create", "PATCH active", "list, first page of 100"];
    assert_eq!(asked, promised);
    for figure in &report.figures {
        assert!(figure.rate > 0.0 && figure.ratio > 0.0 && figure.p50_ms <= figure.p99_ms, "{figure:?}");
    }
    assert_eq!(report.store, if on_postgres() { "postgres" } else { "sqlite" });
    assert!(report.memory.idle_bytes.is_some_and(|bytes| bytes > 0));
    assert!(heard.contains(&"creating Users"));
    // On PostgreSQL `pgbench` runs the same statements, where it is installed.
    match report.pgbench {
        None => assert!(!on_postgres()),
        Some(Beside::Absent(why)) => assert!(why.starts_with("pgbench is not installed"), "{why}"),
        Some(Beside::Measured(lines)) => {
            let told: Vec<_> = lines.iter().map(|line| (line.question, line.clients)).collect();
            assert_eq!(told, [("userName eq", 4), ("create", 1), ("create", 4)]);
            assert!(lines.iter().all(|line| line.tps > 0.0 && line.ratio > 0.0), "{lines:?}");
        }
    }
}

/// Issue 4: the fake Entra's initial cycle is measured to its end, every answer as Entra needs it, with the
/// memory of server and fakes on the way.
#[actix_web::test]
async fn a_cycle_is_measured_with_the_memory_of_server_and_fakes() {
    let mut config = Config::default();
    if on_postgres() {
        let url = std::env::var("SEATBRIDGE_TEST_DATABASE_URL").unwrap();
        config.database.url = Some(SecretString::from(url));
    }
    let program = Some(env!("CARGO_BIN_EXE_seatbridge").into());
    let plan = cycle::Plan { people: 40, at_once: 3, users: 20, contacts: 30, program };
    let report = cycle::run(&config, plan, &mut |_| ()).await.unwrap();
    assert_eq!((report.people, report.requests), (40, 81), "the start check, then two for each");
    assert!(report.rate > 0.0 && report.p50_ms <= report.p99_ms && report.p99_ms <= report.slowest_ms);
    for memory in [report.server, report.fake] {
        let cycle::Memory { start_bytes, quarter_bytes, half_bytes, end_bytes } = memory;
        let all = [start_bytes, quarter_bytes, half_bytes, end_bytes];
        assert!(all.iter().all(|bytes| bytes.is_some_and(|bytes| bytes > 0)), "{memory:?}");
    }
    assert_eq!((report.apollo.users, report.apollo.contacts), (20, 30));
    assert!(report.apollo.resident_bytes.is_some_and(|bytes| bytes > 0));
}

/// Issue 6: a call through the bridge is measured beside the same through nginx and with nothing between, in
/// one run; what the bridge answers is what was behind it, and its memory is watched.
#[actix_web::test]
async fn a_call_is_measured_beside_nginx_and_with_nothing_between() {
    let mut config = Config::default();
    if on_postgres() {
        let url = std::env::var("SEATBRIDGE_TEST_DATABASE_URL").unwrap();
        config.database.url = Some(SecretString::from(url));
    }
    let plan = proxy::Plan {
        rounds: 2,
        round: Duration::from_millis(60),
        connections: 4,
        calls: 100,
        program: Some(env!("CARGO_BIN_EXE_seatbridge").into()),
    };
    let report = match proxy::run(&config, plan, &mut |_| ()).await {
        Err(Problem::NoNginx) => {
            assert!(Problem::NoNginx.to_string().contains("apt-get install nginx-light"));
            println!("skipped: nginx is not installed");
            return;
        }
        report => report.unwrap(),
    };
    let ways: Vec<&str> = report.ways.iter().map(|way| way.way).collect();
    assert_eq!(ways, ["direct", "nginx", "seatbridge", "seatbridge, masking"]);
    for way in &report.ways {
        assert!(way.rate > 0.0 && way.p50_ms <= way.p99_ms && way.alone_p50_us > 0.0, "{way:?}");
    }
    let (nginx, bridge) = (&report.ways[1], &report.ways[2]);
    assert!((nginx.ratio_to_nginx - 1.0).abs() < 1e-9, "{nginx:?}");
    assert_eq!(report.ratio_to_nginx, bridge.ratio_to_nginx);
    assert_eq!(report.added_latency_p50_us, bridge.added_p50_us);
    assert_eq!((report.answer_bytes, report.calls), (2048, 100));
    let cycle::Memory { start_bytes, quarter_bytes, half_bytes, end_bytes } = report.memory;
    let sizes = [start_bytes, quarter_bytes, half_bytes, end_bytes];
    assert!(sizes.iter().all(|bytes| bytes.is_some_and(|bytes| bytes > 0)), "{:?}", report.memory);
}

/// A debug build is several times slower than what is shipped: its figures would mislead.
#[test]
fn a_debug_build_refuses_to_measure_itself() {
    for args in [
        ["bench", "scim", "--users", "1"],
        ["bench", "cycle", "--people", "4"],
        ["bench", "proxy", "--calls", "1"],
    ] {
        Installed::bare().run(&args).ends(2).tells("cargo build --release");
    }
}

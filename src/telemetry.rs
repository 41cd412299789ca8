//! Logs and metrics of the process (U3).

use crate::config::{Log, LogFormat};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use std::sync::OnceLock;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::time::FormatTime;

static METRICS: OnceLock<Option<PrometheusHandle>> = OnceLock::new();

/// Starts logging to standard error, once for the process.
///
/// Errors: a sentence that says what is wrong with `log.level`.
pub fn start_logs(log: &Log) -> Result<(), String> {
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter(&log.level)?)
        .with_writer(std::io::stderr)
        .with_timer(Milliseconds)
        .with_target(false);
    // A second start in one process (tests) keeps the first subscriber.
    let _ = match log.format {
        LogFormat::Human => {
            let colours = std::io::IsTerminal::is_terminal(&std::io::stderr());
            lines.with_ansi(colours).try_init()
        }
        LogFormat::Json => lines.json().flatten_event(true).try_init(),
    };
    Ok(())
}

/// A level speaks for the bridge alone: libraries are heard from `warn` up, unless a filter names them.
fn filter(level: &str) -> Result<EnvFilter, String> {
    let wrong = || {
        format!(
            "configuration: log.level is {level:?}; use error, warn, info, debug, trace, or a filter such as \
             seatbridge=debug"
        )
    };
    let text = match level.trim().parse::<LevelFilter>() {
        // An empty word would parse as `error`.
        _ if level.trim().is_empty() => return Err(wrong()),
        Ok(level) => format!("{},seatbridge={level}", level.min(LevelFilter::WARN)),
        Err(_) if level.contains('=') => format!("warn,{level}"),
        Err(_) => return Err(wrong()),
    };
    EnvFilter::try_new(text).map_err(|_| wrong())
}

/// UTC with milliseconds: enough to order two lines, short enough to read.
struct Milliseconds;

impl FormatTime for Milliseconds {
    fn format_time(&self, line: &mut Writer<'_>) -> std::fmt::Result {
        let now = chrono::Utc::now().to_rfc3339_opts(chrono::SecondsFormat::Millis, true);
        line.write_str(&now)
    }
}

/// The metrics as Prometheus reads them; starts counting on the first call.
pub fn metrics_text() -> String {
    handle().map(PrometheusHandle::render).unwrap_or_default()
}

/// Starts counting, and lets old histogram samples go.
pub fn keep_metrics() {
    if let Some(handle) = handle() {
        handle.run_upkeep();
    }
}

fn handle() -> Option<&'static PrometheusHandle> {
    let buckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0];
    METRICS
        .get_or_init(|| PrometheusBuilder::new().set_buckets(&buckets).ok()?.install_recorder().ok())
        .as_ref()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// U3: a level is the bridge's own; libraries stay at warnings, and a mistyped level is told.
    #[test]
    fn a_level_speaks_for_the_bridge_alone() {
        for (level, says) in [
            ("trace", "seatbridge=trace,warn"),
            ("info", "seatbridge=info,warn"),
            ("error", "seatbridge=error,error"),
            ("off", "seatbridge=off,off"),
            ("seatbridge=debug,hyper=info", "seatbridge=debug,hyper=info,warn"),
        ] {
            assert_eq!(filter(level).unwrap().to_string(), says, "{level}");
        }
        for mistyped in ["inof", "", "seatbridge=loud"] {
            assert!(filter(mistyped).unwrap_err().contains("log.level"), "{mistyped}");
        }
    }
}

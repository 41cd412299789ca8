//! nginx as a plain reverse proxy, for comparison: as many workers as there are cores, connections kept on
//! both sides, no log.

use super::Problem;
use super::process;
use crate::config::scratch_folder;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// By `PATH`, then where packages put it, which is in no `PATH` but root's.
const PLACES: [&str; 3] = ["nginx", "/usr/sbin/nginx", "/usr/local/sbin/nginx"];
/// How long it may take to listen, or to end.
const PATIENCE: Duration = Duration::from_secs(5);
const LOOK_EVERY: Duration = Duration::from_millis(10);

/// The installed program.
#[derive(Debug, Clone)]
pub(super) struct Program {
    path: PathBuf,
    /// As it calls itself: `nginx/1.22.1`.
    pub version: String,
}

impl Program {
    /// Looks for it.
    ///
    /// Errors: [`Problem::NoNginx`].
    pub fn find() -> Result<Self, Problem> {
        let asked = |path: &&str| {
            let output = Command::new(path).arg("-v").stdin(Stdio::null()).output().ok()?;
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            let version = said.lines().find_map(|line| line.strip_prefix("nginx version: "))?;
            Some(Self { path: PathBuf::from(path), version: version.to_owned() })
        };
        PLACES.iter().find_map(asked).ok_or(Problem::NoNginx)
    }
}

/// One that runs; dropped, it is stopped with its workers.
pub(super) struct Nginx {
    /// Where it listens.
    pub address: SocketAddr,
    program: Program,
    folder: PathBuf,
    process: Child,
}

impl Nginx {
    /// Starts it in front of `upstream`, with up to `connections` kept towards it.
    ///
    /// Errors: [`Problem::Subject`].
    pub async fn start(program: Program, upstream: SocketAddr, connections: usize) -> Result<Self, Problem> {
        let broken = |cause| Problem::Subject { what: "(nginx) did not start", cause };
        let folder = scratch_folder(&format!("seatbridge-bench-nginx-{}", process::chance::<6>()?));
        let mut nginx = spawn(program, folder, upstream, connections).map_err(broken)?;
        nginx.listening().await.map_err(broken)?;
        Ok(nginx)
    }

    async fn listening(&mut self) -> std::io::Result<()> {
        let looked = async {
            while tokio::net::TcpStream::connect(self.address).await.is_err() {
                if let Some(status) = self.process.try_wait()? {
                    return Err(std::io::Error::other(format!("it ended: {status}")));
                }
                tokio::time::sleep(LOOK_EVERY).await;
            }
            Ok(())
        };
        let late = |_| std::io::Error::other("it does not listen");
        tokio::time::timeout(PATIENCE, looked).await.map_err(late)?
    }

    /// Processor time of all its processes so far; nothing where the system does not tell.
    pub fn cpu(&self) -> Option<Duration> {
        let master = self.process.id();
        process::children(master)?.into_iter().chain([master]).map(process::cpu).sum()
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        // Killed outright it would leave its workers behind.
        let _ = command(&self.program, &self.folder).args(["-s", "stop"]).status();
        let turns = PATIENCE.as_millis() / LOOK_EVERY.as_millis();
        for _ in 0..turns {
            if !matches!(self.process.try_wait(), Ok(None)) {
                break;
            }
            std::thread::sleep(LOOK_EVERY);
        }
        let _ = self.process.kill();
        let _ = self.process.wait();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn spawn(
    program: Program,
    folder: PathBuf,
    upstream: SocketAddr,
    connections: usize,
) -> std::io::Result<Nginx> {
    // It cannot be told to choose a port itself: this one was free a moment ago.
    let address = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?;
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(&folder)?;
    std::fs::write(folder.join("nginx.conf"), configuration(&folder, address, upstream, connections))?;
    let mut command = command(&program, &folder);
    let process = command.args(["-g", "daemon off;"]).spawn()?;
    Ok(Nginx { address, program, folder, process })
}

fn command(program: &Program, folder: &Path) -> Command {
    let mut command = Command::new(&program.path);
    command.arg("-p").arg(folder).arg("-c").arg(folder.join("nginx.conf"));
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command
}

/// All files are below its own folder, so that anybody may run it.
fn configuration(folder: &Path, address: SocketAddr, upstream: SocketAddr, connections: usize) -> String {
    let folder = folder.display();
    let temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
    let temporary: String =
        temporary.iter().map(|of| format!("    {of}_temp_path \"{folder}/{of}\";\n")).collect();
    format!(
        "worker_processes auto;\npid \"{folder}/nginx.pid\";\nerror_log stderr crit;\n\
         events {{ worker_connections 4096; }}\n\
         http {{\n    access_log off;\n    tcp_nodelay on;\n    \
         keepalive_requests 1000000000;\n{temporary}    \
         upstream behind {{\n        server {upstream};\n        keepalive {connections};\n        \
         keepalive_requests 1000000000;\n    }}\n    \
         server {{\n        listen {address};\n        location / {{\n            \
         proxy_pass http://behind;\n            proxy_http_version 1.1;\n            \
         proxy_set_header Connection \"\";\n        }}\n    }}\n}}\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Issue 6: compared with a reverse proxy that keeps its connections on both sides and writes no log.
    #[test]
    fn nginx_is_set_up_as_it_is_fastest() {
        let (front, behind) = ("127.0.0.1:1".parse().unwrap(), "127.0.0.1:2".parse().unwrap());
        let text = configuration(Path::new("/folder"), front, behind, 64);
        for line in [
            "worker_processes auto;",
            "access_log off;",
            "server 127.0.0.1:2;",
            "keepalive 64;",
            "proxy_http_version 1.1;",
            "proxy_set_header Connection \"\";",
            "listen 127.0.0.1:1;",
        ] {
            assert!(text.lines().any(|told| told.trim() == line), "{line} in {text}");
        }
        assert_eq!(text.matches("keepalive_requests 1000000000;").count(), 2);
        assert_eq!(text.matches("\"/folder/").count(), 6);
    }
}

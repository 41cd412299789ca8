//! The real binary, as scripts and operators run it: a clean environment and a place of its own.

use super::place::Place;
use super::reply::Reply;
use super::world::{MASTER_KEY, PEM, SECRET};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Longest a process may take to end once it was asked to.
const PATIENCE: Duration = Duration::from_secs(30);

/// An installation: a store, a folder, the configuration in variables.
pub struct Installed {
    pub place: Place,
    variables: Vec<(String, String)>,
}

/// What a command left behind.
#[derive(Debug)]
pub struct Ran {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Installed {
    /// With a database and a secret by file, nothing else.
    pub fn fresh() -> Self {
        let installed = Self { place: Place::fresh(), variables: Vec::new() };
        let secret = installed.file("secret", SECRET);
        let url = installed.place.url();
        installed.with("SEATBRIDGE__DATABASE__URL", &url).with("SEATBRIDGE__SECRET_FILE", &secret)
    }

    /// Without any configuration.
    pub fn bare() -> Self {
        Self { place: Place::fresh(), variables: Vec::new() }
    }

    pub fn with(mut self, variable: &str, value: &str) -> Self {
        self.variables.retain(|(known, _)| known != variable);
        self.variables.push((variable.to_owned(), value.to_owned()));
        self
    }

    pub fn without(mut self, variable: &str) -> Self {
        self.variables.retain(|(known, _)| known != variable);
        self
    }

    /// With an Apollo to call, its key by file.
    pub fn calling(self, base_url: &str) -> Self {
        let key = self.file("master-key", MASTER_KEY);
        self.with("SEATBRIDGE__APOLLO__BASE_URL", base_url).with("SEATBRIDGE__APOLLO__MASTER_KEY_FILE", &key)
    }

    pub fn folder(&self) -> PathBuf {
        self.place.folder()
    }

    /// Writes a file in the folder the binary runs in; answers its path.
    pub fn file(&self, name: &str, content: &str) -> String {
        let path = self.folder().join(name);
        std::fs::write(&path, content).unwrap();
        path.display().to_string()
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_seatbridge"));
        command.env_clear().envs(self.variables.iter().cloned()).env("TMPDIR", self.folder());
        command.current_dir(self.folder()).args(args).stdin(Stdio::null());
        command
    }

    /// Runs one command to its end.
    pub fn run(&self, args: &[&str]) -> Ran {
        self.run_into(Stdio::piped(), args)
    }

    /// The same with something on standard input.
    pub fn run_fed(&self, args: &[&str], input: &str) -> Ran {
        let mut command = self.command(args);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Ran { code: output.status.code().unwrap_or(-1), out: text(output.stdout), err: text(output.stderr) }
    }

    /// The same, its standard output going elsewhere.
    pub fn run_into(&self, stdout: impl Into<Stdio>, args: &[&str]) -> Ran {
        let mut command = self.command(args);
        command.stdout(stdout).stderr(Stdio::piped());
        let output = command.spawn().unwrap().wait_with_output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Ran { code: output.status.code().unwrap_or(-1), out: text(output.stdout), err: text(output.stderr) }
    }

    /// Runs a command that must end well, as a script does: `--json`, the schema checked, the data answered.
    #[track_caller]
    pub fn data(&self, args: &[&str]) -> Value {
        let ran = self.run(&[args, &["--json"]].concat());
        ran.ends(0);
        ran.data(args[0])
    }

    /// Records a team, connects an Okta directory called `okta`, answers a token for it.
    #[track_caller]
    pub fn token(&self) -> Value {
        let pem = self.file("idp.pem", PEM);
        self.data(&["team", "set", "--name", "Corp", "--plan", "organization", "--seats", "9"]);
        self.data(&[
            "directory",
            "add",
            "okta",
            "--flavour",
            "okta",
            "--sso-entity-id",
            "https://idp.example/saml",
            "--sso-certificate-file",
            &pem,
        ]);
        self.data(&["token", "issue", "okta", "--name", "spec"])
    }

    /// Records a team and connects an Entra directory called `entra`, without a token.
    #[track_caller]
    pub fn entra(&self) {
        let pem = self.file("idp.pem", PEM);
        self.data(&["team", "set", "--name", "Corp", "--plan", "organization", "--seats", "9"]);
        let sso = ["--sso-entity-id", "https://idp.example/saml", "--sso-certificate-file", &pem];
        self.data(&[&["directory", "add", "entra", "--flavour", "entra"][..], &sso].concat());
    }

    /// Starts `serve` on a free port and waits until it says where.
    pub fn serve(&self) -> Started {
        self.start(&["--json", "serve", "--listen", "127.0.0.1:0"])
    }

    /// Starts a command that stays up and waits for the first line it says.
    pub fn start(&self, args: &[&str]) -> Started {
        let log = self.folder().join("stderr");
        let stderr = std::fs::File::create(&log).unwrap();
        let mut child = self.command(args).stdout(Stdio::piped()).stderr(stderr).spawn().unwrap();
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let said = serde_json::from_str(&line)
            .unwrap_or_else(|_| panic!("no JSON: {line:?}\n{}", std::fs::read_to_string(&log).unwrap()));
        Started { child, said, log, http: reqwest::Client::builder().no_proxy().build().unwrap() }
    }
}

impl Ran {
    /// The exit code, or all of it in the failure.
    #[track_caller]
    pub fn ends(&self, code: i32) -> &Self {
        assert_eq!(self.code, code, "{self:#?}");
        self
    }

    /// The words on standard error, in one line that a person reads.
    #[track_caller]
    pub fn tells(&self, words: &str) -> &Self {
        assert!(self.err.contains(words), "{words:?} is not in {self:#?}");
        self
    }

    /// The data of one JSON answer about `noun`.
    #[track_caller]
    pub fn data(&self, noun: &str) -> Value {
        let answer: Value = serde_json::from_str(&self.out).unwrap_or_else(|_| panic!("no JSON: {self:#?}"));
        assert_eq!(answer["schema"], format!("seatbridge/{noun}/v1"), "{self:#?}");
        answer["data"].clone()
    }
}

/// A process that stays up until told to stop; killed when dropped.
pub struct Started {
    child: Child,
    said: Value,
    log: PathBuf,
    http: reqwest::Client,
}

impl Started {
    /// What it said when it was up.
    pub fn said(&self) -> &Value {
        &self.said["data"]
    }

    /// Its number among the processes.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// `http://127.0.0.1:PORT` of a server.
    pub fn base(&self) -> String {
        format!("http://{}", self.said()["address"].as_str().unwrap())
    }

    /// Any request, to a path of the server or to a whole URL; a body is JSON.
    pub async fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<Value>,
    ) -> Reply {
        self.request(method, path, headers, body).await.unwrap()
    }

    /// The same, without waiting: the answer may come while the test does something else.
    pub fn request(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<Value>,
    ) -> impl Future<Output = reqwest::Result<Reply>> + use<> {
        let method = reqwest::Method::from_bytes(method.as_bytes()).unwrap();
        let whole = path.starts_with("http://");
        let url = if whole { path.to_owned() } else { format!("{}{path}", self.base()) };
        let mut request = self.http.request(method, url);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(body) = body {
            request = request.json(&body);
        }
        async move { Ok(Reply::of(request.send().await?).await) }
    }

    /// A SCIM request with a token.
    pub async fn scim(&self, token: &str, method: &str, path: &str, body: Option<Value>) -> Reply {
        let bearer = format!("Bearer {token}");
        self.send(method, &format!("/scim/v2{path}"), &[("authorization", &bearer)], body).await
    }

    /// A person who joins through SCIM.
    pub async fn join(&self, token: &str, address: &str) {
        self.scim(token, "POST", "/Users", Some(json!({"userName": address}))).await.is(201);
    }

    /// The signal a service manager sends.
    pub fn terminate(&self) {
        let kill = format!("kill -TERM {}", self.child.id());
        assert!(Command::new("sh").args(["-c", &kill]).status().unwrap().success());
    }

    /// Waits for its end; the exit code and all it logged.
    pub async fn ended(mut self) -> (i32, String) {
        let since = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return (status.code().unwrap_or(-1), self.logged());
            }
            assert!(since.elapsed() < PATIENCE, "still up: {}", self.logged());
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// What it wrote to standard error so far.
    pub fn logged(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap()
    }
}

impl Drop for Started {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

//! Apollo over TLS: believed when the machine trusts its certificate, and not otherwise (R7). Elsewhere in
//! the suite Apollo answers in clear on loopback.

use crate::support::binary::Installed;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// OpenSSL's own test server in the place of Apollo: it answers with files that hold whole answers.
struct Server {
    child: Child,
    base_url: String,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn openssl(folder: &Path, args: &str) {
    let ran = Command::new("openssl").args(args.split(' ')).current_dir(folder).output().unwrap();
    assert!(ran.status.success(), "openssl {args}: {}", String::from_utf8_lossy(&ran.stderr));
}

/// A certificate for `localhost` from an authority of our own, whose certificate is `ca.pem`.
fn certified(folder: &Path) {
    std::fs::write(folder.join("own.ext"), "subjectAltName=DNS:localhost\nbasicConstraints=CA:FALSE\n")
        .unwrap();
    for args in [
        "ecparam -genkey -name prime256v1 -out ca.key",
        "req -x509 -new -key ca.key -subj /CN=ca -days 2 -out ca.pem",
        "ecparam -genkey -name prime256v1 -out own.key",
        "req -new -key own.key -subj /CN=localhost -out own.csr",
        "x509 -req -in own.csr -CA ca.pem -CAkey ca.key -set_serial 1 -days 2 -extfile own.ext -out own.pem",
    ] {
        openssl(folder, args);
    }
}

fn started(folder: &Path) -> Server {
    certified(folder);
    let body = r#"{"id":"u1","email":"ada@corp.example","users":[{"id":"u1"}]}"#;
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    std::fs::create_dir_all(folder.join("api/v1/users")).unwrap();
    for path in ["api_profile", "search?page=1&per_page=1"] {
        std::fs::write(folder.join("api/v1/users").join(path), format!("{head}{body}")).unwrap();
    }
    let mut command = Command::new("openssl");
    command.args(["s_server", "-accept", "127.0.0.1:0", "-cert", "own.pem", "-key", "own.key", "-HTTP"]);
    command.current_dir(folder).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    let port = lines.find_map(|line| line.strip_prefix("ACCEPT 127.0.0.1:")?.parse::<u16>().ok()).unwrap();
    std::thread::spawn(move || lines.for_each(drop));
    Server { child, base_url: format!("https://localhost:{port}/api/v1") }
}

/// R7: the master key goes to whoever proves to be Apollo; to anybody else not a byte of it, and the operator
/// reads that it is the certificate.
#[test]
fn apollo_is_believed_when_the_machine_trusts_its_certificate_and_not_otherwise() {
    let installed = Installed::fresh();
    let server = started(&installed.folder());
    let installed = installed.calling(&server.base_url);
    let refused = installed.run(&["apollo", "status"]);
    assert!(refused.ends(6).out.contains("SSL_CERT_FILE"), "{refused:#?}");
    let ca = installed.folder().join("ca.pem").display().to_string();
    let installed = installed.with("SSL_CERT_FILE", &ca);
    let told = installed.run(&["apollo", "status"]);
    assert!(told.ends(0).out.contains("ada@corp.example"), "{told:#?}");
}

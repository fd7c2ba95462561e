//! The hooks of a server: real pushes over a path, the git protocol and HTTP. What is blocked never arrives.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::process::{Child, Stdio};

use crate::program::{self, Run, finished, prepare, run};
use crate::push::{POLICY, push_from};
use crate::repository::{TestRepository, scrubbed};

/// A bare repository with a hook, and a clone without any.
struct Server {
    bare: TestRepository,
    local: TestRepository,
}

impl Server {
    fn with(hook: &str, arguments: &[&str]) -> Self {
        let bare = TestRepository::init(&[&["--bare"], arguments].concat());
        let local = TestRepository::init(arguments);
        local.git(&["remote", "add", "origin", bare.dir().to_str().expect("text")]);
        let server = Self { bare, local };
        server.install(hook);
        server.local.write(".agentgate/policy.toml", POLICY).write("src/a.py", "a = 1\n").commit("base");
        assert_eq!(server.push(&["origin", "main"]).code, 0);
        server
    }

    fn install(&self, hook: &str) {
        let run = run(self.bare.dir(), &["install", hook]);
        assert!(run.code == 0 && run.stdout.contains("installed in"), "{run:?}");
    }

    fn push(&self, arguments: &[&str]) -> Run {
        push_from(&self.local, arguments)
    }

    fn refs(&self) -> String {
        self.bare.git(&["for-each-ref", "--format=%(refname)"])
    }

    /// A branch with a commit nobody minds, and one with a commit the policy blocks.
    fn branches(&self) {
        self.local.switch("main").branch("agent/T-1-good").write("src/b.py", "b = 1\n").commit("good");
        self.local.switch("main").branch("agent/T-2-bad").write("secret/key", "k\n").commit("bad");
    }
}

#[test]
fn pre_receive_accepts_all_or_nothing() {
    for arguments in [&[][..], &["--object-format=sha256"]] {
        let server = Server::with("pre-receive", arguments);
        server.branches();
        let both = server.push(&["origin", "agent/T-1-good", "agent/T-2-bad"]);
        assert!(both.code != 0 && both.stderr.contains("forbidden-path"), "{both:?}");
        assert_eq!(server.refs(), "refs/heads/main");
        let good = server.push(&["origin", "agent/T-1-good"]);
        assert_eq!(good.code, 0, "{good:?}");
        assert!(server.refs().contains("refs/heads/agent/T-1-good"));
        let gone = server.push(&["origin", ":agent/T-1-good"]);
        assert!(gone.code == 0 && gone.stderr.contains("a deletion"), "{gone:?}");
    }
}

#[test]
fn update_judges_each_reference_by_itself() {
    let server = Server::with("update", &[]);
    server.branches();
    let both = server.push(&["origin", "agent/T-1-good", "agent/T-2-bad"]);
    assert!(both.code != 0 && both.stderr.contains("forbidden-path"), "{both:?}");
    assert_eq!(server.refs(), "refs/heads/agent/T-1-good\nrefs/heads/main");
}

#[test]
fn the_base_branch_is_compared_with_what_it_was() {
    let server = Server::with("pre-receive", &[]);
    server.local.write("secret/key", "k\n").commit("bad");
    let run = server.push(&["origin", "main"]);
    assert!(run.code != 0 && run.stderr.contains("forbidden-path"), "{run:?}");
    server.local.git(&["reset", "--quiet", "--hard", "HEAD~1"]);
    server.local.write("src/a.py", "a = 2\n").commit("good");
    assert_eq!(server.push(&["origin", "main"]).code, 0);
}

#[test]
fn a_branch_cannot_bring_its_own_policy_but_the_administrator_can() {
    let server = Server::with("pre-receive", &[]);
    server.local.switch("main").branch("agent/T-3-own").write(".agentgate/policy.toml", "version = 1\nextends = []\n");
    server.local.write("secret/key", "k\n").commit("own policy");
    let run = server.push(&["origin", "agent/T-3-own"]);
    assert!(run.code != 0 && run.stderr.contains("forbidden-path"), "{run:?}");
    let file = server.bare.dir().join("admin.toml");
    std::fs::write(&file, POLICY.replace("secret/**", "src/**")).expect("written");
    server.bare.git(&["config", "agentgate.policy", file.to_str().expect("text")]);
    server.branches();
    let good = server.push(&["origin", "agent/T-1-good"]);
    assert!(good.code != 0 && good.stderr.contains("src/b.py"), "{good:?}");
    std::fs::remove_file(&file).expect("removed");
    let lost = server.push(&["origin", "agent/T-1-good"]);
    assert!(lost.code != 0 && lost.stderr.contains("can't be read"), "a policy that is gone must not pass: {lost:?}");
}

#[test]
fn a_program_that_is_gone_accepts_nothing() {
    let server = Server::with("pre-receive", &[]);
    server.branches();
    let hook = server.bare.dir().join("hooks/pre-receive");
    let text = std::fs::read_to_string(&hook).expect("it is there");
    std::fs::write(
        &hook,
        text.replace("agentgate)\"", "agentgate-gone)\"").replace("installed='", "installed='/nowhere"),
    )
    .expect("written");
    let run = server.push(&["origin", "agent/T-1-good"]);
    assert!(run.code != 0 && run.stderr.contains("nothing is accepted"), "{run:?}");
}

#[test]
fn what_is_not_gits_protocol_is_refused() {
    let server = Server::with("pre-receive", &[]);
    for input in ["", "a b c\n", "refs/heads/a\n"] {
        let mut command = program::command(server.bare.dir());
        let mut child =
            command.arg("pre-receive").stdin(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
        child.stdin.take().expect("a pipe").write_all(input.as_bytes()).expect("written");
        assert_eq!(finished(&child.wait_with_output().expect("it ends")).code, 2, "{input:?}");
    }
}

/// A process that is ended with the test.
struct Service(Child);

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a port").port()
}

/// Pushes to an address until somebody listens there, then a bad branch and a good one.
fn assert_guarded(server: &Server, url: &str) {
    server.branches();
    for _ in 0..100 {
        if server.local.try_git(&["ls-remote", url]).status.success() {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    let bad = server.push(&[url, "agent/T-2-bad"]);
    assert!(bad.code != 0 && bad.stderr.contains("forbidden-path"), "{bad:?}");
    let good = server.push(&[url, "agent/T-1-good"]);
    assert_eq!(good.code, 0, "{good:?}");
    assert_eq!(server.refs(), "refs/heads/agent/T-1-good\nrefs/heads/main");
}

#[cfg(unix)]
#[test]
fn over_the_git_protocol() {
    let server = Server::with("pre-receive", &[]);
    let port = free_port();
    let base = server.bare.dir().parent().expect("a parent");
    let mut command = scrubbed("git", base);
    prepare(&mut command);
    command.args(["daemon", "--reuseaddr", "--listen=127.0.0.1", "--export-all", "--enable=receive-pack"]);
    command.arg(format!("--port={port}")).arg(format!("--base-path={}", base.display()));
    let _service = Service(command.spawn().expect("it starts"));
    let name = server.bare.dir().file_name().expect("a name").to_string_lossy().into_owned();
    assert_guarded(&server, &format!("git://127.0.0.1:{port}/{name}"));
}

/// A web server for `git http-backend`, which is all that a CGI needs.
const WEB: &str = r#"
import http.server, os, subprocess, sys
class Handler(http.server.BaseHTTPRequestHandler):
    def serve(self):
        path, _, query = self.path.partition("?")
        body = b""
        if self.headers.get("Transfer-Encoding") == "chunked":
            while size := int(self.rfile.readline(), 16):
                body += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
        else:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        env = dict(os.environ, GIT_PROJECT_ROOT=sys.argv[1], GIT_HTTP_EXPORT_ALL="1", PATH_INFO=path, QUERY_STRING=query,
                   REQUEST_METHOD=self.command, CONTENT_TYPE=self.headers.get("Content-Type", ""), REMOTE_USER="tester",
                   CONTENT_LENGTH=str(len(body)), HTTP_CONTENT_ENCODING=self.headers.get("Content-Encoding", ""),
                   GIT_PROTOCOL=self.headers.get("Git-Protocol", ""))
        out = subprocess.run(["git", "http-backend"], input=body, env=env, stdout=subprocess.PIPE).stdout
        head, _, rest = out.partition(b"\r\n\r\n")
        fields = [line.split(": ", 1) for line in head.decode().split("\r\n")]
        self.send_response(next((int(v.split()[0]) for k, v in fields if k == "Status"), 200))
        for key, value in fields:
            if key != "Status":
                self.send_header(key, value)
        self.send_header("Content-Length", str(len(rest)))
        self.end_headers()
        self.wfile.write(rest)
    do_GET = do_POST = serve
    def log_message(self, *arguments):
        pass
server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
print(server.server_port, flush=True)
server.serve_forever()
"#;

#[cfg(unix)]
#[test]
fn over_http() {
    if !scrubbed("python3", std::path::Path::new(".")).arg("--version").output().is_ok_and(|out| out.status.success()) {
        let _ = writeln!(std::io::stderr(), "not run: python3 is not installed");
        return;
    }
    let server = Server::with("pre-receive", &[]);
    server.bare.git(&["config", "http.receivepack", "true"]);
    let base = server.bare.dir().parent().expect("a parent");
    let mut command = scrubbed("python3", base);
    prepare(&mut command);
    let mut child = command.args(["-c", WEB]).arg(base).stdout(Stdio::piped()).spawn().expect("it starts");
    let mut port = String::new();
    BufReader::new(child.stdout.take().expect("a pipe")).read_line(&mut port).expect("a port");
    let _service = Service(child);
    let name = server.bare.dir().file_name().expect("a name").to_string_lossy().into_owned();
    assert_guarded(&server, &format!("http://127.0.0.1:{}/{name}", port.trim()));
}

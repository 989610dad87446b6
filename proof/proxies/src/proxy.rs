use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use hardtack_scenarios::{Client, Program, Server, example, free_ports, until};

use crate::configurations;

/// A proxy, as Debian packages it, but for Traefik.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Proxy {
    /// nginx
    Nginx,
    /// haproxy
    Haproxy,
    /// Apache httpd with mod_proxy
    Apache,
    /// Caddy
    Caddy,
    /// Varnish
    Varnish,
    /// Traefik, as a package of `PyPI` has it
    Traefik,
    /// Apache httpd with `mod_security` and the Core Rule Set
    ModSecurity,
}

/// The sizes of headers that a proxy accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Limits {
    /// Those of its default configuration.
    Default,
    /// Those that the lines marked `@TUNED` of its configuration set, for four full cookies. For a firewall also what it
    /// does not look at.
    Tuned,
}

impl Proxy {
    /// Every proxy of the table in docs/limits.md.
    pub const ALL: [Proxy; 6] = [
        Proxy::Nginx,
        Proxy::Haproxy,
        Proxy::Apache,
        Proxy::Caddy,
        Proxy::Varnish,
        Proxy::Traefik,
    ];

    /// Starts the proxy in front of a port of this machine.
    #[must_use = "the proxy ends when it is dropped"]
    pub fn start(self, upstream: u16, limits: Limits) -> Server {
        let [port] = free_ports();
        let folder = env::temp_dir().join(format!("hardtack-proxy-{port}"));
        fs::create_dir_all(&folder).unwrap();
        let configuration = self.configuration(&folder, port, upstream, limits);
        let mut command = self.command(&configuration, &folder, port, limits);
        let program = Program::until_port(command.stdin(Stdio::null()), port);
        let url = format!("http://127.0.0.1:{port}");
        if self == Proxy::Traefik {
            // It listens before it has read its routes.
            until("Traefik routes", || {
                Client::of_url(&url).get("/about").status != 404
            });
        }
        Server::at(url, Running { program, folder })
    }

    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Proxy::Nginx => "nginx",
            Proxy::Haproxy => "haproxy",
            Proxy::Apache => "Apache httpd",
            Proxy::Caddy => "Caddy",
            Proxy::Varnish => "Varnish",
            Proxy::Traefik => "Traefik",
            Proxy::ModSecurity => "mod_security",
        }
    }

    /// Asks the program for its version.
    #[must_use]
    pub fn version(self) -> String {
        let (program, argument) = match self {
            Proxy::Nginx => ("nginx", "-v"),
            Proxy::Haproxy => ("haproxy", "-v"),
            Proxy::Apache | Proxy::ModSecurity => ("apache2", "-v"),
            Proxy::Caddy => ("caddy", "version"),
            Proxy::Varnish => ("varnishd", "-V"),
            Proxy::Traefik => ("traefik", "version"),
        };
        let output = Command::new(program).arg(argument).output().unwrap();
        let told = [output.stdout, output.stderr].concat();
        let told = String::from_utf8_lossy(&told);
        let is_version = |word: &&str| word.contains(|c: char| c.is_ascii_digit());
        let version = told.split_whitespace().find(is_version).unwrap_or("?");
        let digits = version.trim_start_matches(|c: char| !c.is_ascii_digit());
        let end = digits.find(|c: char| !c.is_ascii_digit() && c != '.');
        digits[..end.unwrap_or(digits.len())].to_owned()
    }

    fn configuration(self, folder: &Path, port: u16, upstream: u16, limits: Limits) -> PathBuf {
        let (name, text) = match self {
            Proxy::Nginx => ("nginx.conf", configurations::NGINX),
            Proxy::Haproxy => ("haproxy.cfg", configurations::HAPROXY),
            Proxy::Apache => ("apache.conf", configurations::APACHE),
            Proxy::Caddy => ("caddy.caddyfile", configurations::CADDY),
            Proxy::Varnish => ("varnish.vcl", configurations::VARNISH),
            Proxy::Traefik => ("traefik.yml", configurations::TRAEFIK),
            Proxy::ModSecurity => (
                "apache.conf",
                &*[
                    configurations::APACHE,
                    configurations::MOD_SECURITY,
                    match limits {
                        Limits::Default => "",
                        Limits::Tuned => configurations::UNSEEN,
                    },
                ]
                .concat(),
            ),
        };
        let tuned = match limits {
            Limits::Default => "#",
            Limits::Tuned => "",
        };
        let text = text
            .replace("@TUNED", tuned)
            .replace("@FOLDER@", folder.to_str().unwrap())
            .replace("@PORT@", &port.to_string())
            .replace("@UPSTREAM@", &upstream.to_string());
        let path = folder.join(name);
        fs::write(&path, text).unwrap();
        path
    }

    fn command(self, configuration: &Path, folder: &Path, port: u16, limits: Limits) -> Command {
        let mut command = match self {
            Proxy::Nginx => {
                let mut command = Command::new("nginx");
                command.arg("-p").arg(folder).arg("-c").arg(configuration);
                command
            }
            Proxy::Haproxy => {
                let mut command = Command::new("haproxy");
                command.args(["-db", "-f"]).arg(configuration);
                command
            }
            Proxy::Apache | Proxy::ModSecurity => {
                let mut command = Command::new("apache2");
                command.args(["-X", "-f"]).arg(configuration);
                command
            }
            Proxy::Caddy => {
                let mut command = Command::new("caddy");
                command.args(["run", "--adapter", "caddyfile", "--config"]);
                command.arg(configuration).env("HOME", folder);
                command
            }
            Proxy::Varnish => {
                let mut command = Command::new("varnishd");
                command.arg("-F").arg("-n").arg(folder.join("work"));
                command.arg("-a").arg(format!("127.0.0.1:{port}"));
                command.arg("-f").arg(configuration);
                if limits == Limits::Tuned {
                    command.args(VARNISH_TUNED.iter().flat_map(|setting| ["-p", setting]));
                }
                command
            }
            Proxy::Traefik => {
                let mut command = Command::new("traefik");
                command.arg("--global.checkNewVersion=false");
                command.arg(format!("--entryPoints.web.address=127.0.0.1:{port}"));
                command.arg(format!(
                    "--providers.file.filename={}",
                    configuration.display()
                ));
                command
            }
        };
        // What they say about themselves; their errors still show.
        command.stdout(Stdio::null());
        if self == Proxy::Caddy || self == Proxy::Varnish {
            command.stderr(Stdio::null());
        }
        command
    }
}

const VARNISH_TUNED: [&str; 6] = [
    "http_req_hdr_len=32k",
    "http_req_size=64k",
    "http_resp_hdr_len=32k",
    "http_resp_size=64k",
    "workspace_client=256k",
    "workspace_backend=256k",
];

/// Stops the program, which may be several processes, and removes its folder, when it is dropped.
struct Running {
    program: Program,
    folder: PathBuf,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.program.stop();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// The demo server, on a port of its own.
#[derive(Debug)]
pub struct Demo(Server);

impl Demo {
    /// Starts it with this ring and these flags.
    #[must_use]
    pub fn start(ring: &str, flags: &[&str]) -> Demo {
        let mut command = example("demo");
        command.args(["--port", "0"]).args(flags);
        command.stderr(Stdio::null());
        Demo(Server::spawn(command.env("SESSION_KEYS", ring)))
    }

    /// The server itself, without a proxy.
    #[must_use]
    pub fn server(&self) -> &Server {
        &self.0
    }

    /// Its port.
    #[must_use]
    pub fn port(&self) -> u16 {
        let (_, port) = self.0.base().rsplit_once(':').unwrap();
        port.parse().unwrap()
    }
}

//! Every block of code in the documents is compiled or run by a test or the gate, or is in a list below with the reason why
//! it is not. Of a block for the shell that holds for each command.

use std::collections::BTreeSet;

use crate::common::repository::Repository;

#[test]
fn every_block_of_the_documents_is_run_or_listed_as_not_run() {
    let repository = Repository::read();
    let mut listed = BTreeSet::new();
    let mut faults = Vec::new();
    for (page, text) in &repository.files {
        if !page.ends_with(".md") {
            continue;
        }
        for (language, block) in blocks(text) {
            for unit in units(language, &block) {
                if is_in_a_list(&unit) {
                    listed.insert(unit);
                } else if !is_run(repository, page, language, &block, &unit) {
                    faults.push(format!("{page} ({language}): {unit}"));
                }
            }
        }
    }
    let help = "run these by a test, or add them to RUN or NOT_RUN in tests/documents/blocks.rs";
    assert!(faults.is_empty(), "{help}:\n{}", faults.join("\n"));
    let rows = RUN.iter().map(|row| row.0);
    for first in rows.chain(NOT_RUN.iter().flat_map(|row| row.1).copied()) {
        assert!(listed.contains(first), "no page has `{first}` any more");
    }
}

#[test]
fn what_is_listed_as_run_is_in_the_file_that_runs_it() {
    let repository = Repository::read();
    for (first, file, words) in RUN {
        let has = repository.text(file).contains(words);
        assert!(has, "{file}, which runs `{first}`, has no `{words}`");
    }
}

/// Requests in the head of an example go to addresses that it has, and all to one host, because clients send no cookie of
/// `localhost` to 127.0.0.1.
#[test]
fn requests_in_the_heads_of_examples_go_to_addresses_that_they_have() {
    let repository = Repository::read();
    let mut count = 0;
    for (path, text) in &repository.files {
        let is_example = path.starts_with("examples/") && path.ends_with(".rs");
        if !is_example && !path.starts_with("js/examples/") {
            continue;
        }
        let (head, code) = text.split_at(text.find("\n\n").unwrap_or(text.len()));
        // The other files of a package, too.
        let package = path.splitn(3, '/').take(2).collect::<Vec<_>>().join("/");
        let own = |file: &&(String, String)| {
            file.0 != *path && file.0.starts_with(&package) && file.0.ends_with(".rs")
        };
        let others: String = repository
            .files
            .iter()
            .filter(own)
            .map(|(_, text)| text.as_str())
            .collect();
        let mut hosts = BTreeSet::new();
        let requests = head.lines().filter(|line| line.contains("curl -"));
        let requests = requests.chain(head.lines().filter(|line| line.contains("curl http")));
        for line in requests {
            let (_, address) = line.split_once("http://").unwrap();
            let address = address.split_whitespace().next().unwrap();
            let (host, target) = address.split_once('/').unwrap();
            hosts.insert(host.split(':').next().unwrap());
            let has = code.contains(target) || others.contains(target);
            assert!(has, "{path} has no /{target}");
            count += 1;
        }
        assert!(hosts.len() <= 1, "{path} asks {hosts:?}");
    }
    assert!(count > 40, "there are {count}");
}

/// The languages and the lines of the blocks between fences.
fn blocks(text: &str) -> Vec<(&str, Vec<&str>)> {
    let mut found = Vec::new();
    let mut lines = text.lines().map(str::trim);
    while let Some(line) = lines.next() {
        assert!(!line.starts_with("~~~"), "one kind of fence");
        if let Some(language) = line.strip_prefix("```") {
            found.push((
                language,
                lines.by_ref().take_while(|line| *line != "```").collect(),
            ));
        }
    }
    found
}

/// The parts of a block that are run or not: the commands, in a block for the shell also those that a comment has for readers
/// with a clone. All other blocks are run as a whole, and have the name of their first line.
fn units(language: &str, block: &[&str]) -> Vec<String> {
    let is_script = block.contains(&"done") || block[0].contains("() {");
    if language != "sh" || is_script {
        return vec![block[0].to_owned()];
    }
    let mut units = Vec::new();
    let mut begun = String::new();
    for line in block {
        let (command, comment) = line.split_once(" #").unwrap_or((line, ""));
        begun += command.trim_end().trim_end_matches('\\');
        if line.ends_with('\\') || command.ends_with("&&") {
            continue;
        }
        let command = std::mem::take(&mut begun);
        if command.contains('(') {
            units.push(command);
        } else {
            units.extend(command.split(" && ").map(str::to_owned));
        }
        let in_clone = comment.split_once(" clone: ").map(|(_, command)| command);
        units.extend(
            in_clone
                .filter(|it| it.starts_with("cargo "))
                .map(str::to_owned),
        );
    }
    units
}

fn is_in_a_list(unit: &str) -> bool {
    RUN.iter().any(|row| row.0 == unit) || NOT_RUN.iter().any(|row| row.1.contains(&unit))
}

fn is_run(repository: &Repository, page: &str, language: &str, block: &[&str], unit: &str) -> bool {
    match language {
        // Formats, outputs and pictures.
        "text" | "abnf" => !block.iter().any(|line| is_command(line)),
        "rust" | "rust,no_run" => is_included(repository, page, ".rs", "doc = include_str!(\""),
        "console" => is_included(repository, page, "/guide.rs", "check(include_str!(\""),
        "js" | "jsx" | "ts" => {
            let name = unit.strip_prefix("// ");
            let name = name.and_then(|name| name.rsplit('/').next());
            let tests = ["readme", "migration", "nextjs_page"];
            let text = |test| repository.text(&format!("js/test/{test}.test.js"));
            let mut tests = tests.map(text).into_iter();
            page.starts_with("js/")
                && name.is_some_and(|name| tests.any(|test| test.contains(name)))
        }
        "json" if page == "crates/device/docs/devices.md" => true,
        "toml" | "json" if page == "docs/settings.md" => {
            let test = "fn the_files_of_the_documentation_are_understood()";
            repository
                .text("tests/settings/variables.rs")
                .contains(test)
        }
        "toml" => dependency(unit).is_some_and(|command| is_of_packages(repository, &command)),
        "sh" => is_run_by_the_gate(repository, page, unit) || is_of_packages(repository, unit),
        _ => false,
    }
}

/// Such a line would be run.
fn is_command(line: &str) -> bool {
    let word = line.split(' ').next().unwrap();
    let is_program = ["$", "cargo", "curl", "hardtack", "node", "npm", "npx"].contains(&word);
    let is_script = |folder| {
        word.strip_prefix(folder)
            .is_some_and(|rest| !rest.is_empty())
    };
    is_program || [".ci/", "./", "fuzz/"].into_iter().any(is_script)
}

/// A file with this end includes the page after these words.
fn is_included(repository: &Repository, page: &str, file_end: &str, before: &str) -> bool {
    let mut files = repository.files.iter();
    files.any(|(path, text)| {
        path.ends_with(file_end)
            && text.split(before).skip(1).any(|rest| {
                let included = rest.split('"').next().unwrap();
                let ups = included.matches("../").count();
                let folders: Vec<_> = path.split('/').collect();
                let Some(depth) = folders.len().checked_sub(1 + ups) else {
                    return false;
                };
                let folder: String = folders[..depth]
                    .iter()
                    .map(|name| format!("{name}/"))
                    .collect();
                format!("{folder}{}", included.replace("../", "")) == page
            })
    })
}

/// The gate has this command, in the folder of the page or with its manifest.
fn is_run_by_the_gate(repository: &Repository, page: &str, command: &str) -> bool {
    let folder = page.rsplit_once('/').map_or("", |(folder, _)| folder);
    let manifest = format!(" --manifest-path {folder}/Cargo.toml");
    let mut lines = repository.text(".ci/run").lines().map(str::trim);
    lines.any(|line| {
        let is_test = command == "cargo test" && line == format!("package_apart {folder}");
        let at = line.find("cargo ").unwrap_or(0);
        let here = line[at..]
            .contains(&manifest)
            .then(|| line[at..].replace(&manifest, ""));
        // What is run at the root is the command of a page there, or names the folders itself.
        is_test || line == command || here.is_some_and(|here| here == command)
    })
}

/// The command that adds the same line to a manifest.
fn dependency(line: &str) -> Option<String> {
    let features = line.strip_prefix("hardtack = { path = \"../hardtack\", features = [")?;
    let features = features.strip_suffix("] }")?.replace(['"', ' '], "");
    Some(format!("cargo add hardtack --features {features}"))
}

/// `cargo add` or `cargo install` of packages that exist, with features that they have.
fn is_of_packages(repository: &Repository, command: &str) -> bool {
    let words: Vec<_> = command.split_whitespace().collect();
    let (folder, rest) = match words[..] {
        ["cargo", "add" | "install", "--path", folder, ref rest @ ..] => {
            let folder = folder.strip_prefix("../hardtack").unwrap_or(folder);
            (folder.trim_start_matches('/').to_owned(), rest)
        }
        ["cargo", "add" | "install", name, ref rest @ ..] if name.starts_with("hardtack") => {
            let package = name["hardtack".len()..].replacen('-', "crates/", 1);
            (package, rest)
        }
        ["cargo", "add", name, ref rest @ ..] => {
            let name = name.split('@').next().unwrap();
            let line = format!("\nname = \"{name}\"\n");
            let is_known = repository.text("Cargo.lock").contains(&line);
            return is_known && matches!(rest, [] | ["--features", _]);
        }
        _ => return false,
    };
    let manifest = format!("{folder}/Cargo.toml");
    let manifest = manifest.trim_start_matches('/');
    let Some((_, manifest)) = repository.files.iter().find(|(path, _)| path == manifest) else {
        return false;
    };
    let has = |feature: &str| manifest.contains(&format!("\n{feature} = ["));
    match rest {
        [] => true,
        ["--features", features] => features.split(',').all(has),
        _ => false,
    }
}

/// What is run in another way than above: its first line or command, the file that runs it, and words of that file.
const RUN: &[(&str, &str, &str)] = &[
    (
        "cargo run --example demo",
        ".ci/run",
        "cargo build -p hardtack-examples --example demo",
    ),
    ("fuzz/run sessions", ".ci/run", r#"fuzz/run "$1""#),
    (
        r#"sed -i 's|"../..|"../hardtack|' Cargo.toml"#,
        "tests/documents/copies.rs",
        r#"replace("\"../..""#,
    ),
    ("npx wrangler deploy", ".ci/run", "deploy --dry-run"),
    (
        "page() { curl -fsS -m 10 -o /dev/null -D - https://shop.example/account; }",
        "tests/proxies/tests/proxies.rs",
        "a_cache_that_stores_pages_is_noticed_from_outside",
    ),
    (
        "row=0 left=600",
        "crates/cli/tests/command_line/guide.rs",
        r#"shell_lines("curl ")"#,
    ),
    (
        r#"ring="$(printf %s "$SESSION_KEYS" | hardtack ring rotate - --after 15m --settings app.toml)" &&printf %s "$ring" | npx wrangler secret put SESSION_KEYS"#,
        "crates/cli/tests/command_line/guide.rs",
        r#"shell_lines("ring rotate -")"#,
    ),
    (
        "class JsonOrPickle:",
        "crates/migrate/tests/python.py",
        r#"exec(re.search(r"```python"#,
    ),
    (
        r#"import { fromEnv, fromSettings } from "hardtack-session/settings";"#,
        "js/test/readme.test.js",
        "settings are read by the lines of the page about them",
    ),
    (
        r#"node -e 'import("hardtack-session").then(async ({ generateKey }) => console.log(await generateKey()))'"#,
        "js/test/readme.test.js",
        "a key is made by the line for it",
    ),
];

/// What nothing runs: the reason, and first lines or commands.
const NOT_RUN: &[(&str, &[&str])] = &[
    (
        "it is what runs the rest",
        &[".ci/run", ".ci/run lints", ".ci/run all"],
    ),
    (
        "the gate runs a short form, with --quick",
        &["cargo run --release"],
    ),
    (
        "minutes of measuring",
        &[
            "cargo run --release --features aws-lc",
            "cargo run --release -- --only XAES clock",
        ],
    ),
    ("it changes committed files", &["fuzz/keep sessions guard"]),
    (
        "it changes the toolchain",
        &["rustup target add wasm32-unknown-unknown"],
    ),
    (
        "needs an account at Cloudflare",
        &["npx wrangler secret put SESSION_KEYS"],
    ),
    (
        "from the registry; crates/cli/npm/test.js runs the package",
        &[
            "npx hardtack-cli",
            "npx hardtack-cli keygen",
            "npx hardtack-cli ring add session.keys --lifetime 30m",
            "npx hardtack-cli ring rotate session.keys --after 15m",
            "npx hardtack-cli inspect --keys session.keys < cookie.txt",
        ],
    ),
    (
        "from the registry; crates/cli/tests runs the same with `hardtack`",
        &[
            r#"ring="$(printf %s "$SESSION_KEYS" | npx hardtack-cli ring rotate - --after 15m --lifetime 30m)" && printf %s "$ring""#,
        ],
    ),
    (
        "js/test/package.test.js packs and installs it elsewhere",
        &[
            "(cd ../hardtack/js && npm install && npm pack)",
            "npm install ../hardtack/js/hardtack-session-0.1.0.tgz",
        ],
    ),
    (
        "crates/cli/npm/test.js runs the package",
        &[
            "(cd ../hardtack/crates/cli/npm && npm pack)",
            "npm install --save-dev ../hardtack/crates/cli/npm/hardtack-cli-0.1.0.tgz",
        ],
    ),
    (
        "a configuration of nginx",
        &["limit_req_zone $binary_remote_addr zone=devices:1m rate=10r/m;"],
    ),
    (
        "a configuration of ModSecurity",
        &[r#"SecRuleUpdateTargetByTag OWASP_CRS "!REQUEST_COOKIES:/^__Host-session/""#],
    ),
    ("a configuration of another framework", &["session:"]),
    (
        "slows every build down",
        &["[profile.release.package.xaes-256-gcm]"],
    ),
    ("needs a cluster", &["spec:"]),
    ("needs systemd", &["[Service]"]),
    (
        "needs tower-http",
        &[
            "use axum::{Router, http::{HeaderName, HeaderValue, Method, header::CONTENT_TYPE}, routing::get};",
        ],
    ),
    ("of npm", &["npm pkg set type=module"]),
    ("of the shell", &["cd ..", "cd sign-in", "cd hardtack"]),
    ("of Cargo", &["cargo new sign-in"]),
    (
        "of git",
        &["git clone https://github.com/hardtack-rs/hardtack"],
    ),
];

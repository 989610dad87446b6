use hardtack::EncryptionKey;

use crate::{Browser, Server, Site, Visitor};

/// Makes the scenario at a site that `start` serves with the given ring: one key, or two with a comma between them, of
/// which the first seals. The server that ran before is dropped first, as in a restart.
///
/// # Panics
///
/// Panics if an answer is not the expected one.
pub fn answers_the_table(site: Site, mut start: impl FnMut(&str) -> Server) {
    let [first, second, stranger] = [(); 3].map(|()| fresh_key());
    let browser = Browser::new();

    let server = start(&first);
    signs_in_and_counts(site, &browser, &server);
    a_tampered_cookie_is_a_visitor_without_a_session(site, &browser, &server);
    drop(server);

    // The session is sealed by the new key when it is next read, and then needs the old one no more.
    let server = start(&format!("{second},{first}"));
    let visitor = site.look(&browser, &server);
    visitor.shows("ada 2", "after a rotation");
    visitor.sets_the_session("after a rotation");
    site.look(&browser, &server)
        .leaves_the_cookie("after it was sealed again");
    drop(server);

    let server = start(&stranger);
    let visitor = site.look(&browser.copy(), &server);
    visitor.shows("nobody 0", "under a key of others");
    visitor.leaves_the_cookie("under a key of others");
    drop(server);

    let server = start(&second);
    let visitor = site.count(&browser, &server);
    visitor.shows("ada 3", "under the new key alone");
    signs_out(site, &browser, &server);
}

/// Returns the text of a fresh key.
#[must_use]
pub fn fresh_key() -> String {
    let key = EncryptionKey::generate().unwrap();
    key.expose_secret().to_string()
}

fn signs_in_and_counts(site: Site, browser: &Browser, server: &Server) {
    let visitor = site.look(browser, server);
    visitor.shows("nobody 0", "before signing in");
    visitor.leaves_the_cookie("before signing in");
    let visitor = site.sign_in(browser, server, "ada");
    visitor.shows("ada 0", "after signing in");
    visitor.writes_the_session("at signing in");
    site.count(browser, server)
        .shows("ada 1", "after one count");
    let visitor = site.count(browser, server);
    visitor.shows("ada 2", "after two counts");
    visitor.writes_the_session("at counting");
    let visitor = site.look(browser, server);
    visitor.shows("ada 2", "when it is only read");
    visitor.leaves_the_cookie("when it is only read");
    let cache = visitor.answer.field("cache-control");
    assert!(
        cache.contains("private"),
        "a response that read the session says {cache:?}"
    );
    let vary = visitor.answer.field("vary").to_ascii_lowercase();
    assert!(
        vary.contains("cookie"),
        "a response that read the session varies on {vary:?}"
    );
}

fn a_tampered_cookie_is_a_visitor_without_a_session(
    site: Site,
    browser: &Browser,
    server: &Server,
) {
    let token = browser.cookies()[SESSION].clone();
    let middle = token.len() / 2;
    let other = if token.as_bytes()[middle] == b'A' {
        "B"
    } else {
        "A"
    };
    let tampered = [&token[..middle], other, &token[middle + 1..]].concat();
    let forger = Browser::new();
    for value in [tampered.as_str(), &token[..middle], "", "%"] {
        forger.set(SESSION, value);
        let visitor = site.look(&forger, server);
        visitor.shows("nobody 0", "with a forged cookie");
        visitor.leaves_the_cookie("with a forged cookie");
    }
    forger.set("elsewhere", &token);
    let visitor = site.look(&forger, server);
    visitor.shows("nobody 0", "with a value that was moved to another name");
}

fn signs_out(site: Site, browser: &Browser, server: &Server) {
    let visitor = site.sign_out(browser, server);
    visitor.shows("nobody 0", "after signing out");
    let fields = visitor.answer.set_cookies();
    assert_eq!(fields.len(), 1, "signing out sent {fields:?}");
    assert_eq!(browser.cookie_field(), "", "signing out removes the cookie");
    let visitor = site.look(browser, server);
    visitor.shows("nobody 0", "after signing out");
    visitor.leaves_the_cookie("after signing out");
}

impl Visitor {
    fn shows(&self, expected: &str, when: &str) {
        assert_eq!(self.answer.status, 200, "{when}: {}", self.answer.text);
        assert_eq!(self.state, expected, "{when}");
    }

    /// The response sets the session's cookie and nothing else.
    fn sets_the_session(&self, when: &str) {
        let fields = self.answer.set_cookies();
        assert_eq!(fields.len(), 1, "{when}: {fields:?}");
        let (pair, attributes) = fields[0].split_once("; ").unwrap();
        assert!(pair.starts_with(&format!("{SESSION}=e")), "{when}: {pair}");
        assert_eq!(
            attributes, "Path=/; Secure; HttpOnly; SameSite=Lax",
            "{when}"
        );
    }

    /// The response sets the session's cookie, and no cache may store it.
    fn writes_the_session(&self, when: &str) {
        self.sets_the_session(when);
        let cache = self.answer.field("cache-control");
        assert!(
            cache.contains("no-store"),
            "{when}, the response says {cache:?}"
        );
    }

    fn leaves_the_cookie(&self, when: &str) {
        let fields = self.answer.set_cookies();
        assert!(fields.is_empty(), "{when}: {fields:?}");
    }
}

const SESSION: &str = "__Host-session";

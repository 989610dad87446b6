//! Two options of one builder: each has its effect, whichever is given first, and none has that of another.

use std::{
    cell::Cell,
    collections::BTreeSet,
    iter,
    sync::Arc,
    time::{Duration, SystemTime},
};

use hardtack::{
    ConfigError, SameSite, Session, SessionCookie, SessionData, Size,
    carrier::{
        FormerAttributes, Padding, RefreshAfter, SessionCookieBuilder, SessionTokenBuilder,
        TokenChange,
    },
    migrate::{OldCookie, OldSession, Reader},
    session::{Map, OpenedSession, Payload, Reason, Validity},
};
use http::{HeaderMap, HeaderValue, StatusCode, header::CACHE_CONTROL};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::common::{
    HOUR, at, block_on, builder, companion::Admits, header_builder, key, pair_of,
    repository::Repository, says, seconds, set_cookies, signed_in, token_builder, token_of,
};

/// The options of cookies. `typed` is the type of the builder.
const OPTIONS: &[&str] = &[
    "absolute_timeout",
    "application",
    "clock_skew",
    "companion",
    "context",
    "danger_allow_http",
    "danger_allow_shared_caching",
    "domain",
    "formerly",
    "idle_timeout",
    "keep_unknown_keys",
    "migrate_from",
    "name",
    "not_before",
    "on_outcome",
    "padding",
    "partitioned",
    "path",
    "persistent",
    "refresh_after",
    "refresh_navigations_only",
    "remember_up_to",
    "remembered_idle_timeout",
    "revalidate_after",
    "revoked_if",
    "same_site",
    "save_on_server_error",
    "size",
    "type_label",
    "unvalidated_up_to",
];

/// The options that `typed` has to precede.
const OF_A_TYPE: &[&str] = &["revalidate_after", "revoked_if"];

/// Pairs that `build` refuses, with what it says.
const REFUSED: &[(&str, &str, &str)] = &[
    (
        "danger_allow_http",
        "partitioned",
        "refuse `Partitioned` without `Secure`",
    ),
    ("refresh_after", "revalidate_after", "leave it out"),
    ("refresh_after", "unvalidated_up_to", "leave it out"),
];

/// When the sessions of the tests begin: late enough for earlier ones.
const BEGIN: u64 = 100_000;

thread_local! {
    static OUTCOMES: Cell<usize> = const { Cell::new(0) };
}

/// Sessions whose content is one text.
trait Text: Payload {
    fn write(session: &Session<Self>, text: &str) -> bool;
    fn read(session: &Session<Self>) -> Option<String>;
    fn of(session: &OpenedSession<'_, Self>) -> Option<String>;
}

impl Text for Map {
    fn write(session: &Session, text: &str) -> bool {
        session.insert("name", text).is_ok()
    }

    fn read(session: &Session) -> Option<String> {
        session.get("name").unwrap()
    }

    fn of(session: &OpenedSession<'_>) -> Option<String> {
        session.get("name")
    }
}

impl Text for Note {
    fn write(session: &Session<Note>, text: &str) -> bool {
        let name = text.to_owned();
        session.replace(Note { name, visits: 1 }).is_ok()
    }

    fn read(session: &Session<Note>) -> Option<String> {
        session.read(|login| (login.visits > 0).then(|| login.name.clone()))
    }

    fn of(session: &OpenedSession<'_, Note>) -> Option<String> {
        session.value().map(|login| login.name)
    }
}

/// What all pairs have: no prefix, which would refuse options, and a limit for sessions that are remembered.
fn common_builder() -> SessionCookieBuilder {
    builder().name("session").remember_up_to(seconds(24 * HOUR))
}

fn apply<T: Text>(option: &str, builder: SessionCookieBuilder<T>) -> SessionCookieBuilder<T> {
    match option {
        "absolute_timeout" => builder.absolute_timeout(seconds(1_200)),
        "application" => builder.application("shop"),
        "clock_skew" => builder.clock_skew(Duration::ZERO),
        "companion" => {
            let field = ("x-companion", "here".to_owned());
            builder.companion(move |_| Ok(Arc::new(Admits(vec![field.clone()]))))
        }
        "context" => builder.context("stage", "live"),
        "danger_allow_http" => builder.danger_allow_http(),
        "danger_allow_shared_caching" => builder.danger_allow_shared_caching(),
        "domain" => builder.domain("example.com"),
        "formerly" => builder.formerly(FormerAttributes::new().path("/former")),
        "idle_timeout" => builder.idle_timeout(seconds(600)),
        "keep_unknown_keys" => builder.keep_unknown_keys(),
        "migrate_from" => {
            builder.migrate_from(OldCookie::new("old", Plain), at(BEGIN - 100)..at(2 * BEGIN))
        }
        "name" => builder.name("shop"),
        "not_before" => builder.not_before(at(BEGIN - 1_000)),
        "on_outcome" => builder.on_outcome(|_| OUTCOMES.set(OUTCOMES.get() + 1)),
        "padding" => builder.padding(Padding::Padme),
        "partitioned" => builder.partitioned(),
        "path" => builder.path("/shop"),
        "persistent" => builder.persistent(),
        "refresh_after" => builder.refresh_after(RefreshAfter::Interval(seconds(30))),
        "refresh_navigations_only" => builder.refresh_navigations_only(),
        "remember_up_to" => builder.remember_up_to(seconds(72 * HOUR)),
        "remembered_idle_timeout" => builder.remembered_idle_timeout(seconds(6 * HOUR)),
        "revalidate_after" => builder.revalidate_after(seconds(60), |session| {
            let answer = match T::of(session).as_deref() {
                Some("ended") => Ok(Validity::Ended),
                Some("unknown") => Err("no answer"),
                _ => Ok(Validity::Valid),
            };
            async move { answer }
        }),
        "revoked_if" => builder.revoked_if(|session| T::of(session).as_deref() == Some("revoked")),
        "same_site" => builder.same_site(SameSite::Strict),
        "save_on_server_error" => builder.save_on_server_error(),
        "size" => builder.size(Size::Browser),
        "type_label" => builder.type_label("label"),
        "unvalidated_up_to" => builder.unvalidated_up_to(seconds(200)),
        _ => panic!("no option: {option}"),
    }
}

/// A typed session, which a dictionary becomes.
#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
struct Note {
    name: String,
    visits: u32,
}

impl SessionData for Note {
    const LABEL: &str = "note";
    const SCHEMA: u32 = 1;

    fn convert(schema: u32, bytes: &[u8]) -> Option<Note> {
        (schema == 0).then(|| Map::decode(bytes))?
    }
}

/// The field that stores a session, and drops none.
fn stored<'f>(mut fields: impl Iterator<Item = &'f str>) -> &'f str {
    fields.find(|field| !field.contains("Max-Age=0")).unwrap()
}

/// Builds the cookie again, without one of its options.
type Without<T> = dyn Fn(&str) -> SessionCookie<T>;

/// A cookie with some options.
struct Case<T: Text> {
    cookie: SessionCookie<T>,
    without: Box<Without<T>>,
}

impl<T: Text> Case<T> {
    fn begin(&self, time: SystemTime, fill: impl FnOnce(&Session<T>)) -> String {
        let session = self.cookie.load(None::<&str>, time);
        fill(&session);
        self.save(&session)
    }

    fn save(&self, session: &Session<T>) -> String {
        let fields = self.cookie.save(session).unwrap();
        pair_of(stored(fields.iter().map(String::as_str))).to_owned()
    }

    fn saved(&self, text: &str, time: SystemTime) -> String {
        self.begin(time, |session| assert!(T::write(session, text)))
    }

    /// Returns what a handler reads of a session in a request.
    fn read(&self, pair: &str, time: SystemTime) -> Option<String> {
        let session = self.cookie.load([pair], time);
        block_on(session.validate()).ok()?;
        T::read(&session)
    }

    fn opens(&self, pair: &str, time: SystemTime) -> bool {
        self.read(pair, time).is_some()
    }

    /// Returns `true` if a visitor who is active every `step` seconds is signed in after `steps` of them.
    fn lasts(&self, mut pair: String, step: u64, steps: u64) -> bool {
        (1..=steps).all(|visit| {
            let session = self.cookie.load([&pair], at(BEGIN + visit * step));
            let is_valid = block_on(session.validate()).unwrap();
            let is_there = is_valid && T::read(&session).is_some();
            if is_there {
                assert!(T::write(&session, &format!("visit {visit}")));
                pair = self.save(&session);
            }
            is_there
        })
    }

    fn remembered(&self) -> String {
        self.begin(at(BEGIN), |session| {
            assert!(T::write(session, "user"));
            session.remember_for(seconds(1_000 * HOUR)).unwrap();
        })
    }

    /// Returns the fields of a response with this status, whose page may be stored for a minute.
    fn response(&self, status: StatusCode) -> HeaderMap {
        let session = self.cookie.load(None::<&str>, at(BEGIN));
        assert!(T::write(&session, "user"));
        let mut fields = HeaderMap::new();
        fields.insert(
            CACHE_CONTROL,
            HeaderValue::from_static("public, max-age=60"),
        );
        self.cookie.save_to(&session, status, &mut fields).unwrap();
        fields
    }

    /// Returns `true` if a request of this mode that reads a session refreshes it.
    fn is_refreshed(&self, mode: &'static str, time: SystemTime) -> bool {
        let pair = self.saved("user", at(BEGIN));
        let mut request = HeaderMap::new();
        request.insert("cookie", pair.parse().unwrap());
        request.insert("sec-fetch-mode", HeaderValue::from_static(mode));
        let session = self.cookie.load_from(&request, time);
        assert!(block_on(session.validate()).unwrap() && T::read(&session).is_some());
        let mut fields = HeaderMap::new();
        let saved = self.cookie.save_to(&session, StatusCode::OK, &mut fields);
        saved.unwrap();
        !set_cookies(&fields).is_empty()
    }

    /// Returns `true` if the cookie shows what the option is for.
    fn shows(&self, option: &str) -> bool {
        let now = at(BEGIN);
        let response = self.response(StatusCode::OK);
        let fields = set_cookies(&response);
        let field = stored(fields.iter().copied());
        let has = |attribute: &str| field.split("; ").skip(1).any(|it| it == attribute);
        match option {
            "absolute_timeout" => {
                let lasts = |steps| self.lasts(self.saved("user", now), 120, steps);
                lasts(9) && !lasts(10)
            }
            "application" | "context" | "type_label" => {
                let pair = self.saved("user", now);
                assert!(self.opens(&pair, now), "{option}");
                (self.without)(option).load([pair], now).is_new()
            }
            "clock_skew" => {
                let opens = |begin| self.opens(&self.saved("user", at(begin)), now);
                opens(BEGIN) && !opens(BEGIN + 30)
            }
            "companion" => response.contains_key("x-companion"),
            "danger_allow_http" => !has("Secure"),
            "danger_allow_shared_caching" => response[CACHE_CONTROL] == "public, max-age=60",
            "domain" => has("Domain=example.com"),
            "formerly" => fields.iter().any(|field| field.contains("Path=/former;")),
            "idle_timeout" => {
                let opens = |time| self.opens(&self.saved("user", now), at(time));
                opens(BEGIN + 599) && !opens(BEGIN + 600)
            }
            "keep_unknown_keys" => {
                let name = self.cookie.name();
                let unknown = format!("{name}={}", token_of(&signed_in(&of_another_ring())));
                let session = self.cookie.load([unknown], now);
                !T::write(&session, "user")
            }
            "migrate_from" => self.read("old=user", now).as_deref() == Some("user"),
            "name" => self.cookie.name().as_str() == "shop" && field.starts_with("shop="),
            "not_before" => {
                let opens = |begin| self.opens(&self.saved("user", at(begin)), at(BEGIN - 950));
                opens(BEGIN - 1_000) && !opens(BEGIN - 1_001)
            }
            "on_outcome" => {
                let before = OUTCOMES.get();
                self.opens(&self.saved("user", now), now);
                OUTCOMES.get() > before
            }
            "padding" => {
                let lengths = (1_000..1_010).map(|len| self.saved(&"x".repeat(len), now).len());
                lengths.collect::<BTreeSet<_>>().len() <= 2
            }
            "partitioned" => has("Partitioned"),
            "path" => has("Path=/shop"),
            "persistent" => field.contains("Max-Age="),
            "refresh_after" => {
                let session = self.cookie.load([self.saved("user", now)], at(BEGIN + 31));
                T::read(&session).unwrap();
                !self.cookie.save(&session).unwrap().is_empty()
            }
            "refresh_navigations_only" => {
                let is_refreshed = |mode| self.is_refreshed(mode, at(BEGIN + 599));
                is_refreshed("navigate") && !is_refreshed("cors")
            }
            "remember_up_to" => self.lasts(self.remembered(), 5 * HOUR, 6),
            "remembered_idle_timeout" => {
                let opens = |time| self.opens(&self.remembered(), at(time));
                opens(BEGIN + 6 * HOUR - 1) && !opens(BEGIN + 6 * HOUR)
            }
            "revalidate_after" => {
                let opens = |text| self.opens(&self.saved(text, now), at(BEGIN + 60));
                opens("user") && !opens("ended")
            }
            "revoked_if" => {
                let opens = |text| self.opens(&self.saved(text, now), now);
                opens("user") && !opens("revoked")
            }
            "same_site" => has("SameSite=Strict"),
            "save_on_server_error" => {
                let response = self.response(StatusCode::INTERNAL_SERVER_ERROR);
                !set_cookies(&response).is_empty()
            }
            "size" => {
                let session = self.cookie.load(None::<&str>, now);
                T::write(&session, &"x".repeat(2_400))
            }
            "unvalidated_up_to" => {
                let pair = self.saved("unknown", now);
                self.opens(&pair, at(BEGIN + 150)) && !self.opens(&pair, at(BEGIN + 200))
            }
            _ => panic!("no option: {option}"),
        }
    }
}

fn of_another_ring() -> SessionCookie {
    SessionCookie::encrypted(key(1)).build().unwrap()
}

/// Old cookies with one text, which anyone can write.
struct Plain;

impl Reader for Plain {
    fn read(&self, _: &str, value: &str, _: &[Option<&str>]) -> Result<OldSession, Reason> {
        let entries = [("name", Value::from(value)), ("visits", 1.into())];
        let entries = entries.map(|(key, value)| (key.to_owned(), value));
        Ok(OldSession::new(entries.into_iter().collect()))
    }
}

/// Appends what an option cannot be given without.
fn with_needs(options: &[&'static str]) -> Vec<&'static str> {
    let mut options = options.to_vec();
    if options.contains(&"unvalidated_up_to") && !options.contains(&"revalidate_after") {
        options.push("revalidate_after");
    }
    options
}

fn build<T: Text>(options: &[&'static str]) -> Result<Case<T>, ConfigError> {
    let of = |options: &[&'static str]| {
        let builder = common_builder().typed::<T>();
        let builder = options
            .iter()
            .fold(builder, |builder, it| apply(it, builder));
        builder.build()
    };
    let cookie = of(options)?;
    let options = options.to_vec();
    let without = move |option: &str| {
        let others: Vec<_> = options.iter().copied().filter(|it| *it != option).collect();
        of(&others).unwrap()
    };
    Ok(Case {
        cookie,
        without: Box::new(without),
    })
}

/// The sentence with which `build` refuses the two together, in whatever order.
fn refusal(options: &[&'static str]) -> Option<&'static str> {
    let has = |option| options.contains(option);
    let refused = REFUSED.iter().find(|(a, b, _)| has(a) && has(b));
    refused.map(|(.., sentence)| *sentence)
}

#[test]
fn an_option_has_its_effect_and_no_other_options_have_it() {
    for option in iter::once(None).chain(OPTIONS.iter().map(Some)) {
        let options = with_needs(option.map(std::slice::from_ref).unwrap_or_default());
        let case = build::<Map>(&options).unwrap();
        for effect in OPTIONS {
            assert_eq!(
                case.shows(effect),
                options.contains(effect),
                "{effect} of {options:?}"
            );
        }
    }
}

#[test]
fn two_options_have_both_effects_in_either_order() {
    for first in OPTIONS {
        for second in OPTIONS.iter().filter(|second| *second != first) {
            let options = with_needs(&[first, second]);
            let built = build::<Map>(&options);
            match refusal(&options) {
                Some(sentence) => assert!(says(&built, sentence), "{options:?}"),
                None => {
                    let case = built.unwrap_or_else(|error| panic!("{options:?}: {error}"));
                    for effect in &options {
                        assert!(case.shows(effect), "{effect} of {options:?}");
                    }
                }
            }
        }
    }
}

#[test]
fn options_have_their_effects_before_typed_and_after_it() {
    for option in OPTIONS {
        let options = with_needs(&[option]);
        let case = build::<Note>(&options).unwrap();
        assert!(case.shows(option), "{option} after typed");

        let before = apply(option, common_builder()).typed::<Note>();
        let after = options[1..].iter();
        let built = after.fold(before, |builder, it| apply(it, builder)).build();
        if OF_A_TYPE.contains(option) {
            assert!(says(&built, "call `typed` first"), "{option}");
            continue;
        }
        let cookie = built.unwrap();
        let case = Case { cookie, ..case };
        assert!(case.shows(option), "{option} before typed");
    }
}

#[test]
fn options_of_headers_and_bare_tokens_have_their_effects_in_either_order() {
    type Give = fn(SessionTokenBuilder) -> SessionTokenBuilder;
    let options: [Give; 3] = [
        |builder| builder.response_header("x-token"),
        |builder| builder.max_token_len(4_096),
        |builder| builder.idle_timeout(seconds(600)),
    ];
    for places in [
        [0, 1, 2],
        [0, 2, 1],
        [1, 0, 2],
        [1, 2, 0],
        [2, 0, 1],
        [2, 1, 0],
    ] {
        let builder = header_builder("x-session");
        let builder = places
            .iter()
            .fold(builder, |builder, &it| options[it](builder));
        let header = builder.build().unwrap();
        assert_eq!(header.response_header(), Some("x-token"), "{places:?}");
        let session = header.load(None::<&str>, at(0));
        session.insert("name", "x".repeat(2_900)).unwrap();
        let TokenChange::Store(token) = header.save(&session).unwrap() else {
            panic!("nothing is written: {places:?}");
        };
        assert!(!header.load(Some(&token), at(599)).is_new(), "{places:?}");
        assert!(header.load(Some(&token), at(600)).is_new(), "{places:?}");
    }
    let token = || token_builder("mobile");
    for builder in [
        token().max_token_len(4_096).idle_timeout(seconds(600)),
        token().idle_timeout(seconds(600)).max_token_len(4_096),
    ] {
        let tokens = builder.build().unwrap();
        let session = tokens.load(None::<&str>, at(0));
        session.insert("name", "x".repeat(2_900)).unwrap();
        let TokenChange::Store(token) = tokens.save(&session).unwrap() else {
            panic!("nothing is written");
        };
        assert!(!tokens.load(Some(&token), at(599)).is_new());
        assert!(tokens.load(Some(&token), at(600)).is_new());
    }
}

/// An option that is new belongs into this table.
#[test]
fn the_options_here_are_all_that_a_cookie_has() {
    let repository = Repository::read();
    let surface = repository.text("docs/surface/hardtack.txt").lines();
    let method = |line: &'static str| {
        let builder = line.strip_prefix("pub fn hardtack::carrier::SessionBuilder<")?;
        let of_cookies = ["C, T>::", "hardtack::carrier::InCookie, T>::"];
        let method = of_cookies.iter().find_map(|it| builder.strip_prefix(it))?;
        method.split(['(', '<']).next()
    };
    let methods: BTreeSet<_> = surface.filter_map(method).collect();
    let apart = ["build", "typed"];
    let expected: BTreeSet<_> = OPTIONS.iter().copied().chain(apart).collect();
    assert!(methods.is_subset(&expected), "{methods:?}");
    assert!(OPTIONS.iter().all(|option| methods.contains(option)));
}

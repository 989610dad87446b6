//! Answers one question for each line of JSON on standard input, so that JavaScript can compare its answers.

use std::{
    collections::BTreeMap,
    error::Error,
    io::{BufRead, Write, stdin, stdout},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use axum::{
    Router,
    body::{Body, to_bytes},
    routing::any,
};
use hardtack::{
    ConfigError, KeyRing, Session, SessionCookie, SessionData, SessionLayer, SessionSettings,
    csrf::CsrfGuard,
    migrate::{OldCookie, OldSession, Reader},
    session::{Outcome, Reason},
};
use http::{HeaderMap, HeaderName, HeaderValue, Request, StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use tower::ServiceExt;

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Question {
    Session(Visit),
    Old(Old),
    Typed(Typed),
    Guard(Guarded),
    Described(Described),
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut out = stdout().lock();
    for line in stdin().lock().lines() {
        let answer = match serde_json::from_str(&line?)? {
            Question::Session(visit) => visit.answer()?,
            Question::Old(old) => old.answer()?,
            Question::Typed(typed) => typed.answer()?,
            Question::Guard(guarded) => guarded.answer().await?,
            Question::Described(described) => described.answer()?,
        };
        writeln!(out, "{answer}")?;
        out.flush()?;
    }
    Ok(())
}

fn time(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(seconds)
}

/// A request whose session is renewed.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Visit {
    ring: String,
    /// In Unix seconds.
    now: u64,
    /// The `Cookie` field.
    cookie: String,
}

impl Visit {
    fn answer(&self) -> Result<Value, Box<dyn Error>> {
        let ring: KeyRing = self.ring.parse()?;
        let cookie = SessionCookie::encrypted(ring).build()?;
        let session = cookie.load([&self.cookie], time(self.now));
        let is_new = session.is_new();
        session.renew()?;
        let fields: Vec<String> = cookie.save(&session)?.into_iter().collect();
        Ok(json!({ "is_new": is_new, "fields": fields }))
    }
}

fn describe(session: &Session) -> Result<Value, Box<dyn Error>> {
    let mut data = Map::new();
    for key in session.keys() {
        let value = session.get(&key)?.unwrap_or_default();
        data.insert(key, value);
    }
    Ok(json!({
        "data": data,
        "flashes": session.flashes(""),
        "id": session.id().map(|id| id.to_string()),
        "is_new": session.is_new(),
    }))
}

/// A request that may bring cookies of another library, whose values are JSON.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Old {
    ring: String,
    now: u64,
    /// The `Cookie` field.
    cookie: String,
    absolute: u64,
    idle: Option<u64>,
    not_before: Option<u64>,
    sources: Vec<OldSource>,
    actions: Vec<String>,
    /// Other fields of the request.
    headers: Vec<(String, String)>,
    /// Status of the response.
    status: u16,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OldSource {
    name: String,
    path: String,
    from: u64,
    until: u64,
}

struct JsonCookie;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OldValue {
    entries: Map<String, Value>,
    created: Option<u64>,
    active: Option<u64>,
    expires: Option<u64>,
}

impl Reader for JsonCookie {
    fn read(&self, _name: &str, value: &str, _: &[Option<&str>]) -> Result<OldSession, Reason> {
        let value: OldValue = serde_json::from_str(value).map_err(|_| Reason::Auth)?;
        let mut session = OldSession::new(value.entries);
        if let Some(seconds) = value.created {
            session = session.created_at(time(seconds));
        }
        if let Some(seconds) = value.active {
            session = session.last_active_at(time(seconds));
        }
        if let Some(seconds) = value.expires {
            session = session.expires_at(time(seconds));
        }
        Ok(session)
    }
}

impl Old {
    fn answer(&self) -> Result<Value, Box<dyn Error>> {
        let cookie = self.cookie()?;
        let mut request = HeaderMap::new();
        request.insert("cookie", self.cookie.parse()?);
        for (name, value) in &self.headers {
            request.insert(HeaderName::try_from(name)?, value.parse()?);
        }
        let session = cookie.load_from(&request, time(self.now));
        let seen = describe(&session)?;
        let seconds = |at: Option<SystemTime>| {
            at.and_then(|at| Some(at.duration_since(UNIX_EPOCH).ok()?.as_secs()))
        };
        let dates = [
            session.created_at(),
            session.last_active_at(),
            session.expires_at(),
        ];
        let (outcome, reason) = match session.outcome() {
            Outcome::Absent => ("absent", None),
            Outcome::Migrated => ("migrated", None),
            Outcome::NotMigrated { reason } => ("notMigrated", Some(reason.name())),
            Outcome::Rejected { reason, .. } => ("rejected", Some(reason.name())),
            _ => ("opened", None),
        };
        let refused: Vec<bool> = self
            .actions
            .iter()
            .map(|action| act(&session, action).is_err())
            .collect();
        let mut response = HeaderMap::new();
        let status = StatusCode::from_u16(self.status)?;
        cookie.save_to(&session, status, &mut response)?;
        let set = response.get_all("set-cookie").into_iter();
        let fields: Result<Vec<&str>, _> = set.map(HeaderValue::to_str).collect();
        Ok(json!({
            "outcome": outcome,
            "reason": reason,
            "seen": seen,
            "dates": dates.map(seconds),
            "refused": refused,
            "fields": fields?,
        }))
    }

    fn cookie(&self) -> Result<SessionCookie, Box<dyn Error>> {
        let ring: KeyRing = self.ring.parse()?;
        let mut builder = SessionCookie::encrypted(ring)
            .absolute_timeout(Duration::from_secs(self.absolute))
            .idle_timeout(self.idle.map(Duration::from_secs))
            .revoked_if(|session| !matches!(session.get("locked"), Ok(None | Some(false))));
        if let Some(seconds) = self.not_before {
            builder = builder.not_before(time(seconds));
        }
        for source in &self.sources {
            let old = OldCookie::new(&source.name, JsonCookie).path(&source.path);
            builder = builder.migrate_from(old, time(source.from)..time(source.until));
        }
        Ok(builder.build()?)
    }
}

/// A session of a type with every kind of field.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Typed {
    ring: String,
    now: u64,
    cookie: String,
}

impl Typed {
    /// The payload as this side would write it, or the reason for which it is refused.
    fn answer(&self) -> Result<Value, Box<dyn Error>> {
        let ring: KeyRing = self.ring.parse()?;
        let cookie = SessionCookie::encrypted(ring).typed::<Every>().build()?;
        let session = cookie.load([&self.cookie], time(self.now));
        let payload = session.read(postcard::to_allocvec)?;
        Ok(match session.outcome() {
            Outcome::Rejected { reason, .. } => json!({ "refused": reason.to_string() }),
            _ => json!({ "payload": payload }),
        })
    }
}

#[derive(Clone, Default, Serialize, Deserialize, PartialEq)]
struct Every {
    bool: bool,
    small: (u8, i8),
    numbers: (u16, u32, u64, u128),
    signed: (i16, i32, i64, i128),
    floats: (f32, f64),
    char: char,
    text: String,
    bytes: Vec<u8>,
    option: Option<u64>,
    nested: Option<Option<bool>>,
    list: Vec<String>,
    array: [u16; 3],
    texts: BTreeMap<String, i64>,
    keyed: BTreeMap<i32, Option<bool>>,
    unit: (),
    kind: Kind,
    inner: Vec<Inner>,
    wrapped: Wrapped,
}

#[derive(Clone, Default, Serialize, Deserialize, PartialEq)]
enum Kind {
    #[default]
    Guest,
    Member {
        since: u32,
    },
    Pair(u8, String),
    Id(u64),
}

#[derive(Clone, Default, Serialize, Deserialize, PartialEq)]
struct Inner {
    id: u32,
    name: Option<String>,
}

#[derive(Clone, Default, Serialize, Deserialize, PartialEq)]
struct Wrapped(u32);

impl SessionData for Every {
    const LABEL: &str = "every";
    const SCHEMA: u32 = 1;
}

/// A request before a guard.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Guarded {
    ring: String,
    now: u64,
    method: String,
    uri: String,
    headers: Vec<(String, String)>,
    trusted: Vec<String>,
    form_posts: Vec<(String, String)>,
    origin_check_only: bool,
}

impl Guarded {
    async fn answer(&self) -> Result<Value, Box<dyn Error>> {
        let ring: KeyRing = self.ring.parse()?;
        let cookie = SessionCookie::encrypted(ring).build()?;
        let mut guard = CsrfGuard::new();
        for origin in &self.trusted {
            guard = guard.trust_origin(origin)?;
        }
        for (origin, path) in &self.form_posts {
            guard = guard.trust_form_post(origin, path)?;
        }
        if self.origin_check_only {
            guard = guard.origin_check_only();
        }
        let app: Router = Router::new()
            .fallback(any(async || "passed"))
            .layer(guard)
            .layer(SessionLayer::new(cookie).clock(time(self.now)));
        let mut request = Request::builder()
            .method(self.method.as_str())
            .uri(&self.uri);
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        let response = app.oneshot(request.body(Body::empty())?).await?;
        let status = response.status().as_u16();
        let body = to_bytes(response.into_body(), 4096).await?;
        Ok(json!({ "status": status, "body": String::from_utf8_lossy(&body) }))
    }
}

/// A cookie that settings describe.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Described {
    now: u64,
    /// The settings, as the text of a JSON table.
    table: Option<String>,
    /// Names and values of an environment, in which settings begin with `SESSION_`.
    variables: Vec<(String, String)>,
    /// Seconds after which a request comes.
    later: Vec<i64>,
}

impl Described {
    /// The effects of the cookie, or the reason why it is refused.
    fn answer(&self) -> Result<Value, Box<dyn Error>> {
        match self.cookie() {
            Ok(cookie) => self.effects(&cookie),
            Err(error) => Ok(json!({
                "refused": error.to_string(),
                "settings": error.settings().collect::<Vec<_>>(),
            })),
        }
    }

    fn cookie(&self) -> Result<SessionCookie, ConfigError> {
        let settings: SessionSettings = match &self.table {
            Some(table) => serde_json::from_str(table).expect("the test gives JSON"),
            None => SessionSettings::from_variables("SESSION_", self.variables.iter().cloned())?,
        };
        settings.build()
    }

    fn effects(&self, cookie: &SessionCookie) -> Result<Value, Box<dyn Error>> {
        let now = time(self.now);
        let session = cookie.load(None::<&str>, now);
        let room = session.remaining_bytes();
        session.insert("user", "ada")?;
        let expires = session.expires_at().map(seconds_of);
        let fields: Vec<String> = cookie.save(&session)?.into_iter().collect();
        let remembered = cookie.load(None::<&str>, now);
        remembered.insert("user", "ada")?;
        let until = remembered.remember_for(Duration::from_secs(1 << 31));
        let until = until.ok().map(seconds_of);
        let remembered: Vec<String> = cookie.save(&remembered)?.into_iter().collect();
        let pair = |field: &String| field.split(';').next().unwrap_or_default().to_owned();
        let came = [&fields, &remembered]
            .map(|fields| fields.iter().map(pair).collect::<Vec<_>>().join("; "));
        let mut later = Vec::new();
        for (seconds, came) in self
            .later
            .iter()
            .flat_map(|it| came.iter().map(move |c| (it, c)))
        {
            let session = cookie.load([came], time(self.now.saturating_add_signed(*seconds)));
            let user: Option<String> = session.get("user")?;
            let sent = cookie.save(&session)?.into_iter().count();
            later.push(json!([
                user,
                session.outcome().reason().map(|it| it.name()),
                sent
            ]));
        }
        let mut answers = Vec::new();
        for (status, caching) in [(500, "no-cache"), (200, "public, max-age=60")] {
            let session = cookie.load(None::<&str>, now);
            session.insert("user", "ada")?;
            let mut response = HeaderMap::new();
            response.insert("cache-control", HeaderValue::from_static(caching));
            cookie.save_to(&session, StatusCode::from_u16(status)?, &mut response)?;
            answers.push(json!([
                response.contains_key("set-cookie"),
                response
                    .get("cache-control")
                    .and_then(|it| it.to_str().ok()),
            ]));
        }
        Ok(json!({
            "name": cookie.name().as_str(),
            "settings": cookie.keys_in_use(now).settings.to_string(),
            "room": room,
            "expires": expires,
            "until": until,
            "fields": fields,
            "remembered": remembered,
            "later": later,
            "answers": answers,
        }))
    }
}

fn seconds_of(at: SystemTime) -> u64 {
    at.duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_secs())
}

fn act(session: &Session, action: &str) -> Result<(), Box<dyn Error>> {
    match action {
        "look" => drop(session.keys()),
        "set" => session.insert("set", true)?,
        "renew" => session.renew()?,
        "new-id" => session.renew_id()?,
        "clear" => session.clear()?,
        "sign-in" => drop(session.sign_in()?),
        "flash" => session.flash("", "Bye.")?,
        "fill" => session.insert("fill", "x".repeat(5000))?,
        "discard" => session.discard()?,
        "save" => session.save()?,
        _ => drop(session.invalidate()?),
    }
    Ok(())
}

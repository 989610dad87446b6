//! The value of a setting: how each kind is read, and given to the builder.

use std::time::{Duration, SystemTime};

use super::{
    table::{Builder, Kind},
    value::{Refusal, Value, pair_of},
};
use crate::{
    carrier::{FormerAttributes, Size},
    cookie::SameSite,
    crypto::suite::Mode,
    keys::RingSource,
    state::{Padding, RefreshAfter},
};

/// A value that was read.
#[derive(Clone, Debug)]
pub(super) enum Given {
    Mode(Mode),
    Text(String),
    Flag(bool),
    Span(Duration),
    SpanOrOff(Option<Duration>),
    Moment(SystemTime),
    SameSite(SameSite),
    RefreshAfter(RefreshAfter),
    Size(Size),
    Padding(Padding),
    Pairs(Vec<(String, String)>),
    FormerAttributes(Vec<FormerAttributes>),
    Keys(Vec<RingSource>),
}

impl Kind {
    pub(super) fn read(&self, value: Value) -> Result<Given, Refusal> {
        Ok(match self {
            Kind::Mode => Given::Mode(value.choice(&MODES)?),
            Kind::Text(_) => Given::Text(value.text()?),
            Kind::Flag(_) => Given::Flag(value.flag()?),
            Kind::Span(_) => Given::Span(value.span()?),
            Kind::SpanOrOff(_) => Given::SpanOrOff(value.span_or_off()?),
            Kind::Moment(_) => Given::Moment(value.moment()?),
            Kind::SameSite(_) => Given::SameSite(value.choice(&SAME_SITES)?),
            Kind::RefreshAfter(_) => Given::RefreshAfter(refresh_after(value)?),
            Kind::Size(_) => Given::Size(value.choice(&SIZES)?),
            Kind::Padding(_) => Given::Padding(value.choice(&PADDINGS)?),
            Kind::Pairs(_) => Given::Pairs(pairs(value)?),
            Kind::FormerAttributes(_) => Given::FormerAttributes(formerly(value)?),
            Kind::Keys(read) => Given::Keys(read(value)?),
            Kind::AlwaysTrue(why) => match value.flag()? {
                true => Given::Flag(true),
                false => return Err((*why).into()),
            },
        })
    }

    pub(super) fn apply(&self, given: &Given, builder: Builder) -> Builder {
        match (self, given) {
            (Kind::Text(method), Given::Text(text)) => method(builder, text.clone()),
            (Kind::Flag(method), Given::Flag(true)) => method(builder),
            (Kind::Span(method), Given::Span(span)) => method(builder, *span),
            (Kind::SpanOrOff(method), Given::SpanOrOff(span)) => method(builder, *span),
            (Kind::Moment(method), Given::Moment(moment)) => method(builder, *moment),
            (Kind::SameSite(method), Given::SameSite(same_site)) => method(builder, *same_site),
            (Kind::RefreshAfter(method), Given::RefreshAfter(after)) => method(builder, *after),
            (Kind::Size(method), Given::Size(size)) => method(builder, *size),
            (Kind::Padding(method), Given::Padding(padding)) => method(builder, *padding),
            (Kind::Pairs(method), Given::Pairs(pairs)) => {
                let add = |builder, (label, value)| method(builder, label, value);
                pairs.iter().cloned().fold(builder, add)
            }
            (Kind::FormerAttributes(method), Given::FormerAttributes(former)) => {
                former.iter().cloned().fold(builder, method)
            }
            // A flag that is off, or a kind without a method: the mode, the keys.
            _ => builder,
        }
    }
}

fn refresh_after(value: Value) -> Result<RefreshAfter, Refusal> {
    if let Some(word) = value.word(&REFRESHES) {
        return Ok(word);
    }
    value
        .span()
        .map(RefreshAfter::Span)
        .map_err(|_| NO_REFRESH.into())
}

/// No format promises the order of a table, so it is sorted by its labels. A list keeps its order.
fn pairs(value: Value) -> Result<Vec<(String, String)>, Refusal> {
    let is_table = matches!(value, Value::Table(_));
    let texts = |(label, value): (Value, Value)| Some((label.text().ok()?, value.text().ok()?));
    let of_list = |pair: Value| match pair {
        Value::List(pair) => texts(<[Value; 2]>::try_from(pair).ok()?.into()),
        _ => None,
    };
    let pairs: Option<Vec<_>> = match value {
        Value::Table(entries) => entries.into_iter().map(texts).collect(),
        Value::List(pairs) => pairs.into_iter().map(of_list).collect(),
        Value::Text(text) => text.split(',').map(pair_of).collect(),
        _ => None,
    };
    let mut pairs = pairs.ok_or(NO_PAIRS)?;
    if is_table {
        pairs.sort();
        if pairs.windows(2).any(|pair| pair[0].0 == pair[1].0) {
            return Err("has a label twice; leave one out or give a list of pairs".into());
        }
    }
    Ok(pairs)
}

fn formerly(value: Value) -> Result<Vec<FormerAttributes>, Refusal> {
    let entries = value.entries(|entry| entry.split_whitespace().map(pair_of).collect());
    let entries = entries.ok_or(NO_FORMERLY)?;
    entries.into_iter().map(former).collect()
}

fn former(entry: Value) -> Result<FormerAttributes, Refusal> {
    let entries = match entry {
        Value::Table(entries) if !entries.is_empty() => entries,
        _ => return Err(NO_FORMERLY.into()),
    };
    let add = |former: FormerAttributes, (key, value): (Value, Value)| {
        let key = key.text().map_err(|_| NO_FORMERLY)?;
        Ok(match &*key {
            "path" => former.path(value.text()?),
            "domain" if value.is_empty() => former.no_domain(),
            "domain" => former.domain(value.text()?),
            "partitioned" => former.partitioned(value.flag()?),
            _ => return Err(NO_FORMERLY.into()),
        })
    };
    entries.into_iter().try_fold(FormerAttributes::new(), add)
}

const MODES: [(&str, Mode); 2] = [
    ("encrypted", Mode::Encrypted),
    ("unencrypted-but-signed", Mode::UnencryptedButSigned),
];
const SAME_SITES: [(&str, SameSite); 4] = [
    ("strict", SameSite::Strict),
    ("lax", SameSite::Lax),
    ("none", SameSite::None),
    ("omit", SameSite::Omit),
];
const REFRESHES: [(&str, RefreshAfter); 3] = [
    ("never", RefreshAfter::Never),
    ("on-change", RefreshAfter::OnChange),
    ("always", RefreshAfter::Always),
];
const SIZES: [(&str, Size); 5] = [
    ("anywhere", Size::Anywhere),
    ("browser", Size::Browser),
    ("split:2", Size::Split(2)),
    ("split:3", Size::Split(3)),
    ("split:4", Size::Split(4)),
];
const PADDINGS: [(&str, Padding); 2] = [("none", Padding::None), ("padme", Padding::Padme)];

const NO_REFRESH: &str = "must be `never`, `on-change`, `always`, or a span of time like `5m`, \
    in lower case, or a number of seconds";
const NO_PAIRS: &str = "must be a table of texts, a list of pairs of texts, or a text like \
    `label=value, label=value`";
const NO_FORMERLY: &str = "must be a list of tables like `{ path = \"/app\", domain = \"\", \
    partitioned = true }`, where an empty domain is none, or a text like \
    `path=/app domain=example.com, path=/shop`";

//! The words and forms that a value may have.

use hardtack::{
    EncryptionKey, RefreshAfter, SameSite, SessionCookie, SessionSettings, Size,
    carrier::{FormerAttributes, SessionCookieBuilder},
};

use super::{times::seconds, toml};

type Calls = fn(SessionCookieBuilder) -> SessionCookieBuilder;

/// Settings, and calls of the builder that do the same.
#[rustfmt::skip] // One row a value.
const ROWS: [(&str, Calls); 34] = [
    ("", |b| b),
    ("idle_timeout = 'off'", |b| b.idle_timeout(None)),
    ("idle_timeout = false", |b| b.idle_timeout(None)),
    ("same_site = 'Lax'", |b| b.same_site(SameSite::Lax)),
    ("same_site = 'NONE'", |b| b.same_site(SameSite::None)),
    ("same_site = 'omit'", |b| b.same_site(SameSite::Omit)),
    ("size = 'anywhere'", |b| b.size(Size::Anywhere)),
    ("size = 'browser'", |b| b.size(Size::Browser)),
    ("size = 'split:2'", |b| b.size(Size::Split(2))),
    ("size = 'split:4'", |b| b.size(Size::Split(4))),
    ("refresh_after = 'never'", |b| b.refresh_after(RefreshAfter::Never)),
    ("refresh_after = 'on-change'", |b| b.refresh_after(RefreshAfter::OnChange)),
    ("refresh_after = 'always'", |b| b.refresh_after(RefreshAfter::Always)),
    ("refresh_after = 300", |b| b.refresh_after(RefreshAfter::Interval(seconds(300)))),
    ("refresh_after = ' 5m '", |b| b.refresh_after(RefreshAfter::Interval(seconds(300)))),
    ("absolute_timeout = 90", |b| b.absolute_timeout(seconds(90))),
    ("absolute_timeout = '90'", |b| b.absolute_timeout(seconds(90))),
    ("absolute_timeout = '90s'", |b| b.absolute_timeout(seconds(90))),
    ("absolute_timeout = '1m 30s'", |b| b.absolute_timeout(seconds(90))),
    ("absolute_timeout = '1h30m'", |b| b.absolute_timeout(seconds(5400))),
    ("absolute_timeout = '12 hours'", |b| b.absolute_timeout(seconds(43_200))),
    ("absolute_timeout = '1day'", |b| b.absolute_timeout(seconds(86_400))),
    ("absolute_timeout = '2w'", |b| b.absolute_timeout(seconds(1_209_600))),
    ("secure = true\nhttponly = 'yes'", |b| b),
    ("http_only = 1", |b| b),
    // A table is sorted, and a list is not.
    ("context = {tenant = 'acme', stage = 'live'}", |b| b.context("stage", "live").context("tenant", "acme")),
    ("context = [['tenant', 'acme'], ['stage', 'live']]", |b| b.context("tenant", "acme").context("stage", "live")),
    ("context = 'tenant=acme, stage=live'", |b| b.context("tenant", "acme").context("stage", "live")),
    ("formerly = {path = '/app'}", |b| b.formerly(FormerAttributes::new().path("/app"))),
    ("formerly = [{path = '/app', domain = 'example.com'}]", |b| b.formerly(app())),
    ("formerly = 'path=/app domain=example.com'", |b| b.formerly(app())),
    ("formerly = [{path = '/app'}, {domain = '', partitioned = false}]", |b| {
        b.formerly(FormerAttributes::new().path("/app")).formerly(no_domain())
    }),
    ("formerly = 'domain= partitioned=no'", |b| b.formerly(no_domain())),
    ("danger_allow_http = true", |b| b.danger_allow_http(true)),
];

fn app() -> FormerAttributes {
    FormerAttributes::new().path("/app").domain("example.com")
}

fn no_domain() -> FormerAttributes {
    FormerAttributes::new().no_domain().partitioned(false)
}

#[track_caller]
fn check(settings: &str, calls: Calls) {
    let builder = SessionCookie::encrypted(EncryptionKey::generate().unwrap());
    let of_settings = toml(settings).apply_to(builder.clone()).unwrap();
    let of_calls = calls(builder);
    assert_eq!(
        format!("{of_settings:?}"),
        format!("{of_calls:?}"),
        "{settings}"
    );
}

#[test]
fn a_value_makes_of_a_builder_what_these_calls_make_of_it() {
    for (settings, calls) in ROWS {
        check(settings, calls);
    }
    let default = SessionSettings::default();
    assert_eq!(format!("{:?}", toml("")), format!("{default:?}"));
}

#[test]
fn a_flag_is_one_of_these_words_in_any_case() {
    for (words, is_on) in [
        (["true", "yes", "on", "y", "t", "1"], true),
        (["false", "no", "off", "n", "f", "0"], false),
    ] {
        let texts = words.iter().flat_map(|word| {
            let upper = word.to_uppercase();
            [format!("'{word}'"), format!("' {upper} '")]
        });
        let values = [is_on.to_string(), u8::from(is_on).to_string()];
        for value in texts.chain(values) {
            let allowed = format!("danger_allow_http = {value}");
            if is_on {
                check(&allowed, |b| b.danger_allow_http(true));
            } else {
                check(&allowed, |b| b);
            }
            let secure = toml(&format!("secure = {value}"));
            assert_eq!(secure.check().is_ok(), is_on, "{value}");
        }
    }
}

// Written by .ci/settings from src/settings/settings.toml: change that.

use std::time::UNIX_EPOCH;

use hardtack::{carrier::*, *};

use super::{
    times::seconds,
    together::{Row, row},
};

#[rustfmt::skip]
pub(super) const ROWS: &[Row] = &[
    row("name", "'__Host-loginx'", "'__Host-login'", |b| b.name("__Host-login")),
    row("path", "'/appx'", "'/app'", |b| b.path("/app")),
    row("domain", "'example.comx'", "'example.com'", |b| b.domain("example.com")),
    row("same_site", "'omit'", "'Strict'", |b| b.same_site(SameSite::Strict)),
    row("partitioned", "false", "'yes'", |b| b.partitioned(true)),
    row("persistent", "false", "'yes'", |b| b.persistent(true)),
    row("idle_timeout", "'9s'", "'15m'", |b| b.idle_timeout(seconds(900))),
    row("absolute_timeout", "'9s'", "'8h'", |b| b.absolute_timeout(seconds(28800))),
    row("remember_up_to", "'9s'", "'30d'", |b| b.remember_up_to(seconds(2592000))),
    row("remembered_idle_timeout", "'9s'", "'14d'", |b| b.remembered_idle_timeout(seconds(1209600))),
    row("refresh_after", "'9s'", "'5m'", |b| b.refresh_after(RefreshAfter::Interval(seconds(300)))),
    row("refresh_navigations_only", "false", "'yes'", |b| b.refresh_navigations_only(true)),
    row("clock_skew", "'9s'", "'5'", |b| b.clock_skew(seconds(5))),
    row("not_before", "'2028-01-15T08:00:00Z'", "'2026-12-15T00:00:00Z'", |b| b.not_before(UNIX_EPOCH + seconds(1_797_292_800))),
    row("size", "'split:4'", "'browser'", |b| b.size(Size::Browser)),
    row("padding", "'none'", "'padme'", |b| b.padding(Padding::Padme)),
    row("application", "'shopx'", "'shop'", |b| b.application("shop")),
    row("context", "{a = 'a', b = 'a'}", "'tenant=acme, stage=live'", |b| b.context("tenant", "acme").context("stage", "live")),
    row("formerly", "{path = '/a'}", "'path=/old, domain='", |b| b.formerly(FormerAttributes::new().path("/old")).formerly(FormerAttributes::new().no_domain())),
    row("save_on_server_error", "false", "'yes'", |b| b.save_on_server_error(true)),
    row("keep_unknown_keys", "false", "'yes'", |b| b.keep_unknown_keys(true)),
    row("danger_allow_http", "false", "'yes'", |b| b.danger_allow_http(true)),
    row("danger_allow_shared_caching", "false", "'yes'", |b| b.danger_allow_shared_caching(true)),
    row("secure", "true", "'true'", |b| b),
    row("httponly", "true", "'1'", |b| b),
];

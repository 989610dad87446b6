//! A full session still fits, whatever is done with it.

use hardtack::{RefreshAfter, Session, SessionCookieBuilder, Size};

use crate::{
    AGES, assert_within,
    browser::Browser,
    fill, long_lived,
    moments::at,
    sites::{encrypted, signed, xchacha},
};

#[test]
fn a_full_session_is_renewed_at_any_age() {
    for_every_site(|site, limit| {
        let mut browser = Browser::from(site.refresh_after(RefreshAfter::Always));
        browser.visit(fill);
        for age in AGES {
            browser.now = age;
            assert_eq!(browser.visit(Session::remaining_bytes), 0);
            assert_within(&browser.sent, limit);
            assert_eq!(browser.visit(Session::last_active_at), Some(at(age)));
        }
    });
}

#[test]
fn a_full_session_is_changed_at_any_age() {
    for_every_site(|site, limit| {
        let mut browser = Browser::from(site);
        browser.visit(fill);
        for (age, letter) in AGES.into_iter().zip('a'..) {
            browser.now = age;
            let change = |full: &mut String| *full = letter.to_string().repeat(full.len());
            browser.visit(|session| session.update("full", change).unwrap());
            assert_within(&browser.sent, limit);
            assert_eq!(browser.visit(Session::remaining_bytes), 0);
        }
    });
}

#[test]
fn a_full_session_gets_an_id_at_any_age() {
    for_every_site(|site, limit| {
        for age in AGES {
            let mut browser = Browser::from(site.clone());
            browser.visit(fill);
            browser.now = age;
            let id = browser.visit(|session| session.ensure_id().unwrap());
            assert_within(&browser.sent, limit);
            assert_eq!(browser.visit(Session::id), Some(id));
        }
    });
}

#[test]
fn a_full_session_begins_anew_at_a_sign_in_at_any_age() {
    for_every_site(|site, limit| {
        for age in AGES {
            let mut browser = Browser::from(site.clone());
            browser.visit(fill);
            browser.now = age;
            browser.visit(|session| {
                session.renew().unwrap();
                session.renew_id().unwrap();
                session.save().unwrap();
            });
            assert_within(&browser.sent, limit);
            assert_eq!(browser.visit(Session::created_at), Some(at(age)));
            assert_eq!(browser.visit(Session::remaining_bytes), 0);
        }
    });
}

/// Both profiles in every suite, with sessions that live long, and their limits.
fn for_every_site(check: impl Fn(SessionCookieBuilder, usize)) {
    for site in [encrypted(), xchacha(), signed()] {
        check(long_lived(site.clone()), 3072);
        check(long_lived(site).size(Size::Browser), 4096);
    }
}

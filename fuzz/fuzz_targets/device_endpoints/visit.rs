//! A request of a page, beside the two of devices: a bound session opens with the proof of its device, and for nobody
//! else.

use hardtack::{Session, SessionError, session::Reason};
use hardtack_device::DeviceBinding;

use super::{
    site::{BOUND_UNTIL, SITE},
    time,
};

/// What the handler does.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Act {
    Look,
    Insert,
    SignIn,
    SignOut,
}

/// The session that a request gets.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Got {
    Nothing,
    Unbound,
    Bound,
    Stale,
}

pub fn check(seconds: u64, act: &str, cookies: &str) {
    let act = match act {
        "insert" => Act::Insert,
        "sign in" => Act::SignIn,
        "sign out" => Act::SignOut,
        _ => Act::Look,
    };
    let session = SITE.cookie.load([cookies], time(seconds));
    let got = got(&session);
    let pairs = cookies
        .split(';')
        .map(|pair| pair.trim_matches([' ', '\t']));
    let pairs: Vec<_> = pairs.collect();
    let has = |pair: &String| pairs.iter().any(|found| pair == found);
    let is_proven = has(&SITE.bound) && seconds < BOUND_UNTIL;
    match got {
        Got::Nothing => {}
        Got::Unbound => assert!(has(&SITE.unbound), "{cookies}"),
        Got::Bound => assert!(is_proven && (has(&SITE.session) || has(&SITE.unbound))),
        Got::Stale => assert!(has(&SITE.session), "{cookies}"),
    }
    if let Some(expected) = expected(&pairs, is_proven).filter(|_| seconds < IDLE) {
        assert_eq!(got, expected, "{cookies}");
    }
    check_act(act, got, &session);
}

/// Returns the session that the cookies of a browser get.
fn expected(pairs: &[&str], is_proven: bool) -> Option<Got> {
    let (bound, session, unbound) = (&*SITE.bound, &*SITE.session, &*SITE.unbound);
    match pairs {
        _ if *pairs == [session, bound] || *pairs == [bound, session] => match is_proven {
            true => Some(Got::Bound),
            false => Some(Got::Stale),
        },
        _ if *pairs == [session] => Some(Got::Stale),
        _ if *pairs == [unbound] => Some(Got::Unbound),
        // The browser has registered, and its first response has not come yet.
        _ if *pairs == [unbound, bound] && is_proven => Some(Got::Bound),
        _ => None,
    }
}

fn got(session: &Session) -> Got {
    match DeviceBinding::of(session) {
        DeviceBinding::Bound => Got::Bound,
        DeviceBinding::Stale => {
            assert_eq!(session.outcome().reason(), Some(Reason::Stale));
            assert!(session.is_new() && session.id().is_none());
            Got::Stale
        }
        _ if session.is_new() => Got::Nothing,
        _ => Got::Unbound,
    }
}

/// A stale session is not changed. With a session that ends, its bound cookie does, and a mark tells of it; a sign-in is
/// offered to the device.
fn check_act(act: Act, got: Got, session: &Session) {
    let done = match act {
        Act::Look => Ok(()),
        Act::Insert => session.insert("user", 42),
        Act::SignIn => session.sign_in().map(drop),
        Act::SignOut => session.invalidate().map(drop),
    };
    let is_refused = act == Act::Insert && got == Got::Stale;
    assert_eq!(matches!(done, Err(SessionError::Stale)), is_refused);
    let fields = SITE.cookie.save(session).expect("the clock is right");
    assert_eq!(!fields.others().is_empty(), act == Act::SignIn);
    let name_of = |pair: &str| pair.split('=').next().map(|name| format!("{name}="));
    let bound = name_of(&SITE.bound).expect("there is a first");
    let is_bound_dropped = fields
        .iter()
        .any(|field| field.starts_with(&bound) && field.contains("; Max-Age=0;"));
    let is_marked = fields
        .iter()
        .any(|field| field.starts_with(&format!("{}=1;", SITE.mark)));
    let ends = matches!(act, Act::SignIn | Act::SignOut);
    let was_bound = matches!(got, Got::Bound | Got::Stale);
    assert_eq!(is_bound_dropped, ends && was_bound, "{act:?} {got:?}");
    assert!(!is_marked || ends, "{act:?} {got:?}");
    assert!(is_marked || !is_bound_dropped, "{act:?} {got:?}");
}

/// Seconds after which no session opens.
const IDLE: u64 = 1800;

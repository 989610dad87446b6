//! A token opens where it was sealed for, and nowhere else.

use hardtack::{
    Context, SessionToken,
    carrier::{SessionBuilder, SessionCookieBuilder, TokenChange},
};
use proptest::prelude::*;

use super::{
    HEAD_LEN, SUITES, assert_refused, blob_of, browser::Browser, cases::cases, encode, site_of,
    small_token, suite, times::at, tokens_of,
};

/// Everything that a token is bound to.
#[derive(Clone, Debug, PartialEq)]
struct Binding {
    suite: &'static str,
    key: u8,
    is_cookie: bool,
    name: String,
    application: Option<String>,
    type_label: String,
    context: Vec<(String, String)>,
}

fn binding() -> impl Strategy<Value = Binding> {
    let pair = ("[ab]{0,2}", "[ab]{0,2}");
    let context = prop::collection::vec(pair, 0..3);
    let name = prop_oneof!["[ab]", "__Host-[ab]", "header", "token"];
    let labels = (prop::option::of("[ab]{1,2}"), "[ab]{0,2}");
    (suite(), 0..2u8, any::<bool>(), name, labels, context).prop_map(
        |(suite, key, is_cookie, name, (application, type_label), context)| Binding {
            suite,
            key,
            is_cookie,
            name,
            application,
            type_label,
            context,
        },
    )
}

impl Binding {
    fn cookie(&self) -> SessionCookieBuilder {
        self.labelled(site_of(self.suite, self.key).name(&self.name))
    }

    fn tokens(&self) -> SessionToken {
        let tokens = self.labelled(tokens_of(self.suite, self.key, &self.name));
        self.bound(tokens).build().unwrap()
    }

    fn labelled<C>(&self, builder: SessionBuilder<C>) -> SessionBuilder<C> {
        let builder = builder.type_label(&self.type_label);
        match &self.application {
            Some(application) => builder.application(application),
            None => builder,
        }
    }

    fn bound<C>(&self, builder: SessionBuilder<C>) -> SessionBuilder<C> {
        let pairs = self.context.iter();
        pairs.fold(builder, |builder, (label, value)| {
            builder.context(label, value)
        })
    }

    fn seal(&self) -> String {
        if self.is_cookie {
            let mut browser = Browser::from(self.bound(self.cookie()));
            browser.visit(|session| session.insert("a", 1).unwrap());
            return browser.token().to_owned();
        }
        let tokens = self.tokens();
        let session = tokens.load(None::<&str>, at(0));
        session.insert("a", 1).unwrap();
        match tokens.save(&session).unwrap() {
            TokenChange::Store(token) => token,
            other => panic!("{other:?}"),
        }
    }

    fn opens(&self, token: &str) -> bool {
        if self.is_cookie {
            let field = [format!("{}={token}", self.name)];
            let cookie = self.bound(self.cookie()).build().unwrap();
            let is_open = !cookie.load(&field, at(0)).is_new();
            // A context of the request has the same effect as one of the cookie.
            let context = Context::new(self.context.clone()).unwrap();
            let bare = self.cookie().build().unwrap();
            let in_request = !bare.in_context(context).load(&field, at(0)).is_new();
            assert_eq!(is_open, in_request);
            return is_open;
        }
        !self.tokens().load(Some(token), at(0)).is_new()
    }
}

proptest! {
    #![proptest_config(cases(150))]

    #[test]
    fn a_token_opens_where_everything_is_the_same_and_nowhere_else(
        sealed in binding(),
        other in binding(),
    ) {
        let token = sealed.seal();
        prop_assert!(sealed.opens(&token));
        prop_assert_eq!(other.opens(&token), other == sealed);
        // One difference at a time.
        let near = [
            Binding { suite: other.suite, ..sealed.clone() },
            Binding { key: other.key, ..sealed.clone() },
            Binding { is_cookie: other.is_cookie, ..sealed.clone() },
            Binding { name: other.name, ..sealed.clone() },
            Binding { application: other.application, ..sealed.clone() },
            Binding { type_label: other.type_label, ..sealed.clone() },
            Binding { context: other.context, ..sealed.clone() },
        ];
        for near in near {
            prop_assert_eq!(near.opens(&token), near == sealed, "{:?}", near);
        }
    }
}

#[test]
fn no_two_contexts_are_the_same() {
    let texts = ["", "\0", "\0\0", "a"];
    let pairs = || {
        texts
            .into_iter()
            .flat_map(|label| texts.map(|value| (label, value)))
    };
    let mut contexts = vec![Vec::new()];
    contexts.extend(pairs().map(|pair| vec![pair]));
    contexts.extend(pairs().flat_map(|one| pairs().map(move |two| vec![one, two])));
    let bindings: Vec<_> = contexts
        .iter()
        .map(|pairs| Context::new(pairs.iter().copied()).unwrap())
        .collect();
    for (position, binding) in bindings.iter().enumerate() {
        let first = bindings.iter().position(|other| other == binding);
        assert_eq!(first, Some(position), "{:?}", contexts[position]);
    }
}

#[test]
fn a_token_does_not_open_under_another_suite_of_the_same_secret() {
    let heads = SUITES.map(|suite| blob_of(&small_token(suite))[..HEAD_LEN].to_vec());
    for suite in SUITES {
        let blob = blob_of(&small_token(suite));
        for (other, head) in SUITES.into_iter().zip(&heads) {
            if other != suite {
                assert_refused(other, &encode(&blob));
                assert_refused(other, &encode(&[head, &blob[HEAD_LEN..]].concat()));
            }
        }
    }
}

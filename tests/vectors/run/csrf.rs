use serde::Deserialize;

use super::{Mode, PurposeOf, context, cookie_builder, for_each, slot, unhex};
use crate::{
    base::time::{EPOCH, system_time},
    session::csrf,
};

#[derive(Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase", deny_unknown_fields)]
enum Vector {
    Render {
        ring: String,
        mode: Mode,
        purpose: PurposeOf,
        context: Vec<(String, String)>,
        application: Option<String>,
        type_label: Option<String>,
        now: u64,
        sid: String,
        issued: u64,
        mask: String,
        token: String,
    },
    Check {
        ring: String,
        mode: Mode,
        purpose: PurposeOf,
        context: Vec<(String, String)>,
        application: Option<String>,
        now: u64,
        #[serde(default)]
        keep_unknown_keys: bool,
        session: String,
        token: String,
        passes: bool,
    },
}

#[test]
fn csrf_tokens_are_rendered_to_the_byte_and_pass_for_their_session_alone() {
    for_each("csrf", |name, vector: Vector| match vector {
        Vector::Render {
            ring,
            mode,
            purpose,
            context: pairs,
            application,
            type_label,
            now,
            sid,
            issued,
            mask,
            token,
        } => {
            let purpose = purpose.with(&application, &type_label).unwrap();
            let slot = slot(mode, &ring, purpose);
            let (keys, context) = (slot.keys(), context(&pairs));
            let issued = u32::try_from(issued - EPOCH).unwrap().to_be_bytes();
            let session = [&unhex(&sid)[..], &issued].concat();
            let mask = unhex(&mask).try_into().unwrap();
            let found = csrf::render(&keys, &context, now, &session, mask);
            assert_eq!(found, token, "{name}");
            assert!(
                csrf::check(&keys, &context, now, &session, &token),
                "{name}"
            );
        }
        Vector::Check {
            ring,
            mode,
            purpose,
            context,
            application,
            now,
            keep_unknown_keys,
            session,
            token,
            passes,
        } => {
            let mut cookie = cookie_builder(mode, &ring, &purpose, &application, &context);
            if keep_unknown_keys {
                cookie = cookie.keep_unknown_keys(true);
            }
            let cookie = cookie.build().unwrap();
            let field = format!("{}={session}", cookie.name().as_str());
            let session = cookie.load([field], system_time(now));
            assert_eq!(session.verify_csrf(&token).is_ok(), passes, "{name}");
        }
    });
}

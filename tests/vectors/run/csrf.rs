use serde::Deserialize;

use super::{for_each, scene::Scene, unhex};
use crate::{base::time::EPOCH, session::csrf, state::Map};

#[derive(Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase", deny_unknown_fields)]
enum Vector {
    Render {
        #[serde(flatten)]
        scene: Box<Scene>,
        sid: String,
        issued: u64,
        mask: String,
        token: String,
    },
    Check {
        #[serde(flatten)]
        scene: Box<Scene>,
        session: String,
        token: String,
        passes: bool,
    },
}

#[test]
fn csrf_tokens_are_rendered_to_the_byte_and_pass_for_their_session_alone() {
    for_each("csrf", |name, vector: Vector| match vector {
        Vector::Render {
            scene,
            sid,
            issued,
            mask,
            token,
        } => {
            let slot = scene.slot(scene.purpose());
            let (keys, context, now) = (slot.keys(), scene.context(), scene.now);
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
            scene,
            session,
            token,
            passes,
        } => {
            let field = format!("{}={session}", scene.purpose().name());
            let scene = scene.with_request(vec![("cookie".to_owned(), field)]);
            let session = scene.load(&scene.carrier::<Map>().unwrap());
            assert_eq!(session.verify_csrf(&token).is_ok(), passes, "{name}");
        }
    });
}

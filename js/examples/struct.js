// A session of a described type, which a struct in Rust reads.

import { SessionCookie } from "hardtack-session";
import { list, option, sessionType, struct, text, u53 } from "hardtack-session/struct";

// #[derive(Serialize, Deserialize, Default, PartialEq, SessionData)]
// #[session(label = "login", schema = 1)]
// struct Login { user: Option<u64>, roles: Vec<String> }
const shape = struct({ user: option(u53), roles: list(text) });
const type = sessionType({ label: "login", schema: 1, shape });

const cookies = await SessionCookie.encrypted(process.env.SESSION_KEYS, { type });
const session = await cookies.load(null);
session.update((login) => void login.roles.push("editor"));
console.log(session.value); // { user: null, roles: [ 'editor' ] }

//! English.

use super::Texts;

pub(super) const TEXTS: Texts = Texts {
    skip: "Skip to the content",
    navigation: "Pages",
    language: "Language",
    home: "Home",
    inside: "Look inside",
    about: "About",

    title: "A session in one cookie",
    lead: "There is no session store behind this page. What it knows of you travels in one sealed \
           cookie, which your browser keeps.",
    your_name: "Your name",
    name_hint: "Any name will do, and there is no password. It is a demonstration.",
    name_complaint: "Please give a name of 1 to 60 characters.",
    remember: "Remember me in this browser",
    sign_in: "Sign in",
    hello: "Hello",
    visits: "visits since you signed in",
    again: "Visit again",
    sign_out: "Sign out",

    signed_in: "You are signed in.",
    signed_out: "You are signed out.",
    saved: "Your choice is saved.",

    your_cookie: "Your session cookie, as it arrived",
    size: "Size of Set-Cookie, attributes included",
    of: "of",
    bytes: "bytes",
    sent_each_time: "each request sends",
    room: "Room left",
    cookie_name: "Name",
    mode: "Mode",
    encrypted: "Encrypted",
    signed: "Unencrypted but signed",
    state: "State",
    absent: "None arrived, so this session is new",
    opened: "Opened",
    opened_earlier: "Opened under an earlier key",
    rejected: "The token did not open, so this session is new",
    session_id: "Session id",
    key_id: "Key id",
    created_at: "Created",
    last_active_at: "Last active",
    expires_at: "Expires",
    ends_with_browser: "Ends with the browser",
    device: "Device",
    pending: "Not bound yet",
    bound: "Bound to this device",
    stale: "Bound to another device, or not proven",
    yes: "yes",
    no: "no",
    not_sent: "not sent yet",
    none: "none",
    no_cookie: "No cookie has arrived yet.",
    no_token: "What arrived is no token.",
    token: "The token",

    report: "What takes the room",
    report_lead: "Bytes inside the seal. Three of them are four characters of the cookie, and what the \
                  session may yet get is counted as if it had it: an id, and every date at its longest.",
    report_entry: "In the session",
    report_messages: "messages for the next page",
    report_padding: "padding",
    report_empty: "Set-Cookie with nothing in it",
    report_whole: "Set-Cookie with all of this, at most",
    cookies: "Cookies",

    inside_lead: "A cookie can be read on its owner’s computer. These are the bytes of yours.",
    session_purpose: "who you are, your language, your visits, messages for the next page",
    display_purpose: "how these pages look",
    encrypted_verdict: "Only the server has the key. To everybody else, you included, the content is \
                        noise, and a changed byte makes the token worthless.",
    signed_verdict: "Everybody can read the content, so it must be no secret. Nobody can change it \
                     without the key.",
    head: "Head: format and key id",
    nonce: "Nonce",
    ciphertext: "Ciphertext",
    body: "Body: dates and content",
    tag: "Tag",
    theme: "Colours, kept in the signed cookie",
    system: "As the system",
    light: "Light",
    dark: "Dark",
    apply: "Apply",
    forms_hint: "Each form on these pages carries a token that only this session can have made, so no other \
                 site can send one in your name.",

    about_untouched: "This page does not touch the session. Nothing is read, verified or decoded for \
                      it, so the response has neither <code>Set-Cookie</code> nor <code>Vary</code>, \
                      and any cache may keep it.",
    about_check: "See for yourself:",
    about_limits: "A session without a store has limits. Whoever copied your cookie before you signed \
                   out can use it until its own deadline: the server has nothing to strike it from.",
    about_playground: "Scripts find the same session under <code>/api</code>, as JSON:",
};

//! English.

use super::{Card, Named, Texts, Verdicts};

pub(super) const TEXTS: Texts = Texts {
    skip: "Skip to the content",
    navigation: "Pages",
    language: "Language",
    lab: "Lab",
    about: "About",

    title: "A session in one cookie",
    lead: "There is no session store behind this page. What it knows of you travels in one sealed cookie, which your \
           browser keeps. Look at it, use it, try to break it.",
    saved: "Your choice is saved.",

    your_cookie: "Your cookie, as it came with this request",
    verdicts: Verdicts {
        absent: Named {
            name: "New.",
            text: "No session came with this request.",
        },
        opened: Named {
            name: "Opened.",
            text: "The tag is right and no deadline has passed, so what is inside is what the server wrote.",
        },
        opened_earlier: Named {
            name: "Opened under an earlier key.",
            text: "This answer seals the session again, under the new one.",
        },
        rejected: "Refused",
        auth: "The tag is wrong: something was changed, or it was sealed for another purpose.",
        unknown_key: "The ring has no key of this format and id.",
        format: "The first byte is none of a format that is known here.",
        idle: "Nobody used it for longer than the idle timeout.",
        expired: "It is older than the absolute timeout.",
        future: "It was written later than the server’s clock shows.",
        revoked: "The deny list has its id, or it was issued too early.",
        stale: "It belongs to another device, or this one did not prove itself.",
        incomplete: "A part of it is missing.",
        malformed: "What came is no token.",
        instead: "This page shows the reason; a real site logs it and tells nobody. You have a new, empty session.",
    },
    picture: "The cookie, a square for each byte.",
    picture_hint: "Each square is a byte.",
    picture_click: "Click one, and the browser brings the cookie back with a bit flipped.",
    picture_flipped: "The crossed byte is the one that was changed.",
    part: "Part",
    bytes: "bytes",
    format: Named {
        name: "Format",
        text: "tells the algorithm",
    },
    key: Named {
        name: "Key id",
        text: "tells which key of the ring opens it",
    },
    nonce: Named {
        name: "Nonce",
        text: "random, new each time it is sealed",
    },
    ciphertext: Named {
        name: "Sealed body",
        text: "dates, messages, data: noise without the key",
    },
    body: Named {
        name: "Body",
        text: "dates, messages, data: signed, and everybody can read it",
    },
    tag: Named {
        name: "Tag",
        text: "one changed bit anywhere, and it is wrong",
    },
    no_cookie: "No cookie has arrived yet. This answer sets one: load the page again. If that changes nothing, the \
                browser keeps none. Safari keeps no Secure cookie of http://localhost: start the demo with --insecure.",
    no_token: "What arrived is no token, so there is nothing to draw.",
    room: "What takes the room",
    of: "of",
    room_bytes: "bytes that Set-Cookie may have at most; each request sends",
    cookies: "Cookies",
    room_entry: "Part",
    room_inside: "bytes inside",
    room_outside: "of the cookie",
    room_frame: "name, attributes, everything but content",
    room_messages: "messages for the next page",
    room_padding: "padding",
    room_left: "free",

    server_sees: "What the server sees inside",
    visitor_sees: "What you see without the key",
    encrypted: "Encrypted: noise to everybody without the key, you included.",
    signed: "Unencrypted but signed: everybody can read it, so it must be no secret. Nobody can change it.",
    no_display: "The colours of this page are kept in a second cookie, which is signed and not encrypted. Choose some, \
                 and you can read it here.",
    idle_timeout: "Idle timeout",
    absolute_timeout: "Absolute timeout",
    remembered_until: "Remembered",
    left: "left",
    over: "over",
    session_id: "Session id",
    created_at: "Created",
    last_active_at: "Last active",
    expires_at: "Expires",
    ends_with_browser: "Ends with the browser",
    csrf_token: "CSRF token",
    csrf_masked: "masked anew in each form",
    waiting: "Messages waiting",
    device: "Device",
    bound: "Bound to this device",
    stale: "Bound to another device, or not proven",
    yes: "yes",
    no: "no",
    not_sent: "not sent yet",
    none: "none",
    data: "Data",

    try_it: "Things to do",
    forms_hint: "Plain forms, without a script. Each carries a token that only this session can have made.",
    use_it: "Use it",
    attack_it: "Attack it",
    run_it: "Run the server",
    run_hint: "These settings are the server’s own, so they are the same for all of its visitors.",
    by_flags: "A flag has set this when the demo was started.",

    sign_in: Card {
        title: "Sign in",
        what: "Any name will do, there is no password. The session gets a new id, so a planted one is worth nothing.",
        button: "Sign in",
    },
    your_name: "Your name",
    name_complaint: "Please give a name of 1 to 60 characters.",
    remember_me: "Remember me in this browser",
    hello: "Hello",
    sign_out: "Sign out",
    signed_in: "You are signed in, and your session has a new id.",
    signed_out: "You are signed out: your browser has a new session, and the server has nothing to delete.",

    count: Card {
        title: "Count",
        what: "A number in the session. Nothing is saved but the cookie.",
        button: "Count one more",
    },

    fill: Card {
        title: "Fill it up",
        what: "Browsers drop cookies that are too large without a word. So a change that does not fit is an error where \
               it is made.",
        button: "Add",
    },
    fill_bytes: "Bytes to add",
    fill_number: "Please give a number of bytes, from 1 to 20,000.",
    fill_remove: "Remove what was added",
    filled: "It fits: see what takes the room.",
    fill_complaint: "It does not fit: {needed} bytes would be needed, and {allowed} are allowed. Nothing is lost, your \
                     session is as it was.",
    emptied: "What was added is gone, and the cookie is short again.",

    flash: Card {
        title: "Leave a message",
        what: "A flash message waits in the session for the next page, which shows it once.",
        button: "Leave it",
    },
    flash_message: "Message",
    flash_complaint: "Please write a message.",
    flash_left: "Your message waited in the cookie and is at the top of this page. Load the page again: it is gone.",

    remember: Card {
        title: "Be remembered",
        what: "A session ends with the browser. Where the server allows it, a visitor may be remembered for 30 days, by \
               a box at the sign-in.",
        button: "Allow it",
    },
    remember_off: "Forbid it",
    remember_allowed: "The sign-in has a box now. Tick it, and Set-Cookie gets a Max-Age.",
    remember_forbidden: "Nobody is remembered any longer.",

    theme: Card {
        title: "Choose colours",
        what: "They are kept in a second cookie that is signed and not encrypted, because anybody may know them.",
        button: "Apply",
    },
    theme_colours: "Colours",
    system: "As the system",
    light: "Light",
    dark: "Dark",

    flip: Card {
        title: "Flip a bit",
        what: "Changes one bit of one byte, as a click on the picture does, and gives the cookie back to your browser.",
        button: "Flip",
    },
    flip_byte: "Byte",
    flipped: "One bit of byte {byte} was flipped ({part}), and the server refused the cookie: {reason}. Below, the \
              unchanged one can be put back.",
    flip_nothing: "There is no such byte in the cookie that came, so nothing was changed.",
    flip_undo: "Put the unchanged one back",

    rename: Card {
        title: "Use another name",
        what: "The name of the cookie is part of what is sealed. A token of one cookie is worth nothing in another one.",
        button: "Try it as another cookie",
    },
    renamed: "As {name} the same token was refused: {reason}.",

    copy: Card {
        title: "Copy, sign out, replay",
        what: "Put a copy of your cookie aside as a thief would, then sign out: the copy still opens. The server has no \
               list of sessions to strike it from, and it ends at its own deadline. With a deny list (revoked_if) the \
               server can end it now.",
        button: "Copy my cookie",
    },
    copied: "Copied. Now sign out, and see that the copy still opens.",
    copy_opens: "The copy opens.",
    copy_of: "It belongs to {name}.",
    copy_of_nobody: "Nobody is signed in.",
    copy_replay: "Put the copy back",
    replayed: "Your browser has the copied cookie again.",
    copy_revoke: "Deny its id",
    revoked: "The deny list has the id {id} now: 8 bytes, until the session’s own deadline.",
    copy_nothing: "There is no copy with an id.",

    csrf: Card {
        title: "Let another site try",
        what: "A purse in a third cookie, SameSite=None so that your browser sends it with forms of other sites, too. \
               The other site is this server under its other name. Its form comes to one address with the guard, and to \
               one without, as a control.",
        button: "Put 10 coins in",
    },
    csrf_coins: "coins",
    csrf_elsewhere: "Visit the other site",
    csrf_filled: "There are 10 coins in the purse.",
    csrf_taken: "A coin is gone: there was no guard, and your browser sent the cookie.",
    csrf_held: "The guard held: the form came from another site, and no coin was taken.",
    csrf_insecure: "Needs Secure cookies: start the demo without --insecure.",
    elsewhere_title: "Another site",
    elsewhere_lead: "For your browser this is another site than the lab:",
    elsewhere_forms: "Forms like these can be on any page. They are sent to",
    elsewhere_guarded: "Take a coin where the guard is",
    elsewhere_unguarded: "Take a coin where no guard is",
    elsewhere_back: "Back to the lab",

    large: Card {
        title: "Set 4,096 bytes, and 4,097",
        what: "Two cookies without a session, name and value together one byte apart, to see what your browser keeps.",
        button: "Set both",
    },
    large_kept: "Kept: {kept}. Dropped without a word: {dropped}. That is why a session that is too large is refused.",

    rotate: Card {
        title: "Rotate the key",
        what: "A fresh key seals from now on, and the old one still opens. In the picture the key id changes its colour.",
        button: "Rotate",
    },
    retire: "Retire the old keys",
    key_id: "Key id",
    key_role: "role",
    key_seals: "seals",
    key_opens: "opens",
    rotated: "A fresh key seals. Your session opened under the old one, and was sealed again.",
    retired: "Only the key that seals is left. What older keys sealed opens no more: a copy from before, for example.",

    clock: Card {
        title: "Move the clock",
        what: "The deadlines are inside the seal, so the server’s clock decides. The idle timeout is drawn above.",
        button: "+31 min",
    },
    clock_right: "Set it right",
    clock_moved: "The server’s clock is ahead now. What became of your cookie is at the top.",
    clock_set_right: "The clock is right again.",

    split: Card {
        title: "Allow several cookies",
        what: "One cookie is enough for most. With Size::Split a session may take up to four, and they count as one.",
        button: "Up to four cookies",
    },
    split_off: "Back to one cookie",
    split_allowed: "Your session may take four cookies now. Fill it up.",
    split_forbidden: "Sessions take one cookie again. A larger one still opens, and may only shrink.",

    numbers: Card {
        title: "What it costs",
        what: "Your own cookie, opened and sealed 400 times on this machine, beside the network that each request \
               needs. Every step to the right is ten times as long.",
        button: "Measure",
    },
    numbers_open: "open",
    numbers_save: "save",
    numbers_network: "one way through a network: nearby, a continent, a phone far out",
    numbers_picture: "Histogram of opening and saving, in microseconds, beside networks of 1, 20 and 100 milliseconds",
    numbers_debug: "This program was built without optimization; with --release it is faster.",

    no_such_page: "There is no such page.",
    form_address: "This address is for a form.",
    about_untouched: "This page does not touch the session. Nothing is read, verified or decoded for it, so the response \
                      has neither Set-Cookie nor Vary, and any cache may keep it.",
    about_check: "See for yourself:",
    about_limits: "A session without a store has limits. Whoever copied your cookie before you signed out can use it \
                   until its own deadline: the server has nothing to strike it from.",
    about_playground: "Scripts find the same session under /api, as JSON:",
};

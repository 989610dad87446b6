use crate::{Client, Method};

/// Visits pages that need a user, without one. The examples for different frameworks lead to the sign-in, and back, alike.
pub fn leads_to_the_sign_in(browser: &Client) {
    let page = format!("{}/page?a=1", browser.base());
    let to_page = "/sign-in?next=%2Fpage%3Fa%3D1";
    // Of a page, a script, and parts of pages.
    for (path, fields, status, name, value) in [
        (
            "/account?a=1",
            vec![],
            303,
            "location",
            "/sign-in?next=%2Faccount%3Fa%3D1",
        ),
        ("/account", vec![("sec-fetch-mode", "cors")], 401, "", ""),
        (
            "/part",
            vec![("hx-current-url", &*page)],
            204,
            "hx-redirect",
            to_page,
        ),
        (
            "/part",
            vec![
                ("hx-current-url", &*page),
                ("hx-boosted", "true"),
                ("sec-fetch-mode", "cors"),
            ],
            303,
            "location",
            "/sign-in?next=%2Fpart",
        ),
        (
            "/part",
            vec![
                ("turbo-frame", "frame"),
                ("referer", &page),
                ("sec-fetch-mode", "cors"),
            ],
            303,
            "location",
            to_page,
        ),
        (
            "/part",
            vec![("turbo-frame", "frame")],
            303,
            "location",
            "/sign-in?next=%2F",
        ),
    ] {
        let request = browser.request(Method::GET, path);
        let request = fields
            .iter()
            .fold(request, |it, (name, value)| it.header(name, value));
        let answer = browser.browser().ask(request);
        let found = answer.header(name).unwrap_or("");
        assert_eq!((answer.status, found), (status, value), "{fields:?}");
    }
}

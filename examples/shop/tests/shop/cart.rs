use crate::browser::{Browser, PASSWORD, Site};

async fn add(browser: &Browser<'_>, item: &str, label: &str) -> u16 {
    let fields = [("item", item), ("pieces", "2"), ("label", label)];
    browser.submit("/", "/cart/add", &fields).await.status
}

#[tokio::test]
async fn the_cart_of_an_anonymous_visitor_is_kept_at_the_sign_in() {
    let site = Site::new();
    site.user("ada").await;
    let browser = site.browser();
    add(&browser, "1", "").await;
    browser.sign_in("ada", PASSWORD, &[]).await;
    let cart = browser.get("/cart").await;
    assert!(cart.has("2 × Hardtack, a tin") && cart.has("£9.00"));
    browser
        .submit("/cart", "/cart/remove", &[("line", "0")])
        .await;
    assert!(browser.get("/cart").await.has("It is empty."));
}

#[tokio::test]
async fn the_cart_of_another_user_is_not() {
    let site = Site::new();
    let browser = site.user("ada").await;
    site.user("bob").await;
    add(&browser, "1", "").await;
    browser.sign_in("bob", PASSWORD, &[]).await;
    assert!(browser.get("/cart").await.has("It is empty."));
}

#[tokio::test]
async fn a_full_cart_says_so_and_leaves_room_for_a_sign_in() {
    let site = Site::new();
    let browser = site.browser();
    let mut lines = 0;
    for label in [&*"x".repeat(100), ""] {
        let status = loop {
            match add(&browser, "1", label).await {
                303 => lines += 1,
                status => break status,
            }
        };
        assert_eq!(status, 409);
    }
    assert!(lines > 10);
    let fields = [("name", &*"ö".repeat(40)), ("password", PASSWORD)];
    let page = browser.submit("/sign-up", "/sign-up", &fields).await;
    assert_eq!(page.status, 303, "{}", page.text);
    let cart = browser.get("/cart").await;
    assert_eq!(cart.text.matches("Hardtack, a tin").count(), lines);
}

#[tokio::test]
async fn an_order_is_placed_once_though_an_older_cookie_is_sent_again() {
    let site = Site::new();
    let browser = site.user("ada").await;
    add(&browser, "2", "").await;
    let copy = browser.clone();
    let form = browser.get("/checkout").await;
    let fields = ["csrf_token", "number", "items"].map(|name| (name, form.field(name)));
    for sender in [&browser, &copy] {
        assert_eq!(sender.post("/checkout", &fields).await.location, "/account");
    }
    assert!(browser.get("/cart").await.has("It is empty."));
    assert!(
        copy.get("/account")
            .await
            .has("You have ordered this already.")
    );
    let account = browser.get("/account").await;
    assert_eq!(account.text.matches("Lime juice").count(), 1);
}

#[tokio::test]
async fn what_the_visitor_was_not_shown_is_not_ordered() {
    let site = Site::new();
    let browser = site.user("ada").await;
    add(&browser, "2", "").await;
    let form = browser.get("/checkout").await;
    let fields = ["csrf_token", "number", "items"].map(|name| (name, form.field(name)));
    // In another tab.
    add(&browser, "1", "").await;
    let answer = browser.post("/checkout", &fields).await;
    assert_eq!(answer.location, "/checkout");
    let form = browser.get("/checkout").await;
    assert!(form.has("Your cart has changed.") && form.has("Hardtack, a tin"));
    let account = browser.get("/account").await;
    assert!(!account.has("Lime juice"));
    let long = [
        ("number", &*"x".repeat(1000)),
        ("items", form.field("items")),
    ];
    let answer = browser.submit("/checkout", "/checkout", &long).await;
    assert_eq!(answer.status, 404);
}

#[tokio::test]
async fn a_label_is_text_on_every_page() {
    let site = Site::new();
    let browser = site.user("<b>").await;
    add(&browser, "1", "<script>'\"&").await;
    let mut pages = vec![browser.get("/cart").await, browser.get("/checkout").await];
    let fields = [
        ("number", pages[1].field("number")),
        ("items", "2 × Hardtack, a tin, labelled “<script>'\"&”"),
    ];
    let ordered = browser.submit("/checkout", "/checkout", &fields).await;
    assert_eq!(ordered.location, "/account");
    pages.push(browser.get("/account").await);
    for page in pages {
        assert!(page.has("&lt;script&gt;&#39;&quot;&amp;"), "{}", page.text);
        assert!(!page.has("<script>") && !page.has("<b>"));
    }
}

#[tokio::test]
async fn a_label_adds_no_line_to_an_order() {
    let site = Site::new();
    let browser = site.user("ada").await;
    let label = "for Ada”; 99 × Salt pork, a barrel, labelled “urgent";
    add(&browser, "1", label).await;
    let form = browser.get("/checkout").await;
    let words = "for Ada\"; 99 × Salt pork, a barrel, labelled \"urgent";
    let items = format!("2 × Hardtack, a tin, labelled “{words}”");
    let fields = [("number", form.field("number")), ("items", &*items)];
    browser.submit("/checkout", "/checkout", &fields).await;
    let account = browser.get("/account").await;
    let line = format!("<li>{}</li>", items.replace('"', "&quot;"));
    assert!(account.has(&line), "{}", account.text);
}

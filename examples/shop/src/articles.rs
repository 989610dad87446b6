//! What the shop sells.

pub struct Article {
    pub id: u16,
    pub name: &'static str,
    pub pence: u32,
}

pub const ARTICLES: [Article; 4] = [
    Article {
        id: 1,
        name: "Hardtack, a tin",
        pence: 450,
    },
    Article {
        id: 2,
        name: "Lime juice, a bottle",
        pence: 320,
    },
    Article {
        id: 3,
        name: "Dried peas, a sack",
        pence: 780,
    },
    Article {
        id: 4,
        name: "Salt pork, a barrel",
        pence: 5600,
    },
];

pub fn article(id: u16) -> Option<&'static Article> {
    ARTICLES.iter().find(|article| article.id == id)
}

pub fn price(pence: u32) -> String {
    format!("£{}.{:02}", pence / 100, pence % 100)
}

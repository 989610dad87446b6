//! What the shop sells.

pub struct Item {
    pub id: u16,
    pub name: &'static str,
    pub pence: u32,
}

pub const ITEMS: [Item; 4] = [
    Item {
        id: 1,
        name: "Hardtack, a tin",
        pence: 450,
    },
    Item {
        id: 2,
        name: "Lime juice, a bottle",
        pence: 320,
    },
    Item {
        id: 3,
        name: "Dried peas, a sack",
        pence: 780,
    },
    Item {
        id: 4,
        name: "Salt pork, a barrel",
        pence: 5600,
    },
];

pub fn item(id: u16) -> Option<&'static Item> {
    ITEMS.iter().find(|item| item.id == id)
}

pub fn price(pence: u32) -> String {
    format!("£{}.{:02}", pence / 100, pence % 100)
}

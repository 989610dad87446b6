//! Any order of a visitor's actions, in a browser that keeps to the protocol.

use proptest::prelude::*;

use super::{
    browser::{Browser, Carry, Device, Offer},
    cases::cases,
    site::{START, Site},
};

#[derive(Clone, Copy, Debug)]
enum Step {
    Get(&'static str),
    Post(&'static str),
    /// The browser has made the key for one of the offers.
    Register(prop::sample::Index),
    SignOut,
    Wait(u64),
    Refresh,
    Rotate,
}

struct Visitor {
    site: Site,
    browser: Browser,
    now: u64,
    /// Those of the last minutes.
    offers: Vec<(Offer, u64)>,
    /// Each with the time of its last refresh.
    devices: Vec<(Device, u64)>,
}

impl Visitor {
    fn take(&mut self, step: Step, carry: Carry) {
        match step {
            Step::Get(path) => self.fetch("GET", path, carry),
            Step::Post(path) => self.fetch("POST", path, carry),
            Step::Register(which) => self.register(which, carry),
            Step::SignOut => self.sign_out(carry),
            Step::Wait(seconds) => {
                self.site.wait(seconds);
                self.now += seconds;
            }
            Step::Refresh => self.refresh(carry, |_| true),
            Step::Rotate => self.site.keys.rotate(),
        }
    }

    /// Makes a request, after the refreshes that it waits for.
    fn fetch(&mut self, method: &str, path: &str, carry: Carry) {
        let now = self.now;
        self.refresh(carry, |refreshed| now >= refreshed + 480);
        self.browser.fetch(&self.site, method, path);
        if ["/new-id", "/clear", "/begin-again"].contains(&path) {
            // Void: a registration of before binds nothing (see register.rs).
            self.offers.clear();
        }
        let offer = self.browser.offer.take();
        self.offers.extend(offer.map(|offer| (offer, now)));
    }

    fn register(&mut self, which: prop::sample::Index, carry: Carry) {
        let now = self.now;
        self.offers.retain(|(_, made)| now < made + 120);
        if self.offers.is_empty() {
            return;
        }
        let (offer, _) = self.offers.remove(which.index(self.offers.len()));
        self.browser.offer = Some(offer);
        self.browser.try_register(&self.site, carry);
        let device = self.browser.device.take();
        self.devices.extend(device.map(|device| (device, now)));
    }

    /// Refreshes the devices for which it is time.
    fn refresh(&mut self, carry: Carry, is_due: impl Fn(u64) -> bool) {
        for (device, refreshed) in std::mem::take(&mut self.devices) {
            let cookie = device.cookie.clone();
            if self.browser.jar.value(&cookie).is_some() && !is_due(refreshed) {
                self.devices.push((device, refreshed));
                continue;
            }
            self.browser.device = Some(device);
            self.browser.refresh(&self.site, carry);
            match self.browser.device.take() {
                Some(device) => self.devices.push((device, self.now)),
                None => assert!(self.browser.jar.value(&cookie).is_none()),
            }
        }
    }

    fn sign_out(&mut self, carry: Carry) {
        self.fetch("POST", "/sign-out", carry);
        self.refresh(carry, |_| true);
        assert!(self.devices.is_empty(), "a device outlives its session");
        assert!(
            !self
                .browser
                .jar
                .names()
                .iter()
                .any(|name| name.contains(".b-"))
        );
    }

    fn check(&mut self, carry: Carry) {
        self.fetch("GET", "/", carry);
        let shown = self.browser.get(&self.site, "/");
        assert!(!shown.ends_with("Stale"), "{shown}");
        if shown.ends_with("Bound") {
            let mut thief = self.browser.thief();
            thief.jar.retain(|name| !name.contains(".b-"));
            assert!(thief.get(&self.site, "/").ends_with("Stale"));
        }
    }
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        1 => Just(Step::Get("/")),
        4 => prop::sample::select(vec!["/count", "/sign-in", "/sign-in", "/new-id", "/clear", "/begin-again"])
            .prop_map(Step::Post),
        3 => any::<prop::sample::Index>().prop_map(Step::Register),
        1 => Just(Step::SignOut),
        1 => (1..1000_u64).prop_map(Step::Wait),
        1 => Just(Step::Refresh),
        1 => Just(Step::Rotate),
    ]
}

proptest! {
    #![proptest_config(cases(200))]

    #[test]
    fn a_device_lives_as_long_as_its_session(
        steps in prop::collection::vec((step(), any::<bool>()), 1..15),
    ) {
        let mut visitor = Visitor {
            site: Site::new(),
            browser: Browser::new(),
            now: START,
            offers: Vec::new(),
            devices: Vec::new(),
        };
        for (step, is_from_elsewhere) in steps {
            let carry = if is_from_elsewhere { Carry::CrossSite } else { Carry::All };
            visitor.take(step, carry);
            visitor.check(carry);
        }
        visitor.sign_out(Carry::CrossSite);
    }
}

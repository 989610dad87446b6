//! Rings that leak between other commands, by chance and in each form of a ring.
//!
//! A thief has the keys of the ring at the time of the leak. From the end on, none of them opens or seals, and until then no
//! key seals that opens later, which would seal a forgery again. No command moves an end to later but those that
//! [`Site::may_put_off`] names. `SEQUENCES=3000` runs so many in each form. One that fails prints its number, and
//! `SEQUENCE=7` repeats it.

use std::{env, time::SystemTime};

use hardtack::{
    EncryptionKey, KeyRing, SessionCookie,
    keys::{KeyId, KeyRole},
    packages::KeyInfo,
};

use crate::desk::{Desk, Ran, at};

macro_rules! forms {
    ($($name:ident: $form:expr,)*) => {
        $(
            #[test]
            fn $name() {
                check($form);
            }
        )*
    };
}

forms! {
    in_a_file_with_notes: Form { file: "keys", keep: str::to_owned },
    in_a_file_without_comments: Form { file: "keys", keep: without_comments },
    in_a_file_with_commas: Form { file: "keys", keep: in_one_line },
    in_a_variable_with_commas: Form { file: "-", keep: in_one_line },
    in_a_variable_with_lines: Form { file: "-", keep: in_lines },
}

/// Where a ring is, and what is kept of the text that a command writes.
#[derive(Clone, Copy)]
struct Form {
    file: &'static str,
    keep: fn(&str) -> String,
}

fn without_comments(ring: &str) -> String {
    let lines = ring.lines().filter(|line| !line.starts_with('#'));
    lines.map(|line| format!("{line}\n")).collect()
}

fn in_one_line(ring: &str) -> String {
    let ring = without_comments(ring);
    ring.trim_end().replace('\n', ",") + "\n"
}

/// With a comment that is no note.
fn in_lines(ring: &str) -> String {
    let ring = without_comments(&ring.replace(',', "\n"));
    format!("# ours\n{ring}").replace('\n', "\r\n")
}

fn check(form: Form) {
    let all = env::var("SEQUENCES").map_or(20, |all| all.parse().unwrap());
    let only = env::var("SEQUENCE").ok();
    let only: Option<u64> = only.map(|only| only.parse().unwrap());
    let mut leaks = 0;
    for number in only.map_or(1..=all, |only| only..=only) {
        println!("SEQUENCE={number}");
        let mut site = Site::new(form, Chance(number));
        site.live();
        leaks += site.leaks;
    }
    assert!(only.is_some() || leaks >= all, "{leaks} leaks");
}

struct Site {
    form: Form,
    desk: Desk,
    ring: String,
    /// Seconds since the tests began.
    now: u64,
    chance: Chance,
    leak: Option<Leak>,
    leaks: u64,
}

/// What a thief has, and what the last `ring leaked` has said.
struct Leak {
    /// Keys, each alone.
    stolen: Vec<(KeyId, String)>,
    end: u64,
    new: KeyId,
}

impl Site {
    fn new(form: Form, chance: Chance) -> Site {
        Site {
            form,
            desk: Desk::new(),
            ring: String::new(),
            now: 0,
            chance,
            leak: None,
            leaks: 0,
        }
    }

    fn live(&mut self) {
        assert!(self.run("add"));
        for _ in 0..self.chance.below(4) {
            self.other();
        }
        self.leaked();
        for _ in 0..1 + self.chance.below(5) {
            match self.chance.below(3) {
                0 => self.leaked(),
                _ => self.other(),
            }
        }
        self.forge();
    }

    /// Runs any command but `leaked`.
    fn other(&mut self) {
        let times = ["+1m", "+10m", "+15m", "+31m", "+13h", "end"];
        let key = self.key();
        let at = self.time(&times);
        match self.chance.below(8) {
            0 => self.run("add"),
            1 => self.run(&format!("add --seal-from {at}")),
            2 => self.run(&format!("promote {key}")),
            3 => self.run(&format!("promote {key} --at {at}")),
            4 => self.run(&format!("retire {key}")),
            5 => {
                let force = self.chance.of(&["", " --force"]);
                self.run(&format!("retire {key} --at {at}{force}"))
            }
            6 => {
                let after = self.chance.of(&["0s", "15m", "2h"]);
                self.run(&format!("rotate --after {after}"))
            }
            _ => self.run("end-sessions"),
        };
        self.wait();
    }

    fn leaked(&mut self) {
        let before = self.parsed();
        let pending = self.leak.as_ref().is_some_and(|leak| self.now < leak.end);
        let end = self.time(&["+5m", "+15m", "+20m", "+3h", "+2days"]);
        let is_now = self.chance.below(3) == 0;
        let mut kept = None;
        let mut line = if is_now {
            "leaked --now".to_owned()
        } else {
            format!("leaked --at {end}")
        };
        if self.chance.below(3) == 0 {
            let key = self.key();
            line += &format!(" --keep {key}");
            kept = Some(key);
        }
        let text = self.ring.clone();
        if !self.run(&line) {
            return self.wait();
        }
        let after = self.parsed();
        self.leaks += 1;
        let made: Vec<_> = ids(&after)
            .filter(|id| before.role(*id, at(0)).is_none())
            .collect();
        let end = if is_now {
            self.now
        } else {
            seconds(&end, self.now)
        };
        let mut stolen = keys_of(&text);
        stolen.retain(|(id, _)| Some(id.to_string()) != kept);
        self.leak = Some(match self.leak.take() {
            Some(leak) if pending => {
                assert_eq!(made, [], "a key for the same leak");
                Leak { end, ..leak }
            }
            leak => {
                assert_eq!(made.len(), 1, "a key for each leak");
                stolen.extend(leak.into_iter().flat_map(|leak| leak.stolen));
                Leak {
                    stolen,
                    end,
                    new: made[0],
                }
            }
        });
        let leak = self.leak.as_ref().unwrap();
        assert_eq!(after.sealing_key(at(leak.end)), leak.new);
        self.check_thief();
        self.wait();
    }

    /// Runs a command, and checks what it did. Returns `false` if it was refused.
    fn run(&mut self, line: &str) -> bool {
        let (command, options) = line.split_once(' ').unwrap_or((line, ""));
        let file = self.form.file;
        self.desk.now = time(self.now);
        let line = format!("ring {command} {file} {options} --lifetime 30m");
        let ran = self.start(&line);
        println!(
            "{} {line}\n{}{}",
            time(self.now),
            ran.out.replace("hardtack_key", "KEY"),
            ran.err
        );
        if ran.code != Some(0) {
            self.check_refused(&ran);
            return false;
        }
        let before = std::mem::take(&mut self.ring);
        let written = if file == "-" {
            ran.out
        } else {
            self.desk.read(file)
        };
        self.ring = (self.form.keep)(&written);
        if !before.is_empty() {
            self.check_ends(&before.parse().unwrap(), command, options);
        }
        // `leaked` may put the end off, and checks it itself.
        if command != "leaked" {
            self.check_thief();
        }
        true
    }

    fn start(&self, line: &str) -> Ran {
        if self.form.file == "-" {
            return self.desk.run_on(&self.ring, line);
        }
        if !self.ring.is_empty() {
            self.desk.write(self.form.file, &self.ring);
        }
        self.desk.run(line)
    }

    /// A refused command changes nothing, and says what to do.
    fn check_refused(&self, ran: &Ran) {
        assert!(matches!(ran.code, Some(1 | 2)), "{:?}", ran.code);
        let said = ran.sentence();
        if self.form.file != "-" {
            assert_eq!(self.desk.read(self.form.file), self.ring, "{said}");
        }
        let remedies = [
            "`hardtack ring",
            "leave",
            "give",
            "wait",
            "set ",
            "nothing is to be changed",
        ];
        assert!(
            remedies.iter().any(|remedy| said.contains(remedy)),
            "{said}"
        );
    }

    /// No key opens longer than the ring said before.
    fn check_ends(&self, before: &KeyRing, command: &str, options: &str) {
        let after = self.parsed();
        for (was, is) in before
            .keys()
            .iter()
            .filter_map(|was| Some((was, find(&after, was.id)?)))
        {
            let is_later = was
                .accept_until
                .is_some_and(|was| is.accept_until.is_none_or(|is| is > was));
            assert!(
                !is_later || self.may_put_off(was, command, options),
                "{}",
                was.id
            );
        }
    }

    /// The same leak is given another time, or a rotation is taken back or put off: by a key that has not ended, while no leak
    /// is planned.
    fn may_put_off(&self, key: &KeyInfo, command: &str, options: &str) -> bool {
        let end = key.accept_until.unwrap();
        let planned = self.leak.as_ref().filter(|leak| self.now < leak.end);
        match (command, planned) {
            ("leaked", Some(leak)) => end == at(leak.end),
            ("promote" | "retire", None) => {
                end > at(self.now) && options.starts_with(&key.id.to_string())
            }
            _ => false,
        }
    }

    /// Keys of the thief open nothing from the end on, nor does any key that seals while they open.
    fn check_thief(&self) {
        let Some(leak) = &self.leak else { return };
        let ring = self.parsed();
        let keys = ring.keys();
        let of_keys = keys
            .iter()
            .flat_map(|key| [key.seal_from, key.accept_until])
            .flatten();
        let around = of_keys.map(|time| time.duration_since(at(0)).unwrap_or_default().as_secs());
        let around = around.chain([self.now, leak.end, leak.end + 1_000_000]);
        for time in around.flat_map(|time| [time.saturating_sub(1), time, time + 1]) {
            if time < self.now {
                continue;
            }
            let is_stolen = |id: KeyId| leak.stolen.iter().any(|(stolen, _)| *stolen == id);
            let opens = |key: &&KeyInfo| ring.role(key.id, at(time)) != Some(KeyRole::Retired);
            let open = keys.iter().filter(opens).find(|key| is_stolen(key.id));
            let is_over = time >= leak.end;
            assert!(
                !is_over || open.is_none(),
                "{open:?} opens forgeries {time}"
            );
            let sealing = find(&ring, ring.sealing_key(at(time))).unwrap();
            let ends = sealing.accept_until.is_some_and(|end| end <= at(leak.end));
            assert!(
                is_over || open.is_none() || ends,
                "{sealing:?} seals forgeries {time}"
            );
        }
    }

    /// The thief makes a session with each key, and the site opens none.
    fn forge(&self) {
        let Some(leak) = &self.leak else { return };
        let now = at(self.now.max(leak.end));
        let site = SessionCookie::encrypted(self.parsed()).build().unwrap();
        for (id, key) in &leak.stolen {
            let key: EncryptionKey = key.parse().unwrap();
            let thief = SessionCookie::encrypted(key).build().unwrap();
            let forged = thief
                .cookie_for(now, |session| session.insert("user", "admin"))
                .unwrap();
            assert!(site.load([forged], now).is_new(), "{id}");
        }
    }

    fn parsed(&self) -> KeyRing {
        self.ring.parse().unwrap()
    }

    /// The id of any key.
    fn key(&mut self) -> String {
        let ids: Vec<_> = ids(&self.parsed()).map(|id| id.to_string()).collect();
        let ids: Vec<_> = ids.iter().map(String::as_str).collect();
        self.chance.of(&ids).to_owned()
    }

    /// One of these times, as an argument. `end` is that of the leak, or the next time of a key.
    fn time(&mut self, times: &[&str]) -> String {
        let of = self.chance.of(times);
        if of != "end" {
            return of.to_owned();
        }
        let ring = self.parsed();
        let of_keys = ring
            .keys()
            .into_iter()
            .flat_map(|key| [key.seal_from, key.accept_until]);
        let next = of_keys.flatten().filter(|time| *time > at(self.now)).min();
        next.map_or("+15m".to_owned(), |next| {
            humantime::format_rfc3339_seconds(next).to_string()
        })
    }

    fn wait(&mut self) {
        self.now += self
            .chance
            .of(&[0, 1, 30, 120, 600, 900, 1_860, 4_000, 90_000]);
    }
}

fn ids(ring: &KeyRing) -> impl Iterator<Item = KeyId> {
    ring.keys().into_iter().map(|key| key.id)
}

fn find(ring: &KeyRing, id: KeyId) -> Option<KeyInfo> {
    ring.keys().into_iter().find(|key| key.id == id)
}

/// The keys in a ring's text.
fn keys_of(ring: &str) -> Vec<(KeyId, String)> {
    let words = ring
        .split([' ', ',', '\r', '\n'])
        .filter(|word| word.starts_with("hardtack"));
    words
        .map(|word| (word.parse::<EncryptionKey>().unwrap().id(), word.to_owned()))
        .collect()
}

/// The time of an argument like `+15m`.
fn seconds(argument: &str, now: u64) -> u64 {
    now + humantime::parse_duration(&argument[1..]).unwrap().as_secs()
}

fn time(seconds: u64) -> String {
    let time: SystemTime = at(seconds);
    humantime::format_rfc3339_seconds(time).to_string()
}

/// Numbers by chance: SplitMix64.
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % end
    }

    fn of<T: Copy>(&mut self, list: &[T]) -> T {
        let at = self.below(list.len() as u64);
        list[usize::try_from(at).unwrap()]
    }
}

//! Visitors who count all the time, and notice every count that is lost.
//!
//! A mounted secret: a folder that is replaced the way Kubernetes does it.

use std::{
    fs,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread::{self, JoinHandle},
};

use hardtack_scenarios::{Browser, Server, Site, until};

pub(crate) struct Crowd {
    visitors: Vec<Visitor>,
    leave: Arc<AtomicBool>,
}

struct Visitor {
    counted: Arc<AtomicU64>,
    thread: JoinHandle<()>,
}

impl Crowd {
    /// Each visitor signs in, then counts in a loop.
    pub(crate) fn arrive(base: &str, visitors: usize) -> Crowd {
        let leave = Arc::new(AtomicBool::new(false));
        let visitors = (0..visitors).map(|number| {
            let counted = Arc::new(AtomicU64::new(0));
            let (base, so_far, leave) = (base.to_owned(), counted.clone(), leave.clone());
            let thread = thread::spawn(move || {
                let server = Server::at(base, ());
                let (browser, name) = (Browser::new(), format!("visitor{number}"));
                Site::Counter.sign_in(&browser, &server, &name);
                while !leave.load(Ordering::Relaxed) {
                    let count = so_far.load(Ordering::Relaxed) + 1;
                    let visitor = Site::Counter.count(&browser, &server);
                    assert_eq!(visitor.answer.status, 200, "{}", visitor.answer.text);
                    assert_eq!(visitor.state, format!("{name} {count}"));
                    so_far.store(count, Ordering::Relaxed);
                }
            });
            Visitor { counted, thread }
        });
        Crowd {
            visitors: visitors.collect(),
            leave,
        }
    }

    /// Returns when each visitor has counted ten more times.
    pub(crate) fn goes_on(&self) {
        for visitor in &self.visitors {
            let goal = visitor.counted.load(Ordering::Relaxed) + 10;
            until("every visitor has counted", || {
                assert!(
                    !visitor.thread.is_finished(),
                    "a visitor got a wrong answer"
                );
                visitor.counted.load(Ordering::Relaxed) >= goal
            });
        }
    }

    /// Returns the number of requests that the visitors made, all answered as expected.
    pub(crate) fn leaves(self) -> u64 {
        self.leave.store(true, Ordering::Relaxed);
        let counts = self.visitors.into_iter().map(|visitor| {
            visitor.thread.join().expect("a visitor got a wrong answer");
            visitor.counted.load(Ordering::Relaxed)
        });
        counts.sum()
    }
}

pub(crate) struct Secret {
    folder: PathBuf,
    version: u32,
}

impl Secret {
    /// `keys` is a link to `..data/keys`, and `..data` a link to the folder of a version.
    pub(crate) fn mount(folder: &Path, ring: &str) -> Secret {
        fs::create_dir_all(folder).unwrap();
        symlink("..data/keys", folder.join("keys")).unwrap();
        let folder = folder.to_owned();
        let mut secret = Secret { folder, version: 0 };
        secret.replace(ring);
        secret
    }

    pub(crate) fn file(&self) -> PathBuf {
        self.folder.join("keys")
    }

    /// Writes a folder beside the earlier one, and swaps the link `..data` in one step.
    pub(crate) fn replace(&mut self, ring: &str) {
        let before = format!("..version-{}", self.version);
        self.version += 1;
        let version = format!("..version-{}", self.version);
        fs::create_dir(self.folder.join(&version)).unwrap();
        fs::write(self.folder.join(&version).join("keys"), format!("{ring}\n")).unwrap();
        symlink(version, self.folder.join("..data_tmp")).unwrap();
        fs::rename(self.folder.join("..data_tmp"), self.folder.join("..data")).unwrap();
        if self.version > 1 {
            fs::remove_dir_all(self.folder.join(before)).unwrap();
        }
    }
}

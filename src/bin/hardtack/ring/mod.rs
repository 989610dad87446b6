//! Showing and changing key rings in files.

mod add;
mod any;
mod check;
mod edit;
mod file;
mod leaked;
mod lifetime;
mod promote;
mod retire;
mod rotate;
mod show;
mod text;

pub(crate) use any::AnyRing;
pub(crate) use file::read_ring;

use clap::Subcommand;

use crate::answer::Answer;

/// Make, change, check and show key rings
#[derive(Subcommand)]
pub(crate) enum Command {
    Add(add::Add),
    Promote(promote::Promote),
    Retire(retire::Retire),
    Rotate(rotate::Rotate),
    Leaked(leaked::Leaked),
    Check(check::Check),
    Show(show::Show),
}

impl Command {
    pub(crate) fn run(self) -> Answer {
        match self {
            Command::Add(command) => command.run(),
            Command::Promote(command) => command.run(),
            Command::Retire(command) => command.run(),
            Command::Rotate(command) => command.run(),
            Command::Leaked(command) => command.run(),
            Command::Check(command) => command.run(),
            Command::Show(command) => command.run(),
        }
    }
}

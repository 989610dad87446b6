//! Shows and changes key rings.

mod add;
mod check;
mod edit;
mod end_sessions;
mod file;
mod findings;
mod keys;
mod leaked;
#[cfg_attr(target_os = "wasi", path = "lock_wasi.rs")]
mod lock;
mod notes;
mod overlap;
mod promote;
mod retire;
mod rotate;
mod show;
mod text;

pub(crate) use file::read_ring;
pub(crate) use keys::KeyRingExt;

use clap::Subcommand;
use hardtack::KeyRing;

use crate::output::CommandResult;

/// Make, change, check and show key rings
#[derive(Subcommand)]
pub(crate) enum Command {
    Add(add::Add),
    Promote(promote::Promote),
    Retire(retire::Retire),
    Rotate(rotate::Rotate),
    Leaked(leaked::Leaked),
    EndSessions(end_sessions::EndSessions),
    Check(check::Check),
    Show(show::Show),
}

impl Command {
    pub(crate) fn run(self) -> CommandResult {
        match self {
            Command::Add(command) => command.target.edit(|edit| command.apply(edit)),
            Command::Promote(command) => command.target.edit(|edit| command.apply(edit)),
            Command::Retire(command) => command.target.edit(|edit| command.apply(edit)),
            Command::Rotate(command) => command.target.edit(|edit| command.apply(edit)),
            Command::Leaked(command) => command.target.edit(|edit| command.apply(edit)),
            Command::EndSessions(command) => command.target.edit(|edit| command.apply(edit)),
            Command::Check(command) => command.run(),
            Command::Show(command) => command.run(),
        }
    }
}

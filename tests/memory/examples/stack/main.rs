//! Prints which secrets each operation leaves on its stack. See docs/review/side-channels.md.

mod operations;
mod secrets;

use hardtack::keys::Suite;
use hardtack_memory::stack_after;

use operations::{OPERATIONS, SUITES};
use secrets::{Found, Secrets};

fn main() {
    let backend = Suite::Xaes256Gcm.backend();
    println!("{backend}, on the stack after each operation\n");
    println!("| Operation | Suite | Longest run of each secret (places) |");
    println!("|---|---|---|");
    for (name, prepare) in OPERATIONS {
        for (suite, text) in SUITES {
            let (token, stack) = stack_after(prepare(text));
            let found = Secrets::new(text, token.as_deref()).find_in(&stack);
            let cells: Vec<_> = found.iter().map(Found::to_string).collect();
            println!("| {name} | {suite} | {} |", cells.join("; "));
        }
    }
}

//! The mistakes are in `bin/`. Each file begins with the parts of the compiler's message that it has to have.

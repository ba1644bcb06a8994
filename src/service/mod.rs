//! Use cases, one file each; the only code that opens transactions.

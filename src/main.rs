//! The `bakeoff` program: dispatch only.

fn main() {}

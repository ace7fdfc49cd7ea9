//! The command line of Banister.

fn main() {}

//! The grammar of `/bakeoff`.

mod docs;
mod property;
mod table;

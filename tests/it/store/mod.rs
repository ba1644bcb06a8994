//! The store on both engines: schema, faults, every query, the rules that the schema itself holds.

mod caps;
mod charges;
mod counts;
mod deliveries;
mod faults;
mod models;
mod pulls;
mod repos;
mod rows;
mod runs;
mod schema;
mod sessions;
mod setup;
mod standings;
mod tasks;
mod text;
mod together;
mod trail;
mod version;
mod votes;

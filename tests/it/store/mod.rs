//! The store on both engines: schema, faults, every query, the rules that the schema itself holds.

mod schema;

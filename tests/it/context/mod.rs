//! The repository map, the choice of files, and the cache behind them.

mod cache;
mod chosen;
mod hostile;
mod place;
mod tags;

//! The composition root: settings → stores, clients, router, workers.

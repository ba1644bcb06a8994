//! Shapes of well-known tokens and keys.

//! A person → ranked hits with a reason each.

//! Checks the layout of the workspace: every product and function has all of its parts, under one name, and documents, templates
//! and code agree. Run it with `cargo test --package layout`; its tests name what is missing.

#[cfg(test)]
mod tests;

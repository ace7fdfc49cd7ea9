//! Numbers that states give to persons and firms, and numbers of documents and devices. One file a region.
//!
//! Each type is a row: the forms in which it is written, a checksum, context words. Forms with signs that other numbers do not have count by
//! themselves, bare digits need a context word. `tests/data/ids.txt` holds valid and invalid values of each, made with `python-stdnum`.

pub(super) mod americas;
pub(super) mod asia;
pub(super) mod documents;
pub(super) mod europe_central;
pub(super) mod europe_north;
pub(super) mod europe_south;
pub(super) mod europe_west;
mod form;
pub(super) mod middle_east_africa;
pub(super) mod oceania;
pub(super) mod vat;

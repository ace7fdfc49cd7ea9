//! Lines that cannot be read, until the record after them shows why.

use banister::Torn;

use super::quarantine::QuarantineRow;

/// Lines without a readable line between them. A writer of decision records may have crashed within them: then the record after them says so.
#[derive(Default)]
pub(super) struct Unread {
    rows: Vec<QuarantineRow>,
    /// The lines, with a line feed between them.
    bytes: Vec<u8>,
}

impl Unread {
    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub(super) fn push(&mut self, row: QuarantineRow) {
        self.rows.push(row);
    }

    /// Adds the bytes of the line that was pushed. Returns `false` if the lines are too many to be one torn line of at most `limit` bytes.
    pub(super) fn line(&mut self, bytes: &[u8], limit: usize) -> bool {
        if self.rows.len() > 1 {
            self.bytes.push(b'\n');
        }
        self.bytes.extend_from_slice(bytes);
        self.bytes.len() <= limit && self.rows.len() <= Torn::MAX_LINES
    }

    /// Forgets the lines, and returns what to quarantine.
    pub(super) fn take(&mut self) -> Vec<QuarantineRow> {
        self.bytes.clear();
        std::mem::take(&mut self.rows)
    }
}

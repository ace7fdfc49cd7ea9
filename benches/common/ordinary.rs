//! Text as people write it, to compare other text with.

/// Ordinary text: sentences with some names, numbers, addresses and code.
pub(crate) const ORDINARY: &str = "Thanks for the quick reply! I tried both versions you sent on 12 March, and the second one works. The report is at \
    https://example.com/reports/2024 if you want to look, or write to Jane Roe (jane.roe@example.com). What I do not understand is why the total \
    in row 14 is 1,204.50 and not 1,190: did the rates change? Here is how I call it: `let total = rows.iter().map(|row| row.price).sum();`. \
    My phone is 415-555-2671, I am in the office until 17:30. Could you explain in three steps how the discount is computed, and what \
    happens with orders from before May? The old policy said that the customer pays for shipping. ";

//! The JSON Schema of decision records, from the types that write them.

use serde_json::Value;

use super::record::DecisionRecord;

impl DecisionRecord {
    /// Returns the JSON Schema of records. It allows fields that it does not list, because records may grow.
    #[must_use]
    pub fn json_schema() -> Value {
        schemars::schema_for!(Self).to_value()
    }
}

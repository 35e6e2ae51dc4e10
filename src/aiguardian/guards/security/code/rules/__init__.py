"""Rules over syntax trees for the languages that are not followed by data flow."""

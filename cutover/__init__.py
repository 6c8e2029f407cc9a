"""What is decided: readiness, propagation and the guards of the live record, as plain functions that hooks only call."""

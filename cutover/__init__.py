"""What is decided, as plain functions that hooks only call: readiness, propagation, the guards of the live record."""

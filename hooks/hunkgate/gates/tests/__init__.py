"""The tests gate: run exactly what the change can break, on exactly what is committed."""

"""The gates: one hand-written tuple, cheap first, tests last. Nothing in the judged environment can add or replace a judge."""

"""The reports: each module turns a Verdict into one text."""

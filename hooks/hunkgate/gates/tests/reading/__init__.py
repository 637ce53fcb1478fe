"""One Python file, read by itself: nothing here looks at another file, imports or runs anything."""

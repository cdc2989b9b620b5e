"""The wire to the terminal: what Textual draws as cells, and the fewest bytes that bring them there."""

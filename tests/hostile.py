"""Text that people paste, type by mistake, or send to break things."""

STORED = ("<script>alert(1)</script>", "=1+1", "🙂 👩‍👩‍👧", "\u202eshalom שלום", "' OR 1=1 --", "{{ 7*7 }}")
"""Kept and shown as text."""

REFUSED = ("nul \x00 byte", "x" * 100_000, "bell \x07")
"""Answered with a sentence."""

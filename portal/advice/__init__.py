"""A school asks about practice, without naming a child; it may become training or a referral."""

"""The child's own voice: questionnaires, a tablet that is safe to hand over, and what the child hears back."""

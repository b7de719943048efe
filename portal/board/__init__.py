"""The board: where the work stands. It only reads; moving a card is a step of its case."""

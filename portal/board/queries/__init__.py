"""Reading the board: its cards in one statement, what its filters offer, and the closed cases beside it."""

from portal.board.queries.cards import Board, Card, Column, board
from portal.board.queries.choices import Choices, choices
from portal.board.queries.closed import ClosedPage, ClosedRow, closed_page

__all__ = ["Board", "Card", "Choices", "ClosedPage", "ClosedRow", "Column", "board", "choices", "closed_page"]

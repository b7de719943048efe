"""What a text in another language can be, and how files of texts are read and written."""

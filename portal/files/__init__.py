"""Uploads and made documents: kept encrypted, scanned when a scanner is there, given out as attachments."""

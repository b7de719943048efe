"""The first page of every role: what waits for me?"""

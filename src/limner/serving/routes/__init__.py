"""Requests and their answers, a subject a file."""

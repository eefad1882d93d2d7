"""Minipedia: short Japanese texts made from true facts and a grammar."""

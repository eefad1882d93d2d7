"""Widgets, one module for what a lesson shows. Each only shows what a function returns."""

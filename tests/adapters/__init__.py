"""Tests of what meets the world outside."""

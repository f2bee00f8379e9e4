"""Tests of the payment stand-in."""

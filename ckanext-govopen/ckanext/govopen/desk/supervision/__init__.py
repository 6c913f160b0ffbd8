"""Figures with the records behind them."""

# SPDX-License-Identifier: Apache-2.0
"""Operators: what becomes of the values of one column."""

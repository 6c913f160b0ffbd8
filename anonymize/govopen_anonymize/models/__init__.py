# SPDX-License-Identifier: Apache-2.0
"""Privacy models: what a class gives away, and which classes fail a recipe."""

# SPDX-License-Identifier: Apache-2.0
"""Find personal and organisational data in tables: by value first, headers only raise confidence."""

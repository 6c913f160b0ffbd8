# SPDX-License-Identifier: Apache-2.0
"""The exchange hub's protocol and the clients that speak it."""
